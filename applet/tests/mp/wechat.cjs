/**
 * The applet comes in by WeChat's own login, and is told by WeChat that a stranger waits, against a service of its own that asks
 * a double of WeChat's API.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const CODES = {
  first: { openid: 'o-of-this-applet', session_key: 'k' },
  again: { openid: 'o-of-this-applet', session_key: 'k2' },
  used: { errcode: 40163, errmsg: 'code been used' },
  notice: { openid: 'o-to-be-told', session_key: 'k' },
}
const SEND = '/cgi-bin/message/subscribe/send'
const ASK = 'Tell me when a stranger waits'

let double
let service
let applet
let stranger

before(async () => {
  const { wechat } = await import('../../../tests/support/wechat.mjs')
  const { Instance, unlimited } = await import('../../../tests/deploy/instance.mjs')
  double = await wechat(CODES, {
    '/cgi-bin/token': () => ({ access_token: 't', expires_in: 7200 }),
    [SEND]: () => ({ errcode: 0, errmsg: 'ok' }),
  })
  const weixin = {
    DRIFTLINE_WECHAT_URL: double.url,
    DRIFTLINE_WECHAT_APPID: 'wx',
    DRIFTLINE_WECHAT_SECRET: 's',
    DRIFTLINE_WECHAT_WAIT_TEMPLATE: 'template',
    DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=有人在等人聊天',
  }
  service = new Instance({ env: { ...unlimited(), ...weixin, DRIFTLINE_BAN_MEMORY: '7' } })
  await service.up()
  applet = await Applet.start({ base: service.url })
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
  double?.close()
  await service?.remove()
})

/** What stands on the page about oneself. */
async function me() {
  await applet.open('/pages/me/me')
  return applet.waitForText('Log out')
}

test('is told what it was that did not work', async () => {
  await applet.waitForText('Continue with WeChat')
  await applet.tap('Continue with WeChat')
  await applet.waitForText('WeChat did not confirm that it is you.')
  await applet.chosen({ code: 'used' })
  await applet.tap('Continue with WeChat')
  await until(() => assert.ok(double.asked.some((query) => query.js_code === 'used')))
  await applet.waitForText('WeChat did not confirm that it is you.')
})

test('comes in, and later to the same account again', async () => {
  await applet.chosen({ code: 'first' })
  await applet.tap('Continue with WeChat')
  await applet.waitForText('Who will it be?')
  const first = await me()
  assert.match(first, /By WeChat/)
  assert.doesNotMatch(first, /Change password/)
  await applet.tap('Log out')
  await applet.waitForText('Continue with WeChat')
  await applet.chosen({ code: 'again' })
  await applet.tap('Continue with WeChat')
  await applet.waitForText('Who will it be?')
  assert.strictEqual(await me(), first)
})

test('names its device where the service asks for that, the same each time', async () => {
  const bodies = (await applet.seen()).bodies.map((body) => JSON.parse(body)).filter((body) => body.code)
  const devices = bodies.map((body) => body.device)
  assert.match(devices[0], /^[0-9a-f-]{36}$/)
  assert.strictEqual(new Set(devices).size, 1)
})

test('is offered to be told of a stranger when it gives up; only WeChat’s yes counts', async () => {
  await applet.open('/pages/match/match')
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  assert.doesNotMatch(await applet.text(), new RegExp(ASK))
  await applet.tap('Stop looking')
  await applet.waitForText(ASK)
  await applet.tap(ASK)
  await applet.waitForText('WeChat does not let Driftline send you messages.')
  await applet.chosen({ subscribe: 'reject' })
  await applet.tap(ASK)
  await applet.waitForText('You did not allow the message')
  assert.doesNotMatch((await applet.seen()).bodies.join('\n'), /"code":"notice"/)
})

test('is told once by WeChat when somebody waits, and meets them', async () => {
  await applet.chosen({ subscribe: 'accept', code: 'notice' })
  await applet.tap(ASK)
  await applet.waitForText('Looking again ends this.')
  await applet.tap('Rather not')
  await applet.waitForText(ASK)
  await applet.tap(ASK)
  await applet.waitForText('Looking again ends this.')
  const questions = (await applet.events()).filter((event) => event.name === 'subscribe')
  assert.deepStrictEqual(questions.at(-1).value, ['template'])

  stranger = await Stranger.enter(service.url)
  await stranger.match()
  const messages = () => double.asked.filter(({ path }) => path === SEND)
  await until(async () => {
    await stranger.call('GET', '/match')
    assert.strictEqual(messages().length, 1)
  }, 20000)
  assert.strictEqual(messages()[0].touser, 'o-to-be-told')
  assert.strictEqual(messages()[0].page, (await applet.route()).replace(/^\//, ''))

  await applet.open('/pages/match/match')
  await applet.tap('Find someone')
  await applet.waitForRoute('pages/chat/chat')
  await applet.waitForText('Nobody knows who the other is')
})

test('is offered it while it waits, once that takes long', async () => {
  await applet.open('/pages/match/match')
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  await applet.waitForText(ASK, 30000)
  await applet.tap(ASK)
  await applet.waitForText('Looking again ends this.')
  await applet.tap('Stop looking')
  await applet.waitForText('Who will it be?')
  assert.match(await applet.text(), /Looking again ends this\./)
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  await until(async () => {
    const left = await service.sql('select count(*) from driftline.wait_notice')
    assert.strictEqual(left, '0')
  })
  assert.deepStrictEqual((await applet.seen()).refused, [])
})
