/*
 * Chromium for the journeys: each person gets a context of their own, so that two of them share nothing, and the few
 * steps that every journey takes, in both languages. They go by roles and labels, as people do.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { base, unique, until } from './client.mjs'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

/** How long something may take that takes a second on a machine with nothing else to do. */
export const wait = { timeout: 20000 }

const how = (more) => ({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...flags, ...more],
})

export const browser = (...more) => chromium.launch(how(more))

/** One that remembers, in this folder, as people's own do: it has one context alone, and ends with that. */
export const remembering = (folder) => ({
  newContext: (options) => chromium.launchPersistentContext(folder, { ...how([]), ...options }),
})

/** The pages that are open, for what they show when a step fails. */
const open = new Set()

/** Notes in page.trouble what must not be: console errors, refused content (CSP), exceptions, requests to elsewhere. */
function watch(page, to) {
  const { host } = new URL(to)
  const ours = (address) => {
    const url = new URL(address)
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host)
      page.trouble.push('foreign request: ' + url.origin)
  }
  page.trouble = []
  page.base = to
  open.add(page)
  page.on('close', () => open.delete(page))
  page.setDefaultTimeout(wait.timeout)
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !/Failed to load resource|net::ERR_|WebSocket connection/.test(message.text())
    )
      page.trouble.push(`${message.text()} at ${page.url()}`)
  })
  page.on('pageerror', (error) => page.trouble.push(`${error} at ${page.url()}`))
  page.on('request', (request) => ours(request.url()))
  page.on('websocket', (socket) => ours(socket.url()))
  return page
}

/**
 * A page of a new person, at path. options: those of Playwright's newContext, base for another service, and age: the one
 * that was said here before, null for none.
 */
export async function person(instance, { base: to = base, path = '/', age = 120, ...options } = {}) {
  const context = await instance.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'en-US',
    ...options,
  })
  // What is thrown and is no Error has no words of its own.
  await context.addInitScript(() =>
    addEventListener('unhandledrejection', ({ reason }) =>
      console.error('unhandled: ' + JSON.stringify(reason)),
    ),
  )
  if (age)
    await context.addInitScript((data) => {
      localStorage.setItem('driftline.age', JSON.stringify({ type: 'number', data }))
    }, age)
  return tab(context, to + path)
}

/** One more page of the person whose context this is. */
export async function tab(context, url) {
  const page = watch(await context.newPage(), new URL(url).origin)
  await page.goto(url)
  return page
}

/** The steps of one journey, each a test: what comes after one that failed is left out, for it would fail too. */
export function journey() {
  let broken = false
  return (name, action) =>
    test(name, async (t) => {
      if (broken) return t.skip('a step before it failed')
      broken = true
      try {
        await action()
      } catch (error) {
        for (const page of open) t.diagnostic(`${page.url()} shows: ${await shownBy(page)}`)
        throw error
      }
      broken = false
    })
}

/** What stands on a page, its beginning and its end. */
async function shownBy(page) {
  const text = await page.evaluate(() => document.body.innerText).catch(() => 'nothing')
  return text.replace(/\s+/g, ' ').replace(/^(.{400}).+(.{800})$/, '$1 … $2')
}

/** Fails if anything happened on these pages that must not. */
export function calm(...pages) {
  assert.deepEqual(
    pages.flatMap((page) => page.trouble),
    [],
  )
}

const either = (...names) => new RegExp(`^(${names.join('|')})$`)
const words = {
  guest: either('Start as a guest', '以游客身份开始'),
  register: either('Register', '注册'),
  login: either('Log in', '登录'),
  account: either('Account name', '账号'),
  password: either('Password', '密码'),
  repeat: either('Repeat the password', '再次输入密码'),
  create: either('Create account', '创建账号'),
  start: either('Find someone', '开始匹配'),
  stop: either('Stop looking', '停止寻找'),
  tag: either('Add a tag', '添加标签'),
  untag: /^(Remove tag|移除标签) /,
  write: either('Write a message', '写点什么'),
  square: either('Square', '广场'),
  open: either('Open a room', '开房间'),
  topic: either('Topic', '话题'),
  opened: either('Open the room', '开房间'),
  join: either('Join', '加入'),
  about: /^(About this chat: |关于这段聊天：)/,
  panel: either('About this room', 'About this chat', '关于这个房间', '关于这段聊天'),
  people: either('People', '成员'),
  close: either('Close', '关闭'),
  actions: either('Message actions', '消息操作'),
}

export const button = (page, name) => page.getByRole('button', { name, exact: true })
export const start = (page) => page.getByRole('button', { name: words.start })
export const stop = (page) => page.getByRole('button', { name: words.stop })
export const tags = (page) => page.getByRole('button', { name: words.untag })
export const guestButton = (page) => page.getByRole('button', { name: words.guest })
export const log = (page) => page.getByRole('log')
export const composer = (page) => page.getByRole('textbox', { name: words.write })
/** One of the main pages, from another one. */
export const turnTo = (page, name) => page.getByRole('navigation').getByRole('button', { name }).click()

export async function guest(page) {
  await guestButton(page).click()
  await start(page).waitFor(wait)
  return page
}

/** Fills and sends the form of entry that is called mode, register or login. */
export async function form(page, mode, account, password, repeat = password) {
  await page.getByRole('tab', { name: words[mode] }).click()
  await page.getByLabel(words.account).fill(account)
  await page.getByLabel(words.password).fill(password)
  if (mode === 'register') await page.getByLabel(words.repeat).fill(repeat)
  await page.getByRole('button', { name: mode === 'register' ? words.create : words.login }).click()
}

export async function register(page, { account = unique('e2e_'), password = 'correct horse' } = {}) {
  await form(page, 'register', account, password)
  await start(page).waitFor(wait)
  return Object.assign(page, { account, password })
}

/** Begins to look for someone with exactly these tags. */
export async function search(page, ...names) {
  while (await tags(page).count()) await tags(page).first().click()
  for (const name of names) {
    await page.getByLabel(words.tag).fill(name)
    await page.keyboard.press('Enter')
  }
  await start(page).click()
}

/** Two people meet, by a tag that nobody else looks for. */
export async function meet(one, two, tag = unique('t')) {
  await search(one, tag)
  await stop(one).waitFor(wait)
  await search(two, tag)
  for (const page of [one, two]) await composer(page).waitFor(wait)
}

export async function say(page, text) {
  await composer(page).fill(text)
  await page.keyboard.press('Enter')
}

/** The bubble with this text. */
export const line = (page, text) => log(page).getByText(text, { exact: true })
const shown = (page) => log(page).locator('.bubble .body').allInnerTexts()

/** Waits until the chat consists of just these lines. */
export async function shows(page, expected, what = 'the lines', newest = Infinity) {
  const wanted = JSON.stringify(expected.slice(-newest))
  let found
  await until(
    async () => (found = JSON.stringify((await shown(page)).slice(-newest))) === wanted,
    () => `${what}: ${found} is not ${wanted}`,
    wait.timeout,
  )
}

/** Waits until this stands there; pages that lie beneath the one in front do not count. */
export const seen = (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor(wait)

/** Answers the question that is asked with the button of this name. */
export const answer = (page, name) => button(page.locator('[role=dialog][aria-modal=true]'), name).click()

/** Opens a room of one's own, from a main page, and stands in it. */
export async function openRoom(page, topic, ...names) {
  await turnTo(page, words.square)
  await page.getByRole('button', { name: words.open }).click()
  await page.getByLabel(words.topic).fill(topic)
  for (const name of names) {
    await page.getByLabel(words.tag).filter({ visible: true }).fill(name)
    await page.keyboard.press('Enter')
  }
  await page.getByRole('button', { name: words.opened }).click()
  await composer(page).waitFor(wait)
  return room(page)
}

/** Joins a room that is open to all, by its address. */
export async function joinRoom(page, id) {
  await page.goto(`${page.base}/#/pages/room/room?room=${id}`)
  await page.getByRole('button', { name: words.join }).click()
  await composer(page).waitFor(wait)
}

/** What lies beside the chat in front: opened unless it is. */
export async function panel(page) {
  const side = page.getByRole('dialog', { name: words.panel })
  if (!(await side.count())) await page.getByRole('button', { name: words.about }).click()
  await side.waitFor(wait)
  return side
}
export const closePanel = (page) =>
  page.getByRole('dialog').getByRole('button', { name: words.close }).click()

/** The people of the room in front, each a row of its panel. */
export const people = async (page) =>
  (await panel(page)).getByRole('list', { name: words.people }).getByRole('listitem')

/** Opens the menu of a line. */
export async function menu(page, text) {
  await line(page, text).click()
  const group = page.getByRole('group', { name: words.actions })
  await group.waitFor(wait)
  return group
}

/** The room of the chat in front. */
export const room = (page) => new URL(page.url().replace('#', '')).searchParams.get('room')

/** The journey in short, for services that are set up in another way: two meet, talk, reload, and part. */
export async function shortTalk(instance, options) {
  const ann = await guest(await person(instance, options))
  const bob = await register(
    await person(instance, { ...options, locale: 'zh-CN', viewport: { width: 1280, height: 800 } }),
  )
  await meet(ann, bob)
  const said = []
  for (let i = 1; i <= 3; i++) {
    for (const [page, text] of [
      [ann, `line ${i} 你好 😀`],
      [bob, `第 ${i} 行 👩‍🚀 ok`],
    ]) {
      said.push(text)
      await say(page, text)
      for (const each of [ann, bob]) await shows(each, said)
    }
  }
  await ann.reload()
  await shows(ann, said)
  await button(ann, 'Leave').click()
  await button(ann.getByRole('dialog'), 'Leave').click()
  await bob.getByText('离开了，这段聊天到此为止。').waitFor(wait)
  calm(ann, bob)
  return { ann, bob }
}
