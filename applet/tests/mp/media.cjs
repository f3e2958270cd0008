/**
 * The applet with pictures and voice, against a running service (DRIFTLINE_TEST_BASE): it sends both, fetches both with
 * its token, plays one voice after the other, and changes the picture of its profile.
 */
const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { mp3, png } = require('./files.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const TAG = `applet-${Date.now().toString(36)}-m`.slice(0, 20)

let applet
let stranger
let room
let picture
let voice

const events = async (name) => (await applet.events()).filter((event) => event.name === name)
const message = (kind) =>
  stranger.hear(
    (f) => f.type === 'message' && f.message.kind === kind && f.message.member === room.peer.member,
  )

before(async () => {
  applet = await Applet.start({ base: BASE })
  stranger = await Stranger.enter(BASE)
  picture = path.join(applet.dir, 'picture.png')
  voice = path.join(applet.dir, 'voice.mp3')
  fs.writeFileSync(picture, png(320, 240))
  fs.writeFileSync(voice, await mp3(2))
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
})

test('meets somebody', async () => {
  await applet.tap('Start as a guest')
  await until(() => applet.input('Add a tag', TAG))
  await applet.tap('Add')
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  ;({ room } = await stranger.match([TAG]))
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody knows who the other is')
})

test('chooses nothing, and nothing happens', async () => {
  await applet.tap('Add pictures')
  await applet.input('Write a message', 'still here')
  await applet.tap('Send')
  await message('text')
})

test('sends a picture, made smaller first', async () => {
  await applet.chosen({ picture, size: { width: 3200, height: 2400 } })
  await applet.tap('Add pictures')
  await until(() => applet.command('tap', { name: 'Send' }))
  const { message: got } = await message('image')
  assert.deepStrictEqual([got.media.width, got.media.height, got.body], [320, 240, null])
  const file = await stranger.file(got.media.url)
  assert.deepStrictEqual([file.status, file.type], [200, 'image/jpeg'])
  assert.deepStrictEqual((await events('compressed'))[0].value, { width: 1600, height: 1200 })
  await until(() => applet.command('tap', { name: 'Message actions' }))
})

test('fetches a picture with its token, and opens it', async () => {
  const sent = await stranger.send(room.id, 'image', png(640, 480))
  const fetched = await until(async () => {
    const all = await events('downloaded')
    const one = all.find((event) => event.value.path === sent.media.url)
    assert.ok(one, 'not fetched')
    return one.value
  })
  assert.strictEqual(fetched.status, 200)
  const tree = await applet.tree()
  const label = tree.map((line) => /Picture from [^"]+/.exec(line)?.[0]).find(Boolean)
  await applet.tap(label)
  await until(async () => assert.strictEqual((await events('preview')).length, 1))
})

test('saves a picture to the phone’s album', async () => {
  await until(() => applet.tap('Message actions'))
  await applet.tap('Save the picture')
  const [saved] = await until(async () => {
    const all = await events('saved')
    assert.strictEqual(all.length, 1)
    return all
  })
  assert.ok(saved.value.bytes > 500)
  await applet.tap('Message actions')
})

test('records, listens, and sends a voice', async () => {
  await applet.chosen({ voice })
  await applet.tap('Record a voice message')
  await applet.waitForText('Recording')
  await new Promise((resolve) => setTimeout(resolve, 900))
  await applet.tap('Stop recording')
  await applet.waitForText(/Recorded, 0:0\d/)
  const recorders = await events('recorder')
  assert.deepStrictEqual(recorders[0].value, { format: 'mp3', rate: 16000, channels: 1 })
  await applet.tap('Send')
  const { message: got } = await message('voice')
  assert.ok(got.duration > 1500 && got.duration < 2500, String(got.duration))
  assert.strictEqual(got.media.waveform.length, 64)
  const file = await stranger.file(got.media.url)
  assert.deepStrictEqual([file.status, file.type], [200, 'audio/mpeg'])
})

test('records while it is held, by the touches that WeChat tells of', async () => {
  await applet.fire('Record a voice message', 'touchstart', { touches: [{ clientY: 700 }] })
  await applet.waitForText('Recording')
  await new Promise((resolve) => setTimeout(resolve, 900))
  await applet.fire('Stop recording', 'touchend')
  await applet.waitForText(/Recorded, 0:0\d/)
  await applet.tap('Delete the recording')
})

test('plays one voice after the other, and none twice by itself', async () => {
  const first = await stranger.send(room.id, 'voice', await mp3(1))
  const second = await stranger.send(room.id, 'voice', await mp3(3))
  await applet.tap('Play: Voice message, 0:01, not heard yet')
  const played = await until(async () => {
    const all = await events('sound')
    assert.strictEqual(all.length, 2)
    return all
  })
  assert.ok(played[0].value.bytes < played[1].value.bytes)
  const paths = (await events('downloaded')).map((event) => event.value.path)
  for (const { media } of [first, second]) assert.ok(paths.includes(media.url))
  await until(async () => {
    const tree = (await applet.tree()).join('\n')
    assert.doesNotMatch(tree, /not heard yet/)
  })
})

test('turns the sound to the ear', async () => {
  await applet.tap('Message actions')
  await applet.tap('At the ear')
  await until(async () => {
    const [last] = (await events('audioOption')).slice(-1)
    assert.strictEqual(last.value.speakerOn, false)
  })
})

test('says so where the microphone is refused', async () => {
  await applet.chosen({ voice: '' })
  await applet.tap('Record a voice message')
  await applet.waitForText('Driftline may not use the microphone.')
  await applet.tap('Settings')
})

test('has the picture that WeChat cut, and none again', async () => {
  await applet.open('/pages/me/me')
  await until(() => applet.fire('Choose a picture', 'chooseavatar', { avatarUrl: picture }))
  await applet.waitForText('This is your picture now.')
  await until(async () => {
    const [last] = (await events('downloaded')).slice(-1)
    assert.match(last.value.path, /^\/media\//)
    assert.strictEqual(last.value.status, 200)
  })
  await applet.tap('Remove it')
  await applet.waitForText('Your picture is removed.')
})

test('kept within WeChat’s limits', async () => {
  assert.deepStrictEqual((await applet.seen()).refused, [])
  assert.deepStrictEqual(await events('unhandled'), [])
})
