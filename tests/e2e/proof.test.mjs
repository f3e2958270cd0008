// The proof of work as a browser makes it: beside the page, with progress, and the call goes again by itself.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before } from 'node:test'
import { browser, button, calm, guestButton, journey, person, start, wait } from '../support/browser.mjs'
import { until } from '../support/client.mjs'

const step = journey()
const sheet = (page, name) => page.getByRole('dialog', { name })
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
let chromium

before(async () => (chromium = await browser()))
after(() => chromium?.close())

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
        maxnumber: 50000000,
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
  assert.ok((await page.evaluate(() => window.turns)) > 5, 'the page had its turns meanwhile')
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
