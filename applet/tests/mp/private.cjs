/**
 * The applet with a stranger whom it comes to like, and one whom it does not, against a running service
 * (DRIFTLINE_TEST_BASE): it drops the mask, keeps in touch, blocks and unblocks; and it meets a room and leaves it.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const TAG = `applet-${Date.now().toString(36)}-p`.slice(0, 20)

let applet
let stranger
let room

/** Meets the stranger, by the tag that nobody else looks for. */
async function meet() {
  await until(() => applet.input('Add a tag', TAG))
  await applet.tap('Add')
  await applet.waitForText(TAG)
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  ;({ room } = await stranger.match([TAG]))
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody knows who the other is')
}

before(async () => {
  applet = await Applet.start({ base: BASE })
  stranger = await Stranger.enter(BASE)
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
})

test('its wish to drop the masks is shown to nobody', async () => {
  await applet.tap('Start as a guest')
  await meet()
  await applet.tap(`About this chat: ${room.me.alias}`)
  await applet.tap('Drop the masks: Wish for it')
  await applet.waitForText('You have asked. It shows only if both of you wish it.')
  await applet.tap('Keep in touch: Wish for it')
  await until(() => applet.command('tap', { name: 'Keep in touch: Take back' }))
  await applet.waitForText('If both of you wish it, this chat stays as a contact.')
  const { peer, me } = await stranger.call('GET', `/rooms/${room.id}`)
  assert.deepStrictEqual([peer.nickname, me.reveal, me.keep], [undefined, false, false])
  assert.deepStrictEqual(
    stranger.frames.filter((frame) => frame.type === 'reveal' || frame.type === 'keep'),
    [],
  )
})

test('both wish it: each sees the other', async () => {
  const { nickname } = await stranger.call('GET', '/me')
  await stranger.call('POST', `/rooms/${room.id}/reveal`, {})
  await applet.waitForText('You see each other’s nickname and picture.')
  await applet.waitForText(nickname)
  const { detail } = await stranger.hear((frame) => frame.type === 'reveal')
  assert.ok(detail.peer.nickname)
})

test('keeps in touch', async () => {
  await applet.tap('Keep in touch: Wish for it')
  await applet.waitForText('You have asked. It shows only if both of you wish it.')
  await stranger.call('POST', `/rooms/${room.id}/keep`, {})
  await applet.waitForText('This chat stays as a contact.')
})

test('blocks: the chat ends for both', async () => {
  await applet.tap('Block this person')
  await applet.waitForText('you will not be matched with each other again')
  await applet.tap('Block')
  await applet.waitForText('You left this chat.')
  await stranger.hear((frame) => frame.type === 'member' && frame.room === room.id && frame.event === 'left')
})

test('and changes its mind', async () => {
  await applet.open('/pages/blocks/blocks')
  await applet.tap(`Unblock ${room.me.alias}`)
  await applet.waitForText('Nobody is blocked')
})

test('meets a room by its tag, and leaves it', async () => {
  const hobby = `${TAG}-r`.slice(-20)
  const own = await stranger.call('POST', '/rooms', { topic: 'Wooden boats', tags: [hobby] })
  await applet.open('/pages/match/match')
  await applet.tap('A room')
  await applet.tap(`Remove tag ${TAG}`)
  await until(() => applet.input('Add a tag', hobby))
  await applet.tap('Add')
  await applet.tap('Find a room')
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Wooden boats')
  await stranger.hear((f) => f.type === 'member' && f.room === own.id && f.event === 'joined')
  await applet.tap('About this room')
  await applet.tap('Leave the room')
  await applet.waitForText('Leave this room?')
  await until(() => applet.command('tap', { name: 'Leave' }))
  await stranger.hear((f) => f.type === 'member' && f.room === own.id && f.event === 'left')
  await applet.waitForText('You left this room.')
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  assert.deepStrictEqual(
    (await applet.events()).filter((event) => event.name === 'unhandled'),
    [],
  )
})
