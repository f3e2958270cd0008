// Proof of work: a challenge solved as a client does it, good once; asked for always, or when there has been too much.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Instance } from '../deploy/instance.mjs'
import { call, random, range, randomUUID, refused, v2 } from '../support/client.mjs'

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const encode = (solution) => Buffer.from(JSON.stringify(solution)).toString('base64')

function solve({ algorithm, challenge, salt, signature, maxnumber }) {
  const number = range(0, maxnumber).find((n) => sha256(salt + n) === challenge)
  assert.notEqual(number, undefined, 'no number fits')
  return { algorithm, challenge, number, salt, signature }
}

/** The calls of one service. */
function client(it) {
  const post = (where, body, headers) => call('POST', '/api/v1' + where, body, headers, it.url)
  const challenge = async () => (await call('GET', '/api/v1/challenge', undefined, {}, it.url)).body
  const proof = async () => encode(solve(await challenge()))
  return {
    post,
    challenge,
    proof,
    guest: (pow, headers) => post('/login/guest', pow === undefined ? {} : { pow }, headers),
    register: (account, password, pow) =>
      post('/register', { account, password_v2: v2(account, password), ...(pow && { pow }) }),
    login: (account, password, pow) =>
      post('/login', { account, password_v2: v2(account, password), ...(pow && { pow }) }),
  }
}

const LIMITS = {
  DRIFTLINE_LIMIT_GUESTS: '10000',
  DRIFTLINE_LIMIT_REGISTRATIONS: '1000',
  DRIFTLINE_LIMIT_LOGINS: '1000',
}

describe('always', () => {
  const it = new Instance({ env: { ...LIMITS, DRIFTLINE_POW: 'always', DRIFTLINE_POW_NUMBER: '2000' } })
  const { post, challenge, proof, guest, register, login } = client(it)
  before(() => it.up())
  after(() => it.remove())

  test("a challenge has ALTCHA's form, is another each time, and is for nobody to keep", async () => {
    const answer = await call('GET', '/api/v1/challenge', undefined, {}, it.url)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const { salt, signature, ...rest } = answer.body
    assert.deepEqual(rest, { algorithm: 'SHA-256', challenge: rest.challenge, maxnumber: 2000 })
    assert.match(rest.challenge, /^[0-9a-f]{64}$/)
    assert.match(signature, /^[0-9a-f]{64}$/)
    const [, expires] = /^[0-9a-f]{24}\?expires=(\d+)&$/.exec(salt)
    const minutes = (expires - Date.now() / 1000) / 60
    assert.ok(minutes > 9 && minutes < 11, String(minutes))
    assert.notEqual((await challenge()).salt, salt)
  })

  test('without one nobody comes in, in the language asked for', async () => {
    refused(await guest(), 403, 'pow_required')
    refused(await register('nobody' + random(), 'x'), 403, 'pow_required')
    refused(await login('nobody' + random(), 'x'), 403, 'pow_required')
    const zh = await guest(undefined, { 'accept-language': 'zh-CN' })
    assert.match(zh.body.error.message, /\p{Script=Han}/u)
  })

  test('with one, once', async () => {
    const pow = await proof()
    assert.equal((await guest(pow)).status, 200)
    refused(await guest(pow), 403, 'pow_invalid')
    refused(await register('again' + random(), 'x', pow), 403, 'pow_invalid')
    refused(await login('again' + random(), 'x', pow), 403, 'pow_invalid')
  })

  test('eight at once with the same one: one comes in', async () => {
    const pow = await proof()
    const statuses = (await Promise.all(range(1, 8).map(() => guest(pow)))).map((a) => a.status)
    assert.deepEqual(statuses.sort(), [200, ...Array(7).fill(403)])
  })

  test('two registrations at once with the same one: one password is hashed', async () => {
    const pow = await proof()
    const [a, b] = await Promise.all([1, 2].map((n) => register(`twice${n}${random()}`, 'x', pow)))
    assert.deepEqual([a.status, b.status].sort(), [200, 403])
    refused(a.status === 403 ? a : b, 403, 'pow_invalid')
  })

  test('a login uses it up, whether the password is right or not', async () => {
    const account = 'used' + random()
    assert.equal((await register(account, 'right', await proof())).status, 200)
    const pow = await proof()
    refused(await login(account, 'wrong', pow), 404, 'bad_credentials')
    refused(await login(account, 'right', pow), 403, 'pow_invalid')
    const other = await proof()
    refused(await login('nobody' + random(), 'wrong', other), 404, 'bad_credentials')
    refused(await login(account, 'right', other), 403, 'pow_invalid')
    assert.equal((await login(account, 'right', await proof())).status, 200)
  })

  test('nothing of it can be changed', async () => {
    const right = solve(await challenge())
    const other = await challenge()
    for (const change of [
      { algorithm: 'SHA-512' },
      { challenge: other.challenge },
      { number: right.number + 1 },
      { number: String(right.number) },
      { salt: other.salt },
      { salt: right.salt.replace(/\d+&$/, (n) => parseInt(n) + 3600 + '&') },
      { signature: other.signature },
      { signature: undefined },
    ])
      refused(await guest(encode({ ...right, ...change })), 403, 'pow_invalid')
    for (const text of ['x', '!!!!', encode([]), encode(null), JSON.stringify(right), 'A'.repeat(1000)])
      refused(await guest(text), 403, 'pow_invalid')
    for (const pow of [1, {}, [], true, '', 'A'.repeat(2000)])
      refused(await guest(pow), 422, 'invalid_field', 'pow')
    assert.equal((await guest(encode(right))).status, 200, 'and it is good all the same')
  })

  test('one that is over is refused', async () => {
    const secret = Buffer.from(readFileSync(path.join(it.realState, 'secrets/pepper'), 'utf8').trim(), 'hex')
    const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
    const make = (seconds) => {
      const salt = `${random(12)}?expires=${Math.floor(Date.now() / 1000) + seconds}&`
      const signed = sha256(salt + '7')
      const signature = hmac(hmac(secret, 'pow'), signed).toString('hex')
      return encode({ algorithm: 'SHA-256', challenge: signed, number: 7, salt, signature })
    }
    refused(await guest(make(-1)), 403, 'pow_invalid')
    assert.equal((await guest(make(60))).status, 200, 'signed in the same way, but not over')
  })

  test('what is refused for its form needs none, and uses none up', async () => {
    const pow = await proof()
    refused(
      await post('/register', { account: '-', password_v2: v2('x', 'x'), pow }),
      422,
      'invalid_field',
      'account',
    )
    assert.equal((await guest(pow)).status, 200)
  })
})

describe('rising', () => {
  const it = new Instance({
    env: {
      ...LIMITS,
      DRIFTLINE_POW_PREFIX: '24',
      DRIFTLINE_POW_NUMBER: '500',
      DRIFTLINE_POW_NUMBER_MAX: '1500',
      DRIFTLINE_POW_WINDOW: '86400',
    },
  })
  const { challenge, proof, guest, register, login } = client(it)
  const account = 'tried' + random()
  before(async () => {
    await it.up()
    assert.equal((await register(account, 'right')).status, 200, 'nobody is asked')
  })
  after(() => it.remove())

  test('after ten failed logins of a name it is asked for there, and the right password gets in with it', async () => {
    const answers = await Promise.all(range(1, 10).map(() => login(account, 'wrong')))
    for (const answer of answers) refused(answer, 404, 'bad_credentials')
    const asked = await login(account, 'right')
    refused(asked, 403, 'pow_required')
    refused(await login(account, 'wrong', await proof()), 404, 'bad_credentials')
    assert.equal((await login(account, 'right', await proof())).status, 200)
    assert.equal((await login(account, 'right')).status, 200, 'and then it is forgotten')
  })

  test('a name that nobody has is answered in the same way', async () => {
    const nobody = 'nobody' + random()
    const answers = await Promise.all(range(1, 10).map(() => login(nobody, 'wrong')))
    for (const answer of answers) refused(answer, 404, 'bad_credentials')
    refused(await login(nobody, 'wrong'), 403, 'pow_required')
    refused(await login(nobody, 'wrong', await proof()), 404, 'bad_credentials')
    refused(await login(nobody, 'wrong'), 403, 'pow_required')
  })

  test('many failed logins from one address ask of every name there', async () => {
    await Promise.all(range(1, 6).map((n) => login('spray' + n + random(), 'wrong')))
    refused(await login('spray' + random(), 'wrong'), 403, 'pow_required')
    refused(await login(account, 'right'), 403, 'pow_required')
    assert.equal((await login(account, 'right', await proof())).status, 200)
  })

  test('many guests from one address: the next are asked, and the work grows with them', async () => {
    assert.equal((await challenge()).maxnumber, 500)
    const answers = await Promise.all(range(1, 24).map(() => guest()))
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200])
    refused(await guest(), 403, 'pow_required')
    for (const n of range(25, 48)) assert.equal((await guest(await proof())).status, 200, String(n))
    assert.equal((await challenge()).maxnumber, 1000)
    for (const n of range(49, 96)) assert.equal((await guest(await proof())).status, 200, String(n))
    assert.equal((await challenge()).maxnumber, 1500, 'as far as it may')
  })

  test('registrations are counted for themselves', async () => {
    assert.equal((await register('free' + random(), 'an uncommon one')).status, 200)
  })

  test('what has been counted outlives a restart, and holds no address', async () => {
    await it.deploy('restart', 'api')
    refused(await guest(), 403, 'pow_required')
    const table = readFileSync(path.join(it.sockets, 'abuse'))
    for (const trace of ['127.0.0.1', '7f000001', account]) assert.equal(table.includes(trace), false)
    assert.equal(table.includes(Buffer.from([127, 0, 0, 1])), false)
  })
})

describe('after a ban', () => {
  const it = new Instance({ env: { ...LIMITS, DRIFTLINE_POW_NUMBER: '500', DRIFTLINE_BAN_MEMORY: '7' } })
  const { post, proof } = client(it)
  const arrives = (device, more) => post('/login/guest', { ...(device && { device }), ...more })
  before(() => it.up())
  after(() => it.remove())

  test('a device is a UUID of version 4, and is asked for', async () => {
    for (const device of ['', 'phone', 7, '00000000-0000-1000-8000-000000000000'])
      refused(await post('/login/guest', { device }), 422, 'invalid_field', 'device')
    assert.equal((await call('GET', '/api/v1/settings', undefined, {}, it.url)).body.device, true)
  })

  test('its place and its device weigh, each by itself, and a proof gets in', async () => {
    const device = randomUUID()
    const first = await arrives(device)
    assert.equal(first.status, 200, JSON.stringify(first.body))
    const read = "select account, encode(prefix, 'hex'), encode(device, 'hex') from driftline.session where device is not null"
    const [account, prefix, hash] = (await it.sql(read)).trim().split('|')
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.notEqual(hash, sha256(device), 'a hash that nobody can make without the key')
    await it.sql(`set search_path = driftline; select account_ban(${account}, 'infinity', 'spam')`)
    refused(await arrives(), 403, 'pow_required')
    await it.sql(`delete from driftline.address_weight where prefix = '\\x${prefix}'`)
    assert.equal((await arrives()).status, 200, 'the place weighs no longer')
    assert.equal((await arrives(randomUUID())).status, 200, 'nor do other devices')
    refused(await arrives(device), 403, 'pow_required')
    assert.equal((await arrives(device, { pow: await proof() })).status, 200)
    for (const part of ['nginx', 'api', 'postgres']) {
      assert.notEqual(it.log(part), '', part)
      assert.equal(it.log(part).includes(device), false, part)
    }
  })
})

test('off: nobody is asked, and what is sent is not looked at', async () => {
  const it = new Instance({ env: { ...LIMITS, DRIFTLINE_POW: 'off', DRIFTLINE_POW_PREFIX: '1' } })
  const { guest } = client(it)
  await it.up()
  try {
    for (const pow of [undefined, undefined, 'nonsense']) assert.equal((await guest(pow)).status, 200)
  } finally {
    await it.remove()
  }
})
