// The proof of work as a browser makes it: beside the page, with progress, and the call goes again by itself; against a service
// that always asks, too. What else keeps abuse out, as people meet it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before } from 'node:test'
import { Instance, unlimited } from '../deploy/instance.mjs'
import { browser, button, calm, form, guestButton, journey, person, seen, start, wait } from '../support/browser.mjs'
import { call, unique, until, v2 } from '../support/client.mjs'

const step = journey()
const sheet = (page, name) => page.getByRole('dialog', { name })
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
let chromium

// A service that asks everybody, and takes one login a minute.
const it = new Instance({ env: { ...unlimited(), DRIFTLINE_POW: 'always', DRIFTLINE_LIMIT_LOGINS: '1' } })

before(async () => {
  chromium = await browser()
  await it.up()
})
after(async () => {
  await chromium?.close()
  await it.remove()
})

const salt = '0a1b2c?expires=1900000000&'
const number = 4242
const challenge = createHash('sha256')
  .update(salt + number)
  .digest('hex')

/** Wants a proof of work for the next login, as a service does where there is abuse; `made` collects what came of it. */
async function asking(page, made = []) {
  await page.route('**/login/guest', (route) => {
    const { pow } = route.request().postDataJSON()
    if (!pow) return route.fulfill({ status: 403, json: { error: { code: 'pow_required', message: 'm' } } })
    made.push(JSON.parse(Buffer.from(pow, 'base64').toString()))
    return route.continue({ postData: '{}' })
  })
  await page.route('**/challenge', (route) =>
    route.fulfill({ json: { algorithm: 'SHA-256', challenge, salt, maxnumber: 100000, signature: 'f00d' } }),
  )
  return made
}
const solved = [{ algorithm: 'SHA-256', challenge, number, salt, signature: 'f00d' }]

step('a proof of work: beside the page, with progress, and with a way out', async () => {
  const page = await person(chromium)
  const workers = []
  page.on('worker', (worker) => workers.push(worker.url()))
  await asking(page)
  await page.route('**/challenge', (route) =>
    route.fulfill({
      json: {
        algorithm: 'SHA-256',
        challenge: 'f'.repeat(64),
        salt: 'ab?expires=1&',
        maxnumber: 5000000,
        signature: '00',
      },
    }),
  )
  await guestButton(page).click()
  const bar = page.getByRole('progressbar', { name: 'A short check' })
  await bar.waitFor(wait)
  assert.equal(new URL(workers[0]).host, new URL(page.base).host)
  await page.evaluate(() => (window.turns = 0) || setInterval(() => window.turns++, 10))
  await until(async () => Number(await bar.getAttribute('aria-valuenow')) >= 1, 'progress', wait.timeout)
  await until(() => page.evaluate(() => window.turns > 5), 'the turns of the page meanwhile')
  assert.equal(await bar.count(), 1)
  await button(sheet(page, 'A short check'), 'Cancel').click()
  await alert(page, 'The check was stopped, so nothing was sent.')

  await page.unroute('**/challenge')
  await page.unroute('**/login/guest')
  const made = await asking(page)
  await page.route('**/challenge', (route) => route.abort(), { times: 1 })
  await guestButton(page).click()
  await alert(page, 'No connection.')
  await button(page, 'Try again').click()
  await start(page).waitFor(wait)
  assert.deepEqual(made, solved)
  calm(page)
  await page.context().close()
})

step('where no worker comes up the page solves it itself', async () => {
  const page = await person(chromium)
  await page.route('**/proof.worker*', (route) => route.abort())
  const made = await asking(page)
  await guestButton(page).click()
  await start(page).waitFor(wait)
  assert.deepEqual(made, solved)
  await page.context().close()
})

step('the service’s own challenge is solved by the page, and good', async () => {
  const page = await person(chromium, { base: it.url })
  const sent = []
  page.on('request', (request) => {
    if (request.url().endsWith('/login/guest')) sent.push(request.postDataJSON().pow)
  })
  await guestButton(page).click()
  await start(page).waitFor(wait)
  assert.equal(sent.length, 2)
  const { challenge, number, salt } = JSON.parse(Buffer.from(sent[1], 'base64').toString())
  const made = createHash('sha256').update(salt + number)
  assert.equal(made.digest('hex'), challenge)
  calm(page)
  await page.context().close()
})

step('a password that everybody has is refused, and a hint stands at the field', async () => {
  const page = await person(chromium, { base: it.url })
  const account = unique('e2e_')
  const field = page.getByLabel('Password', { exact: true })
  await form(page, 'register', account, 'password123')
  await alert(page, 'Too many people use this password. Choose another one.')
  await field.fill('aaaaaaaaaaaa')
  await field.blur()
  await seen(page, 'Too much of the same: use more different characters.')
  await field.fill('four words in a row')
  await seen(page, 'Strong.')
  await page.getByLabel('Repeat the password').fill('four words in a row')
  await button(page, 'Create account').click()
  await start(page).waitFor(wait)
  calm(page)
  await page.context().close()
})

step('what is too much is told calmly, with when it goes on', async () => {
  const page = await person(chromium, { base: it.url })
  const zh = await person(chromium, { base: it.url, locale: 'zh-CN' })
  const login = () => call('POST', '/api/v1/login', { account: 'nobody', password_v2: v2('nobody', 'x') }, {}, it.url)
  await until(async () => (await login()).status === 429, 'a login to be one too many')
  await form(page, 'login', 'somebody', 'four words in a row')
  await alert(page, /^That was a lot at once\. Try again in .+\.$/)
  await form(zh, 'login', 'somebody', 'four words in a row')
  await alert(zh, /^尝试次数过多，请等待 .+后再试。$/)
  calm(page, zh)
})
