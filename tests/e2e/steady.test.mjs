// Pages stand still while they load: nothing moves that somebody may be about to read or press.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  calm,
  guest,
  guestButton,
  journey,
  line,
  meet,
  person,
  say,
  start,
  wait,
} from '../support/browser.mjs'

const step = journey()
const MOST = 0.01
const sizes = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } }
let chromium, other

before(async () => {
  chromium = await browser()
  other = await guest(await person(chromium))
})
after(() => chromium?.close())

/** Collects what moves by itself, as the browser reckons it: by how much of the screen, and what. */
const watched = () => {
  window.moves = []
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.moves.push([value, ...sources.map(({ node }) => (node?.outerHTML ?? '').slice(0, 120))])
  }).observe({ type: 'layout-shift', buffered: true })
}

async function still(page, name) {
  await page.waitForLoadState('networkidle')
  const moves = await page.evaluate(() => window.moves.splice(0))
  const sum = moves.reduce((all, [value]) => all + value, 0)
  assert.ok(sum < MOST, `${name} moves by ${sum}: ${JSON.stringify(moves)}`)
}

for (const [size, viewport] of Object.entries(sizes)) {
  let page
  step(`${size}: the first page, matching, a chat`, async () => {
    page = await person(chromium, { viewport })
    await page.context().addInitScript(watched)
    await page.reload()
    await guestButton(page).waitFor(wait)
    await still(page, 'entry')
    await guest(page)
    await start(page).waitFor(wait)
    await still(page, 'match')
    await meet(page, other)
    await say(other, 'hello')
    await line(page, 'hello').waitFor(wait)
    await say(page, 'hello yourself')
    await line(other, 'hello yourself').waitFor(wait)
    await still(page, 'chat')
    await page.reload()
    await line(page, 'hello yourself').waitFor(wait)
    await still(page, 'chat, opened again')
  })

  step(`${size}: the other pages, opened by their address`, async () => {
    for (const name of ['conversations', 'square', 'me', 'data', 'blocks', 'reports', 'warnings']) {
      await page.goto(`${page.base}/#/pages/${name}/${name}`)
      await page.reload()
      await page.getByRole('heading', { level: 1 }).filter({ visible: true }).last().waitFor(wait)
      await still(page, name)
    }
    calm(page)
    await page.context().close()
    await other.reload()
    await other.goto(other.base + '/#/pages/match/match')
    await start(other).waitFor(wait)
  })
}

step('nothing was refused, failed or fetched from elsewhere', () => calm(other))
