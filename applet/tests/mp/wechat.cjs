/** The applet comes in by WeChat's own login, against a service of its own that asks a double of WeChat's API. */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')

const CODES = {
  first: { openid: 'o-of-this-applet', session_key: 'k' },
  again: { openid: 'o-of-this-applet', session_key: 'k2' },
  used: { errcode: 40163, errmsg: 'code been used' },
}

let double
let service
let applet

before(async () => {
  const { wechat } = await import('../../../tests/support/wechat.mjs')
  const { Instance, unlimited } = await import('../../../tests/deploy/instance.mjs')
  double = await wechat(CODES)
  const weixin = {
    DRIFTLINE_WECHAT_URL: double.url,
    DRIFTLINE_WECHAT_APPID: 'wx',
    DRIFTLINE_WECHAT_SECRET: 's',
  }
  service = new Instance({ env: { ...unlimited(), ...weixin, DRIFTLINE_BAN_MEMORY: '7' } })
  await service.up()
  applet = await Applet.start({ base: service.url })
})

after(async () => {
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
