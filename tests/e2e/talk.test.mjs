// Strangers in browsers: a guest and somebody with an account meet, talk, take back, part, and meet the next one.
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
  log,
  meet,
  person,
  register,
  room,
  say,
  search,
  shows,
  stop,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique } from '../support/client.mjs'

const step = journey()
const tag = unique('t')
let chromium, ann, bob, cleo
const said = []

async function says(page, ...texts) {
  for (const text of texts) {
    await say(page, text)
    said.push(text)
    for (const each of [ann, bob]) await line(each, text).waitFor(wait)
  }
}

before(async () => {
  chromium = await browser()
  ann = await person(chromium)
  bob = await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
})
after(() => chromium?.close())

step('a guest comes in with one tap', async () => {
  await guest(ann)
  await ann.getByRole('heading', { name: 'Who will it be?' }).waitFor(wait)
})

step('somebody registers', async () => {
  await register(bob)
  await bob.getByRole('heading', { name: '下一个会是谁？' }).waitFor(wait)
})

step('they are matched', async () => {
  await meet(ann, bob, tag)
  assert.equal(room(ann), room(bob))
  // each is to the other what the other reads on top
  const mask = async (page) => (await page.getByRole('heading', { level: 1 }).innerText()).trim()
  await ann.getByText('You: ').waitFor(wait)
  await bob.getByText('你是').first().waitFor(wait)
  assert.match(await mask(bob), /\p{Script=Han}/u)
  assert.match(await mask(ann), /^[A-Z]/)
})

step('twenty lines each way arrive in one order, once', async () => {
  for (let i = 1; i <= 20; i++) {
    await says(ann, `line ${i} 你好 😀`)
    await says(bob, `第 ${i} 行 👩‍🚀 ok`)
  }
  for (const page of [ann, bob]) await shows(page, said)
})

step('typing is shown, and gone with the line', async () => {
  await composer(bob).pressSequentially('我在')
  await ann.getByText('is typing …').waitFor(wait)
  await composer(bob).press('Enter')
  said.push('我在')
  await line(ann, '我在').waitFor(wait)
  await ann.getByText('is typing …').waitFor({ ...wait, state: 'detached' })
})

step('what the other has seen is marked read', async () => {
  await says(ann, 'Did you see this?')
  await log(ann).getByText('Read', { exact: true }).waitFor(wait)
})

step('a line break, markup and a long word stay what they are', async () => {
  await composer(ann).fill('one')
  await ann.keyboard.press('Shift+Enter')
  await ann.keyboard.type('two')
  await ann.keyboard.press('Enter')
  said.push('one\ntwo')
  await says(bob, '<b>bold</b> &amp; <img src=x onerror=alert(1)>', 'w'.repeat(600))
  for (const page of [ann, bob]) {
    await shows(page, said)
    const over = await log(page).evaluate(
      (box) =>
        [box, ...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth)
          .length,
    )
    assert.equal(over, 0, 'nothing is wider than the page')
  }
})

step('a reply stands under what it answers', async () => {
  await line(ann, '第 20 行 👩‍🚀 ok').click()
  await button(ann, 'Reply').click()
  await ann.getByText('Replying to').waitFor(wait)
  await says(ann, 'that one')
  for (const page of [ann, bob]) {
    const bubble = log(page).locator('.bubble', { has: page.getByText('that one', { exact: true }) })
    await bubble.getByText('第 20 行 👩‍🚀 ok').waitFor(wait)
  }
})

step('a line is taken back on both sides, and for good', async () => {
  await says(ann, 'I should not have said that')
  await line(ann, 'I should not have said that').click()
  await button(ann, 'Take back').click()
  said.pop()
  await ann.getByText('You took a line back').waitFor(wait)
  await log(bob).getByText('撤回了一条消息').waitFor(wait)
  for (const page of [ann, bob]) {
    await shows(page, said)
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify(localStorage)), /should not have said/)
  }
  await bob.reload()
  await log(bob).getByText('撤回了一条消息').waitFor(wait)
  await shows(bob, said)
})

step('a reload shows the same', async () => {
  await ann.reload()
  await shows(ann, said)
  await says(ann, 'still here')
  await says(bob, '我也在')
})

step('the list of chats tells the last line and what is unread', async () => {
  const list = bob.getByRole('list')
  await button(bob, '返回').click()
  await list.getByRole('button', { name: /你：我也在/ }).waitFor(wait)
  await say(ann, 'are you there?')
  await list.getByRole('button', { name: /are you there\?.*1 条未读/ }).waitFor(wait)
  await say(ann, 'hello?')
  await list.getByRole('button', { name: /hello\?.*2 条未读/ }).waitFor(wait)
  await bob.getByRole('navigation').getByRole('button', { name: '聊天, 2 条未读' }).waitFor(wait)
  said.push('are you there?', 'hello?')
  await list.getByRole('button', { name: /hello\?/ }).click()
  await shows(bob, said)
  await log(ann).getByText('Read', { exact: true }).waitFor(wait)
  await button(bob, '返回').click()
  await list.getByRole('button', { name: /hello\?/ }).waitFor(wait)
  assert.equal(await list.getByText('条未读').count(), 0)
  assert.equal(await list.getByRole('button', { name: /条未读/ }).count(), 0)
  await list.getByRole('button', { name: /hello\?/ }).click()
})

step('one leaves for the next, the other is told', async () => {
  cleo = await guest(await person(chromium))
  await search(cleo, tag)
  await stop(cleo).waitFor(wait)
  const former = room(ann)
  await button(ann, 'Next').click()
  await button(ann.getByRole('dialog'), 'Next').click()
  await bob.getByRole('status').filter({ hasText: '离开了，这段聊天到此为止。' }).waitFor(wait)
  assert.equal(await composer(bob).count(), 0, 'nothing can be written any more')
  await shows(bob, said) // but what was said can be read
  await composer(cleo).waitFor(wait)
  await composer(ann).waitFor(wait)
  assert.equal(room(ann), room(cleo))
  assert.notEqual(room(ann), former)
  await shows(ann, [])
})

step('who was left meets somebody else', async () => {
  await button(bob, '遇见下一位').click()
  await stop(bob).waitFor(wait)
  await say(cleo, 'sorry, I am leaving')
  await line(ann, 'sorry, I am leaving').waitFor(wait)
  await button(cleo, 'Leave').click()
  await button(cleo.getByRole('dialog'), 'Stay').click()
  await button(cleo, 'Leave').click()
  await button(cleo.getByRole('dialog'), 'Leave').click()
  await ann.getByText('has left. This chat is over.').waitFor(wait)
  await cleo.getByText('You left this chat.').waitFor(wait)
  await button(cleo, 'Meet someone else').click()
  await composer(cleo).waitFor(wait)
  await composer(bob).waitFor(wait)
  assert.equal(room(bob), room(cleo))
  await say(bob, '你好')
  await shows(cleo, ['你好'])
})

step('chats that are over stay in the list, each with its own last line', async () => {
  await button(ann, 'Back').click()
  await ann
    .getByRole('list')
    .getByRole('button', { name: /hello\?.*Ended/ })
    .waitFor(wait)
  await ann
    .getByRole('list')
    .getByRole('button', { name: /sorry, I am leaving.*Ended/ })
    .waitFor(wait)
  assert.equal(await ann.getByRole('listitem').count(), 2)
  await turnTo(ann, 'Match')
  await ann.getByRole('heading', { name: 'Who will it be?' }).waitFor(wait)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob, cleo))
