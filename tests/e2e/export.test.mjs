// An export as HTML: one file that opens by itself, looks like the chat and runs nothing of what was said in it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import { browser } from '../support/browser.mjs'
import { pair } from '../support/client.mjs'

const folder = mkdtempSync(tmpdir() + '/driftline-export-')
const chromium = await browser()
after(async () => {
  await chromium.close()
  rmSync(folder, { recursive: true })
})

const said = [
  '<script>document.title = "run"</script><img src=x onerror="document.title = 1">',
  'two\nlines,  two  blanks',
  '你好 مرحبا 👩‍🚀',
  'x'.repeat(500),
]

test('the file opens offline, in light and dark, with every line as it was said', async () => {
  const { one, two, room } = await pair()
  for (const [n, body] of said.entries()) await (n % 2 ? two : one).send(room, body)
  await two.send(room, 'a reply', { reply_to: 3 })
  const file = folder + '/chat.html'
  writeFileSync(file, (await one.get(`/rooms/${room}/export?format=html`)).text)
  const grounds = []
  for (const colorScheme of ['light', 'dark']) {
    const context = await chromium.newContext({
      colorScheme,
      offline: true,
      viewport: { width: 390, height: 844 },
    })
    const page = await context.newPage()
    const trouble = []
    page.on('console', (message) => trouble.push(message.text()))
    page.on('pageerror', (error) => trouble.push(String(error)))
    page.on('request', (request) => request.url() === 'file://' + file || trouble.push(request.url()))
    await page.goto('file://' + file)
    assert.match(await page.title(), /^Chat with /)
    assert.deepEqual(await page.locator('article p').allTextContents(), [...said, 'a reply'])
    assert.equal(await page.locator('article.own').count(), 2)
    assert.equal(await page.locator('.quote').textContent(), said[2])
    const boxes = await page
      .locator('article div')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect()))
    const left = (n) => boxes[n].x
    const right = (n) => 390 - boxes[n].x - boxes[n].width
    assert.ok(right(2) < left(2) && left(1) < right(1), "one's own lines are on the right")
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'nothing sticks out')
    grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    assert.deepEqual(trouble, [])
    await context.close()
  }
  assert.notEqual(grounds[0], grounds[1])
  for (const person of [one, two]) person.close()
})
