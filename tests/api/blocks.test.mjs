// Blocks: who is blocked sees somebody leave, and nothing that tells one mask from another.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, random, range, refused, rows, sql } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
async function chat(one, two) {
  if (one)
    await sql(`delete from match_log where low in (${await one.key()}) or high in (${await one.key()})`)
  const it = await pair(one, two)
  open.push(it.one, it.two)
  const { me, peer } = (await it.one.get('/rooms/' + it.room)).body
  return { ...it, me, peer, block: { room: it.room, member: peer.member } }
}
const list = async (person, query = '') => (await person.get('/blocks' + query)).body

test('blocking in a private chat: it ends, and to the other it looks like leaving', async () => {
  const left = await chat()
  await left.one.post(`/rooms/${left.room}/leave`)
  const blocked = await chat()
  const answer = await blocked.one.post('/blocks', blocked.block)
  assert.deepEqual([answer.status, answer.text], [204, ''])
  // the same in all that the other is told: frame, room, list, sync; but for what is random
  const told = async ({ two, room }) => {
    const frame = await two.frame((f) => f.type === 'member')
    const sync = (await two.post('/sync', { rooms: { [room]: 0 }, match: true })).body
    const text = JSON.stringify([
      frame,
      (await two.get('/rooms/' + room)).body,
      (await two.get('/conversations')).body,
      (await two.send(room, 'x')).body,
      sync,
    ])
    return text
      .replace(/"\d{4}-[^"]*Z"|"\/avatar\/[^"]*"|"[0-9a-f]{16}"|"(alias|alias_zh)":"[^"]*"/g, '*')
      .replace(/"pair-\w+"/g, '*')
      .replaceAll(room, 'room')
  }
  assert.equal(await told(blocked), await told(left))
  assert.deepEqual(await list(blocked.two), { items: [], next: null })
  const { items, next } = await list(blocked.one)
  assert.equal(next, null)
  const [{ at, ...item }] = items
  const { alias, alias_zh, avatar, member } = blocked.peer
  assert.deepEqual([item], [{ room: blocked.room, kind: 'private', member, alias, alias_zh, avatar }])
  assert.match(at, /Z$/)
})

test('20 times at once: one block, one frame', async () => {
  const { one, two, block } = await chat()
  const answers = await Promise.all(range(1, 20).map(() => one.post('/blocks', block)))
  assert.ok(answers.every((a) => a.status === 204))
  await two.frame((f) => f.type === 'member')
  assert.equal(two.frames.filter((f) => f.type === 'member').length, 1)
  assert.equal((await list(one)).items.length, 1)
})

test('both block each other at once', async () => {
  const { one, two, me, room, block } = await chat()
  const answers = await Promise.all([
    one.post('/blocks', block),
    two.post('/blocks', { room, member: me.member }),
  ])
  assert.deepEqual(
    answers.map((a) => a.status),
    [204, 204],
  )
  const ends = await Promise.all([one, two].map(async (p) => (await p.get('/rooms/' + room)).body.ended.by))
  assert.deepEqual(ends.sort(), ['me', 'peer'])
})

test('other chats of the two end minutes later, and neither side is told why', async () => {
  const first = await chat()
  const second = await chat(first.one, first.two)
  await first.one.post('/blocks', first.block)
  assert.equal((await first.two.get('/rooms/' + second.room)).body.ended, null)
  assert.equal((await first.one.send(second.room, 'still here')).status, 200)
  const [plan] = await rows(
    `select extract(epoch from d.at - now()) as seconds from departure d join room r on r.key = d.room where r.id = '${second.room}'`,
  )
  assert.ok(plan.seconds > 50 && plan.seconds <= 600, String(plan.seconds))
  await sql(
    `update departure set at = now() from room r where r.key = departure.room and r.id = '${second.room}'`,
  )
  for (const [person, other] of [
    [first.one, second.peer.member],
    [first.two, second.me.member],
  ]) {
    const fits = (f) => f.type === 'member' && f.room === second.room
    for (let n = 0; n < 60 && !person.frames.some(fits); n++)
      await new Promise((done) => setTimeout(done, 200))
    const { at, ...frame } = await person.frame(fits)
    assert.deepEqual(frame, {
      type: 'member',
      room: second.room,
      member: other,
      event: 'left',
      reason: 'left',
    })
    const { ended, members } = (await person.get('/rooms/' + second.room)).body
    assert.deepEqual([ended, members], [{ at, by: 'peer', reason: 'left' }, 0])
  }
  refused(await first.two.send(second.room, 'x'), 409, 'room_ended')
})

test('the two are not matched again, until the block is taken back', async () => {
  const { one, two, block } = await chat()
  await one.post('/blocks', block)
  const tags = ['again-' + random()]
  assert.equal((await one.match(tags)).body.state, 'waiting')
  assert.equal((await two.match(tags)).body.state, 'waiting')
  assert.equal((await one.delete('/blocks', block)).status, 204)
  assert.deepEqual((await list(one)).items, [])
  assert.equal((await one.delete('/blocks', block)).status, 204)
  await sql('delete from match_log')
  assert.equal((await two.get('/match')).body.state, 'matched')
})

test('a match made while one blocks is over soon, too', async () => {
  for (const n of range(1, 10)) {
    const { one, two, block } = await chat()
    await sql('delete from match_log')
    const tags = ['race-' + random()]
    await Promise.all([one.match(tags), one.post('/blocks', block), two.match(tags)])
    const both = `${await one.key()}, ${await two.key()}`
    const [{ count }] = await rows(`select count(*) from room r
      where r.kind = 'private' and r.ended_at is null and not exists (select from departure d where d.room = r.key)
        and (select count(*) from member m where m.room = r.key and m.account in (${both})) = 2`)
    assert.equal(count, 0, 'time ' + n)
  }
})

test('in a group a block hides one mask, for oneself alone', async () => {
  const [owner, one, two] = await Promise.all(range(1, 3).map(async () => (await Person.guest()).open()))
  open.push(owner, one, two)
  const room = (await owner.post('/rooms', { topic: 'three' })).body.id
  for (const person of [one, two]) await person.post(`/rooms/${room}/join`)
  const view = async (person) => (await person.get('/rooms/' + room)).body
  const { member } = (await view(two)).me
  const before = JSON.stringify([await view(two), await view(owner)])
  await one.frame((f) => f.type === 'member' && f.event === 'joined')
  const frames = [owner, two].map((person) => person.frames.length)
  assert.equal((await one.post('/blocks', { room, member })).status, 204)
  const { detail } = await one.frame((f) => f.type === 'room' && f.detail.me?.blocked.length)
  assert.deepEqual(detail, await view(one))
  assert.deepEqual(detail.me.blocked, [member])
  assert.equal(JSON.stringify([await view(two), await view(owner)]), before)
  await two.send(room, 'unseen')
  assert.equal((await view(one)).unread, 0)
  assert.equal((await view(owner)).unread, 1)
  assert.deepEqual((await one.get(`/rooms/${room}/messages?q=unseen`)).body.items, [])
  assert.deepEqual(
    [owner, two].map((person) => person.frames.filter((f) => f.type !== 'message').length),
    frames,
    'nobody is told',
  )
  assert.deepEqual(
    (await list(one)).items.map((item) => [item.kind, item.room, item.member]),
    [['group', room, member]],
  )
  // no account is blocked by that
  const tags = ['group-' + random()]
  await one.match(tags)
  assert.equal((await two.match(tags)).body.state, 'matched')
  await one.post(`/rooms/${room}/leave`)
  assert.equal((await one.delete('/blocks', { room, member })).status, 204, 'also by who has left')
  assert.equal((await one.post('/blocks', { room, member })).status, 204)
})

test('the list comes in pages', async () => {
  const owner = await Person.guest()
  const room = (await owner.post('/rooms', { topic: 'many' })).body.id
  const members = []
  for (let n = 0; n < 7; n++) {
    const { me } = (await (await Person.guest()).post(`/rooms/${room}/join`)).body
    members.unshift(me.member)
    await owner.post('/blocks', { room, member: me.member })
  }
  const found = []
  for (let cursor = ''; cursor !== null;) {
    const { items, next } = await list(owner, '?limit=3' + cursor)
    found.push(...items.map((item) => item.member))
    cursor = next === null ? null : '&cursor=' + next
  }
  assert.deepEqual(found, members)
  for (const cursor of ['', 'x', '1.2', '1.' + 'g'.repeat(16), "1.0123456789abcdef'"])
    refused(await owner.get('/blocks?cursor=' + encodeURIComponent(cursor)), 422, 'invalid_field', 'cursor')
  refused(await owner.get('/blocks?limit=0'), 422, 'invalid_field', 'limit')
})

test('what is refused', async () => {
  const { one, room, me, block } = await chat()
  const stranger = await Person.guest()
  refused(await stranger.post('/blocks', block), 404, 'no_room')
  refused(await stranger.delete('/blocks', block), 404, 'no_room')
  refused(await one.post('/blocks', { ...block, room: random(11) }), 404, 'no_room')
  refused(await one.post('/blocks', { room, member: random(8) }), 404, 'no_member')
  refused(await one.post('/blocks', { room, member: me.member }), 409, 'yourself')
  refused(await one.post('/blocks', { room }), 422, 'invalid_field', 'member')
  refused(await one.delete('/blocks'), 422, 'invalid_field', 'room')
  refused(await one.post('/blocks', { ...block, reason: 'x' }), 422, 'invalid_field', 'reason')
  assert.deepEqual((await list(one)).items, [])
})

test('a block is taken back by the query as well, where a client sends no body with a DELETE', async () => {
  const { one, block } = await chat()
  assert.equal((await one.post('/blocks', block)).status, 204)
  const query = `?room=${block.room}&member=${block.member}`
  refused(await one.delete('/blocks'), 422, 'invalid_field', 'room')
  assert.equal((await one.delete('/blocks' + query)).status, 204)
  assert.deepEqual((await list(one)).items, [])
})
