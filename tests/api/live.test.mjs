// The live side: tickets, sockets and who they are for, and the sync that heals what a socket lost.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import WebSocket from 'ws'
import {
  Person,
  base,
  call,
  pair,
  random,
  randomUUID,
  range,
  refused,
  rows,
  sql,
  unique,
  until,
} from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
async function chat(...people) {
  const { one, two, room } = await pair(...people)
  open.push(one, two)
  return { one, two, room }
}
const ticket = async (person) => (await person.post('/stream')).body.url
const send = async (person, room, count, first = 1) => {
  for (const n of range(first, first + count - 1))
    assert.equal((await person.send(room, 'line ' + n)).status, 200)
}
const bodies = (person) => person.frames.filter((f) => f.type === 'message').map((f) => f.message.body)

/** Tries to open a socket. Returns {socket} or the answer that came instead. */
function handshake(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(base.replace(/^http/, 'ws') + url, { headers })
    socket.on('open', () => {
      socket._socket.unref()
      resolve({ status: 101, socket })
    })
    socket.on('unexpected-response', (_, response) => {
      const chunks = []
      response.socket.unref()
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: response.statusCode,
          headers: new Headers(response.headers),
          text,
          body: JSON.parse(text),
        })
      })
    })
    socket.on('error', reject)
  })
}

// Tickets

test('a ticket opens one socket, once', async () => {
  const me = await Person.guest()
  const answer = await me.post('/stream')
  assert.match(answer.body.url, /^\/ws\/[\w-]{22}$/)
  assert.ok(
    Date.parse(answer.body.expires) - Date.now() <= 30500 &&
      Date.parse(answer.body.expires) > Date.now() + 25000,
  )
  const first = await handshake(answer.body.url)
  assert.equal(first.status, 101)
  refused(await handshake(answer.body.url), 404, 'no_ticket')
  first.socket.terminate()
})

test('twenty who try one ticket at once: one gets in', async () => {
  const url = await ticket(await Person.guest())
  const tries = await Promise.all(range(1, 20).map(() => handshake(url)))
  assert.deepEqual(tries.map((t) => t.status).sort(), [101, ...Array(19).fill(404)])
  tries.forEach((t) => t.socket?.terminate())
})

test('a ticket that ran out opens nothing', async () => {
  const url = await ticket(await Person.guest())
  await sql(`update ticket set expires = now()`)
  refused(await handshake(url), 404, 'no_ticket')
})

test('the ticket of a session that has ended opens nothing', async () => {
  const me = await Person.guest()
  const url = await ticket(me)
  await me.post('/logout')
  refused(await handshake(url), 404, 'no_ticket')
})

test('the database knows only the hash of a ticket', async () => {
  const url = await ticket(await Person.guest())
  assert.equal(await sql(`select count(*) from ticket where ticket = '${url.slice(4)}'::bytea`), '0')
})

for (const [name, path, code] of [
  ['unknown', '/ws/AAAAAAAAAAAAAAAAAAAAAA', 'no_ticket'],
  ['empty', '/ws/', 'not_found'],
  ['too long', '/ws/' + 'A'.repeat(65), 'not_found'],
  ['of other characters', "/ws/a'b", 'not_found'],
  ['with a path behind it', '/ws/AAAAAAAAAAAAAAAAAAAAAA/x', 'not_found'],
])
  test(`a ticket that is ${name}: 404 in JSON`, async () => refused(await handshake(path), 404, code))

test('the channels themselves cannot be opened, nor published to, from outside', async () => {
  const { one, room } = await chat()
  const [{ channel }] = await rows(`select channel from connection where account = ${await one.key()}`)
  for (const path of [`/_sub/${channel}`, `/p/${channel}`, `/internal/${channel}`]) {
    assert.equal((await handshake(path)).status, 404)
    assert.equal((await call('POST', path, '{"type":"bye"}')).status >= 400, true)
  }
  await one.send(room, 'x')
  await one.frame((f) => f.type === 'message')
  assert.ok(!one.frames.some((f) => f.type === 'bye'))
})

test('what asks for no socket is refused in JSON, and the ticket stays good', async () => {
  const url = await ticket(await Person.guest())
  refused(await call('GET', url), 400, 'malformed')
  refused(await call('GET', url, undefined, { accept: 'text/event-stream' }), 400, 'malformed')
  refused(await call('POST', url, {}), 405, 'method_not_allowed')
  const { status, socket } = await handshake(url)
  assert.equal(status, 101)
  socket.terminate()
})

// Origin: none, ours, or one that is configured
for (const [name, origin, status] of [
  ['none', undefined, 101],
  ['our own', base, 101],
  ['foreign', 'https://evil.example', 403],
  ['one that begins like ours', base + '.evil.example', 403],
  ['ours with another port', base.replace(/\d+$/, '1'), 403],
  ['ours over https', base.replace('http:', 'https:'), 403],
  ['null', 'null', 403],
])
  test(`a socket's Origin: ${name}`, async () => {
    const url = await ticket(await Person.guest())
    const answer = await handshake(url, origin === undefined ? {} : { origin })
    assert.equal(answer.status, status)
    answer.socket?.terminate()
    if (status === 403) {
      refused(answer, 403, 'foreign_origin')
      const again = await handshake(url)
      assert.equal(again.status, 101, 'what was refused used the ticket up')
      again.socket.terminate()
    }
  })

// Sockets

test('the ninth socket of an account: the oldest is told and cut, the others stay', async () => {
  const { one, two, room } = await chat()
  const more = []
  for (let n = 2; n <= 8; n++) more.push(await new Person(one.token).open())
  await two.send(room, 'eight')
  for (const person of [one, ...more]) await person.frame((f) => f.type === 'message')
  const began = Date.now()
  const ninth = await new Person(one.token).open()
  open.push(ninth, ...more)
  assert.deepEqual(await one.frame((f) => f.type === 'bye'), { type: 'bye', reason: 'replaced' })
  await one.closed
  assert.ok(Date.now() - began < 2000)
  await two.send(room, 'nine')
  for (const person of [ninth, ...more]) await person.frame((f) => f.message?.body === 'nine')
  assert.deepEqual(one.frames.at(-1).type, 'bye')
  assert.equal((await one.get('/me')).status, 200)
})

test("a socket carries all of its account's rooms, and no one else's", async () => {
  const me = await Person.guest()
  const chats = []
  for (let n = 0; n < 3; n++) {
    const { two, room } = await pair(me)
    open.push(two)
    chats.push({ two, room })
    me.close()
  }
  await me.open()
  const beside = await (await Person.guest()).open()
  open.push(me, beside)
  for (const { two, room } of chats) await two.send(room, room)
  for (const { room } of chats) await me.frame((f) => f.room === room && f.message.body === room)
  assert.deepEqual(beside.frames, [])
  for (const { two, room } of chats) assert.deepEqual(bodies(two), [room])
})

test('what a client sends over the socket reaches nobody', async () => {
  const { one, two, room } = await chat()
  for (const text of ['hello', JSON.stringify({ type: 'message', room, message: { body: 'forged' } })])
    one.socket.send(text)
  await two.send(room, 'after')
  await two.frame((f) => f.type === 'message')
  assert.deepEqual(bodies(two), ['after'])
  assert.equal(await sql(`select last_seq from room where id = '${room}'`), '1')
})

test('a socket that is gone is forgotten once a frame found nobody there', async () => {
  const { one, two, room } = await chat()
  const key = await one.key()
  one.socket.terminate()
  await sql(`update connection set opened = now() - interval '1 minute' where account = ${key}`)
  await until(
    async () => {
      await two.send(room, 'anybody?')
      return (await sql(`select count(*) from connection where account = ${key}`)) === '0'
    },
    'the end of the connection row',
    12000,
  )
})

// Groups: frames go to each member's connections

async function group(...people) {
  const id = random(11)
  await sql(`with r as (insert into room (id, kind, topic, capacity) values ('${id}', 'group', 'seeded', 10) returning key)
    insert into member (id, room, account, alias, alias_zh)
    select encode(gen_random_bytes(8), 'hex'), r.key, a, 'Quiet Otter ' || a, '水獭' || a
      from r, unnest(array[${(await Promise.all(people.map((p) => p.key()))).join()}]) a;
    insert into stay (member, from_seq) select m.key, 1 from member m join room r on r.key = m.room where r.id = '${id}';
    update room set members = ${people.length} where id = '${id}'`)
  return id
}

test("a group's frames reach all of its members", async () => {
  const people = await Promise.all(range(1, 4).map(() => Person.guest()))
  const [a, b, c, outside] = people
  const room = await group(a, b, c)
  for (const person of people) open.push(await person.open())
  const { body: message } = await a.send(room, 'to all')
  assert.equal(message.seq, 1)
  for (const person of [a, b, c])
    assert.deepEqual(await person.frame((f) => f.type === 'message'), { type: 'message', room, message })
  assert.equal((await b.delete(`/rooms/${room}/messages/1`)).status, 403)
  assert.equal((await a.delete(`/rooms/${room}/messages/1`)).status, 204)
  for (const person of [a, b, c])
    assert.deepEqual(await person.frame((f) => f.type === 'recall'), { type: 'recall', room, seq: 1 })
  const { body } = await b.get('/rooms/' + room)
  assert.deepEqual(
    [body.kind, body.topic, body.members, body.last_seq, body.peer],
    ['group', 'seeded', 3, 1, undefined],
  )
  assert.deepEqual(outside.frames, [])
  refused(await outside.get('/rooms/' + room), 404, 'no_room')
})

test("a group's read marks are shown to nobody else", async () => {
  const [a, b] = [await Person.guest(), await Person.guest()]
  const room = await group(a, b)
  open.push(await a.open(), await b.open())
  await a.send(room, 'x')
  await b.post(`/rooms/${room}/read`, { seq: 1 })
  await b.frame((f) => f.type === 'read')
  await b.send(room, 'y')
  await a.frame((f) => f.message?.seq === 2)
  assert.ok(!a.frames.some((f) => f.type === 'read'))
})

test('32 writers of a group: one order for all', async () => {
  const people = await Promise.all(range(1, 8).map(() => Person.guest()))
  const room = await group(...people)
  for (const person of people) open.push(await person.open())
  const answers = await Promise.all(range(0, 127).map((n) => people[n % 8].send(room, String(n))))
  const sent = answers.map((a) => a.body).sort((x, y) => x.seq - y.seq)
  assert.deepEqual(
    sent.map((m) => m.seq),
    range(1, 128),
  )
  for (const person of people) {
    await until(() => bodies(person).length === 128, '128 frames')
    assert.deepEqual(
      bodies(person),
      sent.map((m) => m.body),
    )
  }
})

test('who left a group reads what was said until then, and no more', async () => {
  const [a, b] = [await Person.guest(), await Person.guest()]
  const room = await group(a, b)
  await send(a, room, 3)
  await sql(`update member set left_at = now() where account = ${await b.key()};
    update stay set to_seq = 3 where member in (select key from member where account = ${await b.key()})`)
  await send(a, room, 2, 4)
  const seen = await b.get(`/rooms/${room}/messages`)
  assert.deepEqual(
    seen.body.items.map((m) => m.seq),
    [1, 2, 3],
  )
  assert.deepEqual(
    (await b.post('/sync', { rooms: { [room]: 1 } })).body.rooms[0].messages.map((m) => m.seq),
    [2, 3],
  )
  assert.equal((await b.get('/rooms/' + room)).body.last_seq, 3)
  refused(await b.send(room, 'x'), 403, 'not_member')
  refused(await b.send(room, 'x', { reply_to: 4 }), 403, 'not_member')
})

// Sync

/** Rooms of so many lines each, put there at once. */
async function written(me, ...counts) {
  const chats = []
  for (const count of counts) {
    const it = await chat(me)
    await sql(`with r as (update room set last_seq = ${count} where id = '${it.room}' returning key)
      insert into message (room_kind, room, seq, member, body, client_id, at)
      select 'private', r.key, n, (select min(m.key) from member m where m.room = r.key), 'line ' || n, gen_random_uuid(), now()
        from r, generate_series(1, ${count}) n`)
    chats.push(it)
  }
  return chats
}

test('sync: 50 lines a room, then more', async () => {
  const me = await Person.guest()
  const [{ room }] = await written(me, 60)
  const page = async (have) => (await me.post('/sync', { rooms: { [room]: have } })).body
  const first = await page(0)
  assert.deepEqual(
    first.rooms[0].messages.map((m) => m.seq),
    range(1, 50),
  )
  assert.deepEqual([first.rooms[0].more, first.more], [true, true])
  const second = await page(50)
  assert.deepEqual(
    second.rooms[0].messages.map((m) => m.seq),
    range(51, 60),
  )
  assert.deepEqual([second.rooms[0].more, second.more], [false, false])
  assert.deepEqual((await page(60)).rooms, [])
  assert.deepEqual((await page(10)).rooms[0].more, false, 'exactly fifty are all there are')
})

test('sync: 200 lines in all, then more, until nothing is lacking', async () => {
  const me = await Person.guest()
  const counts = [60, 50, 49, 70, 5, 120]
  const chats = await written(me, ...counts)
  const have = Object.fromEntries(chats.map(({ room }) => [room, 0]))
  let rounds = 0
  for (let more = true; more; rounds++) {
    const { body } = await me.post('/sync', { rooms: have })
    const count = body.rooms.reduce((sum, room) => sum + room.messages.length, 0)
    assert.ok(count <= 200 && (!body.more || count > 0))
    assert.ok(body.rooms.every((room) => room.messages.length <= 50))
    for (const { id, messages } of body.rooms) for (const { seq } of messages) assert.equal(seq, ++have[id])
    more = body.more
  }
  assert.deepEqual(Object.values(have), counts)
  assert.ok(rounds <= 5, rounds + ' rounds')
})

test("sync: rooms that are not the caller's, or not there, are left out", async () => {
  const { room } = await chat()
  const me = await Person.guest()
  const { status, body } = await me.post('/sync', {
    rooms: { [room]: 0, nonsense: 3, ['a'.repeat(1000)]: 0, '': 1 },
  })
  assert.equal(status, 200)
  assert.deepEqual(
    [body.rooms, body.conversations, body.recalls, body.match, body.more],
    [[], [], [], null, false],
  )
})

test('sync: whoever was away learns what changed since, and nothing else', async () => {
  const me = await Person.guest()
  const chats = [await chat(me), await chat(me), await chat(me)]
  for (const { two, room } of chats) await send(two, room, 2)
  const all = (await me.post('/sync', { rooms: {} })).body
  assert.deepEqual(new Set(all.conversations.map((r) => r.id)), new Set(chats.map((c) => c.room)))
  // long ago, so that nothing of it is new
  await sql(`with aged as (
      update room set last_at = now() - interval '30 min', changed_at = now() - interval '30 min' where id in (${chats.map((c) => `'${c.room}'`).join()}) returning key)
    update member set changed_at = now() - interval '30 min' where room in (select key from aged)`)
  const since = all.since
  const later = async () => (await me.post('/sync', { rooms: {}, since })).body
  assert.deepEqual((await later()).conversations, [])
  await chats[1].two.delete(`/rooms/${chats[1].room}/messages/2`)
  await send(chats[2].two, chats[2].room, 1, 3)
  const changed = await later()
  assert.deepEqual(
    changed.conversations.map((r) => r.id),
    [chats[2].room],
  )
  assert.deepEqual(changed.recalls, [{ room: chats[1].room, seq: 2 }])
  await chats[0].two.post(`/rooms/${chats[0].room}/leave`)
  const ended = (await later()).conversations.find((r) => r.id === chats[0].room)
  assert.equal(ended.ended.by, 'peer')
})

test('sync: match comes with it when asked for', async () => {
  const me = await Person.guest()
  assert.equal((await me.post('/sync', { rooms: {} })).body.match, null)
  assert.deepEqual((await me.post('/sync', { rooms: {}, match: true })).body.match, { state: 'idle' })
  await me.match([unique('t')])
  assert.equal((await me.post('/sync', { rooms: {}, match: true })).body.match.state, 'waiting')
})

test('sync finds the partner, who hears of it by a frame', async () => {
  const [one, two] = [await (await Person.guest()).open(), await Person.guest()]
  open.push(one)
  const tags = [unique('t'), unique('t')]
  await one.match(tags.slice(0, 1))
  await two.match(tags.slice(1))
  await sql(
    `update wait set since = now() - interval '1 minute' where account in (${await one.key()}, ${await two.key()})`,
  )
  const { match } = (await two.post('/sync', { rooms: {}, match: true })).body
  assert.equal(match.state, 'matched')
  assert.equal((await one.frame((f) => f.type === 'matched')).room, match.room.id)
})

for (const [name, body, field] of [
  ['no rooms', {}, 'rooms'],
  ['rooms as a list', { rooms: [] }, 'rooms'],
  ['rooms as null', { rooms: null }, 'rooms'],
  ['201 rooms', { rooms: Object.fromEntries(range(1, 201).map((n) => ['r' + n, 0])) }, 'rooms'],
  ['a negative seq', { rooms: { a: -1 } }, 'rooms'],
  ['a fraction of a seq', { rooms: { a: 1.5 } }, 'rooms'],
  ['a seq as text', { rooms: { a: '1' } }, 'rooms'],
  ['a seq past all bounds', { rooms: { a: 2147483648 } }, 'rooms'],
  ['match as text', { rooms: {}, match: 'true' }, 'match'],
  ['since as a number', { rooms: {}, since: 1 }, 'since'],
  ['since in another form', { rooms: {}, since: '2026-01-02 03:04:05' }, 'since'],
  ['since as SQL knows it', { rooms: {}, since: 'infinity' }, 'since'],
])
  test(`sync refuses ${name}`, async () =>
    refused(await (await Person.guest()).post('/sync', body), 422, 'invalid_field', field))

test('sync: a since that is no time is refused, not failed on', async () => {
  const answer = await (await Person.guest()).post('/sync', { rooms: {}, since: '2026-99-99T99:99:99.999Z' })
  assert.ok(answer.status === 400 || answer.status === 422, answer.text)
})

test('200 rooms are fine', async () => {
  const rooms = Object.fromEntries(range(1, 200).map((n) => [random(11), n]))
  assert.equal((await (await Person.guest()).post('/sync', { rooms })).status, 200)
})

// Healing

test('what a client missed while its socket was gone comes by sync, each line once', async () => {
  const { one, two, room } = await chat()
  await send(one, room, 3)
  await two.frame((f) => f.message?.seq === 3)
  two.close()
  await send(one, room, 4, 4)
  await two.open()
  const reopened = two.frames
  await send(one, room, 2, 8) // while it catches up
  const { body } = await two.post('/sync', { rooms: { [room]: 3 } })
  await until(() => reopened.some((f) => f.message?.seq === 9), 'the last frame')
  const seen = new Set([...body.rooms[0].messages, ...reopened.map((f) => f.message)].map((m) => m.seq))
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    range(4, 9),
  )
})

test('25 who open a socket while lines flow miss nothing: open, then sync', async () => {
  const { one, two, room } = await chat()
  let done = false
  const writing = Promise.all(
    range(1, 4).map(async (k) => {
      for (let n = 1; !done; n++) await one.send(room, `line ${k}.${n}`)
    }),
  )
  try {
    for (let n = 0; n < 25; n++) {
      const late = await new Person(two.token).open()
      const seen = new Set()
      const newest = (await late.get(`/rooms/${room}/messages?limit=1`)).body.items[0]?.seq ?? 0
      const { body } = await late.post('/sync', { rooms: { [room]: Math.max(0, newest - 20) } })
      for (const message of body.rooms[0]?.messages ?? []) seen.add(message.seq)
      const first = Math.min(...seen)
      const last = Math.max(...seen) + 10
      await late.frame((f) => f.message?.seq >= last)
      for (const frame of late.frames) seen.add(frame.message?.seq)
      for (const seq of range(first, last))
        assert.ok(seen.has(seq), `line ${seq} is missing, between ${first} and ${last}`)
      late.close()
    }
  } finally {
    done = true
    await writing
  }
})

test('a frame answered for was published: nobody learns of a line later than its writer by more than a moment', async () => {
  const { one, two, room } = await chat()
  for (const n of range(1, 20)) {
    await one.send(room, randomUUID(), {})
    const answered = Date.now()
    await two.frame((f) => f.message?.seq === n)
    assert.ok(Date.now() - answered < 1000)
  }
})
