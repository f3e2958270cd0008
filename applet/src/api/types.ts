/** The resources of the contract, as the service sends them. */

export interface User {
  account: string | null
  nickname: string
  avatar: string
  guest: boolean
  created: string
  warnings: number
  locale?: string | null
}

export interface Message {
  room: string
  seq: number
  member: string
  alias: string
  alias_zh: string
  avatar: string
  kind: 'text' | 'image' | 'voice' | 'system'
  body: string | null
  reply_to?: number | null
  recalled?: boolean
  client_id?: string | null
  at: string
}

/** A mask: how a member of a room is seen there. */
export interface Mask {
  member: string
  alias: string
  alias_zh: string
  avatar: string
}

export interface Room {
  id: string
  kind: 'private' | 'group'
  topic: string
  tags: string[]
  members: number
  me: Mask | null
  peer?: (Mask & { read_seq: number }) | null
  last_seq: number
  read_seq: number
  unread: number
  last_message: Message | null
  created: string
  ended: { at: string; by: 'me' | 'peer'; reason: string } | null
}

export interface Estimate {
  p50: number | null
  p90: number | null
  n: number
}

export type Match =
  | { state: 'idle' }
  | { state: 'waiting'; since: string; estimate: Estimate; tags?: string[] }
  | { state: 'matched'; room: Room }

export interface Page<T> {
  items: T[]
  next: string | null
  more?: boolean
}

export interface SyncAnswer {
  rooms: { id: string; messages: Message[]; more?: boolean }[]
  more?: boolean
  conversations?: Room[]
  recalls?: { room: string; seq: number }[]
  match?: Match | null
  since?: string
}

/** What the live socket carries; every frame names its room where it has one. */
export type Frame =
  | { type: 'message'; room: string; message: Message }
  | { type: 'recall'; room: string; seq: number }
  | { type: 'member'; room: string; member: string; event: string; reason?: string; at: string }
  | { type: 'typing'; room: string; member: string }
  | { type: 'read'; room: string; member: string; seq: number }
  | { type: 'matched'; room: string; detail: Room }
  | { type: 'channels' }
  | { type: 'bye'; reason: string; room?: string }
