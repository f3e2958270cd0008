// Held lines from the sender to the moderator's decision, or to what makes it needless.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Person, pair, random, randomUUID, range, refused, rows, sql, unique, until, v2 } from '../support/client.mjs'
import { Admin, driftctl } from '../support/admin.mjs'
import { ban } from '../support/safety.mjs'

const word = 'qh' + random()
const moderator = await Admin.add()
const people = []
before(async () => {
  await sql(`insert into word (pattern, class) values ('${word}', 'hold')`)
  const { one, room } = await met()
  await until(async () => (await one.send(room, word)).status === 202, 'the word to be in force', 10000)
})
after(async () => {
  people.forEach((person) => person.close())
  await sql(`delete from word where pattern = '${word}'`)
})

async function met(...who) {
  const it = await pair(...who)
  people.push(it.one, it.two)
  return it
}
/** A line that is held: {client_id, held}. */
async function hold(person, room, body = `${word} ${random()}`) {
  const client_id = randomUUID()
  refused(await person.send(room, body, { client_id }), 202, 'held')
  const [{ id }] = await rows(`select id from held where client_id = '${client_id}'`)
  return { client_id, body, held: id }
}
const decide = (act, { held }) => moderator.call('held/' + act, { held })
const mine = async (person, room) => (await person.get(`/rooms/${room}/held`)).body.items
const gone = async (line) => {
  for (const act of ['show', 'approve', 'refuse']) refused(await decide(act, line), 404, 'no_held')
  assert.equal((await moderator.call('held/list')).text.includes(line.held), false)
}

test('approved: it is said then, with the next seq, to both, and a repeat is that message', async () => {
  const { one, two, room } = await met()
  const line = await hold(one, room)
  await two.send(room, 'between')
  const { status, body } = await decide('approve', line)
  assert.deepEqual([status, body], [200, { held: line.held, state: 'approved', seq: 2 }])
  for (const person of [one, two]) {
    const { message } = await person.frame((f) => f.type === 'message' && f.message.seq === 2)
    assert.deepEqual([message.body, message.client_id], [line.body, line.client_id])
  }
  const again = await one.send(room, line.body, { client_id: line.client_id })
  assert.deepEqual([again.status, again.body.seq], [200, 2])
  assert.deepEqual(await mine(one, room), [])
  assert.deepEqual((await two.get(`/rooms/${room}/messages`)).body.items.map((m) => m.seq), [1, 2])
  await gone(line)
})

test('refused: its sender hears of it, nobody else does, and its text is nowhere', async () => {
  const { one, two, room } = await met()
  const line = await hold(one, room)
  assert.deepEqual((await decide('refuse', line)).body, { held: line.held, state: 'refused' })
  const frame = await one.frame((f) => f.type === 'held')
  assert.deepEqual(frame, { type: 'held', room, client_id: line.client_id, state: 'refused' })
  refused(await one.send(room, line.body, { client_id: line.client_id }), 422, 'word_blocked', 'body')
  assert.deepEqual((await mine(one, room)).map((h) => [h.client_id, h.state, h.body]), [[line.client_id, 'refused', null]])
  assert.deepEqual((await one.call('GET', '/me/export')).body.held.map((h) => h.client_id), [line.client_id])
  assert.equal((await two.send(room, 'next')).body.seq, 1)
  await two.frame((f) => f.type === 'message')
  assert.deepEqual(two.frames.filter((f) => f.type === 'held'), [])
  assert.equal(await sql(`select count(*) from held where body like '%${line.body}%'`), '0')
  await gone(line)
})

test('twenty decisions at once are one', async () => {
  const { one, two, room } = await met()
  const line = await hold(one, room)
  const answers = await Promise.all(range(1, 20).map((n) => decide(n % 2 ? 'approve' : 'refuse', line)))
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, ...Array(19).fill(404)])
  const said = (await two.get(`/rooms/${room}/messages`)).body.items.length
  assert.equal(said, answers.find((a) => a.status === 200).body.state === 'approved' ? 1 : 0)
  const records = await rows(`select command from audit where target = '${line.held}' and command <> 'held show'`)
  assert.equal(records.length, 1)
})

// What ends the stay of its sender, before anybody has decided.
const group = async (person) => {
  const { id } = (await person.post('/rooms', { topic: unique() })).body
  const other = await Person.guest()
  await other.post(`/rooms/${id}/join`)
  people.push(person, other)
  return { room: id, other, member: (await person.get('/rooms/' + id)).body.me.member }
}
for (const [what, end] of Object.entries({
  'leaves the group': (me, { room }) => me.post(`/rooms/${room}/leave`),
  'closes the group': (me, { room }) => me.delete('/rooms/' + room),
  'is banned': (me) => ban(me),
  'is erased': (me) => me.delete('/me', { password_v2: v2(me.account, me.password) }),
}))
  test(`its sender ${what}: it goes, nobody can approve it, and nothing of it is said`, async () => {
    const me = await Person.register()
    const it = await group(me)
    const line = await hold(me, it.room)
    await end(me, it)
    await gone(line)
    assert.equal(await sql(`select last_seq from room where id = '${it.room}'`), '0')
    assert.equal(await sql(`select count(*) from held where client_id = '${line.client_id}'`), '0')
  })

test('kicked, or left by the partner: the same', async () => {
  const owner = await Person.guest()
  const { room, other } = await group(owner)
  const line = await hold(other, room)
  const { member } = (await other.get('/rooms/' + room)).body.me
  assert.equal((await owner.post(`/rooms/${room}/members/${member}/kick`)).status, 204)
  await gone(line)
  const { one, two, room: chat } = await met()
  const last = await hold(one, chat)
  await two.post(`/rooms/${chat}/leave`)
  await gone(last)
  refused(await one.send(chat, last.body, { client_id: last.client_id }), 409, 'room_ended')
})

test('a ban that races with an approval: said before it, or never', async () => {
  for (let n = 0; n < 5; n++) {
    const me = await Person.register()
    const { room } = await group(me)
    const line = await hold(me, room)
    const [approved] = await Promise.all([decide('approve', line), ban(me)])
    const seq = await sql(`select last_seq from room where id = '${room}'`)
    assert.deepEqual([approved.status, seq], approved.status === 200 ? [200, '1'] : [404, '0'])
  }
})

test('who may see it: its sender and moderators, by no name', async () => {
  const me = await Person.register()
  const { one, two, room } = await met(me, await Person.guest())
  const line = await hold(one, room)
  for (const path of [`/rooms/${room}`, `/rooms/${room}/messages`, `/rooms/${room}/held`, '/conversations'])
    assert.equal((await two.get(path)).text.includes(line.body), false, path)
  const seen = (await decide('show', line)).text + (await moderator.call('held/list')).text
  for (const hidden of [me.account, one.user.nickname]) assert.equal(seen.includes(hidden), false)
  const { out } = await driftctl(['held', 'list'], { env: { DRIFTLINE_ADMIN_TOKEN: moderator.token } })
  assert.match(out, new RegExp(`^${line.held} .* ${line.body} `, 'm'))
})
