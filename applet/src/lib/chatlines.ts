/** A room's messages and pending lines as the rows of the chat: day lines, lines, and what stands under them. */
import type { Mask, Media, Message, Room } from '@/api/types'
import type { Pending } from '@/live'
import { lookOf, type Kind } from './kinds'
import { chips, type Chip } from './reactions'
import { isOwner } from './standing'
import { dayKey, dayName, parseTime } from './time'

/** In seconds, where the service has not said another. */
export const RECALL_WINDOW = 120

export interface RowMedia extends Media {
  duration: number
  /** Which share of it is out; null when it is not under way. */
  progress: number | null
}

export interface Row {
  key: string
  /** `hidden` stands for a run of lines by people whom one does not want to see; `unread` is the divider. */
  kind: 'day' | 'line' | 'note' | 'recalled' | 'hidden' | 'unread'
  day: string
  mine: boolean
  seq: number
  /** The last seq that the row stands for: a hidden run has several. */
  last: number
  client_id: string
  member: string
  /** Who wrote it, as shown in this room. */
  mask: Mask | null
  type: Kind
  body: string
  /** Of a picture or a voice. */
  media: RowMedia | null
  at: string
  state: '' | 'sending' | 'held' | 'failed' | 'sent' | 'read'
  code: string
  /** The seq this answers, 0 for none. */
  reply: number
  reactions: Chip[]
  /** How many lines the row stands for. */
  count: number
  /** First of a run by the same member: it gets the mask's picture and more room above. */
  head: boolean
}

const EMPTY: Row = {
  key: '',
  kind: 'line',
  day: '',
  mine: false,
  seq: 0,
  last: 0,
  client_id: '',
  member: '',
  mask: null,
  type: 'text',
  body: '',
  media: null,
  at: '',
  state: '',
  code: '',
  reply: 0,
  reactions: [],
  count: 1,
  head: true,
}

export interface RowOptions {
  now?: Date
  /** The first line after this seq that is not one's own gets the divider above it; 0 for none. */
  readUpTo?: number
}

/** Rows as they are put together: what comes before a row decides on days, dividers and runs. */
class Rows {
  readonly all: Row[] = []
  private day = ''
  private divided: boolean

  constructor(
    private now: Date,
    private readUpTo: number,
  ) {
    this.divided = readUpTo <= 0
  }

  push(row: Row): void {
    this.dayOf(row)
    this.divide(row)
    const before = this.all[this.all.length - 1]
    if (row.kind === 'hidden' && before?.kind === 'hidden') {
      this.all[this.all.length - 1] = { ...before, last: row.seq, count: before.count + 1 }
      return
    }
    row.head = before.kind !== 'line' || before.member !== row.member
    this.all.push(row)
  }

  private dayOf(row: Row): void {
    const key = dayKey(row.at)
    // What waits since a former day stands below today's lines: their day is not begun again.
    if (key <= this.day) return
    this.day = key
    this.all.push({ ...EMPTY, key: 'day-' + key, kind: 'day', day: dayName(row.at, this.now) })
  }

  private divide(row: Row): void {
    if (this.divided || row.mine || row.kind === 'hidden' || row.seq <= this.readUpTo) return
    this.divided = true
    this.all.push({ ...EMPTY, key: 'unread', kind: 'unread' })
  }
}

export function chatRows(
  lines: Message[],
  pending: Pending[],
  room: Room | undefined,
  { now = new Date(), readUpTo = 0 }: RowOptions = {},
): Row[] {
  const rows = new Rows(now, readUpTo)
  const me = room?.me?.member
  const blocked = new Set(room?.kind === 'group' ? room.me?.blocked : [])
  const seen = new Set(lines.map((m) => m.client_id))
  for (const m of lines) rows.push(lineRow(m, m.member === me, blocked.has(m.member)))
  markState(rows.all, room)
  for (const p of pending) if (!seen.has(p.client_id)) rows.push(pendingRow(p, me ?? 'me'))
  return rows.all
}

function kindOf(m: Message, blocked: boolean): Row['kind'] {
  if (blocked) return 'hidden'
  if (m.recalled) return 'recalled'
  return lookOf(m.kind).shape === 'note' ? 'note' : 'line'
}

function maskOf({ member, alias, alias_zh, avatar, profile }: Message): Mask {
  return { member, alias, alias_zh, avatar, profile }
}

function lineRow(m: Message, mine: boolean, blocked: boolean): Row {
  const hidden = blocked && !mine
  return {
    ...EMPTY,
    key: mine && m.client_id ? m.client_id : `seq-${m.seq}`,
    kind: kindOf(m, hidden),
    mine,
    seq: m.seq,
    last: m.seq,
    client_id: m.client_id ?? '',
    member: m.member,
    mask: maskOf(m),
    type: m.kind,
    body: hidden ? '' : (m.body ?? ''),
    media:
      hidden || m.recalled || !m.media ? null : { ...m.media, duration: m.duration ?? 0, progress: null },
    at: m.at,
    reply: m.reply_to ?? 0,
    reactions: hidden || m.recalled ? [] : chips(m),
  }
}

function pendingRow(p: Pending, me: string): Row {
  return {
    ...EMPTY,
    key: p.client_id,
    mine: true,
    client_id: p.client_id,
    member: me,
    type: p.media?.kind ?? 'text',
    body: p.body,
    media: p.media ? { ...p.media, duration: p.media.duration ?? 0, progress: p.progress ?? null } : null,
    at: new Date(p.at).toISOString(),
    state: p.state,
    code: p.code ?? '',
    reply: p.reply_to ?? 0,
  }
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

/** One's own for a while, in seconds; the owner of a group any. */
export function canRecall(row: Row, room?: Room, now = Date.now(), within = RECALL_WINDOW): boolean {
  if (row.kind !== 'line' || row.seq <= 0) return false
  if (isOwner(room)) return true
  return row.mine && now - parseTime(row.at).getTime() < within * 1000
}

/** What a report may be about: somebody's lines, or where it is about no one in particular (`member` empty) all others'. */
export function choosable(row: Row, member: string): boolean {
  return row.kind === 'line' && row.seq > 0 && !row.mine && (!member || row.member === member)
}

/** Its element's id. */
export const rowId = (row: Row): string => (row.seq ? `line-${row.seq}` : `row-${row.key}`)

/** The row that shows a line, or stands for it. */
export function rowOf(rows: Row[], seq: number): Row | undefined {
  return rows.find((row) => row.seq > 0 && row.seq <= seq && seq <= row.last)
}

/** Others' lines past `seq`, without those one does not want to see. */
export function linesAfter(lines: Message[], seq: number, room: Room | undefined): number {
  const blocked = room?.kind === 'group' ? (room.me?.blocked ?? []) : []
  return lines.filter((m) => m.seq > seq && m.member !== room?.me?.member && !blocked.includes(m.member))
    .length
}
