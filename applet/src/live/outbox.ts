/**
 * What was typed and is not yet answered. Each line is kept under its client_id until the service has it; lines of a
 * room go out one after another, in the order they were typed. The same client_id again is the same message, so a
 * line whose answer was lost is simply sent again.
 *
 * Pictures and voice stand in the same order. Their files live in memory alone: a line whose file a reload took is kept
 * as one that failed, so that nobody believes it sent. One whose file is in another tab is that tab's, until it is closed.
 */
import { ApiError, asApiError } from '@/api/error'
import type { Message } from '@/api/types'
import { backoff, RESEND } from './backoff'
import type { LiveDeps, MediaDraft, MediaFile, Pending } from './types'

/** Two sends of the same text within this time are one tap that bounced. */
const DOUBLE_TAP = 250

export interface OutboxEvents {
  changed(room: string): void
  sent(message: Message, line: Pending): void
  unauthorized(): void
  /** It was taken off its way too late: the service has it. */
  unwanted(message: Message): void
}

interface Lane {
  lines: Pending[]
  running: boolean
  tries: number
  cancel: (() => void) | null
  /** Ends the upload that is under way. */
  abort: (() => void) | null
}

/** Progress is told in steps: each makes the chat look at its lines again. */
const STEP = 0.04

export class Outbox {
  private lanes = new Map<string, Lane>()
  private lastSend = { room: '', body: '', at: -Infinity }
  private lastAt = 0
  private stopped = true
  private files = new Map<string, () => Promise<MediaFile>>()
  /** Taken off their way when the service may have had them already. */
  private unwanted = new Set<string>()
  /** Tabs that are no more. */
  private gone = new Set<string>()

  constructor(
    private deps: LiveDeps,
    private events: OutboxEvents,
  ) {}

  /** Takes up what an earlier run left, and sends it. */
  start(): void {
    this.stopped = false
    const kept = this.deps.keep
      .keys('out.')
      .map((key) => this.deps.keep.get<Pending>(key))
      .filter((line): line is Pending => !!line && typeof line.client_id === 'string')
      .sort((a, b) => a.at - b.at)
    for (const line of kept) {
      if (line.media && this.elsewhere(line)) continue
      if (line.media && !this.files.has(line.client_id)) this.lost(line)
      const lane = this.lane(line.room)
      if (!lane.lines.some((l) => l.client_id === line.client_id)) lane.lines.push(line)
      this.lastAt = Math.max(this.lastAt, line.at)
    }
    this.flush()
  }

  private elsewhere({ tab }: Pending): boolean {
    if (!tab || !this.deps.tab || this.gone.has(tab) || tab === this.deps.tab.name()) return false
    this.deps.tab.whenGone(tab, () => {
      this.gone.add(tab)
      if (!this.stopped) this.start()
    })
    return true
  }

  stop(): void {
    this.stopped = true
    for (const lane of this.lanes.values()) {
      lane.cancel?.()
      lane.cancel = null
      lane.abort?.()
    }
  }

  /** Forgets everything in memory; what is kept on disk is the caller's to wipe. */
  clear(): void {
    this.stop()
    this.lanes.clear()
    this.files.clear()
    this.unwanted.clear()
  }

  pending(room: string): Pending[] {
    return this.lanes.get(room)?.lines ?? []
  }

  /** Nothing for a tap that bounced. */
  send(room: string, body: string, reply_to?: number): Pending | null {
    const now = this.deps.clock.now()
    const last = this.lastSend
    if (last.room === room && last.body === body && now - last.at < DOUBLE_TAP) return null
    this.lastSend = { room, body, at: now }
    return this.enter(this.line(room, body, reply_to))
  }

  sendMedia(room: string, { file, ...media }: MediaDraft, reply_to?: number): Pending {
    const line = { ...this.line(room, '', reply_to), media }
    this.files.set(line.client_id, file)
    return this.enter(line)
  }

  private line(room: string, body: string, reply_to?: number): Pending {
    this.lastAt = Math.max(this.deps.clock.now(), this.lastAt + 1)
    const line: Pending = { client_id: this.deps.uuid(), room, body, at: this.lastAt, state: 'sending' }
    return reply_to ? { ...line, reply_to } : line
  }

  private enter(line: Pending): Pending {
    this.lane(line.room).lines.push(line)
    this.save(line)
    this.events.changed(line.room)
    this.run(line.room)
    return line
  }

  retry(room: string, client_id: string): void {
    const lane = this.lane(room)
    const line = lane.lines.find((l) => l.client_id === client_id && l.state === 'failed')
    if (!line || (line.media && !this.files.has(client_id))) return
    if (line.code === 'client_id_used') {
      const file = this.files.get(client_id)
      this.forget(line)
      line.client_id = this.deps.uuid()
      if (file) this.files.set(line.client_id, file)
    }
    line.state = 'sending'
    delete line.code
    this.save(line)
    this.events.changed(room)
    this.run(room)
  }

  discard(room: string, client_id: string): void {
    const lane = this.lane(room)
    const line = lane.lines.find((l) => l.client_id === client_id)
    if (!line || line.state === 'sending') return
    this.drop(lane, line)
    this.events.changed(room)
  }

  /** Takes a picture or a voice off its way, wherever on it it is. */
  cancel(room: string, client_id: string): void {
    const lane = this.lane(room)
    const line = lane.lines.find((l) => l.client_id === client_id && l.media && l.state === 'sending')
    if (!line) return
    if (line.tried) this.unwanted.add(client_id)
    const current = lane.lines.find((l) => l.state === 'sending') === line
    this.drop(lane, line)
    if (current) {
      lane.abort?.()
      lane.cancel?.()
      lane.cancel = null
    }
    this.events.changed(room)
    this.run(room)
  }

  /** A message is on screen: its pending line is not needed any more, whoever brought it. */
  settle(message: Message): void {
    if (message.client_id && this.unwanted.delete(message.client_id)) this.events.unwanted(message)
    const lane = this.lanes.get(message.room)
    const line = lane?.lines.find((l) => l.client_id === message.client_id || l.seq === message.seq)
    if (lane && line) this.drop(lane, line)
  }

  /** A moderator has refused a line that was held. */
  refuse(room: string, client_id: string): void {
    const line = this.lanes.get(room)?.lines.find((l) => l.client_id === client_id && l.state === 'held')
    if (line) this.fail(line, 'word_blocked')
  }

  /** The way is free again: no lane waits any longer, and what has become of held lines is asked for. */
  flush(): void {
    for (const [room, lane] of this.lanes) {
      for (const line of lane.lines) if (line.state === 'held') line.state = 'sending'
      lane.cancel?.()
      lane.cancel = null
      lane.tries = 0
      this.run(room)
    }
  }

  private lane(room: string): Lane {
    let lane = this.lanes.get(room)
    if (!lane)
      this.lanes.set(room, (lane = { lines: [], running: false, tries: 0, cancel: null, abort: null }))
    return lane
  }

  private run(room: string): void {
    const lane = this.lane(room)
    if (lane.running || lane.cancel || this.stopped) return
    const line = lane.lines.find((l) => l.state === 'sending')
    if (!line) return
    lane.running = true
    if (line.code === 'waiting') {
      delete line.code
      delete line.until
      delete line.many
      this.events.changed(room)
    }
    const { client_id, body, reply_to } = line
    const sending = line.media
      ? this.upload(lane, line, line.media.kind)
      : this.deps.api.send(room, { client_id, body, reply_to })
    sending
      .then(
        (message) => this.answered(lane, line, message),
        (error: unknown) => this.refused(lane, line, asApiError(error)),
      )
      .finally(() => {
        lane.running = false
        this.run(room)
      })
  }

  private async upload(lane: Lane, line: Pending, kind: 'image' | 'voice'): Promise<Message> {
    const { room, client_id, reply_to } = line
    const make = this.files.get(client_id)
    if (!make) throw new ApiError(422, 'media_lost')
    const file = await make()
    // Another try sends the same bytes: under the same client_id others would be refused.
    if (this.files.has(client_id)) this.files.set(client_id, () => Promise.resolve(file))
    if (this.stopped || !lane.lines.includes(line)) throw new ApiError(0, 'cancelled')
    line.tried = true
    const { done, abort } = this.deps.api.upload({ room, client_id, kind, reply_to }, file, (share) => {
      if (share < 1 && share - (line.progress ?? -1) < STEP) return
      line.progress = share
      this.events.changed(room)
    })
    lane.abort = abort
    try {
      return await done
    } finally {
      lane.abort = null
      delete line.progress
    }
  }

  private lost(line: Pending): void {
    Object.assign(line, { state: 'failed', code: 'media_lost' })
    this.save(line)
    this.events.changed(line.room)
  }

  private answered(lane: Lane, line: Pending, message: Message): void {
    lane.tries = 0
    this.forget(line)
    if (lane.lines.includes(line)) {
      line.state = 'sent'
      line.seq = message.seq
    }
    if (this.lanes.get(line.room) !== lane) return
    this.events.sent(message, line)
    this.events.changed(line.room)
  }

  private refused(lane: Lane, line: Pending, error: ApiError): void {
    if (!lane.lines.includes(line) || this.lanes.get(line.room) !== lane) return
    if (error.status === 401) {
      this.stopped = true
      this.events.unauthorized()
      return
    }
    if (error.passing) {
      line.code = 'waiting'
      if (error.status === 429) {
        line.until = this.deps.clock.now() + error.retryAfter * 1000
        line.many = error.code !== 'slow_mode'
      }
      this.events.changed(line.room)
      const wait = backoff(lane.tries++, this.deps.clock.random(), RESEND, error.retryAfter)
      lane.cancel = this.deps.clock.after(wait, () => {
        lane.cancel = null
        this.run(line.room)
      })
      return
    }
    this.fail(line, error.word)
  }

  private fail(line: Pending, code: string): void {
    line.state = code === 'held' ? 'held' : 'failed'
    line.code = code
    this.save(line)
    this.events.changed(line.room)
  }

  private drop(lane: Lane, line: Pending): void {
    lane.lines = lane.lines.filter((l) => l !== line)
    this.forget(line)
  }

  private save(line: Pending): void {
    const kept = { ...line }
    if (kept.media) {
      kept.media = { ...kept.media, url: '' }
      kept.tab = this.deps.tab?.name()
    }
    delete kept.progress
    this.deps.keep.set(`out.${line.room}.${line.client_id}`, kept)
  }

  private forget(line: Pending): void {
    this.files.delete(line.client_id)
    this.deps.keep.remove(`out.${line.room}.${line.client_id}`)
  }
}
