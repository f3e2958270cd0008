// By axe-core too: the pages of somebody who has had to do with the moderators, and all of the moderators' own, in both themes
// and languages.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { axe, fit, PHONE, WIDE } from '../support/access.mjs'
import { Admin } from '../support/admin.mjs'
import { browser, calm, form, journey, menu, person, start, wait } from '../support/browser.mjs'
import { pair, Person } from '../support/client.mjs'
import { ban } from '../support/safety.mjs'

const journeyStep = journey()
const moderation = `http://127.0.0.1:${process.env.DRIFTLINE_ADMIN_PORT}`
const VIEWS = ['reports', 'held', 'appeals', 'rooms', 'words', 'stats', 'audit', 'admins']
let chromium, owner

before(async () => {
  chromium = await browser()
  owner = await Admin.add('owner')
})
after(() => chromium?.close())

/** A page that axe looks at, light or dark. */
async function seenBy(options) {
  const page = await person(chromium, { reducedMotion: 'reduce', ...options })
  await page.addInitScript(axe)
  await page.reload()
  return page
}

for (const colorScheme of ['light', 'dark'])
  for (const [locale, viewport] of [
    ['en-GB', WIDE],
    ['zh-CN', PHONE],
  ]) {
    const step = (name, action) => journeyStep(`${colorScheme}, ${locale}: ${name}`, action)
    const at = (page, path) => page.goto(`${page.base}/#/pages/${path}/${path}`)
    const options = { colorScheme, locale, viewport }
    let one, two, report, room

    step('reports, who is blocked, a report being made', async () => {
      ;({ one, two, room } = await pair(await Person.register(), await Person.register()))
      for (const text of ['hello', 'cheap gold']) await two.send(room, text)
      const { member } = (await one.get('/rooms/' + room)).body.peer
      const made = await one.post('/reports', { room, member, seqs: [2], reason: 'spam', note: 'gold' })
      report = made.body.id
      await one.post('/blocks', { room, member })
      const page = await seenBy(options)
      await form(page, 'login', one.account, one.password)
      await start(page).waitFor(wait)
      for (const path of ['reports', 'blocks', 'conversations']) {
        await at(page, path)
        await page.locator('uni-image, img').filter({ visible: true }).first().waitFor(wait)
        await fit(page, path)
      }
      await page.goto(`${page.base}/#/pages/chat/chat?room=${room}`)
      const actions = await menu(page, 'cheap gold')
      await actions.getByRole('button', { name: /^(Report|举报)$/ }).click()
      await page.getByRole('dialog').waitFor(wait)
      await fit(page, 'the report')
      calm(page)
      await page.context().close()
    })

    step('a report before moderators, and all they have', async () => {
      const page = await seenBy({ ...options, base: moderation, age: null })
      await page.getByRole('heading').first().waitFor(wait)
      await fit(page, 'login')
      await page.locator('input').first().fill(owner.name)
      await page.locator('input[type=password]').fill(owner.password)
      await page.keyboard.press('Enter')
      await page.getByRole('navigation').waitFor(wait)
      for (const view of [...VIEWS, 'report/' + report]) {
        await page.goto(`${moderation}/#/${view}`)
        await page.getByRole('heading', { level: 1 }).waitFor(wait)
        await page.waitForLoadState('networkidle')
        await fit(page, view)
      }
      calm(page)
      await page.context().close()
    })

    step('a warning and a ban', async () => {
      await owner.call('reports/resolve', { report, action: 'warn', reason: 'Be kind.' })
      const page = await seenBy(options)
      await form(page, 'login', two.account, two.password)
      await start(page).waitFor(wait)
      await at(page, 'warnings')
      await page.getByText('Be kind.').filter({ visible: true }).first().waitFor(wait)
      await fit(page, 'warnings')
      await ban(two, "now() + interval '7 days'")
      await page.getByRole('textbox').waitFor(wait)
      await fit(page, 'banned')
      assert.match(page.url(), /banned/)
      calm(page)
      await page.context().close()
      one.close()
      two.close()
    })
  }
