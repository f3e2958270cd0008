/** What the live layer needs from outside, and what it tells. Nothing here knows uni, Vue or a browser. */
import type { Outgoing, Upload } from '@/api/messages'
import type { Ban, Frame, Match, Message, Page, Room, SyncAnswer } from '@/api/types'
import type { MediaDraft, MediaFile, MediaLook } from '@/lib/media'
import type { Keep } from '@/platform/storage'

export interface Clock {
  now(): number
  random(): number
  /** Runs `action` after `ms`; the answer cancels it. */
  after(ms: number, action: () => void): () => void
}

export interface SocketEvents {
  open(): void
  message(data: string): void
  close(code: number): void
}

export interface Socket {
  close(): void
}

/** A file on its way. */
export interface Transfer<T> {
  done: Promise<T>
  abort(): void
}

export interface LiveApi {
  stream(): Promise<{ url: string }>
  sync(body: { rooms: Record<string, number>; match?: boolean; since?: string }): Promise<SyncAnswer>
  send(room: string, line: Outgoing): Promise<Message>
  /** `progress` hears which share of the file is out. */
  upload(line: Upload, file: MediaFile, progress: (share: number) => void): Transfer<Message>
  recall(room: string, seq: number): Promise<void>
  newest(room: string): Promise<Page<Message>>
  before(room: string, seq: number): Promise<Page<Message>>
}

export interface LiveDeps {
  api: LiveApi
  connect(url: string, events: SocketEvents): Socket
  clock: Clock
  keep: Keep
  uuid(): string
  /** Which tab this is, and when another one is no more; none where tabs do not know of each other. */
  tab?: { name(): string; whenGone(name: string, action: () => void): void }
}

/**
 * connecting (asks for a ticket) → opening (socket) → syncing → live; waiting between two tries.
 * `replaced`: this connection gave way to a newer one and stays quiet until somebody comes back to it.
 */
export type LiveState = 'idle' | 'connecting' | 'opening' | 'syncing' | 'live' | 'waiting' | 'replaced'

export type { MediaDraft, MediaFile, MediaLook }

/** A line that is not yet an answered message. */
export interface Pending {
  client_id: string
  room: string
  body: string
  /** A picture or a voice: `body` is empty then. */
  media?: MediaLook
  /** The tab that has its file. */
  tab?: string
  /** Which share of its file is out, 0 to 1; none while it is made ready or waits. */
  progress?: number
  /** The service may have it although it did not answer. */
  tried?: boolean
  reply_to?: number
  at: number
  /** `held`: the service has it, and a moderator looks at it first. */
  state: 'sending' | 'held' | 'failed' | 'sent'
  /** Why it failed: the code of the refusal; `waiting` while it is to be tried again. */
  code?: string
  /** When it may go out, by slow mode or, `many`, because much was sent. */
  until?: number
  many?: boolean
  /** Where it went, once answered. */
  seq?: number
}

export type LiveEvent =
  | { type: 'state'; state: LiveState }
  /** The lines or the pending lines of this room changed. */
  | { type: 'lines'; room: string }
  /** A line that was not known before: a new one from the socket or a sync, or one `fetched` as its room was opened. */
  | { type: 'fresh'; room: string; message: Message; fetched: boolean }
  | { type: 'conversations'; rooms: Room[] }
  | { type: 'match'; match: Match }
  | { type: 'frame'; frame: Frame }
  /** The session is over: its token expired, was logged out or banned. */
  | { type: 'over'; reason: string; ban?: Ban }
