/**
 * The live layer: one socket, the logs of the rooms that were opened, and the outbox, tied together.
 * Every frame is sorted by the room it names, so nothing of one chat can show in another.
 */
import type { Ban, Frame, Message, Page, Reaction, SyncAnswer } from '@/api/types'
import { Connection } from './connection'
import { Outbox } from './outbox'
import { RoomLog } from './roomlog'
import type { LiveDeps, LiveEvent, LiveState, MediaDraft, Pending } from './types'

const SYNC_ROOMS = 200
/** How long the socket has to bring what a sync brought first, before it counts as deaf. */
const DEAF_AFTER = 3000
const GAP_TRIES = 4
/** No answer is worth asking for ever. */
const SYNC_ROUNDS = 100
/** The applet's sockets die after five seconds in the background, often without a word. */
const SOCKET_DIES = 5000

/** What is kept on this device, by the beginning of its key. */
const READ = ['room.', 'played.', 'since']
const WRITTEN = ['out.', 'draft.']

export class Live {
  private logs = new Map<string, RoomLog>()
  private listeners = new Set<(event: LiveEvent) => void>()
  private connection: Connection
  private outbox: Outbox
  private syncing: Promise<void> | null = null
  private syncAgain = false
  private unheard = new Set<string>()
  private awaySince: number | null = null
  private epoch = 0
  private running = false
  /** Up to where this page has heard of everything. Others of this browser have heard of more, or less. */
  private since: string | undefined
  /** Set while a match is awaited: the sync then tells about it and renews the wait. */
  waiting = false
  /** Which member one is in a room: tells own reactions from others'. */
  self: (room: string) => string | undefined = () => undefined

  constructor(private deps: LiveDeps) {
    this.connection = new Connection(deps, {
      state: (state) => {
        this.emit({ type: 'state', state })
        if (state === 'live') this.outbox.flush()
      },
      frame: (frame) => this.heard(frame),
      sync: () => this.sync(),
      over: (reason, ban) => this.over(reason, ban),
    })
    this.outbox = new Outbox(deps, {
      changed: (room) => this.emit({ type: 'lines', room }),
      sent: (message) => this.take(message, false),
      unauthorized: () => this.over('expired'),
      unwanted: ({ room, seq }) =>
        void deps.api.recall(room, seq).then(
          () => this.recalled(room, seq),
          () => undefined,
        ),
    })
  }

  get state(): LiveState {
    return this.connection.state
  }

  on(listener: (event: LiveEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  start(): void {
    if (this.running) return this.connection.start()
    this.running = true
    this.since = this.deps.keep.get<string>('since')
    this.outbox.start()
    this.connection.start()
  }

  /** Ends everything and forgets what was read; with `wipe` also what was written and not sent. */
  stop(wipe: boolean): void {
    this.running = false
    this.epoch++
    this.connection.stop()
    this.outbox.clear()
    this.logs.clear()
    this.unheard.clear()
    this.waiting = false
    this.awaySince = null
    this.since = undefined
    this.forget(wipe ? [...READ, ...WRITTEN] : READ)
  }

  /** Removes what is kept about rooms on this device. */
  private forget(kinds: string[]): void {
    for (const prefix of kinds) for (const key of this.deps.keep.keys(prefix)) this.deps.keep.remove(key)
  }

  background(): void {
    if (this.awaySince === null) this.awaySince = this.deps.clock.now()
  }

  foreground(socketsDie: boolean): void {
    const away = this.awaySince === null ? 0 : this.deps.clock.now() - this.awaySince
    this.awaySince = null
    if (!this.running) return
    if (socketsDie && away >= SOCKET_DIES && this.state !== 'replaced') this.connection.renew()
    else this.connection.hurry()
    this.outbox.flush()
  }

  /** The network is back, or somebody asked for another try. */
  hurry(): void {
    if (!this.running) return
    this.connection.hurry()
    this.outbox.flush()
  }

  /** Reads a room for showing: what is kept locally at once, then the newest page. */
  async open(room: string): Promise<void> {
    const log = this.log(room)
    if (!log.lines.length) {
      log.restore(this.deps.keep.get<Message[]>(`room.${room}`) ?? [])
      if (log.lines.length) this.changed(room)
    }
    const epoch = this.epoch
    const page = await this.deps.api.newest(room)
    if (epoch !== this.epoch) return
    this.show(log, log.newest(page.items, hasMore(page), page.past_retention), true)
    this.changed(room)
  }

  /** One older page; answers how many lines it brought. */
  async older(room: string): Promise<number> {
    const log = this.log(room)
    const before = log.first
    if (!before || log.complete) return 0
    const epoch = this.epoch
    const page = await this.deps.api.before(room, before)
    if (epoch !== this.epoch) return 0
    const count = log.prepend(before, page.items, hasMore(page), page.past_retention)
    this.emit({ type: 'lines', room })
    return count
  }

  lines(room: string): Message[] {
    return this.logs.get(room)?.lines ?? []
  }

  complete(room: string): boolean {
    return this.logs.get(room)?.complete ?? false
  }

  /** Older lines than the first one there were, but they are no longer kept. */
  past(room: string): boolean {
    return this.logs.get(room)?.past ?? false
  }

  pending(room: string): Pending[] {
    return this.outbox.pending(room)
  }

  send(room: string, body: string, reply_to?: number): Pending | null {
    return this.outbox.send(room, body, reply_to)
  }

  sendMedia(room: string, draft: MediaDraft, reply_to?: number): Pending {
    return this.outbox.sendMedia(room, draft, reply_to)
  }

  /** Takes a picture or a voice off its way; should the service have it already, it is taken back. */
  cancel(room: string, client_id: string): void {
    this.outbox.cancel(room, client_id)
  }

  retry(room: string, client_id: string): void {
    this.outbox.retry(room, client_id)
  }

  discard(room: string, client_id: string): void {
    this.outbox.discard(room, client_id)
  }

  /** A line was taken back, here or elsewhere: its text goes from the screen and from what is kept. */
  recalled(room: string, seq: number): void {
    this.amend(room, (log) => log.recall(seq))
  }

  /** One's own reaction, shown before the frame says it. */
  react(room: string, seq: number, name: Reaction, on: boolean): void {
    const line = this.logs.get(room)?.find(seq)
    if (!line || (line.reacted ?? []).includes(name) === on) return
    const count = (line.reactions?.[name] ?? 0) + (on ? 1 : -1)
    this.amend(room, (log) => log.react(seq, name, on, count, true))
  }

  /** Changes a line in the log, or in what is kept of a room that is not open. */
  private amend(room: string, change: (log: RoomLog) => boolean): void {
    const log = this.logs.get(room)
    if (log) {
      if (change(log)) this.changed(room)
      return
    }
    const kept = new RoomLog(room)
    kept.restore(this.deps.keep.get<Message[]>(`room.${room}`) ?? [])
    if (change(kept)) this.deps.keep.set(`room.${room}`, kept.snapshot())
  }

  private log(room: string): RoomLog {
    let log = this.logs.get(room)
    if (!log) this.logs.set(room, (log = new RoomLog(room)))
    return log
  }

  private emit(event: LiveEvent): void {
    for (const listener of [...this.listeners]) listener(event)
  }

  private changed(room: string): void {
    const log = this.logs.get(room)
    if (log) this.deps.keep.set(`room.${room}`, log.snapshot())
    this.emit({ type: 'lines', room })
  }

  private over(reason: string, ban?: Ban): void {
    if (!this.running) return
    this.stop(false)
    this.emit({ type: 'over', reason, ...(ban ? { ban } : {}) })
  }

  private heard(frame: Frame): void {
    if (frame.type === 'message') {
      if (frame.message?.room !== frame.room) return
      this.unheard.delete(`${frame.room}:${frame.message.seq}`)
      this.take(frame.message, true)
    } else if (frame.type === 'recall') this.recalled(frame.room, frame.seq)
    else if (frame.type === 'held') this.outbox.refuse(frame.room, frame.client_id)
    else if (frame.type === 'reaction') {
      const own = frame.member === this.self(frame.room)
      this.amend(frame.room, (log) => log.react(frame.seq, frame.name, frame.on, frame.count, own))
    }
    this.emit({ type: 'frame', frame })
  }

  /** A line on its own. Rooms that were never opened have no log: their line is told, not kept. */
  private take(message: Message, heard: boolean): void {
    const log = this.logs.get(message.room)
    if (!log) {
      this.outbox.settle(message)
      this.emit({ type: 'fresh', room: message.room, message, fetched: false })
      return
    }
    const fresh = log.add(message)
    // Own lines count as heard: their answer often comes before their frame.
    if (!heard) this.unheard.delete(`${message.room}:${message.seq}`)
    this.show(log, fresh)
    if (log.gap && log.loaded) void this.sync().catch(() => undefined)
  }

  private show(log: RoomLog, fresh: Message[], fetched = false): void {
    for (const message of fresh) {
      this.outbox.settle(message)
      this.emit({ type: 'fresh', room: log.room, message, fetched })
    }
    if (fresh.length) this.changed(log.room)
  }

  /** One sync at a time; who asks during one gets another right after it. */
  private sync(): Promise<void> {
    if (this.syncing) {
      this.syncAgain = true
      return this.syncing
    }
    this.syncing = this.syncUntilDone().finally(() => (this.syncing = null))
    return this.syncing
  }

  private async syncUntilDone(): Promise<void> {
    const epoch = this.epoch
    let gapTries = 0
    for (let round = 0, again = true; again && round < SYNC_ROUNDS; round++) {
      this.syncAgain = false
      const asked = this.known()
      const since = this.since
      const answer = await this.deps.api.sync({
        rooms: asked,
        ...(this.waiting ? { match: true } : {}),
        ...(since ? { since } : {}),
      })
      if (epoch !== this.epoch) return
      const more = this.apply(answer, asked)
      const gaps = [...this.logs.values()].filter((log) => log.loaded && log.gap)
      if (gaps.length && ++gapTries >= GAP_TRIES) for (const log of gaps) this.show(log, log.giveUp())
      again = more || this.syncAgain || (gaps.length > 0 && gapTries < GAP_TRIES)
    }
  }

  private known(): Record<string, number> {
    const rooms: Record<string, number> = {}
    const loaded = [...this.logs.values()].filter((log) => log.loaded).slice(-SYNC_ROOMS)
    for (const log of loaded) rooms[log.room] = log.last
    return rooms
  }

  /** Answers whether the service has more to tell. */
  private apply(answer: SyncAnswer, asked: Record<string, number>): boolean {
    let more = answer.more === true
    for (const entry of answer.rooms ?? []) {
      const log = this.logs.get(entry.id)
      if (!log || asked[entry.id] === undefined) continue
      if (entry.first_seq && asked[entry.id] === log.last) log.forget(entry.first_seq)
      const fresh = log.follow(entry.first_seq ? log.last : asked[entry.id], entry.messages)
      if (this.state === 'live') for (const m of fresh) this.unheard.add(`${m.room}:${m.seq}`)
      this.show(log, fresh)
      if (entry.more && fresh.length) more = true
    }
    for (const { room, seq } of answer.recalls ?? []) {
      this.recalled(room, seq)
      this.emit({ type: 'frame', frame: { type: 'recall', room, seq } })
    }
    for (const { room, seq, reactions, reacted } of answer.reactions ?? [])
      this.amend(room, (log) => log.reacted(seq, reactions, reacted))
    if (answer.conversations?.length) this.emit({ type: 'conversations', rooms: answer.conversations })
    if (answer.match) this.emit({ type: 'match', match: answer.match })
    if (answer.since) this.deps.keep.set('since', (this.since = answer.since))
    this.suspectDeaf()
    return more
  }

  private suspectDeaf(): void {
    if (!this.unheard.size || this.state !== 'live') return
    const epoch = this.epoch
    const suspects = [...this.unheard]
    this.deps.clock.after(DEAF_AFTER, () => {
      if (epoch !== this.epoch) return
      const deaf = suspects.some((key) => this.unheard.has(key))
      for (const key of suspects) this.unheard.delete(key)
      if (deaf && this.state === 'live') this.connection.renew()
    })
  }
}

function hasMore(page: Page<Message>): boolean {
  return page.more ?? page.next != null
}
