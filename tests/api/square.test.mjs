// The square: public groups by their order, by tag, by words; scrolling while they come, go and get lines.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Person, pair, random, range, refused, sql, unique } from '../support/client.mjs'

let owner, other
before(async () => ([owner, other] = await Promise.all([Person.guest(), Person.guest()])))

async function create(fields = {}, by = owner) {
  const { status, body, text } = await by.post('/rooms', { topic: 'room ' + random(), ...fields })
  assert.equal(status, 201, text)
  return body
}
const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined))
const list = (values = {}, by = other) => by.get('/rooms?' + query(values))
const search = (q, values = {}, by = other) => by.get('/rooms/search?' + query({ q, ...values }))
const topics = ({ body }) => body.items.map((room) => room.topic)
async function found(q, values) {
  const answer = await search(q, values)
  assert.equal(answer.status, 200, answer.text)
  return topics(answer)
}
/** Makes rooms look as old as they are said to be, in hours, and as quiet. */
const age = (hours) =>
  sql(
    Object.entries(hours)
      .map(
        ([
          id,
          h,
        ]) => `with r as (update room set created = now() - interval '${h} h', last_at = now() - interval '${h} h'
            where id = '${id}' returning key, created)
          update square q set created = r.created, listed = r.created, at = r.created, prev = r.created from r where q.room = r.key;`,
      )
      .join('\n'),
  )

test('a room on the square, from outside and from within', async () => {
  const tag = unique()
  const room = await create({ topic: 'Seen', description: 'from outside', tags: [tag], capacity: 9 })
  const [outside] = (await list({ tag })).body.items
  assert.deepEqual(outside, {
    ...room,
    members: 1,
    members_about: true,
    me: null,
    last_seq: 0,
    read_seq: 0,
    unread: 0,
    last_message: null,
  })
  const [inside] = (await list({ tag }, owner)).body.items
  assert.deepEqual(inside.me, room.me)
  assert.equal((await list({ tag: tag.toUpperCase() })).body.items.length, 1, 'tags have no case')
  assert.deepEqual((await list({ tag: tag.slice(1) })).body, { items: [], next: null })
})

test('private, hidden and closed ones never appear', async () => {
  const word = unique()
  const fields = { topic: word, tags: [word] }
  const { room } = await pair(await Person.guest(), await Person.guest())
  await sql(`update room set topic = '${word}', tags = '{${word}}' where id = '${room}'`)
  await create({ ...fields, public: false })
  const hidden = await create(fields)
  const closed = await create(fields)
  assert.equal((await list({ tag: word })).body.items.length, 2)
  assert.equal((await owner.post('/rooms/' + hidden.id, { public: false })).status, 200)
  assert.equal((await owner.delete('/rooms/' + closed.id)).status, 204)
  for (const sort of ['active', 'new', 'quiet'])
    for (const by of [owner, other]) assert.deepEqual((await list({ tag: word, sort }, by)).body.items, [])
  assert.deepEqual(await found(word), [])
})

test('what makes no sense is refused', async () => {
  for (const [values, field] of [
    [{ sort: 'old' }, 'sort'],
    [{ sort: '' }, 'sort'],
    [{ tag: '' }, 'tag'],
    [{ tag: 'x'.repeat(21) }, 'tag'],
    [{ limit: 0 }, 'limit'],
    [{ limit: 51 }, 'limit'],
    ...[
      '',
      'a',
      'a.1.2',
      'a.1.2.3.4',
      'n.1.2.3',
      'a.-1.2.3',
      'a.1.2.x',
      'a.1.2.12345678901234567',
      'a.1.2.3',
      "a.1.2.'",
    ].map((cursor) => [{ cursor }, 'cursor']),
    [{ cursor: `a.${Date.now() - 601_000}000.1.1` }, 'cursor'],
    [{ cursor: `a.${Date.now() + 60_000}000.1.1` }, 'cursor'],
  ])
    refused(await list(values), 422, 'invalid_field', field)
  for (const [q, values, field] of [
    [undefined, {}, 'q'],
    ['', {}, 'q'],
    [' ', {}, 'q'],
    ['x'.repeat(101), {}, 'q'],
    ['x', { cursor: 'a.1.2.3' }, 'cursor'],
    ['x', { limit: 'x' }, 'limit'],
  ])
    refused(await search(q, values), 422, 'invalid_field', field)
  refused(await new Person('nobody').get('/rooms'), 401, 'unauthorized')
  refused(await new Person('nobody').get('/rooms/search?q=x'), 401, 'unauthorized')
})

// Thirty rooms; between the pages some are written to, some close, some are hidden, and new ones open.
for (const sort of ['active', 'new', 'quiet'])
  test(`a scroll of a moving square, ${sort}: nothing twice, nothing left out, in its order`, async () => {
    const tag = unique()
    const rooms = []
    for (const n of range(1, 30)) rooms.push(await create({ topic: String(n), tags: [tag] }))
    await age(Object.fromEntries(rooms.map((room, n) => [room.id, n + 1])))
    const order = sort === 'quiet' ? rooms.toReversed() : rooms
    const gone = new Set()
    const seen = []
    let next
    for (let page = 0; page === 0 || next; page++) {
      const { status, body, text } = await list({ sort, tag, limit: 4, cursor: next })
      assert.equal(status, 200, text)
      seen.push(...body.items.map((room) => room.id))
      next = body.next
      assert.ok(!next || /^[a-z](\.\d+){3}$/.test(next), next)
      const close = order[(page * 11 + 9) % 30]
      if (!gone.has(close.id)) {
        await (page % 2
          ? owner.delete('/rooms/' + close.id)
          : owner.post('/rooms/' + close.id, { public: false }))
        gone.add(close.id)
      }
      for (const n of [page, page * 4 + 2, 29 - page, 17]) await owner.send(order[n % 30].id, 'a line')
      await create({ topic: 'later', tags: [tag] })
      await owner.post('/rooms/' + order[(page * 7) % 30].id, { description: 'edited ' + page })
    }
    assert.equal(new Set(seen).size, seen.length, 'nothing twice')
    const stayed = (ids) => ids.filter((id) => !gone.has(id))
    assert.deepEqual(
      stayed(seen),
      stayed(order.map((room) => room.id)),
      'all that stayed, as it was in the beginning',
    )
    assert.ok(topics(await list({ sort, tag })).includes('later'), 'who starts again sees the new ones')
  })

test('a room comes to the front by a line, once in a while', async () => {
  const tag = unique()
  const rooms = [await create({ topic: 'one', tags: [tag] }), await create({ topic: 'two', tags: [tag] })]
  await age({ [rooms[0].id]: 2, [rooms[1].id]: 1 })
  assert.deepEqual(topics(await list({ tag })), ['two', 'one'])
  assert.deepEqual(topics(await list({ tag, sort: 'quiet' })), ['one', 'two'])
  await owner.send(rooms[0].id, 'a line')
  await sql(
    `update square set at = at - interval '6 s' where room = (select key from room where id = '${rooms[0].id}')`,
  )
  assert.deepEqual(topics(await list({ tag })), ['one', 'two'])
})

test('search: by beginnings, by characters in a row, all words, headings first', async () => {
  const w = unique('w') // beside each word, so that only these rooms are found
  const make = (topic, tags = [], description = '') => create({ topic, tags: [w, ...tags], description })
  await make('Night owls', ['insomnia'], 'Jazz and tea')
  await make('Jazz Café')
  await make('深夜电台', ['音乐'], '睡不着的人 Jazz 一起听')
  await make('100% off_topic')
  await make('1000 steps')
  const sorted = async (q) => (await found(`${q} ${w}`)).sort()
  assert.deepEqual(await sorted('jazz'), ['Jazz Café', 'Night owls', '深夜电台'])
  assert.equal((await found('jaz ' + w))[0], 'Jazz Café', 'in the topic')
  assert.deepEqual(await sorted('CAFE'), ['Jazz Café'])
  assert.deepEqual(await sorted('ｃａｆé'), ['Jazz Café'])
  assert.deepEqual(await sorted('insom'), ['Night owls'])
  assert.deepEqual(await sorted('in'), [])
  assert.deepEqual(await sorted('azz'), [])
  assert.deepEqual(await sorted('tea night'), ['Night owls'])
  assert.deepEqual(await sorted('tea café'), [])
  for (const q of ['深夜', '夜电', '台', '音乐', '睡不着', 'jazz 一起'])
    assert.deepEqual(await sorted(q), ['深夜电台'], q)
  assert.deepEqual(await sorted('夜台'), [])
  assert.deepEqual(await sorted('100%'), ['100% off_topic'])
  assert.deepEqual(await sorted('off_t'), ['100% off_topic'])
  for (const q of ['%', '_']) assert.deepEqual(await sorted(q), ['100% off_topic'], q)
  for (const q of ['off%', 'j%z', 'j_zz', '\\', '%%', '*']) assert.deepEqual(await sorted(q), [], q)
  assert.deepEqual(await sorted("'; drop table room; --"), [])
  assert.deepEqual(await found('…'), [])
})

test('search: page by page, while a room is edited and one closes', async () => {
  const w = unique('w')
  const rooms = []
  for (const n of range(1, 9))
    rooms.push(
      await create({ topic: n % 2 ? `${w} ${n}` : `room ${n}`, description: n % 2 ? '' : `about ${w}` }),
    )
  await age(Object.fromEntries(rooms.map((room, n) => [room.id, n + 1])))
  const seen = []
  let next
  do {
    const { body } = await search(w, { limit: 2, cursor: next })
    seen.push(...topics({ body }).map((topic) => Number(topic.split(' ')[1])))
    next = body.next
    await owner.delete('/rooms/' + rooms[7].id)
    await owner.send(rooms[6].id, 'a line')
  } while (next)
  assert.deepEqual(seen, [1, 3, 5, 7, 9, 2, 4, 6])
})
