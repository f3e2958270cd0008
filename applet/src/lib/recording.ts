/**
 * A voice from the first press to the moment it can be sent: asking for the microphone, recording, making it ready,
 * listening to it. Held down it ends with letting go, tapped it goes on until it is ended; a finger that slides away from
 * the control gives it up.
 */
import { ApiError, asApiError } from '@/api/error'
import { VOICE_MAX, type MediaFile } from './media'

export interface Clip {
  file: MediaFile
  /** An address that this device can play. */
  url: string
  /** In milliseconds. */
  duration: number
  waveform: number[]
}

export interface RecorderEvents {
  /** How loud it is, 0 to 1. */
  level(now: number): void
  /** The platform ended it: an incoming call, another program. */
  ended(): void
}

/** A microphone that is open. */
export interface Recording {
  stop(): Promise<Clip>
  cancel(): void
}

export interface RecordingDeps {
  /** Rejected with `mic_refused`, `mic_none` or `mic_busy` where there is no recording. */
  open(events: RecorderEvents): Promise<Recording>
  now(): number
  /** Runs `action` every so often; the answer ends it. */
  every(ms: number, action: () => void): () => void
  changed(): void
}

export type RecordingPhase = 'idle' | 'asking' | 'recording' | 'encoding' | 'review'

/** A press that is shorter is a tap. */
export const HOLD_AFTER = 350
/** What is shorter was a slip of the finger. */
export const LEAST = 700
/** Milliseconds before the end at which it is announced. */
export const WARN_BEFORE = 10000
const TICK = 100
/** So many of the latest levels are kept, for the bars. */
const LEVELS = 40

export class Recorder {
  phase: RecordingPhase = 'idle'
  /** Milliseconds since it began. */
  time = 0
  levels: number[] = []
  clip: Clip | null = null
  error: ApiError | null = null
  /** A finger holds it, so it ends with letting go. */
  held = false
  private recording: Recording | null = null
  private attempt = 0
  private pressedAt = 0
  private beganAt = 0
  private endTicks: (() => void) | null = null
  private level = 0

  constructor(private deps: RecordingDeps) {}

  get nearEnd(): boolean {
    return this.phase === 'recording' && VOICE_MAX - this.time <= WARN_BEFORE
  }

  /** The control goes down: recording begins at once. */
  press(): void {
    if (this.phase !== 'idle') return
    this.pressedAt = this.deps.now()
    this.held = true
    void this.start()
  }

  /** The control is let go, `away` from it or on it. */
  release(away = false): void {
    if (!this.held) return
    this.held = false
    if (away) return this.cancel()
    // Somebody who was asked for the microphone meanwhile has let go of it for that.
    const long = this.phase === 'recording' && this.deps.now() - this.pressedAt >= HOLD_AFTER
    if (long) void this.stop()
    else this.deps.changed()
  }

  /** One tap begins, the next one ends. */
  async tap(): Promise<void> {
    if (this.phase === 'idle') await this.start()
    else if (this.phase === 'recording') await this.stop()
  }

  async stop(): Promise<void> {
    const { recording, attempt } = this
    if (this.phase !== 'recording' || !recording) return
    if (this.time < LEAST) return this.fail(new ApiError(422, 'voice_short'), recording)
    this.quit()
    this.enter('encoding')
    try {
      const clip = await recording.stop()
      if (attempt !== this.attempt) return
      this.clip = clip
      this.enter('review')
    } catch (error) {
      if (attempt === this.attempt) this.fail(asApiError(error), null)
    }
  }

  /** Nothing of it is kept. */
  cancel(): void {
    this.recording?.cancel()
    this.reset()
    this.deps.changed()
  }

  /** Hands it over to be sent. */
  take(): Clip | null {
    const { clip } = this
    if (clip) this.cancel()
    return clip
  }

  private async start(): Promise<void> {
    this.reset(this.held)
    const attempt = this.attempt
    this.enter('asking')
    try {
      const recording = await this.deps.open({
        level: (now) => (this.level = Math.max(this.level, now)),
        ended: () => attempt === this.attempt && void this.stop(),
      })
      if (attempt !== this.attempt) return recording.cancel()
      this.begin(recording)
    } catch (error) {
      if (attempt === this.attempt) this.fail(asApiError(error), null)
    }
  }

  private begin(recording: Recording): void {
    this.recording = recording
    this.beganAt = this.deps.now()
    this.endTicks = this.deps.every(TICK, () => this.tick())
    this.enter('recording')
  }

  private tick(): void {
    this.time = this.deps.now() - this.beganAt
    this.levels = [...this.levels, this.level].slice(-LEVELS)
    this.level = 0
    this.deps.changed()
    if (this.time >= VOICE_MAX) void this.stop()
  }

  private enter(phase: RecordingPhase): void {
    this.phase = phase
    this.deps.changed()
  }

  private fail(error: ApiError, recording: Recording | null): void {
    recording?.cancel()
    this.reset()
    this.error = error
    this.deps.changed()
  }

  private quit(): void {
    this.endTicks?.()
    this.endTicks = null
    this.recording = null
    this.held = false
  }

  private reset(held = false): void {
    this.attempt++
    this.quit()
    this.held = held
    this.phase = 'idle'
    this.time = 0
    this.level = 0
    this.levels = []
    this.clip = null
    this.error = null
  }
}
