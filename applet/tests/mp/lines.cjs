/**
 * What the applet shows of a line and how it writes one, against a running service (DRIFTLINE_TEST_BASE): addresses are copied,
 * links into rooms of the service lead there, emoji go where the caret was, and the keyboard covers nothing.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const TAG = `applet-${Date.now().toString(36)}-l`.slice(0, 20)

let applet
let stranger
let room

const events = async (what) =>
  (await applet.events()).filter(({ name }) => name === what).map(({ value }) => value)
const WRITE = 'Write a message'

before(async () => {
  applet = await Applet.start({ base: BASE })
  stranger = await Stranger.enter(BASE)
  await applet.tap('Start as a guest')
  await until(() => applet.input('Add a tag', TAG))
  await applet.tap('Add')
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  ;({ room } = await stranger.match([TAG]))
  await applet.waitForRoute('pages/chat/chat')
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
})

test('an address is copied, which is said, and no page is left', async () => {
  await stranger.say(room.id, '看 https://example.com/a，好不好')
  await applet.tap('https://example.com/a, a link to another site')
  await until(async () => assert.deepStrictEqual(await events('clipboard'), ['https://example.com/a']))
  await until(async () =>
    assert.deepStrictEqual(await events('toast'), ['The link is copied. Open it in a browser.']),
  )
  assert.strictEqual(await applet.route(), 'pages/chat/chat')
})

test('what hides where it leads is text', async () => {
  await stranger.say(room.id, 'https://paypal.com@example.com/')
  await applet.waitForText('https://paypal.com@example.com/')
  const links = (await applet.tree()).filter((one) => one.includes('a link to another site'))
  assert.strictEqual(links.length, 1)
})

test('emoji go where the caret was', async () => {
  await applet.input(WRITE, 'ab')
  await applet.fire(WRITE, 'blur', { value: 'ab', cursor: 1 })
  await applet.tap('Emoji')
  await applet.tap('grinning')
  await applet.tap('Nature')
  await applet.tap('penguin')
  await applet.fire(WRITE, 'focus')
  await until(async () => assert.ok(!(await applet.text()).includes('🐢')))
  await applet.tap('Send')
  await until(async () => assert.ok((await stranger.messages(room.id)).some(({ body }) => body === 'a😀🐧b')))
  await applet.tap('Emoji')
  await applet.waitForText('Recent')
  await applet.tap('Close the emoji')
})

test('the keyboard lifts the composer', async () => {
  const lifted = async () => (await applet.tree()).some((one) => /padding-bottom:\s*300px/.test(one))
  assert.ok(!(await lifted()))
  await applet.fire(WRITE, 'keyboardheightchange', { height: 300, duration: 0.2 })
  await until(async () => assert.ok(await lifted()))
  await applet.fire(WRITE, 'keyboardheightchange', { height: 0, duration: 0.2 })
  await until(async () => assert.ok(!(await lifted())))
})

test('a link into a room of the service leads there', async () => {
  const own = await stranger.call('POST', '/rooms', { topic: 'Paper boats' })
  const { url } = await stranger.call('POST', `/rooms/${own.id}/share`, {})
  await stranger.say(room.id, BASE + url)
  await applet.tap(`${BASE}${url}, a link into a room here`)
  await applet.waitForRoute('pages/share/share')
  await applet.waitForText('Paper boats')
})
