// Links in browsers: one shares a room, another comes in by the link without having been here; links that lead nowhere.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import jsQR from 'jsqr'
import {
  browser,
  button,
  calm,
  closePanel,
  composer,
  guest,
  journey,
  line,
  openRoom,
  panel,
  person,
  room,
  say,
  seen,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { base, sql, unique } from '../support/client.mjs'

const step = journey()
const topic = unique('Night train ')
const chinese = { locale: 'zh-CN', viewport: { width: 1280, height: 800 } }
let chromium, ann, bob, id, url

const sheet = (page) => page.getByRole('dialog', { name: 'Invite by a link' })

/** Makes a link to the room in front and returns its path. */
async function link(page) {
  await button(await panel(page), 'Invite by a link').click()
  await button(sheet(page), 'Make a link').click()
  const text = await sheet(page)
    .getByText(/^http.*\/s\/[\w-]{22}$/)
    .innerText()
  assert.ok(text.startsWith(base), text)
  return text.slice(base.length)
}

/** What a phone reads off the picture. */
async function scanned(picture) {
  const size = 400
  const pixels = await picture.evaluate(async (image, size) => {
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size })
    const on = canvas.getContext('2d')
    on.fillStyle = 'white'
    on.fillRect(0, 0, size, size)
    on.drawImage(image, 20, 20, size - 40, size - 40)
    return [...on.getImageData(0, 0, size, size).data]
  }, size)
  return (jsQR.default ?? jsQR)(new Uint8ClampedArray(pixels), size, size)?.data
}

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium, { permissions: ['clipboard-read', 'clipboard-write'] }))
})
after(() => chromium?.close())

step('a link is made, shown as a QR code, and copied', async () => {
  id = await openRoom(ann, topic, 'trains')
  url = await link(ann)
  const picture = sheet(ann).getByLabel('The link as a QR code')
  await picture.waitFor(wait)
  assert.equal(await scanned(picture), base + url)
  await button(sheet(ann), 'Copy').click()
  await button(sheet(ann), 'Copied').waitFor(wait)
  assert.equal(await ann.evaluate(() => navigator.clipboard.readText()), base + url)
})

step('it leads who has never been here to the room, and with one tap into it', async () => {
  bob = await person(chromium, { ...chinese, path: url })
  await bob.getByRole('heading', { name: topic }).waitFor(wait)
  await seen(bob, '有人邀请你进入这个房间。')
  await seen(bob, '约 1 人')
  await seen(bob, '#trains')
  await seen(bob, '无需账号，以游客身份加入。')
  await button(bob, '加入').click()
  await composer(bob).waitFor(wait)
  assert.equal(room(bob), id)
  await say(bob, '赶上了')
  await closePanel(ann)
  await line(ann, '赶上了').waitFor(wait)
  await seen(ann, '2 of 50 people')
})

step('whoever is in it can share it too', async () => {
  await button(await panel(bob), '用链接邀请').click()
  await button(bob, '生成链接').click()
  await bob
    .getByRole('dialog')
    .getByText(/\/s\/[\w-]{22}$/)
    .waitFor(wait)
})

step('a link that was ended leads nowhere', async () => {
  await button(await panel(ann), 'Invite by a link').click()
  // The owner sees all that are live, the own one and the one that bob has made.
  await button(sheet(ann), `Show this link: ${url}`).click()
  await sheet(ann)
    .getByText(base + url)
    .waitFor(wait)
  await button(sheet(ann), 'End this link').click()
  await sheet(ann)
    .getByText(base + url)
    .waitFor({ ...wait, state: 'detached' })
  const cleo = await person(chromium, { path: '/#/pages/share/share?code=' + url.slice('/s/'.length) })
  await seen(cleo, 'This link leads nowhere')
  await button(cleo, 'See what else there is').click()
  await button(cleo, 'Start as a guest').waitFor(wait)
  await cleo.goto(base + url)
  await cleo.getByRole('heading', { name: 'This invitation is not valid' }).waitFor(wait)
  calm(cleo)
  await cleo.context().close()
})

step('nor does one that is over, even when it ends under the eyes', async () => {
  const other = await sheet(ann)
    .getByText(/^http.*\/s\/[\w-]{22}$/)
    .innerText()
  const cleo = await guest(await person(chromium))
  await cleo.goto(other)
  await button(cleo, 'Join').waitFor(wait)
  await sql(`update share set expires = now() where code = '${other.slice(-22)}'`)
  await button(cleo, 'Join').click()
  await seen(cleo, 'This link leads nowhere')
  await button(cleo, 'See what else there is').click()
  await cleo.getByRole('heading', { name: 'Square' }).waitFor(wait)
  calm(cleo)
  await cleo.context().close()
})

step('a room for invited people is on no square, and open to who has its link', async () => {
  const secret = unique('Hideout ')
  await closePanel(ann)
  await button(ann, 'Back').click()
  await turnTo(ann, 'Square')
  await button(ann, 'Open a room').click()
  await ann.getByLabel('Topic').filter({ visible: true }).fill(secret)
  await ann.getByRole('switch', { name: 'Open to all' }).click()
  await seen(ann, 'Only those who have a link can join.')
  await ann.getByRole('radio', { name: 'Each chooses' }).click()
  await button(ann, 'Open the room').click()
  await composer(ann).waitFor(wait)
  const invited = room(ann)
  const code = await link(ann)
  await closePanel(bob)
  await bob.goto(`${base}/#/pages/room/room?room=${invited}`)
  await seen(bob, '这个房间已不存在，或你无权查看。')
  await button(bob, '去广场').click()
  await bob.getByLabel('搜索房间').fill(secret)
  await seen(bob, '没有这样的房间')
  await bob.getByLabel('搜索房间').fill('')
  await bob.goto(base + code)
  await bob.getByRole('heading', { name: secret }).waitFor(wait)
  await seen(bob, '仅限受邀')
  // In this room one may show oneself.
  await bob.getByRole('radio', { name: '我的资料' }).click()
  const nickname = /昵称“(.+)”/.exec(await bob.getByText('别人会看到你的昵称').innerText())[1]
  await button(bob, '加入').click()
  await composer(bob).waitFor(wait)
  assert.equal(room(bob), invited)
  await closePanel(ann)
  await button(await panel(ann), `${nickname}, shows the profile`).waitFor(wait)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
