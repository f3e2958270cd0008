/**
 * Which of a chat's rows are in the document: some of them around what is in sight, that move along as one scrolls. So a
 * chat of ten thousand lines costs no more than one of a hundred. A gap as high as the rows that were there before stands
 * for them; those that never were have none yet.
 */
import type { Row } from './chatlines'

/** Rows that are in the document at most. */
export const ROWS = 100

/** From one row up to another that is not among them, both by their place. */
export interface Span {
  from: number
  to: number
}

type Placed = Pick<Row, 'key' | 'kind'>

/** A day's name goes to where its first line is. */
const stays = ({ kind }: Placed): boolean => kind !== 'day'

/** The last of `count` rows. */
export function lastOf(count: number): Span {
  return { from: Math.max(0, count - ROWS), to: count }
}

/** As many rows as may be, with the one at `at` in their middle where the ends allow it. */
export function around(at: number, count: number): Span {
  const from = Math.max(0, Math.min(at - ROWS / 2, count - ROWS))
  return { from, to: Math.min(count, from + ROWS) }
}

/** Rows that are made before and behind those that are seen, where all that are seen are others at once. */
const SPARE = 4

/** Those from one place up to another, both of them too, and a few more. */
export function seenOf(first: number, last: number, count: number): Span {
  const from = Math.max(0, first - SPARE)
  return { from, to: Math.min(count, last + 1 + SPARE, from + ROWS) }
}

/** `by` more rows at the end, or at the beginning where it is less than 0; at the other one those go that are too many. */
export function moved({ from, to }: Span, by: number, count: number): Span {
  if (by < 0) {
    const first = Math.max(0, from + by)
    return { from: first, to: Math.min(to, first + ROWS) }
  }
  const end = Math.min(count, to + by)
  return { from: Math.max(from, end - ROWS), to: end }
}

/**
 * The rows are others now: those that were shown still are. At the newest (`newest`) what comes behind them is shown too;
 * elsewhere as much of it as there is room for. Where none is left it is the last ones.
 */
export function kept(span: Span, before: Placed[], now: Placed[], newest: boolean): Span {
  const places = new Map(now.map((row, i) => [row.key, i]))
  const left = before
    .slice(span.from, span.to)
    .filter(stays)
    .map((row) => places.get(row.key))
    .filter((at) => at !== undefined)
  const last = lastOf(now.length)
  if (newest || !left.length) return { from: Math.max(left[0] ?? 0, last.from), to: last.to }
  const wasLast = span.to === before.length
  const room = left[0] + ROWS
  const end = left[left.length - 1] + 1
  return { from: left[0], to: Math.min(wasLast ? Math.max(end, now.length) : end, room) }
}

/** As many new rows are read out; more at once nobody wants to hear. */
const HEARD = 10

/** Whether what is shown now is what was shown before and a few rows that came behind it. */
export function follows(before: Placed[], now: Placed[]): boolean {
  const known = new Set(before.map(({ key }) => key))
  const first = now.findIndex(({ key }) => !known.has(key))
  if (first < 0) return true
  const behind = first > 0 || !before.length
  return behind && now.length - first <= HEARD && now.slice(first).every(({ key }) => !known.has(key))
}

/** The first of `count` places that `is` holds for, where it holds for all behind that too; `count` where it holds for none. */
export function firstOf(count: number, is: (at: number) => boolean): number {
  let from = 0
  for (let to = count; from < to;) {
    const middle = (from + to) >> 1
    if (is(middle)) to = middle
    else from = middle + 1
  }
  return from
}

/** How high rows were when they were last in the document, in pixels. */
export class Heights {
  private known = new Map<string, number>()

  note(key: string, height: number): void {
    this.known.set(key, height)
  }

  /** Of the rows from one place up to another, those that are known. */
  sum(rows: Placed[], from: number, to: number): number {
    let sum = 0
    for (let at = from; at < to; at++) sum += this.known.get(rows[at].key) ?? 0
    return sum
  }

  /** By how much what lies before the row at `to` is higher than what lies before the one at `from`. */
  between(rows: Placed[], from: number, to: number): number {
    return from < to ? this.sum(rows, from, to) : -this.sum(rows, to, from)
  }

  /** The place of the row that `y` lies in, counted from the row at `from`. */
  placeAt(rows: Placed[], from: number, y: number): number {
    let at = from
    for (let left = y; at < rows.length - 1; at++) {
      left -= this.known.get(rows[at].key) ?? 0
      if (left < 0) break
    }
    return at
  }

  /** The rows are as wide as they never were. */
  clear(): void {
    this.known.clear()
  }
}
