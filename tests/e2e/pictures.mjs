#!/usr/bin/env node
// Makes the pictures of docs/images/ from a running service (DRIFTLINE_TEST_BASE; limits off): node tests/e2e/pictures.mjs
// With a folder as argument, all there are: each page on a phone and on a wide screen, light and dark, in both languages.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  browser,
  calm,
  composer,
  guest,
  line,
  meet,
  person,
  register,
  say,
  start,
  stop,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique } from '../support/client.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/images', import.meta.url))
const chosen = [
  'entry-phone-light-en',
  'match-phone-light-en',
  'chat-phone-light-en',
  'chat-phone-dark-zh',
  'entry-wide-light-en',
  'chat-wide-dark-en',
]
const sizes = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } }
const talk = {
  en: [
    ['they', 'Hello from the night train. Still awake?'],
    ['I', 'Barely. Somebody in this house has taken up the cello.'],
    ['they', 'Good or bad?'],
    ['I', 'Getting better. We are at “almost a tune” now 🎻'],
    ['they', 'I would trade it for the snoring in my carriage.'],
    ['I', 'Deal. What do you see outside?'],
  ],
  zh: [
    ['they', '你好，我在夜车上。还没睡？'],
    ['I', '快了。楼上有人开始学大提琴。'],
    ['they', '好听吗？'],
    ['I', '一天比一天好，已经有点像曲子了 🎻'],
    ['they', '我愿意拿车厢里的呼噜声跟你换。'],
    ['I', '成交。窗外看得见什么？'],
  ],
}
const names = {
  en: {
    back: 'Back',
    chats: /^Chats/,
    match: 'Match',
    me: 'Me',
    reply: 'Reply',
    music: 'music',
    night: 'awake at night',
  },
  zh: {
    back: '返回',
    chats: /^聊天/,
    match: '匹配',
    me: '我的',
    reply: '回复',
    music: '音乐',
    night: '夜猫子',
  },
}

mkdirSync(folder, { recursive: true })
const chromium = await browser('--font-render-hinting=none')

/** The page in front, in each size and colour. */
async function picture(page, name, language) {
  await page.mouse.move(0, 0)
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark']) {
      const file = `${name}-${size}-${colorScheme}-${language}`
      if (!process.argv[2] && !chosen.includes(file)) continue
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.screenshot({
        path: path.join(folder, file + '.png'),
        scale: 'css',
        animations: 'disabled',
        caret: 'hide',
      })
    }
  }
  await page.setViewportSize(sizes.phone)
}

for (const language of ['en', 'zh']) {
  const words = names[language]
  const I = await person(chromium, { locale: language === 'en' ? 'en-US' : 'zh-CN' })
  const they = await guest(await person(chromium))
  await start(they).waitFor(wait)
  await picture(I, 'entry', language)
  await register(I, { account: unique('river_').slice(0, 11) })
  for (const idea of [words.music, words.night])
    await I.getByRole('button', { name: idea, exact: true }).click()
  await picture(I, 'match', language)
  await start(I).click()
  await stop(I).waitFor(wait)
  await picture(I, 'waiting', language)
  await stop(I).click()
  for (const last of [language === 'en' ? 'Sleep well, whoever you are.' : '晚安，不知名的你。', null]) {
    await meet(I, they)
    if (last) {
      await say(they, last)
      await line(I, last).waitFor(wait)
      await they.getByRole('button', { name: 'Next', exact: true }).click()
      await they.getByRole('dialog').getByRole('button', { name: 'Next', exact: true }).click()
      await stop(they).click()
      await I.getByRole('status').first().waitFor(wait)
      await I.getByRole('button', { name: words.back, exact: true }).click()
      await turnTo(I, words.match)
    }
  }
  for (const [who, text] of talk[language]) {
    const [page, other] = who === 'I' ? [I, they] : [they, I]
    if (text === talk[language][4][1]) {
      await line(they, talk[language][3][1]).click()
      await they.getByRole('button', { name: 'Reply', exact: true }).click()
    }
    await say(page, text)
    await line(other, text).waitFor(wait)
  }
  await composer(they).pressSequentially('...')
  await I.getByText(/^(is typing|正在输入)/)
    .first()
    .waitFor(wait)
  await picture(I, 'chat', language)
  await I.getByRole('button', { name: words.back, exact: true }).click()
  await they
    .getByRole('textbox')
    .fill(language === 'en' ? 'A river, and the moon in it.' : '一条河，河里有月亮。')
  await they.keyboard.press('Enter')
  await I.getByRole('list')
    .getByRole('button', { name: /moon|月亮/ })
    .waitFor(wait)
  await picture(I, 'conversations', language)
  await turnTo(I, words.me)
  await I.getByRole('radiogroup').waitFor(wait)
  await picture(I, 'me', language)
  calm(I, they)
  await I.context().close()
  await they.context().close()
}
await chromium.close()
