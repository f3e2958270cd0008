// Warnings and mutes, as those see them whom they are about; appeals.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, random, refused, sql } from '../support/client.mjs'
import { act, rules } from '../support/safety.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const person = async () => {
  const one = await (await Person.guest()).open()
  open.push(one)
  return one
}
const step = async (one, action, days = null, reason = 'spam') =>
  act(
    `account_step(${await one.key()}, '${action}', ${days}, '${reason}', null, null, '${JSON.stringify(rules)}')`,
  )

test('a warning: told, listed, counted until it is seen', async () => {
  const one = await person()
  const second = await new Person(one.token).open()
  open.push(second)
  await step(one, 'warn', null, 'Please stay on topic.')
  const { warning } = await one.frame((f) => f.type === 'warning')
  const { id, at, expires, ...rest } = warning
  assert.deepEqual(rest, {
    kind: 'warn',
    reason: 'Please stay on topic.',
    until: null,
    seen: false,
    lifted: false,
    over: false,
    appeal: null,
  })
  assert.equal(Math.round((Date.parse(expires) - Date.parse(at)) / 86400_000), 90)
  assert.deepEqual((await one.get('/warnings')).body, { items: [warning], next: null })
  assert.equal((await one.get('/me')).body.warnings, 1)
  const other = await person()
  refused(await other.post(`/warnings/${id}/seen`), 404, 'no_warning')
  refused(await other.post(`/warnings/${id}/appeal`, { text: 'x' }), 404, 'no_warning')
  assert.deepEqual((await other.get('/warnings')).body.items, [])
  assert.equal((await one.post(`/warnings/${id}/seen`)).status, 204)
  await second.frame((f) => f.type === 'warning' && f.warning.seen)
  assert.equal((await one.post(`/warnings/${id}/seen`)).status, 204)
  assert.equal((await one.get('/me')).body.warnings, 0)
  assert.equal((await one.get('/warnings')).body.items[0].seen, true)
})

test('a mute: no room takes a line, no match, no room is opened; it says until when', async () => {
  const { one, two, room } = await pair(await person(), await person())
  await step(one, 'mute')
  const { warning } = await one.frame((f) => f.type === 'warning')
  for (const answer of [
    await one.send(room, 'x'),
    await one.match(),
    await one.match(null, 'room'),
    await one.post('/rooms', { topic: 'x' }),
  ]) {
    refused(answer, 403, 'muted')
    assert.deepEqual([answer.body.error.until, answer.body.error.everywhere], [warning.until, true])
  }
  assert.equal((await one.get(`/rooms/${room}/messages`)).status, 200)
  assert.equal((await two.send(room, 'x')).status, 200)
  assert.equal((await one.get('/match')).body.state === 'waiting', false)
  await act(
    `(select 'check'::text as kind, ''::text as target, account_unmute(${await one.key()})::text as body)`,
  )
  assert.equal((await one.send(room, 'again')).status, 200)
})

test("a room's own mute says until when, and that it is this room's", async () => {
  const [owner, one] = [await person(), await person()]
  const room = (await owner.post('/rooms', { topic: 'x' })).body.id
  const { member } = (await one.post(`/rooms/${room}/join`)).body.me
  await owner.post(`/rooms/${room}/members/${member}/mute`, { minutes: 5 })
  const answer = await one.send(room, 'x')
  refused(answer, 403, 'muted')
  assert.equal(answer.body.error.everywhere, false)
  assert.ok(Math.abs(Date.parse(answer.body.error.until) - Date.now() - 300_000) < 60_000)
  assert.equal((await one.match(['only-' + random()])).status, 200)
  await one.delete('/match')
})

test('an appeal: one text, answered; lifting ends the step', async () => {
  const one = await person()
  await step(one, 'mute')
  const { id } = (await one.frame((f) => f.type === 'warning')).warning
  refused(await one.post(`/warnings/${id}/appeal`, {}), 422, 'invalid_field', 'text')
  refused(await one.post(`/warnings/${id}/appeal`, { text: 'x'.repeat(1001) }), 422, 'invalid_field', 'text')
  refused(await one.post(`/warnings/${random(11)}/appeal`, { text: 'x' }), 404, 'no_warning')
  const answer = await one.post(`/warnings/${id}/appeal`, { text: 'It was a joke.' })
  assert.deepEqual(
    [answer.status, answer.body.appeal.text, answer.body.appeal.decision, answer.body.seen],
    [200, 'It was a joke.', null, true],
  )
  refused(await one.post(`/warnings/${id}/appeal`, { text: 'Really.' }), 409, 'appealed')
  await act(`appeal_answer('${id}', 'lift', 'All right.')`)
  const { warning } = await one.frame((f) => f.type === 'warning' && f.warning.appeal?.decision)
  assert.deepEqual(
    [warning.appeal.decision, warning.appeal.answer, warning.lifted],
    ['lift', 'All right.', true],
  )
  assert.equal((await one.post('/rooms', { topic: 'x' })).status, 201)
  refused(await one.post(`/warnings/${id}/appeal`, { text: 'x' }), 409, 'warning_over')
})

test('20 appeals at once: one is taken', async () => {
  const one = await person()
  await step(one, 'warn')
  const { id } = (await one.frame((f) => f.type === 'warning')).warning
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => one.post(`/warnings/${id}/appeal`, { text: 'text ' + n })),
  )
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, ...Array(19).fill(409)])
})

test('matching held by reports says until when', async () => {
  const one = await person()
  await sql(`update account set held_until = now() + interval '1 hour' where id = ${await one.key()}`)
  const answer = await one.match()
  refused(answer, 403, 'matching_paused')
  assert.ok(Date.parse(answer.body.error.until) > Date.now())
  assert.equal((await one.post('/rooms', { topic: 'x' })).status, 201, 'nothing else is')
})

test('the list comes in pages', async () => {
  const one = await person()
  for (const reason of ['one', 'two', 'three']) await step(one, 'warn', null, reason)
  const found = []
  for (let cursor = ''; cursor !== null;) {
    const { items, next } = (await one.get('/warnings?limit=2' + cursor)).body
    found.push(...items.map((item) => item.reason))
    cursor = next === null ? null : '&cursor=' + next
  }
  assert.deepEqual(found, ['three', 'two', 'one'])
  refused(await one.get('/warnings?cursor=x'), 422, 'invalid_field', 'cursor')
})
