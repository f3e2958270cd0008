#!/usr/bin/env node
// Makes the pictures of docs/images/ from a running service (DRIFTLINE_TEST_BASE, DRIFTLINE_STATE, DRIFTLINE_ADMIN_PORT; limits
// off; best a fresh one): node tests/e2e/pictures.mjs
// Those that the documentation names, and for each page a sheet of all its looks: on a phone and on a wide screen, light and
// dark, in both languages. With a folder as argument each look goes there as a picture of its own, to be seen in full.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  browser,
  calm,
  composer,
  form,
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
import { Admin } from '../support/admin.mjs'
import { pair, Person, unique } from '../support/client.mjs'
import { ban } from '../support/safety.mjs'

const images = fileURLToPath(new URL('../../docs/images', import.meta.url))
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

/** What was said, reported, answered; the moderators' views with their headings, in the order of the pictures. */
const trouble = {
  en: {
    lines: ['hello', 'Double your coins by tonight, ask me how', 'why so quiet?', 'last chance'],
    note: 'The same offer, three times.',
    back: 'Left without a word.',
    reason: 'No advertising, please.',
    appeal: 'It was a joke about a game.',
    banned: 'This account is suspended',
    pages: [
      ['reports', 'Acted upon'],
      ['blocks', 'Unblock'],
      ['data', 'Take it with you'],
    ],
    views: [
      ['held', 'Held lines'],
      ['rooms', 'Rooms'],
      ['words', 'Words'],
      ['stats', 'Figures'],
      ['audit', 'Audit log'],
      ['admins', 'Admins'],
    ],
  },
  zh: {
    lines: ['你好', '今晚硬币翻倍，来问我', '怎么不说话？', '最后机会'],
    note: '同样的广告发了三遍。',
    back: '一句话没说就走了。',
    reason: '请不要发广告。',
    appeal: '那只是游戏里的玩笑。',
    banned: '这个账号已被封禁',
    pages: [
      ['reports', '已作处理'],
      ['blocks', '取消屏蔽'],
      ['data', '带走数据'],
    ],
    views: [
      ['held', '待审消息'],
      ['rooms', '房间'],
      ['words', '词表'],
      ['stats', '数据'],
      ['audit', '审计日志'],
      ['admins', '管理员'],
    ],
  },
}
const moderation = `http://127.0.0.1:${process.env.DRIFTLINE_ADMIN_PORT}`

/** Opens a room with so many people. Returns them, its id and a link to it. */
async function settle([topic, description, roomTags, count]) {
  const people = await Promise.all(Array.from({ length: count }, () => Person.guest()))
  const { body } = await people[0].post('/rooms', { topic, description, tags: roomTags })
  for (const each of people.slice(1)) await each.post(`/rooms/${body.id}/join`)
  return { people, id: body.id, link: (await people[0].post(`/rooms/${body.id}/share`)).body.url }
}

const chromium = await browser('--font-render-hinting=none')
/** name of a page → its looks, as PNG. */
const taken = new Map()
/** The client's pages of which there is a picture. */
const routes = new Set()

/** The page in front, in each size and colour. */
async function picture(page, name, language) {
  routes.add(new URL(page.url()).hash.slice(2).split('?')[0] || 'pages/entry/entry')
  await page.mouse.move(0, 0)
  const looks = taken.get(name) ?? new Map()
  taken.set(name, looks)
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.waitForLoadState('networkidle')
      looks.set(
        `${size}-${colorScheme}-${language}`,
        await page.screenshot({ scale: 'css', animations: 'disabled', caret: 'hide' }),
      )
    }
  }
  await page.setViewportSize(sizes.phone)
}

/** All pages of the client in a browser. */
const pages = () =>
  [
    ...readFileSync(new URL('../../applet/src/pages.json', import.meta.url), 'utf8')
      .replace(/\/\/ #ifndef H5[^]*?#endif/g, '')
      .matchAll(/"path": "([^"]+)"/g),
  ].map(([, route]) => route)

/** All looks of a page in one picture: the phones in a row, below them the wide screens, two in each. */
async function sheet(page, looks) {
  const img = ([look, bytes]) =>
    `<img class="${look.split('-')[0]}" src="data:image/png;base64,${bytes.toString('base64')}">`
  const of = (size) => [...looks].filter(([look]) => look.startsWith(size)).map(img)
  await page.setContent(`<style>
    body { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 16px; width: 1232px; margin: 0; padding: 16px; background: #8a9a9a }
    img { display: block; border-radius: 8px }
    .phone { width: 290px }
    .wide { width: 608px }
  </style>${of('phone').join('')}${of('wide').join('')}`)
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())))
  const { cssContentSize } = await cdp(page, 'Page.getLayoutMetrics')
  const { data } = await cdp(page, 'Page.captureScreenshot', {
    format: 'webp',
    quality: 72,
    captureBeyondViewport: true,
    clip: { ...cssContentSize, scale: 1 },
  })
  return Buffer.from(data, 'base64')
}
const cdp = async (page, method, params) => (await page.context().newCDPSession(page)).send(method, params)

async function keep() {
  if (process.argv[2]) {
    mkdirSync(process.argv[2], { recursive: true })
    for (const [name, looks] of taken)
      for (const [look, bytes] of looks)
        writeFileSync(path.join(process.argv[2], `${name}-${look}.png`), bytes)
    return
  }
  const sheets = path.join(images, 'pages')
  rmSync(sheets, { recursive: true, force: true })
  mkdirSync(sheets, { recursive: true })
  const page = await chromium.newPage({ viewport: { width: 1264, height: 800 } })
  for (const [name, looks] of taken) {
    writeFileSync(path.join(sheets, name + '.webp'), await sheet(page, looks))
    for (const [look, bytes] of looks)
      if (chosen.includes(`${name}-${look}`)) writeFileSync(path.join(images, `${name}-${look}.png`), bytes)
  }
}

/** A page of somebody who has an account. */
async function signedIn({ account, password }, locale) {
  const page = await person(chromium, { locale })
  await form(page, 'login', account, password)
  await start(page).waitFor(wait)
  return page
}

/** Goes to a page of the client that takes a sign-in, and waits for what is on it. */
async function at(page, route, text) {
  await page.goto(`${page.base}/#/pages/${route}/${route}`)
  await page.getByText(text).filter({ visible: true }).first().waitFor(wait)
}

/**
 * What people have to do with moderators, and they with them: a report and who is blocked, a warning and its appeal, a ban;
 * and all views of the moderators' page on the way.
 */
async function safety(language) {
  const words = trouble[language]
  const locale = language === 'en' ? 'en-US' : 'zh-CN'
  const { one: quiet, two: loud, room } = await pair(await Person.register(), await Person.register())
  for (const text of words.lines) await loud.send(room, text)
  const { member } = (await quiet.get('/rooms/' + room)).body.peer
  const report = { room, member, reason: 'spam' }
  const made = await quiet.post('/reports', { ...report, seqs: [2, 3], note: words.note })
  await quiet.post('/blocks', { room, member })
  const { body: back } = await loud.get('/rooms/' + room)
  await loud.post('/reports', { ...report, member: back.peer.member, reason: 'other', note: words.back })

  const desk = await person(chromium, { base: moderation, age: null, locale })
  await desk.getByRole('heading').first().waitFor(wait)
  await picture(desk, 'moderation-login', language)
  const moderator = await Admin.add('owner')
  await desk.locator('input').first().fill(moderator.name)
  await desk.locator('input[type=password]').fill(moderator.password)
  await desk.keyboard.press('Enter')
  await desk.getByRole('row').filter({ hasText: words.note }).waitFor(wait)
  await picture(desk, 'moderation-reports', language)
  await desk.goto(`${moderation}/#/report/${made.body.id}`)
  await desk.getByText(words.lines[1], { exact: true }).waitFor(wait)
  await picture(desk, 'moderation-report', language)
  await moderator.call('reports/resolve', { report: made.body.id, action: 'warn', reason: words.reason })

  const mine = await signedIn(quiet, locale)
  for (const [route, text] of words.pages) {
    await at(mine, route, text)
    await picture(mine, route, language)
  }
  const page = await signedIn(loud, locale)
  await at(page, 'warnings', words.reason)
  await picture(page, 'warnings', language)
  const [warning] = (await loud.get('/warnings')).body.items
  await loud.post(`/warnings/${warning.id}/appeal`, { text: words.appeal })
  await desk.goto(`${moderation}/#/appeals`)
  await desk.getByText(words.appeal).waitFor(wait)
  await picture(desk, 'moderation-appeals', language)
  for (const [view, text] of words.views) {
    await desk.goto(`${moderation}/#/${view}`)
    await desk.getByRole('heading', { name: text }).waitFor(wait)
    await picture(desk, 'moderation-' + view, language)
  }
  await ban(loud, "now() + interval '7 days'")
  await page.getByRole('heading', { name: words.banned }).waitFor(wait)
  await picture(page, 'banned', language)
  calm(page, mine, desk)
  loud.close()
  quiet.close()
  for (const each of [page, mine, desk]) await each.context().close()
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
  await I.getByRole('button', { name: words.join, exact: true }).waitFor(wait)
  await picture(I, 'join', language)
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
  await safety(language)
  calm(I, they, visitor)
  for (const page of ['privacy', 'terms']) {
    await visitor.goto(`${visitor.base}/${page}`)
    await picture(visitor, page, language)
  }
  await visitor.context().close()
  await I.context().close()
  await they.context().close()
}
await keep()
await chromium.close()
const missing = pages().filter((route) => !routes.has(route))
if (missing.length) throw new Error('no picture of ' + missing.join(', '))
