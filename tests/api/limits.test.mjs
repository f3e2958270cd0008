// Limits: a service of its own, with small ones. What is too much is told when to come again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Instance } from '../deploy/instance.mjs'
import { Person, call, randomUUID, range, refused, until, v2 } from '../support/client.mjs'

const it = new Instance({
  env: {
    DRIFTLINE_LIMIT_GUESTS: '8',
    DRIFTLINE_LIMIT_REGISTRATIONS: '2',
    DRIFTLINE_LIMIT_LOGINS: '3',
    DRIFTLINE_LIMIT_MESSAGES: '20',
    DRIFTLINE_LIMIT_MATCHES: '3',
    DRIFTLINE_LIMIT_REPORTS: '1',
  },
})
let one, two, room
before(async () => {
  await it.up()
  one = await Person.guest(it.url)
  two = await Person.guest(it.url)
  await one.match(['x'])
  room = (await two.match(['x'])).body.room.id
})
after(() => it.remove())

/**
 * Fails unless so many answers are fine and the others 429, which say when to come again. A few more are fine when it
 * took long, since budgets refill. Returns how many were.
 */
function limited(answers, fine, refilled = 0) {
  const refusals = answers.filter((a) => a.status === 429)
  const count = answers.length - refusals.length
  assert.ok(
    count >= fine && count <= fine + refilled && refusals.length > 0,
    answers.map((a) => a.status).join(),
  )
  for (const answer of refusals) {
    refused(answer, 429, 'too_many')
    const seconds = Number(answer.headers.get('retry-after'))
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, answer.headers.get('retry-after'))
  }
  return count
}
const post = (path, body, headers) => call('POST', '/api/v1' + path, body, headers, it.url)

test('reports: so many an hour; the same again is none', async () => {
  const report = (body) => one.post('/reports', { reason: 'spam', ...body })
  assert.equal((await report({ room })).status, 201)
  const group = (await two.post('/rooms', { topic: 'x' })).body.id
  const answer = await report({ room: group })
  refused(answer, 429, 'too_many')
  const seconds = Number(answer.headers.get('retry-after'))
  assert.ok(seconds > 3500 && seconds <= 3600, String(seconds))
  assert.equal((await report({ room })).status, 201)
})

test('messages: 20 a minute and account, the next is told to wait, and takes no seq', async () => {
  const stored = limited(await Promise.all(range(1, 30).map((n) => one.send(room, String(n)))), 20, 5)
  assert.equal((await one.get('/rooms/' + room)).body.last_seq, stored)
})

test("messages: one's limit is not another's", async () => {
  assert.equal((await two.send(room, 'x')).status, 200)
})

test('messages: when the time has come it goes on', async () => {
  const answer = await one.send(room, 'too early')
  const seconds = Number(answer.headers.get('retry-after'))
  assert.ok(answer.status === 200 || seconds <= 3, String(seconds))
  await until(async () => (await one.send(room, 'later')).status === 200, 'the limit to pass', 4000)
})

test('matches: 3 a minute and account', async () => {
  const me = await Person.guest(it.url)
  limited([await me.match(['a']), await me.match(['b']), await me.match(['c']), await me.match(['d'])], 3)
  assert.deepEqual((await me.get('/match')).body.tags, ['c'], 'asking how it goes is free')
})

test('registrations: 2 a minute and address', async () => {
  const register = (n) => post('/register', { account: 'limited' + n, password_v2: v2('x', 'y') })
  limited(await Promise.all(range(1, 4).map(register)), 2)
})

test('logins: 3 a minute and address, whoever it is for', async () => {
  limited(
    await Promise.all(
      range(1, 6).map((n) => post('/login', { account: 'limited' + n, password_v2: v2('x', 'z') })),
    ),
    3,
    1,
  )
})

test('guests: 8 a minute and address, in the language asked for', async () => {
  const answers = await Promise.all(
    range(1, 12).map(() => post('/login/guest', {}, { 'accept-language': 'zh-CN' })),
  )
  limited(answers, 5, 4) // three came before
  assert.match(answers.find((a) => a.status === 429).body.error.message, /\p{Script=Han}/u)
})

test('what is refused for its form costs nothing of a budget', async () => {
  const me = two
  for (const body of range(1, 30))
    refused(
      await me.post(`/rooms/${room}/messages`, { client_id: randomUUID(), kind: 'text', unknown: body }),
      422,
      'invalid_field',
      'unknown',
    )
  assert.equal((await me.send(room, 'fine')).status, 200)
})
