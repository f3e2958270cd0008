/**
 * The one socket: ticket → open → sync → live, and again after a while when any of it fails. It knows when to sync,
 * not what a sync is. A socket that stays deaf is found by the sync: lines it should have carried came that way.
 */
import { asApiError } from '@/api/error'
import type { Ban, Frame } from '@/api/types'
import { backoff, RECONNECT } from './backoff'
import type { LiveDeps, LiveState, Socket } from './types'

export const SYNC_EVERY = 45000
const SECOND_SYNC = 1000
const OPEN_WITHIN = 8000
/** A connection that held this long was a good one: the next trouble starts with short delays again. */
const STEADY_AFTER = 10000

export interface ConnectionEvents {
  state(state: LiveState): void
  frame(frame: Frame): void
  sync(): Promise<void>
  over(reason: string, ban?: Ban): void
}

export class Connection {
  state: LiveState = 'idle'
  private socket: Socket | null = null
  /** The socket that `channels` asked to replace; it speaks until its successor is open. */
  private former: Socket | null = null
  private attempt = 0
  private tries = 0
  private timers = new Map<string, () => void>()

  constructor(
    private deps: Pick<LiveDeps, 'api' | 'clock' | 'connect'>,
    private events: ConnectionEvents,
  ) {}

  start(): void {
    if (this.state === 'idle' || this.state === 'replaced') this.connect()
  }

  stop(): void {
    this.attempt++
    this.hangUp()
    this.cancelAll()
    this.enter('idle')
  }

  /** The way may be free again (network back, page in front): do not wait for the delay to pass. */
  hurry(): void {
    if (this.state === 'waiting' || this.state === 'replaced') {
      this.tries = 0
      this.connect()
    } else if (this.state === 'live') void this.syncNow()
  }

  /** The socket is known or suspected to be dead: a new one at once. */
  renew(): void {
    if (this.state === 'idle' || this.state === 'replaced') return
    this.connect()
  }

  private enter(state: LiveState): void {
    if (this.state === state) return
    this.state = state
    this.events.state(state)
  }

  private timer(name: string, ms: number, action: () => void): void {
    this.cancel(name)
    this.timers.set(
      name,
      this.deps.clock.after(ms, () => {
        this.timers.delete(name)
        action()
      }),
    )
  }

  private cancel(name: string): void {
    this.timers.get(name)?.()
    this.timers.delete(name)
  }

  private cancelAll(): void {
    for (const name of [...this.timers.keys()]) this.cancel(name)
  }

  private hangUp(): void {
    const sockets = [this.socket, this.former]
    this.socket = this.former = null
    for (const socket of sockets) socket?.close()
  }

  private connect(keepFormer = false): void {
    const attempt = ++this.attempt
    this.cancelAll()
    const former = keepFormer ? this.socket : null
    if (former) this.socket = null
    this.hangUp()
    this.former = former
    this.enter('connecting')
    this.deps.api.stream().then(
      (ticket) => attempt === this.attempt && this.open(attempt, ticket.url),
      (error: unknown) => attempt === this.attempt && this.failed(error),
    )
  }

  private open(attempt: number, url: string): void {
    this.enter('opening')
    this.timer('open', OPEN_WITHIN, () => this.failed(null))
    const socket: Socket = this.deps.connect(url, {
      open: () => attempt === this.attempt && void this.opened(attempt),
      message: (data) => (socket === this.socket || socket === this.former) && this.heard(data),
      close: () => {
        if (socket === this.former) this.former = null
        else if (attempt === this.attempt && socket === this.socket) this.failed(null)
      },
    })
    this.socket = socket
  }

  private async opened(attempt: number): Promise<void> {
    this.cancel('open')
    this.former?.close()
    this.former = null
    this.enter('syncing')
    try {
      await this.events.sync()
    } catch (error) {
      if (attempt === this.attempt) this.failed(error)
      return
    }
    if (attempt !== this.attempt) return
    this.enter('live')
    // A channel may be new to its node: what was published right after the open is healed by a second look.
    this.timer('sync', SECOND_SYNC, () => void this.syncNow())
    this.timer('steady', STEADY_AFTER, () => (this.tries = 0))
  }

  /** Syncs, and sees to the next one. Two failures in a row mean that the socket is not to be trusted either. */
  private async syncNow(failedBefore = false): Promise<void> {
    const attempt = this.attempt
    this.cancel('sync')
    try {
      await this.events.sync()
      if (attempt !== this.attempt) return
      const spread = 0.8 + this.deps.clock.random() * 0.2
      this.timer('sync', SYNC_EVERY * spread, () => void this.syncNow())
    } catch (error) {
      if (attempt !== this.attempt) return
      const known = asApiError(error)
      if (failedBefore || known.status === 401) this.failed(error)
      else {
        const wait = backoff(1, this.deps.clock.random(), RECONNECT, known.retryAfter)
        this.timer('sync', wait, () => void this.syncNow(true))
      }
    }
  }

  private heard(data: string): void {
    let frame: Frame
    try {
      frame = JSON.parse(data) as Frame
    } catch {
      return
    }
    if (!frame || typeof frame.type !== 'string') return
    if (frame.type === 'bye') this.bye(frame.reason, frame.ban)
    else if (frame.type === 'channels') this.connect(true)
    this.events.frame(frame)
  }

  private bye(reason: string, ban?: Ban): void {
    if (reason === 'replaced') {
      this.attempt++
      this.hangUp()
      this.cancelAll()
      this.enter('replaced')
    } else if (reason === 'logged_out' || reason === 'banned' || reason === 'erased') this.over(reason, ban)
    // Out of one room: the service closes the socket, and the next one carries the other rooms.
    else if (reason === 'kicked') this.connect()
  }

  private over(reason: string, ban?: Ban): void {
    this.stop()
    this.events.over(reason, ban)
  }

  private failed(error: unknown): void {
    const known = error === null ? null : asApiError(error)
    if (known?.status === 401) return this.over('expired')
    this.attempt++
    this.hangUp()
    this.cancelAll()
    this.enter('waiting')
    const wait = backoff(this.tries++, this.deps.clock.random(), RECONNECT, known?.retryAfter)
    this.timer('connect', wait, () => this.connect())
  }
}
