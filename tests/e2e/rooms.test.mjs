// Rooms in browsers: one opens a room, another finds it on the square, they talk in it, change it, leave it and close it.
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
  journey,
  line,
  panel,
  people,
  person,
  room,
  say,
  seen,
  shows,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { Person, range, unique, until } from '../support/client.mjs'

const step = journey()
const mark = unique('r')
const tag = unique('radio')
const topic = `深夜电台 Café ${mark}`
let chromium, ann, bob, id

/** The rooms that the square shows now, by their topics. */
const topics = (page) => page.getByRole('listitem').getByRole('link').allInnerTexts()
const card = (page, text) => page.getByRole('listitem').filter({ hasText: text })
const find = (page, text) => page.getByLabel(/^(Search rooms|搜索房间)$/).fill(text)

/** Waits until the square shows just these. */
async function shown(page, ...expected) {
  let found
  await until(
    async () => String((found = await topics(page))) === String(expected),
    () => `${found} is not ${expected}`,
    wait.timeout,
  )
}

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  bob = await guest(await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } }))
})
after(() => chromium?.close())

step('a room needs a topic and a fair number of places', async () => {
  await turnTo(ann, 'Square')
  await button(ann, 'Open a room').click()
  await ann.getByRole('heading', { name: 'A room of your own' }).waitFor(wait)
  await ann.getByLabel('Places').fill('1')
  await button(ann, 'Open the room').click()
  await ann.getByText('Give the room a topic.').waitFor(wait)
  await ann.getByText('Enter a number from 2 to 1000.').waitFor(wait)
  await ann.getByLabel('Topic').fill('x'.repeat(61))
  await ann.getByLabel('Places').fill('20')
  await button(ann, 'Open the room').click()
  await ann.getByText('Use at most 60 characters.').waitFor(wait)
  assert.equal(await ann.getByText('Enter a number from 2 to 1000.').count(), 0)
})

step('somebody opens one', async () => {
  await ann.getByLabel('Topic').fill(topic)
  await ann.getByLabel('Description (optional)').fill('For those who are awake 一起听')
  await ann.getByLabel('Add a tag').filter({ visible: true }).fill(tag)
  await button(ann, 'Open the room').click()
  await composer(ann).waitFor(wait)
  await ann.getByRole('heading', { name: topic }).waitFor(wait)
  await seen(ann, 'Nobody has said anything here yet. Begin.')
  await seen(ann, '1 of 20 people')
  id = room(ann)
})

step('it stands on the square', async () => {
  await turnTo(bob, '广场')
  await bob.getByRole('radio', { name: '最新' }).click()
  await card(bob, topic).getByText('约 1 人').waitFor(wait)
  await card(bob, topic).getByText('都戴面具').waitFor(wait)
})

step(
  'it is found by Chinese of two characters, by beginnings of words, whatever their case and accents',
  async () => {
    for (const words of ['电台', '夜电', 'caf', 'CAFÉ', 'cafe', '一起', 'ａwak']) {
      await find(bob, `${words} ${mark}`)
      await shown(bob, topic)
      await find(bob, '')
      await bob.getByRole('radio', { name: '最新' }).waitFor(wait)
    }
    await find(bob, mark.slice(0, -2).toUpperCase())
    await shown(bob, topic)
    await find(bob, `电影 ${mark}`)
    await seen(bob, '没有这样的房间')
    await find(bob, '')
  },
)

step('and by its tag', async () => {
  await find(bob, tag)
  await button(card(bob, topic), `带有标签 ${tag} 的房间`).click()
  await button(bob, `显示全部，不再只看标签 ${tag}`).waitFor(wait)
  await shown(bob, topic)
})

step('a second one looks at it, joins, and both talk', async () => {
  await card(bob, topic).getByRole('link').click()
  await bob.getByRole('heading', { name: topic }).waitFor(wait)
  await seen(bob, '别人只会看到一张为这个房间而做的面具')
  await button(bob, '加入').click()
  await composer(bob).waitFor(wait)
  assert.equal(room(bob), id)
  await seen(ann, '2 of 20 people')
  await say(ann, 'welcome')
  await line(bob, 'welcome').waitFor(wait)
  await say(bob, '晚上好')
  for (const page of [ann, bob]) await shows(page, ['welcome', '晚上好'])
})

step('its people are known by their masks', async () => {
  const [own, other] = [
    (await people(ann)).filter({ hasText: 'You' }),
    (await people(ann)).filter({ hasNotText: 'You' }),
  ]
  await own.getByText('You · Owner').waitFor(wait)
  const alias = (await other.innerText()).trim()
  assert.match(alias, /^[A-Z][\w-]+ [A-Z][\w-]+/)
  await closePanel(ann)
  await line(ann, '晚上好').waitFor(wait)
  await seen(ann, alias) // beside the line
  const theirs = await people(bob)
  await theirs.nth(1).waitFor(wait)
  const chinese = await theirs.allInnerTexts()
  assert.equal(chinese.length, 2)
  for (const text of chinese) assert.match(text, /^\p{Script=Han}+/u)
})

step('its owner changes it, and the others see it at once', async () => {
  await button(await panel(ann), 'Change the room').click()
  await ann.getByRole('heading', { name: 'Room settings' }).waitFor(wait)
  await ann.getByLabel('Topic').filter({ visible: true }).fill(`清晨电台 ${mark}`)
  await ann.getByLabel('Places').filter({ visible: true }).fill('30')
  await button(ann, 'Save').click()
  for (const page of [ann, bob])
    await page
      .getByRole('heading', { name: `清晨电台 ${mark}` })
      .first()
      .waitFor(wait)
  await seen(bob, '2 人，共 30 个位置')
})

step('who leaves is asked, reads on, and comes back as the same', async () => {
  const before = await (await people(bob)).filter({ hasText: '你' }).innerText()
  await button(await panel(bob), '离开房间').click()
  await answer(bob, '取消')
  await button(await panel(bob), '离开房间').click()
  await answer(bob, '离开')
  await seen(bob, '你已离开这个房间，在场时的消息仍可查看。')
  assert.equal(await composer(bob).count(), 0)
  await seen(ann, '1 of 30 people')
  await say(ann, 'said without you')
  await shows(bob, ['welcome', '晚上好'])
  await button(bob, '重新加入').click()
  await composer(bob).waitFor(wait)
  await seen(ann, '2 of 30 people')
  assert.equal(await (await people(bob)).filter({ hasText: '你' }).innerText(), before)
  await closePanel(bob)
})

step("the owner's leaving hands it on", async () => {
  await button(await panel(ann), 'Leave the room').click()
  await seen(ann, 'It passes to whoever has been here longest.')
  await answer(ann, 'Leave')
  await seen(ann, 'You left this room.')
  await (await panel(bob)).getByRole('heading', { name: '房主工具' }).waitFor(wait)
  await (await people(bob)).getByText('你 · 房主').waitFor(wait)
})

step('it is closed for everybody, and gone from the square', async () => {
  await button(ann, 'Join again').click()
  await composer(ann).waitFor(wait)
  await button(await panel(bob), '关闭房间').click()
  await answer(bob, '关闭房间')
  await seen(bob, '你关闭了这个房间，消息仍可查看。')
  await seen(ann, 'The owner closed this room. What was said stays readable.')
  assert.equal(await composer(ann).count(), 0)
  await button(bob, '返回').click()
  await button(bob, '刷新').click()
  await seen(bob, '还没有人开房间')
  await button(bob, `显示全部，不再只看标签 ${tag}`).click()
})

step('the square scrolls on through sixty rooms, each once', async () => {
  const many = unique('many')
  const maker = await Person.guest()
  for (const n of range(1, 60)) {
    const { status } = await maker.post('/rooms', { topic: `${many} ${n}`, tags: [many] })
    assert.equal(status, 201)
  }
  await find(bob, many)
  await button(bob.getByRole('listitem').first(), `带有标签 ${many} 的房间`).click()
  await bob.getByRole('radio', { name: '最新' }).click()
  await shown(
    bob,
    ...range(41, 60)
      .reverse()
      .map((n) => `${many} ${n}`),
  )
  await bob.mouse.move(640, 400)
  await until(
    async () => {
      await bob.mouse.wheel(0, -300) // at the very end there is nothing to scroll, and so no event
      await bob.mouse.wheel(0, 9000)
      return (await topics(bob)).length >= 60
    },
    'the end of the list',
    wait.timeout,
  )
  await shown(
    bob,
    ...range(1, 60)
      .reverse()
      .map((n) => `${many} ${n}`),
  )
})

step('a room is met by keywords', async () => {
  const hobby = unique('hobby')
  const host = await Person.guest()
  const { body } = await host.post('/rooms', { topic: 'Wooden boats', tags: [hobby] })
  await button(ann, 'Back').click()
  await turnTo(ann, 'Match')
  await ann.getByRole('radio', { name: 'A room' }).click()
  await ann.getByRole('heading', { name: 'Which room will it be?' }).waitFor(wait)
  await ann.getByLabel('Add a tag').filter({ visible: true }).fill(hobby)
  await button(ann, 'Add').click()
  await button(ann, 'Find a room').click()
  await composer(ann).waitFor(wait)
  assert.equal(room(ann), body.id)
})

step('or at random', async () => {
  await turnTo(bob, '匹配')
  await bob.getByRole('radio', { name: '房间' }).click()
  await bob.getByRole('radio', { name: '随机' }).click()
  await seen(bob, '随机进入一个人不多的公开房间')
  await button(bob, '找个房间').click()
  await composer(bob).waitFor(wait)
  await button(bob, '返回').click()
  await turnTo(bob, '匹配')
  await bob.getByRole('radio', { name: '陌生人' }).click() // as it was
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
