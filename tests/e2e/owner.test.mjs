// What the owner of a room can do, in browsers: taking lines back, slow mode, muting, removing, handing over.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  answer,
  browser,
  button,
  calm,
  closePanel,
  composer,
  guest,
  joinRoom,
  journey,
  line,
  menu,
  openRoom,
  panel,
  people,
  person,
  say,
  seen,
  shows,
  wait,
} from '../support/browser.mjs'
import { unique } from '../support/client.mjs'

const step = journey()
let chromium, ann, bob, cleo, id

/** Opens what the owner can do about the one person whose mask this is. */
async function about(page, alias) {
  const row = (await people(page)).filter({ hasText: alias })
  const tools = row.getByRole('button').filter({ hasText: alias })
  if ((await tools.getAttribute('aria-expanded')) !== 'true') await tools.click()
  return row
}

/** The mask that the person at this page wears, in English. */
const mask = async (page) =>
  /Here you are (.+)\./.exec(await (await panel(page)).getByText('Here you are').innerText())[1]

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium, { viewport: { width: 1280, height: 800 } }))
  bob = await guest(await person(chromium))
  cleo = await guest(await person(chromium, { locale: 'zh-CN' }))
})
after(() => chromium?.close())

step('three people are in a room', async () => {
  id = await openRoom(ann, unique('Orchestra '))
  for (const page of [bob, cleo]) await joinRoom(page, id)
  await seen(ann, '3 of 50 people')
})

step("the owner takes anybody's line back; others their own alone", async () => {
  await say(bob, 'this is off the topic')
  await say(bob, 'and this is not')
  await line(ann, 'and this is not').waitFor(wait)
  await button(await menu(cleo, 'this is off the topic'), '赞').waitFor(wait)
  assert.equal(await button(cleo, '撤回').count(), 0)
  await button(await menu(ann, 'this is off the topic'), 'Take back').click()
  for (const page of [ann, bob, cleo]) {
    await line(page, 'this is off the topic').waitFor({ ...wait, state: 'detached' })
    await shows(page, ['and this is not'])
  }
  await bob.getByText(/took a line back/).waitFor(wait)
})

step('slow mode: one line, then a countdown, then the next; not for the owner', async () => {
  await (await panel(ann)).getByRole('radio', { name: '5 s', exact: true }).click()
  await (await panel(ann)).getByRole('radio', { name: '5 s', exact: true, checked: true }).waitFor(wait)
  await say(cleo, 'first')
  await cleo.getByRole('timer').filter({ hasText: '可以再次发言' }).waitFor(wait)
  await composer(cleo).fill('second')
  assert.equal(await button(cleo, '发送').isDisabled(), true)
  await line(ann, 'first').waitFor(wait)
  await say(ann, 'one')
  await say(ann, 'two')
  await cleo.getByRole('timer').waitFor({ ...wait, state: 'detached' })
  await button(cleo, '发送').click()
  await shows(ann, ['and this is not', 'first', 'one', 'two', 'second'])
  await (await panel(ann)).getByRole('radio', { name: 'Off', exact: true }).click()
  await cleo.getByRole('timer').waitFor({ ...wait, state: 'detached' })
  await say(cleo, 'a')
  await say(cleo, 'b')
  await line(ann, 'b').waitFor(wait)
})

step('who is muted reads along and cannot write, until it ends', async () => {
  const alias = await mask(bob)
  await closePanel(bob)
  await button(await about(ann, alias), '10 min').click()
  await seen(bob, /^The owner has muted you until .* You can read along\./)
  await composer(bob).waitFor({ ...wait, state: 'detached' })
  await (await about(ann, alias)).getByText(/muted until/).waitFor(wait)
  assert.equal(await cleo.getByText('禁言').count(), 0) // nobody else is told
  await say(cleo, '大家好')
  await line(bob, '大家好').waitFor(wait)
  await button(await about(ann, alias), 'Unmute').click()
  await composer(bob).waitFor(wait)
  await say(bob, 'thank you')
  await line(ann, 'thank you').waitFor(wait)
})

step('who is removed is told within two seconds, has no composer, and cannot come back', async () => {
  const alias = await mask(bob)
  await closePanel(bob)
  await button(await about(ann, alias), 'Remove from the room').click()
  await seen(ann, `Remove ${alias}?`)
  const began = Date.now()
  await answer(ann, 'Remove')
  await seen(bob, 'The owner removed you from this room.')
  assert.ok(Date.now() - began < 2000, `told after ${Date.now() - began} ms`)
  assert.equal(await composer(bob).count(), 0)
  assert.equal(await button(bob, 'Join again').count(), 0)
  await seen(ann, '2 of 50 people')
  await say(ann, 'said without bob')
  await line(cleo, 'said without bob').waitFor(wait)
  await bob.reload()
  await seen(bob, 'The owner removed you from this room.')
  assert.equal(await line(bob, 'said without bob').count(), 0)
  await line(bob, 'thank you').waitFor(wait)
  await bob.goto(`${bob.base}/#/pages/room/room?room=${id}`)
  await seen(bob, 'You were removed from this room and cannot come back.')
  assert.equal(await button(bob, 'Join').count(), 0)
})

step('the room is handed over', async () => {
  const other = (await people(ann)).filter({ hasNotText: 'You' })
  const alias = (await other.innerText()).trim()
  await button(await about(ann, alias), 'Hand the room over').click()
  await seen(ann, `Hand the room over to ${alias}?`)
  await answer(ann, 'Hand over')
  await (await people(ann)).filter({ hasText: alias }).getByText('Owner').waitFor(wait)
  await ann.getByRole('heading', { name: 'For the owner' }).waitFor({ ...wait, state: 'detached' })
  await (await panel(cleo)).getByRole('heading', { name: '房主工具' }).waitFor(wait)
  await (await panel(cleo)).getByRole('radio', { name: '5 秒', exact: true }).click()
  await say(ann, 'now I have to wait too')
  await ann.getByRole('timer').waitFor(wait)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob, cleo))
