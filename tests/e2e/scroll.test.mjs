// A chat of hundreds of lines: a part of them is in the document, and what one looks at stays where it is.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { browser, button, calm, form, journey, line, log, person, start, wait } from '../support/browser.mjs'
import { Person, pair, range, until } from '../support/client.mjs'

const step = journey()
const LINES = 400
/** A tenth of them are long, so that heights differ. */
const said = (i) => (i % 10 ? `line ${i}` : `line ${i} ` + 'and the tide comes in '.repeat(20)).trim()
let chromium, page, talkers

before(async () => {
  talkers = await pair(await Person.register(), await Person.register())
  for (const i of range(1, LINES))
    await (i % 3 ? talkers.one : talkers.two).send(talkers.room, said(i), i === LINES ? { reply_to: 7 } : {})
  chromium = await browser()
  page = await person(chromium, { viewport: { width: 1280, height: 800 } })
  await form(page, 'login', talkers.one.account, talkers.one.password)
  await start(page).waitFor(wait)
  await page.goto(`${page.base}/#/pages/chat/chat?room=${talkers.room}`)
  await line(page, said(LINES)).waitFor(wait)
})
after(async () => {
  talkers?.one.close()
  talkers?.two.close()
  await chromium?.close()
})

const box = () => page.locator('.scroll').filter({ visible: true })
/** What is in the document: how many rows, the numbers of the lines, and which of them stand in sight. */
const look = () =>
  box().evaluate((element) => {
    const edge = element.getBoundingClientRect()
    const lines = [...element.querySelectorAll('.place[id^="line-"]')].map((place) => ({
      seq: Number(place.id.slice(5)),
      top: place.getBoundingClientRect().top,
      bottom: place.getBoundingClientRect().bottom,
    }))
    return {
      rows: element.querySelectorAll('.place').length,
      lines: lines.map(({ seq }) => seq),
      sight: lines.filter(({ top, bottom }) => bottom > edge.top && top < edge.bottom),
      edge: { top: edge.top, bottom: edge.bottom },
      left: element.scrollHeight - element.scrollTop - element.clientHeight,
    }
  })

/** Whatever one does, the document is small, and no line is missing between two others. */
async function whole() {
  const now = await look()
  assert.ok(now.rows < 200, `${now.rows} rows`)
  assert.deepEqual(now.lines, range(now.lines[0], now.lines[now.lines.length - 1]))
  return now
}

/** Lines cover what is in sight, with no gap. */
const covered = () =>
  until(async () => {
    const { sight, edge } = await whole()
    return sight.length && sight[0].top <= edge.top + 160 && sight[sight.length - 1].bottom >= edge.bottom - 80
  }, 'lines all over what is in sight')

const scroll = (to) => box().evaluate((element, y) => (element.scrollTop = y), to)

step('it opens at the newest line', async () => {
  const { lines, left } = await whole()
  assert.equal(lines[lines.length - 1], LINES)
  assert.ok(left < 2, `${left} px below`)
})

step('older lines come above, and what is in sight stays', async () => {
  await scroll(0)
  let before
  await until(async () => (before = (await look()).sight[0]), 'a line in sight')
  await until(async () => (await look()).lines[0] < before.seq, 'older lines')
  // once the document is filled as far as it goes
  let last
  await until(async () => {
    const now = JSON.stringify((await look()).lines)
    return now === last || void (last = now)
  }, 'the end of filling')
  const same = (await look()).sight.find(({ seq }) => seq === before.seq)
  assert.ok(Math.abs(same.top - before.top) < 2, `moved from ${before.top} to ${same?.top}`)
})

step('a page that lay over it leaves it where it was', async () => {
  const before = (await look()).sight[0]
  await page.goto(page.base + '/#/pages/reports/reports')
  await page.getByRole('heading', { name: 'My reports' }).waitFor(wait)
  await page.goBack()
  await until(
    async () => {
      const same = (await look()).sight.find(({ seq }) => seq === before.seq)
      return same && Math.abs(same.top - before.top) < 2
    },
    'the line where it was',
    wait.timeout,
  )
})

step('all the way up to the first line', async () => {
  await until(
    async () => {
      await scroll(0)
      return (await whole()).lines[0] === 1
    },
    'the first line',
    60000,
  )
  await scroll(0)
  await covered()
  await log(page).getByText('The beginning of this chat').waitFor(wait)
  assert.ok((await look()).lines.length < LINES)
})

step('what comes meanwhile is counted, and leads to the newest', async () => {
  for (const text of ['one more', 'two more', 'three more'])
    assert.equal((await talkers.two.send(talkers.room, text)).status, 200)
  await button(page, 'To the newest line, 3 new').click()
  await line(page, 'three more').waitFor(wait)
  const { lines, left } = await whole()
  assert.equal(lines[lines.length - 1], LINES + 3)
  assert.ok(left < 2, `${left} px below`)
})

step('the scrollbar leads anywhere', async () => {
  for (const part of [0.5, 0.1, 0.9, 0.3]) {
    const height = await box().evaluate((element) => element.scrollHeight)
    await scroll(height * part)
    await covered()
  }
})

step('a wheel goes through all of it without a line left out', async () => {
  await scroll(0)
  await covered()
  await page.mouse.move(640, 400)
  const met = new Set()
  await until(
    async () => {
      const { sight, left, lines } = await whole()
      for (const { seq } of sight) met.add(seq)
      await page.mouse.wheel(0, 350)
      return left < 2 && lines[lines.length - 1] === LINES + 3
    },
    'the end',
    60000,
  )
  assert.deepEqual(
    [...met].sort((a, b) => a - b),
    range(1, LINES + 3),
  )
})

step('a quote leads to its line, far out of the document', async () => {
  await log(page)
    .getByRole('button', { name: /line 7/ })
    .last()
    .click()
  await until(async () => (await whole()).sight.some(({ seq }) => seq === 7), 'the line in sight')
})

step('the keyboard is not lost when its line leaves the document', async () => {
  await page.locator('#line-7 .more').focus()
  await scroll(1e6)
  await until(async () => !(await whole()).lines.includes(7), 'the line gone')
  const focused = await page.evaluate(() => document.activeElement.getAttribute('role'))
  assert.equal(focused, 'log')
})

step('narrower, everything still follows', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await covered()
  calm(page)
})
