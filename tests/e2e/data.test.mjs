// One's own data: the question of age, what is said about privacy, taking it all along, and having it erased.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  form,
  guest,
  guestButton,
  journey,
  openRoom,
  person,
  register,
  seen,
  start,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique } from '../support/client.mjs'

const step = journey()
const sheet = (page, name) => page.getByRole('dialog', { name })
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
const pageAt = (page, name) => page.goto(`${page.base}/#/pages/${name}/${name}`)
let chromium, bob

before(async () => {
  chromium = await browser()
  bob = await register(await person(chromium))
})
after(() => chromium?.close())

step('the question of age, once before the first start', async () => {
  const page = await person(chromium, { age: null })
  await guestButton(page).click()
  const ask = sheet(page, 'Are you 18 or older?')
  await button(ask, 'No').click()
  await alert(page, 'You can come back when you are 18.')
  await guestButton(page).click()
  await button(ask, 'I am 18 or older').click()
  await start(page).waitFor(wait)
  await turnTo(page, 'Me')
  await button(page, 'Log out').click()
  await button(page.getByRole('dialog'), 'Log out').click()
  await guestButton(page).click()
  await start(page).waitFor(wait)
  calm(page)
  await page.context().close()
})

step('what is said about privacy, and the terms, in the reader’s language', async () => {
  const page = await person(chromium, { locale: 'zh-CN' })
  for (const [name, title] of [
    ['隐私说明', '隐私说明'],
    ['使用条款', '使用条款'],
  ]) {
    const opened = page.context().waitForEvent('page')
    await page.getByRole('link', { name }).click()
    const other = await opened
    await other.getByRole('heading', { level: 1, name: title }).waitFor(wait)
    await other.close()
  }
  calm(page)
  await page.context().close()
})

step('one’s data as a file', async () => {
  await turnTo(bob, 'Me')
  await button(bob, 'Your data').click()
  const [download] = await Promise.all([bob.waitForEvent('download'), button(bob, 'Export my data').click()])
  assert.equal(download.suggestedFilename(), 'driftline-account.json')
  assert.match(
    JSON.stringify(JSON.parse(await readFile(await download.path(), 'utf8'))),
    new RegExp(bob.account),
  )
})

step('an account is erased by its password: the first page says so, and it is gone', async () => {
  await button(bob, 'Erase my account').click()
  await bob.getByLabel('Password').fill('not this one')
  await button(bob, 'Erase for good').click()
  await alert(bob, 'The current password is not right.')
  await bob.getByLabel('Password').fill(bob.password)
  await button(bob, 'Erase for good').click()
  await guestButton(bob).waitFor(wait)
  await seen(bob, /^Your account is erased\./)
  await form(bob, 'login', bob.account, bob.password)
  await alert(bob, 'Account name and password do not match.')
})

step('a guest says twice that it means it', async () => {
  const page = await guest(await person(chromium))
  await openRoom(page, unique('Room '))
  await pageAt(page, 'data')
  await button(page, 'Erase my account').click()
  assert.equal(await button(page, 'Erase for good').isDisabled(), true)
  await page.getByRole('switch', { name: 'I want this account to be gone' }).click()
  await button(page, 'Erase for good').click()
  await seen(page, /^Your account is erased\./)
  await guestButton(page).waitFor(wait)
  calm(page)
  await page.context().close()
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(bob))
