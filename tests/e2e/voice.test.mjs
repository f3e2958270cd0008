// Voice between two people in browsers, with Chromium's fake microphone: recorded by taps, by holding, by the keyboard alone;
// listened to, sent, given up; played by the other one, one after the other.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  composer,
  calm,
  guest,
  journey,
  log,
  meet,
  person,
  say,
  wait,
} from '../support/browser.mjs'
import { until } from '../support/client.mjs'

const step = journey()
let chromium, ann, bob

const voices = (page) => log(page).getByRole('button', { name: /^(Play|Pause|播放|暂停)/ })
/** Waits until so many of them stand there. */
const count = (what, n) => until(async () => (await what.count()) === n, `${n} of them`, wait.timeout)

/** Notes what the lock screen shows when a button turns to a pause: a short voice may have ended before anybody looks. */
const listen = () => {
  window.played = []
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const label = target.getAttribute('aria-label') ?? ''
      if (/^(Pause|暂停)/.test(label)) window.played.push(navigator.mediaSession.metadata?.title)
    }
  }).observe(document, { subtree: true, attributeFilter: ['aria-label'] })
}
const played = (page, n) =>
  until(async () => (await page.evaluate(() => window.played.length)) >= n, `${n} that played`, wait.timeout)

async function record(page, ms, start, stop) {
  await button(page, start).click()
  await page.getByRole('timer').waitFor(wait)
  await page.waitForTimeout(ms)
  await button(page, stop).click()
}

before(async () => {
  chromium = await browser('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream')
  ann = await person(chromium)
  bob = await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
  for (const page of [ann, bob]) {
    await page.context().addInitScript(listen)
    await page.reload()
    await guest(page)
  }
  await meet(ann, bob)
})
after(() => chromium?.close())

step('a voice is recorded, listened to, and sent; the other one plays it', async () => {
  await record(ann, 1500, 'Record a voice message', 'Stop recording')
  await ann
    .getByText(/^Recorded, 0:0\d\. Listen to it, or send it\.$/)
    .waitFor({ ...wait, state: 'attached' })
  await ann.getByRole('button', { name: /^Play: Voice message/ }).click()
  await played(ann, 1)
  await button(ann, 'Send').click()
  for (const page of [ann, bob]) await count(voices(page), 1)
  assert.match(await voices(bob).getAttribute('aria-label'), /^播放语音 0:0\d，未听$/)
  await voices(bob).click()
  await played(bob, 1)
  await bob.getByRole('button', { name: /^播放语音 0:0\d$/ }).waitFor(wait)
  const bars = await log(bob).locator('.wave .bar').count()
  assert.ok(bars >= 12, `${bars} bars`)
})

step('what was heard stays heard; the next ones play one after the other', async () => {
  for (let n = 2; n <= 3; n++) {
    await record(ann, 1100, 'Record a voice message', 'Stop recording')
    await ann.getByRole('button', { name: 'Delete the recording' }).waitFor(wait)
    await button(ann, 'Send').click()
    await count(voices(bob), n)
  }
  await bob.reload()
  await count(voices(bob), 3)
  const labels = () => voices(bob).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  assert.deepEqual(
    (await labels()).map((label) => label.includes('未听')),
    [false, true, true],
  )
  await voices(bob).nth(1).click()
  await played(bob, 2)
  assert.ok((await labels()).filter((label) => label.startsWith('暂停')).length <= 1, 'one at a time')
  assert.deepEqual(await bob.evaluate(() => [...new Set(window.played)]), ['语音'], 'on the lock screen')
  await until(
    async () => (await labels()).every((label) => !label.includes('未听')),
    'all heard',
    wait.timeout,
  )
})

step('one moves in it by the arrows', async () => {
  const wave = log(bob).getByRole('slider').last()
  await wave.focus()
  await bob.keyboard.press('End')
  await until(async () => Number(await wave.getAttribute('aria-valuenow')) >= 0, 'moved', wait.timeout)
  await bob.keyboard.press('Home')
  await until(async () => (await wave.getAttribute('aria-valuetext')).startsWith('0:00'), 'the beginning')
})

step('held down it records until it is let go; slid away it gives up', async () => {
  const mic = button(ann, 'Record a voice message')
  const box = await mic.boundingBox()
  const at = [box.x + box.width / 2, box.y + box.height / 2]
  await ann.mouse.move(...at)
  await ann.mouse.down()
  await ann.getByRole('timer').waitFor(wait)
  await ann.waitForTimeout(1200)
  await ann.getByText('Slide up to give up').waitFor(wait)
  await ann.mouse.up()
  await button(ann, 'Delete the recording').click()
  await ann.mouse.move(...at)
  await ann.mouse.down()
  await ann.getByRole('timer').waitFor(wait)
  await ann.mouse.move(at[0], at[1] - 120)
  await ann.getByText('Let go to give up').waitFor(wait)
  await ann.mouse.up()
  await composer(ann).waitFor(wait)
  await count(voices(ann), 3)
})

step('by the keyboard alone: record, end, listen, send; and Escape gives up', async () => {
  const focused = () => ann.evaluate(() => document.activeElement.getAttribute('aria-label'))
  await ann.waitForTimeout(1000) // a click so soon after a press by the mouse is taken for its echo
  await button(ann, 'Record a voice message').focus()
  await ann.keyboard.press('Enter')
  await ann.getByRole('timer').waitFor(wait)
  await ann.keyboard.press('Escape')
  await composer(ann).waitFor(wait)
  await until(async () => (await focused()) === 'Record a voice message', focused)
  await ann.keyboard.press('Enter')
  await ann.getByRole('timer').waitFor(wait)
  await ann.waitForTimeout(1100)
  await ann.keyboard.press('Enter')
  await until(async () => /^Play: /.test(await focused()), focused, wait.timeout)
  await ann.keyboard.press('Enter')
  await played(ann, 2)
  for (let i = 0; i < 6 && (await focused()) !== 'Send'; i++) await ann.keyboard.press('Tab')
  await ann.keyboard.press('Enter')
  await count(voices(bob), 4)
})

step('a reply to a voice, and the list of chats, say what it is', async () => {
  const row = log(bob)
    .locator('.row')
    .filter({ has: bob.getByRole('slider') })
    .last()
  await row.hover()
  await button(row, '消息操作').click()
  await button(bob, '回复').click()
  await say(bob, '听到了')
  await log(ann)
    .getByRole('button', { name: /^In reply to.*Voice message, 0:0\d|Voice message, 0:0\d/ })
    .first()
    .waitFor(wait)
  await record(ann, 1100, 'Record a voice message', 'Stop recording')
  await button(ann, 'Delete the recording').waitFor(wait)
  await button(ann, 'Send').click()
  await count(voices(bob), 5)
  await button(bob, '返回').click()
  await bob
    .getByRole('list')
    .getByRole('button', { name: /语音 0:0\d/ })
    .waitFor(wait)
})

step('no microphone, or none allowed: said in words', async () => {
  for (const [error, words] of [
    ['NotAllowedError', 'Driftline may not use the microphone.'],
    ['NotFoundError', 'No microphone was found'],
    ['NotReadableError', 'Something else uses the microphone.'],
  ]) {
    await ann.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name))
    }, error)
    await button(ann, 'Record a voice message').click()
    await ann.getByRole('alert').filter({ hasText: words }).waitFor(wait)
    await composer(ann).waitFor(wait)
  }
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
