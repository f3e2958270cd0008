/** Which of a chat's rows are in the document, while it scrolls and while lines come. */
import { expect, it } from 'vitest'
import { reused, same } from '@/lib/reuse'
import {
  around,
  firstOf,
  follows,
  Heights,
  kept,
  lastOf,
  moved,
  ROWS,
  seenOf,
  type Span,
} from '@/lib/rowwindow'

type Placed = Parameters<typeof kept>[1][number]
const lines = (from: number, to: number): Placed[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ key: `seq-${from + i}`, kind: 'line' }))
const keys = (rows: Placed[], { from, to }: Span): string[] => rows.slice(from, to).map(({ key }) => key)

it('begins with the last rows, as many as there may be', () => {
  expect(lastOf(30)).toEqual({ from: 0, to: 30 })
  expect(lastOf(1000)).toEqual({ from: 1000 - ROWS, to: 1000 })
})

it.each([
  [0, 1000, { from: 0, to: ROWS }],
  [999, 1000, { from: 1000 - ROWS, to: 1000 }],
  [500, 1000, { from: 500 - ROWS / 2, to: 500 + ROWS / 2 }],
  [3, 10, { from: 0, to: 10 }],
])('is all around row %i of %i', (at, count, span) => expect(around(at, count)).toEqual(span))

it.each([
  [500, 511, 1000, { from: 496, to: 516 }],
  [1, 9, 1000, { from: 0, to: 14 }],
  [990, 999, 1000, { from: 986, to: 1000 }],
  [500, 700, 1000, { from: 496, to: 496 + ROWS }],
])('is what one sees of it, from row %i to %i of %i', (first, last, count, span) =>
  expect(seenOf(first, last, count)).toEqual(span),
)

it('moves by some rows, never past an end, and never grows too large', () => {
  expect(moved({ from: 300, to: 300 + ROWS }, -8, 1000)).toEqual({ from: 292, to: 292 + ROWS })
  expect(moved({ from: 300, to: 300 + ROWS }, 8, 1000)).toEqual({ from: 308, to: 308 + ROWS })
  expect(moved({ from: 3, to: 60 }, -8, 1000)).toEqual({ from: 0, to: 60 })
  expect(moved({ from: 950, to: 995 }, 8, 1000)).toEqual({ from: 950, to: 1000 })
})

it('shows the same rows after older ones came', () => {
  const before = lines(51, 150)
  const now = lines(1, 150)
  const span = kept({ from: 0, to: 100 }, before, now, false)
  expect(keys(now, span)).toEqual(keys(before, { from: 0, to: 100 }))
})

it('does not follow a day’s name to where its first line is now', () => {
  const day: Placed = { key: 'day-1', kind: 'day' }
  const now = [day, ...lines(1, 150)]
  expect(keys(now, kept({ from: 0, to: 51 }, [day, ...lines(101, 150)], now, false))).toEqual(
    keys(lines(101, 150), { from: 0, to: 50 }),
  )
})

it('at the newest it goes on with what comes, and lets go of as much at the other end', () => {
  const now = lines(1, 203)
  const span = kept({ from: 100, to: 200 }, lines(1, 200), now, true)
  expect(span).toEqual({ from: 203 - ROWS, to: 203 })
})

it('elsewhere what comes is not shown, but for what there is room for', () => {
  const far = { from: 20, to: 20 + ROWS }
  expect(kept(far, lines(1, 200), lines(1, 203), false)).toEqual(far)
  expect(kept({ from: 0, to: 20 }, lines(1, 20), lines(1, 22), false)).toEqual({ from: 0, to: 22 })
})

it('shows the last rows where none of those shown is left', () => {
  expect(kept({ from: 0, to: 50 }, lines(1, 50), lines(900, 1100), false)).toEqual(lastOf(201))
})

it.each([0, 1, 4, 9, 10])('finds the first of ten places, at %i', (first) => {
  expect(firstOf(10, (at) => at >= first)).toBe(first)
})

it.each([
  ['one more', lines(1, 5), lines(1, 6), true],
  ['one more, and the first one goes', lines(1, 5), lines(2, 6), true],
  ['none of them', lines(1, 5), lines(2, 4), true],
  ['older ones above', lines(5, 9), lines(3, 9), false],
  ['another part', lines(1, 5), lines(20, 25), false],
  ['the first of all', [], lines(1, 3), true],
  ['many at once', lines(1, 5), lines(1, 40), false],
  ['some above and some behind', lines(5, 9), lines(4, 10), false],
])('what follows is read out: %s', (_, before, now, is) => expect(follows(before, now)).toBe(is))

it('knows how high rows were, and which lies where', () => {
  const heights = new Heights()
  const rows = lines(1, 10)
  rows.slice(0, 5).forEach(({ key }, i) => heights.note(key, 10 * (i + 1)))
  expect(heights.sum(rows, 0, 10)).toBe(150)
  expect(heights.sum(rows, 1, 3)).toBe(50)
  expect([heights.between(rows, 1, 3), heights.between(rows, 3, 1)]).toEqual([50, -50])
  expect([0, 9, 10, 29, 30].map((y) => heights.placeAt(rows, 0, y))).toEqual([0, 0, 1, 1, 2])
  expect(heights.placeAt(rows, 3, 45)).toBe(4)
  expect(heights.placeAt(rows, 0, 10000)).toBe(9)
  heights.clear()
  expect(heights.sum(rows, 0, 10)).toBe(0)
})

it('what came out the same is the same object', () => {
  const before = [
    { key: 'a', mask: { alias: 'Fox' }, chips: [{ name: 'heart', count: 1 }] },
    { key: 'b', mask: { alias: 'Owl' }, chips: [] },
  ]
  const now = [
    { key: 'b', mask: { alias: 'Owl' }, chips: [] },
    { key: 'a', mask: { alias: 'Fox' }, chips: [{ name: 'heart', count: 2 }] },
    { key: 'c', mask: { alias: 'Elk' }, chips: [] },
  ]
  const rows = reused(before, now)
  expect(rows).toEqual(now)
  expect(rows[0]).toBe(before[1])
  expect(rows[1]).toBe(now[1])
})

it.each([
  [1, 1, true],
  [null, {}, false],
  [[], [1], false],
  [{ a: undefined }, { b: undefined }, false],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
])('same(%j, %j) is %s', (a, b, is) => expect(same(a, b)).toBe(is))
