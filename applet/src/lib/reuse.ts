/** What was worked out anew and came out the same is the former object, so that nobody takes it for a change. */

/** Whether two values of plain data say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => key in b && same((a as never)[key], (b as never)[key]))
}

/** `now`, with the objects of `before` that say the same; found by their keys. */
export function reused<T extends { key: string }>(before: T[], now: T[]): T[] {
  const known = new Map(before.map((each) => [each.key, each]))
  return now.map((each) => {
    const old = known.get(each.key)
    return old && same(old, each) ? old : each
  })
}
