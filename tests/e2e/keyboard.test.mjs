// The journeys by the keyboard alone: nothing is clicked and no focus is set. At each stop one sees where the keyboard is; a
// dialog takes it in, keeps it, closes by Escape and gives it back.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before } from 'node:test'
import {
  browser,
  calm,
  composer,
  guestButton,
  journey,
  line,
  log,
  person,
  room,
  seen,
  shows,
  start,
  stop,
  wait,
} from '../support/browser.mjs'
import { Person, rows, sql, unique, until } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'
import { act } from '../support/safety.mjs'

const { png } = createRequire(import.meta.url)('../../applet/tests/mp/files.cjs')
const step = journey()
const account = unique('keys_')
const WRITE = 'textbox Write a message'
let chromium, ann, bob, by, bobs, other, id

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor(wait)
const gone = (locator) => locator.waitFor({ ...wait, state: 'detached' })
const dialog = (page, name) => page.getByRole('dialog', { name })

/** Looks for somebody with a tag, and there is one: a person without a browser. */
async function meet(page, hands) {
  const tag = unique('t')
  await hands.write('textbox Add a tag', tag)
  await hands.press('Enter')
  await hands.enter('button Find someone')
  await stop(page).waitFor(wait)
  return join(page, tag)
}

async function join(page, tag) {
  const stranger = await Person.guest()
  const { body } = await stranger.match([tag])
  assert.equal(body.state, 'matched')
  await composer(page).waitFor(wait)
  return Object.assign(stranger, { room: body.room.id })
}

/** The stranger says something, and it is there. */
async function hear(page, text) {
  await other.send(other.room, text)
  await line(page, text).waitFor(wait)
}

/** Opens the menu of the newest line, which has one once it is sent. */
async function menu(hands) {
  await log(ann).locator('.row').last().getByRole('button', { name: 'Message actions' }).waitFor(wait)
  await hands.tabTo(WRITE)
  await hands.tabTo('button Message actions', 'Shift+Tab')
  await hands.press('Enter')
}

before(async () => {
  chromium = await browser('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream')
  ann = await person(chromium, { age: null, permissions: ['clipboard-read', 'clipboard-write'] })
  by = keyboard(ann)
  ann.on('filechooser', () => undefined) // so that no real one comes up between two that are waited for
  bob = await person(chromium, { viewport: { width: 1280, height: 800 } })
  bobs = keyboard(bob)
})
after(() => chromium?.close())

step('in as a guest: the question of age is answered, and the page that comes is told', async () => {
  await by.enter('button Start as a guest')
  await by.inDialog('Are you 18 or older?')
  await by.escape('button Start as a guest')
  await by.press('Enter')
  await by.inDialog('Are you 18 or older?')
  await by.enter('button I am 18 or older')
  await start(ann).waitFor(wait)
  await by.comesTo(/Who will it be\?$/)
})

step('an account is made, left and come back to', async () => {
  const fill = async () => {
    await bobs.write('textbox Account name', account)
    await bobs.write('textbox Password', 'correct horse')
  }
  await bobs.tabTo('tab Log in')
  await bobs.press('ArrowRight')
  assert.equal(await bobs.focused(), 'tab Register')
  await bobs.press('Tab')
  assert.equal(await bobs.focused(), 'textbox Account name')
  await fill()
  await bobs.tabTo('button Show characters')
  await bobs.write('textbox Repeat the password', 'correct horse')
  await bobs.enter('button Create account')
  await start(bob).waitFor(wait)
  await bobs.enter('button Me')
  await bobs.enter('button Log out')
  await guestButton(bob).waitFor(wait)
  await fill()
  await bobs.press('Enter')
  await start(bob).waitFor(wait)
})

step('looking for somebody is begun, given up, begun again, and ends in a chat', async () => {
  await by.enter('button Find someone')
  await by.comesTo('button Stop looking')
  await by.press('Enter')
  await start(ann).waitFor(wait)
  other = await meet(ann, by)
  id = room(ann)
})

step('lines are sent, with a break in one', async () => {
  await by.tabTo(WRITE)
  await by.type('one')
  await by.press('Shift+Enter')
  await by.type('two')
  await by.press('Enter')
  await by.comesTo(WRITE)
  await by.type('three')
  await by.press('Enter')
  await shows(ann, ['one\ntwo', 'three'])
})

step('a line is answered', async () => {
  await hear(ann, 'a question')
  await menu(by)
  await by.press('Escape')
  await gone(ann.getByRole('group', { name: 'Message actions' }))
  await by.comesTo('button Message actions')
  await by.press('Enter')
  await by.enter('button Reply')
  await by.comesTo(WRITE)
  await by.press('Escape')
  await gone(ann.getByText('Replying to'))
  await menu(by)
  await by.enter('button Reply')
  await by.comesTo(WRITE)
  await by.type('an answer')
  await by.press('Enter')
  await log(ann)
    .getByRole('button', { name: /a question/ })
    .waitFor(wait)
})

step('a line is reacted to, and the reaction taken back', async () => {
  await hear(ann, 'good news')
  await menu(by)
  await by.enter('button Like')
  const chip = log(ann).getByRole('button', { name: 'Like, 1' })
  await chip.waitFor(wait)
  await by.escape('button Message actions')
  await by.enter('button Like, 1')
  await gone(chip)
  await by.comesTo('button Message actions')
})

step('a line is copied, and the keyboard stays with it', async () => {
  await menu(by)
  await by.enter('button Copy')
  await by.comesTo('button Message actions')
  assert.equal(await ann.evaluate(() => navigator.clipboard.readText()), 'good news')
})

step('a line is taken back', async () => {
  await by.tabTo(WRITE)
  await by.type('not that')
  await by.press('Enter')
  await shows(ann, ['not that'], 'the newest line', 1)
  await line(ann, 'not that').waitFor(wait)
  await menu(by)
  await by.enter('button Take back')
  await seen(ann, 'You took a line back')
  // What came before it has the keyboard now.
  await by.comesTo('button Message actions')
})

step('what was not sent is tried again', async () => {
  let refused = 0
  await ann.route('**/messages', (route) =>
    route.request().method() === 'POST' && !refused++
      ? route.fulfill({ status: 422, json: { error: { code: 'word_blocked', message: 'm' } } })
      : route.fallback(),
  )
  await by.tabTo(WRITE)
  await by.type('once more')
  await by.press('Enter')
  await by.tabTo('button Try again', 'Shift+Tab')
  await by.press('Enter')
  await gone(ann.getByRole('button', { name: 'Try again' }))
  await shows(ann, ['once more'], 'the newest line', 1)
  await ann.unroute('**/messages')
})

step('a picture is added, left out, sent, and looked at', async () => {
  const add = async () => {
    await by.tabTo('button Add pictures')
    const [chooser] = await Promise.all([ann.waitForEvent('filechooser'), by.press('Enter')])
    await chooser.setFiles([{ name: 'a.png', mimeType: 'image/png', buffer: png(60, 40) }])
    await ann.getByRole('list', { name: 'Pictures to send' }).waitFor(wait)
  }
  await add()
  await by.enter('button Leave out picture 1')
  await gone(ann.getByRole('list', { name: 'Pictures to send' }))
  await add()
  await by.enter('button Send')
  const picture = log(ann).getByRole('button', { name: /^Picture that you sent/ })
  await picture.waitFor(wait)
  await until(() => picture.isEnabled(), 'the picture is sent', wait.timeout)
  await by.tabTo(WRITE)
  await by.tabTo(/^button Picture that you sent/, 'Shift+Tab')
  await by.press('Enter')
  await by.inDialog(/^Picture that you sent/)
  const size = () =>
    dialog(ann, /^Picture that you sent/)
      .getByRole('img')
      .last()
      .boundingBox()
  const before = (await size()).width
  await by.press('+')
  await until(async () => (await size()).width > before, 'a larger picture', wait.timeout)
  await by.escape(/^button Picture that you sent/)
})

step('a voice is recorded, heard, thrown away, and recorded and sent', async () => {
  const record = async () => {
    await by.enter('button Record a voice message')
    await by.comesTo('button Stop recording')
    await ann.getByRole('timer').filter({ hasText: '0:02' }).waitFor(wait)
    await by.press('Enter')
    await by.comesTo(/^button Play: Voice message/)
  }
  await record()
  await by.press('Enter')
  await by.enter('button Delete the recording')
  await by.comesTo('button Record a voice message')
  await by.press('Enter')
  await by.comesTo('button Stop recording')
  await by.press('Escape')
  await by.comesTo('button Record a voice message')
  await record()
  await by.enter('button Send')
  await log(ann)
    .getByRole('button', { name: /^Play: Voice message/ })
    .waitFor(wait)
  await by.comesTo('button Record a voice message')
})

step('somebody is reported, with the lines that are chosen', async () => {
  await hear(ann, 'buy gold')
  await hear(ann, 'cheap gold')
  await menu(by)
  await by.enter('button Report')
  await by.inDialog(/^Report /)
  await by.escape('button Message actions')
  await by.press('Enter')
  await by.enter('button Report')
  await by.inDialog(/^Report /)
  await by.enter('button Choose messages')
  await gone(dialog(ann, /^Report /))
  await by.tabTo('checkbox For the report: buy gold')
  await by.press('Space')
  await seen(ann, '2 messages chosen.')
  await by.enter('button Done')
  await by.inDialog(/^Report /)
  await by.tabTo(/^radio /)
  for (let n = 0; !/Spam/.test(await by.focused()); n++) {
    assert.ok(n < 12, 'Spam is among the reasons')
    await by.press('ArrowDown')
  }
  await by.write('textbox In your words (optional)', 'all day')
  await by.enter('button Send the report')
  await seen(ann, 'Your report is with the moderators.')
  await by.inDialog(/^Report /)
  await by.escape('button Message actions')
  const [{ lines }] = await rows(
    `select count(*) filter (where chosen)::int as lines from evidence e join report r on r.id = e.report where r.note = 'all day' and r.subject = ${await other.key()}`,
  )
  assert.equal(lines, 2)
})

step('on to the next one: asked first, then waited for', async () => {
  const tag = await ann.evaluate(() => JSON.parse(localStorage.getItem('driftline.tags')).data[0])
  await by.tabTo('button Next')
  await by.press('Enter')
  await by.inDialog('Leave and meet someone else?')
  await by.escape('button Next')
  await by.press('Enter')
  await by.inDialog('Leave and meet someone else?')
  await by.enter('button Next')
  await stop(ann).waitFor(wait)
  other = await join(ann, tag)
  assert.notEqual(room(ann), id)
})

step('somebody is blocked, by a line’s menu', async () => {
  await hear(ann, 'boo')
  await menu(by)
  await by.enter('button Block this person')
  await by.inDialog(/^Block /)
  await by.escape('button Message actions')
  await by.press('Enter')
  await by.enter('button Block this person')
  await by.inDialog(/^Block /)
  await by.enter(/^button Block/)
  await gone(composer(ann))
})

step('and unblocked', async () => {
  await by.enter('button Back')
  await heading(ann, 'Chats')
  await by.enter('button Me')
  await by.enter('button Whom you blocked')
  await heading(ann, 'Blocked')
  await by.enter(/^button Unblock /)
  await seen(ann, 'Nobody is blocked')
  await by.enter('button Back')
  await heading(ann, /./)
  await by.comesTo('button Whom you blocked')
})

step('a chat is left', async () => {
  await by.enter('button Match')
  other = await meet(ann, by)
  await hear(ann, 'hello')
  await by.tabTo('button Leave')
  await by.press('Enter')
  await by.inDialog('Leave this chat?')
  await by.escape('button Leave')
  await by.press('Enter')
  await by.inDialog('Leave this chat?')
  await by.enter('button Leave')
  await seen(ann, 'You left this chat.')
})

step('a room is found by its words, and entered', async () => {
  const topic = unique('Lighthouse ')
  const owner = await Person.guest()
  const { body } = await owner.post('/rooms', { topic, tags: ['sea'] })
  await by.enter('button Back')
  await by.enter('button Square')
  await heading(ann, 'Square')
  await by.write('textbox Search rooms', topic)
  await by.enter(`link ${topic}`)
  await by.enter('button Join')
  await composer(ann).waitFor(wait)
  assert.equal(room(ann), body.id)
  other = Object.assign(owner, { room: body.id })
  await hear(ann, 'welcome')
})

step('in the list of chats it is pinned, silenced, and left', async () => {
  const what = /^button What to do with Lighthouse/
  const name = /^Lighthouse/
  await by.enter('button Back')
  await by.enter(/^button Chats/)
  await by.enter(what)
  await by.inDialog(name)
  await by.escape(what)
  await by.press('Enter')
  await by.inDialog(name)
  await by.enter('button Pin on top')
  await by.comesTo(what)
  await ann.getByRole('button', { name: /Lighthouse.*Pinned/ }).waitFor(wait)
  await by.press('Enter')
  await by.inDialog(name)
  await by.enter('button Silence')
  await ann.getByRole('button', { name: /Lighthouse.*Silenced/ }).waitFor(wait)
  await by.comesTo(what)
  await by.press('Enter')
  await by.inDialog(name)
  await by.enter('button Leave')
  await by.inDialog('Leave this room?')
  await by.escape(what)
  await by.press('Enter')
  await by.inDialog(name)
  await by.enter('button Leave')
  await by.inDialog('Leave this room?')
  await by.enter('button Leave')
  await ann.getByRole('button', { name: /Lighthouse.*Left/ }).waitFor(wait)
  await by.comesTo(what)
})

step('a room of one’s own, a link into it, and the link’s end', async () => {
  const topic = unique('Harbour ')
  await by.enter('button Square')
  await by.enter('button Open a room')
  await heading(ann, 'A room of your own')
  await by.write('textbox Topic', topic)
  await by.enter('button Open the room')
  await composer(ann).waitFor(wait)
  const about = `button About this chat: ${topic}`
  await by.enter(about)
  await by.inDialog('About this room')
  await by.enter('button Invite by a link')
  await by.inDialog('Invite by a link')
  await by.enter('button Make a link')
  await ann.getByLabel('The link as a QR code').waitFor(wait)
  await by.inDialog('Invite by a link')
  await by.enter('button End this link')
  await gone(ann.getByLabel('The link as a QR code'))
  await by.inDialog('Invite by a link')
  await by.press('Escape')
  await by.inDialog('About this room')
  await by.escape(about)
  const [{ live }] = await rows(
    `select count(*)::int as live from share s join room r on r.key = s.room where r.topic = '${topic}'`,
  )
  assert.equal(live, 0)
})

step('a warning is read', async () => {
  const key = await sql(`select id from account where name = '${account}'`)
  await bobs.tabTo('textbox Add a tag')
  await act(`account_mute(${key}, now() + interval '1 hour', 'too loud')`)
  await bobs.inDialog('From the moderators')
  await bobs.escape('textbox Add a tag')
  await bobs.enter('button Look')
  await heading(bob, 'Warnings')
  await bobs.enter('button I have read it')
  await seen(bob, 'Read')
  await act(`account_mute(${key}, now() + interval '2 hours', 'still too loud')`)
  await bobs.inDialog('From the moderators')
  await bobs.enter('button I have read it')
  await gone(dialog(bob, 'From the moderators'))
  await bobs.enter('button Back')
})

step('the page about oneself: nickname, appearance, language, password', async () => {
  await bobs.enter('button Me')
  await bobs.write('textbox Nickname', 'Keys')
  await bobs.enter('button Save')
  await heading(bob, 'Keys')
  await seen(bob, 'Saved.')
  const ground = () => bob.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await bobs.tabTo('radio System')
  for (const [key, name] of [
    ['ArrowRight', 'radio Light'],
    ['ArrowRight', 'radio Dark'],
  ]) {
    await bobs.press(key)
    assert.equal(await bobs.focused(), name)
  }
  assert.notEqual(await ground(), light)
  await bobs.press('ArrowRight')
  await bobs.tabTo('radio English', 'Shift+Tab')
  await bobs.press('ArrowLeft')
  assert.equal(await bobs.focused(), 'radio 简体中文')
  await bob.getByRole('button', { name: '修改密码' }).waitFor(wait)
  await bobs.press('ArrowRight')
  await bobs.enter('button Change password')
  await bobs.comesTo('textbox Current password')
  await bobs.type('correct horse')
  await bobs.write('textbox New password', 'staple battery')
  await bobs.write('textbox Repeat the password', 'staple battery')
  await bobs.press('Enter')
  await seen(bob, 'The password is changed. Other devices are logged out.')
  await bobs.comesTo('button Change password')
})

step('one’s data is taken along, and the account erased', async () => {
  await bobs.enter('button Your data')
  await bobs.tabTo('button Export my data')
  const [download] = await Promise.all([bob.waitForEvent('download'), bobs.press('Enter')])
  assert.equal(download.suggestedFilename(), 'driftline-account.json')
  await bobs.enter('button Erase my account')
  await bobs.comesTo('textbox Password')
  await bobs.type('staple battery')
  await bobs.enter('button Erase for good')
  await guestButton(bob).waitFor(wait)
  await seen(bob, /^Your account is erased\./)
})

step('a guest says twice that it means it', async () => {
  await by.enter('button Back')
  await by.enter('button Me')
  await by.enter('button Your data')
  await by.enter('button Erase my account')
  await by.tabTo('switch I want this account to be gone')
  await by.press('Space')
  await by.enter('button Erase for good')
  await guestButton(ann).waitFor(wait)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
