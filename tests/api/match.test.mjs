// Matching one to one: who meets whom, who never does, and that one wait has one match.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Person, accounts, pair, range, refused, rows, sql, unique, until } from '../support/client.mjs'

// Nobody that an earlier test left waiting stands in the way.
beforeEach(() => sql('delete from wait'))

/** Asks as clients do: once more after a while when too many ask at once. */
async function patient(ask) {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 503) return answer
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after'))))
  }
}
const guests = (count) => Promise.all(Array.from({ length: count }, () => Person.guest()))
const age = async (person, seconds) =>
  sql(`update wait set since = now() - interval '${seconds} s' where account = ${await person.key()}`)
const waits = async (person, tags) => assert.equal((await person.match(tags)).body.state, 'waiting')

/** Fails unless the two are in one room now. */
async function met(answer, other) {
  assert.equal(answer.body.state, 'matched', answer.text)
  const state = await other.get('/match')
  assert.equal(state.body.state, 'matched', state.text)
  assert.equal(state.body.room.id, answer.body.room.id)
  return answer.body.room
}
async function stillWaits(...people) {
  for (const person of people) assert.equal((await person.get('/match')).body.state, 'waiting')
}

test('two without tags meet, and both see the room', async () => {
  const [one, two] = await guests(2)
  const first = await one.match()
  assert.equal(first.body.state, 'waiting')
  assert.match(first.body.since, /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/)
  const room = await met(await two.match(), one)
  assert.deepEqual(
    [
      room.kind,
      room.capacity,
      room.members,
      room.topic,
      room.tags,
      room.public,
      room.mask,
      room.last_seq,
      room.ended,
    ],
    ['private', 2, 2, '', [], false, 'always', 0, null],
  )
  assert.match(room.id, /^[\w-]{22}$/)
  const other = (await one.get('/match')).body.room
  assert.equal(other.me.member, room.peer.member)
  assert.equal(other.peer.member, room.me.member)
  assert.notEqual(room.me.member, room.peer.member)
  for (const mask of [room.me, room.peer]) {
    assert.match(mask.member, /^[0-9a-f]{16}$/)
    assert.match(mask.alias, /^[A-Z][a-z]+ [A-Z][a-z]+$/)
    assert.match(mask.alias_zh, /^\p{Script=Han}+$/u)
    assert.equal(mask.avatar, `/avatar/${mask.member}.svg`)
  }
  assert.deepEqual((await two.get('/rooms/' + room.id)).body, room)
})

test('both hear of it over their sockets, with the room as each sees it', async () => {
  const { one, two, room, seen } = await pair()
  assert.deepEqual(seen[0], (await one.get('/rooms/' + room)).body)
  const [begun, ...more] = one.frames
  assert.deepEqual([begun.type, begun.match.state], ['match', 'waiting'])
  assert.deepEqual(more, [{ type: 'matched', room, detail: seen[0] }])
  const detail = (await two.get('/rooms/' + room)).body
  await two.frame((f) => f.type === 'matched')
  assert.deepEqual(two.frames, [{ type: 'matched', room, detail }])
  one.close()
  two.close()
})

test('a wait that one begins or gives up is told to one’s other sockets, and to nobody else', async () => {
  const one = await Person.register()
  const [other] = await Promise.all([one.login(), one.open()])
  const [stranger] = await guests(1)
  await Promise.all([other.open(), stranger.open()])
  const match = (await one.match([unique('t')])).body
  for (const each of [one, other])
    assert.deepEqual(await each.frame((f) => f.match?.state === 'waiting'), { type: 'match', match })
  await one.get('/match')
  assert.equal((await other.delete('/match')).status, 204)
  for (const each of [one, other]) {
    await each.frame((f) => f.match?.state === 'idle')
    assert.equal(each.frames.length, 2)
  }
  assert.deepEqual(stranger.frames, [])
  for (const each of [one, other, stranger]) each.close()
})

test('nobody meets oneself', async () => {
  const [one] = await guests(1)
  for (let i = 0; i < 3; i++) await waits(one)
  assert.equal(await sql(`select count(*) from wait`), '1')
})

test('a new wait replaces the one that is there, and the same again keeps its age', async () => {
  const [one] = await guests(1)
  const first = (await one.match(['sea'])).body
  const again = (await one.match(['sea'])).body
  assert.equal(again.since, first.since)
  const other = (await one.match(['hills'])).body
  assert.deepEqual(other.tags, ['hills'])
  assert.ok(other.since > first.since)
  assert.equal(await sql('select count(*) from wait'), '1')
})

test('the best overlap wins', async () => {
  const [low, high, one] = await guests(3)
  await waits(low, ['sea', 'tea'])
  await waits(high, ['hill', 'sand', 'rain'])
  const room = await met(await one.match(['sea', 'hill', 'rain', 'moss']), high)
  assert.deepEqual(room.tags, ['hill', 'rain'])
  await stillWaits(low)
})

test('a rarer tag weighs more', async () => {
  const people = await guests(6)
  const [rare, ...common] = people.slice(0, 5)
  for (const person of common) await waits(person, [unique('t')])
  await sql(`update wait set tags = '{music}'`)
  await waits(rare, ['theremin'])
  await met(await people[5].match(['music', 'theremin']), rare)
  assert.equal(await sql(`select count(*) from wait where room is null`), '4')
})

test('strangers without a common tag wait for each other until they have waited long enough', async () => {
  const [one, two] = await guests(2)
  await waits(one, ['sea'])
  await waits(two, ['hill'])
  await stillWaits(one, two)
  await age(one, 16)
  await stillWaits(two, one) // one is content with anyone, two is not yet
  await age(two, 16)
  const answer = await two.get('/match')
  const room = await met(answer, one)
  assert.deepEqual(room.tags, [])
})

test('who gave no tags is content with anyone who is', async () => {
  const [picky, any, other] = await guests(3)
  await waits(picky, ['sea'])
  await waits(any)
  await met(await other.match(), any)
  await stillWaits(picky)
})

test('who gave tags meets one without when the wait has grown', async () => {
  const [picky, any] = await guests(2)
  await waits(any)
  await waits(picky, ['sea'])
  await age(picky, 16)
  await met(await picky.get('/match'), any)
})

test('tags: case and order are kept, repeats are dropped', async () => {
  const [one] = await guests(1)
  assert.deepEqual((await one.match(['Sea', '海', 'Sea', 'e\u0301', '\u00e9', '{"x\\'])).body.tags, [
    'Sea',
    '海',
    '\u00e9',
    '{"x\\',
  ])
})

for (const [name, tags] of [
  ['nine tags', range(1, 9).map(String)],
  ['a tag of 21 characters', ['鱼'.repeat(21)]],
  ['an empty tag', ['']],
  ['a tag that cannot be seen', ['\u200b']],
  ['a tag that is a number', [1]],
  ['tags that are a text', 'sea'],
])
  test(`${name}: refused`, async () => {
    const [one] = await guests(1)
    refused(await one.match(tags), 422, 'invalid_field', 'tags')
    assert.equal(await sql('select count(*) from wait'), '0')
  })

test('eight tags of twenty characters are fine', async () => {
  const [one] = await guests(1)
  await waits(
    one,
    range(1, 8).map((n) => n + '鱼'.repeat(19)),
  )
})

test('a target that is not there is refused', async () => {
  const [one] = await guests(1)
  for (const target of ['', 'group', 1, null])
    refused(await one.match(undefined, target), 422, 'invalid_field', 'target')
})

test('the same two do not meet again today while somebody new waits', async () => {
  const [one, two, fresh] = await guests(3)
  await waits(one)
  await met(await two.match(), one)
  await sql('delete from wait')
  await waits(one, ['sea'])
  await waits(fresh, ['hill']) // who would not do yet
  await waits(two, ['sea'])
  await age(fresh, 16)
  await age(two, 16)
  await met(await two.get('/match'), fresh)
  await stillWaits(one)
})

test('the same two meet again when there is nobody else', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  const first = await met(await two.match(), one)
  await sql('delete from wait')
  await waits(one)
  const second = await met(await two.match(), one)
  assert.notEqual(second.id, first.id)
  for (const mask of ['me', 'peer']) assert.notEqual(second[mask].member, first[mask].member)
})

test('three who have all met each other are not left waiting', async () => {
  const [one, two, three] = await guests(3)
  for (const [a, b] of [
    [one, two],
    [two, three],
    [one, three],
  ]) {
    await waits(a)
    await met(await b.match(), a)
    await sql('delete from wait')
  }
  await waits(one, ['sea'])
  await waits(two, ['hill'])
  assert.equal((await three.match(['sea'])).body.state, 'matched')
})

test('two who met a day ago may meet again while others wait', async () => {
  const [one, two, other] = await guests(3)
  await waits(one)
  await met(await two.match(), one)
  await sql(
    `delete from wait; update match_log set at = now() - interval '25 h' where low = ${await one.key()} or high = ${await one.key()}`,
  )
  await waits(one, ['sea'])
  await waits(other, ['hill'])
  await met(await two.match(['sea']), one)
})

for (const way of ['who asks', 'who waits'])
  test(`blocked by the one ${way}: they never meet`, async () => {
    const [one, two] = await guests(2)
    const [by, whom] = way === 'who asks' ? [two, one] : [one, two]
    await sql(`insert into block (account, other) values (${await by.key()}, ${await whom.key()})`)
    await waits(one, ['sea'])
    await waits(two, ['sea'])
    await age(one, 3600)
    await age(two, 3600)
    await stillWaits(one, two)
  })

test('a wait whose lease has ended is over and handed out to nobody', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  await sql('update wait set lease = now()')
  await waits(two)
  assert.deepEqual((await one.get('/match')).body, { state: 'idle' })
})

test('asking renews the lease', async () => {
  const [one] = await guests(1)
  const left = () => sql("select lease > now() + interval '14 s' from wait")
  for (const ask of [() => one.get('/match'), () => one.post('/sync', { rooms: {}, match: true })]) {
    await waits(one)
    await sql(`update wait set lease = now() + interval '5 s'`)
    assert.equal((await ask()).status, 200)
    assert.equal(await left(), 't')
  }
  await sql(`update wait set lease = now() + interval '5 s'`)
  await one.post('/sync', { rooms: {} })
  assert.equal(await left(), 'f', 'a sync without match renews nothing')
})

test('DELETE ends the wait', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  assert.equal((await one.delete('/match')).status, 204)
  assert.equal((await one.delete('/match')).status, 204)
  assert.deepEqual((await one.get('/match')).body, { state: 'idle' })
  await waits(two)
})

test('the estimate comes from the waits of the past', async () => {
  await sql(`insert into match_log (low, high, waited) select -1, -2, n from generate_series(1, 200) n`)
  const [one] = await guests(1)
  try {
    assert.deepEqual((await one.match()).body.estimate, { p50: 100.5, p90: 180.1, n: 200 })
  } finally {
    await sql('delete from match_log where low = -1')
  }
})

test('without a past there is no estimate', async () => {
  await sql(`update match_log set at = at - interval '2 days'`)
  const [one] = await guests(1)
  assert.deepEqual((await one.match()).body.estimate, { p50: null, p90: null, n: 0 })
})

test('a match is logged with what the one who waited had waited', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  await age(one, 7)
  await met(await two.match(), one)
  const [row] = await rows(`select waited, low < high as ordered from match_log order by at desc limit 1`)
  assert.ok(row.ordered && row.waited >= 7 && row.waited < 12, JSON.stringify(row))
})

test('a match nobody has heard of yet is answered, not lost', async () => {
  const [one, two, three] = await guests(3)
  await waits(one)
  const { id } = await met(await two.match(), { get: () => two.get('/match') })
  const answer = await one.match()
  assert.equal(answer.body.room.id, id)
  await waits(one) // heard of: this is the next one
  await met(await three.match(), one)
})

test('a match whose partner has left meanwhile is not answered', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  const { id } = (await two.match()).body.room
  await two.post(`/rooms/${id}/leave`)
  await waits(one)
})

test('an account may have several private chats', async () => {
  const [one, ...others] = await guests(4)
  const seen = new Set()
  for (const other of others) {
    await waits(other)
    seen.add((await met(await one.match(), other)).id)
  }
  assert.equal(seen.size, 3)
  assert.equal((await one.get('/conversations')).body.items.length, 3)
})

test('twenty who ask at once for one account: one wait, one match', async () => {
  const [one, two] = await guests(2)
  await Promise.all(range(1, 20).map(() => one.match()))
  assert.equal(await sql('select count(*) from wait'), '1')
  const { id } = (await two.match()).body.room
  const answers = await Promise.all(range(1, 20).map(() => one.get('/match')))
  assert.deepEqual(new Set(answers.map((a) => a.body.room?.id)), new Set([id]))
  assert.equal(await sql(`select count(*) from member where account = ${await one.key()}`), '1')
})

test('200 who ask at once: each gets one partner, and it is mutual', async () => {
  const people = await guests(200)
  const answers = await Promise.all(people.map((person) => patient(() => person.match())))
  assert.ok(answers.every((a) => a.status === 200))
  const states = await Promise.all(people.map((person) => patient(() => person.get('/match'))))
  assert.deepEqual(new Set(states.map((s) => s.body.state)), new Set(['matched']))
  const peers = new Map(states.map((s) => [s.body.room.me.member, s.body.room.peer.member]))
  assert.equal(peers.size, 200)
  for (const [me, peer] of peers) assert.equal(peers.get(peer), me)
  const keys = await accounts(people)
  const [row] = await rows(
    `select count(*)::int as members, count(distinct m.room)::int as rooms, max(r.members) as most
       from member m join room r on r.key = m.room where m.account in (${keys})`,
  )
  assert.deepEqual(row, { members: 200, rooms: 100, most: 2 })
})

test('forty who ask, ask again and stop at random: nobody is in two rooms for one wait', async () => {
  const people = await guests(40)
  await Promise.all(
    people.map(async (person, n) => {
      for (let i = 0; i < 5; i++)
        assert.ok(
          (
            await ((n + i) % 3 === 0
              ? person.delete('/match')
              : (n + i) % 3 === 1
                ? person.get('/match')
                : person.match())
          ).status < 300,
        )
    }),
  )
  const keys = await accounts(people)
  const odd = await rows(
    `select r.id from room r join member m on m.room = r.key where m.account in (${keys})
      group by r.id having count(*) <> 2 or count(distinct m.account) <> 2`,
  )
  assert.deepEqual(odd, [])
  const late = await rows(
    `select w.account from wait w where w.room is not null
        and not exists (select from member m where m.room = w.room and m.account = w.account)`,
  )
  assert.deepEqual(late, [])
})

test('a frame is for the one who waits, not for those beside', async () => {
  const [waiting, beside] = await guests(2)
  await beside.open()
  const { one, two } = await pair(waiting)
  await until(() => waiting.frames.length > 0)
  await beside.post('/stream')
  assert.deepEqual(beside.frames, [])
  for (const person of [one, two, beside]) person.close()
})

const room = async (person, tags) => {
  const { status, body, text } = await patient(() => person.match(tags, 'room'))
  assert.equal(status, 200, text)
  assert.equal(body.state, 'matched')
  return body.room
}

test('with a room: a new one, which the next one with that tag finds', async () => {
  const [one, two] = await guests(2)
  const tags = [unique(), unique('海')]
  await one.open()
  const made = await room(one, tags)
  assert.deepEqual(
    [made.kind, made.public, made.mask, made.capacity, made.members, made.tags, made.me.role],
    ['group', true, 'always', 20, 1, tags, 'owner'],
  )
  assert.equal(made.topic, tags.join(' · '))
  const found = await room(two, [tags[1].toUpperCase()])
  assert.equal(found.id, made.id)
  assert.deepEqual([found.members, found.me.role], [2, 'member'])
  const joined = await one.frame((f) => f.type === 'member' && f.event === 'joined')
  assert.deepEqual([joined.room, joined.member, joined.members], [made.id, found.me.member, 2])
  assert.equal((await two.send(made.id, 'hello')).status, 200)
  assert.notEqual((await room(two, tags)).id, made.id, 'not where one is already')
  one.close()
})

test('with a room: who was put out is not brought back', async () => {
  const [one, two] = await guests(2)
  const tags = [unique()]
  const made = await room(one, tags)
  const found = await room(two, tags)
  assert.equal((await one.post(`/rooms/${made.id}/members/${found.me.member}/kick`)).status, 204)
  assert.notEqual((await room(two, tags)).id, made.id)
})

test('with a room: the wait for somebody ends', async () => {
  const [one, two] = await guests(2)
  await waits(one)
  await room(one, [unique()])
  assert.deepEqual((await one.get('/match')).body, { state: 'idle' })
  await waits(two)
})

test('with a room: who goes into one just now is not matched with somebody too', async () => {
  const [one, two] = await guests(2)
  const tags = [unique()]
  await waits(one, tags)
  const going = sql(`begin; delete from wait where account = ${await one.key()}; select pg_sleep(0.8); commit`)
  await until(async () => (await sql(`select count(*) from pg_stat_activity where query ~ 'pg_sleep.0.8.' and pid <> pg_backend_pid()`)) > 0)
  await waits(two, tags)
  await going
  assert.equal((await one.get('/conversations')).body.items.length, 0)
})

test('with a room: a match that is being made just then comes first', async () => {
  const [one, two] = await guests(2)
  const tags = [unique()]
  await waits(one, tags)
  const [a, b] = [await one.key(), await two.key()]
  const making = sql(`begin;
    insert into wait (account, target, tags, lease) values (${b}, 'private', '{${tags[0]}}', now() + interval '15 s');
    select match_try(${b}, 15); select pg_sleep(0.7); commit`)
  await until(async () => (await sql(`select count(*) from pg_stat_activity where query ~ 'pg_sleep.0.7.' and pid <> pg_backend_pid()`)) > 0)
  const { body } = await one.post('/match', { target: 'room', tags })
  await making
  assert.equal(body.room.kind, 'private')
  assert.equal(await sql(`select count(*) from member where account = ${a}`), '1')
})

test('with a room: 200 at once never fill one beyond its capacity', async () => {
  const tags = [unique()]
  const people = await guests(200)
  const rooms = await Promise.all(people.map((person) => room(person, tags)))
  const found = await rows(
    `select r.members, r.capacity, (select count(*)::int from member m where m.room = r.key and m.left_at is null) as there
       from room r where r.tags = array['${tags[0]}']`,
  )
  assert.equal(found.length, new Set(rooms.map((r) => r.id)).size)
  for (const { members, capacity, there } of found)
    assert.ok(members === there && there <= capacity, `${there} of ${capacity}`)
  assert.equal(
    found.reduce((sum, { there }) => sum + there, 0),
    200,
  )
  assert.ok(found.length <= 20, `${found.length} rooms for 200`)
})
