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
  panel,
  person,
  register,
  say,
  start,
  stop,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { Person, unique } from '../support/client.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/images', import.meta.url))
const chosen = [
  'entry-phone-light-en',
  'match-phone-light-en',
  'square-phone-light-en',
  'chat-phone-dark-zh',
  'link-phone-light-en',
  'room-wide-dark-en',
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
/** The rooms of the square: topic, description, tags, people. The last is the one that is gone into. */
const rooms = {
  en: [
    ['Learning the cello at forty', 'Wrong notes welcome.', ['music', 'practice'], 2],
    ['What are you reading?', 'One book at a time, no spoilers.', ['books'], 6],
    ['Bread that did not rise', 'Flour, patience, and what went wrong.', ['cooking'], 12],
    ['Night trains', 'For those who are awake and on the move.', ['travel', 'night'], 5],
  ],
  zh: [
    ['四十岁学大提琴', '拉错了也欢迎。', ['音乐', '练习'], 2],
    ['你在读什么？', '一次聊一本，不剧透。', ['读书'], 6],
    ['没发起来的面包', '面粉、耐心，以及哪里出了错。', ['做饭'], 12],
    ['夜行列车', '给醒着赶路的人。', ['旅行', '夜猫子'], 5],
  ],
}
const said = {
  en: [
    'Somewhere past midnight. The dining car is closed.',
    'Which line is it?',
    'The slow one along the river.',
  ],
  zh: ['过了半夜，餐车关了。', '哪条线？', '沿河走的慢车。'],
}
const names = {
  en: {
    square: 'Square',
    open: 'Open a room',
    topic: 'Topic',
    description: 'Description (optional)',
    join: 'Join',
    back: 'Back',
    chats: /^Chats/,
    match: 'Match',
    me: 'Me',
    reply: 'Reply',
    music: 'music',
    night: 'awake at night',
  },
  zh: {
    square: '广场',
    open: '开房间',
    topic: '话题',
    description: '简介（可不填）',
    join: '加入',
    back: '返回',
    chats: /^聊天/,
    match: '匹配',
    me: '我的',
    reply: '回复',
    music: '音乐',
    night: '夜猫子',
  },
}

/** Opens a room with so many people. Returns them, its id and a link to it. */
async function settle([topic, description, roomTags, count]) {
  const people = await Promise.all(Array.from({ length: count }, () => Person.guest()))
  const { body } = await people[0].post('/rooms', { topic, description, tags: roomTags })
  for (const each of people.slice(1)) await each.post(`/rooms/${body.id}/join`)
  return { people, id: body.id, link: (await people[0].post(`/rooms/${body.id}/share`)).body.url }
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
  await say(they, 'https://timetable.example/night')
  await I.getByRole('log').getByRole('link').click()
  await I.getByRole('dialog').waitFor(wait)
  await picture(I, 'link', language)
  await I.keyboard.press('Escape')
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
  await I.getByRole('radiogroup').first().waitFor(wait)
  await picture(I, 'me', language)

  const { people, id, link } = (await Promise.all(rooms[language].map(settle))).at(-1)
  const [topic, description] = rooms[language].at(-1)
  const visitor = await person(chromium, { locale: language === 'en' ? 'en-US' : 'zh-CN', path: link })
  await visitor.getByRole('heading', { name: topic }).waitFor(wait)
  await picture(visitor, 'share', language)
  await turnTo(I, words.square)
  await I.getByRole('link', { name: topic }).waitFor(wait)
  await picture(I, 'square', language)
  await I.getByRole('button', { name: words.open, exact: true }).click()
  await I.getByLabel(words.topic, { exact: true }).fill(topic)
  await I.getByLabel(words.description).fill(description)
  await picture(I, 'create', language)
  await I.getByRole('button', { name: words.back, exact: true }).click()
  await I.getByRole('link', { name: topic }).click()
  await I.getByRole('button', { name: words.join, exact: true }).click()
  await composer(I).waitFor(wait)
  for (const [n, text] of said[language].entries()) {
    if (n === 1) await say(I, text)
    else await people[n].send(id, text)
    await line(I, text).waitFor(wait)
  }
  await people[1].post(`/rooms/${id}/messages/2/reactions`, { name: 'like' })
  await panel(I)
  await I.getByRole('log').getByRole('button', { name: /, 1$/ }).waitFor(wait)
  await picture(I, 'room', language)
  calm(I, they, visitor)
  await visitor.context().close()
  await I.context().close()
  await they.context().close()
}
await chromium.close()
