// Reactions: once for each person and name, told to both, counted the same everywhere.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, range, refused, until } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
async function chat() {
  const it = await pair()
  open.push(it.one, it.two)
  await it.one.send(it.room, 'hello')
  return { ...it, at: `/rooms/${it.room}/messages/1/reactions` }
}
const told = (person) => person.frames.filter((f) => f.type === 'reaction')
const line = async (person, room) => (await person.get(`/rooms/${room}/messages`)).body.items[0]

test('a reaction is the same in frames, history, conversations and sync', async () => {
  const { one, two, room, at } = await chat()
  const { since } = (await one.post('/sync', { rooms: {} })).body
  const answer = await two.post(at, { name: 'love' })
  assert.deepEqual([answer.status, answer.text], [204, ''])
  const { member } = (await two.get('/rooms/' + room)).body.me
  for (const person of [one, two])
    assert.deepEqual(await person.frame((f) => f.type === 'reaction'), {
      type: 'reaction',
      room,
      seq: 1,
      member,
      name: 'love',
      on: true,
      count: 1,
    })
  for (const [person, reacted] of [
    [one, []],
    [two, ['love']],
  ]) {
    const message = await line(person, room)
    assert.deepEqual([message.reactions, message.reacted], [{ love: 1 }, reacted])
    assert.deepEqual((await person.get('/rooms/' + room)).body.last_message, message)
    const sync = (await person.post('/sync', { rooms: { [room]: 0 }, since })).body
    assert.deepEqual(sync.reactions, [{ room, seq: 1, reactions: { love: 1 }, reacted }])
    assert.deepEqual(sync.rooms[0].messages, [message])
  }
  assert.equal((await two.delete(at, { name: 'love' })).status, 204)
  const off = await one.frame((f) => f.type === 'reaction' && !f.on)
  assert.deepEqual([off.name, off.count, off.member], ['love', 0, member])
  assert.deepEqual((await line(one, room)).reactions, {})
})

test('50 times at once: one reaction, one frame', async () => {
  const { one, two, room, at } = await chat()
  const answers = await Promise.all(range(1, 50).map(() => two.post(at, { name: 'wow' })))
  assert.ok(answers.every((a) => a.status === 204))
  await two.post(at, { name: 'sad' })
  await one.frame((f) => f.type === 'reaction' && f.name === 'sad')
  assert.equal(told(one).length, 2)
  assert.deepEqual((await line(one, room)).reactions, { sad: 1, wow: 1 })
})

test('both at once with all six: the counts are true', async () => {
  const { one, two, room, at } = await chat()
  const names = ['like', 'love', 'laugh', 'wow', 'sad', 'thanks']
  await Promise.all(names.flatMap((name) => [one.post(at, { name }), two.post(at, { name })]))
  await until(() => told(one).length === 12, '12 frames')
  for (const name of names)
    assert.deepEqual(
      told(one)
        .filter((f) => f.name === name)
        .map((f) => f.count)
        .sort(),
      [1, 2],
    )
  assert.deepEqual((await line(two, room)).reactions, Object.fromEntries(names.map((name) => [name, 2])))
})

test('a reaction and a recall at once: the recalled line has none', async () => {
  for (let n = 0; n < 5; n++) {
    const { one, two, room, at } = await chat()
    const [reacted, recalled] = await Promise.all([
      two.post(at, { name: 'like' }),
      one.delete(`/rooms/${room}/messages/1`),
    ])
    assert.equal(recalled.status, 204)
    if (reacted.status !== 204) refused(reacted, 404, 'no_message')
    const message = await line(two, room)
    assert.deepEqual([message.recalled, message.reactions, message.reacted], [true, undefined, undefined])
    refused(await two.post(at, { name: 'like' }), 404, 'no_message')
  }
})

test('what is refused', async () => {
  const { one, two, room, at } = await chat()
  for (const name of ['fire', '', 'like love', 1, null, undefined])
    refused(await two.post(at, { name }), 422, 'invalid_field', 'name')
  refused(await two.delete(at), 422, 'invalid_field', 'name')
  refused(await two.post(at, { name: 'like', on: true }), 422, 'invalid_field', 'on')
  for (const seq of ['2', '0', 'x', '99999999999'])
    refused(await two.post(`/rooms/${room}/messages/${seq}/reactions`, { name: 'like' }), 404, 'no_message')
  const stranger = await Person.guest()
  refused(await stranger.post(at, { name: 'like' }), 404, 'no_room')
  await one.post(`/rooms/${room}/leave`)
  refused(await two.post(at, { name: 'like' }), 409, 'room_ended')
  refused(await one.delete(at, { name: 'like' }), 409, 'room_ended')
})
