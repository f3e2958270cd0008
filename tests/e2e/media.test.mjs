// Pictures between two people in browsers: chosen, dropped and pasted; sent, cancelled, tried again; opened in full, taken
// back. And the picture of one's own profile.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  guest,
  journey,
  log,
  meet,
  person,
  say,
  seen,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { until } from '../support/client.mjs'

const { png } = createRequire(import.meta.url)('../../applet/tests/mp/files.cjs')
const step = journey()
let chromium, ann, bob

const file = (name, width, height) => ({ name, mimeType: 'image/png', buffer: png(width, height) })
/** Each picture in the chat, by whoever sees it. */
const isPicture = { name: /^(Picture (from|that you sent)|.*发的图片)/ }
const pictures = (page) => log(page).getByRole('button', isPicture)
const uploads = '**/api/v1/rooms/*/media?*'
/** Waits until so many of them stand there. */
const count = (what, n) => until(async () => (await what.count()) === n, `${n} of them`, wait.timeout)

async function choose(page, name, ...files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, name).click()])
  await chooser.setFiles(files)
}

/** As a hand or a clipboard would: with real files. */
const give = (page, how, files) =>
  page.evaluate(
    ({ how, files }) => {
      const data = new DataTransfer()
      for (const { name, type, bytes } of files)
        data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }))
      const options = { bubbles: true, cancelable: true }
      if (how === 'paste')
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }))
      else
        for (const kind of how === 'over' ? ['dragover'] : ['dragover', 'drop'])
          document
            .elementFromPoint(200, 200)
            .dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: data }))
    },
    {
      how,
      files: files.map(({ name, mimeType, buffer }) => ({
        name,
        type: mimeType,
        bytes: buffer.toString('base64'),
      })),
    },
  )

/** What goes over the wire, and not what was chosen. */
const listen = () => {
  window.sentFiles = []
  const send = XMLHttpRequest.prototype.send
  XMLHttpRequest.prototype.send = function (body) {
    if (body instanceof FormData)
      body
        .get('file')
        .arrayBuffer()
        .then((bytes) =>
          window.sentFiles.push(String.fromCharCode(...new Uint8Array(bytes).subarray(0, 4096))),
        )
    return send.call(this, body)
  }
}

before(async () => {
  chromium = await browser()
  ann = await person(chromium)
  bob = await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
  await ann.context().addInitScript(listen)
  await ann.reload()
  await guest(ann)
  await guest(bob)
  await meet(ann, bob)
})
after(() => chromium?.close())

step('pictures are chosen, one is left out, and the rest is sent in order', async () => {
  await choose(ann, 'Add pictures', file('a.png', 400, 300), file('b.png', 300, 600), file('c.png', 50, 50))
  const tray = ann.getByRole('list', { name: 'Pictures to send' })
  await tray.getByRole('listitem').nth(2).waitFor(wait)
  await button(ann, 'Leave out picture 3').click()
  await composer(ann).fill('two of them')
  await ann.keyboard.press('Enter')
  for (const page of [ann, bob]) {
    await count(pictures(page), 2)
    await seen(log(page), 'two of them')
  }
  assert.equal(await tray.count(), 0)
  const boxes = await pictures(bob).evaluateAll((all) =>
    all.map((one) => [one.clientWidth, one.clientHeight].join()),
  )
  assert.deepEqual(boxes, ['240,180', '150,300'])
  const order = await log(bob).innerText()
  assert.ok(order.includes('two of them'))
})

step('what a camera wrote beside a picture does not leave the page', async () => {
  const plain = await ann.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 2000, height: 1000 })
    canvas.getContext('2d').fillRect(0, 0, 999, 500)
    return canvas.toDataURL('image/jpeg').split(',')[1]
  })
  const jpeg = Buffer.from(plain, 'base64')
  const exif = Buffer.from('Exif\0\0MM\0*\0\0\0\b\0\0CANARY-GPS')
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2])
  const buffer = Buffer.concat([head, exif, jpeg.subarray(2)])
  await ann.evaluate(() => (window.sentFiles.length = 0))
  await choose(ann, 'Add pictures', { name: 'camera.jpg', mimeType: 'image/jpeg', buffer })
  await ann.getByRole('listitem').waitFor(wait)
  await button(ann, 'Send').click()
  for (const page of [ann, bob]) await count(pictures(page), 3)
  const [sent] = await ann.evaluate(() => window.sentFiles)
  assert.equal(sent.slice(0, 3), '\xff\xd8\xff')
  assert.doesNotMatch(sent, /Exif|CANARY/)
  const { url } = await bob.evaluate(async () => {
    const at = new URLSearchParams(location.hash.split('?')[1]).get('room')
    const page = await (await fetch(`/api/v1/rooms/${at}/messages`)).json()
    return page.items.at(-1).media
  })
  const size = await bob.evaluate(async (url) => {
    const picture = await createImageBitmap(await (await fetch(url)).blob())
    return [picture.width, picture.height]
  }, url)
  assert.deepEqual(size, [1600, 800])
})

step('a picture is dropped, another one pasted', async () => {
  await give(bob, 'over', [file('d.png', 200, 100)])
  await bob.getByText('把图片拖到这里').waitFor(wait)
  await give(bob, 'drop', [file('d.png', 200, 100)])
  await bob.getByText('把图片拖到这里').waitFor({ ...wait, state: 'detached' })
  await composer(bob).focus()
  await give(bob, 'paste', [file('e.png', 100, 200)])
  await bob.getByRole('list', { name: '待发送的图片' }).getByRole('listitem').nth(1).waitFor(wait)
  await button(bob, '发送').click()
  for (const page of [ann, bob]) await count(pictures(page), 5)
})

step('what is no picture is not taken, and told', async () => {
  await give(bob, 'drop', [{ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }])
  await bob.getByRole('alert').filter({ hasText: '不是可以发送的图片' }).waitFor(wait)
  await choose(ann, 'Add pictures', {
    name: 'x.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg/>'),
  })
  await ann.getByRole('alert').filter({ hasText: 'not a picture that can be sent' }).waitFor(wait)
  await choose(ann, 'Add pictures', file('f.png', 20, 20))
  await button(ann, 'Leave out picture 1').click()
  assert.equal(await ann.getByRole('alert').count(), 0)
})

step('one that is under way shows how far, and is cancelled', async () => {
  let held
  await ann.route(uploads, (route) => (held = route))
  await choose(ann, 'Add pictures', file('g.png', 300, 300))
  await ann.getByRole('listitem').waitFor(wait)
  await button(ann, 'Send').click()
  await ann.getByRole('progressbar', { name: 'Sending the picture' }).waitFor(wait)
  await say(ann, 'said after it')
  await until(() => held, 'the upload')
  await button(ann, 'Do not send this picture').click()
  await count(pictures(ann), 5)
  await seen(log(bob), 'said after it')
  await count(pictures(bob), 5)
  await held.abort().catch(() => undefined)
  await ann.unroute(uploads)
})

step('on a broken network it waits, and goes out in its place', async () => {
  await ann.route(uploads, (route) => route.abort())
  await choose(ann, 'Add pictures', file('h.png', 300, 300))
  await ann.getByRole('listitem').waitFor(wait)
  await button(ann, 'Send').click()
  await seen(log(ann), 'Waiting to be sent')
  await say(ann, 'right behind it')
  await ann.unroute(uploads)
  for (const page of [ann, bob]) await count(pictures(page), 6)
  await seen(log(bob), 'right behind it')
  const seqs = await bob.evaluate(async () => {
    const at = new URLSearchParams(location.hash.split('?')[1]).get('room')
    const { items } = await (await fetch(`/api/v1/rooms/${at}/messages`)).json()
    return items.slice(-2).map((m) => m.kind)
  })
  assert.deepEqual(seqs, ['image', 'text'])
})

step('what is refused says why, and is sent again when asked', async () => {
  const refusal = { error: { code: 'bad_media', message: 'x' } }
  await ann.route(uploads, (route) => route.fulfill({ status: 422, json: refusal }))
  await choose(ann, 'Add pictures', file('i.png', 300, 300))
  await ann.getByRole('listitem').waitFor(wait)
  await button(ann, 'Send').click()
  await seen(log(ann), 'This file is damaged and cannot be sent.')
  await ann.unroute(uploads)
  await button(ann, 'Try again').click()
  for (const page of [ann, bob]) await count(pictures(page), 7)
})

step('one that a reload took is not believed sent', async () => {
  await ann.route(uploads, () => undefined)
  await choose(ann, 'Add pictures', file('j.png', 300, 300))
  await ann.getByRole('listitem').waitFor(wait)
  await button(ann, 'Send').click()
  await ann.getByRole('progressbar').waitFor(wait)
  await ann.reload()
  await seen(log(ann), 'This was not sent before the page was closed')
  assert.equal(await button(ann, 'Try again').count(), 0)
  await button(ann, 'Delete').click()
  await count(pictures(ann), 7)
  await ann.unroute(uploads)
})

step('a picture opens in full, with zoom, and is saved', async () => {
  await pictures(bob).last().click()
  const view = bob.getByRole('dialog', { name: /发的图片/ })
  const scale = () =>
    view.locator('.paper').evaluate((paper) => new DOMMatrix(getComputedStyle(paper).transform).a)
  const scaled = (is, what) => until(async () => is(await scale()), what, wait.timeout)
  await view.locator('img').waitFor({ ...wait, state: 'attached' })
  await bob.mouse.move(640, 400)
  await bob.mouse.wheel(0, -400)
  await scaled((now) => now > 1.5, 'larger by the wheel')
  await bob.keyboard.press('0')
  await scaled((now) => now === 1, 'as it was')
  await bob.mouse.dblclick(640, 400)
  await scaled((now) => now > 2, 'larger by a double click')
  await bob.mouse.dblclick(640, 400)
  await scaled((now) => now === 1, 'as it was')
  await bob.keyboard.press('+')
  await scaled((now) => now > 1.2, 'larger by a key')
  await bob.keyboard.press('-')
  await scaled((now) => now === 1, 'as it was')
  const name = await view.getAttribute('aria-label')
  await bob.keyboard.press('ArrowLeft')
  await until(async () => (await view.locator('img').count()) === 1, 'the one before')
  const [download] = await Promise.all([bob.waitForEvent('download'), button(view, '保存图片').click()])
  assert.match(download.suggestedFilename(), /^driftline-\d+\.jpg$/)
  for (let i = 0; i < 9; i++) await bob.keyboard.press('Tab')
  assert.ok(await view.evaluate((box) => box.contains(document.activeElement)), 'Tab stays inside')
  await bob.keyboard.press('Escape')
  await view.waitFor({ ...wait, state: 'detached' })
  assert.match(name, /发的图片/)
  const label = await bob.evaluate(() => document.activeElement.getAttribute('aria-label'))
  assert.match(label, /发的图片/, 'the focus is where it was')
})

step('a picture that is taken back is gone on both sides, opened or not', async () => {
  await pictures(bob).last().click()
  await bob.getByRole('dialog').waitFor(wait)
  const row = log(ann)
    .locator('.row')
    .filter({ has: ann.getByRole('button', isPicture) })
    .last()
  await row.hover()
  await button(row, 'Message actions').click()
  await button(ann, 'Take back').click()
  await bob.getByRole('dialog').waitFor({ ...wait, state: 'detached' })
  for (const page of [ann, bob]) await count(pictures(page), 6)
})

step('one’s own picture is cut to a square, shown, and taken away again', async () => {
  await button(ann, 'Back').click()
  await turnTo(ann, 'Me')
  await choose(ann, 'Choose a picture', file('me.png', 800, 400))
  const sheet = ann.getByRole('dialog', { name: 'Cut it to a square' })
  const frame = sheet.getByRole('application')
  const place = () => frame.locator('.paper').evaluate((paper) => paper.style.transform)
  await frame.focus()
  const before = await place()
  await ann.keyboard.press('ArrowRight')
  await until(async () => (await place()) !== before, 'moved by a key')
  await ann.keyboard.press('+')
  await until(async () => /scale\(1\.25\)/.test(await place()), place)
  await ann.mouse.move(195, 500)
  await button(sheet, 'Use this').click()
  await seen(ann, 'This is your picture now.')
  const avatar = await ann.evaluate(async () => (await (await fetch('/api/v1/me')).json()).avatar)
  assert.match(avatar, /^\/media\//)
  const size = await ann.evaluate(async (url) => {
    const picture = await createImageBitmap(await (await fetch(url)).blob())
    return [picture.width, picture.height]
  }, avatar)
  assert.deepEqual(size, [256, 256])
  await ann
    .locator(`img[src*="${avatar}"]`)
    .first()
    .waitFor({ ...wait, state: 'attached' })
  await button(ann, 'Remove it').click()
  await seen(ann, 'Your picture is removed.')
  assert.match(
    await ann.evaluate(async () => (await (await fetch('/api/v1/me')).json()).avatar),
    /^\/avatar\//,
  )
})

step('a phone is asked whether by its album or its camera', async () => {
  const eve = await person(chromium, { hasTouch: true, isMobile: true })
  await guest(eve)
  await turnTo(ann, 'Match')
  await meet(eve, ann)
  await button(eve, 'Add pictures').tap()
  const asked = eve.getByRole('dialog', { name: 'Add pictures' })
  await asked.getByText('From the album').waitFor(wait)
  const [chooser] = await Promise.all([
    eve.waitForEvent('filechooser'),
    asked.getByText('Take a picture').tap(),
  ])
  assert.equal(await (await chooser.element()).getAttribute('capture'), 'environment')
  await chooser.setFiles([file('shot.png', 300, 300)])
  await button(eve, 'Send').tap()
  for (const page of [eve, ann]) await count(pictures(page), 1)
  calm(eve)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
