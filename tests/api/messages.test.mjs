// Messages: one shape everywhere, one order for all, once for each client_id; history, recall, read marks, typing.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, random, randomUUID, range, refused, rows, sql, until } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
async function chat() {
  const { one, two, room } = await pair()
  open.push(one, two)
  one.mask = (await one.get('/rooms/' + room)).body.me
  two.mask = (await two.get('/rooms/' + room)).body.me
  return { one, two, room }
}
/** A chat of so many lines, taking turns. They are put there at once, not sent. */
async function written(lines) {
  const it = await chat()
  await sql(`with r as (update room set last_seq = ${lines} where id = '${it.room}' returning key)
    insert into message (room_kind, room, seq, member, body, client_id, at)
    select 'private', r.key, n, m.key, 'line ' || n, gen_random_uuid(), now() - interval '1 hour' + n * interval '1 s'
      from r, generate_series(1, ${lines}) n
      join member m on m.id = case n % 2 when 1 then '${it.one.mask.member}' else '${it.two.mask.member}' end`)
  return it
}
const stranger = await Person.guest()
const seqs = (answer) => answer.body.items.map((message) => message.seq)
const lines = (person) => person.frames.filter((f) => f.type === 'message').map((f) => f.message)
const stored = (room) =>
  rows(
    `select seq, client_id, body from message c join room r on r.key = c.room and r.kind = c.room_kind where r.id = '${room}' order by seq`,
  )

test('a message is the same in the answer, both frames, history and sync', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const body = 'hello, 你好 🦊 "quotes" \\ </b>\n\u2028second\tline'
  const first = await one.send(room, 'first')
  const answer = await one.send(room, body, { client_id, reply_to: 1 })
  assert.equal(answer.status, 200)
  const { at, ...rest } = answer.body
  assert.deepEqual(rest, {
    room,
    seq: 2,
    member: one.mask.member,
    alias: one.mask.alias,
    alias_zh: one.mask.alias_zh,
    avatar: one.mask.avatar,
    kind: 'text',
    body: body.replace('\u2028', '\n'),
    reply_to: 1,
    client_id,
  })
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 10000)
  for (const person of [one, two]) {
    const frame = await person.frame((f) => f.type === 'message' && f.message.seq === 2)
    assert.deepEqual(frame, { type: 'message', room, message: answer.body })
    assert.deepEqual((await person.get(`/rooms/${room}/messages`)).body, {
      items: [first.body, answer.body],
      next: null,
      more: false,
    })
    const sync = await person.post('/sync', { rooms: { [room]: 1 } })
    assert.deepEqual(sync.body.rooms, [{ id: room, messages: [answer.body], more: false }])
    const [conversation] = (await person.get('/conversations')).body.items
    assert.deepEqual([conversation.last_seq, conversation.last_message], [2, answer.body])
  }
})

// body, what is kept: null is refused
const bodies = [
  ['of one character', 'x', 'x'],
  ['of 4000 characters', '鱼'.repeat(4000), '鱼'.repeat(4000)],
  ['of 4001 characters', '鱼'.repeat(4001), null],
  ['of 4000 emoji', '🦊'.repeat(4000), '🦊'.repeat(4000)],
  ['with line ends of all kinds', 'a\r\nb\rc\nd', 'a\nb\nc\nd'],
  ['with space around', '\n  a \u3000', 'a'],
  ['with a right-to-left override, which is plain there', 'a\u202eb', 'a\u202eb'],
  ['with decomposed letters, which stay', 'e\u0301', 'e\u0301'],
  ['with five marks in a row', 'x\u0316\u0317\u0318\u0319\u031c', 'x\u0316\u0317\u0318\u0319\u031c'],
  ['of markup', '<script>alert(1)</script>{"a":1}', '<script>alert(1)</script>{"a":1}'],
  ['of what SQL knows', "'; drop table message; -- %_\\", "'; drop table message; -- %_\\"],
  ['with half a surrogate pair', '{"body":"a\\ud800b"}', 'a\ufffdb'],
  ['empty', '', null],
  ['of blanks', ' \n\t ', null],
  ['of nothing visible', '\u200b\u2060', null],
  ['with a bell', 'a\u0007b', null],
  ['that is a number', 1, null],
  ['that is null', null, null],
]
test('bodies', async (t) => {
  const { one, room } = await chat()
  for (const [name, given, kept] of bodies)
    await t.test(name, async () => {
      const raw = typeof given === 'string' && given.startsWith('{')
      const text = JSON.stringify({ client_id: randomUUID(), kind: 'text', body: given })
      const sent = raw ? text.replace(/"body":.*/, given.slice(1)) : text
      const answer = await one.post(`/rooms/${room}/messages`, sent)
      if (Buffer.byteLength(sent) > 16384) refused(answer, 413, 'too_large')
      else if (kept === null) refused(answer, 422, 'invalid_field', 'body')
      else {
        assert.equal(answer.body.body, kept)
        const [last] = (await one.get(`/rooms/${room}/messages?limit=1`)).body.items
        assert.equal(last.body, kept)
      }
    })
})

test('seq counts 1, 2, 3, and what is refused takes none', async () => {
  const { one, two, room } = await chat()
  assert.equal((await one.send(room, 'a')).body.seq, 1)
  refused(await one.send(room, ''), 422, 'invalid_field', 'body')
  refused(await one.send(room, 'b', { reply_to: 9 }), 422, 'invalid_field', 'reply_to')
  refused(await stranger.send(room, 'c'), 404, 'no_room')
  assert.equal((await two.send(room, 'd')).body.seq, 2)
})

test('the same client_id again: the same answer, no second row, no second frame', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const first = await one.send(room, 'once', { client_id })
  await two.send(room, 'between')
  const again = await one.send(room, 'once', { client_id })
  assert.equal(again.text, first.text)
  await one.send(room, 'after')
  await two.frame((f) => f.type === 'message' && f.message.seq === 3)
  assert.deepEqual(
    lines(two).map((m) => m.body),
    ['once', 'between', 'after'],
  )
})

test('the same client_id with another body or reply: 409', async () => {
  const { one, room } = await chat()
  const client_id = randomUUID()
  await one.send(room, 'once', { client_id })
  refused(await one.send(room, 'twice', { client_id }), 409, 'client_id_used')
  refused(await one.send(room, 'once', { client_id, reply_to: 1 }), 409, 'client_id_used')
  assert.equal((await stored(room)).length, 1)
})

test("a client_id is a member's own: the other may use it, and so may another room", async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  assert.equal((await one.send(room, 'mine', { client_id })).body.seq, 1)
  assert.equal((await two.send(room, 'mine too', { client_id })).body.seq, 2)
  const other = await pair(one)
  open.push(other.two)
  assert.equal((await one.send(other.room, 'elsewhere', { client_id })).body.seq, 1)
})

test('100 repeats at once: one row, one answer', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const answers = await Promise.all(range(1, 100).map(() => one.send(room, 'once', { client_id })))
  assert.deepEqual(new Set(answers.map((a) => a.status)), new Set([200]))
  assert.equal(new Set(answers.map((a) => a.text)).size, 1)
  assert.equal((await stored(room)).length, 1)
  await one.send(room, 'after')
  await two.frame((f) => f.type === 'message' && f.message.seq === 2)
  assert.equal(lines(two).length, 2)
})

test('100 at once with one client_id and two bodies: one is stored, the others hear 409', async () => {
  const { one, room } = await chat()
  const client_id = randomUUID()
  const answers = await Promise.all(
    range(1, 100).map((n) => one.send(room, 'body ' + (n % 2), { client_id })),
  )
  const [kept] = await stored(room)
  for (const [n, answer] of answers.entries())
    if ('body ' + ((n + 1) % 2) === kept.body) assert.deepEqual([answer.status, answer.body.seq], [200, 1])
    else refused(answer, 409, 'client_id_used')
  assert.equal((await stored(room)).length, 1)
})

test('32 writers at once: one gapless order, the same for both and the database', async () => {
  const { one, two, room } = await chat()
  const answered = []
  await Promise.all(
    range(1, 32).map(async (n) => {
      for (let i = 0; i < 10; i++) {
        const answer = await (n % 2 ? one : two).send(room, `${n}.${i}`)
        assert.equal(answer.status, 200)
        answered.push(answer.body)
      }
    }),
  )
  answered.sort((a, b) => a.seq - b.seq)
  assert.deepEqual(
    answered.map((m) => m.seq),
    range(1, 320),
  )
  for (const person of [one, two]) {
    await until(
      () => lines(person).length >= 320,
      () => `320 frames, ${lines(person).length} are there`,
    )
    assert.deepEqual(lines(person), answered, 'frames come in the order of seq, none missing, none twice')
  }
  assert.deepEqual(
    await stored(room),
    answered.map(({ seq, client_id, body }) => ({ seq, client_id, body })),
  )
})

test('16 rooms at once: each has its own order', async () => {
  const chats = await Promise.all(range(1, 16).map(chat))
  const answers = await Promise.all(
    chats.flatMap(({ one, two, room }) => range(1, 10).map((n) => (n % 2 ? one : two).send(room, String(n)))),
  )
  assert.ok(answers.every((a) => a.status === 200))
  for (const { room, two } of chats) {
    assert.deepEqual(
      (await stored(room)).map((m) => m.seq),
      range(1, 10),
    )
    await until(() => lines(two).length === 10, '10 frames')
    assert.deepEqual(
      lines(two).map((m) => m.seq),
      range(1, 10),
    )
  }
})

for (const [name, reply_to, status] of [
  ['a line that is there', 1, 200],
  ['a line that is not there yet', 3, 422],
  ['itself', 2, 422],
  ['zero', 0, 422],
  ['a negative number', -1, 422],
  ['a fraction', 1.5, 422],
  ['a text', '1', 422],
  ['a number past all bounds', 1e300, 422],
  ['one that an integer cannot hold', 4294967297, 422],
  ['nothing, said as null', null, 200],
])
  test(`reply_to ${name}: ${status}`, async () => {
    const { one, room } = await chat()
    await one.send(room, 'first')
    const answer = await one.send(room, 'second', { reply_to })
    if (status === 422) refused(answer, 422, 'invalid_field', 'reply_to')
    else assert.deepEqual([answer.status, answer.body.reply_to], [200, reply_to ?? undefined])
  })

for (const [name, client_id] of [
  ['absent', undefined],
  ['no UUID', 'x'],
  ['of another version', '00000000-0000-1000-8000-000000000000'],
  ['of another variant', '00000000-0000-4000-c000-000000000000'],
  ['in upper case', randomUUID().toUpperCase()],
  ['in braces', '{' + randomUUID() + '}'],
  ['a number', 1],
])
  test(`a client_id that is ${name} is refused`, async () => {
    const { one, room } = await chat()
    refused(await one.send(room, 'x', { client_id }), 422, 'invalid_field', 'client_id')
  })

test('a kind that is not text is refused', async () => {
  const { one, room } = await chat()
  for (const kind of ['system', 'image', '', 1, undefined])
    refused(await one.send(room, 'x', { kind }), 422, 'invalid_field', 'kind')
})

// History

test('history of 120 lines', async (t) => {
  const { one, room } = await written(120)
  // query, the seqs that come back, whether there is more that way
  const pages = [
    ['', range(71, 120), true],
    ['limit=50', range(71, 120), true],
    ['limit=1', [120], true],
    ['before=71', range(21, 70), true],
    ['before=21', range(1, 20), false],
    ['before=1', [], false],
    ['before=500&limit=2', [119, 120], true],
    ['before=2147483647&limit=1', [120], true],
    ['after=0', range(1, 50), true],
    ['after=70', range(71, 120), false],
    ['after=69', range(70, 119), true],
    ['after=120', [], false],
    ['after=2147483647', [], false],
    ['after=118&limit=2', [119, 120], false],
    ['around=60&limit=5', range(58, 62), true],
    ['around=60', range(35, 84), true],
    ['around=1&limit=5', range(1, 5), true],
    ['around=120&limit=5', range(118, 120), false],
    ['around=9999&limit=5', [], false],
    ['limit=2&before=%33', [1, 2], false],
  ]
  for (const [query, expected, more] of pages)
    await t.test(query || 'the newest page', async () => {
      const answer = await one.get(`/rooms/${room}/messages?${query}`)
      assert.equal(answer.status, 200)
      assert.deepEqual(seqs(answer), expected)
      assert.deepEqual([answer.body.next, answer.body.more], [null, more])
    })
  for (const query of [
    'limit=0',
    'limit=51',
    'limit=-1',
    'limit=x',
    'limit=',
    'limit=1.0',
    'limit=99999999999999999999',
  ])
    await t.test(query, async () =>
      refused(await one.get(`/rooms/${room}/messages?${query}`), 422, 'invalid_field', 'limit'),
    )
  for (const [query, field] of [
    ['before=0', 'before'],
    ['before=2147483648', 'before'],
    ['after=-1', 'after'],
    ['around=1e3', 'around'],
    ['around=%20', 'around'],
    ['before=3&after=1', 'before'],
    ['after=3&around=1', 'after'],
  ])
    await t.test(query, async () =>
      refused(await one.get(`/rooms/${room}/messages?${query}`), 422, 'invalid_field', field),
    )
})

test('a new room has an empty history', async () => {
  const { one, room } = await chat()
  assert.deepEqual((await one.get(`/rooms/${room}/messages`)).body, { items: [], next: null, more: false })
})

test("a room that is not one's own looks like one that is not there, on every call", async () => {
  const { one, room } = await chat()
  await one.send(room, 'x')
  const calls = [
    ['GET', ''],
    ['GET', '/messages'],
    ['POST', '/messages', { client_id: randomUUID(), kind: 'text', body: 'x' }],
    ['DELETE', '/messages/1'],
    ['POST', '/read', { seq: 1 }],
    ['POST', '/typing'],
    ['POST', '/leave'],
  ]
  for (const [method, path, body] of calls) {
    const foreign = await stranger.call(method, `/rooms/${room}${path}`, body)
    const missing = await stranger.call(method, `/rooms/${random(11)}${path}`, body)
    refused(foreign, 404, 'no_room')
    assert.equal(missing.text, foreign.text, method + path)
    assert.equal(missing.status, 404)
  }
  assert.equal((await stored(room)).length, 1)
  assert.deepEqual((await stranger.post('/sync', { rooms: { [room]: 0 } })).body.rooms, [])
})

// Search

const search = (person, room, q, more = '') =>
  person.get(`/rooms/${room}/messages?q=${encodeURIComponent(q)}${more}`)

test('what was said is found again, by whoever was there', async () => {
  const { one, two, room } = await chat()
  const said = []
  for (const body of ['Café au lait', 'CAFE 100%', '漂流瓶与你', 'nothing', 'a\\_%b'])
    said.push((await one.send(room, body)).body)
  for (const [q, found] of [
    ['cafe', [0, 1]],
    ['  CAFÉ ', [0, 1]],
    ['ｃａｆｅ', [0, 1]],
    ['流瓶', [2]],
    ['%', [1, 4]],
    ['\\_', [4]],
    ['.*', []],
  ])
    assert.deepEqual((await search(two, room, q)).body, { items: found.map((n) => said[n]), next: null }, q)
  await two.post(`/rooms/${room}/leave`)
  assert.deepEqual(seqs(await search(one, room, 'nothing')), [4], 'after the end too')
  refused(await search(stranger, room, 'nothing'), 404, 'no_room')
})

test('pages of a search come from the newest to the oldest, none twice, none missing', async () => {
  const { one, room } = await written(9000)
  const found = []
  let cursor = ''
  for (let calls = 1; ; calls++) {
    const answer = await search(one, room, 'LINE 12', '&limit=7' + cursor)
    assert.ok(answer.body.items.length <= 7)
    found.unshift(...seqs(answer))
    if (answer.body.next === null) break
    assert.ok(calls < 1000)
    cursor = '&cursor=' + answer.body.next
  }
  assert.deepEqual(
    found,
    range(1, 9000).filter((n) => String(n).startsWith('12')),
  )
})

test('searches that are refused', async () => {
  const { one, room } = await chat()
  for (const q of ['', ' ', 'x'.repeat(101), '\u0007', '\u200b'])
    refused(await search(one, room, q), 422, 'invalid_field', 'q')
  refused(await one.get(`/rooms/${room}/messages?q=%ff`), 422, 'invalid_field', 'q')
  assert.equal((await search(one, room, '鱼'.repeat(100))).status, 200)
  for (const cursor of ['0', 'x', '-1', '99999999999', ''])
    refused(await search(one, room, 'x', '&cursor=' + cursor), 422, 'invalid_field', 'cursor')
  refused(await search(one, room, 'x', '&before=3'), 422, 'invalid_field', 'before')
  refused(await search(one, room, 'x', '&limit=51'), 422, 'invalid_field', 'limit')
})

// Recall

test("one's own line can be recalled: the body is gone everywhere, the seq stays", async () => {
  const { one, two, room } = await chat()
  const secret = 'recalled ' + random()
  await one.send(room, secret)
  await one.send(room, 'next', { reply_to: 1 })
  assert.equal((await one.delete(`/rooms/${room}/messages/1`)).status, 204)
  for (const person of [one, two]) {
    assert.deepEqual(await person.frame((f) => f.type === 'recall'), { type: 'recall', room, seq: 1 })
    const { items } = (await person.get(`/rooms/${room}/messages`)).body
    assert.deepEqual([items[0].seq, items[0].body, items[0].recalled], [1, null, true])
    assert.deepEqual([items[1].body, items[1].recalled, items[1].reply_to], ['next', undefined, 1])
  }
  assert.equal(await sql(`select count(*) from message where body = '${secret}'`), '0')
})

test('a recall again: 204, no second frame', async () => {
  const { one, two, room } = await chat()
  await one.send(room, 'x')
  for (let i = 0; i < 2; i++) assert.equal((await one.delete(`/rooms/${room}/messages/1`)).status, 204)
  await one.send(room, 'y')
  await two.frame((f) => f.type === 'message' && f.message.seq === 2)
  assert.equal(two.frames.filter((f) => f.type === 'recall').length, 1)
})

test('a recalled line sent again by its client_id stays recalled', async () => {
  const { one, room } = await chat()
  const client_id = randomUUID()
  await one.send(room, 'x', { client_id })
  await one.delete(`/rooms/${room}/messages/1`)
  const again = await one.send(room, 'x', { client_id })
  const [item] = (await one.get(`/rooms/${room}/messages`)).body.items
  assert.equal(again.status, 200)
  assert.deepEqual(again.body, item)
  assert.deepEqual([item.body, item.recalled], [null, true])
})

test("recall: not the other's, not too late, not what is not there", async () => {
  const { one, two, room } = await chat()
  await one.send(room, 'x')
  await one.send(room, 'y')
  const recall = (person, seq) => person.delete(`/rooms/${room}/messages/${seq}`)
  refused(await recall(two, 1), 403, 'not_yours')
  await sql(
    `update message set at = at - interval '121 s' where room = (select key from room where id = '${room}') and seq = 1`,
  )
  refused(await recall(one, 1), 403, 'too_late')
  await sql(
    `update message set at = at - interval '110 s' where room = (select key from room where id = '${room}') and seq = 2`,
  )
  assert.equal((await recall(one, 2)).status, 204)
  for (const seq of [0, 3, 999999999, '9999999999', '99999999999999999999', 'x', '1x', '-1', '1_0'])
    refused(await recall(one, seq), 404, 'no_message')
  assert.equal((await one.get(`/rooms/${room}/messages`)).body.items[0].body, 'x')
})

// Read marks

test("reading moves one's mark forward and shows it to the partner", async () => {
  const { one, two, room } = await written(10)
  assert.equal((await one.get('/rooms/' + room)).body.unread, 5)
  assert.equal((await one.post(`/rooms/${room}/read`, { seq: 6 })).status, 204)
  const frame = { type: 'read', room, member: one.mask.member, seq: 6 }
  assert.deepEqual(await two.frame((f) => f.type === 'read'), frame)
  assert.deepEqual(await one.frame((f) => f.type === 'read'), frame, "one's own other sockets hear of it")
  const mine = (await one.get('/rooms/' + room)).body
  assert.deepEqual([mine.read_seq, mine.unread, mine.peer.read_seq], [6, 2, 0])
  const theirs = (await two.get('/rooms/' + room)).body
  assert.deepEqual([theirs.read_seq, theirs.unread, theirs.peer.read_seq], [0, 5, 6])
})

test('a mark does not go back, and not past the last line', async () => {
  const { one, two, room } = await written(4)
  for (const seq of [3, 3, 2, 0]) assert.equal((await one.post(`/rooms/${room}/read`, { seq })).status, 204)
  assert.equal((await one.get('/rooms/' + room)).body.read_seq, 3)
  refused(await one.post(`/rooms/${room}/read`, { seq: 5 }), 422, 'invalid_field', 'seq')
  await one.post(`/rooms/${room}/read`, { seq: 4 })
  await two.frame((f) => f.type === 'read' && f.seq === 4)
  assert.deepEqual(
    two.frames.filter((f) => f.type === 'read').map((f) => f.seq),
    [3, 4],
  )
})

for (const seq of [undefined, null, '1', 1.5, -1, 2147483648, 1e40, true])
  test(`a mark at ${JSON.stringify(seq)} is refused`, async () => {
    const { one, room } = await written(1)
    refused(await one.post(`/rooms/${room}/read`, { seq }), 422, 'invalid_field', 'seq')
  })

test("unread counts the other's lines alone, up to a hundred", async () => {
  const { one, two, room } = await written(300)
  assert.equal((await one.get('/rooms/' + room)).body.unread, 100)
  await two.post(`/rooms/${room}/read`, { seq: 300 })
  assert.equal((await two.get('/conversations')).body.items[0].unread, 0)
  await one.send(room, 'x')
  await two.send(room, 'y')
  assert.equal((await two.get('/conversations')).body.items[0].unread, 1)
})

// Typing

test('typing reaches the other alone and stores nothing', async () => {
  const { one, two, room } = await chat()
  assert.equal((await one.post(`/rooms/${room}/typing`)).status, 204)
  assert.deepEqual(await two.frame((f) => f.type === 'typing'), {
    type: 'typing',
    room,
    member: one.mask.member,
  })
  await two.send(room, 'x')
  await one.frame((f) => f.type === 'message')
  assert.ok(!one.frames.some((f) => f.type === 'typing'))
  assert.equal((await stored(room)).length, 1)
})

// The end

test('leaving ends a private chat for both, and the partner is told at once', async () => {
  const { one, two, room } = await chat()
  await one.send(room, 'bye')
  assert.equal((await one.post(`/rooms/${room}/leave`)).status, 204)
  const frame = await two.frame((f) => f.type === 'member')
  const { at, ...rest } = frame
  assert.deepEqual(rest, { type: 'member', room, member: one.mask.member, event: 'left', reason: 'left' })
  const [mine, theirs] = await Promise.all([one, two].map(async (p) => (await p.get('/rooms/' + room)).body))
  assert.deepEqual(
    [mine.ended, theirs.ended, theirs.members],
    [{ at, by: 'me', reason: 'left' }, { at, by: 'peer', reason: 'left' }, 0],
  )
  for (const person of [one, two]) {
    refused(await person.send(room, 'x'), 409, 'room_ended')
    assert.deepEqual(seqs(await person.get(`/rooms/${room}/messages`)), [1])
    assert.equal((await person.post(`/rooms/${room}/leave`)).status, 204)
    assert.equal((await person.post(`/rooms/${room}/typing`)).status, 204)
    assert.equal((await person.get('/conversations')).body.items[0].id, room)
  }
  assert.deepEqual((await two.post(`/rooms/${room}/read`, { seq: 1 })).status, 204)
  await two.post('/sync', { rooms: {} })
  assert.equal(two.frames.filter((f) => f.type === 'member').length, 1)
  assert.ok(!one.frames.some((f) => f.type === 'typing'))
})

test('a line repeated after the end gets its first answer', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const first = await one.send(room, 'in time', { client_id })
  await two.post(`/rooms/${room}/leave`)
  assert.equal((await one.send(room, 'in time', { client_id })).text, first.text)
})

test('sends and leaves that race: nothing is stored after the end', async () => {
  for (let round = 0; round < 5; round++) {
    const { one, two, room } = await chat()
    const sends = range(1, 20).map((n) => one.send(room, String(n)))
    const [answers] = await Promise.all([Promise.all(sends), two.post(`/rooms/${room}/leave`)])
    const fine = answers.filter((a) => a.status === 200).length
    for (const answer of answers) if (answer.status !== 200) refused(answer, 409, 'room_ended')
    assert.deepEqual(
      (await stored(room)).map((m) => m.seq),
      range(1, fine),
    )
    assert.equal((await one.get('/rooms/' + room)).body.last_seq, fine)
  }
})

// The list

test('conversations: the latest first, in pages', async () => {
  const me = await Person.guest()
  const rooms = []
  for (let n = 0; n < 5; n++) {
    const { one, two, room } = await pair(me)
    one.close()
    two.close()
    rooms.unshift(room)
  }
  await me.send(rooms[4], 'to the top')
  rooms.unshift(rooms.pop())
  const seen = []
  for (let cursor = ''; cursor !== null;) {
    const { body } = await me.get(
      '/conversations?limit=2' + (cursor && '&cursor=' + encodeURIComponent(cursor)),
    )
    assert.ok(body.items.length <= 2)
    seen.push(...body.items.map((r) => r.id))
    cursor = body.next
  }
  assert.deepEqual(seen, rooms)
  assert.deepEqual(
    (await me.get('/conversations')).body.items.map((r) => r.id),
    rooms,
  )
})

for (const cursor of [
  'x',
  '1',
  '1.2',
  '1.2.3.4',
  '9.1.1',
  '1..1',
  '2.1.99999999999999999999',
  '%00',
  '0.1e5.1',
  '%27',
])
  test(`a cursor made up, ${cursor}: refused or an empty page`, async () => {
    const answer = await stranger.get('/conversations?cursor=' + cursor)
    if (answer.status === 200) assert.deepEqual(answer.body, { items: [], next: null })
    else refused(answer, 422, 'invalid_field', 'cursor')
  })
