// Bans: everything ends at once for who is banned, and others see somebody leave, groups later and each for itself.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, call, pair, random, range, refused, rows, sql, until, v2 } from '../support/client.mjs'
import { act, ban, depart } from '../support/safety.mjs'

const open = []
after(async () => {
  open.forEach((person) => person.close())
  await sql('delete from departure') // or something would happen while other tests look
})
const person = async (make = Person.guest()) => {
  const one = await (await make).open()
  await one.key()
  open.push(one)
  return one
}
const login = ({ account, password }) =>
  call('POST', '/api/v1/login', { account, password_v2: v2(account, password) })
const stored = async (rooms) =>
  Number(
    await sql(
      `select count(*) from message c join room r on r.key = c.room where r.id in ('${rooms.join("','")}')`,
    ),
  )
/** A group of these, the first its owner. */
async function group(owner, ...others) {
  const { id } = (await owner.post('/rooms', { topic: 'group ' + random() })).body
  for (const other of others) assert.equal((await other.post(`/rooms/${id}/join`)).status, 200)
  return id
}

test('sockets are cut within 2 s, the next request is refused, a login says why', async () => {
  const one = await person(Person.register())
  const second = await person(one.login())
  const began = Date.now()
  await ban(one, "now() + interval '1 day'", 'spam')
  for (const each of [one, second]) {
    assert.ok(await each.closed)
    const bye = each.frames.at(-1)
    assert.deepEqual([bye.type, bye.reason, bye.ban.reason], ['bye', 'banned', 'spam'])
    assert.match(bye.ban.appeal_code, /^[\w-]{22}$/)
    refused(await each.get('/me'), 401, 'unauthorized')
    refused(await each.post('/stream'), 401, 'unauthorized')
  }
  assert.ok(Date.now() - began < 2000, String(Date.now() - began))
  refused(
    await call('POST', '/api/v1/login', { account: one.account, password_v2: v2(one.account, 'x') }),
    404,
    'bad_credentials',
  )
  const answer = await login(one)
  refused(answer, 202, 'blacklisted')
  const { until: end, reason, appeal_code } = answer.body.error
  assert.deepEqual([reason, appeal_code], ['spam', one.frames.at(-1).ban.appeal_code])
  assert.equal(end, one.frames.at(-1).ban.until)
  assert.ok(Math.abs(Date.parse(end) - Date.now() - 86400_000) < 60_000, end)
})

test('an appeal by the code of the login, once; lifted, the account is back', async () => {
  const one = await person(Person.register())
  await ban(one)
  const { appeal_code: code, until: end } = (await login(one)).body.error
  assert.equal(end, null, 'for good')
  const appeal = (body) => call('POST', '/api/v1/appeals', body)
  refused(await appeal({ code: 'x'.repeat(22), text: 'please' }), 404, 'no_warning')
  refused(await appeal({ code, text: '' }), 422, 'invalid_field', 'text')
  refused(await appeal({ code, text: 'x'.repeat(1001) }), 422, 'invalid_field', 'text')
  const answer = await appeal({ code, text: 'It was not me.' })
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(
    [answer.body.kind, answer.body.appeal.text, answer.body.appeal.decision],
    ['ban', 'It was not me.', null],
  )
  refused(await appeal({ code, text: 'again' }), 404, 'no_warning')
  const { error } = (await login(one)).body
  assert.deepEqual([error.appeal_code, error.appeal.text], [undefined, 'It was not me.'])
  await act(`appeal_answer('${answer.body.id}', 'lift', 'Sorry.')`)
  const back = await one.login()
  const [warning] = (await back.get('/warnings')).body.items
  assert.deepEqual([warning.lifted, warning.appeal.answer], [true, 'Sorry.'])
})

test('a guest is told by the token of before, anybody else is not', async () => {
  const one = await person()
  await ban(one)
  refused(await one.post('/login/guest', {}), 202, 'blacklisted')
  const cookie = {
    cookie: 'driftline_session=' + one.token,
    origin: new URL(one.base).origin,
    'x-session': 'cookie',
  }
  const answer = await call('POST', '/api/v1/login/guest', {}, cookie)
  refused(answer, 202, 'blacklisted')
  assert.equal(answer.headers.get('set-cookie'), null)
  assert.equal((await call('POST', '/api/v1/login/guest', {})).status, 200)
  assert.equal((await (await person()).post('/login/guest', {})).status, 200)
})

test('a private partner is told at once that it has left; it is nowhere else', async () => {
  const { one, two, room } = await pair(await person(), await person())
  await ban(one)
  const { at, member, ...frame } = await two.frame((f) => f.type === 'member' && f.room === room)
  assert.deepEqual(frame, { type: 'member', room, event: 'left', reason: 'left' })
  const view = (await two.get('/rooms/' + room)).body
  assert.deepEqual([view.ended, view.peer.member], [{ at, by: 'peer', reason: 'left' }, member])
  refused(await two.send(room, 'x'), 409, 'room_ended')
  assert.ok(!one.frames.some((f) => f.type === 'member'), 'who is banned hears of nothing but that')
})

test('groups see it leave later, like anybody; what it could read ends at once', async () => {
  const [one, two, three] = [await person(), await person(), await person()]
  const own = await group(one, two)
  const rooms = [own, await group(two, one, three), await group(three, one)]
  await one.send(own, 'last words')
  const before = JSON.stringify([
    (await two.get('/rooms/' + own)).body.members,
    (await two.get(`/rooms/${own}/members`)).body,
  ])
  const frames = two.frames.length
  await ban(one)
  await one.closed
  assert.equal(
    JSON.stringify([
      (await two.get('/rooms/' + own)).body.members,
      (await two.get(`/rooms/${own}/members`)).body,
    ]),
    before,
    'nothing is to be seen yet',
  )
  assert.equal(two.frames.length, frames, 'or heard')
  const plan =
    await rows(`select r.id, extract(epoch from d.at - now())::float as seconds from departure d join room r on r.key = d.room
    join member m on m.key = d.member where m.account = ${await one.key()} order by d.at`)
  assert.deepEqual(plan.map((p) => p.id).sort(), [...rooms].sort())
  assert.ok(
    plan.every((p) => p.seconds > 50 && p.seconds <= 600),
    JSON.stringify(plan),
  )
  assert.ok(plan[1].seconds - plan[0].seconds > 0.001, 'each at a time of its own')
  await two.send(own, 'still here?')
  await depart(one)
  const { at, member, ...left } = await two.frame((f) => f.event === 'left' && f.room === own)
  assert.deepEqual(left, { type: 'member', room: own, event: 'left', reason: 'left', members: 1 })
  await two.frame((f) => f.event === 'owner' && f.room === own)
  assert.equal((await two.get('/rooms/' + own)).body.me.role, 'owner')
  const [stay] =
    await rows(`select s.to_seq from stay s join member m on m.key = s.member join room r on r.key = m.room
    where r.id = '${own}' and m.id = '${member}'`)
  assert.equal(stay.to_seq, 1, at)
  assert.ok(!two.frames.some((f) => JSON.stringify(f).match(/ban|spam/)), 'without its reason')
})

test('lines that race with the ban: none is stored after its commit', async () => {
  for (let round = 0; round < 3; round++) {
    const [one, two] = [await person(), await person()]
    const rooms = [await group(one, two), await group(two, one)]
    let sent = 0
    // each sends one line after the other until it is refused
    const speakers = range(1, 12).map(async (n) => {
      for (;;) {
        const answer = await one.send(rooms[n % 2], 'line')
        if (answer.status !== 200) return refused(answer, 401, 'unauthorized')
        sent++
      }
    })
    await until(() => sent > 20, 'lines to be under way')
    await ban(one)
    const counted = await stored(rooms) // by a transaction that came after the ban's commit
    await Promise.all(speakers)
    assert.equal(await stored(rooms), counted, 'nothing came after the ban')
    assert.equal(sent, counted, 'what was answered is there, and nothing else')
  }
})

test('logins, joins and matches that race with a ban leave nothing behind', async () => {
  for (let round = 0; round < 3; round++) {
    const one = await person(Person.register())
    const owner = await person()
    const room = await group(owner)
    const tags = ['race-' + random()]
    const other = await person()
    await other.match(tags)
    const tries = [
      ...range(1, 4).map(() => login(one)),
      ...range(1, 6).map(() => one.post(`/rooms/${room}/join`)),
      ...range(1, 6).map(() => one.match(tags)),
      ...range(1, 6).map(() => one.post('/stream')),
      one.post('/rooms', { topic: 'late' }),
    ]
    await new Promise((done) => setTimeout(done, round * 150))
    await ban(one)
    const key = await one.key()
    const state = () =>
      sql(`select (select count(*) from session where account = ${key}) || ' ' || (select count(*) from connection where account = ${key})
      || ' ' || (select count(*) from wait where account = ${key}) || ' '
      || (select count(*) from member m join room r on r.key = m.room left join departure d on d.member = m.key
           where m.account = ${key} and m.left_at is null and r.ended_at is null and d.room is null)`)
    assert.equal(await state(), '0 0 0 0', 'at the commit')
    const answers = await Promise.all(tries)
    assert.equal(await state(), '0 0 0 0', 'and after all that was under way')
    assert.ok(
      answers.every((a) => [200, 201, 202, 401].includes(a.status)),
      answers.map((a) => a.status + a.text).join(),
    )
  }
})

test('nobody is matched with somebody banned', async () => {
  const tags = ['gone-' + random()]
  const [one, two] = [await person(Person.register()), await person()]
  await one.match(tags)
  await ban(one)
  assert.equal((await two.match(tags)).body.state, 'waiting')
  assert.equal(await sql(`select count(*) from wait where account = ${await one.key()}`), '0')
})

test('unbanned before a group has seen it leave, it never left', async () => {
  const [one, two] = [await person(Person.register()), await person()]
  const room = await group(two, one)
  await two.send(room, 'before')
  await ban(one)
  await two.send(room, 'meanwhile')
  await sql(`select account_unban(${await one.key()})`)
  const back = await one.login()
  assert.equal((await back.get('/rooms/' + room)).body.me.left, null)
  assert.equal((await back.send(room, 'back')).status, 200)
  assert.deepEqual(
    (await back.get(`/rooms/${room}/messages`)).body.items.map((m) => m.body),
    ['before', 'back'],
  )
  assert.ok(!two.frames.some((f) => f.event === 'left'))
})

test('several accounts banned at once, in the same rooms', async () => {
  const people = await Promise.all(range(1, 6).map(() => person()))
  const watcher = await person()
  const rooms = await Promise.all(range(1, 3).map(() => group(watcher, ...people)))
  await Promise.all(people.map((each) => ban(each)))
  await Promise.all(people.map((each) => each.closed))
  assert.equal(
    await sql(
      `select count(*) from session where account in (${await Promise.all(people.map((p) => p.key()))})`,
    ),
    '0',
  )
  await depart(...people)
  for (const room of rooms) assert.equal((await watcher.get('/rooms/' + room)).body.members, 1)
})
