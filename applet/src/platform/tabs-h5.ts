/**
 * This browser's tabs among each other, by Web Locks: a lock goes when its tab does, however that ends. One tab leads, and each
 * that is in sight says which room it shows. Without Web Locks (no https, browsers before 2022) no tab leads.
 */
import { uuid4 } from '@/lib/uuid'

const LEAD = 'driftline.lead'
const FRONT = 'driftline.front.'
const TAB = 'driftline.tab.'

export const hasTabs = (): boolean => 'locks' in navigator

/** Holds a lock until it is let go of, which may be before it was had. Answers how. */
function hold(name: string, mode: LockMode, held: () => void = () => undefined): () => void {
  const asking = new AbortController()
  let release = (): void => asking.abort()
  navigator.locks
    .request(name, { mode, signal: asking.signal }, () => {
      if (asking.signal.aborted) return
      held()
      return new Promise<void>((resolve) => (release = resolve))
    })
    // Letting go before it was had is no failure.
    .catch(() => undefined)
  return () => release()
}

/** Stands for the lead, and has it when no tab before this one does; `had` hears of it. Answers how to step back. */
export const standForLead = (had: () => void): (() => void) => hold(LEAD, 'exclusive', had)

/** Says that this tab is in sight and shows this room, or none (''). Answers how to take it back. */
export const sayFront = (room: string): (() => void) => hold(FRONT + room, 'shared')

let mine = ''
/** A name for this tab, held from when it is first asked for until the tab is closed or loaded anew. */
export function thisTab(): string {
  if (!mine) hold(TAB + (mine = uuid4()), 'exclusive')
  return mine
}

/** Runs once the tab of that name is no more. */
export function whenTabGone(name: string, action: () => void): void {
  navigator.locks.request(TAB + name, () => action()).catch(() => undefined)
}

/** What the tabs in sight show, this one among them. */
export async function frontRooms(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query()
  return held.flatMap(({ name }) => (name?.startsWith(FRONT) ? name.slice(FRONT.length) : []))
}
