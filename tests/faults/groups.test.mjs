// Groups under load: who was removed or has left hears nothing more, and a room never holds more than it has places for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Person, range, refused, until } from '../support/client.mjs'
import { kill, pidOf } from '../support/traffic.mjs'

const people = (count) => Promise.all(range(1, count).map(() => Person.guest()))

/** A group of these, and each one's member in it. */
async function group(owner, others, fields = {}) {
  const { body } = await owner.post('/rooms', { topic: 'under load', capacity: 100, ...fields })
  const joined = await Promise.all(others.map((each) => each.post(`/rooms/${body.id}/join`)))
  return { id: body.id, members: joined.map((answer) => answer.body.me.member) }
}

/** Lets these talk without pause. Returns how to wait for so many more lines, and how to end it. */
function talk(talkers, room) {
  const it = { running: true, count: 0 }
  const all = talkers.map(async (each) => {
    while (it.running) {
      const { status, text } = await each.send(room, 'a line of the crowd')
      assert.equal(status, 200, text)
      it.count++
    }
  })
  it.more = (count, wanted = it.count + count) => until(() => it.count >= wanted, `${wanted} lines`, 20000)
  it.end = () => ((it.running = false), Promise.all(all))
  return it
}

/** The lines of the room that this person was told of by frames, on all sockets so far. */
const told = (person, room) =>
  person.every.filter((frame) => frame.type === 'message' && frame.room === room).map((f) => f.message.seq)

/** Opens a socket more; what its frames tell is kept with what those before told. */
async function listen(person) {
  await person.open()
  person.every ??= []
  person.socket.on('message', (data) => person.every.push(JSON.parse(data.toString())))
}

test('who is removed, or leaves, while all are talking hears nothing of what comes after', async () => {
  const [owner, ...rest] = await people(13)
  const { id, members } = await group(owner, rest)
  await Promise.all(rest.map(listen))
  const stay = rest.slice(8)
  const crowd = talk([owner, ...stay], id)
  try {
    for (const [n, one] of rest.slice(0, 8).entries()) {
      await crowd.more(40)
      const kicked = n % 2 === 0
      const answer = kicked
        ? await owner.post(`/rooms/${id}/members/${members[n]}/kick`)
        : await one.post(`/rooms/${id}/leave`)
      assert.equal(answer.status, 204, answer.text)
      // The very next requests are refused.
      refused(await one.send(id, 'still here?'), 403, 'not_member')
      refused(await one.get(`/rooms/${id}/members`), 403, 'not_member')
      if (kicked) refused(await one.post(`/rooms/${id}/join`), 403, 'banned_from_room')
      one.last = (await one.get(`/rooms/${id}`)).body.last_seq
      if (kicked) {
        assert.deepEqual(await one.frame((f) => f.type === 'bye'), {
          type: 'bye',
          reason: 'kicked',
          room: id,
        })
        await one.closed
        await listen(one)
      }
    }
    await crowd.more(200)
  } finally {
    await crowd.end()
  }
  for (const one of rest.slice(0, 8)) {
    const heard = told(one, id)
    assert.ok(heard.length > 0 && one.last > 0)
    assert.deepEqual(
      heard.filter((seq) => seq > one.last),
      [],
      'told of lines after the end',
    )
    const { body } = await one.get(`/rooms/${id}/messages`)
    assert.equal(body.items.at(-1).seq, one.last)
    const sync = await one.post('/sync', { rooms: { [id]: one.last } })
    assert.deepEqual(
      sync.body.rooms.flatMap((room) => room.messages),
      [],
    )
  }
  // Those who stayed were told of every line.
  for (const one of stay) {
    const seqs = range(1, (await one.get(`/rooms/${id}`)).body.last_seq)
    await until(() => new Set(told(one, id)).size === seqs.length, 'every line to be told')
    assert.deepEqual(
      [...new Set(told(one, id))].sort((a, b) => a - b),
      seqs,
    )
  }
  for (const one of rest) one.close()
})

test('200 want into a room of 50 while the handlers are killed: it is full, no more', async () => {
  const owner = await Person.guest()
  const crowd = []
  while (crowd.length < 200) crowd.push(...(await people(20)))
  const { id } = await group(owner, [], { capacity: 50 })
  const unanswered = new Set()
  /** Until it is answered, as a client does. */
  async function join(one) {
    for (;;) {
      const answer = await one.post(`/rooms/${id}/join`).catch((error) => ({ status: error.cause?.code }))
      if (answer.status === 200) return true
      if (answer.status === 409) {
        refused(answer, 409, 'room_full')
        return false
      }
      unanswered.add(answer.status)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  let answers = 0
  const all = crowd.map((one) => join(one).finally(() => answers++))
  await until(() => answers >= 10, 'the first to be in')
  const old = pidOf('api')
  kill(old)
  const inside = await Promise.all(all)
  assert.ok(pidOf('api') !== old)
  assert.ok(unanswered.size > 0, 'the kill was not felt')
  assert.equal(inside.filter(Boolean).length, 49) // and the owner
  assert.equal((await owner.get(`/rooms/${id}`)).body.members, 50)
  const { body } = await owner.get(`/rooms/${id}/members?limit=50`)
  assert.deepEqual([body.items.length, body.next], [50, null])
  const [outsider] = crowd.filter((_, n) => !inside[n])
  refused(await outsider.send(id, 'me too'), 404, 'no_room')
  // A place that comes free is taken by one alone, however many want it.
  const [leaver] = crowd.filter((_, n) => inside[n])
  await leaver.post(`/rooms/${id}/leave`)
  const second = await Promise.all(crowd.filter((_, n) => !inside[n]).map(join))
  assert.equal(second.filter(Boolean).length, 1)
  assert.equal((await owner.get(`/rooms/${id}`)).body.members, 50)
})
