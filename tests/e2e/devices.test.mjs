// One account in three places: two tabs of a browser and a phone. What is done in one shows in the others, what belongs to a
// device stays there, and each way of logging out ends what it says and nothing else.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  answer,
  browser,
  button,
  calm,
  closePanel,
  composer,
  form,
  guest,
  guestButton,
  joinRoom,
  journey,
  line,
  log,
  openRoom,
  panel,
  person,
  register,
  room,
  say,
  search,
  seen,
  shows,
  start,
  stop,
  tab,
  tags,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique, until } from '../support/client.mjs'

const step = journey()
const tag = unique('t')
const topic = unique('Ferry ')
/** A page in the background draws once a second, and takes no keys. */
const front = (page) => page.bringToFront()
let chromium, desk, beside, phone, bob, id

const everywhere = (action) => Promise.all([desk, beside, phone].map(action))
const main = async (page, name) => {
  await front(page)
  if (await button(page, 'Back').count()) await button(page, 'Back').click()
  await turnTo(page, name)
}
const row = (page, name) => page.getByRole('list').getByRole('button', { name })

before(async () => {
  chromium = await browser()
  desk = await register(await person(chromium, { viewport: { width: 1280, height: 800 } }))
  beside = await tab(desk.context(), desk.url())
  phone = await person(chromium)
  await form(phone, 'login', desk.account, desk.password)
  bob = await guest(await person(chromium))
  await everywhere((page) => start(page).waitFor(wait))
})
after(() => chromium?.close())

step('a wait that is begun in one place is seen in all, with its tags', async () => {
  await front(desk)
  await search(desk, tag)
  await everywhere(async (page) => {
    await stop(page).waitFor(wait)
    await page.getByText(tag, { exact: true }).filter({ visible: true }).waitFor(wait)
  })
})

step('and given up in one place, in all: nobody is told that a place was lost', async () => {
  await stop(phone).click()
  await everywhere((page) => start(page).waitFor(wait))
  for (const page of [desk, beside, phone])
    assert.equal(await page.getByText('Your place in the queue was lost.').count(), 0)
})

step('a match opens the chat in all of them', async () => {
  await search(phone, tag)
  await everywhere((page) => stop(page).waitFor(wait))
  await search(bob, tag)
  for (const page of [bob, desk, beside, phone]) await composer(page).waitFor(wait)
  id = room(bob)
  for (const page of [desk, beside, phone]) assert.equal(room(page), id)
})

step('a line that is sent in one stands in the others, once', async () => {
  await front(desk)
  await say(desk, 'from the desk')
  await line(phone, 'from the desk').waitFor(wait)
  await say(phone, 'from the phone')
  await say(bob, 'to all of them')
  for (const page of [desk, beside, phone, bob])
    await until(
      async () => (await log(page).locator('.bubble .body').count()) === 3,
      'three lines',
      wait.timeout,
    )
  await shows(bob, ['from the desk', 'from the phone', 'to all of them'])
  await everywhere((page) => shows(page, ['from the desk', 'from the phone', 'to all of them']))
})

step('what is only typed stays where it is', async () => {
  await front(phone)
  await composer(phone).fill('not sent yet')
  await say(bob, 'are you typing?')
  await everywhere((page) => line(page, 'are you typing?').waitFor(wait))
  for (const page of [desk, beside]) assert.equal(await composer(page).inputValue(), '')
  assert.equal(await composer(phone).inputValue(), 'not sent yet')
  await composer(phone).fill('')
})

step('what is read in one place is read in all', async () => {
  for (const page of [desk, beside, phone]) await main(page, /^Chats/)
  await say(bob, 'read me')
  await everywhere((page) => row(page, /read me.*1 unread/).waitFor(wait))
  await front(phone)
  await row(phone, /read me/).click()
  await log(bob).getByText('Read', { exact: true }).waitFor(wait)
  for (const page of [desk, beside]) {
    await row(page, /read me/).waitFor(wait)
    await row(page, /unread/).waitFor({ ...wait, state: 'detached' })
    await button(page.getByRole('navigation'), 'Chats').waitFor(wait)
  }
})

step('what is set for a chat is set in all of them', async () => {
  await main(phone, /^Chats/)
  for (const [act, said] of [
    ['Pin on top', /Pinned/],
    ['Silence', /Silenced/],
  ]) {
    await phone
      .getByRole('button', { name: /^What to do with/ })
      .first()
      .click()
    await phone.getByRole('dialog').getByRole('button', { name: act }).click()
    await everywhere((page) => row(page, said).waitFor(wait))
  }
})

step('who is in a chat is offered the match, and goes when it suits', async () => {
  await front(desk)
  await row(desk, /read me/).click()
  await composer(desk).waitFor(wait)
  await main(phone, 'Match')
  await search(phone, unique('t'))
  await stop(phone).waitFor(wait)
  const cleo = await guest(await person(chromium))
  await search(cleo, (await phone.locator('.worn').innerText()).trim())
  await composer(cleo).waitFor(wait)
  await composer(phone).waitFor(wait)
  assert.equal(room(desk), id)
  await button(desk.getByRole('main').filter({ visible: true }), 'Match').click()
  await until(() => room(desk) === room(cleo), 'the chat with the next one', wait.timeout)
  assert.equal(room(phone), room(cleo))
  calm(cleo)
  await cleo.context().close()
})

step('a chat that is left in one place is over in all', async () => {
  await main(phone, /^Chats/)
  await row(phone, /read me/).click()
  await button(phone, 'Leave').click()
  await answer(phone, 'Leave')
  await seen(phone, 'You left this chat.')
  await seen(bob, /has left\. This chat is over\./)
  for (const page of [desk, beside]) {
    await main(page, /^Chats/)
    await row(page, /read me.*Ended/).waitFor(wait)
  }
})

step('so is a room', async () => {
  await main(bob, 'Match')
  const group = await openRoom(bob, topic)
  await joinRoom(phone, group)
  for (const page of [desk, beside]) await row(page, new RegExp(`^${topic}`)).waitFor(wait)
  await button(await panel(phone), 'Leave the room').click()
  await answer(phone, 'Leave')
  await seen(phone, 'You left this room.')
  await closePanel(phone).catch(() => undefined)
  for (const page of [desk, beside]) await row(page, new RegExp(`^${topic}.*Left`)).waitFor(wait)
})

step('a new nickname is there at once, light or dark is the device’s own', async () => {
  for (const page of [desk, beside, phone]) await main(page, 'Me')
  await phone.getByLabel('Nickname').fill('Ferryman')
  await button(phone, 'Save').click()
  await everywhere((page) => page.getByRole('heading', { name: 'Ferryman' }).waitFor(wait))
  await front(desk)
  await desk.getByRole('radio', { name: 'Dark' }).click()
  await beside.getByRole('radio', { name: 'Dark', checked: true }).waitFor(wait)
  await phone.getByRole('radio', { name: 'System', checked: true }).waitFor(wait)
  await desk.getByRole('radio', { name: 'System' }).click()
})

step('logging out in one tab logs out the one beside it, and not the phone', async () => {
  await button(desk, 'Log out').click()
  for (const page of [desk, beside]) await guestButton(page).waitFor(wait)
  await phone.reload()
  await phone.getByRole('heading', { name: 'Ferryman' }).waitFor(wait)
})

step('a login in one tab is one in the tab beside it', async () => {
  await front(desk)
  await form(desk, 'login', desk.account, desk.password)
  await start(desk).waitFor(wait)
  await front(beside)
  await beside.reload()
  await start(beside).waitFor(wait)
  assert.equal(await tags(beside).count(), await tags(desk).count())
})

step('a new password on the phone ends the others', async () => {
  await front(phone)
  await button(phone, 'Change password').click()
  await phone.getByLabel('Current password').fill(desk.password)
  await phone.getByLabel('New password').fill('staple battery')
  await phone.getByLabel('Repeat the password').fill('staple battery')
  await button(phone, 'Save').click()
  await seen(phone, 'The password is changed. Other devices are logged out.')
  for (const page of [desk, beside]) await guestButton(page).waitFor(wait)
})

step('out everywhere is everywhere', async () => {
  await front(desk)
  await form(desk, 'login', desk.account, 'staple battery')
  await start(desk).waitFor(wait)
  await front(phone)
  await button(phone, 'Log out everywhere').click()
  await answer(phone, 'Log out everywhere')
  for (const page of [phone, desk]) await guestButton(page).waitFor(wait)
})

step('a browser has one account: who comes in by one tab is in by all', async () => {
  await front(desk)
  await guest(desk)
  await turnTo(desk, 'Me')
  await seen(desk, /^A guest/)
  const called = (page) => page.getByRole('heading', { level: 1 }).filter({ visible: true }).innerText()
  const before = await called(desk)
  await front(beside)
  await guest(beside)
  await start(beside).waitFor(wait)
  await turnTo(beside, 'Me')
  await until(async () => (await called(beside)) !== 'Me', 'a name')
  const now = await called(beside)
  assert.notEqual(now, before)
  await start(desk).waitFor(wait) // begun anew
  await front(desk)
  await turnTo(desk, 'Me')
  await until(async () => (await called(desk)) === now, 'the other tab to follow', wait.timeout)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(desk, beside, phone, bob))
