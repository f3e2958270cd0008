/** What the live layer stands on in tests: a clock that is turned by hand, a store, sockets, and a small service. */
import { ApiError } from '@/api/error'
import type { Upload } from '@/api/messages'
import type { Frame, Me, Message, Room, SyncAnswer } from '@/api/types'
import { Live } from '@/live/core'
import type { MediaFile } from '@/lib/media'
import type { LiveDeps, LiveEvent, SocketEvents } from '@/live/types'
import type { Keep } from '@/platform/storage'

export class FakeClock {
  time = 1_000_000
  value = 0.5
  private timers: { at: number; action: () => void }[] = []

  now = (): number => this.time
  random = (): number => this.value
  after = (ms: number, action: () => void): (() => void) => {
    const timer = { at: this.time + ms, action }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((t) => t !== timer)
    }
  }

  /** Lets `ms` pass, timer by timer, with every promise settled in between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    await settle()
    for (;;) {
      const next = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.timers = this.timers.filter((t) => t !== next)
      this.time = next.at
      next.action()
      await settle()
    }
    this.time = end
  }
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 300; i++) await Promise.resolve()
}

export function fakeKeep(store = new Map<string, unknown>()): Keep & { store: Map<string, unknown> } {
  return {
    store,
    get: <T>(key: string) => structuredClone(store.get(key)) as T | undefined,
    set: (key, value) => void store.set(key, structuredClone(value)),
    remove: (key) => void store.delete(key),
    keys: (prefix) => [...store.keys()].filter((k) => k.startsWith(prefix)),
  }
}

export class FakeSocket {
  closed = false
  constructor(
    readonly url: string,
    readonly events: SocketEvents,
  ) {}
  close(): void {
    this.closed = true
  }
  /** The service's end of it goes. */
  drop(code = 1006): void {
    this.events.close(code)
  }
  say(frame: Frame | Record<string, unknown>): void {
    this.events.message(JSON.stringify(frame))
  }
}

export function line(room: string, seq: number, more: Partial<Message> = {}): Message {
  return {
    room,
    seq,
    member: 'them',
    alias: 'Quiet Otter',
    alias_zh: '安静的水獭',
    avatar: '/avatar/0.svg',
    kind: 'text',
    body: `line ${seq}`,
    at: '2026-01-01T00:00:00Z',
    ...more,
  }
}

export function me(more: Partial<Me> = {}): Me {
  const mask = { member: 'me', alias: 'Lone Duck', alias_zh: '独行的鸭子', avatar: '' }
  const settings = { role: 'member' as const, muted_until: null, pinned: false, silent: false }
  return { ...mask, ...settings, blocked: [], left: null, ...more }
}

/** A private chat, as one of its two sees it. */
export function room(id: string, more: Partial<Room> = {}): Room {
  return {
    id,
    kind: 'private',
    topic: '',
    description: '',
    tags: [],
    capacity: 2,
    members: 2,
    public: false,
    mask: 'always',
    slow_mode: 0,
    me: me(),
    peer: { member: 'them', alias: 'Quiet Otter', alias_zh: '安静的水獭', avatar: '', read_seq: 0 },
    last_seq: 0,
    read_seq: 0,
    unread: 0,
    last_message: null,
    created: '2026-01-01T00:00:00Z',
    ended: null,
    ...more,
  }
}

export function group(id: string, more: Partial<Room> = {}): Room {
  return room(id, { kind: 'group', topic: 'Night owls', capacity: 50, public: true, peer: null, ...more })
}

/** A service of one account, whose every call can be made to fail or to hang. */
export class FakeService {
  rooms = new Map<string, Message[]>()
  calls: string[] = []
  sends: { room: string; client_id: string; body: string }[] = []
  uploads: (Upload & { file: MediaFile; progress(share: number): void })[] = []
  recalls: string[] = []
  /** Uploads go on when it is kept. */
  hangs: Promise<void> | null = null
  sockets: FakeSocket[] = []
  syncs: { rooms: Record<string, number>; match?: boolean; since?: string }[] = []
  down: ApiError | null = null
  /** Fails the named calls alone. */
  failing = new Map<string, ApiError>()
  /** Takes the message but loses the answer, this many times. */
  loseAnswers = 0
  /** Opens sockets by itself. */
  opens = true
  pageSize = 50
  extra: Partial<SyncAnswer> = {}
  /** Lines before this seq were kept once. */
  kept = 1
  tickets = 0

  room(id: string): Message[] {
    let lines = this.rooms.get(id)
    if (!lines) this.rooms.set(id, (lines = []))
    return lines
  }

  write(room: string, body: string, more: Partial<Message> = {}): Message {
    const lines = this.room(room)
    const message = line(room, lines.length + 1, { body, ...more })
    lines.push(message)
    return message
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1]
  }

  get open(): FakeSocket[] {
    return this.sockets.filter((s) => !s.closed)
  }

  private async called(name: string): Promise<void> {
    this.calls.push(name)
    await Promise.resolve()
    const failure = this.failing.get(name) ?? this.down
    if (failure) throw failure
  }

  readonly api: LiveDeps['api'] = {
    stream: async () => {
      await this.called('stream')
      return { url: `/ws/ticket-${++this.tickets}` }
    },
    sync: async (body) => {
      this.syncs.push(structuredClone(body))
      await this.called('sync')
      const rooms = Object.entries(body.rooms).map(([id, last]) => {
        const after = this.room(id).filter((m) => m.seq > last)
        const gone = last + 1 < this.kept ? { past_retention: true, first_seq: this.kept } : {}
        return { id, messages: after.slice(0, this.pageSize), more: after.length > this.pageSize, ...gone }
      })
      const answer = {
        rooms: rooms.filter((r) => r.messages.length || 'first_seq' in r),
        since: 'mark',
        ...this.extra,
      }
      return structuredClone({ more: rooms.some((r) => r.more), ...answer })
    },
    send: async (room, out) => {
      this.sends.push({ room, client_id: out.client_id, body: out.body })
      await this.called('send')
      const known = this.room(room).find((m) => m.client_id === out.client_id)
      const message =
        known ??
        this.write(room, out.body, { member: 'me', client_id: out.client_id, reply_to: out.reply_to })
      if (this.loseAnswers > 0) {
        this.loseAnswers--
        throw new ApiError(0, 'network')
      }
      return structuredClone(message)
    },
    upload: ({ room, client_id, kind, reply_to }, file, progress) => {
      let end: (error: ApiError) => void = () => undefined
      const aborted = new Promise<never>((_, reject) => (end = reject))
      this.uploads.push({ room, client_id, kind, file, progress })
      const done = async (): Promise<Message> => {
        await this.called('upload')
        if (this.hangs) await this.hangs
        const known = this.room(room).find((m) => m.client_id === client_id)
        const media = { url: `/media/${client_id}`, width: 4, height: 3 }
        const message =
          known ?? this.write(room, '', { member: 'me', client_id, reply_to, kind, body: null, media })
        if (this.loseAnswers > 0) {
          this.loseAnswers--
          throw new ApiError(0, 'network')
        }
        return structuredClone(message)
      }
      return {
        done: Promise.race([done(), aborted]),
        abort: () => end(new ApiError(0, 'cancelled')),
      }
    },
    recall: async (room, seq) => {
      this.recalls.push(`${room}:${seq}`)
      await this.called('recall')
    },
    newest: async (room) => {
      await this.called('newest')
      const lines = this.room(room)
      const items = lines.slice(-this.pageSize)
      const more = lines.length > this.pageSize
      return structuredClone({ items, next: null, more, past_retention: !more && this.kept > 1 })
    },
    before: async (room, seq) => {
      await this.called('before')
      const older = this.room(room).filter((m) => m.seq < seq)
      const items = older.slice(-this.pageSize)
      return structuredClone({ items, next: null, more: older.length > this.pageSize })
    },
  }

  connect = (url: string, events: SocketEvents): FakeSocket => {
    const socket = new FakeSocket(url, events)
    this.sockets.push(socket)
    if (this.opens) void Promise.resolve().then(() => !socket.closed && events.open())
    return socket
  }
}

export interface Setup {
  live: Live
  service: FakeService
  clock: FakeClock
  keep: ReturnType<typeof fakeKeep>
  events: LiveEvent[]
  bodies(room: string): (string | null)[]
}

export function setUp(
  service = new FakeService(),
  keep = fakeKeep(),
  clock = new FakeClock(),
  tab?: LiveDeps['tab'],
): Setup {
  let n = 0
  const live = new Live({
    api: service.api,
    connect: service.connect,
    clock,
    keep,
    uuid: () => `${clock.time}-${++n}`,
    tab,
  })
  const events: LiveEvent[] = []
  live.on((event) => events.push(event))
  return { live, service, clock, keep, events, bodies: (room) => live.lines(room).map((m) => m.body) }
}

/** Started, open on room `a`, live. */
export async function liveSetUp(): Promise<Setup> {
  const s = setUp()
  s.live.start()
  await s.clock.pass(0)
  await s.live.open('a')
  await s.clock.pass(2000)
  return s
}
