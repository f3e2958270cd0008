/** What calls somebody who is not looking: when a line or a match makes a sound, and when it is shown outside the page. */

export type Call = 'line' | 'match'

/** Milliseconds between two sounds, however much comes in. */
export const RING_EVERY = 2000

export interface NoticeDeps {
  now(): number
  /** Whether this tab speaks for all of this browser: one alone does. */
  leads(): boolean
  /** The rooms in front in the tabs that are in sight; an empty one for a tab that shows none. */
  fronts(): Promise<string[]>
  /** What is switched on. */
  sounds(): boolean
  shows(): boolean
  ring(what: Call): void
  show(what: Call, room: string): void
}

export class Notices {
  private rangAt = -Infinity

  constructor(private deps: NoticeDeps) {}

  /** A line in a room that is read as it comes calls nobody, and where a tab is in sight a sound is enough. */
  async call(what: Call, room: string): Promise<void> {
    const { deps } = this
    if (!deps.leads() || !(deps.sounds() || deps.shows())) return
    const fronts = await deps.fronts()
    if (what === 'line' && fronts.includes(room)) return
    const now = deps.now()
    if (deps.sounds() && now - this.rangAt >= RING_EVERY) {
      this.rangAt = now
      deps.ring(what)
    }
    if (deps.shows() && !fronts.length) deps.show(what, room)
  }
}
