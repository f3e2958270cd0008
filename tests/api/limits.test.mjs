// Limits: a service of its own, with small ones. What is too much is told when to come again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Instance, unlimited } from '../deploy/instance.mjs'
import { Person, call, random, randomUUID, range, refused, unique, until, v2 } from '../support/client.mjs'

const it = new Instance({
  env: {
    DRIFTLINE_LIMIT_GUESTS: '8',
    DRIFTLINE_LIMIT_REGISTRATIONS: '2',
    DRIFTLINE_LIMIT_LOGINS: '3',
    DRIFTLINE_LIMIT_MESSAGES: '20',
    DRIFTLINE_LIMIT_MATCHES: '3',
    DRIFTLINE_LIMIT_REPORTS: '1',
    DRIFTLINE_NEWCOMER_MINUTES: '0',
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

describe('budgets of accounts and rooms', () => {
  const own = new Instance({
    env: {
      ...unlimited(),
      DRIFTLINE_LIMIT_MESSAGES: '60',
      DRIFTLINE_LIMIT_SEARCHES: '8',
      DRIFTLINE_LIMIT_MATCHES: '6',
      DRIFTLINE_LIMIT_ROOM: '40',
      DRIFTLINE_NEWCOMER_MINUTES: '30',
      DRIFTLINE_NEWCOMER_SHARE: '50',
    },
  })
  const password = random()
  /** An account that is no newcomer, and so many of its sessions, which the service has come to know. */
  async function grown(sessions = 1) {
    const account = unique()
    const password_v2 = v2(account, password)
    const at = (path) => call('POST', '/api/v1' + path, { account, password_v2 }, {}, own.url)
    await at('/register')
    await own.sql(`update driftline.account set created = now() - interval '1 hour' where name = '${account}'`)
    const all = []
    for (let n = 0; n < sessions; n++) {
      const { body } = await at('/login')
      all.push(new Person(body.token, body.user, own.url))
    }
    await known(all)
    return all
  }
  /** Within seconds it is learned whose a session is. */
  async function known(people) {
    await Promise.all(people.map((person) => person.get('/conversations')))
    await new Promise((resolve) => setTimeout(resolve, 2500))
  }
  const group = async (owner) =>
    (await owner.post('/rooms', { topic: 'budgets', tags: [], capacity: 50 })).body.id
  const count = (answers, status) => answers.filter((a) => a.status === status).length
  before(() => own.up())
  after(() => own.remove())

  test('eight sessions of one account share one budget', async () => {
    const people = await grown(8)
    const rooms = [await group(people[0]), await group(people[0])] // a room has 40 a minute
    const answers = await Promise.all(
      people.flatMap((person, n) => range(1, 15).map((i) => person.send(rooms[n % 2], String(i)))),
    )
    limited(answers, 60, 5)
    const [other] = await grown()
    assert.equal((await other.send(await group(other), 'x')).status, 200, "one's budget is not another's")
  })

  test('newcomers have half, and so has a session of which nothing is known yet', async () => {
    const guest = await Person.guest(own.url)
    const room = await group(guest)
    limited(await Promise.all(range(1, 40).map((n) => guest.send(room, String(n)))), 30, 4)
    await known([guest])
    const answers = await Promise.all(range(1, 10).map((n) => guest.send(room, String(n))))
    assert.ok(count(answers, 200) <= 4, 'what was spent is carried over: ' + count(answers, 200))
  })

  test('a room cannot be flooded by many, who each have their own budget; others can be written to', async () => {
    const [owner] = await grown()
    const room = await group(owner)
    const people = await Promise.all(range(1, 6).map(() => Person.guest(own.url)))
    for (const person of people) assert.equal((await person.post(`/rooms/${room}/join`)).status, 200)
    const answers = await Promise.all(
      people.flatMap((person) => range(1, 5).map((n) => person.send(room, String(n)))),
    )
    assert.equal(count(answers, 200), 30)
    // What is stored is what costs: those that are under way together may all come in, so the rest goes one by one.
    let last
    for (let n = 0; n < 60 && last?.status !== 429; n++) last = await people[n % 6].send(room, 'more ' + n)
    refused(last, 429, 'too_many')
    assert.ok(Number(last.headers.get('retry-after')) >= 1)
    assert.equal((await people[0].send(await group(people[0]), 'elsewhere')).status, 200)
  })

  test('what is not stored costs a room nothing: strangers cannot close it', async () => {
    const [owner] = await grown()
    const room = await group(owner)
    const strangers = await Promise.all(range(1, 3).map(() => Person.guest(own.url)))
    const answers = await Promise.all(strangers.flatMap((s) => range(1, 20).map((n) => s.send(room, String(n)))))
    assert.equal(count(answers, 404), 60)
    assert.equal((await owner.send(room, 'still open')).status, 200)
  })

  test('searches have a budget, of rooms and of messages together; reading on has none', async () => {
    const [person] = await grown()
    const room = await group(person)
    const searches = await Promise.all(
      range(1, 6).flatMap(() => [person.get(`/rooms/${room}/messages?q=x`), person.get('/rooms/search?q=x')]),
    )
    limited(searches, 8, 2)
    const pages = await Promise.all(range(1, 20).map(() => person.get(`/rooms/${room}/messages`)))
    assert.equal(count(pages, 200), 20)
  })

  test('exports draw on a budget', async () => {
    const [person] = await grown()
    const room = await group(person) // one of six
    const answers = []
    for (let n = 0; n < 7; n++) answers.push(await person.get(`/rooms/${room}/export?format=txt`))
    limited(answers, 5, 1)
  })
})
