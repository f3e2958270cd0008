// The moderators' page: a report from the queue to its outcome, its evidence, the person, appeals, held lines, words, the audit log.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before } from 'node:test'
import { Admin, rootToken } from '../support/admin.mjs'
import { browser, calm, journey, person, wait } from '../support/browser.mjs'
import { call, pair, Person, random, rows, unique, until, v2 } from '../support/client.mjs'
import { reported } from '../support/reported.mjs'

const port = process.env.DRIFTLINE_ADMIN_PORT
const base = `http://127.0.0.1:${port}`
const step = journey()
const people = []
let chromium, page, moderator, it

const button = (name, where = page) => where.getByRole('button', { name, exact: true })
const heading = (name) => page.getByRole('heading', { name, exact: true }).waitFor(wait)
const section = async (name) => {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  await heading(name)
}

before(async () => {
  chromium = await browser()
  ;[moderator, it] = await Promise.all([Admin.add(), reported()])
  people.push(it.one, it.two)
})
after(async () => {
  people.forEach((someone) => someone.close())
  await chromium?.close()
})

/** One request to the page's port. Returns {status, headers, text}. */
function ask(path, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      const chunks = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
      )
    })
    request.on('error', reject)
    request.end(method === 'POST' ? '{}' : undefined)
  })
}

step('it is there by the names of the machine itself alone, and for bearers alone', async () => {
  const here = await ask('/')
  assert.equal(here.status, 200)
  assert.match(here.headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/)
  assert.equal((await ask('/', { host: 'localhost:1' })).status, 200) // the near end of an ssh -L
  for (const host of ['elsewhere.example', `127.0.0.1.elsewhere.example:${port}`, '0.0.0.0'])
    for (const path of ['/', '/admin/v1/stats']) assert.equal((await ask(path, { host })).status, 421, host)
  const json = { 'content-type': 'application/json' }
  const cookie = { ...json, cookie: `driftline_session=${rootToken()}` }
  for (const headers of [json, cookie]) assert.equal((await ask('/admin/v1/stats', headers, 'POST')).status, 401)
  const bearer = { ...json, authorization: 'Bearer ' + rootToken() }
  assert.equal((await ask('/admin/v1/stats', bearer, 'POST')).status, 200)
  assert.equal((await call('POST', '/admin/v1/stats', {}, bearer)).status, 404) // the public's port
  for (const path of ['/api/v1/me', '/healthz', '/ws/x'])
    assert.equal((await ask(path)).status, 404, path)
})

step('it asks for a name and a password, and says when they are wrong', async () => {
  page = await person(chromium, { base, age: null, viewport: { width: 1280, height: 900 } })
  await heading('Driftline moderation')
  await page.getByLabel('Name').fill(moderator.name)
  await page.getByLabel('Password').fill('wrong')
  await button('Log in').click()
  await page.getByRole('alert').waitFor(wait)
  await page.getByLabel('Password').fill(moderator.password)
  await page.keyboard.press('Enter')
  await heading('Reports')
  assert.equal(await page.getByRole('link', { name: 'Audit log' }).count(), 0)
})

step('a report in the queue leads to what its reporter saw', async () => {
  const row = page.getByRole('row').filter({ hasText: it.note })
  await row.getByRole('link').first().click()
  await heading('What the reporter saw')
  for (const line of it.lines) await page.getByText(line, { exact: true }).waitFor(wait)
  assert.equal(await page.locator('li.chosen').count(), 2)
  const text = await page.locator('body').innerText()
  for (const hidden of [it.one.account, it.one.user.nickname]) assert.equal(text.includes(hidden), false)
})

step('its picture is shown when it is asked for', async () => {
  await button('Show the picture').click()
  const picture = page.getByRole('img', { name: 'Picture in the report' })
  await picture.waitFor(wait)
  await until(() => picture.evaluate((img) => img.complete && img.naturalWidth === 40), 'the picture')
})

step('a warning is given, and the report is over', async () => {
  await page.getByLabel('Action').selectOption('Warn')
  await page.getByLabel(/^Reason/).fill('Be kind.')
  await page.getByLabel(/^Note/).fill('first time')
  await button('Do it').click()
  await heading('Reports')
  await page.getByRole('row').filter({ hasText: it.note }).waitFor({ ...wait, state: 'detached' })
  const { body } = await it.one.get('/warnings')
  assert.equal(body.items[0].reason, 'Be kind.')
})

step('resolved reports stand in a list of their own, and lead to the person', async () => {
  await page.getByLabel('State').selectOption('Resolved')
  const link = page.getByRole('row').filter({ hasText: it.report.slice(0, 8) }).getByRole('link')
  await link.last().click()
  await heading('People')
  await page.getByRole('table', { name: 'Steps so far' }).getByText('Be kind.').waitFor(wait)
})

step('a ban for good is asked about first', async () => {
  await page.getByLabel('Action').selectOption('Ban')
  await page.getByLabel(/^Reason/).fill('Enough.')
  await button('Do it').click()
  const dialog = page.getByRole('dialog')
  await button('Cancel', dialog).click()
  await dialog.waitFor({ ...wait, state: 'detached' })
  assert.equal((await it.one.get('/me')).status, 200)
  await button('Do it').click()
  await button('Ban', page.getByRole('dialog')).click()
  await page.getByRole('status').filter({ hasText: 'Done.' }).waitFor(wait)
  await page.getByText('for good', { exact: true }).waitFor(wait)
  assert.equal((await it.one.get('/me')).status, 401)
})

step('an appeal is answered, and lifts it', async () => {
  const { account, password } = it.one
  const { status, body } = await call('POST', '/api/v1/login', { account, password_v2: v2(account, password) })
  assert.equal(status, 202)
  const text = unique('sorry')
  assert.equal((await call('POST', '/api/v1/appeals', { code: body.error.appeal_code, text })).status, 200)
  await section('Appeals')
  await button('Answer', page.getByRole('row').filter({ hasText: text })).click()
  await page.getByLabel(/^Your answer/).fill('Well then.')
  await button('Lift it').click()
  await page.getByRole('row').filter({ hasText: text }).waitFor({ ...wait, state: 'detached' })
  await it.one.login()
})

step('what is no subject is said so', async () => {
  await section('People')
  await page.getByLabel(/^A subject/).fill('nobody' + random())
  await button('Show').click()
  await page.getByRole('alert').waitFor(wait)
})

step('a room is found, and closed', async () => {
  const topic = unique('topic')
  const owner = await Person.guest()
  people.push(owner)
  const { body: room } = await owner.post('/rooms', { topic })
  await section('Rooms')
  await page.getByLabel(/^Find by topic/).fill(topic)
  await button('Find').click()
  await page.getByRole('link', { name: topic }).click()
  await button('Close the room').click()
  await button('Close the room', page.getByRole('dialog')).click()
  await button('Close the room').waitFor({ ...wait, state: 'detached' })
  assert.equal((await rows(`select ended_at is not null as over from room where id = '${room.id}'`))[0].over, true)
})

step('a dead token leads back to the login', async () => {
  await section('Figures')
  await moderator.call('logout')
  const { body } = await Admin.owner.call('admins/rotate', { name: moderator.name })
  moderator.password = body.password
  await page.getByRole('navigation').getByRole('link', { name: 'Reports' }).click()
  await heading('Driftline moderation')
})

step('the machine’s owner gets in by the token, and sees the audit log', async () => {
  await button('Use a token').click()
  await page.getByLabel('Token').fill(rootToken())
  await button('Log in').click()
  await section('Audit log')
  await page.getByLabel('Command').fill('reports file')
  await button('Find').click()
  const row = page.getByRole('row').filter({ hasText: it.report }).filter({ hasText: moderator.name })
  await row.first().waitFor(wait)
})

step('words are added, tried and removed; a held line is let into its room', async () => {
  const word = 'zq' + random().toLowerCase().replace(/[^a-z]/g, 'x')
  await section('Words')
  await page.getByLabel('Pattern').fill(word)
  await page.getByLabel('Class').selectOption('Hold')
  await button('Add').click()
  const entry = page.getByRole('row').filter({ hasText: word })
  await entry.waitFor(wait)
  await page.getByLabel('Text', { exact: true }).fill(`say ${word} now`)
  await button('Try a text').click()
  await page.getByRole('status').filter({ hasText: word }).waitFor(wait)
  const { one, room } = await pair(await Person.guest(), await Person.guest())
  people.push(one)
  let body
  const isHeld = async () => {
    body = unique('line') + ' ' + word
    return (await one.post(`/rooms/${room}/messages`, { client_id: crypto.randomUUID(), kind: 'text', body })).status === 202
  }
  await until(isHeld, 'the word in force')
  await section('Held lines')
  await button('Let it be said', page.getByRole('row').filter({ hasText: body })).click()
  await page.getByRole('row').filter({ hasText: body }).waitFor({ ...wait, state: 'detached' })
  await until(async () => (await one.get(`/rooms/${room}/messages`)).body.items.some((line) => line.body === body), 'the line')
  await section('Words')
  await button('Remove', entry).click()
  await entry.waitFor({ ...wait, state: 'detached' })
})

step('on a phone, in Chinese, nothing runs over the edge', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await button('中文').click()
  for (const [name, link] of [['举报', 'reports'], ['词表', 'words'], ['审计日志', 'audit'], ['管理员', 'admins'], ['数据', 'stats']]) {
    await page.goto(`${base}/#/${link}`)
    await heading(name)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(over, 0, link)
    const names = await page.locator('dt, th').allInnerTexts()
    assert.deepEqual(names.filter((name) => /^[a-z_]+$/.test(name)), [], `${link}: no words for these`)
  }
})

step('nothing went wrong meanwhile', async () => {
  calm(page)
  await button('退出').click()
  await heading('Driftline 管理')
  assert.equal((await Admin.owner.call('stats')).status, 200) // the token is driftctl's too
})
