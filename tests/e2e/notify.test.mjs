// What calls somebody who is not looking: the count in the title, one sound of one tab, and notifications that tell nothing.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  calm,
  composer,
  guest,
  journey,
  line,
  log,
  meet,
  openRoom,
  person,
  joinRoom,
  room,
  say,
  search,
  stop,
  tab,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique, until } from '../support/client.mjs'

const step = journey()
let chromium, ann, bob, second
let said = 0

/** Notes each sound and notification of a page instead of playing and showing it, and lets its clock be moved. */
function noted() {
  const now = Date.now
  window.later = 0
  Date.now = () => now() + window.later
  window.rings = 0
  window.asked = 0
  window.notices = []
  const { createGain } = BaseAudioContext.prototype
  const start = OscillatorNode.prototype.start
  // A sound is one node that all its notes go through.
  BaseAudioContext.prototype.createGain = function () {
    const gain = createGain.call(this)
    const { connect } = gain
    gain.connect = function (to, ...rest) {
      if (to === this.context.destination) window.rings++
      return connect.call(this, to, ...rest)
    }
    return gain
  }
  window.notes = 0
  OscillatorNode.prototype.start = function (...times) {
    window.notes++
    return start.apply(this, times)
  }
  const Real = window.Notification
  window.Notification = class extends EventTarget {
    static get permission() {
      return window.permission ?? Real.permission
    }
    static requestPermission() {
      window.asked++
      return Promise.resolve(this.permission)
    }
    constructor(title, options) {
      super()
      Object.assign(this, { title, options, closed: false })
      window.notices.push(this)
    }
    close() {
      this.closed = true
      this.onclose?.()
    }
  }
}

const rings = (page) => page.evaluate(() => window.rings)
const notices = (page) =>
  page.evaluate(() =>
    window.notices.map(({ title, options, closed }) => ({
      title,
      ...options,
      closed,
    })),
  )

/** As the browser does when another tab or window comes before this one, or it comes back. */
const see = (page, visible) =>
  page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => state,
      })
      Object.defineProperty(document, 'hidden', {
        configurable: true,
        get: () => state === 'hidden',
      })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    visible ? 'visible' : 'hidden',
  )

/** What other tabs were told by locks takes a moment: until the browser says that so many of ours are in sight. */
const inSight = (page, count) =>
  until(
    async () =>
      (await page.evaluate(async () => {
        const { held } = await navigator.locks.query()
        return held.filter(({ name }) => name.startsWith('driftline.front.')).length
      })) === count,
    'tabs in sight',
  )

const leading = (page) =>
  until(() =>
    page.evaluate(async () =>
      (await navigator.locks.query()).held.some(({ name }) => name === 'driftline.lead'),
    ),
  )

/** Bob says something, after the sounds before it were so long ago that they hold no new one back. */
async function bobSays(...pages) {
  for (const page of pages) await page.evaluate(() => (window.later += 3000))
  const text = `line ${++said} of a secret`
  await say(bob, text)
  await line(bob, text).waitFor(wait)
  return text
}

async function rang(page, count) {
  let found
  await until(
    async () => (found = await rings(page)) === count,
    () => `${count} sounds: there were ${found}`,
  )
}

before(async () => {
  chromium = await browser('--autoplay-policy=no-user-gesture-required')
  ann = await person(chromium)
  await ann.context().addInitScript(noted)
  await ann.context().grantPermissions(['notifications'])
  await ann.reload()
  bob = await guest(await person(chromium))
  await guest(ann)
  await leading(ann)
  await meet(ann, bob)
})
after(() => chromium?.close())

step('a match that was waited for is heard, with three notes', async () => {
  await rang(ann, 1)
  assert.equal(await ann.evaluate(() => window.notes), 3)
  await ann.evaluate(() => (window.rings = window.notes = 0))
})

step(
  'a line in the room in front makes no sound, one in another room does, and the title counts it',
  async () => {
    await line(ann, await bobSays(ann)).waitFor(wait)
    await ann.goBack()
    await inSight(ann, 1)
    await bobSays(ann)
    await rang(ann, 1)
    await until(async () => /^\(1\) /.test(await ann.title()))
    assert.equal(await ann.evaluate(() => window.notes), 2, 'two notes')
  },
)

step('the room in front makes one when the tab is out of sight', async () => {
  await turnTo(ann, 'Chats')
  await ann.getByText('of a secret').first().click()
  await composer(ann).waitFor(wait)
  // All is read, so what comes next is the one line that is not.
  await until(
    async () => (await log(bob).getByText('Sent', { exact: true }).count()) === 0,
    'the mark of reading',
  )
  await see(ann, false)
  await inSight(ann, 0)
  await bobSays(ann)
  await rang(ann, 2)
  await until(async () => /^\(1\) /.test(await ann.title()))
  await see(ann, true)
  await until(async () => !/^\(/.test(await ann.title()))
})

step('many lines at once make one sound', async () => {
  await see(ann, false)
  await inSight(ann, 0)
  await bobSays(ann)
  await rang(ann, 3)
  for (let i = 0; i < 3; i++) await say(bob, `and ${i}`)
  await until(async () => /^\(4\) /.test(await ann.title()))
  await bobSays(ann)
  await rang(ann, 4)
})

step('one’s own lines make none', async () => {
  await see(ann, true)
  await say(ann, 'mine')
  await line(bob, 'mine').waitFor(wait)
  await see(ann, false)
  await bobSays(ann)
  await rang(ann, 5)
  await see(ann, true)
})

step('of two tabs one makes it', async () => {
  second = await tab(ann.context(), ann.base + '/#/pages/me/me')
  await second.getByRole('heading', { level: 1 }).waitFor(wait)
  await see(ann, false)
  await inSight(ann, 1)
  await bobSays(ann, second)
  await rang(ann, 6)
  await until(async () => /^\(1\) /.test(await second.title()))
  assert.equal(await rings(second), 0)
})

step('and none where the other tab has the room in front', async () => {
  await second.goto(ann.url())
  await composer(second).waitFor(wait)
  await until(() =>
    second.evaluate(
      async (id) => (await navigator.locks.query()).held.some(({ name }) => name === 'driftline.front.' + id),
      room(ann),
    ),
  )
  await line(second, await bobSays(ann, second)).waitFor(wait)
  await turnTo(second, 'Me').catch(() => second.goBack())
  await inSight(second, 1)
  await bobSays(ann, second)
  await rang(ann, 7)
})

step('the tab that is left makes it', async () => {
  await ann.close()
  await leading(second)
  ann = second
  await see(ann, false)
  await inSight(ann, 0)
  await bobSays(ann)
  await rang(ann, 1)
  await see(ann, true)
})

step('a room that was silenced makes none, and neither does anything when the sound is off', async () => {
  const chat = room(bob)
  const silence = (on) =>
    ann.evaluate(
      ([id, body]) =>
        fetch(`/api/v1/rooms/${id}/silence`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body,
        }).then((answer) => answer.status),
      [chat, JSON.stringify({ on })],
    )
  assert.equal(await silence(true), 204)
  await ann.goto(ann.base + '/#/pages/conversations/conversations')
  await ann
    .getByText('Silenced')
    .or(ann.getByLabel(/Silenced/))
    .first()
    .waitFor(wait)
  await leading(ann)
  const quiet = await bobSays(ann)
  await ann.getByText(quiet).first().waitFor(wait)
  assert.equal(await silence(false), 204)
  await ann.reload()
  await ann.getByText(quiet).first().waitFor(wait)
  await leading(ann)
  await bobSays(ann)
  await rang(ann, 1)
  await turnTo(ann, 'Me')
  const sound = ann.getByRole('switch', { name: 'Sound' })
  assert.equal(await sound.getAttribute('aria-checked'), 'true')
  await sound.click()
  await bobSays(ann)
  await until(async () => /^\(\d\) /.test(await ann.title()))
  await sound.click()
  await bobSays(ann)
  await rang(ann, 2)
})

step('notifications are asked for by a tap in Me alone', async () => {
  assert.equal(await ann.evaluate(() => window.asked), 0)
  const show = ann.getByRole('switch', { name: 'Notify on this device' })
  assert.equal(await show.getAttribute('aria-checked'), 'false')
  await see(ann, false)
  await bobSays(ann)
  await rang(ann, 3)
  assert.deepEqual(await notices(ann), [])
  await see(ann, true)
  await show.click()
  await until(async () => (await show.getAttribute('aria-checked')) === 'true')
  assert.equal(await ann.evaluate(() => window.asked), 1)
  assert.equal((await notices(ann))[0].body, 'Notifications are on.')
})

step('one says that there is a message, and nothing of it', async () => {
  await bobSays(ann)
  await rang(ann, 4)
  assert.equal((await notices(ann)).length, 1, 'none while the page is seen')
  await see(ann, false)
  await inSight(ann, 0)
  await bobSays(ann)
  await until(async () => (await notices(ann)).length === 2)
  const { tag, ...told } = (await notices(ann))[1]
  assert.deepEqual(told, {
    title: 'Driftline',
    body: 'New message',
    silent: true,
    closed: false,
  })
  assert.equal(tag, room(bob))
})

step('a click on it opens the room, and it goes', async () => {
  await ann.evaluate(() => window.notices[1].onclick())
  await composer(ann).waitFor(wait)
  assert.equal(room(ann), room(bob))
  assert.equal((await notices(ann))[1].closed, true)
})

step('it goes when the room is read elsewhere', async () => {
  await ann.goto(ann.base + '/#/pages/me/me')
  await ann.getByRole('switch', { name: 'Sound' }).waitFor(wait)
  await see(ann, false)
  await inSight(ann, 0)
  const before = (await notices(ann)).length
  const text = await bobSays(ann)
  await until(async () => (await notices(ann)).length === before + 1)
  second = await tab(ann.context(), `${ann.base}/#/pages/chat/chat?room=${room(bob)}`)
  await line(second, text).waitFor(wait)
  await until(async () => (await notices(ann)).at(-1).closed)
  await second.close()
  await inSight(ann, 0)
})

step('a match calls too', async () => {
  const tag = unique('n')
  await see(ann, true)
  await turnTo(ann, 'Match')
  await search(ann, tag)
  await stop(ann).waitFor(wait)
  await see(ann, false)
  await inSight(ann, 0)
  await ann.evaluate(() => (window.later += 3000))
  const before = await rings(ann)
  const cleo = await guest(await person(chromium))
  await search(cleo, tag)
  await composer(cleo).waitFor(wait)
  await rang(ann, before + 1)
  await until(async () => (await notices(ann)).at(-1).body === 'Someone is here')
  await cleo.close()
})

step('people who come and go make no sound', async () => {
  await see(ann, true)
  await ann.goto(ann.base + '/#/pages/square/square')
  const id = await openRoom(ann, unique('Coming and going '))
  await see(ann, false)
  await inSight(ann, 0)
  await ann.evaluate(() => (window.later += 3000))
  const before = await rings(ann)
  const dan = await guest(await person(chromium))
  await joinRoom(dan, id)
  await say(dan, 'hello all')
  await rang(ann, before + 1)
  assert.equal(
    await ann.evaluate(
      () => window.notices.filter(({ options }) => options.body === 'New message').length > 0,
    ),
    true,
  )
  await dan.close()
})

step('where the browser refuses, Me says what to do', async () => {
  const eve = await person(chromium)
  await eve.addInitScript(noted)
  await eve.addInitScript(() => (window.permission = 'denied'))
  await eve.reload()
  await guest(eve)
  await turnTo(eve, 'Me')
  const show = eve.getByRole('switch', { name: 'Notify on this device' })
  assert.equal(await eve.getByRole('alert').count(), 0)
  await show.click()
  await eve
    .getByRole('alert')
    .getByText(/blocks notifications/)
    .waitFor(wait)
  assert.equal(await show.getAttribute('aria-checked'), 'false')
  calm(eve)
})

step('nothing went wrong on the way', () => {
  calm(ann, bob)
})
