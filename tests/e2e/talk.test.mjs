// Two strangers in two browsers: a guest and somebody with an account meet, talk, take back, leave, and go on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, person } from '../support/browser.mjs'

let chromium, ann, bob
const wait = { timeout: 15000 }

before(async () => {
  chromium = await browser()
  ann = await person(chromium)
  bob = await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
})
after(() => chromium?.close())

const lines = (page) => page.getByRole('log').locator('.bubble .body')
const say = async (page, text) => {
  await page.getByRole('textbox').fill(text)
  await page.keyboard.press('Enter')
}

test('a guest comes in with one tap', async () => {
  await ann.getByRole('button', { name: 'Start as a guest' }).click()
  await ann.getByRole('heading', { name: 'Who will it be?' }).waitFor(wait)
})

test('somebody registers', async () => {
  await bob.getByRole('tab', { name: '注册' }).click()
  await bob.getByLabel('账号', { exact: true }).fill('bob_' + Date.now().toString(36))
  await bob.getByLabel('密码', { exact: true }).fill('correct horse')
  await bob.getByLabel('再次输入密码').fill('correct horse')
  await bob.getByRole('button', { name: '创建账号' }).click()
  await bob.getByRole('button', { name: '开始匹配' }).waitFor(wait)
})

test('they are matched', async () => {
  await ann.getByRole('button', { name: 'Find someone' }).click()
  await ann.getByRole('button', { name: 'Stop looking' }).waitFor(wait)
  await bob.getByRole('button', { name: '开始匹配' }).click()
  await ann.getByRole('log').waitFor(wait)
  await bob.getByRole('log').waitFor(wait)
})

test('twenty lines each way arrive in one order, once', async () => {
  const expected = []
  for (let i = 1; i <= 20; i++) {
    for (const [page, text] of [[ann, `line ${i} 你好 😀`], [bob, `第 ${i} 行 👩‍🚀 ok`]]) {
      expected.push(text)
      await say(page, text)
      for (const each of [ann, bob]) await each.getByRole('log').getByText(text, { exact: true }).waitFor(wait)
    }
  }
  for (const page of [ann, bob]) assert.deepEqual(await lines(page).allInnerTexts(), expected)
})

test('a reload shows the same', async () => {
  const before = await lines(ann).allInnerTexts()
  await ann.reload()
  await ann.getByRole('log').getByText('第 20 行', { exact: false }).waitFor(wait)
  assert.deepEqual(await lines(ann).allInnerTexts(), before)
})

test('nothing was refused, failed or fetched from elsewhere', () => {
  assert.deepEqual([...ann.trouble, ...bob.trouble], [])
})
