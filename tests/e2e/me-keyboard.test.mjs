// One's own affairs without a mouse: a picture cut to a square, sounds, a guest who keeps the account, appeals, out everywhere.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before } from 'node:test'
import { browser, calm, guest, guestButton, journey, person, seen, start, wait } from '../support/browser.mjs'
import { sql, unique, until } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'
import { act } from '../support/safety.mjs'

const { png } = createRequire(import.meta.url)('../../applet/tests/mp/files.cjs')
const step = journey()
const account = unique('me_')
let chromium, ann, by, key

const heading = (name) => ann.getByRole('heading', { level: 1, name }).waitFor(wait)
const mine = () => ann.evaluate(async () => (await fetch('/api/v1/me')).json())

async function login() {
  await by.tabTo('tab Log in')
  await by.write('textbox Account name', account)
  await by.write('textbox Password', 'correct horse')
  await by.press('Enter')
}

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  by = keyboard(ann)
  ann.on('filechooser', () => undefined) // so that no real one comes up before it is waited for
})
after(() => chromium?.close())

step('a picture is moved under its frame, made larger, and used; then taken away', async () => {
  await by.enter('button Me')
  await by.tabTo('button Choose a picture')
  const [chooser] = await Promise.all([ann.waitForEvent('filechooser'), by.press('Enter')])
  await chooser.setFiles([{ name: 'me.png', mimeType: 'image/png', buffer: png(800, 400) }])
  await by.inDialog('Cut it to a square')
  await by.tabTo('application Cut it to a square')
  const place = () => ann.locator('.paper').evaluate((paper) => paper.style.transform)
  const before = await place()
  await by.press('ArrowRight', '+')
  await until(async () => (await place()) !== before && /scale\(1\.25\)/.test(await place()), place)
  await by.enter('button Use this')
  await seen(ann, 'This is your picture now.')
  await by.comesTo('button Choose a picture')
  assert.match((await mine()).avatar, /^\/media\//)
  await by.enter('button Remove it')
  await seen(ann, 'Your picture is removed.')
})

step('the sound is switched off', async () => {
  await by.tabTo('switch Sound')
  await by.press('Space')
  await ann.getByRole('switch', { name: 'Sound', checked: false }).waitFor(wait)
})

step('a guest keeps the account, and comes back to it', async () => {
  await by.enter('button Log out')
  await by.inDialog(/^Log out/)
  await by.escape('button Log out')
  await by.enter('button Keep this account')
  await by.comesTo('textbox Account name')
  await by.type(account)
  await by.write('textbox Password', 'correct horse')
  await by.write('textbox Repeat the password', 'correct horse')
  await by.press('Enter')
  await until(async () => (await mine()).account === account, 'an account', wait.timeout)
  key = await sql(`select id from account where name = '${account}'`)
  await by.enter('button Log out everywhere')
  await by.inDialog('Log out on every device?')
  await by.escape('button Log out everywhere')
  await by.press('Enter')
  await by.inDialog('Log out on every device?')
  await by.enter('button Log out everywhere')
  await guestButton(ann).waitFor(wait)
  await login()
  await start(ann).waitFor(wait)
})

step('against a warning one appeals', async () => {
  await act(`account_mute(${key}, now() + interval '1 hour', 'too loud')`)
  await by.inDialog('From the moderators')
  await by.press('Escape')
  await by.enter('button Look')
  await heading('Warnings')
  await by.enter('button Appeal')
  await by.comesTo('textbox Why you see it differently')
  await by.enter('button Send the appeal')
  await ann.getByRole('alert').filter({ hasText: 'Write what you want to say.' }).waitFor(wait)
  await by.write('textbox Why you see it differently', 'It was a song.')
  await by.enter('button Send the appeal')
  await seen(ann, 'Your appeal is with the moderators.')
})

step('who is suspended appeals from there, and goes to the first page', async () => {
  await act(`account_ban(${key}, now() + interval '3 days', 'gold')`)
  await heading('This account is suspended')
  await by.write('textbox Why you see it differently', 'It was the same song.')
  await by.enter('button Send the appeal')
  await seen(ann, 'Your appeal is with the moderators.')
  await by.enter('button To the first page')
  await guestButton(ann).waitFor(wait)
  await login()
  await heading('This account is suspended')
  await by.enter('button To the first page')
  await guestButton(ann).waitFor(wait)
})

step('privacy and terms are opened beside the page', async () => {
  for (const name of ['Privacy', 'Terms']) {
    await by.tabTo(`link ${name}`)
    const [other] = await Promise.all([ann.context().waitForEvent('page'), by.press('Enter')])
    await other.getByRole('heading', { level: 1, name }).waitFor(wait)
    await other.close()
  }
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann))
