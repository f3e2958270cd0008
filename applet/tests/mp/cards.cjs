/** The cards that the main pages pass on, against a running service (DRIFTLINE_TEST_BASE): words, way and picture. */
const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { Applet } = require('./driver.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const PICTURE_MAX = 32 * 1024

let applet
before(async () => {
  applet = await Applet.start({ base: BASE })
})
after(() => applet?.stop())

/** The card of the page in front; its picture is one of the package's, as WeChat shows it: five to four, and small. */
async function card() {
  const { imageUrl, ...words } = await applet.share()
  const png = fs.readFileSync(path.join(applet.root, imageUrl))
  assert.strictEqual(png.readUInt32BE(16) * 4, png.readUInt32BE(20) * 5)
  assert.ok(png.length < PICTURE_MAX, `${png.length} bytes`)
  return words
}

test('of the first page, in the language that one chose', async () => {
  const there = '/pages/entry/entry'
  assert.deepStrictEqual(await card(), { title: 'Talk with someone you have never met.', path: there })
  await applet.tap('中文')
  await applet.waitForText('以游客身份开始')
  assert.deepStrictEqual(await card(), { title: '和陌生人聊聊天。', path: there })
  await applet.tap('English')
})

test('of matching and of the square; of oneself there is none', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
  const match = { title: 'Talk with someone you have never met.', path: '/pages/match/match' }
  assert.deepStrictEqual(await card(), match)
  await applet.open('/pages/square/square')
  assert.deepStrictEqual(await card(), {
    title: 'Rooms that are open to anyone, behind a mask',
    path: '/pages/square/square',
  })
  await applet.open('/pages/me/me')
  assert.strictEqual(await applet.share(), undefined)
})
