// On a wide screen the chats stand beside the one in front; on a narrow one there is one of the two.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  form,
  journey,
  line,
  panel,
  person,
  room,
  say,
  start,
  wait,
} from '../support/browser.mjs'
import { Person, pair, until } from '../support/client.mjs'

const step = journey()
let chromium, page, one, two

before(async () => {
  const ann = await Person.register()
  one = await pair(ann)
  await one.two.send(one.room, 'first of the one')
  two = await pair(ann)
  await two.two.send(two.room, 'first of the other')
  chromium = await browser()
  page = await person(chromium, { viewport: { width: 1280, height: 800 } })
  await form(page, 'login', ann.account, ann.password)
  await start(page).waitFor(wait)
})
after(async () => {
  for (const each of [one, two]) for (const who of [each?.one, each?.two]) who?.close()
  await chromium?.close()
})

const chats = () => page.getByRole('region', { name: 'Chats' }).filter({ visible: true })
const row = (text) => chats().getByRole('button', { name: text }).first()
const current = () => chats().locator('[aria-current=page]').getAttribute('aria-label')

step('without a chat in front it says to choose one', async () => {
  await page.getByRole('navigation').getByRole('button', { name: 'Chats' }).click()
  await page.getByText('Choose a chat on the left').waitFor(wait)
  await row(/first of the one/).waitFor(wait)
  await row(/first of the other/).waitFor(wait)
})

step('a chat opens beside the list, and the next one in its place', async () => {
  await row(/first of the one/).click()
  await line(page, 'first of the one').waitFor(wait)
  assert.match(await current(), /first of the one/)
  await row(/first of the other/).click()
  await line(page, 'first of the other').waitFor(wait)
  assert.equal(room(page), two.room)
  assert.match(await current(), /first of the other/)
  assert.equal(await line(page, 'first of the one').filter({ visible: true }).count(), 0)
})

step('what is said stands in the list at once, and what comes elsewhere is counted there', async () => {
  await say(page, 'said just now')
  await row(/said just now/).waitFor(wait)
  await one.two.send(one.room, 'meanwhile elsewhere')
  await row(/meanwhile elsewhere.*1 unread/).waitFor(wait)
})

step('by keyboard alone', async () => {
  await row(/meanwhile elsewhere/).focus()
  await page.keyboard.press('Enter')
  await line(page, 'meanwhile elsewhere').waitFor(wait)
  assert.equal(room(page), one.room)
  await until(
    async () => !(await row(/meanwhile elsewhere/).getAttribute('aria-label')).includes('unread'),
    'read',
  )
})

step('what is known of the chat stands beside it where there is room, else over it', async () => {
  const boxes = async () => [await (await panel(page)).boundingBox(), await composer(page).boundingBox()]
  const [side, writing] = await boxes()
  assert.ok(writing.x + writing.width <= side.x, 'beside')
  await page.setViewportSize({ width: 1100, height: 800 })
  await until(async () => {
    const [over, under] = await boxes()
    return under.x + under.width > over.x
  }, 'over')
  await button(page.getByRole('dialog'), 'Close').click()
})

step('narrow, there is the chat alone, and back is the list', async () => {
  await page.setViewportSize({ width: 390, height: 800 })
  await until(async () => !(await chats().count()), 'no list')
  await line(page, 'meanwhile elsewhere').waitFor(wait)
  await button(page, 'Back').click()
  await page.getByRole('heading', { name: 'Chats', level: 1 }).waitFor(wait)
  await page.getByRole('listitem').first().waitFor(wait)
  assert.equal(await page.getByText('Choose a chat on the left').count(), 0)
  calm(page)
})
