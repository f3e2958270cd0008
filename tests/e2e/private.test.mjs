// Getting nearer and keeping apart, in browsers: two drop their masks and keep in touch, block each other, hide a mask.
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
  meet,
  menu,
  openRoom,
  panel,
  people,
  person,
  register,
  room,
  say,
  search,
  seen,
  shows,
  stop,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique } from '../support/client.mjs'

const step = journey()
const tag = unique('t')
const [anns, bobs] = [unique('Ann').slice(0, 12), unique('Bob').slice(0, 12)]
const heard = []
let chromium, ann, bob, cleo

/** Calls oneself so, as one is shown to those whom one drops the mask for. */
async function call(page, nickname, me, label, save) {
  await turnTo(page, me)
  await page.getByLabel(label).fill(nickname)
  await button(page, save).click()
  await page.getByRole('heading', { name: nickname }).waitFor(wait)
}

/** The chat page shows this name on top. */
const named = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor(wait)

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  bob = await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
  bob.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  bob.on('response', async (response) => {
    if (response.url().includes('/api/')) heard.push(await response.text().catch(() => ''))
  })
  await register(bob)
})
after(() => chromium?.close())

step('two with names of their own meet', async () => {
  await call(ann, anns, 'Me', 'Nickname', 'Save')
  await call(bob, bobs, '我的', '昵称', '保存')
  await turnTo(ann, 'Match')
  await turnTo(bob, '匹配')
  await meet(ann, bob, tag)
})

step('the wish of one to drop the masks is shown to nobody', async () => {
  const wishes = await panel(ann)
  for (const what of ['Drop the masks', 'Keep in touch']) {
    await button(wishes, `${what}: Wish for it`).click()
    await button(wishes, `${what}: Take back`).click()
    await button(wishes, `${what}: Wish for it`).click()
    await button(wishes, `${what}: Take back`).waitFor(wait)
  }
  await closePanel(ann)
  await say(ann, 'hello')
  await line(bob, 'hello').waitFor(wait)
  await panel(bob)
  await button(bob, '揭下面具: 我愿意').waitFor(wait)
  await button(bob, '保持联系: 我愿意').waitFor(wait)
  assert.equal(await bob.getByText(anns).count(), 0)
  await bob.reload()
  await line(bob, 'hello').waitFor(wait)
  assert.deepEqual(
    heard.filter((text) => text.includes(anns) || /"(type":"(reveal|keep)"|(reveal|keep)":true)/.test(text)),
    [],
  )
})

step('the wish of both shows each to the other', async () => {
  await button(await panel(bob), '揭下面具: 我愿意').click()
  await seen(bob, '你们能看到彼此的昵称和头像。')
  await named(bob, anns)
  await named(ann, bobs)
  await seen(await panel(ann), 'You see each other’s nickname and picture.')
})

step('and keeps the chat as a contact', async () => {
  await button(await panel(bob), '保持联系: 我愿意').click()
  await seen(bob, '这段聊天已保留为联系人。')
  await seen(await panel(ann), 'This chat stays as a contact.')
  await closePanel(ann)
  await button(ann, 'Back').click()
  const row = ann.getByRole('list').getByRole('button', { name: new RegExp(`^${bobs}, .*Contact`) })
  await row.click()
  await named(ann, bobs)
})

step('a block ends the chat for both, and they are not matched any more', async () => {
  await button(await panel(ann), 'Block this person').click()
  await seen(ann, 'This chat ends now, and you will not be matched with each other again.')
  await answer(ann, 'Block')
  await seen(ann, 'You left this chat.')
  await seen(bob, /离开了，这段聊天到此为止。/)
  for (const page of [ann, bob]) assert.equal(await composer(page).count(), 0)
  await button(ann, 'Meet someone else').click()
  await stop(ann).waitFor(wait)
  await button(bob, '遇见下一位').click()
  await stop(bob).waitFor(wait)
  // Both wait with the same tag; who comes third gets one of them.
  cleo = await guest(await person(chromium))
  await search(cleo, tag)
  await composer(cleo).waitFor(wait)
  const with_cleo = (await composer(ann).count()) ? ann : bob
  await composer(with_cleo).waitFor(wait)
  assert.equal(room(with_cleo), room(cleo))
  await stop(with_cleo === ann ? bob : ann).click()
})

step('whom one has blocked stands in Me, until one changes one’s mind', async () => {
  await ann.goto(`${ann.base}/#/pages/me/me`)
  await button(ann, 'Whom you blocked').click()
  const blocked = ann.getByRole('listitem')
  await blocked.getByText('From a chat, ').waitFor(wait)
  assert.equal(await blocked.getByText(bobs).count(), 0) // a mask, no more
  await blocked.getByRole('button', { name: /^Unblock / }).click()
  await seen(ann, 'Nobody is blocked')
  for (const page of [ann, bob, cleo]) {
    await page.goto(`${page.base}/#/pages/match/match`)
    await page.reload()
  }
  await meet(ann, bob, unique('again'))
  assert.equal(room(ann), room(bob))
})

step('in a room one hides a mask, for oneself alone', async () => {
  for (const page of [ann, bob]) await page.goto(`${page.base}/#/pages/match/match`)
  const id = await openRoom(bob, unique('Quarrel '))
  for (const page of [ann, cleo]) await joinRoom(page, id)
  await say(cleo, 'you are all wrong')
  await say(bob, '未必')
  await line(ann, '未必').waitFor(wait)
  await button(await menu(ann, 'you are all wrong'), 'Hide this person').click()
  await seen(ann, 'Hidden message')
  await shows(ann, ['未必'])
  await say(cleo, 'really')
  await say(cleo, 'all of you')
  await say(bob, '好吧')
  await line(ann, '好吧').waitFor(wait)
  await seen(ann, '2 hidden messages')
  await shows(ann, ['未必', '好吧'])
  for (const page of [bob, cleo])
    await shows(page, ['you are all wrong', '未必', 'really', 'all of you', '好吧'])
  await (await people(ann)).getByText('hidden from you').waitFor(wait)
})

step('and sees it again', async () => {
  await ann.goto(`${ann.base}/#/pages/blocks/blocks`)
  await ann.getByRole('listitem').getByText('From a room, ').waitFor(wait)
  await ann.getByRole('button', { name: /^Unblock / }).click()
  await seen(ann, 'Nobody is blocked')
  await ann.goto(bob.url())
  await shows(ann, ['you are all wrong', '未必', 'really', 'all of you', '好吧'])
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob, cleo))
