// Groups: opening, entering, leaving and owning them, and what races leave behind.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, random, range, refused, rows, sql, until } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const guests = (count) => Promise.all(range(1, count).map(() => Person.guest()))
const live = async (...people) => open.push(...(await Promise.all(people.map((person) => person.open()))))

async function create(owner, fields = {}) {
  const { status, body, text } = await owner.post('/rooms', { topic: 'room ' + random(), ...fields })
  assert.equal(status, 201, text)
  return body
}
const join = (person, room, body) => person.post(`/rooms/${room.id}/join`, body)
async function joined(room, ...people) {
  for (const person of people) {
    const answer = await join(person, room)
    assert.equal(answer.status, 200, answer.text)
    person.mask = answer.body.me.member
  }
}
const act = (owner, room, person, what, body) =>
  owner.post(`/rooms/${room.id}/members/${person.mask}/${what}`, body)
const event = (person, name) => person.frame((f) => f.type === 'member' && f.event === name, name)

test('a room is opened with what was asked for, and with defaults', async () => {
  const [owner] = await guests(1)
  const plain = await create(owner, { topic: '  Tea   & talk ' })
  assert.deepEqual(
    [plain.kind, plain.topic, plain.description, plain.tags, plain.capacity, plain.members, plain.public, plain.mask],
    ['group', 'Tea & talk', '', [], 50, 1, true, 'always'],
  )
  assert.deepEqual([plain.me.role, plain.me.left, plain.me.blocked, plain.ended], ['owner', null, [], null])
  assert.match(plain.id, /^[\w-]{22}$/)
  const more = {
    topic: '茶',
    description: 'green\nor black',
    tags: ['tea', '绿茶'],
    capacity: 7,
    public: false,
    mask: 'choice',
  }
  const room = await create(owner, more)
  for (const [name, value] of Object.entries(more)) assert.deepEqual(room[name], value, name)
})

test('what a room may not be is refused, field by field', async () => {
  const [owner] = await guests(1)
  const wrong = {
    topic: [undefined, '', '   ', 'x'.repeat(61), 7, null, '\u202eabc'],
    description: ['x'.repeat(501), 7, {}],
    tags: [['x'.repeat(21)], range(1, 9).map(String), 'tea', [1]],
    capacity: [1, 0, -1, 1001, '5', 2.5],
    public: ['yes', 1],
    mask: ['never', 1],
    show_profile: ['yes', true],
  }
  for (const [field, values] of Object.entries(wrong))
    for (const value of values)
      refused(await owner.post('/rooms', { topic: 'x', [field]: value }), 422, 'invalid_field', field)
  refused(await owner.post('/rooms', { topic: 'x', owner: 'me' }), 422, 'invalid_field', 'owner')
})

test('strangers see a public room from outside, and nothing of another', async () => {
  const [owner, ...others] = await guests(9)
  const room = await create(owner, { tags: ['tea'] })
  await joined(room, ...others.slice(0, 7))
  await owner.send(room.id, 'a secret')
  const outside = others[7]
  const { body } = await outside.get('/rooms/' + room.id)
  assert.deepEqual(
    [body.topic, body.members, body.members_about, body.me, body.last_message, body.last_seq, body.unread],
    [room.topic, 5, true, null, null, 0, 0],
  )
  assert.equal((await owner.get('/rooms/' + room.id)).body.members, 8)
  refused(await outside.get(`/rooms/${room.id}/messages`), 404, 'no_room')
  refused(await outside.get(`/rooms/${room.id}/members`), 404, 'no_room')
  refused(await outside.send(room.id, 'x'), 404, 'no_room')
  const closed = await create(owner, { public: false })
  refused(await outside.get('/rooms/' + closed.id), 404, 'no_room')
  refused(await join(outside, closed), 404, 'no_room')
})

test('who is in hears of who comes and goes, with the mask and the head-count', async () => {
  const [owner, one, two] = await guests(3)
  const room = await create(owner)
  await live(owner, one)
  await joined(room, one)
  const came = await event(owner, 'joined')
  assert.deepEqual([came.room, came.member, came.members], [room.id, one.mask, 2])
  assert.equal(came.avatar, `/avatar/${one.mask}.svg`)
  assert.equal(typeof came.alias_zh, 'string')
  const own = await one.frame((f) => f.type === 'room' && f.room === room.id)
  assert.equal(own.detail.me.member, one.mask)
  assert.ok(!one.frames.some((f) => f.event === 'joined'), 'one is not told of oneself')
  const { body: line } = await owner.send(room.id, 'hello')
  assert.deepEqual((await one.frame((f) => f.type === 'message')).message, line)
  await joined(room, two)
  await one.post(`/rooms/${room.id}/leave`)
  const went = await event(owner, 'left')
  assert.deepEqual([went.member, went.reason, went.members], [one.mask, 'left', 2])
  await owner.send(room.id, 'behind the back')
  refused(await one.send(room.id, 'x'), 403, 'not_member')
  const { body } = await one.get(`/rooms/${room.id}/messages`)
  assert.deepEqual(
    body.items.map((m) => m.body),
    ['hello'],
  )
  assert.ok(!one.frames.some((f) => f.message?.body === 'behind the back'))
})

test('the members are listed page by page, by their masks alone', async () => {
  const [owner, ...others] = await guests(6)
  const room = await create(owner)
  await joined(room, ...others)
  const seen = []
  let cursor = ''
  do {
    const { body } = await others[0].get(`/rooms/${room.id}/members?limit=2${cursor && '&cursor=' + cursor}`)
    seen.push(...body.items)
    cursor = body.next
  } while (cursor)
  assert.deepEqual(
    seen.map((m) => m.member),
    [room.me.member, ...others.map((p) => p.mask)],
  )
  assert.deepEqual(Object.keys(seen[2]).sort(), ['alias', 'alias_zh', 'avatar', 'member', 'role'])
  assert.equal(seen.filter((m) => m.me)[0].member, others[0].mask)
  refused(await owner.get(`/rooms/${room.id}/members?cursor=nobody`), 422, 'invalid_field', 'cursor')
})

test('a kick cuts the socket within two seconds, and there is no way back', async () => {
  const [owner, one, two] = await guests(3)
  const room = await create(owner)
  await joined(room, one, two)
  await live(owner, one, two)
  const began = Date.now()
  assert.equal((await act(owner, room, one, 'kick')).status, 204)
  await one.closed
  assert.ok(Date.now() - began < 2000)
  assert.deepEqual(one.frames.at(-1), { type: 'bye', reason: 'kicked', room: room.id })
  assert.deepEqual((await event(two, 'left')).reason, 'kicked')
  refused(await one.send(room.id, 'x'), 403, 'not_member')
  refused(await join(one, room), 403, 'banned_from_room')
  const { body: share } = await owner.post(`/rooms/${room.id}/share`)
  refused(await one.post(`/share/${share.code}/join`), 403, 'banned_from_room')
  await one.open()
  await owner.send(room.id, 'without them')
  await two.frame((f) => f.message?.body === 'without them')
  assert.deepEqual(one.frames, [])
  const { body } = await one.get('/rooms/' + room.id)
  assert.equal(body.me.left.reason, 'kicked')
})

test('a mute holds for its time, and is known to the two of them alone', async () => {
  const [owner, one, two] = await guests(3)
  const room = await create(owner)
  await joined(room, one, two)
  await live(owner, one, two)
  assert.equal((await act(owner, room, one, 'mute', { minutes: 10 })).status, 204)
  const frame = await event(one, 'muted')
  const ahead = (Date.parse(frame.until) - Date.now()) / 60000
  assert.ok(ahead > 9.8 && ahead < 10.2, frame.until)
  await event(owner, 'muted')
  refused(await one.send(room.id, 'x'), 403, 'muted')
  assert.equal((await one.get('/rooms/' + room.id)).body.me.muted_until, frame.until)
  assert.equal((await act(owner, room, one, 'mute', { minutes: 0 })).status, 204)
  assert.equal((await one.send(room.id, 'x')).status, 200)
  assert.ok(!two.frames.some((f) => f.event === 'muted'))
  for (const minutes of [-1, 10081, '5', 1.5])
    refused(await act(owner, room, one, 'mute', { minutes }), 422, 'invalid_field', 'minutes')
})

test('slow mode lets one line through at a time, but the owner all', async () => {
  const [owner, one] = await guests(2)
  const room = await create(owner)
  await joined(room, one)
  await owner.post('/rooms/' + room.id, { slow_mode: 2 })
  const answers = await Promise.all(range(1, 5).map((n) => one.send(room.id, 'x' + n)))
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 429, 429, 429, 429])
  const late = answers.find((a) => a.status === 429)
  refused(late, 429, 'slow_mode')
  assert.ok([1, 2].includes(Number(late.headers.get('retry-after'))))
  await until(async () => (await one.send(room.id, 'again')).status === 200, 'the end of the wait')
  for (const n of range(1, 3)) assert.equal((await owner.send(room.id, 'o' + n)).status, 200)
})

test('an owner changes, hands over and closes; nobody else does', async () => {
  const [owner, one, outside] = await guests(3)
  const room = await create(owner, { description: 'old' })
  await joined(room, one)
  await live(one)
  const { body } = await owner.post('/rooms/' + room.id, { topic: 'new', description: '', tags: ['a'], capacity: 5 })
  assert.deepEqual([body.topic, body.description, body.tags, body.capacity], ['new', '', ['a'], 5])
  const frame = await one.frame((f) => f.type === 'room')
  assert.deepEqual([frame.detail.topic, frame.detail.capacity, frame.detail.me], ['new', 5, undefined])
  refused(await owner.post('/rooms/' + room.id, { capacity: 1 }), 422, 'invalid_field', 'capacity')
  await joined(room, outside)
  await outside.post(`/rooms/${room.id}/leave`)
  for (const person of [one, outside]) {
    refused(await person.post('/rooms/' + room.id, { topic: 'mine' }), 403, 'not_owner')
    refused(await person.delete('/rooms/' + room.id), 403, 'not_owner')
    refused(await act(person, room, one, 'kick'), 403, 'not_owner')
  }
  assert.equal((await act(owner, room, one, 'promote')).status, 204)
  assert.equal((await event(one, 'owner')).member, one.mask)
  assert.equal((await one.get('/rooms/' + room.id)).body.me.role, 'owner')
  refused(await owner.delete('/rooms/' + room.id), 403, 'not_owner')
  assert.equal((await one.delete('/rooms/' + room.id)).status, 204)
  const ended = await one.frame((f) => f.type === 'room' && f.detail.ended)
  assert.equal(ended.detail.ended.reason, 'closed')
  refused(await owner.send(room.id, 'x'), 409, 'room_ended')
  refused(await join(owner, room), 409, 'room_ended')
  refused(await (await Person.guest()).get('/rooms/' + room.id), 404, 'no_room')
  assert.equal((await owner.get('/rooms/' + room.id)).body.ended.by, 'owner')
  assert.equal((await one.get('/rooms/' + room.id)).body.ended.by, 'me')
})

test('an owner takes any line back', async () => {
  const [owner, one] = await guests(2)
  const room = await create(owner)
  await joined(room, one)
  await one.send(room.id, 'x')
  await sql(`update message set at = now() - interval '1 day' where room = (select key from room where id = '${room.id}')`)
  refused(await one.delete(`/rooms/${room.id}/messages/1`), 403, 'too_late')
  assert.equal((await owner.delete(`/rooms/${room.id}/messages/1`)).status, 204)
})

test('where a room leaves the choice, the profile stands in place of the mask', async () => {
  const owner = await Person.guest()
  const one = await Person.register({ fields: { nickname: 'Ludmilla' } })
  const room = await create(owner, { mask: 'choice' })
  const { body } = await join(one, room, { mask: false })
  const avatar = `/avatar/${body.me.member}.svg` // the mask's: the account has no picture of its own
  const shown = { alias: 'Ludmilla', alias_zh: 'Ludmilla', avatar, profile: true }
  for (const [name, value] of Object.entries(shown)) assert.equal(body.me[name], value)
  const { body: line } = await one.send(room.id, 'it is me')
  const { body: page } = await owner.get(`/rooms/${room.id}/messages`)
  for (const [name, value] of Object.entries(shown)) {
    assert.equal(line[name], value)
    assert.equal(page.items[0][name], value)
  }
  const masked = await create(owner)
  refused(await join(one, masked, { mask: false }), 422, 'invalid_field', 'mask')
  refused(await join(one, masked, { mask: 'no' }), 422, 'invalid_field', 'mask')
})

test('a list shows what is pinned first; pins and silence are for oneself', async () => {
  const [owner, one] = await guests(2)
  const [first, second] = [await create(owner), await create(owner)]
  await joined(first, one)
  await owner.send(second.id, 'later')
  assert.equal((await owner.post(`/rooms/${first.id}/pin`, { on: true })).status, 204)
  assert.equal((await owner.post(`/rooms/${first.id}/silence`, { on: true })).status, 204)
  const { body } = await owner.get('/conversations')
  assert.deepEqual(
    body.items.slice(0, 2).map((r) => [r.id, r.me.pinned, r.me.silent]),
    [
      [first.id, true, true],
      [second.id, false, false],
    ],
  )
  const { body: theirs } = await one.get('/rooms/' + first.id)
  assert.deepEqual([theirs.me.pinned, theirs.me.silent], [false, false])
  refused(await owner.post(`/rooms/${first.id}/pin`, {}), 422, 'invalid_field', 'on')
})

test('all that is another room’s is not there', async () => {
  const [owner, stranger] = await guests(2)
  const room = await create(owner, { public: false })
  const other = await create(stranger)
  const { one, two, room: chat } = await pair()
  open.push(one, two)
  const line = (await owner.send(room.id, 'x')).body
  for (const id of [room.id, 'A'.repeat(22), chat]) {
    const at = '/rooms/' + id
    const member = `${at}/members/${room.me.member}`
    for (const [method, path, body] of [
      ['GET', at],
      ['POST', at, { topic: 'x' }],
      ['DELETE', at],
      ['POST', at + '/join', {}],
      ['POST', at + '/leave'],
      ['GET', at + '/members'],
      ['POST', member + '/kick'],
      ['POST', member + '/mute', { minutes: 1 }],
      ['POST', member + '/promote'],
      ['POST', at + '/pin', { on: true }],
      ['POST', at + '/silence', { on: true }],
      ['POST', at + '/share', {}],
      ['GET', at + '/share'],
      ['DELETE', at + '/share/' + 'A'.repeat(22)],
      ['GET', at + '/share/' + 'A'.repeat(22) + '.svg'],
      ['GET', at + '/messages'],
      ['DELETE', `${at}/messages/${line.seq}`],
      ['POST', at + '/read', { seq: 1 }],
      ['POST', at + '/typing'],
    ])
      refused(await stranger.call(method, path, body), 404, 'no_room')
  }
  refused(await stranger.post(`/rooms/${other.id}/members/${room.me.member}/kick`), 404, 'no_member')
  refused(await stranger.post(`/rooms/${other.id}/members/${other.me.member}/kick`), 409, 'yourself')
  for (const what of ['kick', 'promote'])
    refused(await one.post(`/rooms/${chat}/members/${'0'.repeat(16)}/${what}`), 403, 'not_owner')
  refused(await one.post('/rooms/' + chat, { topic: 'x' }), 403, 'not_owner')
  assert.equal((await one.post(`/rooms/${chat}/join`)).status, 200, 'one is in it')
})

// Races

async function consistent(room) {
  const [found] = await rows(`
    select r.members, r.capacity, r.ended_at is not null as ended,
           (select count(*) from member m where m.room = r.key and m.left_at is null)::int as present,
           (select count(*) from stay s join member m on m.key = s.member where m.room = r.key and s.to_seq is null)::int as stays,
           (select count(*) from member m where m.room = r.key and m.left_at is null and m.role = 'owner')::int as owners,
           (select count(*) from message c where c.room = r.key)::int as lines, r.last_seq
      from room r where r.id = '${room.id}'`)
  const [members, present, stays, owners] = ['members', 'present', 'stays', 'owners'].map((n) => Number(found[n]))
  assert.ok(members <= Number(found.capacity))
  assert.deepEqual([present, stays], [members, members], JSON.stringify(found))
  assert.equal(owners, members > 0 ? 1 : 0, JSON.stringify(found))
  assert.equal(Number(found.lines), Number(found.last_seq))
  return { ...found, members }
}

test('a hundred after the last seat: one gets it', async () => {
  const [owner, ...people] = await guests(101)
  const room = await create(owner, { capacity: 2 })
  const answers = await Promise.all(people.map((person) => join(person, room)))
  assert.equal(answers.filter((a) => a.status === 200).length, 1)
  answers.filter((a) => a.status !== 200).forEach((a) => refused(a, 409, 'room_full'))
  assert.equal((await consistent(room)).members, 2)
})

test('200 joins at once into 150 seats, and some go again', async () => {
  const [owner, ...people] = await guests(201)
  const room = await create(owner, { capacity: 150 })
  const answers = await Promise.all(
    people.map(async (person, n) => {
      const answer = await join(person, room)
      if (n % 4 === 0 && answer.status === 200) await person.post(`/rooms/${room.id}/leave`)
      return answer.status
    }),
  )
  assert.ok(answers.every((status) => status === 200 || status === 409))
  assert.ok(answers.filter((status) => status === 200).length >= 149)
  await consistent(room)
})

test('joins against a close: who is in is in a closed room, or was refused', async () => {
  for (const n of range(1, 5)) {
    const [owner, ...people] = await guests(11)
    const room = await create(owner)
    const [close, ...answers] = await Promise.all([
      owner.delete('/rooms/' + room.id),
      ...people.map((person) => join(person, room)),
    ])
    assert.equal(close.status, 204, 'round ' + n)
    for (const answer of answers) assert.ok([200, 404, 409].includes(answer.status), answer.text)
    assert.equal((await consistent(room)).members, 0)
  }
})

test('lines against leaving: all that is answered is there, and nothing after the end', async () => {
  const [owner, one] = await guests(2)
  const room = await create(owner)
  await joined(room, one)
  const answers = await Promise.all([
    ...range(1, 20).map((n) => one.send(room.id, 'x' + n)),
    one.post(`/rooms/${room.id}/leave`),
    ...range(21, 40).map((n) => one.send(room.id, 'x' + n)),
  ])
  const sent = answers.filter((a) => a.status === 200).map((a) => a.body.seq)
  answers.filter((a) => ![200, 204].includes(a.status)).forEach((a) => refused(a, 403, 'not_member'))
  const { body } = await one.get(`/rooms/${room.id}/messages`)
  assert.deepEqual(body.items.map((m) => m.seq), sent.sort((a, b) => a - b))
  await consistent(room)
})

test('everybody leaves at once, and some come back: there is one owner, or nobody', async () => {
  const people = await guests(12)
  const room = await create(people[0])
  await joined(room, ...people.slice(1))
  await Promise.all(
    people.map(async (person, n) => {
      await person.post(`/rooms/${room.id}/leave`)
      if (n % 3 === 0) await join(person, room)
    }),
  )
  assert.equal((await consistent(room)).members, 4)
  await Promise.all(people.map((person) => person.post(`/rooms/${room.id}/leave`)))
  assert.equal((await consistent(room)).members, 0)
})

test('an owner who hands over, leaves and is asked for a kick at once leaves one owner', async () => {
  for (const n of range(1, 5)) {
    const [owner, one, two] = await guests(3)
    const room = await create(owner)
    await joined(room, one, two)
    await Promise.all([
      act(owner, room, one, 'promote'),
      owner.post(`/rooms/${room.id}/leave`),
      act(owner, room, two, 'kick'),
      one.post(`/rooms/${room.id}/leave`),
    ])
    await consistent(room)
    assert.ok(n)
  }
})
