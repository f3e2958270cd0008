// Coming in by WeChat: a service of its own that asks a double of WeChat's API. It is over https besides.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Instance } from '../deploy/instance.mjs'
import { Person, base, call, logs, random, refused, until, v2 } from '../support/client.mjs'
import { wechat } from '../support/wechat.mjs'

const openid = 'o' + random(13)
const session_key = 'canarykey' + random()
const secret = 'canarysecret' + random()
const double = await wechat({
  first: { openid, session_key, unionid: 'u' },
  again: { openid, session_key: session_key + '2' },
  other: { openid: 'o' + random(13), session_key },
  'a&b=c d%': { openid: 'o' + random(13), session_key },
  blocked: { errcode: 40226, errmsg: 'code blocked' },
  busy: { errcode: -1, errmsg: 'system error' },
  used: { errcode: 40163, errmsg: 'code been used' },
  'wrong app id': { errcode: 40013, errmsg: 'invalid appid' },
  'wrong secret': { errcode: 40125, errmsg: 'invalid appsecret' },
  'too often': { errcode: 45011, errmsg: 'api minute-quota reach limit' },
  garbage: '<html>no</html>',
  list: [],
  none: '',
  bare: { session_key },
  leaver: { openid: openid + 'leaver', session_key },
  'leaver again': { openid: openid + 'leaver', session_key },
  empty: { openid: '', session_key },
  number: { openid: 1, session_key },
  huge: { openid: 'o'.repeat(20000) },
  failing: 500,
  cut: 'cut',
  slow: 'slow',
})
const it = new Instance({
  env: {
    DRIFTLINE_WECHAT_URL: double.url,
    DRIFTLINE_WECHAT_APPID: 'wxapp',
    DRIFTLINE_WECHAT_SECRET: secret,
    DRIFTLINE_PUBLIC_URL: 'https://chat.example.org',
    DRIFTLINE_ORIGINS: 'https://servicewechat.com https://other.example',
    DRIFTLINE_LIMIT_GUESTS: '0',
    DRIFTLINE_LIMIT_LOGINS: '0',
  },
})
before(() => it.up())
after(async () => {
  double.close()
  await it.remove()
})
const login = (code, headers) => call('POST', '/api/v1/login/wechat', { code }, headers, it.url)

test('where it is not set up: 503 not_configured', async () => {
  const answer = await call('POST', '/api/v1/login/wechat', { code: 'x' }, {}, base)
  refused(answer, 503, 'not_configured')
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
})

test('the first login makes an account, the next ones find it', async () => {
  const first = await login('first')
  assert.equal(first.status, 200)
  const { account, guest, nickname } = first.body.user
  assert.deepEqual([account, guest], [null, false])
  assert.ok(nickname)
  const again = await login('again')
  assert.deepEqual(again.body.user, first.body.user)
  assert.notEqual(again.body.token, first.body.token)
  const me = await new Person(again.body.token, null, it.url).get('/me')
  assert.deepEqual(me.body, first.body.user)
  assert.notEqual((await login('other')).body.user.created, first.body.user.created)
  const sent = double.asked.find((q) => q.js_code === 'first')
  assert.deepEqual(sent, {
    path: '/sns/jscode2session',
    appid: 'wxapp',
    secret,
    js_code: 'first',
    grant_type: 'authorization_code',
  })
})

test('twenty at once with one openid make one account', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => login(n % 2 ? 'first' : 'again')))
  assert.equal(new Set(answers.map((a) => JSON.stringify(a.body.user))).size, 1)
})

test('a code goes out as it came, whatever is in it', async () => {
  assert.equal((await login('a&b=c d%')).status, 200)
  assert.equal(double.asked.at(-1).js_code, 'a&b=c d%')
  assert.equal(double.asked.at(-1).appid, 'wxapp')
})

// the code, and what the service makes of WeChat's answer
for (const [code, status, error] of [
  ['blocked', 403, 'wechat_refused'],
  ['used', 404, 'wechat_refused'],
  ['unknown', 404, 'wechat_refused'],
  ['bare', 503, 'unavailable'],
  ['empty', 503, 'unavailable'],
  ['number', 503, 'unavailable'],
  ['busy', 503, 'unavailable'],
  ['wrong app id', 503, 'unavailable'],
  ['wrong secret', 503, 'unavailable'],
  ['too often', 503, 'unavailable'],
  ['garbage', 503, 'unavailable'],
  ['list', 503, 'unavailable'],
  ['none', 503, 'unavailable'],
  ['huge', 503, 'unavailable'],
  ['failing', 503, 'unavailable'],
  ['cut', 503, 'unavailable'],
  ['slow', 503, 'unavailable'],
])
  test(`WeChat's answer "${code}": ${status} ${error}`, async () => {
    const answer = await login(code)
    refused(answer, status, error)
    if (status === 503) assert.ok(Number(answer.headers.get('retry-after')) > 0)
    assert.ok(!answer.text.includes(session_key) && !answer.text.includes('errmsg'))
  })

test('what is not about the code is in the log, by its number', async () => {
  const expected = [0, 0, 0, -1, 40013, 40125, 45011]
  const said = () => it.log('auth').split('\n').filter((line) => line.includes('/sns/jscode2session'))
  await until(() => said().length >= expected.length, 'the log')
  const events = said().map((line) => JSON.parse(line))
  for (const { level, event } of events) assert.deepEqual([level, event], ['error', 'wechat_refused'])
  assert.deepEqual(
    events.map(({ errcode }) => errcode),
    expected,
  )
})

for (const [name, code] of [
  ['absent', undefined],
  ['a number', 1],
  ['empty', ''],
  ['too long', 'x'.repeat(129)],
  ['with a line end', 'a\nb'],
])
  test(`a code that is ${name} is refused unasked`, async () => {
    const before = double.asked.length
    refused(await login(code), 422, 'invalid_field', 'code')
    assert.equal(double.asked.length, before)
  })

test('to be erased it takes a fresh code, of the same person', async () => {
  const { token, user } = (await login('leaver')).body
  const me = new Person(token, null, it.url)
  for (const body of [{}, { confirm: true }]) refused(await me.delete('/me', body), 422, 'invalid_field', 'code')
  refused(await me.delete('/me', { password_v2: v2('x', 'y') }), 409, 'no_password')
  for (const code of ['other', 'unknown', 'used']) refused(await me.delete('/me', { code }), 404, 'wechat_refused')
  refused(await me.delete('/me', { code: 'blocked' }), 403, 'wechat_refused')
  refused(await me.delete('/me', { code: 'busy' }), 503, 'unavailable')
  refused(await me.delete('/me', { code: 1 }), 422, 'invalid_field', 'code')
  assert.deepEqual((await me.get('/me')).body, user, 'it is all there')
  assert.equal((await me.delete('/me', { code: 'leaver again' })).status, 204)
  refused(await me.get('/me'), 401, 'unauthorized')
  const back = (await login('leaver')).body.user
  assert.notEqual(back.created, user.created, 'who comes again is somebody new')
  assert.equal(back.warnings, 0)
})

test('neither openid nor session_key nor secret stands anywhere in the clear', async () => {
  const dump = await it.deploy('psql', '-At', '-c', 'select a::text from driftline.account a')
  assert.equal(dump.status, 0)
  assert.ok(dump.stdout.length > 0)
  const hex = Buffer.from(openid).toString('hex')
  for (const [where, text] of Object.entries({ database: dump.stdout, ...logs(it.realState + '/log') }))
    for (const word of [openid, hex, session_key, secret])
      assert.ok(!text.includes(word), `${word} in ${where}`)
})

// With a public address of https, and further origins

test('over https the cookie is Secure', async () => {
  const answer = await login('first', { 'x-session': 'cookie', origin: 'https://chat.example.org' })
  assert.deepEqual(Object.keys(answer.body), ['user'])
  const attributes = answer.headers.get('set-cookie').split('; ').slice(1).sort()
  assert.deepEqual(attributes, ['HttpOnly', 'Max-Age=34560000', 'Path=/', 'SameSite=Strict', 'Secure'])
})

for (const [origin, status] of [
  ['https://chat.example.org', 200],
  ['https://servicewechat.com', 200],
  ['https://other.example', 200],
  ['https://servicewechat.com.evil.example', 403],
  ['https://other.exampl', 403],
  ['https://servicewechat.com https://other.example', 403],
])
  test(`the configured origins: ${origin} is answered ${status}`, async () => {
    const answer = await call('POST', '/api/v1/login/guest', {}, { origin }, it.url)
    assert.equal(answer.status, status)
  })
