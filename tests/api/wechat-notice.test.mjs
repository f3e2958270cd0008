// Being told by WeChat that a stranger waits: a service of its own that sends by a double of WeChat's API.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Instance, unlimited } from '../deploy/instance.mjs'
import { Person, call, logs, random, refused, until } from '../support/client.mjs'
import { wechat } from '../support/wechat.mjs'

const SEND = '/cgi-bin/message/subscribe/send'
const openid = (name) => `o-${name}-canary`
const names = ['ann', 'bob', 'cy', 'dot']
let valid = 'token1' // the access token that the double takes
let refusal = 0
const double = await wechat(
  {
    ...Object.fromEntries(names.map((name) => [name, { openid: openid(name), session_key: 's' }])),
    used: { errcode: 40163, errmsg: 'code been used' },
    blocked: { errcode: 40226, errmsg: 'code blocked' },
  },
  {
    '/cgi-bin/token': () => ({ access_token: valid, expires_in: 7200 }),
    [SEND]: ({ access_token }) => {
      if (access_token !== valid) return { errcode: 42001, errmsg: 'access_token expired' }
      return { errcode: refusal, errmsg: refusal ? 'user refuse to accept the msg' : 'ok' }
    },
  },
)
const settings = {
  DRIFTLINE_WECHAT_URL: double.url,
  DRIFTLINE_WECHAT_APPID: 'wxapp',
  DRIFTLINE_WECHAT_SECRET: 's',
  DRIFTLINE_POW: 'off',
  ...unlimited(),
}
const it = new Instance({
  env: {
    ...settings,
    DRIFTLINE_WECHAT_WAIT_TEMPLATE: 'tpl-1_x',
    DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=有人在等 "你";time2=在 {time}',
  },
})
const sql = (query) => it.sql(`set search_path = driftline; ${query}`)
const sent = () => double.asked.filter((a) => a.path === SEND)
const asking = () => sql('select count(*) from wait_notice')
const nobodyWaits = () => sql("delete from wait; update wait_notice_pace set at = '-infinity'")
const wait = (person) => person.post('/match', { target: 'private' })
/** Keeps somebody's wait alive until `condition` holds. */
const waitingUntil = async (person, condition, what) => {
  await wait(person)
  await until(async () => (await person.get('/match')) && condition(), what, 20000)
}
const people = {}

before(async () => {
  await it.up()
  for (const name of [...names, 'stranger']) people[name] = await Person.guest(it.url)
})
after(async () => {
  double.close()
  await it.remove()
})

test('the settings name the template, so that the applet can offer it', async () => {
  const { body } = await call('GET', '/api/v1/settings', undefined, {}, it.url)
  assert.equal(body.wait_template, 'tpl-1_x')
})

test('asked for by a fresh code, for a day; asked for again, and taken back', async () => {
  assert.deepEqual((await people.ann.get('/match/notice')).body, { until: null })
  const { status, body } = await people.ann.post('/match/notice', { code: 'ann' })
  assert.equal(status, 200)
  const hours = (Date.parse(body.until) - Date.now()) / 3600000
  assert.ok(hours > 23.9 && hours < 24.1, body.until)
  assert.deepEqual((await people.ann.get('/match/notice')).body, body)
  assert.equal((await people.ann.post('/match/notice', { code: 'ann' })).status, 200)
  assert.equal(await asking(), '1')
  assert.equal((await people.ann.delete('/match/notice')).status, 204)
  assert.equal((await people.ann.delete('/match/notice')).status, 204)
  assert.equal(await asking(), '0')
})

for (const [code, status, error, field] of [
  ['used', 404, 'wechat_refused'],
  ['blocked', 403, 'wechat_refused'],
  [undefined, 422, 'invalid_field', 'code'],
])
  test(`a code that is ${code}: ${status}, and nothing is kept`, async () => {
    refused(await people.ann.post('/match/notice', { code }), status, error, field)
    assert.equal(await asking(), '0')
  })

test('only with a session', async () => {
  for (const method of ['POST', 'GET', 'DELETE'])
    refused(
      await call(method, '/api/v1/match/notice', method === 'POST' ? { code: 'ann' } : undefined, {}, it.url),
      401,
      'unauthorized',
    )
})

test('who has no session, or is not matched at the time, has WeChat asked nothing', async () => {
  const before = double.asked.length
  const invented = new Person('A'.repeat(22), null, it.url)
  refused(await invented.post('/match/notice', { code: 'ann' }), 401, 'unauthorized')
  const dot = `(select account from session where token = sha256('${people.dot.token}'))`
  for (const [error, until] of [
    ['muted', 'muted_until'],
    ['matching_paused', 'held_until'],
  ]) {
    await sql(`update account set ${until} = clock() + interval '1 hour' where id = ${dot}`)
    refused(await people.dot.post('/match/notice', { code: 'dot' }), 403, error)
    await sql(`update account set ${until} = null where id = ${dot}`)
  }
  assert.equal(double.asked.length, before)
  assert.equal((await people.dot.post('/match/notice', { code: 'dot' })).status, 200)
  assert.equal(double.asked.at(-1).js_code, 'dot')
  assert.equal((await people.dot.delete('/match/notice')).status, 204)
})

test('one message when somebody waits alone, to the first that asked, and then it is forgotten', async () => {
  await people.ann.post('/match/notice', { code: 'ann' })
  await people.bob.post('/match/notice', { code: 'bob' })
  await waitingUntil(people.stranger, () => sent().length > 0, 'the message')
  const [{ path, access_token, data, ...message }] = sent()
  assert.deepEqual(message, {
    touser: openid('ann'),
    template_id: 'tpl-1_x',
    page: 'pages/match/match',
    lang: 'en_US',
  })
  assert.equal(access_token, valid)
  assert.deepEqual(Object.keys(data), ['thing1', 'time2'])
  assert.equal(data.thing1.value, '有人在等 "你"')
  assert.match(data.time2.value, /^在 \d{4}年\d\d月\d\d日 \d\d:\d\d$/)
  assert.deepEqual((await people.ann.get('/match/notice')).body, { until: null })
  assert.equal(await asking(), '1')
  const { body } = await wait(people.ann)
  assert.equal(body.state, 'matched', 'who comes meets the one who waited')
})

test('a token that has ended is renewed, and the message sent', async () => {
  valid = 'token2'
  await nobodyWaits()
  const before = sent().length
  await waitingUntil(people.stranger, () => sent().length >= before + 2, 'both tries')
  assert.deepEqual(
    sent()
      .slice(before)
      .map((a) => [a.touser, a.access_token]),
    [
      [openid('bob'), 'token1'],
      [openid('bob'), 'token2'],
    ],
  )
  assert.equal(await asking(), '0')
})

test('what WeChat refuses is not tried again', async () => {
  refusal = 43101
  await nobodyWaits()
  await people.cy.post('/match/notice', { code: 'cy' })
  const before = sent().length
  await waitingUntil(people.stranger, () => sent().length > before, 'the try')
  await nobodyWaits()
  await waitingUntil(people.stranger, async () => (await asking()) === '0', 'its end')
  assert.equal(sent().length, before + 1)
  refusal = 0
})

test('who looks for somebody again, or logs out, is forgotten at once', async () => {
  await nobodyWaits()
  await people.dot.post('/match/notice', { code: 'dot' })
  await wait(people.dot)
  assert.equal(await asking(), '0')
  await people.dot.post('/match/notice', { code: 'dot' })
  await people.dot.post('/logout')
  assert.equal(await asking(), '0')
})

test('an export has it, without the openid', async () => {
  await people.cy.post('/match/notice', { code: 'cy' })
  const { body } = await people.cy.get('/me/export')
  assert.deepEqual(Object.keys(body.notices[0]), ['at', 'until'])
  assert.ok(!JSON.stringify(body).includes(openid('cy')))
})

test('no openid stands in the clear, in the database or in a log', async () => {
  const dump = await sql('select n::text from wait_notice n')
  assert.ok(dump.length > 0)
  for (const name of names)
    for (const word of [openid(name), Buffer.from(openid(name)).toString('hex')])
      for (const [where, text] of Object.entries({ dump, ...logs(it.realState + '/log') }))
        assert.ok(!text.includes(word), `${word} in ${where}`)
})

test('off: it is not offered, not taken, and nobody is told', async () => {
  it.settings = settings
  await it.up()
  const { body } = await call('GET', '/api/v1/settings', undefined, {}, it.url)
  assert.equal(body.wait_template, '')
  const answer = await people.ann.post('/match/notice', { code: 'ann' })
  refused(answer, 503, 'not_configured')
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
})
