/** What was typed and not sent: kept per room, and never so much that it fills the device. */
import { beforeEach, expect, it, vi } from 'vitest'
import { BODY_MAX } from '@/lib/form'
import { drafts, DRAFTS_MAX } from '@/stores/drafts'
import { reset, stored } from './outside'

beforeEach(() => {
  reset()
  vi.useFakeTimers({ now: 1_000_000 })
  return () => vi.useRealTimers()
})

const kept = (): string[] => [...stored.keys()].filter((key) => key.startsWith('driftline.draft.'))

it('comes back, changes and goes', () => {
  expect(drafts.get('a')).toBe('')
  drafts.put('a', 'half a li')
  drafts.put('a', 'half a line')
  expect(drafts.get('a')).toBe('half a line')
  drafts.put('a', '')
  expect(drafts.get('a')).toBe('')
  expect(kept()).toEqual([])
})

it('is read as earlier versions kept it', () => {
  stored.set('driftline.draft.a', 'half a line')
  expect(drafts.get('a')).toBe('half a line')
})

it('of two hundred the latest stay', () => {
  stored.set('driftline.draft.before', 'of an earlier version')
  for (let i = 0; i < 200; i++) {
    vi.advanceTimersByTime(1000)
    drafts.put(`r${i}`, `line ${i}`)
    // One that is still written on stays, however old it is.
    if (i) drafts.put('r0', `line 0, ${i}`)
  }
  expect(kept()).toHaveLength(DRAFTS_MAX)
  expect(drafts.get('r199')).toBe('line 199')
  expect(drafts.get('r0')).toBe('line 0, 199')
  expect(drafts.get('r1')).toBe('')
  expect(drafts.get('before')).toBe('')
})

it('keeps no more of one than is of use, and all of them together are small', () => {
  for (let i = 0; i < 200; i++) drafts.put(`r${i}`, 'x'.repeat(1_000_000))
  expect(drafts.get('r199')).toHaveLength(2 * BODY_MAX)
  // A browser gives a site five million characters.
  expect(JSON.stringify([...stored]).length).toBeLessThan(500_000)
})
