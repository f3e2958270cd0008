/**
 * The applet's own journey against a running service (DRIFTLINE_TEST_BASE): a guest comes in, meets a stranger, they talk,
 * the applet is closed and opened again, takes a line back, loses its network, and goes on to the next one.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const LINES = 20
/** Only these two ask for it, so that a service with others on it pairs them all the same. */
const TAG = `applet-${Date.now().toString(36)}`.slice(0, 20)
const mine = (i) => `第 ${i} 句，来自小程序 🌊`
const theirs = (i) => `line ${i} from a stranger, 雨还在下 🌧️`
const WRITE = 'Write a message'

let applet
let stranger
let other
let room

before(async () => {
  applet = await Applet.start({ base: BASE })
  stranger = await Stranger.enter(BASE)
})

after(async () => {
  stranger?.leave()
  other?.leave()
  await applet?.stop()
})

async function write(text) {
  await until(() => applet.input(WRITE, text))
  await applet.tap('Send')
}

async function addTag(tag) {
  await until(() => applet.input('Add a tag', tag))
  await applet.tap('Add')
  await applet.waitForText(tag)
}

test('checks the form before it asks the service', async () => {
  await applet.tap('Register')
  await applet.input('Account name', 'A!')
  await applet.input('Password', 'short')
  await applet.input('Repeat the password', 'other')
  await applet.tap('Create account')
  const text = await applet.waitForText('The two passwords differ.')
  assert.match(text, /Use 3 to 32 letters/)
  assert.match(text, /Use at least 8 characters/)
})

test('comes in as a guest with one tap', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
})

test('waits, and is led into the chat when someone comes', async () => {
  await addTag(TAG)
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  room = (await stranger.match([TAG])).room.id
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody knows who the other is')
})

test(`talks: ${LINES} lines each way, in order`, async () => {
  for (let i = 1; i <= LINES; i++) {
    await write(mine(i))
    await stranger.hear((f) => f.type === 'message' && f.room === room && f.message.body === mine(i))
    await stranger.say(room, theirs(i))
    await applet.waitForText(theirs(i))
  }
  const said = (await stranger.messages(room)).map((m) => m.body)
  const expected = Array.from({ length: LINES }, (_, i) => [mine(i + 1), theirs(i + 1)]).flat()
  assert.deepStrictEqual(said, expected)
  assertOrder(await applet.text(), expected)
})

test('shows that the other is typing, and that a line was read', async () => {
  await stranger.call('POST', `/rooms/${room}/typing`, {})
  await applet.waitForText('is typing')
  const { last_seq } = await stranger.call('GET', `/rooms/${room}`)
  await stranger.call('POST', `/rooms/${room}/read`, { seq: last_seq })
  await applet.waitForText('Read')
  await stranger.hear((f) => f.type === 'read' && f.room === room)
})

test('is closed, opened again, and has everything', async () => {
  await applet.restart()
  await applet.waitForRoute('pages/match/match')
  await stranger.say(room, 'said while it was closed')
  await applet.open('/pages/conversations/conversations')
  await applet.waitForText('said while it was closed')
  await applet.open(`/pages/chat/chat?room=${encodeURIComponent(room)}`)
  const text = await applet.waitForText('said while it was closed')
  assertOrder(text, [mine(1), theirs(1), mine(LINES), theirs(LINES), 'said while it was closed'])
})

/** In the background until WeChat has cut its sockets. */
async function hide() {
  await applet.hide()
  await until(async () => assert.strictEqual((await applet.seen()).sockets, 0))
}

test('comes back from the background', async () => {
  await hide()
  await stranger.say(room, 'said while it was hidden')
  assert.doesNotMatch(await applet.text(), /said while it was hidden/)
  await applet.show()
  await applet.waitForText('said while it was hidden')
})

test('comes back to the list of chats, and what came meanwhile is there, and heard again from then on', async () => {
  await applet.open('/pages/conversations/conversations')
  await applet.waitForText('said while it was hidden')
  await hide()
  await stranger.say(room, 'said behind the list')
  await applet.show()
  await applet.waitForText('said behind the list')
  await until(async () => assert.strictEqual((await applet.seen()).sockets, 1))
  await stranger.say(room, 'said to its face')
  await applet.waitForText('said to its face')
  await applet.open(`/pages/chat/chat?room=${encodeURIComponent(room)}`)
  await applet.waitForText('said behind the list')
})

test('sends once what was typed without a network', async () => {
  await applet.online(false)
  await write('typed offline, 一')
  await new Promise((resolve) => setTimeout(resolve, 400))
  await write('typed offline, 二')
  await applet.waitForText('Waiting to be sent')
  await applet.online(true)
  await stranger.hear((f) => f.type === 'message' && f.message.body === 'typed offline, 二')
  const offline = (await stranger.messages(room))
    .map((m) => m.body)
    .filter((b) => b.startsWith('typed offline'))
  assert.deepStrictEqual(offline, ['typed offline, 一', 'typed offline, 二'])
})

test('sends a line once when Send is tapped twice', async () => {
  await until(() => applet.input(WRITE, 'tapped twice'))
  await Promise.all([
    applet.command('tap', { name: 'Send' }),
    applet.command('tap', { name: 'Send' }).catch(() => {}),
  ])
  await applet.waitForText('tapped twice')
  await stranger.hear((f) => f.type === 'message' && f.message.body === 'tapped twice')
  await new Promise((resolve) => setTimeout(resolve, 500))
  const bodies = (await stranger.messages(room)).map((m) => m.body)
  assert.strictEqual(bodies.filter((body) => body === 'tapped twice').length, 1)
})

test('takes a line back', async () => {
  await write('regretted at once')
  await stranger.hear((f) => f.type === 'message' && f.message.body === 'regretted at once')
  await until(async () => {
    await applet.command('tap', { name: 'Message actions' })
    await applet.waitForText('Take back', 500)
  })
  await applet.tap('Take back')
  await applet.waitForText('You took a line back')
  const { seq } = await stranger.hear((f) => f.type === 'recall' && f.room === room)
  const [message] = (await stranger.messages(room)).filter((m) => m.seq === seq)
  assert.strictEqual(message.body, null)
  assert.doesNotMatch(await applet.text(), /regretted at once/)
  assert.doesNotMatch(JSON.stringify(await applet.storage()), /regretted at once/)
})

test('leaves for the next one, and the stranger is told', async () => {
  await applet.tap('Next')
  await applet.waitForText('Leave and meet someone else?')
  await until(() => applet.command('tap', { name: 'Next' }))
  await stranger.hear((f) => f.type === 'member' && f.room === room && f.event === 'left')
  await applet.waitForText('Looking for someone')
  await assert.rejects(stranger.say(room, 'anyone?'), (error) => error.status === 409 || error.status === 403)
})

test('meets someone else, who leaves', async () => {
  other = await Stranger.enter(BASE)
  const next = (await other.match([TAG])).room.id
  assert.notStrictEqual(next, room)
  await applet.waitForRoute('pages/chat/chat')
  await other.say(next, 'hello from another')
  const text = await applet.waitForText('hello from another')
  assert.doesNotMatch(text, /stranger, 雨还在下/)
  await other.call('POST', `/rooms/${next}/leave`, {})
  await applet.waitForText('has left. This chat is over.')
})

test('logs out and leaves nothing behind', async () => {
  await applet.open('/pages/me/me')
  await applet.tap('Log out')
  await applet.waitForText('Log out of this guest account?')
  await until(() => applet.command('tap', { name: 'Log out' }))
  await applet.waitForText('Start as a guest')
  const kept = (await applet.storage()).map(([key]) => key)
  assert.deepStrictEqual(
    kept.filter((key) => /token|signed|room\.|out\.|draft\.|owner|tags|since/.test(key)),
    [],
  )
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  assert.ok(seen.mostSockets <= 1, `${seen.mostSockets} sockets`)
  assert.ok(seen.mostRequests <= 10, `${seen.mostRequests} requests`)
  const unhandled = (await applet.events()).filter((event) => event.name === 'unhandled')
  assert.deepStrictEqual(unhandled, [])
})

function assertOrder(text, parts) {
  let at = -1
  for (const part of parts) {
    const found = text.indexOf(part, at + 1)
    assert.ok(found > at, `"${part}" is not in its place`)
    at = found
  }
}
