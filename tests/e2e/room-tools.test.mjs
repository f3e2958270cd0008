// What one does with the lines of a room, in browsers: reactions, quotes, search, what is unread, keeping on top, taking along.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  closePanel,
  guest,
  joinRoom,
  journey,
  line,
  log,
  menu,
  openRoom,
  panel,
  person,
  say,
  seen,
  wait,
} from '../support/browser.mjs'
import { Person, range, unique, until } from '../support/client.mjs'

const step = journey()
const topic = unique('Library ')
const folder = mkdtempSync(path.join(tmpdir(), 'driftline-export-'))
let chromium, ann, bob, carl, id

/** Carl has no browser: he fills the room with many lines. */
async function carls(from, to) {
  for (const n of range(from, to)) assert.equal((await carl.send(id, `page ${n}`)).status, 200)
}
const row = (page, name) => page.getByRole('list').getByRole('button', { name })
const chips = (page, name) => log(page).getByRole('button', { name })

/** Waits until the line itself, not a quote of it, is in sight. */
async function inSight(page, text) {
  const body = log(page).locator('.body').getByText(text, { exact: true })
  await body.waitFor(wait)
  await until(
    () =>
      body.evaluate((body) => {
        const { top, bottom } = body.getBoundingClientRect()
        const box = body.closest('[role=log]').getBoundingClientRect()
        return top >= box.top && bottom <= box.bottom
      }),
    `"${text}" to be in sight`,
    wait.timeout,
  )
}

/** Waits until the service knows that all of the room is read here. */
const read = (page) =>
  until(
    () =>
      page.evaluate(async (id) => {
        const room = await (await fetch('/api/v1/rooms/' + id)).json()
        return room.read_seq === room.last_seq
      }, id),
    'all to be read',
    wait.timeout,
  )

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  bob = await guest(await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } }))
  carl = await Person.guest()
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await chromium?.close()
})

step('three people are in a room', async () => {
  id = await openRoom(ann, topic)
  await joinRoom(bob, id)
  await carl.post(`/rooms/${id}/join`)
  await seen(ann, '3 of 50 people')
})

step('reactions are counted for all, and taken back', async () => {
  await say(bob, '第一本书：café 与河')
  await line(ann, '第一本书：café 与河').waitFor(wait)
  await button(await menu(ann, '第一本书：café 与河'), 'Love').click()
  await chips(ann, 'Love, 1').waitFor(wait)
  await chips(bob, '喜欢, 1').click()
  for (const [page, name] of [
    [ann, 'Love, 2'],
    [bob, '喜欢, 2'],
  ])
    await chips(page, name).waitFor(wait)
  await bob.reload()
  assert.equal(await chips(bob, '喜欢, 2').getAttribute('aria-pressed'), 'true')
  await chips(ann, 'Love, 2').click()
  await chips(bob, '喜欢, 1').click()
  for (const page of [ann, bob]) await chips(page, /^(Love|喜欢), /).waitFor({ ...wait, state: 'detached' })
})

step('a quote leads to the line it answers, however far', async () => {
  await line(ann, '第一本书：café 与河').click()
  await button(await menu(bob, '第一本书：café 与河'), '回复').click()
  await say(bob, '第二本书')
  await carls(1, 120)
  await carl.send(id, 'as it was said', { reply_to: 1 })
  await line(ann, 'as it was said').waitFor(wait)
  await read(ann)
  await ann.reload()
  await line(ann, 'as it was said').waitFor(wait)
  assert.equal(await line(ann, '第二本书').count(), 0, 'the beginning is not loaded')
  const quote = log(ann)
    .locator('.bubble', { has: ann.getByText('as it was said') })
    .locator('.quote')
  await quote.getByText('第一本书：café 与河').waitFor(wait)
  await quote.click()
  await inSight(ann, '第一本书：café 与河')
  await ann.getByRole('button', { name: /^To the newest line/ }).click()
  await inSight(ann, 'as it was said')
})

step(
  'search in the room finds words by their beginnings and Chinese by any characters, and leads there',
  async () => {
    for (const [page, open, label, results, words] of [
      [ann, 'Search in this chat', 'What was said', 'What was found', 'CAF'],
      [bob, '搜索聊天记录', '说过的话', '搜索结果', '本书'],
    ]) {
      await button(await panel(page), open).click()
      await page.getByLabel(label).fill(words)
      await page.getByLabel(label).press('Enter')
      const found = page.getByRole('list', { name: results }).getByRole('button')
      await found.filter({ hasText: '第一本书：café 与河' }).click()
      await inSight(page, '第一本书：café 与河')
    }
    await bob.getByLabel('说过的话').fill('没有人说过')
    await bob.getByLabel('说过的话').press('Enter')
    await seen(bob, '没有找到“没有人说过”。')
    await closePanel(bob)
    await bob.getByRole('button', { name: /^回到最新消息/ }).click()
  },
)

step('the list of chats counts what is unread, live', async () => {
  await button(ann, 'Back').click()
  await row(ann, new RegExp(`^${topic}, .*as it was said, .*Room, 3 people$`)).waitFor(wait)
  await say(bob, '还有人在吗')
  await row(ann, new RegExp(`^${topic}, .*: 还有人在吗, .*, 1 unread$`)).waitFor(wait)
  await ann.getByRole('navigation').getByRole('button', { name: 'Chats, 1 unread' }).waitFor(wait)
  await carls(201, 270)
  await row(ann, new RegExp(`^${topic}, .*: page 270, .*, 71 unread$`)).waitFor(wait)
})

step('and one begins to read at the first line that is new', async () => {
  await row(ann, new RegExp(`^${topic}, `)).click()
  await log(ann).getByRole('separator').getByText('New since your last visit').waitFor(wait)
  await inSight(ann, '还有人在吗')
  await ann.getByRole('button', { name: /^To the newest line/ }).click()
  await inSight(ann, 'page 270')
  await button(ann, 'Back').click()
  await ann.getByRole('navigation').getByRole('button', { name: 'Chats', exact: true }).waitFor(wait)
})

step('a chat is kept on top, and silenced', async () => {
  const later = unique('Later ')
  await openRoom(ann, later)
  await say(ann, 'the latest line of all')
  await button(ann, 'Back').click()
  await ann.getByRole('navigation').getByRole('button', { name: 'Chats' }).click()
  const first = ann.getByRole('list').getByRole('listitem').first()
  await first.getByText(later).waitFor(wait)
  await button(ann, `What to do with ${topic}`).click()
  await button(ann.getByRole('dialog'), 'Pin on top').click()
  await first.getByText(topic).waitFor(wait)
  await button(ann, `What to do with ${topic}`).click()
  await button(ann.getByRole('dialog'), /^Silence/).click()
  await row(ann, new RegExp(`^${topic}, .*Pinned, Silenced`)).waitFor(wait)
  await carl.send(id, 'psst')
  await row(ann, new RegExp(`^${topic}, .*psst, .*Silenced, 1 unread`)).waitFor(wait)
  await ann.getByRole('navigation').getByRole('button', { name: 'Chats', exact: true }).waitFor(wait)
  await ann.reload()
  await first.getByText(topic).waitFor(wait)
  await row(ann, new RegExp(`^${topic}, `)).click()
  const side = await panel(ann)
  await side.getByRole('switch', { name: 'Silence', checked: true }).click()
  await side.getByRole('switch', { name: 'Silence', checked: false }).waitFor(wait)
  await side.getByRole('switch', { name: 'Keep on top', checked: true }).click()
  await side.getByRole('switch', { name: 'Keep on top', checked: false }).waitFor(wait)
})

/** Takes the room along in this form, and returns the file. */
async function taken(page, form) {
  const coming = page.waitForEvent('download', wait)
  await button(await panel(page), `Take it with you: ${form}`).click()
  const file = await coming
  const at = path.join(folder, file.suggestedFilename())
  await file.saveAs(at)
  return at
}
const all = [
  '第一本书：café 与河',
  '第二本书',
  ...range(1, 120).map((n) => `page ${n}`),
  'as it was said',
  '还有人在吗',
]

step('the room is taken along as text, as a table and as data', async () => {
  for (const [form, end] of [
    ['Text', '.txt'],
    ['Table', '.csv'],
    ['JSON data', '.json'],
  ]) {
    const file = await taken(ann, form)
    assert.equal(path.extname(file), end)
    const text = readFileSync(file, 'utf8')
    let at = -1
    for (const each of all) {
      const found = text.indexOf(each, at + 1)
      assert.ok(found > at, `${each} stands in its place in ${form}`)
      at = found
    }
    if (end === '.json') JSON.parse(text)
  }
})

step('and as a page that shows the chat without a network and without a script', async () => {
  const file = await taken(ann, 'Web page')
  assert.equal(path.extname(file), '.html')
  assert.doesNotMatch(readFileSync(file, 'utf8'), /<script|javascript:|\son\w+=|https?:\/\//i)
  const context = await chromium.newContext({ offline: true })
  const page = await context.newPage()
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto('file://' + file)
  await page.getByRole('heading', { name: topic }).waitFor(wait)
  for (const text of all) await page.getByText(text, { exact: true }).first().waitFor(wait)
  assert.deepEqual(asked, ['file://' + file])
  await context.close()
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
