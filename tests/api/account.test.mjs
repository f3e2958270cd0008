// Accounts: coming in, going out, what one may change about oneself, and the session as a cookie.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Person, base, call, md5, pair, refused, rows, sql, unique, until, v2 } from '../support/client.mjs'

const register = (body, headers) => call('POST', '/api/v1/register', body, headers)
const login = (body, headers) => call('POST', '/api/v1/login', body, headers)
const guest = (headers) => call('POST', '/api/v1/login/guest', {}, headers)
const user = (token) => call('GET', '/api/v1/me', undefined, { authorization: 'Bearer ' + token })
const alive = async (person) => (await person.get('/me')).status === 200

test('register answers a token and a user whose nickname is generated', async () => {
  const account = unique()
  const answer = await register({ account, password_v2: v2(account, 'a password') })
  assert.equal(answer.status, 200)
  assert.match(answer.body.token, /^[\w-]{22}$/)
  const { nickname, avatar, created, ...rest } = answer.body.user
  assert.deepEqual(rest, { account, guest: false, locale: 'en', warnings: 0 })
  assert.match(nickname, /^[A-Z][a-z]+ [A-Z][a-z]+$/)
  assert.match(avatar, /^\/avatar\/[0-9a-f]{16}\.svg$/)
  assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual((await user(answer.body.token)).body, answer.body.user)
})

test('a name that is taken answers 202 account_exists, and makes no session', async () => {
  const { account } = await Person.register()
  const before = await sql('select count(*) from account')
  refused(
    await register({ account: account.toUpperCase(), password_v2: v2(account, 'other') }),
    202,
    'account_exists',
  )
  assert.equal(await sql('select count(*) from account'), before)
})

test('eight who take one name at once: one has it', async () => {
  const account = unique()
  const password_v2 = v2(account, 'x')
  const answers = await Promise.all(Array.from({ length: 8 }, () => register({ account, password_v2 })))
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, ...Array(7).fill(202)])
})

const login404 = ['too short', 'with a line end'] // each costs a hash: two will do
for (const [name, account] of [
  ['too short', 'ab'],
  ['too long', 'a'.repeat(33)],
  ['with a leading dash', '-abc'],
  ['with a leading underscore', '_abc'],
  ['with a blank', 'a bc'],
  ['with a letter beyond ASCII', 'äbc'],
  ['of another alphabet', '安静的水獭'],
  ['with a line end', 'abc\n'],
  ['that is a number', 12345],
  ['that is null', null],
])
  test(`register refuses an account ${name}`, async () => {
    refused(await register({ account, password_v2: v2('abc', 'x') }), 422, 'invalid_field', 'account')
    if (login404.includes(name))
      refused(await login({ account, password_v2: v2('abc', 'x') }), 404, 'bad_credentials')
  })

for (const [name, passwords, field] of [
  ['in clear text', { password: 'secret password' }, 'password'],
  ['in both schemes', { password_md5: md5('x'), password_v2: v2('abc', 'x') }, 'password_v2'],
  ['in no scheme', {}, 'password_v2'],
  ['in upper case', { password_md5: md5('x').toUpperCase() }, 'password_md5'],
  ['that is too short', { password_v2: v2('abc', 'x').slice(1) }, 'password_v2'],
  ['that is no text', { password_md5: 1e31 }, 'password_md5'],
])
  test(`register and login refuse a password ${name}`, async () => {
    const account = unique()
    refused(await register({ account, ...passwords }), 422, 'invalid_field', field)
    refused(await login({ account, ...passwords }), 422, 'invalid_field', field)
    assert.equal(await sql(`select count(*) from account where name = '${account}'`), '0')
  })

test('an account is lower-cased before anything else', async () => {
  const account = unique('Mixed-Case_')
  const lower = account.toLowerCase()
  const made = await register({ account, password_v2: v2(lower, 'x') })
  assert.equal(made.body.user.account, lower)
  for (const name of [account, lower, lower.toUpperCase()])
    assert.equal((await login({ account: name, password_v2: v2(lower, 'x') })).status, 200, name)
})

test('login: a wrong name and a wrong password look alike', async () => {
  const { account } = await Person.register()
  const wrong = { password_v2: v2(account, 'wrong') }
  const time = async (name) => {
    const began = process.hrtime.bigint()
    const answer = await login({ account: name, ...wrong })
    return { answer, took: Number(process.hrtime.bigint() - began) }
  }
  const password = []
  const name = []
  for (let n = 0; n < 3; n++) {
    password.push(await time(account))
    name.push(await time(unique()))
  }
  refused(password[0].answer, 404, 'bad_credentials')
  assert.equal(name[0].answer.status, 404)
  assert.equal(name[0].answer.text, password[0].answer.text)
  const headers = ({ answer }) => [...answer.headers].filter(([key]) => key !== 'date')
  assert.deepEqual(headers(name[0]), headers(password[0]))
  const least = (times) => Math.min(...times.map((t) => t.took))
  // without the hash a wrong name would take a hundredth
  assert.ok(
    least(name) > least(password) / 4 && least(password) > least(name) / 4,
    `${least(name)} ns, ${least(password)} ns`,
  )
})

test('an account keeps its scheme until its password changes, then it is v2', async () => {
  const account = unique()
  const made = await register({ account, password_md5: md5('old') })
  assert.equal(made.status, 200)
  assert.equal((await login({ account, password_md5: md5('old') })).status, 200)
  refused(await login({ account, password_v2: v2(account, 'old') }), 404, 'bad_credentials')
  const me = new Person(made.body.token)
  const changed = await me.post('/me/password', {
    old_password_md5: md5('old'),
    new_password_v2: v2(account, 'a new one'),
  })
  assert.equal(changed.status, 204)
  assert.equal((await login({ account, password_v2: v2(account, 'a new one') })).status, 200)
  refused(await login({ account, password_md5: md5('old') }), 404, 'bad_credentials')
  refused(await login({ account, password_md5: md5('a new one') }), 404, 'bad_credentials')
})

test('the database holds neither the password as sent nor the token', async () => {
  const me = await Person.register()
  const sent = v2(me.account, me.password)
  const [row] = await rows(`select a.*::text as text from account a where name = '${me.account}'`)
  assert.ok(!row.text.includes(sent) && row.text.includes('32768:8:3'), row.text)
  assert.equal(
    await sql(`select count(*) from session where token in ('${me.token}'::bytea, sha256(''))`),
    '0',
  )
})

test('the blacklisted get 202 with until and reason, after the right password alone', async () => {
  const me = await Person.register()
  const account = me.account
  for (const [until, shown] of [
    ["'2999-01-02 03:04:05.678Z'", '2999-01-02T03:04:05.678Z'],
    ["'infinity'", null],
  ]) {
    await sql(
      `update account set banned_until = ${until}, ban_reason = 'spam, "again"' where name = '${account}'`,
    )
    refused(await login({ account, password_v2: v2(account, 'wrong') }), 404, 'bad_credentials')
    const answer = await login({ account, password_v2: v2(account, me.password) })
    refused(answer, 202, 'blacklisted')
    assert.deepEqual(
      [answer.body.error.until, answer.body.error.reason, answer.body.token],
      [shown, 'spam, "again"', undefined],
    )
  }
  await sql(`update account set banned_until = now() - interval '1 second' where name = '${account}'`)
  assert.equal((await login({ account, password_v2: v2(account, me.password) })).status, 200)
})

test('a guest has neither name nor password, and becomes an account', async () => {
  const me = await Person.guest()
  assert.deepEqual([me.user.account, me.user.guest], [null, true])
  const account = unique('Once-guest_')
  const lower = account.toLowerCase()
  const named = await me.post('/me', { account, password_v2: v2(lower, 'x') })
  assert.equal(named.status, 200)
  assert.deepEqual(named.body, { ...me.user, account: lower, guest: false })
  const back = await login({ account, password_v2: v2(lower, 'x') })
  assert.equal(back.body.user.account, lower)
  assert.equal((await me.get('/me')).status, 200)
  refused(await me.post('/me', { account: unique(), password_v2: v2(lower, 'x') }), 409, 'has_account')
})

test('a guest who takes a name that is taken gets 202 and stays a guest', async () => {
  const { account } = await Person.register()
  const me = await Person.guest()
  refused(
    await me.post('/me', { nickname: 'changed', account, password_v2: v2(account, 'x') }),
    202,
    'account_exists',
  )
  assert.deepEqual((await me.get('/me')).body, me.user)
})

test('a name without a password, and the other way round, is refused', async () => {
  const me = await Person.guest()
  refused(await me.post('/me', { account: unique() }), 422, 'invalid_field', 'password_v2')
  refused(await me.post('/me', { password_v2: v2('abc', 'x') }), 422, 'invalid_field', 'account')
  refused(await me.post('/me', { account: 'a', password_v2: v2('a', 'x') }), 422, 'invalid_field', 'account')
  refused(
    await me.post('/me/password', { old_password_v2: v2('a', 'x'), new_password_v2: v2('a', 'y') }),
    409,
    'no_password',
  )
})

test('me: what is not given stays', async () => {
  const me = await Person.guest()
  const zh = await me.post('/me', { locale: 'zh-Hans' })
  assert.deepEqual(zh.body, { ...me.user, locale: 'zh-Hans' })
  const named = await me.post('/me', { nickname: '小熊' })
  assert.deepEqual(named.body, { ...me.user, locale: 'zh-Hans', nickname: '小熊' })
  assert.deepEqual((await me.post('/me', {})).body, named.body)
  assert.deepEqual((await me.get('/me')).body, named.body)
  refused(await me.post('/me', { locale: 'zh' }), 422, 'invalid_field', 'locale')
})

test('whoever reads Chinese gets a Chinese nickname, locale and errors', async () => {
  const { body } = await guest({ 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' })
  assert.equal(body.user.locale, 'zh-Hans')
  assert.match(body.user.nickname, /^\p{Script=Han}+$/u)
  const chinese = await call('GET', '/api/v1/me', undefined, { 'accept-language': 'zh-Hans' })
  const english = await call('GET', '/api/v1/me', undefined, { 'accept-language': 'en-GB,zh;q=0.5' })
  refused(chinese, 401, 'unauthorized')
  assert.match(chinese.body.error.message, /\p{Script=Han}/u)
  assert.match(english.body.error.message, /^[\x20-\x7e]+$/)
})

// what is given, and what it becomes: null is refused
const nicknames = [
  ['plain', 'Ann', 'Ann'],
  ['with space around and between', '\u3000 Ann \u00a0 Lee ', 'Ann Lee'],
  ['decomposed, in NFC', 'e\u0301\u1112\u1161\u11ab', '\u00e9\ud55c'],
  ['of 24 characters', '鱼'.repeat(24), '鱼'.repeat(24)],
  ['of 24 emoji', '🦊'.repeat(24), '🦊'.repeat(24)],
  ['of 24 once composed', 'e\u0301'.repeat(24), '\u00e9'.repeat(24)],
  ['of 25 characters', '鱼'.repeat(25), null],
  ['with a joined emoji', '👩\u200d🚀', '👩\u200d🚀'],
  ['with four marks in a row', 'x\u0316\u0317\u0318\u0319', 'x\u0316\u0317\u0318\u0319'],
  ['with five marks in a row', 'x\u0316\u0317\u0318\u0319\u031c', null],
  ['empty', '', null],
  ['of blanks', ' \u3000', null],
  ['of nothing visible', '\u200b\u200d\u2060\ufeff', null],
  ['of a Hangul filler', '\u3164', null],
  ['of a mark alone', '\u0301', null],
  ['with a line end', 'a\nb', null],
  ['with a tab', 'a\tb', null],
  ['with an escape', 'a\u001bb', null],
  ['with a C1 control', 'a\u0085b', null],
  ['with a right-to-left override', 'a\u202eb', null],
  ['with an isolate', 'a\u2066b', null],
  ['with a noncharacter', 'a\uffffb', null],
  ['with quotes and markup', '"<b>\\\'&', '"<b>\\\'&'],
  ['that is a number', 7, null],
  ['that is a list', ['a'], null],
]
test('nicknames', async (t) => {
  const me = await Person.guest()
  for (const [name, given, becomes] of nicknames)
    await t.test(name, async () => {
      const answer = await me.post('/me', { nickname: given })
      if (becomes === null) refused(answer, 422, 'invalid_field', 'nickname')
      else assert.equal(answer.body.nickname, becomes)
    })
  refused(
    await register({ account: unique(), password_v2: v2('a', 'x'), nickname: 'a\u202eb' }),
    422,
    'invalid_field',
    'nickname',
  )
})

test('a password change ends every other session and its socket', async () => {
  const me = await (await Person.register()).open()
  const other = await (await me.login()).open()
  const fields = { old_password_v2: v2(me.account, me.password), new_password_v2: v2(me.account, 'a new one') }
  refused(
    await me.post('/me/password', { ...fields, old_password_v2: v2(me.account, 'no') }),
    404,
    'bad_credentials',
  )
  assert.ok(await alive(other))
  assert.equal((await me.post('/me/password', fields)).status, 204)
  const began = Date.now()
  assert.deepEqual(await other.frame((f) => f.type === 'bye'), { type: 'bye', reason: 'logged_out' })
  await other.closed
  assert.ok(Date.now() - began < 2000)
  refused(await other.get('/me'), 401, 'unauthorized')
  assert.ok(await alive(me))
  assert.equal(me.socket.readyState, me.socket.OPEN)
  assert.deepEqual(me.frames, [])
  refused(
    await login({ account: me.account, password_v2: v2(me.account, me.password) }),
    404,
    'bad_credentials',
  )
  assert.equal((await login({ account: me.account, password_v2: v2(me.account, 'a new one') })).status, 200)
  me.close()
})

test('logout ends this session alone, with its sockets', async () => {
  const me = await (await Person.register()).open()
  const other = await (await me.login()).open()
  assert.equal((await me.post('/logout')).status, 204)
  assert.deepEqual(await me.frame((f) => f.type === 'bye'), { type: 'bye', reason: 'logged_out' })
  await me.closed
  refused(await me.get('/me'), 401, 'unauthorized')
  refused(await me.post('/logout'), 401, 'unauthorized')
  assert.ok(await alive(other))
  assert.equal(other.socket.readyState, other.socket.OPEN)
  other.close()
})

test('logout of all ends all', async () => {
  const me = await Person.register()
  const all = [me, await me.login(), await me.login()]
  await Promise.all(all.map((p) => p.open()))
  assert.equal((await me.post('/logout?all=1')).status, 204)
  for (const person of all) {
    await person.frame((f) => f.type === 'bye' && f.reason === 'logged_out')
    await person.closed
    refused(await person.get('/me'), 401, 'unauthorized')
  }
})

test('nothing arrives after a logout', async () => {
  const { one, two, room } = await pair()
  await one.post('/logout')
  await one.closed
  const bye = one.frames.findIndex((f) => f.type === 'bye')
  assert.equal((await two.send(room, 'anybody there?')).status, 200)
  assert.equal(bye, one.frames.length - 1)
  two.close()
})

test('who has logged out of the last session is handed out to nobody', async () => {
  const tags = [unique('t')]
  const gone = await Person.guest()
  assert.equal((await gone.match(tags)).body.state, 'waiting')
  await gone.post('/logout')
  assert.equal((await (await Person.guest()).match(tags)).body.state, 'waiting')
})

test('tokens slide: a sync renews one that is a day old, one that ran out is dead', async () => {
  const me = await Person.guest()
  const session = `session where account = ${await me.key()}`
  await sql(`update session set expires = now() + interval '5 days' where account = ${await me.key()}`)
  assert.equal((await me.post('/sync', { rooms: {} })).status, 200)
  assert.equal(await sql(`select expires > now() + interval '29 days' from ${session}`), 't')
  await sql(`update session set expires = now() where account = ${await me.key()}`)
  refused(await me.get('/me'), 401, 'unauthorized')
})

// The session as a cookie

const cookied = { 'x-session': 'cookie', origin: base }
async function cookieSession() {
  const answer = await guest(cookied)
  assert.equal(answer.status, 200)
  return { answer, cookie: answer.headers.get('set-cookie').split(';')[0] }
}

test('X-Session: cookie sets one, and leaves the token out', async () => {
  const { answer } = await cookieSession()
  const [value, ...attributes] = answer.headers.get('set-cookie').split('; ')
  assert.match(value, /^driftline_session=[\w-]{22}$/)
  assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=34560000', 'Path=/', 'SameSite=Strict'])
  assert.deepEqual(Object.keys(answer.body), ['user'])
  assert.ok(!answer.text.includes(value.split('=')[1]))
})

test('register and login set it too', async () => {
  const account = unique()
  const password_v2 = v2(account, 'x')
  for (const answer of [
    await register({ account, password_v2 }, cookied),
    await login({ account, password_v2 }, cookied),
  ]) {
    assert.deepEqual(Object.keys(answer.body), ['user'])
    assert.match(answer.headers.get('set-cookie'), /^driftline_session=/)
  }
  const failed = await login({ account, password_v2: v2(account, 'y') }, cookied)
  assert.equal(failed.headers.get('set-cookie'), null)
})

test('without X-Session there is no cookie', async () => {
  assert.equal((await guest()).headers.get('set-cookie'), null)
})

test('a call that sets a cookie asks for our own Origin', async () => {
  refused(await guest({ 'x-session': 'cookie' }), 403, 'foreign_origin')
  for (const origin of [
    'http://evil.example',
    'null',
    base + '.evil.example',
    base.replace('http:', 'https:'),
  ])
    refused(await guest({ 'x-session': 'cookie', origin }), 403, 'foreign_origin')
})

test('with the cookie, unsafe methods ask for our own Origin; reading does not', async () => {
  const { cookie } = await cookieSession()
  assert.equal((await call('GET', '/api/v1/me', undefined, { cookie })).status, 200)
  refused(await call('POST', '/api/v1/me', { nickname: 'x' }, { cookie }), 403, 'foreign_origin')
  refused(await call('DELETE', '/api/v1/match', undefined, { cookie }), 403, 'foreign_origin')
  refused(
    await call('POST', '/api/v1/me', { nickname: 'x' }, { cookie, origin: 'http://evil.example' }),
    403,
    'foreign_origin',
  )
  assert.equal(
    (await call('POST', '/api/v1/me', { nickname: 'x' }, { cookie, origin: base })).body.nickname,
    'x',
  )
})

test('a token and a cookie in one request are refused', async () => {
  const { cookie } = await cookieSession()
  const me = await Person.guest()
  refused(await me.call('GET', '/me', undefined, { cookie }), 400, 'two_sessions')
  refused(await me.call('POST', '/logout', undefined, { cookie, origin: base }), 400, 'two_sessions')
  assert.ok(await alive(me))
})

test('the cookie is found among others, and one that only ends alike is not it', async () => {
  const { cookie } = await cookieSession()
  assert.equal((await call('GET', '/api/v1/me', undefined, { cookie: `a=b; ${cookie}; c=d` })).status, 200)
  refused(await call('GET', '/api/v1/me', undefined, { cookie: 'x' + cookie }), 401, 'unauthorized')
})

test('logout clears the cookie', async () => {
  const { cookie } = await cookieSession()
  const answer = await call('POST', '/api/v1/logout', undefined, { cookie, origin: base })
  assert.equal(answer.status, 204)
  assert.match(answer.headers.get('set-cookie'), /^driftline_session=; Path=\/; Max-Age=0; /)
  refused(await call('GET', '/api/v1/me', undefined, { cookie }), 401, 'unauthorized')
})

for (const [name, header] of [
  ['unknown', 'Bearer AAAAAAAAAAAAAAAAAAAAAA'],
  ['empty', 'Bearer '],
  ['of another scheme', 'Basic YTpi'],
  ['far too long', 'Bearer ' + 'a'.repeat(1500)],
])
  test(`a token that is ${name} is answered 401`, async () => {
    refused(await call('GET', '/api/v1/me', undefined, { authorization: header }), 401, 'unauthorized')
    refused(
      await call('POST', '/api/v1/match', { target: 'private' }, { authorization: header }),
      401,
      'unauthorized',
    )
  })

test('a password takes its time, and chat goes on meanwhile', async () => {
  const { account } = await Person.register()
  const me = await Person.guest()
  let logins = 0
  const all = Promise.all(
    Array.from({ length: 6 }, () =>
      login({ account, password_v2: v2(account, 'wrong') }).then(() => logins++),
    ),
  )
  await until(() => logins > 0, 'a login')
  const began = Date.now()
  assert.equal((await me.get('/match')).status, 200)
  assert.ok(Date.now() - began < 500 && logins < 6)
  await all
})

test('the commonest passwords are refused wherever one is set, by both schemes; no other is', async () => {
  for (const password of ['123456', 'password', 'iloveyou', 'qwertyuiop']) {
    const account = unique()
    refused(await register({ account, password_v2: v2(account, password) }), 422, 'password_common')
    refused(await register({ account, password_md5: md5(password) }), 422, 'password_common')
    assert.equal(await sql(`select count(*) from account where name = '${account}'`), '0')
  }
  const me = await Person.register()
  const change = { old_password_v2: v2(me.account, me.password), new_password_v2: v2(me.account, 'password') }
  refused(await me.post('/me/password', change), 422, 'password_common')
  assert.equal((await login({ account: me.account, password_v2: v2(me.account, me.password) })).status, 200)
  const { body } = await guest()
  const account = unique()
  const named = (password_v2) =>
    call('POST', '/api/v1/me', { account, password_v2 }, { authorization: 'Bearer ' + body.token })
  refused(await named(v2(account, 'password')), 422, 'password_common')
  assert.equal((await named(v2(account, 'password of mine'))).status, 200)
})

test('what changes about oneself is told to one’s own sockets without a word of what', async () => {
  const one = await Person.register()
  const stranger = await Person.guest()
  const other = await one.login()
  await Promise.all([one.open(), other.open(), stranger.open()])
  assert.equal((await one.post('/me', { nickname: 'Ferryman' })).status, 200)
  for (const each of [one, other]) {
    await each.frame((f) => f.type === 'me')
    assert.deepEqual(each.frames, [{ type: 'me' }])
  }
  assert.deepEqual(stranger.frames, [])
  for (const each of [one, other, stranger]) each.close()
})
