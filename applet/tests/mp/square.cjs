/**
 * The applet's way through rooms, against a running service (DRIFTLINE_TEST_BASE): finds a room on the square, joins it,
 * opens one of its own, keeps its list in order, comes in by a link without an account, and is shown out.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const MARK = Date.now().toString(36)
const TOPIC = `夜谈 ${MARK}`
const OWN = `Tea ${MARK}`

let applet
let host
let room

before(async () => {
  applet = await Applet.start({ base: BASE })
  host = await Stranger.enter(BASE)
  const description = 'For those who are awake'
  room = await host.call('POST', '/rooms', { topic: TOPIC, description, tags: [MARK], mask: 'choice' })
})

after(async () => {
  host?.leave()
  await applet?.stop()
})

test('finds a room on the square', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
  await applet.tap('Square')
  await until(() => applet.input('Search rooms', `夜谈 ${MARK}`))
  await applet.waitForText(TOPIC)
  await applet.tap(`Rooms with the tag ${MARK}`)
  await applet.waitForText('With the tag')
  await applet.waitForText(/About 1 person ?Mask or profile/)
})

test('sees how it will be seen, and joins', async () => {
  await applet.open(`/pages/room/room?room=${room.id}`)
  await applet.waitForText('For those who are awake')
  await applet.tap('My profile')
  await applet.waitForText('In this room it stays so.')
  await applet.tap('With a mask')
  await applet.waitForText('a mask made for this room alone')
  await applet.tap('Join')
  await applet.waitForRoute('pages/chat/chat')
  await host.hear((f) => f.type === 'member' && f.event === 'joined' && f.members === 2 && !f.profile)
})

test('opens a room of its own', async () => {
  await applet.open('/pages/room-form/room-form')
  await applet.tap('Open the room')
  await applet.waitForText('Give the room a topic.')
  await applet.input('Topic', OWN)
  await applet.input('Places', '5')
  await applet.tap('Open to all')
  await applet.waitForText('Only those who have a link can join.')
  await applet.tap('Open the room')
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText(OWN)
})

test('keeps its list in order, live', async () => {
  await applet.open('/pages/conversations/conversations')
  await applet.waitForText(OWN)
  await host.say(room.id, 'is anybody awake?')
  await applet.waitForText(/: is anybody awake\?/)
  assert.ok((await applet.text()).indexOf(TOPIC) < (await applet.text()).indexOf(OWN))
  await applet.tap(`What to do with ${OWN}`)
  await applet.tap('Pin on top')
  await until(async () => {
    const text = await applet.text()
    assert.ok(text.indexOf(OWN) < text.indexOf(TOPIC), text)
  })
})

test('is shown out, and the list says so', async () => {
  const { items } = await host.call('GET', `/rooms/${room.id}/members`)
  const guest = items.find((member) => !member.me)
  await host.call('POST', `/rooms/${room.id}/members/${guest.member}/kick`, {})
  await applet.waitForText('Removed')
  await applet.open(`/pages/room/room?room=${room.id}`)
  await applet.waitForText('You were removed from this room and cannot come back.')
})

test('comes in by a link, without an account', async () => {
  const { code } = await host.call('POST', `/rooms/${room.id}/share`, {})
  const other = await Applet.start({ base: BASE })
  try {
    await other.open(`/pages/share/share?code=${code}`)
    await other.waitForText(TOPIC)
    await other.waitForText('No account needed')
    await other.tap('Join')
    await other.waitForRoute('pages/chat/chat')
    await other.open('/pages/share/share?code=AAAAAAAAAAAAAAAAAAAAAA')
    await other.waitForText('This link leads nowhere')
  } finally {
    await other.stop()
  }
})

test('has blocked nobody', async () => {
  await applet.open('/pages/me/me')
  await applet.tap('Whom you blocked')
  await applet.waitForText('Nobody is blocked')
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  const unhandled = (await applet.events()).filter((event) => event.name === 'unhandled')
  assert.deepStrictEqual(unhandled, [])
})
