/**
 * The applet of somebody who has agreed to nothing, against a running service (DRIFTLINE_TEST_BASE): WeChat asks by our own sheet
 * before it hands over what is private; a no costs that one thing; and no name or picture of WeChat's is taken by itself.
 */
const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { mp3, png } = require('./files.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const TAG = `applet-${Date.now().toString(36)}-p`.slice(0, 20)
const REST = 'Everything else works as before.'

let applet
let stranger

before(async () => {
  applet = await Applet.start({ base: BASE, agreed: false })
  stranger = await Stranger.enter(BASE)
  const file = (name, bytes) => {
    fs.writeFileSync(path.join(applet.dir, name), bytes)
    return path.join(applet.dir, name)
  }
  await applet.chosen({
    avatar: file('avatar.png', png(90, 90)),
    picture: file('picture.png', png(320, 240)),
    size: { width: 320, height: 240 },
    voice: file('voice.mp3', await mp3(2)),
    nickname: 'Of WeChat',
  })
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
})

const events = async (name) => (await applet.events()).filter((event) => event.name === name)
const answers = async () => (await events('privacy')).map(({ value }) => `${value.referrer} ${value.event}`)
const bodies = async () => (await applet.seen()).bodies.join('\n')

/** Refuses what is asked for, and reads what was not done. */
async function refuse(asked, undone) {
  await applet.waitForText(asked)
  await applet.tap('Refuse')
  assert.match(await applet.waitForText(undone), new RegExp(REST))
  await applet.tap('All right')
  await until(async () => assert.doesNotMatch(await applet.text(), new RegExp(REST)))
}

test('asks nothing of who comes in, and takes nothing of WeChat’s', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
  await applet.open('/pages/me/me')
  await applet.waitForText('Log out')
  assert.deepStrictEqual(await answers(), [])
  assert.doesNotMatch(await applet.text(), /Of WeChat/)
  assert.doesNotMatch(await bodies(), /nickname/)
})

test('a picture of WeChat’s: asked for by a sheet that opens the guide; refused, nothing is sent', async () => {
  await applet.tap('Choose a picture')
  await applet.waitForText('It becomes the picture of your profile here')
  await applet.tap('Read the privacy guide')
  await until(async () => assert.strictEqual((await events('guide')).length, 1))
  await refuse('It becomes the picture of your profile here', 'Your picture was not changed.')
  assert.deepStrictEqual(await answers(), [
    'button.chooseAvatar exposureAuthorization',
    'button.chooseAvatar disagree',
  ])
})

test('the nickname of WeChat’s: refused, another can be typed', async () => {
  await applet.enter('Nickname')
  await refuse('only if you pick it and save it', 'You can type any other.')
  await applet.input('Nickname', 'Typed by hand')
  await applet.tap('Save')
  await applet.waitForText('Saved.')
  assert.match(await applet.text(), /Typed by hand/)
})

test('in a chat: what is refused is said, and lines go on', async () => {
  await applet.open('/pages/match/match')
  await until(() => applet.input('Add a tag', TAG))
  await applet.tap('Add')
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  const { room } = await stranger.match([TAG])
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody knows who the other is')

  await applet.tap('Add pictures')
  await refuse('to be sent to this chat', 'No picture was chosen.')
  await applet.waitForText('Not done, since you did not agree to it.')

  await applet.tap('Record a voice message')
  await refuse('the microphone is on while you record', 'Nothing was recorded.')

  await stranger.say(room.id, 'to be copied')
  await applet.waitForText('to be copied')
  await until(async () => {
    await applet.command('tap', { name: 'Message actions' })
    await applet.waitForText('Copy', 500)
  })
  await applet.tap('Copy')
  await refuse('put on the clipboard', 'Nothing was copied.')
  assert.deepStrictEqual([...(await events('recorder')), ...(await events('clipboard'))], [])

  await until(() => applet.input('Write a message', 'still here'))
  await applet.tap('Send')
  await stranger.hear((f) => f.type === 'message' && f.message.body === 'still here')
})

test('asked again at the next try, and agreed to by the button that WeChat watches: done, and never asked again', async () => {
  await applet.open('/pages/me/me')
  await applet.waitForText('Log out')
  await applet.tap('Choose a picture')
  await applet.waitForText('It becomes the picture of your profile here')
  await applet.tap('Agree and go on')
  await applet.waitForText('This is your picture now.')
  const asked = (await answers()).length
  await applet.enter('Nickname')
  await applet.waitForText('Save')
  assert.doesNotMatch(await bodies(), /Of WeChat/)
  await applet.tap('Save')
  await applet.waitForText('Saved.')
  assert.match(await applet.text(), /Of WeChat/)
  assert.strictEqual((await answers()).length, asked)
})

test('a nickname that WeChat does not like is emptied, and not saved', async () => {
  await until(() => applet.input('Nickname', 'bad word'))
  await applet.fire('Nickname', 'nicknamereview', { pass: false, timeout: false })
  await applet.tap('Save')
  await until(async () => assert.doesNotMatch(await bodies(), /bad word/))
  assert.match(await applet.text(), /Of WeChat/)
})

test('asks in Chinese, too', async () => {
  const chinese = await Applet.start({ base: BASE, agreed: false })
  try {
    await chinese.tap('中文')
    await chinese.tap('以游客身份开始')
    await chinese.open('/pages/me/me')
    await chinese.tap('选择图片')
    await chinese.waitForText('你可以拒绝，其他功能不受影响。')
    await chinese.tap('拒绝')
    await chinese.waitForText('你的头像没有更改。')
  } finally {
    await chinese.stop()
  }
})
