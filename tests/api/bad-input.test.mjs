// Whatever comes in: a clear refusal in JSON, and nothing changes.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { after, afterEach, before, test } from 'node:test'
import { raw } from '../deploy/instance.mjs'
import {
  base,
  call,
  holding,
  pair,
  Person,
  random,
  randomUUID,
  refused,
  rows,
  sql,
  state,
  until,
} from '../support/client.mjs'
import { form, png } from '../support/media.mjs'

const { port, host } = new URL(base)
const { one, two, room } = await pair()
const some = {
  '{room}': room,
  '{seq}': '1',
  '{ticket}': 'AAAAAAAAAAAAAAAAAAAAAA',
  '{mask}': '0123456789abcdef',
  '{media}': 'A'.repeat(22),
}
const hash = 'a'.repeat(64)
// Every route, and a body that would do: null for a route without one.
const routes = [
  ['POST', '/api/v1/register', { account: 'bad-input', password_v2: hash }, 'anyone'],
  ['POST', '/api/v1/login', { account: 'bad-input', password_v2: hash }, 'anyone'],
  ['POST', '/api/v1/login/wechat', { code: 'x' }, 'anyone'],
  ['POST', '/api/v1/login/guest', {}, 'anyone'],
  ['GET', '/api/v1/wechat/push', undefined, 'anyone'],
  ['GET', '/api/v1/wechat/media/{ticket}', undefined, 'anyone'],
  ['POST', '/api/v1/logout', null],
  ['GET', '/api/v1/me'],
  ['POST', '/api/v1/me', { nickname: 'changed' }],
  ['POST', '/api/v1/me/password', { old_password_v2: hash, new_password_v2: hash }],
  ['DELETE', '/api/v1/me', { confirm: false }],
  ['POST', '/api/v1/match', { target: 'private' }],
  ['GET', '/api/v1/match'],
  ['DELETE', '/api/v1/match', null],
  ['GET', '/api/v1/conversations'],
  ['GET', '/api/v1/rooms'],
  ['POST', '/api/v1/rooms', { topic: 'x' }],
  ['GET', '/api/v1/rooms/{room}'],
  ['POST', '/api/v1/rooms/{room}', { topic: 'x' }],
  ['DELETE', '/api/v1/rooms/{room}', null],
  ['POST', '/api/v1/rooms/{room}/join', { mask: true }],
  ['GET', '/api/v1/rooms/{room}/members'],
  ['POST', '/api/v1/rooms/{room}/members/{mask}/kick', null],
  ['POST', '/api/v1/rooms/{room}/members/{mask}/mute', { minutes: 1 }],
  ['POST', '/api/v1/rooms/{room}/members/{mask}/promote', null],
  ['POST', '/api/v1/rooms/{room}/pin', { on: true }],
  ['POST', '/api/v1/rooms/{room}/silence', { on: true }],
  ['POST', '/api/v1/rooms/{room}/share', { hours: 1 }],
  ['GET', '/api/v1/rooms/{room}/share'],
  ['DELETE', '/api/v1/rooms/{room}/share/{ticket}', null],
  ['GET', '/api/v1/rooms/{room}/share/{ticket}.svg'],
  ['GET', '/api/v1/share/{ticket}', undefined, 'anyone'],
  ['POST', '/api/v1/share/{ticket}/join', {}],
  ['POST', '/api/v1/rooms/{room}/leave', null],
  ['POST', '/api/v1/rooms/{room}/typing', null],
  ['POST', '/api/v1/rooms/{room}/read', { seq: 1 }],
  ['POST', '/api/v1/rooms/{room}/messages', { client_id: randomUUID(), kind: 'text', body: 'x' }],
  ['GET', '/api/v1/rooms/{room}/messages'],
  ['DELETE', '/api/v1/rooms/{room}/messages/{seq}', null],
  ['DELETE', '/api/v1/me/avatar', null],
  ['GET', '/media/{media}'],
  ['HEAD', '/media/{media}'],
  ['POST', '/api/v1/stream', null],
  ['POST', '/api/v1/sync', { rooms: {} }],
]
// Those that take a file: no JSON, and more of it.
const uploads = [
  ['POST', '/api/v1/rooms/{room}/media', { kind: 'image', client_id: randomUUID() }],
  ['POST', '/api/v1/me/avatar', {}],
]
// What WeChat pushes may have any form (wechat-checks.test.mjs).
const pushes = [['POST', '/api/v1/wechat/push', undefined, 'anyone']]
const all = [...routes, ...uploads, ...pushes]
const url = (path) => path.replace(/\{\w+\}/g, (name) => some[name])
const unsafe = routes.filter(([method]) => method !== 'GET' && method !== 'HEAD')
const bearer = { authorization: 'Bearer ' + one.token }

// A digest of every row's place and version: what is refused must leave all of them as they are.
const tables = await rows(
  `select relname as name from pg_class where relnamespace = 'driftline'::regnamespace and relkind = 'r'`,
)
const digest = () =>
  sql(
    tables
      .map(
        ({ name }) =>
          `select '${name}', count(*), sum(hashtextextended(ctid::text || xmin::text, 0)) from ${name}`,
      )
      .join(' union all '),
  )
const workers = () => {
  const master = readFileSync(state + '/nginx/tmp/nginx.pid', 'utf8').trim()
  const parent = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]
    } catch {
      return '' // gone meanwhile
    }
  }
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parent(pid) === master)
}

let digested, worked, rouse
before(async () => {
  one.close()
  two.close()
  // What other tests have left for later comes now, and the job that lets go of things rests.
  await sql('update departure set at = now()')
  await until(async () => (await sql('select count(*) from departure')) === '0', 'the departures', 30000)
  rouse = await holding(`select pg_advisory_lock(hashtext('driftline.retention'))`)
  await one.send(room, 'stays')
  await sql(
    `delete from session where expires < now(); delete from ticket; delete from share where expires < now(); delete from connection; delete from account where name = 'bad-input'`,
  )
  digested = await digest()
  worked = workers()
  assert.equal(worked.length, 1)
})
afterEach(async () => {
  const [before, pids] = [digested, worked]
  digested = await digest()
  worked = workers()
  assert.equal(digested, before, 'something was changed')
  assert.deepEqual(worked, pids, 'nginx has another worker')
})
after(async () => {
  await rouse?.()
  await sql(`delete from account where name = 'bad-input'`)
})

/** One call with a session, whose answer has to be JSON whatever it says. */
async function ask(method, path, body, headers = {}) {
  const answer = await call(method, url(path), body, { ...bearer, ...headers })
  if (method !== 'HEAD') json(answer)
  return answer
}
function json(answer) {
  assert.match(
    answer.headers.get('content-type') ?? '',
    /^application\/json\b/,
    `${answer.status} ${answer.text}`,
  )
  assert.equal(typeof answer.body, 'object', answer.text)
  assert.ok(answer.status < 500, `${answer.status} ${answer.text}`)
}
/** The same, sent byte by byte. */
async function send(head, headers = [], body = '') {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
  const lines = [head, 'Host: ' + host, 'Connection: close', ...headers]
  if (bytes.length > 0 && !headers.some((h) => /^(content-length|transfer-encoding):/i.test(h)))
    lines.push('Content-Length: ' + bytes.length)
  const answer = await raw(
    Number(port),
    Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1'), bytes]),
    { wait: 2000 },
  )
  return {
    ...answer,
    headers: new Headers(answer.headers),
    text: answer.body,
    body: answer.body === '' ? null : JSON.parse(answer.body),
  }
}

for (const [method, path, body] of unsafe) {
  const name = `${method} ${path}`
  test(`${name}: an unknown field is refused by its name`, async () => {
    for (const field of ['nonsense', 'Rooms', 'body ', '', '__proto__', 'x'.repeat(300), 'ключ'])
      refused(
        await ask(
          method,
          path,
          JSON.stringify(body ?? {}).replace(
            /^\{(.*)\}$/,
            (_, rest) => `{${JSON.stringify(field)}:1${rest && ',' + rest}}`,
          ),
        ),
        422,
        'invalid_field',
        field,
      )
  })

  test(`${name}: another type than JSON is refused`, async () => {
    const text = JSON.stringify(body ?? {})
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'text/json',
      ' ',
    ])
      refused(await ask(method, path, text, { 'content-type': type }), 415, 'not_json')
    const untyped = await send(
      `${method} ${url(path)} HTTP/1.1`,
      ['Authorization: Bearer ' + one.token],
      text,
    )
    refused(untyped, 415, 'not_json')
  })

  test(`${name}: a foreign page may not call it`, async () => {
    for (const origin of ['https://evil.example', 'null', base + '.evil.example'])
      refused(await ask(method, path, body ?? undefined, { origin }), 403, 'foreign_origin')
  })
}

const nested = (depth) => '{"a":' + '['.repeat(depth - 1) + ']'.repeat(depth - 1) + '}'
const bytes = (...parts) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))
const malformed = [
  ['an open brace', '{'],
  ['a closed one', '}'],
  ['white space', ' \n'],
  ['a list', '[]'],
  ['a list of objects', '[{}]'],
  ['a text', '"x"'],
  ['a number', '1'],
  ['null', 'null'],
  ['true', 'true'],
  ['an object that does not end', '{"a":1'],
  ['single quotes', "{'a':1}"],
  ['a key without quotes', '{a:1}'],
  ['a comma too many', '{"a":1,}'],
  ['no colon', '{"a" 1}'],
  ['a comment', '/* c */{}'],
  ['NaN', '{"a":NaN}'],
  ['Infinity', '{"a":Infinity}'],
  ['-Infinity', '{"a":-Infinity}'],
  ['a leading zero', '{"a":01}'],
  ['a hexadecimal number', '{"a":0x10}'],
  ['a number that ends with its point', '{"a":1.}'],
  ['a number that begins with it', '{"a":.5}'],
  ['a plus', '{"a":+1}'],
  ['half a word', '{"a":tru}'],
  ['a word in upper case', '{"a":TRUE}'],
  ['bytes after the end', '{}x'],
  ['another object after the end', '{}{}'],
  ['a NUL after the end', '{}\u0000'],
  ['a NUL', '{"a":"\u0000"}'],
  ['an escaped NUL', '{"a":"x\\u0000y"}'],
  ['an escaped NUL in a key', '{"a\\u0000b":1}'],
  ['a line end within a text', '{"a":"x\ny"}'],
  ['a key twice', '{"a":1,"a":2}'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
  ['a key twice, further in', '{"a":{"b":1,"b":2}}'],
  ['depth 9', nested(9)],
  ['depth 4000', nested(4000)],
  ['a great many braces', '{},'.repeat(5000)],
  ['a byte that is no UTF-8', bytes('{"a":"', 0xff, '"}')],
  ['a cut character', bytes('{"a":"', 0xe9, 0xb1, '"}')],
  ['an overlong slash', bytes('{"a":"', 0xc0, 0xaf, '"}')],
  ['a surrogate as UTF-8', bytes('{"a":"', 0xed, 0xa0, 0x80, '"}')],
  ['bad UTF-8 in a key', bytes('{"', 0xc3, 0x28, '":1}')],
  ['beyond Unicode', bytes('{"a":"', 0xf4, 0x90, 0x80, 0x80, '"}')],
  ['a byte order mark', bytes(0xef, 0xbb, 0xbf, '{}')],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
]
for (const [name, body] of malformed)
  test(`a body of ${name} is refused`, async () => {
    for (const path of [
      '/api/v1/sync',
      '/api/v1/register',
      '/api/v1/rooms/{room}/messages',
      '/api/v1/logout',
    ])
      refused(await ask('POST', path, body, { 'content-type': 'application/json' }), 400, 'malformed')
  })

test('depth 8 is understood', async () =>
  refused(await ask('POST', '/api/v1/sync', nested(8)), 422, 'invalid_field', 'a'))

for (const [method, path] of unsafe)
  test(`${method} ${path}: a body of 16 KiB and a byte is refused`, async () => {
    const big = (size) => '{"a":"' + 'x'.repeat(size - 8) + '"}'
    refused(await ask(method, path, big(16385)), 413, 'too_large')
    refused(await ask(method, path, big(16384)), 422, 'invalid_field', 'a')
    const chunks = `4001\r\n${big(16385)}\r\n0\r\n\r\n`
    refused(
      await send(
        `${method} ${url(path)} HTTP/1.1`,
        [
          'Content-Type: application/json',
          'Transfer-Encoding: chunked',
          'Authorization: ' + bearer.authorization,
        ],
        chunks,
      ),
      413,
      'too_large',
    )
  })

for (const [method, path, query] of uploads) {
  const { body, headers } = form(png())
  const to = `${path}?${new URLSearchParams(query)}`
  const upload = (body, more) => ask(method, to, body, { ...headers, ...more })

  test(`${method} ${path}: what is no file is refused`, async () => {
    for (const type of [
      'application/json',
      'image/png',
      'text/plain',
      'multipart/mixed; boundary=x',
      'multipart/form-data',
      ' ',
    ])
      refused(await upload(body, { 'content-type': type }), 415, 'not_multipart')
    for (const text of ['', '{}', '--', '\r\n', 'x'.repeat(100000)])
      refused(await upload(Buffer.from(text)), 400, 'malformed')
    refused(await upload(Buffer.alloc(5 << 20)), 413, 'too_large')
    refused(await upload(form(png(), { name: 'picture' }).body, form(png()).headers), 400, 'malformed')
    for (const name of ['', 'File', 'file ', 'picture']) {
      const other = form(png(), { name })
      refused(await upload(other.body, other.headers), 422, 'invalid_field', 'file')
    }
  })

  test(`${method} ${path}: a foreign page may not call it`, async () => {
    for (const origin of ['https://evil.example', 'null', base + '.evil.example'])
      refused(await upload(body, { origin }), 403, 'foreign_origin')
  })

  test(`${method} ${path}: arguments that are none`, async () => {
    for (const [name, values] of Object.entries({
      kind: ['', 'video', 'Image', 'image,voice', '\0'],
      client_id: ['', 'x', randomUUID().replaceAll('-', ''), '00000000-0000-1000-8000-000000000000'],
      reply_to: ['0', '-1', '1.5', '1e3', 'x', '99999999999'],
    }))
      for (const value of path.endsWith('/media') ? values : []) {
        const changed = `${path}?${new URLSearchParams({ ...query, [name]: value })}`
        refused(await ask(method, changed, body, headers), 422, 'invalid_field', name)
      }
  })
}

// Values of another type than a field has, on all fields of all routes
const wrong = [
  true,
  1,
  -1,
  1.5,
  1e308,
  9007199254740993,
  '',
  'x',
  [],
  {},
  [[]],
  [null],
  ['x', 1],
  { a: 1 },
  'x'.repeat(5000),
]
for (const [path, fields] of [
  ['/api/v1/register', ['account', 'password_md5', 'password_v2']],
  ['/api/v1/login', ['password_md5', 'password_v2']],
  ['/api/v1/me', ['nickname', 'locale', 'account', 'password_v2']],
  ['/api/v1/me/password', ['old_password_md5', 'old_password_v2', 'new_password_v2']],
  ['/api/v1/match', ['target', 'tags']],
  ['/api/v1/rooms/{room}/read', ['seq']],
  ['/api/v1/rooms/{room}/messages', ['client_id', 'kind', 'body', 'reply_to']],
  ['/api/v1/sync', ['rooms', 'match', 'since']],
])
  test(`POST ${path}: values of another type are refused`, async () => {
    const base = routes.find(([method, p]) => method === 'POST' && p === path)[2]
    const fine = {
      seq: [1],
      rooms: [{}, { a: 1 }],
      match: [true],
      nickname: ['x'],
      tags: [[]],
      reply_to: [1],
      body: ['x', 'x'.repeat(5000)],
    }
    for (const field of fields)
      for (const value of wrong) {
        if (
          fine[field]?.some((f) => JSON.stringify(f) === JSON.stringify(value)) &&
          String(value).length < 4001
        )
          continue
        const answer = await ask('POST', path, { ...base, [field]: value })
        assert.equal(answer.status, 422, `${field} = ${JSON.stringify(value)}: ${answer.text}`)
        assert.equal(answer.body.error.code, 'invalid_field')
      }
    for (const number of ['1e400', '-1e400', '99999999999999999999999999', '1e-400', '-0.0'])
      for (const field of fields) {
        const answer = await ask(
          'POST',
          path,
          JSON.stringify({ ...base, [field]: '§' }).replace('"§"', number),
        )
        assert.ok(answer.status === 422 || answer.status === 400, `${field} = ${number}: ${answer.text}`)
      }
  })

const methods = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'FOO', 'PROPFIND', 'post']
for (const path of new Set(all.map(([, p]) => p)))
  test(`${path}: another method is answered 405, with Allow`, async () => {
    const allowed = all.filter(([, p]) => p === path).map(([method]) => method)
    for (const method of methods) {
      if (allowed.includes(method)) continue
      const answer = await send(`${method} ${url(path)} HTTP/1.1`, ['Authorization: ' + bearer.authorization])
      // nginx itself refuses a method that is not in capitals
      if (method === 'post') assert.ok(answer.status === 400 || answer.status === 405, method)
      else {
        assert.equal(answer.status, 405, method)
        assert.deepEqual(answer.headers.get('allow').split(', ').sort(), allowed.sort(), method)
      }
      assert.match(answer.headers.get('content-type'), /^application\/json/)
      if (method !== 'HEAD') assert.ok(answer.body.error.code)
    }
    const trace = await send(`TRACE ${url(path)} HTTP/1.1`)
    assert.equal(trace.status, 405)
    assert.ok(trace.headers.get('allow') && trace.body.error.code)
  })

for (const [method, path, , who] of all.filter(([, , , who]) => who !== 'anyone'))
  test(`${method} ${path}: without a session, 401`, async () => {
    const answer = await call(method, url(path), /GET|HEAD/.test(method) ? undefined : {})
    if (method === 'HEAD') assert.equal(answer.status, 401)
    else refused(answer, 401, 'unauthorized')
    assert.equal(who, undefined)
  })

const id = 'a'.repeat(22)
for (const [path, status] of [
  ['/api', 404],
  ['/api/', 404],
  ['/api/v1', 404],
  ['/api/v1/', 404],
  ['/api/v2/me', 404],
  ['/api/v1/me/', 404],
  ['/api/v1/me/x', 404],
  ['/api/v1/ME', 404],
  ['/API/v1/me', 404],
  ['/api/v1/me;x', 404],
  ['/api/v1/me%20', 404],
  ['/api/v1/me%2f', 404],
  ['/api/v1/me%3fx', 404],
  ['/api/v1/me%0d%0aX: y'.replace(' ', '%20'), 404],
  ['/api/v1/me%00', 400],
  ['/api/v1/%00', 400],
  ['/api/v1/%zz', 400],
  ['/api/v1/%', 400],
  ['/api/v1/rooms/', 404],
  ['/api/v1/rooms//messages', 404],
  [`/api/v1/rooms/${id}`, 404],
  [`/api/v1/rooms/${id}/`, 404],
  [`/api/v1/rooms/${id}/nothing`, 404],
  [`/api/v1/rooms/${id}/messages/`, 404],
  ['/api/v1/rooms/a%2fb', 404],
  ['/api/v1/rooms/a%27b', 404],
  ['/api/v1/rooms/a%5cb', 404],
  ['/api/v1/rooms/%e9%b1%bc', 404],
  ['/api/v1/rooms/%ff', 404],
  ['/api/v1/rooms/%E2%80%AE', 404],
  ['/api/v1/rooms/.', 404],
  ['/api/v1/rooms/..', 404],
  ['/api/v1/rooms/%2e%2e/%2e%2e/%2e%2e/etc/passwd', 404],
  ['/api/../../etc/passwd', 400],
  ['/api/v1/rooms/' + 'a'.repeat(64), 404],
  ['/api/v1/rooms/' + 'a'.repeat(65), 404],
  ['/api/v1/rooms/' + 'a'.repeat(4000), 404],
  ['/api/v1/rooms/' + 'a'.repeat(5000), 414],
  ['/api/v1/' + 'a/'.repeat(1000), 404],
  ['/api/v1/me?' + 'a'.repeat(5000), 414],
  ['/metrics', 404],
  ['/auth/metrics', 404],
  ['/nginx', 404],
  ['/nchan', 404],
  ['/p/x', 404],
  ['/_sub/x', 404],
  ['/_driftline/500', 404],
  ['/.git/config', 404],
  ['/index.php', 404],
  ['/avatar/xyz.svg', 404],
  ['/avatar/0123456789abcdef.png', 404],
  ['/avatar/0123456789ABCDEF.svg', 404],
  ['/media/', 404],
  [`/media/${id}`, 404],
  [`/media/${id}?size=preview`, 404],
  [`/media/${id}?size=huge`, 422],
  [`/media/${id}?size=`, 422],
  [`/media/${id}/`, 404],
  [`/media/${id}/x`, 404],
  ['/media/' + 'a'.repeat(5000), 414],
  ['/media/%2e%2e/%2e%2e/etc/passwd', 400],
  ['/media/ab%2fcd', 404],
  ['/media/%00', 400],
  ['/media/%ff', 404],
  [`/_media/aa/${'a'.repeat(64)}`, 404],
  ['/_media/../../secrets/pepper', 400],
  ['http://evil.example/api/v1/nothing', 404],
  ['*', 400],
])
  test(`GET ${path.slice(0, 60)}${path.length > 60 ? '…' : ''}: ${status} in JSON`, async () => {
    const answer = await send(`GET ${path} HTTP/1.1`, ['Authorization: ' + bearer.authorization])
    assert.equal(answer.status, status, answer.text)
    assert.match(answer.headers.get('content-type'), /^application\/json/)
    assert.ok(answer.body.error.code && answer.body.error.message)
    assert.doesNotMatch(answer.text, /<html|nginx|sql|\/work|\.c:/i)
  })

for (const path of [
  '//api/v1/match',
  '/api//v1/match',
  '/api/v1/./match',
  '/api/v1/x/../match',
  '/api/v1/%6datch',
])
  test(`GET ${path} is GET /api/v1/match, or not there`, async () => {
    const answer = await send(`GET ${path} HTTP/1.1`, ['Authorization: ' + bearer.authorization])
    assert.ok(answer.status === 200 || answer.status === 404, String(answer.status))
    assert.match(answer.headers.get('content-type'), /^application\/json/)
  })

const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
for (const [query, headers] of [
  ['?last_event_id=1:', []],
  ['?last_event_id=', []],
  ['?x', []],
  ['', ['Last-Event-ID: 1:']],
  ['', ['Last-Event-ID: 1700000000:0']],
  ['', ['last-event-id: x']],
  ['', ['If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT', 'If-None-Match: 0']],
  ['', ['If-Modified-Since: x']],
  ['', ['If-None-Match: "1"']],
])
  test(`a socket that resumes by ${query || headers.join(', ')} is refused, and nginx lives`, async () => {
    const { body } = await one.post('/stream')
    try {
      const answer = await send(`GET ${body.url}${query} HTTP/1.1`, [...upgrade, ...headers])
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error.code, 'malformed')
    } finally {
      await sql('delete from ticket')
    }
  })

test('headers: many, long ones, and some that lie', async () => {
  const authorization = 'Authorization: ' + bearer.authorization
  const get = (...headers) => send('GET /api/v1/match HTTP/1.1', [authorization, ...headers])
  const lines = (count, size) => Array.from({ length: count }, (_, n) => `X-Many-${n}: ${'v'.repeat(size)}`)
  for (const [headers, statuses] of [
    [lines(200, 10), [200]],
    [lines(3, 15000), [200, 431]],
    [lines(1, 20000), [431]],
    [lines(900, 100), [431]],
    [['Accept-Language: ' + 'zh,'.repeat(3000)], [200]],
    [['Cookie: ' + 'a=b; '.repeat(2000)], [200]],
    [['Cookie: driftline_session='], [200, 400]],
    [
      [
        'Proxy: http://127.0.0.1:1/',
        'X-Accel-Redirect: /_sub/x',
        'X-Forwarded-Host: evil',
        'X-Original-URL: /metrics',
      ],
      [200],
    ],
    [['DOCUMENT_URI: /metrics', 'Document-Uri: /metrics', 'Content_Length: 5'], [200]],
    [['X: a\u0000b'], [400]],
    [['no colon'], [200, 400]],
    [['Content-Length: -1'], [400]],
    [['Content-Length: x'], [400]],
    [['Content-Length: 1', 'Content-Length: 2'], [400]],
    [['Transfer-Encoding: gzip'], [501]],
    [['Content-Length: 3', 'Transfer-Encoding: chunked'], [400]],
    [['Range: bytes=0-1,2-3'], [200]],
    [['Expect: 100-continue', 'Content-Length: 99999'], [413]],
    [['Host: two'], [400]],
  ]) {
    const answer = await get(...headers)
    assert.ok(statuses.includes(answer.status), `${answer.status} for ${headers[0].slice(0, 40)}`)
    assert.match(answer.headers.get('content-type'), /^application\/json/, headers[0].slice(0, 40))
  }
})

test('lines that are no request are refused', async () => {
  for (const line of [
    'GET',
    'GET /api/v1/me',
    'GET /api/v1/me HTTP/9.9',
    'GET  HTTP/1.1',
    '\u0016\u0003\u0001\u0002',
    'G\u0000T / HTTP/1.1',
  ]) {
    const answer = await raw(Number(port), line + '\r\n\r\n', { wait: 500 }).catch(() => ({ status: 0 }))
    assert.ok(!(answer.status >= 200 && answer.status < 300), line)
  }
})

test('bodies in other wrappings work as they should', async () => {
  const headers = ['Authorization: ' + bearer.authorization, 'Content-Type: application/json; charset=utf-8']
  const chunked = await send(
    'POST /api/v1/sync HTTP/1.1',
    [...headers, 'Transfer-Encoding: chunked'],
    '5\r\n{"roo\r\n8\r\nms":{} }\r\n0\r\n\r\n',
  )
  assert.equal(chunked.status, 200)
  const broken = await send(
    'POST /api/v1/sync HTTP/1.1',
    [...headers, 'Transfer-Encoding: chunked'],
    'zz\r\n{}\r\n0\r\n\r\n',
  )
  assert.equal(broken.status, 400)
  const empty = await send('POST /api/v1/sync HTTP/1.1', [...headers, 'Content-Length: 0'])
  refused(empty, 422, 'invalid_field', 'rooms')
  assert.equal((await call('GET', '/api/v1/match', undefined, bearer)).status, 200)
})

test('a body that stops halfway changes nothing', async () => {
  const text = JSON.stringify({ client_id: randomUUID(), kind: 'text', body: 'cut ' + random() })
  await raw(
    Number(port),
    `POST ${url('/api/v1/rooms/{room}/messages')} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${bearer.authorization}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(0, -5)}`,
    { wait: 300 },
  ).catch(() => {})
})

test('arguments of a query: junk is refused or left alone', async () => {
  const at = `/api/v1/rooms/${room}/messages?`
  for (const [query, status] of [
    ['limit=%00', 422],
    ['limit=%ff', 422],
    ['limit=%', 422],
    ['limit=%zz', 422],
    ['before=1&before=2', 200],
    ['&&&=&=x', 200],
    ['nothing=1', 200],
    ['limit=1;drop', 422],
    ['a'.repeat(3000), 200],
  ])
    assert.equal((await ask('GET', at + query)).status, status, query.slice(0, 40))
})

test('a refusal speaks the language that was asked for', async () => {
  for (const path of ['/api/v1/nothing', '/api/v1/' + 'a'.repeat(5000), '/api/v1/me']) {
    const zh = await send(`PUT ${path} HTTP/1.1`, ['Accept-Language: zh-CN,zh;q=0.9'])
    assert.match(zh.body.error.message, /\p{Script=Han}/u, path)
    const en = await send(`PUT ${path} HTTP/1.1`)
    assert.match(en.body.error.message, /^[ -~]+$/, path)
  }
})

test('answers of the service are not kept, sniffed or framed', async () => {
  for (const answer of [
    await ask('GET', '/api/v1/match'),
    await ask('GET', '/api/v1/nothing'),
    await ask('GET', '/api/v1/%zz'),
  ]) {
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('x-frame-options'), 'DENY')
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  }
})

test('no one else is let in by a wrong word beside a good one', async () => {
  const stranger = await new Person('A'.repeat(22)).get('/rooms/' + room)
  refused(stranger, 401, 'unauthorized')
})
