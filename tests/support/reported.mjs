/* A report, as it comes about. */
import assert from 'node:assert/strict'
import { pair, Person, unique } from './client.mjs'
import { png, send as sendMedia } from './media.mjs'

/**
 * A report about one of two who have talked, with a picture among what was said. Returns {one, two, room, lines, note,
 * report}: one is reported by two, and both are the caller's to close.
 */
export async function reported() {
  const { one, two, room } = await pair(await Person.register(), await Person.guest())
  const lines = [unique('hello'), unique('worse')]
  for (const line of lines) await one.send(room, line)
  await sendMedia(one, room, await png(40, 30))
  const { body } = await two.get('/rooms/' + room)
  const note = unique('note')
  const report = { room, member: body.peer.member, seqs: [2, 3], reason: 'minor', note }
  const made = await two.post('/reports', report)
  assert.equal(made.status, 201, made.text)
  return { one, two, room, lines, note, report: made.body.id }
}
