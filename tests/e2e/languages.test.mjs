// Both languages, by the browser and by choice: every page speaks one of them alone, the service's refusals too.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  form,
  guest,
  guestButton,
  journey,
  line,
  log,
  meet,
  person,
  say,
  search,
  start,
  stop,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { call, unique } from '../support/client.mjs'

const step = journey()
let chromium, zh, en

/** All that the page in front shows or has read out. */
const words = (page) =>
  page.evaluate(() => {
    const shown = [document.title]
    for (const element of document.querySelectorAll('body *')) {
      if (!element.checkVisibility({ checkVisibilityCSS: true })) continue
      for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
        if (element.getAttribute(name)) shown.push(element.getAttribute(name))
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE && node.data.trim()) shown.push(node.data.trim())
    }
    return shown
  })

/** The page in front has the language that it says it has, without keys or holes. */
async function speaks(page, tag, except = []) {
  const own = ['English', '中文', '简体中文', ...except]
  const found = (await words(page)).filter((text) => !own.some((word) => text.includes(word)))
  assert.ok(found.length > 4, found.join())
  for (const text of found) {
    assert.doesNotMatch(text, /^[a-z]+(\.[a-z]+)+$|\{\w+\}|undefined|null|NaN|\[object/, 'a key, or a hole')
    if (tag === 'en') assert.doesNotMatch(text, /\p{Script=Han}/u)
    else assert.doesNotMatch(text, /[A-Za-z]{2,}/)
  }
  assert.equal(await page.evaluate(() => document.documentElement.lang), tag)
}
const each = async (action) => {
  await action(zh, 'zh-Hans')
  await action(en, 'en')
}

before(async () => {
  chromium = await browser()
  zh = await person(chromium, { locale: 'zh-TW' })
  en = await person(chromium, { locale: 'en-GB', viewport: { width: 1280, height: 800 } })
})
after(() => chromium?.close())

step('entry, and the errors of its form', async () => {
  await each(async (page, tag) => {
    await guestButton(page).waitFor(wait)
    await speaks(page, tag)
    await form(page, 'register', 'x', 'y', 'z')
    await page.getByRole('alert').nth(2).waitFor(wait)
    await speaks(page, tag)
    await form(page, 'login', unique('nobody_'), 'not a password')
    await page
      .getByRole('alert')
      .filter({ hasText: /do not match|不正确/ })
      .waitFor(wait)
    await speaks(page, tag)
  })
})

step('matching', async () => {
  await each(async (page, tag) => {
    await guest(page)
    await speaks(page, tag)
    await search(page)
    await stop(page).waitFor(wait)
    await speaks(page, tag)
    await stop(page).click()
    await start(page).waitFor(wait)
  })
})

step('a chat: its masks, its marks, its questions, its end', async () => {
  await meet(zh, en)
  await say(en, '1')
  await line(zh, '1').click()
  await button(zh, '回复').click()
  await say(zh, '2')
  await line(en, '2').click()
  await each((page, tag) => speaks(page, tag))
  await line(en, '2').click()
  await line(en, '1').first().click()
  await button(en, 'Take back').click()
  await en.getByText('You took a line back').waitFor(wait)
  await zh.getByText('撤回了一条消息').waitFor(wait)
  await each((page, tag) => speaks(page, tag))
  await button(zh, '离开').click()
  await button(en, 'Next').click()
  await each((page, tag) => speaks(page, tag))
  await button(en.getByRole('dialog'), 'Stay').click()
  await button(zh.getByRole('dialog'), '离开').click()
  await en.getByText('has left. This chat is over.').waitFor(wait)
  await each((page, tag) => speaks(page, tag))
})

step('the chats, and oneself', async () => {
  await button(zh, '返回').click()
  await button(en, 'Back').click()
  await each(async (page, tag) => {
    await page.getByRole('listitem').waitFor(wait)
    await speaks(page, tag)
    await turnTo(page, tag === 'en' ? 'Me' : '我的')
    await page.getByRole('radiogroup').first().waitFor(wait)
    await speaks(page, tag)
  })
})

step("the service's own refusals", async () => {
  const rename = async (page, label, save) => {
    await page.getByLabel(label).fill('a\u202eb')
    await button(page, save).click()
    return page.getByRole('alert').innerText()
  }
  assert.match(await rename(zh, '昵称', '保存'), /^[^A-Za-z]*\p{Script=Han}[^A-Za-z]*$/u)
  assert.match(await rename(en, 'Nickname', 'Save'), /^[A-Z][^\p{Script=Han}]{8,}$/u)
  const refusal = async (language) =>
    (await call('GET', '/api/v1/me', undefined, { 'accept-language': language })).body.error.message
  assert.match(await refusal('zh-CN,zh;q=0.9'), /\p{Script=Han}/u)
  assert.match(await refusal('en-US'), /^[A-Z][\x20-\x7e]+$/)
  assert.match(await refusal('fr'), /^[A-Z][\x20-\x7e]+$/)
})

step('by choice, at once and for good', async () => {
  await zh.getByRole('radio', { name: 'English' }).click()
  await zh.getByRole('heading', { level: 1 }).waitFor(wait)
  await button(zh, 'Log out').waitFor(wait)
  assert.equal(await zh.getByRole('radio', { name: 'English' }).getAttribute('aria-checked'), 'true')
  await zh.reload()
  await button(zh, 'Log out').waitFor(wait)
  await turnTo(zh, 'Match')
  await start(zh).waitFor(wait)
  await speaks(zh, 'en')
  // what the service says follows the choice, not the browser
  await turnTo(zh, 'Me')
  await zh.getByLabel('Nickname').fill('a\u202eb')
  await button(zh, 'Save').click()
  assert.match(await zh.getByRole('alert').innerText(), /^[A-Z]/)
})

step('on entry, before there is an account', async () => {
  const fresh = await person(chromium)
  await button(fresh, '中文').click()
  await fresh.getByText('和陌生人聊聊天。').waitFor(wait)
  await speaks(fresh, 'zh-Hans')
  await fresh.reload()
  await fresh.getByText('和陌生人聊聊天。').waitFor(wait)
  await guest(fresh)
  await speaks(fresh, 'zh-Hans')
  assert.equal(await log(fresh).count(), 0)
  await turnTo(fresh, '我的')
  // the mask's words that a guest is called by, too
  await fresh.getByRole('heading', { level: 1, name: /\p{Script=Han}/u }).waitFor(wait)
  calm(fresh)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(zh, en))
