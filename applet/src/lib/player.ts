/** What plays: one voice at a time, and after it the next one that was not heard yet. */

export interface Track {
  key: string
  room: string
  /** 0 for one's own that is not sent yet. */
  seq: number
  url: string
  /** In milliseconds, as the service says. */
  duration: number
  /** For the lock screen. */
  title: string
  artist: string
}

export interface SoundEvents {
  playing(): void
  paused(): void
  /** Milliseconds from the beginning. */
  time(at: number): void
  ended(): void
  failed(): void
}

/** The platform's own player, one file after another. */
export interface Sound {
  open(source: string, at: number): void
  play(): void
  pause(): void
  seek(at: number): void
  close(): void
}

export interface Playing {
  key: string
  state: 'idle' | 'loading' | 'playing' | 'paused'
  at: number
  /** The key of the one that could not be played. */
  failed: string
}

export interface PlayerDeps {
  sound(events: SoundEvents): Sound
  /** Where the platform finds the file of an address of the service. */
  source(url: string): Promise<string>
  changed(now: Playing): void
  /** It began to play: it counts as heard. */
  heard(track: Track): void
  /** What comes after it, if anything. */
  after(track: Track): Track | null
}

export class Player {
  now: Playing = { key: '', state: 'idle', at: 0, failed: '' }
  track: Track | null = null
  private sound: Sound | null = null
  private asked = 0

  constructor(private deps: PlayerDeps) {}

  toggle(track: Track): void {
    if (this.now.key !== track.key || this.now.state === 'idle') return this.play(track)
    if (this.now.state === 'playing') this.pause()
    else if (this.now.state === 'paused') this.resume()
    else this.stop()
  }

  play(track: Track, at = 0): void {
    const mine = ++this.asked
    this.sound?.pause()
    this.track = track
    this.tell({ key: track.key, state: 'loading', at, failed: '' })
    this.deps.source(track.url).then(
      (source) => mine === this.asked && this.open(source, at),
      () => mine === this.asked && this.failed(),
    )
  }

  pause(): void {
    if (this.now.state === 'playing') this.sound?.pause()
  }

  resume(): void {
    if (this.now.state === 'paused') this.sound?.play()
  }

  /** To a place in it; one that does not play begins there. */
  seek(track: Track, at: number): void {
    const to = Math.min(Math.max(0, at), Math.max(0, track.duration - 100))
    if (this.now.key !== track.key || this.now.state === 'idle') return this.play(track, to)
    if (this.now.state === 'loading') return
    this.sound?.seek(to)
    this.tell({ ...this.now, at: to })
  }

  stop(): void {
    this.asked++
    this.sound?.close()
    this.sound = null
    this.track = null
    this.tell({ key: '', state: 'idle', at: 0, failed: '' })
  }

  /** A line was taken back, or deleted: it is not heard on. */
  drop(key: string): void {
    if (this.now.key === key) this.stop()
  }

  private tell(now: Playing): void {
    this.now = now
    this.deps.changed(now)
  }

  private open(source: string, at: number): void {
    this.sound ??= this.deps.sound(this.events())
    this.sound.open(source, at)
  }

  private events(): SoundEvents {
    return {
      playing: () => {
        if (!this.track) return
        if (this.now.state === 'loading') this.deps.heard(this.track)
        this.tell({ ...this.now, state: 'playing' })
      },
      paused: () => this.now.state === 'playing' && this.tell({ ...this.now, state: 'paused' }),
      time: (at) => this.now.state === 'playing' && this.tell({ ...this.now, at }),
      ended: () => this.ended(),
      failed: () => this.track && this.failed(),
    }
  }

  private ended(): void {
    if (!this.track) return
    const next = this.deps.after(this.track)
    if (next) this.play(next)
    else this.stop()
  }

  private failed(): void {
    const key = this.now.key
    this.stop()
    this.tell({ ...this.now, failed: key })
  }
}
