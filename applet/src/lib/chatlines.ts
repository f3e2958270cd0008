/** A room's messages and pending lines as the rows of the chat: day lines, lines, and what stands under them. */
import type { Message, Room } from '@/api/types'
import type { Pending } from '@/live'
import { dayKey, dayName, parseTime } from './time'

export const RECALL_WINDOW = 120000

export interface Row {
  key: string
  kind: 'day' | 'line' | 'recalled'
  day: string
  mine: boolean
  seq: number
  client_id: string
  member: string
  body: string
  at: string
  state: '' | 'sending' | 'failed' | 'sent' | 'read'
  code: string
  /** The seq this answers, 0 for none. */
  reply: number
  /** First of a run by the same member: it gets the mask's picture and more room above. */
  head: boolean
}

const EMPTY: Row = {
  key: '',
  kind: 'line',
  day: '',
  mine: false,
  seq: 0,
  client_id: '',
  member: '',
  body: '',
  at: '',
  state: '',
  code: '',
  reply: 0,
  head: true,
}

export function chatRows(
  lines: Message[],
  pending: Pending[],
  room: Room | undefined,
  now = new Date(),
): Row[] {
  const rows: Row[] = []
  const me = room?.me?.member
  const seen = new Set(lines.map((m) => m.client_id))
  let day = ''
  const push = (row: Row): void => {
    const key = dayKey(row.at)
    if (key !== day) {
      day = key
      rows.push({ ...EMPTY, key: 'day-' + key, kind: 'day', day: dayName(row.at, now) })
    }
    const before = rows[rows.length - 1]
    row.head = before.kind !== 'line' || before.member !== row.member
    rows.push(row)
  }
  for (const m of lines) {
    const mine = m.member === me
    push({
      ...EMPTY,
      key: mine && m.client_id ? m.client_id : `seq-${m.seq}`,
      kind: m.recalled ? 'recalled' : 'line',
      mine,
      seq: m.seq,
      client_id: m.client_id ?? '',
      member: m.member,
      body: m.body ?? '',
      at: m.at,
      reply: m.reply_to ?? 0,
    })
  }
  markState(rows, room)
  for (const p of pending) {
    if (seen.has(p.client_id)) continue
    push({
      ...EMPTY,
      key: p.client_id,
      mine: true,
      client_id: p.client_id,
      member: me ?? 'me',
      body: p.body,
      at: new Date(p.at).toISOString(),
      state: p.state,
      code: p.code ?? '',
      reply: p.reply_to ?? 0,
    })
  }
  return rows
}

/** "Sent" and "Read" stand once each, under the last own line they hold for. */
function markState(rows: Row[], room: Room | undefined): void {
  const own = rows.filter((row) => row.kind === 'line' && row.mine)
  const readUpTo = room?.peer?.read_seq ?? 0
  const lastRead = [...own].reverse().find((row) => row.seq <= readUpTo)
  if (lastRead) lastRead.state = 'read'
  const last = own[own.length - 1]
  if (last && last !== lastRead) last.state = 'sent'
}

export function canRecall(row: Row, now = Date.now()): boolean {
  return row.mine && row.kind === 'line' && row.seq > 0 && now - parseTime(row.at).getTime() < RECALL_WINDOW
}
