// The moderators' page by the keyboard alone: each section, from the login to logging out.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { Admin } from '../support/admin.mjs'
import { browser, calm, journey, person, wait } from '../support/browser.mjs'
import { call, pair, Person, random, rows, unique, until, v2 } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'
import { reported } from '../support/reported.mjs'

const base = `http://127.0.0.1:${process.env.DRIFTLINE_ADMIN_PORT}`
const step = journey()
const people = []
const word =
  'zq' +
  random()
    .toLowerCase()
    .replace(/[^a-z]/g, 'x')
let chromium, page, by, owner, it, appeal

const heading = (name) => page.getByRole('heading', { name, exact: true }).waitFor(wait)
const row = (text) => page.getByRole('row').filter({ hasText: text })
const gone = (text) => row(text).waitFor({ ...wait, state: 'detached' })

async function section(name) {
  await by.enter('link ' + name)
  await heading(name)
  await by.comesTo('heading ' + name)
  assert.match(await page.title(), new RegExp(`^${name} `))
}

/** On to what is done in the row with this text, past those of the rows above it. */
async function within(text, what) {
  await row(text).waitFor(wait)
  const isThere = () => row(text).evaluate((element) => element.contains(document.activeElement))
  for (let n = 0; n < 90; n++) {
    await by.tabTo(what)
    if (await isThere()) return
    await by.press('Tab')
  }
  assert.fail(`${what} is not reached in the row of ${text}`)
}

async function choose(what, option) {
  await by.tabTo(what)
  await by.type(option)
}

before(async () => {
  chromium = await browser()
  ;[owner, it] = await Promise.all([Admin.add('owner'), reported()])
  people.push(it.one, it.two)
  page = await person(chromium, { base, age: null, viewport: { width: 1280, height: 900 } })
  by = keyboard(page)
})
after(async () => {
  people.forEach((someone) => someone.close())
  await chromium?.close()
})

step('in', async () => {
  await heading('Driftline moderation')
  await by.write('textbox Name', owner.name)
  await by.write('textbox Password', 'wrong')
  await by.press('Enter')
  await page.getByRole('alert').waitFor(wait)
  await by.enter('button Use a token')
  await by.tabTo('textbox Token', 'Shift+Tab')
  await by.enter('button Use a name and a password')
  await by.tabTo('textbox Name', 'Shift+Tab')
  await by.write('textbox Password', owner.password)
  await by.press('Enter')
  await heading('Reports')
})

step('a report is looked at, with its picture, and kept', async () => {
  await by.enter('link ' + it.report.slice(0, 8))
  await heading('What the reporter saw')
  await by.enter('button Show the picture')
  await page.getByRole('img', { name: 'Picture in the report' }).waitFor(wait)
  await by.enter('button Keep the evidence past its time')
  await by.comesTo('button Let the evidence go in its time')
})

step('a warning is given', async () => {
  await choose('select Action', 'Warn')
  await by.write(/^textbox Reason/, 'By the keyboard.')
  await by.write(/^textbox Note/, 'first time')
  await by.enter('button Do it')
  await heading('Reports')
  await gone(it.note)
  assert.equal((await it.one.get('/warnings')).body.items[0].reason, 'By the keyboard.')
})

step('resolved reports lead to the person, who is banned: asked first', async () => {
  await choose('select State', 'Resolved')
  await within(it.report.slice(0, 8), /^link (?!.{8}$)/)
  await by.press('Enter')
  await heading('Act')
  await choose('select Action', 'Ban')
  await by.write(/^textbox Reason/, 'Enough.')
  await by.enter('button Do it')
  await by.comesTo('button Cancel')
  await by.press('Tab', 'Tab')
  await by.comesTo('button Cancel')
  await by.escape('button Do it')
  assert.equal((await it.one.get('/me')).status, 200)
  await by.press('Enter')
  await by.comesTo('button Cancel')
  await by.enter('button Ban')
  await page.getByRole('status').filter({ hasText: 'Done.' }).waitFor(wait)
  assert.equal((await it.one.get('/me')).status, 401)
})

step('an appeal is answered', async () => {
  const { account, password } = it.one
  const { body } = await call('POST', '/api/v1/login', { account, password_v2: v2(account, password) })
  appeal = unique('sorry')
  const asked = await call('POST', '/api/v1/appeals', { code: body.error.appeal_code, text: appeal })
  assert.equal(asked.status, 200)
  await section('Appeals')
  await within(appeal, 'button Answer')
  await by.press('Enter')
  await by.comesTo('textbox Your answer, which the person reads')
  await by.enter('button Cancel')
  await by.comesTo('button Answer')
  await by.press('Enter')
  await by.comesTo('textbox Your answer, which the person reads')
  await by.type('Well then.')
  await by.enter('button Lift it')
  await gone(appeal)
  await it.one.login()
  await choose('select State', 'Answered')
  await row(appeal).filter({ hasText: 'Well then.' }).waitFor(wait)
})

step('a word is put on the list, and tried', async () => {
  await section('Words')
  await by.write('textbox Pattern', word)
  await choose('select Class', 'Hold')
  await by.enter('button Add')
  await row(word).waitFor(wait)
  await by.write('textbox Text', `say ${word} now`)
  await by.enter('button Try a text')
  await page.getByRole('status').filter({ hasText: word }).waitFor(wait)
})

step('of two held lines one is let be said, and one refused', async () => {
  const { one, room } = await pair(await Person.guest(), await Person.guest())
  people.push(one)
  const isHeld = async (body) => {
    const line = { client_id: crypto.randomUUID(), kind: 'text', body }
    return (await one.post(`/rooms/${room}/messages`, line)).status === 202
  }
  const [good, bad] = [unique('good') + ' ' + word, unique('bad') + ' ' + word]
  await until(() => isHeld(good), 'the word in force')
  assert.ok(await isHeld(bad))
  await section('Held lines')
  await within(good, 'button Let it be said')
  await by.press('Enter')
  await gone(good)
  await within(bad, 'button Refuse')
  await by.press('Enter')
  await gone(bad)
  const said = async () => (await one.get(`/rooms/${room}/messages`)).body.items.map(({ body }) => body)
  await until(async () => (await said()).includes(good), 'the line')
  assert.equal((await said()).includes(bad), false)
})

step('the word is found, and taken off the list', async () => {
  await section('Words')
  await by.write('textbox Find in the list', word)
  await by.press('Enter')
  await within(word, 'button Remove')
  await by.press('Enter')
  await gone(word)
})

step('a room is found, and closed: asked first', async () => {
  const topic = unique('topic')
  const opener = await Person.guest()
  people.push(opener)
  const { body: room } = await opener.post('/rooms', { topic })
  await section('Rooms')
  await by.write(/^textbox Find/, topic)
  await by.press('Enter')
  await by.enter('link ' + topic)
  await by.enter('button Close the room')
  await by.comesTo('button Cancel')
  await by.enter('button Close the room')
  await page.getByRole('button', { name: 'Close the room' }).waitFor({ ...wait, state: 'detached' })
  assert.equal(
    (await rows(`select ended_at is not null as over from room where id = '${room.id}'`))[0].over,
    true,
  )
  await by.enter('button Back')
  await choose('select State', 'Ended')
  await row(topic).waitFor(wait)
})

step('somebody is sought who is not there', async () => {
  await section('People')
  await by.write(/^textbox A subject/, 'nobody' + random())
  await by.press('Enter')
  await page.getByRole('alert').waitFor(wait)
})

step('figures', () => section('Figures'))

step('what was done stands in the audit log', async () => {
  await section('Audit log')
  await by.write('textbox Admin', owner.name)
  await by.write('textbox Command', 'appeals answer')
  await by.press('Enter')
  await row('appeals answer').first().waitFor(wait)
  await gone('words add')
})

step('an admin is added, given a new password, and kept out', async () => {
  const name = 't' + random()
  const said = page.getByRole('status').filter({ hasText: name })
  await section('Admins')
  await by.write('textbox Name', name)
  await by.enter('button Add an admin')
  await said.waitFor(wait)
  const first = await said.innerText()
  await within(name, 'button New password')
  await by.press('Enter')
  await until(async () => (await said.innerText().catch(() => first)) !== first, 'another password')
  await within(name, 'button Disable')
  await by.press('Enter')
  await by.comesTo('button Cancel')
  await by.enter('button Disable')
  await within(name, 'button Enable')
})

step('the language changes, and out', async () => {
  await by.enter('button 中文')
  await by.enter('button English')
  await by.enter('button Log out')
  await heading('Driftline moderation')
  await by.comesTo('heading Driftline moderation')
  calm(page)
})
