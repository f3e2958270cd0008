// Accounts as people meet them: the form and its errors, coming back, what ends a session, and what stays on the device.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  form,
  guest,
  guestButton,
  journey,
  line,
  log,
  meet,
  person,
  register,
  room,
  say,
  shows,
  start,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { sql, unique } from '../support/client.mjs'

const step = journey()
const name = unique('e2e_')
const password = 'correct horse'
let chromium, ann, again, bob
const said = []
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
const stored = (page) => page.evaluate(() => JSON.stringify(localStorage))
const signedOut = (page) => guestButton(page).waitFor(wait)

before(async () => {
  chromium = await browser()
  ;[ann, bob] = await Promise.all([person(chromium), person(chromium)])
})
after(() => chromium?.close())

step('the form says what is wrong before anything is sent', async () => {
  const calls = []
  ann.on('request', (request) => request.url().includes('/api/') && calls.push(request.url()))
  await form(ann, 'register', 'ab', 'short', 'other')
  await alert(ann, 'Use 3 to 32 letters, digits, - or _, starting with a letter or digit.')
  await alert(ann, 'Use at least 8 characters.')
  await alert(ann, 'The two passwords differ.')
  await ann.getByLabel('Account name').fill('-dash')
  await ann.getByLabel('Password', { exact: true }).focus()
  await alert(ann, 'Use 3 to 32 letters')
  await form(ann, 'register', '', '', '')
  await alert(ann, 'Choose an account name.')
  await alert(ann, 'Enter a password.')
  await form(ann, 'login', '', '')
  await alert(ann, 'Choose an account name.')
  assert.deepEqual(calls, [])
})

step('an account is made, with capitals or not', async () => {
  await register(ann, { account: name.toUpperCase(), password })
  await turnTo(ann, 'Me')
  await ann.getByText(`${name} · since today`).waitFor(wait)
})

step('a name that is taken, and a wrong password', async () => {
  await form(bob, 'register', name, 'another password')
  await alert(bob, 'This account name is taken. Choose another one.')
  await form(bob, 'login', name, 'another password')
  await alert(bob, 'Account name and password do not match.')
  await form(bob, 'login', unique('nobody_'), 'another password')
  await alert(bob, 'Account name and password do not match.')
})

step('who is barred reads until when and why', async () => {
  await sql(
    `update account set banned_until = now() + interval '40 days', ban_reason = 'spam <links>' where name = '${name}'`,
  )
  await form(bob, 'login', name, password)
  const until = new Date(Date.now() + 40 * 86400000)
  await bob.getByRole('heading', { name: 'This account is suspended' }).waitFor(wait)
  await bob.getByText('Reason: spam <links>').waitFor(wait)
  const day = `${until.getDate()} [A-Z][a-z]{2}( \\d{4})? \\d\\d:\\d\\d`
  await bob.getByText(new RegExp(`^Until ${day}\\. After that you can come back\\.$`)).waitFor(wait)
  await button(bob, 'To the first page').click()
  await sql(`update account set banned_until = 'infinity' where name = '${name}'`)
  await form(bob, 'login', name, password)
  await bob.getByText('For good.').waitFor(wait)
  await button(bob, 'To the first page').click()
  await sql(`update account set banned_until = null, ban_reason = null where name = '${name}'`)
})

step('the same account on a second device', async () => {
  again = await person(chromium, { viewport: { width: 1280, height: 800 } })
  await form(again, 'login', name, password)
  await start(again).waitFor(wait)
  await turnTo(again, 'Me')
  await again.getByText(`${name} · since today`).waitFor(wait)
})

step('a nickname is kept, and checked', async () => {
  await ann.getByLabel('Nickname').fill('  ')
  await button(ann, 'Save').click()
  await alert(ann, 'Enter a nickname.')
  await ann.getByLabel('Nickname').fill('夜航 🛶')
  await button(ann, 'Save').click()
  await ann.getByText('Saved.').waitFor(wait)
  await ann.getByRole('heading', { name: '夜航 🛶' }).waitFor(wait)
  await again.reload()
  await again.getByRole('heading', { name: '夜航 🛶' }).waitFor(wait)
})

step('a new password: the old one is asked for, other devices are logged out', async () => {
  await button(ann, 'Change password').click()
  const change = async (old) => {
    await ann.getByLabel('Current password').fill(old)
    await ann.getByLabel('New password').fill('staple battery')
    await ann.getByLabel('Repeat the password').fill('staple battery')
    await button(ann, 'Save').click()
  }
  await change('not this one')
  await alert(ann, 'The current password is not right.')
  await change(password)
  await ann.getByText('The password is changed. Other devices are logged out.').waitFor(wait)
  await signedOut(again)
  await again.getByText('You are logged out.').waitFor(wait)
  await form(again, 'login', name, password)
  await alert(again, 'Account name and password do not match.')
  await form(again, 'login', name, 'staple battery')
  await start(again).waitFor(wait)
  await ann.reload()
  await ann.getByText(`${name} · since today`).waitFor(wait)
})

step('a guest who keeps the account comes back to it, chats and all', async () => {
  const kept = unique('kept_')
  await guest(bob)
  await turnTo(ann, 'Match')
  await meet(ann, bob)
  for (const text of ['hello from the guest', 'hello']) {
    said.push(text)
    await say(said.length % 2 ? bob : ann, text)
    for (const page of [ann, bob]) await line(page, text).waitFor(wait)
  }
  await button(bob, 'Back').click()
  await turnTo(bob, 'Me')
  await button(bob, 'Keep this account').click()
  const claim = async (account) => {
    await bob.getByLabel('Account name').fill(account)
    await bob.getByLabel('Password', { exact: true }).fill(password)
    await bob.getByLabel('Repeat the password').fill(password)
    await button(bob, 'Save').click()
  }
  await claim(name)
  await alert(bob, 'This account name is taken.')
  await claim(kept)
  await bob.getByText('This account is yours now.').waitFor(wait)
  await bob.getByText(`${kept} · since today`).waitFor(wait)
  const elsewhere = await person(chromium)
  await form(elsewhere, 'login', kept, password)
  await start(elsewhere).waitFor(wait)
  await turnTo(elsewhere, /^Chats/)
  await elsewhere.getByRole('list').getByRole('button', { name: /hello/ }).click()
  await shows(elsewhere, said)
  calm(elsewhere)
  await elsewhere.context().close()
})

const expire = () =>
  sql(`delete from session where account = (select id from account where name = '${name}')`)
const backIn = async () => {
  await signedOut(ann)
  await ann.getByText('Please log in again; you will be taken back to where you were.').waitFor(wait)
  await form(ann, 'login', name, 'staple battery')
}

step('a session that expires while one types: entry, and after the login back, with the draft', async () => {
  const chat = room(ann)
  await expire()
  await composer(ann).fill('typed when it was over')
  await backIn()
  await shows(ann, said)
  assert.equal(room(ann), chat)
  assert.equal(await composer(ann).inputValue(), 'typed when it was over')
  const read = ann.waitForResponse(/\/read$/, wait) // the last that this line brings about
  await composer(ann).press('Enter')
  said.push('typed when it was over')
  await shows(ann, said)
  await read
})

step('a session that expires as one sends: after the login the line goes out, once', async () => {
  await ann.route('**/typing', (route) => route.fulfill({ status: 204 })) // it is the line that is refused
  await expire()
  await say(ann, 'sent when it was over')
  await backIn()
  said.push('sent when it was over')
  await shows(ann, said)
  await button(bob, 'Chats, 2 unread').click()
  await bob
    .getByRole('list')
    .getByRole('button', { name: /sent when it was over/ })
    .click()
  await shows(bob, said)
})

step('a session that expired while the page was closed', async () => {
  await expire()
  await ann.reload()
  await backIn()
  await shows(ann, said)
})

step('a link to a chat leads through entry, and nobody else into it', async () => {
  const path = new URL(ann.url()).hash
  const stranger = await person(chromium, { path: '/' + path })
  await signedOut(stranger)
  assert.equal(await log(stranger).count(), 0)
  await form(stranger, 'login', name, 'staple battery')
  await shows(stranger, said)
  calm(stranger)
  await stranger.context().close()
  const other = await person(chromium, { path: '/' + path })
  await guestButton(other).click()
  await alert(other, 'This chat is not there, or not yours to see.')
  assert.equal(await other.getByText('hello from the guest').count(), 0)
  calm(other)
  await other.context().close()
})

step('logging out leaves nothing of the talk on the device', async () => {
  assert.match(await stored(ann), /hello from the guest/)
  const chat = ann.url()
  await button(ann, 'Back').click()
  await turnTo(ann, 'Me')
  await button(ann, 'Log out').click()
  await signedOut(ann)
  const left = await stored(ann)
  for (const text of [...said, room({ url: () => chat }), name])
    assert.ok(!left.includes(text), `${text} is left in ${left}`)
  assert.deepEqual(
    (await ann.context().cookies()).filter(({ value }) => value),
    [],
  )
  await ann.goto(chat) // only the hash changes
  await ann.reload()
  await signedOut(ann)
  assert.equal(await ann.getByText('hello from the guest').count(), 0)
})

step('out everywhere', async () => {
  await form(ann, 'login', name, 'staple battery')
  await log(ann).waitFor(wait) // back where one was
  await button(ann, 'Back').click()
  await turnTo(ann, 'Me')
  await again.reload() // its session has expired above
  await signedOut(again)
  await form(again, 'login', name, 'staple battery')
  await log(again).waitFor(wait) // where the match had led that one too
  await button(ann, 'Log out everywhere').click()
  await button(ann.getByRole('dialog'), 'Log out everywhere').click()
  await signedOut(ann)
  await signedOut(again)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, again, bob))
