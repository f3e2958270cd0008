/** The rows of a chat: days, runs, states, and what may be taken back. */
import { expect, it } from 'vitest'
import type { Room } from '@/api/types'
import { canRecall, chatRows, linesAfter, rowOf } from '@/lib/chatlines'
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

it('begins no day again for a line that waits since a former one', () => {
  const failed = pending({
    client_id: 'old',
    at: Date.parse(line('a', 1).at) - 86400000 * 3,
    state: 'failed',
  })
  const rows = chatRows([line('a', 1), line('a', 2)], [failed], room)
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'line', 'line', 'line'])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

it('shows that something was taken back, not what', () => {
  const rows = chatRows([line('a', 1, { body: null, recalled: true })], [], room)
  expect(rows[1]).toMatchObject({ kind: 'recalled', body: '' })
})

it('lets own answered lines be taken back for two minutes', () => {
  const [, mine, theirs] = chatRows([line('a', 1, { member: 'me' }), line('a', 2)], [], room)
  const sent = Date.parse(mine.at)
  expect(canRecall(mine, room, sent + 119000)).toBe(true)
  expect(canRecall(mine, room, sent + 121000)).toBe(false)
  expect(canRecall(mine, room, sent + 121000, 600)).toBe(true)
  expect(canRecall(mine, room, sent + 1000, 0)).toBe(false)
  expect(canRecall(theirs, room, sent)).toBe(false)
  expect(canRecall(chatRows([], [pending({})], room)[1], room, pending({}).at)).toBe(false)
})

const me = { member: 'me', alias: 'Lone Duck', alias_zh: '', avatar: '', blocked: ['rude'] }
const group = { kind: 'group', me: { ...me, role: 'member', left: null } } as unknown as Room

it('folds the lines of people one does not want to see, run by run, and keeps their seqs', () => {
  const lines = [1, 2, 3, 4].map((seq) =>
    line('a', seq, { member: seq === 2 || seq === 3 ? 'rude' : 'them' }),
  )
  const rows = chatRows(lines, [], group)
  expect(rows.map((r) => [r.kind, r.seq, r.last, r.count])).toEqual([
    ['day', 0, 0, 1],
    ['line', 1, 1, 1],
    ['hidden', 2, 3, 2],
    ['line', 4, 4, 1],
  ])
  expect(JSON.stringify(rows[2])).not.toContain('line 2')
  expect(rowOf(rows, 3)).toBe(rows[2])
  expect(rowOf(rows, 9)).toBeUndefined()
  expect(chatRows(lines, [], { ...group, kind: 'private' }).map((r) => r.kind)).not.toContain('hidden')
})

it('divides what is new from what was read, at the first line of somebody else', () => {
  const lines = [
    line('a', 1),
    line('a', 2, { member: 'me', client_id: 'c2' }),
    line('a', 3, { member: 'rude' }),
    line('a', 4),
    line('a', 5),
  ]
  const kinds = chatRows(lines, [], group, { readUpTo: 1 }).map((r) => r.kind)
  expect(kinds).toEqual(['day', 'line', 'line', 'hidden', 'unread', 'line', 'line'])
  expect(chatRows(lines, [], group).map((r) => r.kind)).not.toContain('unread')
  expect(linesAfter(lines, 1, group)).toBe(2)
  expect(linesAfter(lines, 1, { ...group, kind: 'private' })).toBe(3)
})

it('shows reactions, but none under a line that was taken back', () => {
  const reacted = { reactions: { like: 2, wow: 1 }, reacted: ['wow' as const] }
  const [, shown, gone] = chatRows(
    [line('a', 1, reacted), line('a', 2, { ...reacted, recalled: true, body: null })],
    [],
    group,
  )
  expect(shown.reactions).toEqual([
    { name: 'like', count: 2, mine: false },
    { name: 'wow', count: 1, mine: true },
  ])
  expect(gone.reactions).toEqual([])
})

it('puts lines of the room itself in the middle', () => {
  expect(chatRows([line('a', 1, { kind: 'system' })], [], group)[1].kind).toBe('note')
})

it('lets the owner of a group take any line back, at any time', () => {
  const owned = { ...group, me: { ...group.me, role: 'owner' } } as Room
  const [, theirs] = chatRows([line('a', 1)], [], owned)
  expect(canRecall(theirs, owned, Date.now())).toBe(true)
  expect(canRecall(theirs, group, Date.parse(theirs.at))).toBe(false)
})
