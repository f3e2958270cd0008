/** The rows of a chat: days, runs, states, and what may be taken back. */
import { expect, it } from 'vitest'
import type { Room } from '@/api/types'
import { canRecall, chatRows } from '@/lib/chatlines'
import type { Pending } from '@/live'
import { line } from './fake'

const room = { me: { member: 'me' }, peer: { member: 'them', read_seq: 2 } } as Room
const at = (day: number, hour: number): string => new Date(2026, 0, day, hour).toISOString()
const pending = (more: Partial<Pending>): Pending => ({
  client_id: 'c9',
  room: 'a',
  body: 'typed',
  at: new Date(2026, 0, 2, 12).getTime(),
  state: 'sending',
  ...more,
})

it('puts a line between days, and starts a run at each change of member', () => {
  const lines = [
    line('a', 1, { at: at(1, 9) }),
    line('a', 2, { at: at(1, 10) }),
    line('a', 3, { at: at(2, 9) }),
    line('a', 4, { at: at(2, 9), member: 'me' }),
  ]
  const rows = chatRows(lines, [], room)
  expect(rows.map((r) => r.kind)).toEqual(['day', 'line', 'line', 'day', 'line', 'line'])
  expect(rows.map((r) => r.head)).toEqual([true, true, false, true, true, true])
  expect(rows.map((r) => r.mine)).toEqual([false, false, false, false, false, true])
})

it('says read and sent once each', () => {
  const lines = [1, 2, 3, 4].map((seq) => line('a', seq, { member: 'me', client_id: `c${seq}` }))
  const rows = chatRows(lines, [], room).filter((r) => r.kind === 'line')
  expect(rows.map((r) => r.state)).toEqual(['', 'read', '', 'sent'])
})

it('keeps a line’s key while it turns from pending into a message', () => {
  const before = chatRows([], [pending({})], room)
  const after = chatRows(
    [line('a', 1, { member: 'me', client_id: 'c9' })],
    [pending({ state: 'sent' })],
    room,
  )
  expect(before[1].key).toBe('c9')
  expect(after.filter((r) => r.kind === 'line').map((r) => r.key)).toEqual(['c9'])
})

it('shows that something was taken back, not what', () => {
  const rows = chatRows([line('a', 1, { body: null, recalled: true })], [], room)
  expect(rows[1]).toMatchObject({ kind: 'recalled', body: '' })
})

it('lets own answered lines be taken back for two minutes', () => {
  const [, mine, theirs] = chatRows([line('a', 1, { member: 'me' }), line('a', 2)], [], room)
  const sent = Date.parse(mine.at)
  expect(canRecall(mine, sent + 119000)).toBe(true)
  expect(canRecall(mine, sent + 121000)).toBe(false)
  expect(canRecall(theirs, sent)).toBe(false)
  expect(canRecall(chatRows([], [pending({})], room)[1], pending({}).at)).toBe(false)
})
