/**
 * The applet in a group, against a running service (DRIFTLINE_TEST_BASE): it enters by a link, talks, answers, reacts,
 * searches, passes a link on, takes the lines along as a file, and is muted and shown out.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const WRITE = 'Write a message'

let applet
let owner
let room
let me

before(async () => {
  applet = await Applet.start({ base: BASE })
  owner = await Stranger.enter(BASE)
  room = (await owner.call('POST', '/rooms', { topic: 'Night trains', tags: ['trains'] })).id
})

after(async () => {
  owner?.leave()
  await applet?.stop()
})

test('enters a room by a link', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
  const { code } = await owner.call('POST', `/rooms/${room}/share`, {})
  await applet.open(`/pages/share/share?code=${code}`)
  await applet.waitForText('Night trains')
  await applet.tap('Join')
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody has said anything here yet')
  me = (await owner.hear((f) => f.type === 'member' && f.event === 'joined')).member
})

test('talks, answers with a quote, and reacts', async () => {
  await owner.say(room, 'the moon over the yard')
  await applet.waitForText('the moon over the yard')
  await applet.tap('Message actions')
  await applet.tap('Love')
  const reaction = await owner.hear((f) => f.type === 'reaction' && f.seq === 1)
  assert.deepStrictEqual([reaction.member, reaction.name, reaction.on, reaction.count], [me, 'love', true, 1])
  await applet.tap('Reply')
  await applet.waitForText('Replying to')
  await until(() => applet.input(WRITE, 'and over mine'))
  await applet.tap('Send')
  const { message } = await owner.hear((f) => f.type === 'message' && f.message.body === 'and over mine')
  assert.strictEqual(message.reply_to, 1)
})

test('finds a line again', async () => {
  await applet.tap('About this room')
  await applet.tap('Search in this chat')
  await until(() => applet.input('What was said', 'moon'))
  await applet.waitForText('Nothing older was found.')
  assert.match(await applet.text(), /the moon over the yard/)
  await applet.tap('Close')
})

test('passes a link on', async () => {
  assert.strictEqual((await applet.share()).path, '/pages/entry/entry')
  await applet.tap('About this room')
  await applet.tap('Invite by a link')
  await applet.tap('Make a link')
  await applet.waitForText('End this link')
  const { title, path, imageUrl } = await applet.share()
  assert.match(imageUrl, /share\.png$/, 'WeChat would take a picture of the chat')
  assert.strictEqual(title, 'Night trains')
  const code = path.match(/^\/pages\/share\/share\?code=([\w-]+)$/)[1]
  assert.strictEqual((await owner.call('GET', `/share/${code}`)).room.topic, 'Night trains')
  await applet.tap('Back')
})

test('takes the lines along as a file', async () => {
  await applet.tap('Take it with you: Text')
  const { value } = await until(async () => {
    const file = (await applet.events()).find((event) => event.name === 'file')
    assert.ok(file)
    return file
  })
  assert.match(value.name, /\.txt$/)
  assert.match(value.text, /the moon over the yard[\s\S]*and over mine/)
  await applet.tap('Close')
})

test('is muted, and then shown out', async () => {
  await owner.call('POST', `/rooms/${room}/members/${me}/mute`, { minutes: 10 })
  await applet.waitForText('The owner has muted you until')
  await owner.call('POST', `/rooms/${room}/members/${me}/mute`, { minutes: 0 })
  await until(() => applet.input(WRITE, 'here again'))
  await owner.call('POST', `/rooms/${room}/members/${me}/kick`)
  await applet.waitForText('The owner removed you from this room.')
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  assert.deepStrictEqual(
    (await applet.events()).filter((event) => event.name === 'unhandled'),
    [],
  )
})
