// Revealing oneself, and keeping a chat: what one wishes is one's own secret until both wish it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, range, refused } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const wishes = [
  ['reveal', 'revealed'],
  ['keep', 'kept'],
]
async function chat() {
  const it = await pair(await Person.register({ fields: { nickname: 'Anna B.' } }))
  open.push(it.one, it.two)
  await it.one.send(it.room, 'hello')
  return { ...it, at: '/rooms/' + it.room }
}
/** All that somebody is told of a room, as it is told. */
async function seen(person, room) {
  const sync = (await person.post('/sync', { rooms: { [room]: 0 }, match: true })).text
  const answers = await Promise.all(
    [`/rooms/${room}`, '/conversations', `/rooms/${room}/messages`, `/rooms/${room}/messages?q=hello`].map(
      async (path) => (await person.get(path)).text,
    ),
  )
  return [...answers, sync.replace(/"since":"[^"]*"/, ''), JSON.stringify(person.frames)]
}

for (const [wish, done] of wishes) {
  test(`${wish}: one wish changes nothing that the other is told, withdrawn or not`, async () => {
    const { one, two, room, at } = await chat()
    const before = await seen(two, room)
    const answer = await one.post(`${at}/${wish}`)
    assert.deepEqual([answer.status, answer.body.me[wish], answer.body[done]], [200, true, false])
    assert.deepEqual((await one.get(at)).body, answer.body)
    const frame = await one.frame((f) => f.type === 'room' && f.detail.me[wish])
    assert.deepEqual(frame, { type: 'room', room, detail: answer.body })
    assert.deepEqual(await seen(two, room), before)
    assert.equal((await one.post(`${at}/${wish}`, { on: false })).body.me[wish], false)
    assert.deepEqual(await seen(two, room), before)
    // a wish that meets one which was taken back
    assert.equal((await two.post(`${at}/${wish}`, { on: true })).body[done], false)
  })

  test(`${wish}: both at once, it happens once and to both`, async () => {
    for (const n of range(1, 5)) {
      const { one, two, room, at } = await chat()
      const answers = await Promise.all([one.post(`${at}/${wish}`), two.post(`${at}/${wish}`)])
      assert.deepEqual(
        answers.map((a) => a.body[done]).sort(),
        [false, true],
        'the second one does it, time ' + n,
      )
      for (const person of [one, two]) {
        const { detail } = await person.frame((f) => f.type === wish && f.room === room)
        assert.deepEqual((await person.get(at)).body, detail)
        assert.equal(detail[done], true)
      }
    }
  })

  test(`${wish}: a wish and its withdrawal against the other's wish end in one of two ways`, async () => {
    for (let n = 0; n < 10; n++) {
      const { one, two, at } = await chat()
      await one.post(`${at}/${wish}`)
      await Promise.all([one.post(`${at}/${wish}`, { on: false }), two.post(`${at}/${wish}`)])
      const [left, right] = [(await one.get(at)).body, (await two.get(at)).body]
      assert.equal(left[done], right[done])
      assert.equal(right.me[wish], true)
      assert.equal(left.me[wish], left[done])
    }
  })

  test(`${wish}: once both wished it, there is no way back`, async () => {
    const { one, two, at } = await chat()
    await one.post(`${at}/${wish}`)
    await two.post(`${at}/${wish}`)
    for (const person of [one, two]) {
      const { body } = await person.post(`${at}/${wish}`, { on: false })
      assert.deepEqual([body[done], body.me[wish]], [true, true])
    }
  })

  test(`${wish}: what is refused`, async () => {
    const { one, two, at } = await chat()
    for (const on of [1, 'true', {}])
      refused(await one.post(`${at}/${wish}`, { on }), 422, 'invalid_field', 'on')
    refused(await (await Person.guest()).post(`${at}/${wish}`), 404, 'no_room')
    const group = (await one.post('/rooms', { topic: 'two or more' })).body.id
    refused(await one.post(`/rooms/${group}/${wish}`), 403, 'not_private')
    await two.post(at + '/leave')
    refused(await one.post(`${at}/${wish}`), 409, 'room_ended')
  })
}

test('who has revealed is seen by nickname, while the lines keep their mask', async () => {
  const { one, two, at, room } = await chat()
  await one.post(at + '/reveal')
  assert.ok(!(await seen(two, room)).join().includes('Anna B.'))
  await two.post(at + '/reveal')
  const { peer } = (await two.get(at)).body
  assert.equal(peer.nickname, 'Anna B.')
  assert.match(peer.profile_avatar, /^\/avatar\/[0-9a-f]{16}\.svg$/)
  assert.notEqual(peer.alias, peer.nickname)
  const { items } = (await two.get(at + '/messages')).body
  assert.equal(items[0].alias, peer.alias)
})

test('what one pins or silences is nothing that the other hears of', async () => {
  const { one, two, room, at } = await chat()
  const before = await seen(two, room)
  await one.post(at + '/pin', { on: true })
  await one.post(at + '/silence', { on: true })
  assert.deepEqual(await seen(two, room), before)
})
