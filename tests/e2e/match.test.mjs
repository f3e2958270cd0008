// Finding somebody: tags, the wait and its estimate, giving up, and partners who are gone.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  guest,
  journey,
  line,
  meet,
  person,
  register,
  room,
  say,
  search,
  shows,
  start,
  stop,
  tab,
  tags,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { rows, sql, unique, until } from '../support/client.mjs'

const step = journey()
const gone = unique('gone')
let chromium, ann, bob, second

const state = (page) => page.evaluate(async () => (await (await fetch('/api/v1/match')).json()).state)
const waiting = async (page) => {
  await page.getByText('Looking for someone').waitFor(wait)
  await page.getByText(/^Waiting for \d+ s$/).waitFor(wait)
}

before(async () => {
  chromium = await browser()
  ;[ann, bob] = await Promise.all([person(chromium), person(chromium)])
  await guest(ann)
  await register(bob)
})
after(() => chromium?.close())

step('somebody looks for a partner and closes the browser', async () => {
  const ghost = await guest(await person(chromium))
  await search(ghost, gone)
  await waiting(ghost)
  calm(ghost)
  await ghost.context().close()
})

step('tags are added, suggested, removed and kept', async () => {
  const add = async (text) => {
    await ann.getByLabel('Add a tag').fill(text)
    await ann.keyboard.press('Enter')
  }
  const held = async () => (await tags(ann).allInnerTexts()).map((text) => text.trim())
  await add('  #jazz   at night ')
  await add('JAZZ AT NIGHT') // the same
  await button(ann, 'music').click()
  await ann.getByLabel('Add a tag').fill('围棋')
  await button(ann, 'Add').click()
  assert.deepEqual(await held(), ['jazz at night', 'music', '围棋'])
  await button(ann, 'Remove tag music').click()
  await button(ann, 'music').waitFor(wait) // on offer again
  await ann.reload()
  await tags(ann).first().waitFor(wait)
  assert.deepEqual(await held(), ['jazz at night', '围棋'])
  for (let i = 3; i <= 8; i++) await add('tag ' + i)
  await ann.getByText('Eight tags are enough.').waitFor(wait)
  assert.equal(await ann.getByLabel('Add a tag').count(), 0)
})

step('a wait is told, and given up', async () => {
  await search(ann, unique('alone'))
  await waiting(ann)
  await ann.getByText('First someone with your tags, then anyone.').waitFor(wait)
  assert.equal(await state(ann), 'waiting')
  await stop(ann).click()
  await start(ann).waitFor(wait)
  await until(async () => (await state(ann)) === 'idle', 'the end of the wait', wait.timeout)
})

step('a wait goes on through a reload of the page', async () => {
  const tag = unique('t')
  await search(ann, tag)
  await waiting(ann)
  await ann.reload()
  await waiting(ann)
  await search(bob, tag)
  for (const page of [ann, bob]) await composer(page).waitFor(wait)
  assert.equal(room(ann), room(bob))
  await say(bob, 'hello')
  await shows(ann, ['hello'])
  await button(ann, 'Leave').click()
  await button(ann.getByRole('dialog'), 'Leave').click()
  await bob.getByText('has left. This chat is over.').waitFor(wait)
  for (const page of [ann, bob]) {
    await button(page, 'Back').click()
    await turnTo(page, 'Match')
  }
})

step('the estimate is what past matches say, or nothing', async () => {
  await sql('insert into match_log (low, high, waited) select -n, -n - 1, n from generate_series(1, 5) n')
  const answer = ann.waitForResponse((r) => r.url().endsWith('/match') && r.request().method() === 'POST')
  await search(ann, unique('alone'))
  await waiting(ann)
  const { estimate } = await (await answer).json()
  assert.ok(estimate.n >= 5)
  const span = (s) => (s < 90 ? `${Math.max(1, Math.round(s))} s` : `${Math.round(s / 60)} min`)
  await ann
    .getByText(`Half of all waits end within ${span(estimate.p50)}, most within ${span(estimate.p90)}.`)
    .waitFor(wait)
  await stop(ann).click()
  await start(ann).waitFor(wait)
})

step('a partner whose browser is gone is never handed out', async () => {
  const [{ account }] = await rows(`select account from wait where tags = array['${gone}']`)
  const lease = () => rows(`select lease > now() as holds, room from wait where account = ${account}`)
  await until(async () => !(await lease())[0].holds, 'the end of the lease', 30000)
  await search(ann, gone)
  await waiting(ann)
  await search(bob, gone)
  for (const page of [ann, bob]) await composer(page).waitFor(wait)
  assert.equal(room(ann), room(bob))
  assert.equal((await lease())[0].room, null)
})

step('two tabs of one account are in step', async () => {
  second = await tab(bob.context(), bob.url())
  const said = ['from one tab', 'from the other', 'to both']
  await say(bob, said[0])
  await line(second, said[0]).waitFor(wait)
  await say(second, said[1])
  await line(ann, said[1]).waitFor(wait)
  await say(ann, said[2])
  for (const page of [ann, bob, second]) await shows(page, said)
  await bob.bringToFront() // a page in the background draws once a second
  await line(bob, said[1]).click()
  await button(bob, 'Take back').click()
  await second.getByText('You took a line back').waitFor(wait)
  await ann.getByText('took a line back').waitFor(wait)
  for (const page of [ann, bob, second]) await shows(page, ['from one tab', 'to both'])
  await button(bob, 'Leave').click()
  await button(bob.getByRole('dialog'), 'Leave').click()
  await second.getByText('You left this chat.').waitFor(wait)
  await ann.getByText('has left. This chat is over.').waitFor(wait)
})

step('a match in one tab is listed in the other, and leads nobody away', async () => {
  await second.bringToFront()
  await button(second, 'Back').click()
  await second.getByRole('list').waitFor(wait)
  const before = await second.getByRole('listitem').count()
  await bob.bringToFront()
  for (const page of [ann, bob]) {
    await button(page, 'Back').click()
    await turnTo(page, 'Match')
  }
  await meet(ann, bob)
  await say(ann, 'hello again')
  await second
    .getByRole('list')
    .getByRole('button', { name: /hello again/ })
    .waitFor(wait)
  assert.equal(await second.getByRole('listitem').count(), before + 1)
  assert.match(second.url(), /conversations/)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob, second))
