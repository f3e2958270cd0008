// WeChat's content checks: a service of its own that has a double of WeChat's API look at what its users say and show.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Instance, unlimited } from '../deploy/instance.mjs'
import { Person, call, logs, pair, random, randomUUID, refused, until } from '../support/client.mjs'
import { png, send as sendMedia, setAvatar, voice } from '../support/media.mjs'
import { wechat } from '../support/wechat.mjs'

const openids = { ann: 'o' + random(13) }
const secret = 'canarysecret' + random()
const token = 'canarytoken' + random()
let valid = 'tok en/1' // the access token that the double takes
let issued = 0
let traces = 0
const tries = {}
const passed = (body) => ({ errcode: 0, errmsg: 'ok', ...body })
const double = await wechat(
  { ann: { openid: openids.ann, session_key: 's' } },
  {
    '/cgi-bin/token': () => ((issued += 1), { access_token: valid, expires_in: 7200 }),
    '/wxa/msg_sec_check': ({ access_token }, { content }) => {
      const word = content.split(' ')[0]
      tries[word] = (tries[word] ?? 0) + 1
      if (access_token !== valid) return { errcode: 42001, errmsg: 'access_token expired' }
      if (word === 'inactive') return { errcode: 61010, errmsg: 'code is expired' }
      if (word === 'garbage') return '<html>'
      const suggest = content.includes('risky') ? 'risky' : word === 'review' ? 'review' : 'pass'
      return passed({ trace_id: 't', result: { suggest, label: 100 }, detail: [] })
    },
    '/wxa/media_check_async': () => passed({ trace_id: `trace${(traces += 1)}` }),
  },
)
const it = new Instance({
  env: {
    DRIFTLINE_WECHAT_URL: double.url,
    DRIFTLINE_WECHAT_APPID: 'wxapp',
    DRIFTLINE_WECHAT_SECRET: secret,
    DRIFTLINE_WECHAT_CHECKS: 'all',
    DRIFTLINE_WECHAT_TOKEN: token,
    DRIFTLINE_PUBLIC_URL: 'https://chat.example.org',
    DRIFTLINE_POW: 'off',
    ...unlimited(),
  },
})
let ann, guest, room
const login = async () => {
  const { body } = await call('POST', '/api/v1/login/wechat', { code: 'ann' }, {}, it.url)
  return new Person(body.token, body.user, it.url)
}
const sql = (query) => it.sql(`set search_path = driftline; ${query}`)
const waiting = () => sql('select count(*) from wechat_check where verdict is null')
const asked = (path = '/wxa/msg_sec_check') => double.asked.filter((a) => a.path === path)
const files = () => asked('/wxa/media_check_async')
const signed = (more = {}) => {
  const query = { timestamp: '1764000000', nonce: 'n' + random(), ...more }
  const signature = createHash('sha1').update([token, query.timestamp, query.nonce].sort().join('')).digest('hex')
  return '/api/v1/wechat/push?' + new URLSearchParams({ signature, ...query })
}
const event = (trace_id, suggest) => ({
  ToUserName: 'gh_1', FromUserName: openids.ann, CreateTime: 1764000000, MsgType: 'event', Event: 'wxa_media_check', appid: 'wxapp',
  trace_id, version: 2, detail: [{ strategy: 'content_model', errcode: 0, suggest, label: 100, prob: 90 }], errcode: 0, errmsg: 'ok',
  result: { suggest, label: 100 },
})
const push = (body, path = signed(), type = 'text/plain') => call('POST', path, JSON.stringify(body), { 'content-type': type }, it.url)
/** What WeChat does with what it was asked about: fetches it. */
const fetched = async (media_url) => {
  assert.match(media_url, /^https:\/\/chat\.example\.org\/api\/v1\/wechat\/media\/[\w-]{22}$/)
  return fetch(media_url.replace('https://chat.example.org', it.url))
}
/** What the service asks WeChat about next, and the trace that it got for it. */
const next = async (act) => {
  const before = files().length
  const answer = await act()
  await until(() => files().length > before, 'the question', 15000)
  const trace = `trace${traces}`
  await until(async () => (await sql(`select count(*) from wechat_check where trace = '${trace}'`)) === '1', 'the trace', 10000)
  return { answer, trace, ask: files().at(-1) }
}

before(async () => {
  await it.up()
  ann = await login()
  ;({ room } = await pair(ann, (guest = await Person.guest(it.url))))
})
after(async () => {
  ann?.close()
  guest?.close()
  double.close()
  await it.remove()
})

test('a line is said at once and checked after; what passes stays', async () => {
  const { body } = await ann.send(room, 'fine 你好 🦦')
  assert.equal((await guest.frame((f) => f.type === 'message')).message.seq, body.seq)
  await until(() => asked().length > 0, 'the check', 15000)
  assert.deepEqual(asked()[0], {
    path: '/wxa/msg_sec_check', access_token: valid, version: 2, scene: 2, openid: openids.ann, content: 'fine 你好 🦦',
  })
  await until(async () => (await waiting()) === '0', 'its end', 10000)
  assert.equal((await guest.get(`/rooms/${room}/messages`)).body.items[0].body, 'fine 你好 🦦')
  assert.equal(await sql('select count(*) from report'), '0')
})

test('what is risky is taken back for everybody, and reported with what it said', async () => {
  const { body } = await ann.send(room, 'so risky')
  await until(() => guest.frames.some((f) => f.type === 'recall' && f.seq === body.seq), 'the recall', 15000)
  const line = (await guest.get(`/rooms/${room}/messages?limit=1`)).body.items[0]
  assert.deepEqual([line.recalled, line.body], [true, null])
  assert.match(await sql('select note from report'), new RegExp(`^line ${body.seq}: WeChat says risky$`))
  assert.equal(await sql(`select body from evidence where chosen`), 'so risky')
  await sql('delete from report')
})

test('what is to be reviewed stays, and is reported', async () => {
  const { body } = await ann.send(room, 'review this')
  await until(async () => /review/.test(await sql('select note from report')), 'the report', 15000)
  const line = (await guest.get(`/rooms/${room}/messages?limit=1`)).body.items[0]
  assert.deepEqual([line.seq, line.body], [body.seq, 'review this'])
})

test('the lines of others are not sent to WeChat, and repeats not twice', async () => {
  const before = asked().length
  const client_id = randomUUID()
  await guest.send(room, 'of a guest')
  await ann.send(room, 'once', { client_id })
  await until(async () => asked().length > before && (await waiting()) === '0', 'the check', 15000)
  await ann.send(room, 'once', { client_id })
  assert.equal(await waiting(), '0')
  assert.deepEqual(asked().slice(before).map((q) => q.content), ['once'])
})

test('a long line goes in pieces, and its worst counts', async () => {
  const before = asked().length
  const { body } = await ann.send(room, '长'.repeat(2600) + ' risky')
  await until(() => guest.frames.some((f) => f.type === 'recall' && f.seq === body.seq), 'the recall', 15000)
  assert.deepEqual(asked().slice(before).map((q) => [...q.content].length), [2500, 106])
})

test('somebody whom WeChat has not seen lately is let be', async () => {
  await ann.send(room, 'inactive')
  await until(async () => tries.inactive === 1 && (await waiting()) === '0', 'the check', 15000)
})

test('one token serves many checks, and a new one is fetched when it has ended', async () => {
  assert.equal(issued, 1)
  valid = 'token2'
  await ann.send(room, 'renewed')
  await until(async () => tries.renewed === 2 && (await waiting()) === '0', 'the check', 15000)
  assert.equal(issued, 2)
})

test('what gets no answer is tried again later, and given up after half an hour; chat waits for none of it', async () => {
  await ann.send(room, 'garbage')
  await until(() => tries.garbage === 1, 'the first try', 15000)
  assert.equal((await ann.send(room, 'meanwhile')).status, 200)
  await until(async () => (await sql("select attempts from wechat_check where due > now() + interval '1 minute'")) === '1', 'the lease', 15000)
  await sql('update wechat_check set due = now()')
  await until(() => tries.garbage === 2, 'the second try', 15000)
  await sql("update wechat_check set at = now() - interval '31 minutes'")
  await until(async () => (await waiting()) === '0', 'its end', 15000)
  await until(() => Object.values(logs(it.realState + '/log')).some((t) => t.includes('"wechat_unchecked"')), 'a word in the log', 10000)
})

for (const [kind, type, file] of [
  ['image', 2, png()],
  ['voice', 1, voice()],
])
  test(`${kind}: seen at once, fetched by a ticket, and gone when it is risky`, async () => {
    const { answer, trace, ask } = await next(() => sendMedia(ann, room, file, { kind }))
    assert.equal(answer.status, 200)
    const seen = await fetch(it.url + answer.body.media.url, { headers: { authorization: 'Bearer ' + guest.token } })
    assert.equal(seen.status, 200)
    assert.deepEqual([ask.media_type, ask.scene, ask.openid, ask.version], [type, 2, openids.ann, 2])
    const got = await fetched(ask.media_url)
    assert.deepEqual([got.status, got.headers.get('content-type')], [200, kind === 'voice' ? 'audio/mpeg' : 'image/jpeg'])
    for (const name of ['etag', 'last-modified']) assert.equal(got.headers.get(name), null)
    assert.ok((await got.arrayBuffer()).byteLength > 100)
    const { status, text } = await push(event(trace, 'risky'))
    assert.deepEqual([status, text], [200, 'success'])
    await until(() => guest.frames.some((f) => f.type === 'recall' && f.seq === answer.body.seq), 'the recall', 10000)
    const reports = await sql('select count(*) from report')
    assert.deepEqual((await push(event(trace, 'risky'))).text, 'success', 'again: nothing')
    assert.equal(await sql('select count(*) from report'), reports)
    assert.equal((await fetched(ask.media_url)).status, 404)
  })

test('a picture that passes stays; one that nobody answers about stops being pending after half an hour', async () => {
  const one = await next(() => sendMedia(ann, room, png(21, 20)))
  assert.equal((await push(event(one.trace, 'pass'))).status, 200)
  const other = await next(() => sendMedia(ann, room, png(22, 20)))
  assert.equal(await waiting(), '1')
  await sql("update wechat_check set at = now() - interval '31 minutes'")
  await until(async () => (await sql('select count(*) from wechat_check')) === '0', 'its end', 15000)
  refused(await push(event(other.trace, 'risky')), 404, 'not_found')
  const { items } = (await guest.get(`/rooms/${room}/messages?limit=2`)).body
  assert.deepEqual(items.map((m) => [m.seq, m.recalled]), [[one.answer.body.seq, undefined], [other.answer.body.seq, undefined]])
})

test('an avatar that is risky gives way to a drawn one', async () => {
  const { trace, ask } = await next(() => setAvatar(ann, png(60, 60)))
  assert.deepEqual([ask.scene, ask.media_type], [1, 2])
  assert.match((await ann.get('/me')).body.avatar, /^\/media\//)
  assert.equal((await push(event(trace, 'risky'))).status, 200)
  assert.match((await ann.get('/me')).body.avatar, /^\/avatar\//)
  assert.equal(await sql("select count(*) from report where note = 'avatar: WeChat says risky' and picture is not null"), '1')
})

test('a push that WeChat has not signed does nothing', async () => {
  const { answer, trace } = await next(() => sendMedia(ann, room, png(23, 20)))
  const path = signed()
  for (const bad of [
    '/api/v1/wechat/push',
    path.replace(/signature=./, 'signature=g'),
    path.replace(/signature=[^&]*/, 'signature='),
    path.replace('nonce=', 'nonce=x'),
    path.replace('timestamp=1', 'timestamp=2'),
  ])
    refused(await push(event(trace, 'risky'), bad), 403, 'wechat_unsigned')
  for (const body of [{}, { ...event(trace, 'risky'), Event: 'other' }, event('', 'risky'), event(trace, 'nonsense'), { ...event(trace, 'risky'), errcode: -1008 }, { ...event(trace), result: [] }])
    assert.deepEqual([(await push(body)).status], [200])
  refused(await call('POST', signed(), '<xml>', { 'content-type': 'text/xml' }, it.url), 400, 'malformed')
  refused(await push(event('unknown', 'risky')), 404, 'not_found')
  assert.equal((await guest.get(`/rooms/${room}/messages?limit=1`)).body.items[0].seq, answer.body.seq)
  assert.equal((await guest.get(`/rooms/${room}/messages?limit=1`)).body.items[0].recalled, undefined)
  for (const id of ['x', '%2e%2e', randomUUID()]) assert.equal((await fetch(`${it.url}/api/v1/wechat/media/${id}`)).status, 404)
})

test('WeChat’s console sees whose address it is', async () => {
  const { status, text, headers } = await call('GET', signed({ echostr: 'echo <1>' }), undefined, {}, it.url)
  assert.deepEqual([status, text], [200, 'echo <1>'])
  assert.match(headers.get('content-type'), /^text\/plain/)
  refused(await call('GET', signed({ echostr: 'x' }).replace('nonce=', 'nonce=y'), undefined, {}, it.url), 403, 'wechat_unsigned')
})

test('neither openid, secret, token, ticket nor text stands in a log, and no openid in a table', async () => {
  const tickets = files().map((f) => f.media_url.split('/').at(-1))
  for (const [path, text] of Object.entries(logs(it.realState + '/log')))
    for (const word of [openids.ann, secret, token, valid, 'tok en', 'tok%20en', 'so risky', '长长', ...tickets])
      assert.ok(!text.includes(word), `${word} in ${path}`)
  const dump = await sql('select a::text from account a')
  for (const word of [openids.ann, Buffer.from(openids.ann).toString('hex')]) assert.ok(!dump.includes(word))
  assert.equal(await sql('select count(*) from account where openid_sealed is not null'), '1')
})

test('switched off: WeChat is asked nothing, its addresses are not there, and no openid is kept that could be read', async () => {
  it.settings = { ...it.settings, DRIFTLINE_WECHAT_CHECKS: 'off' }
  await it.up()
  await until(async () => (await sql('select count(*) from account where openid_sealed is not null')) === '0', 'them to be forgotten', 15000)
  await until(async () => (await ann.get('/me')).status === 200, 'the service', 15000)
  await sql('delete from wechat_check')
  ann.close()
  const again = await login()
  assert.equal((await again.send(room, 'risky again')).status, 200)
  await sendMedia(again, room, png(24, 20))
  assert.equal(await sql('select count(*) from wechat_check'), '0')
  assert.equal(await sql('select count(*) from account where openid_sealed is not null'), '0')
  refused(await call('GET', signed({ echostr: 'x' }), undefined, {}, it.url), 404, 'not_found')
  refused(await push(event('trace1', 'risky')), 404, 'not_found')
})
