// GET /me/export: all that is held about an account, as one document, for its owner alone.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, call, pair, random, range, refused, sql } from '../support/client.mjs'
import { fetchMedia, png, send, setAvatar, voice } from '../support/media.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const get = (person) => person.call('GET', '/me/export')

test('a document of all that one did', async () => {
  const nickname = 'Nick ' + random()
  const me = await Person.register({ fields: { nickname } })
  const other = await me.login()
  const { two, room } = await pair(me)
  open.push(me, two)
  await me.send(room, 'mine')
  await two.send(room, 'theirs')
  await me.post(`/rooms/${room}/messages/2/reactions`, { name: 'like' })
  const group = (await me.post('/rooms', { topic: 'export', tags: ['paper'] })).body
  await me.send(group.id, 'in a group')
  await me.post(`/rooms/${group.id}/share`, { hours: 1 })
  const { member } = (await me.get('/rooms/' + room)).body.peer
  await me.post('/blocks', { room, member })

  const answer = await get(me)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type'), /^application\/json/)
  assert.match(answer.headers.get('content-disposition'), /^attachment; filename="driftline-account\.json"$/)
  assert.match(answer.headers.get('cache-control'), /no-store/)
  const held = answer.body
  assert.equal(held.account.account, me.account)
  assert.equal(held.account.nickname, nickname)
  assert.match(held.exported, /^\d{4}-.*Z$/)
  assert.equal(held.sessions.length, 2)
  assert.deepEqual(held.sessions.map((s) => s.current).sort(), [false, true])
  assert.deepEqual(held.rooms.map((r) => r.room), [room, group.id])
  assert.equal(held.rooms[1].member, group.me.member)
  assert.deepEqual(held.messages.map((m) => [m.room, m.seq, m.body]), [
    [room, 1, 'mine'],
    [group.id, 1, 'in a group'],
  ])
  assert.deepEqual(held.reactions.map((r) => [r.room, r.seq, r.name]), [[room, 2, 'like']])
  assert.equal(held.blocks[0].member, member)
  assert.equal(held.shares[0].room, group.id)
  assert.equal(held.matches.length, 1)
  assert.ok(!answer.text.includes('theirs'), 'what others wrote is theirs')
  for (const token of [me.token, other.token]) assert.ok(!answer.text.includes(token))
  assert.ok(!answer.text.includes(two.user.nickname), 'nothing of others but their masks')
})

test('pictures and voice by their addresses, what is held back, and how much was sent', async () => {
  const { one: me, two, room } = await pair()
  open.push(me, two)
  await send(me, room, png(50, 50))
  await send(me, room, voice(), { kind: 'voice' })
  await send(two, room, png(51, 50))
  await setAvatar(me, png(52, 50))
  await sql(`insert into held (id, room, member, client_id, body, at) select '${random(11)}', m.room, m.key, gen_random_uuid(), 'held back', now()
    from member m join room r on r.key = m.room where r.id = '${room}' and m.account = ${await me.key()}`)
  const { body } = await get(me)
  assert.deepEqual(body.media.map((m) => [m.kind, m.seq]).sort(), [['avatar', null], ['image', 1], ['voice', 2]])
  for (const { url } of body.media) assert.equal((await fetchMedia(me, url)).status, 200)
  assert.deepEqual(body.held.map((h) => [h.room, h.body, h.state]), [[room, 'held back', 'held']])
  assert.deepEqual(body.uploads.map((u) => u.files), [3])
})

test('nothing of it is anybody else’s', async () => {
  const [one, two] = [await Person.guest(), await Person.guest()]
  await one.post('/rooms', { topic: 'only ' + one.token.slice(0, 6) })
  const { body } = await get(two)
  assert.deepEqual([body.rooms, body.messages, body.blocks], [[], [], []])
  refused(await call('GET', '/api/v1/me/export'), 401, 'unauthorized')
  refused(await call('GET', '/api/v1/me/export', undefined, { authorization: 'Bearer ' + random(16) }), 401, 'unauthorized')
  refused(await one.post('/me/export'), 405, 'method_not_allowed')
})

test('it is long, and whole', async () => {
  const lines = 30000
  const me = await Person.guest()
  const room = (await me.post('/rooms', { topic: 'long' })).body.id
  await sql(`insert into message (room_kind, room, seq, member, body, client_id, at)
    select 'group', r.key, n, m.key, repeat('long ', 20) || n, gen_random_uuid(), now()
      from room r join member m on m.room = r.key, generate_series(1, ${lines}) n where r.id = '${room}';
    update room set last_seq = ${lines} where id = '${room}'`)
  const { body } = await get(me)
  assert.equal(body.messages.length, lines)
  assert.deepEqual(
    body.messages.map((m) => m.seq).sort((a, b) => a - b),
    range(1, lines),
  )
})

test('a few at a time', async () => {
  const people = await Promise.all(range(1, 4).map(() => Person.guest()))
  for (const answer of await Promise.all(people.map(get))) {
    if (answer.status === 200) assert.ok(Array.isArray(answer.body.rooms))
    else refused(answer, 503, 'busy')
  }
})
