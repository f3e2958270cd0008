// Reports: evidence that stays whatever becomes of it in the room, one report for one mask, and nothing that tells on anybody.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, holding, pair, random, range, refused, rows, sql, until } from '../support/client.mjs'
import { png, send } from '../support/media.mjs'
import { resolve } from '../support/safety.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
async function chat() {
  const it = await pair()
  open.push(it.one, it.two)
  const { me, peer } = (await it.one.get('/rooms/' + it.room)).body
  return { ...it, me, peer, whom: { room: it.room, member: peer.member } }
}
const evidence = (id) =>
  rows(`select seq, body, side, chosen, recalled from evidence where report = '${id}' order by seq`)
const report = (person, body) => person.post('/reports', { reason: 'harassment', ...body })

test('a report holds what was said, after a recall, leaving, closing and erasing too', async () => {
  const { one, two, room, whom } = await chat()
  const line = 'ugly ' + random()
  for (const text of ['hello', line, 'more']) await two.send(room, text)
  const answer = await report(one, { ...whom, seqs: [2], note: 'He wrote this.' })
  assert.equal(answer.status, 201, answer.text)
  const { id, alias, alias_zh, avatar, at, ...rest } = answer.body
  assert.deepEqual(rest, {
    state: 'open',
    outcome: null,
    reason: 'harassment',
    note: 'He wrote this.',
    topic: '',
    ...whom,
    seqs: [2],
    resolved: null,
  })
  assert.match(id, /^[\w-]{22}$/)
  const kept = await evidence(id)
  assert.deepEqual(
    kept.map((e) => [e.seq, e.body, e.side, e.chosen]),
    [
      [1, 'hello', 'subject', false],
      [2, line, 'subject', true],
      [3, 'more', 'subject', false],
    ],
  )
  assert.equal((await two.delete(`/rooms/${room}/messages/2`)).status, 204)
  assert.equal((await two.post(`/rooms/${room}/leave`)).status, 204)
  await sql(
    `update member set account = null from room r where r.key = room and r.id = '${room}'; delete from account where id = ${await two.key()}`,
  )
  assert.deepEqual(await evidence(id), kept)
  const [item] = (await one.get('/reports')).body.items
  assert.deepEqual(item, answer.body)
})

test('a picture that is taken back is evidence still', async () => {
  const { one, two, room, whom } = await chat()
  const sent = await send(two, room, png())
  assert.equal(sent.status, 200, sent.text)
  const { id } = (await report(one, { ...whom, seqs: [1] })).body
  assert.equal((await two.delete(`/rooms/${room}/messages/1`)).status, 204)
  const [kept] =
    await rows(`select kind, body, encode(file, 'hex') as file, encode(preview, 'hex') as preview,
    facts ->> 'width' as width from evidence where report = '${id}'`)
  assert.deepEqual([kept.kind, kept.body, kept.width], ['image', null, '40'])
  const doomed = await sql(
    `select count(*) from files_doom(array['\\x${kept.file}', '\\x${kept.preview}']::bytea[])`,
  )
  assert.equal(doomed, '0', 'its files are not removed')
})

test('the same mask again is the same report, 20 at once too', async () => {
  const { one, two, room, whom } = await chat()
  for (const n of range(1, 12)) await two.send(room, 'line ' + n)
  const answers = await Promise.all(range(1, 20).map((n) => report(one, { ...whom, seqs: [1 + (n % 12)] })))
  assert.ok(
    answers.every((a) => a.status === 201),
    answers.map((a) => a.text).join(),
  )
  assert.equal(new Set(answers.map((a) => a.body.id)).size, 1)
  const { items } = (await one.get('/reports')).body
  assert.deepEqual(
    items.map((i) => i.seqs),
    [range(1, 12)],
  )
  assert.equal((await evidence(items[0].id)).length, 12, 'each line once')
})

test('the reported learns nothing; the reporter hears of the outcome', async () => {
  const { one, two, room, whom } = await chat()
  await two.send(room, 'x')
  const before = JSON.stringify([(await two.get('/rooms/' + room)).body, (await two.get('/me')).body])
  const frames = two.frames.length
  const { id } = (await report(one, whom)).body
  assert.equal(two.frames.length, frames)
  assert.equal(JSON.stringify([(await two.get('/rooms/' + room)).body, (await two.get('/me')).body]), before)
  assert.deepEqual((await two.get('/reports')).body, { items: [], next: null })
  await resolve(id, 'warn')
  const frame = await one.frame((f) => f.type === 'report')
  assert.deepEqual([frame.report.id, frame.report.state, frame.report.outcome], [id, 'resolved', 'upheld'])
  assert.deepEqual((await one.get('/reports')).body.items[0], frame.report)
  const { warning } = await two.frame((f) => f.type === 'warning')
  const told = JSON.stringify([warning, (await two.get('/warnings')).body])
  for (const [what, word] of Object.entries({ report: id, room, mask: whom.member, alias: whom.alias }))
    assert.ok(word === undefined || !told.includes(word), what)
  assert.ok(!JSON.stringify(frame).includes('warn"'), 'nor the reporter what was done')
})

test('what is refused changes nothing', async () => {
  const { one, two, room, me, whom } = await chat()
  await two.send(room, 'x')
  const stranger = await Person.guest()
  refused(await report(stranger, whom), 404, 'no_room')
  refused(await report(one, { ...whom, room: random(11) }), 404, 'no_room')
  refused(await report(one, { room, member: random(8) }), 404, 'no_member')
  refused(await report(one, { room, member: me.member }), 409, 'yourself')
  refused(await report(one, { ...whom, reason: 'boring' }), 422, 'invalid_field', 'reason')
  refused(await report(one, { ...whom, reason: undefined }), 422, 'invalid_field', 'reason')
  refused(await report(one, { ...whom, note: 'x'.repeat(1001) }), 422, 'invalid_field', 'note')
  refused(await report(one, { ...whom, note: 7 }), 422, 'invalid_field', 'note')
  for (const seqs of [[2], [0], [-1], [1.5], ['1'], [null], 1, '1', {}, range(1, 21), [2 ** 31], [1, 1, 9]])
    refused(await report(one, { ...whom, seqs }), 422, 'invalid_field', 'seqs')
  refused(await report(one, { ...whom, why: 'x' }), 422, 'invalid_field', 'why')
  refused(await one.get('/reports?limit=51'), 422, 'invalid_field', 'limit')
  refused(await one.get('/reports?cursor=x'), 422, 'invalid_field', 'cursor')
  assert.deepEqual((await one.get('/reports')).body.items, [])
  assert.equal((await report(one, { ...whom, seqs: [1, 1] })).status, 201, 'a line named twice is one')
})

test('a room is reported by its topic, from outside as well; former members too', async () => {
  const [owner, member, stranger] = await Promise.all(range(1, 3).map(() => Person.guest()))
  const topic = 'bad topic ' + random()
  const { id: room, me } = (await owner.post('/rooms', { topic, tags: ['a', 'b'] })).body
  const answer = await report(stranger, { room, reason: 'illegal' })
  assert.deepEqual([answer.status, answer.body.member, answer.body.topic], [201, null, topic])
  refused(await report(stranger, { room, member: me.member }), 404, 'no_member')
  refused(await report(stranger, { room, seqs: [1] }), 422, 'invalid_field', 'seqs')
  refused(await report(owner, { room }), 409, 'yourself')
  const mine = (await member.post(`/rooms/${room}/join`)).body.me.member
  await member.send(room, 'x')
  await member.post(`/rooms/${room}/leave`)
  assert.equal((await report(owner, { room, member: mine, seqs: [1] })).status, 201)
  assert.equal((await report(member, { room, member: me.member })).status, 201)
  await owner.post('/rooms/' + room, { topic: 'harmless' })
  const [{ context }] = await rows(`select context from report where id = '${answer.body.id}'`)
  assert.deepEqual([context.topic, context.tags], [topic, ['a', 'b']])
  await owner.post('/rooms/' + room, { public: false })
  refused(await report(await Person.guest(), { room }), 404, 'no_room')
})

test('the list comes in pages', async () => {
  const owner = await Person.guest()
  const room = (await owner.post('/rooms', { topic: 'many' })).body.id
  const ids = []
  for (let n = 0; n < 5; n++) {
    const { me } = (await (await Person.guest()).post(`/rooms/${room}/join`)).body
    ids.unshift((await report(owner, { room, member: me.member })).body.id)
  }
  const found = []
  for (let cursor = ''; cursor !== null;) {
    const { items, next } = (await owner.get('/reports?limit=2' + cursor)).body
    found.push(...items.map((item) => item.id))
    cursor = next === null ? null : '&cursor=' + next
  }
  assert.deepEqual(found, ids)
})

test('forty new accounts bring nothing about', async () => {
  const target = await Person.guest()
  const room = (await target.post('/rooms', { topic: 'crowded', capacity: 100 })).body
  const crowd = await Promise.all(range(1, 40).map(() => Person.guest()))
  for (const person of crowd) await person.post(`/rooms/${room.id}/join`)
  const answers = await Promise.all(
    crowd.map((person) => report(person, { room: room.id, member: room.me.member, reason: 'minor' })),
  )
  assert.ok(answers.every((a) => a.status === 201))
  assert.equal((await target.send(room.id, 'x')).status, 200)
  assert.equal((await target.match()).status, 200)
  await target.delete('/match')
  assert.equal((await target.get('/me')).body.warnings, 0)
  await resolve(answers[0].body.id, 'dismiss')
  for (const person of [crowd[0], crowd[39]])
    assert.equal(
      (await person.get('/reports')).body.items[0].outcome,
      'dismissed',
      'one answer for all of them',
    )
})

// The append holds its rooms when it opens a case, matching holds its own lock when it waits for rooms: nobody waits for either
// with a case in hand. So while one of them is held, what ends in that case waits, and the case is free.
for (const [name, lock, acts] of [
  [
    'a ban by a report',
    ({ room }) => `select from driftline.room where id = '${room}' for no key update`,
    ({ first }) => resolve(first, 'ban'),
  ],
  [
    'a mute by a report',
    () => `select pg_advisory_xact_lock(hashtext('driftline.match'))`,
    ({ first }) => resolve(first, 'mute', 1),
  ],
  [
    'a further report',
    () => `select pg_advisory_xact_lock(hashtext('driftline.match'))`,
    ({ one, room, whom }) => report(one, { room, member: whom.member, reason: 'spam' }),
  ],
])
  test(`${name} waits for what it takes before it has the case`, async () => {
    const it = await chat()
    const first = (await report(it.one, it.whom)).body.id
    const waiting = async () => Number(await sql('select count(*) from pg_locks where not granted'))
    const before = await waiting()
    const end = await holding(`begin; ${lock(it)}`)
    const acted = acts({ ...it, first })
    try {
      await until(async () => (await waiting()) > before, 'its waiting')
      await sql(
        `select from report_case c join report r on r.case_id = c.id where r.id = '${first}' for no key update of c nowait`,
      )
    } finally {
      await end()
    }
    await acted
  })
