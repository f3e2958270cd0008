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

export const REACTIONS = ['like', 'love', 'laugh', 'wow', 'sad', 'thanks'] as const
export type Reaction = (typeof REACTIONS)[number]
/** How many stand under a line, by name; names that nobody gave are absent. */
export type Reactions = Partial<Record<Reaction, number>>

/** How a member of a room is seen there: a mask, or the profile where the room leaves the choice. */
export interface Mask {
  member: string
  alias: string
  alias_zh: string
  avatar: string
  /** The member shows the profile: both names are the nickname, the picture is the account's. */
  profile?: boolean
}

/** The file of a picture or a voice line: paths of the service, and what is known of it before it is fetched. */
export interface Media {
  url: string
  /** A picture in small. */
  preview?: string | null
  width?: number | null
  height?: number | null
  /** How loud a voice is from its beginning to its end, in even steps. */
  waveform?: number[] | null
}

export interface Message extends Mask {
  room: string
  seq: number
  kind: 'text' | 'image' | 'voice' | 'system'
  body: string | null
  /** Of pictures and voice, unless it was taken back. */
  media?: Media | null
  /** Of voice, in milliseconds. */
  duration?: number | null
  reply_to?: number | null
  recalled?: boolean
  client_id?: string | null
  at: string
  /** In pages and in a sync's `reactions`, never in frames. */
  reactions?: Reactions
  /** Those of the reactions that are one's own. */
  reacted?: Reaction[]
}

export type Role = 'owner' | 'member'
export type MaskChoice = 'always' | 'choice'

/** Oneself in a room. */
export interface Me extends Mask {
  role: Role
  muted_until: string | null
  pinned: boolean
  silent: boolean
  /** Members whose lines one does not want to see. */
  blocked: string[]
  left: { at: string; reason: 'left' | 'kicked' } | null
  /** Own wishes in a private chat; the other's are told only when both have them. */
  reveal?: boolean
  keep?: boolean
}

/** The other one of a private chat; the last two once both have revealed themselves. */
export interface Peer extends Mask {
  read_seq: number
  nickname?: string
  profile_avatar?: string
}

export interface Ended {
  at: string
  by: 'me' | 'peer' | 'owner' | 'service'
  reason: 'left' | 'closed' | 'empty'
}

export interface Room {
  id: string
  kind: 'private' | 'group'
  topic: string
  description: string
  tags: string[]
  capacity: number
  members: number
  /** `members` is the lower bound of its bucket: one is not in this room. */
  members_about?: boolean
  public: boolean
  mask: MaskChoice
  /** Seconds between two lines of one member; 0 for none. */
  slow_mode: number
  me: Me | null
  peer?: Peer | null
  /** The first line that is kept. */
  first_seq?: number
  last_seq: number
  read_seq: number
  unread: number
  last_message: Message | null
  created: string
  ended: Ended | null
  revealed?: boolean
  kept?: boolean
}

/** One row of the member list. */
export interface Member extends Mask {
  role: Role
  me?: boolean
  /** For the owner's eyes. */
  muted_until?: string | null
}

export interface RoomForm {
  topic: string
  description: string
  tags: string[]
  capacity: number
  public: boolean
}

export type NewRoom = RoomForm & { mask: MaskChoice; show_profile?: boolean }
export type RoomChange = Partial<RoomForm> & { slow_mode?: number }
export type Sort = 'active' | 'new' | 'quiet'

/** A link into a room. `url` is a path of the service. */
export interface Share {
  code: string
  url: string
  expires: string
}

/** What a link tells before one joins. */
export interface Shared {
  code: string
  expires: string
  room: Pick<
    Room,
    'topic' | 'description' | 'tags' | 'members' | 'members_about' | 'capacity' | 'mask' | 'public'
  >
}

export interface Block extends Mask {
  room: string
  kind: Room['kind']
  at: string
}

export const REASONS = ['harassment', 'sexual', 'minor', 'spam', 'illegal', 'self_harm', 'other'] as const
export type Reason = (typeof REASONS)[number]

export interface NewReport {
  room: string
  /** Absent: the room itself. */
  member?: string
  reason: Reason
  seqs?: number[]
  note?: string
}

/** A report of one's own, with the mask that it is about as it was then; none where it is about the room. */
export interface Report extends Omit<Mask, 'member'> {
  id: string
  state: 'open' | 'resolved'
  outcome: 'upheld' | 'dismissed' | null
  reason: Reason
  note: string
  topic: string | null
  member: string | null
  /** The lines that were chosen. */
  seqs: number[]
  at: string
  resolved: string | null
}

export interface Appeal {
  text: string
  at: string
  decision: 'uphold' | 'lift' | null
  answer: string | null
  decided?: string | null
}

/** A step that the moderators took; until `expires` it counts. */
export interface Warning {
  id: string
  kind: 'warn' | 'mute' | 'ban'
  reason: string
  at: string
  /** null: never. */
  expires: string | null
  /** When a mute or a ban ends; null for good, and for a mere warning. */
  until: string | null
  seen: boolean
  lifted: boolean
  /** It counts no longer: it expired, or was lifted. */
  over: boolean
  appeal: Appeal | null
}

/** What somebody suspended is told. `until` null: for good. The code lets one appeal, once. */
export interface Ban {
  until: string | null
  reason: string | null
  appeal_code?: string
  appeal?: Appeal
}

export interface Estimate {
  p50: number | null
  p90: number | null
  n: number
}

export type Target = 'private' | 'room'

export type Match =
  | { state: 'idle' }
  | { state: 'waiting'; since: string; estimate: Estimate; target?: Target; tags?: string[] }
  | { state: 'matched'; room: Room }

export interface Page<T> {
  items: T[]
  next: string | null
  more?: boolean
  /** Older lines than these there were, but they are no longer kept. */
  past_retention?: boolean
}

export interface SyncAnswer {
  /** first_seq: of what is missing, lines before it are no longer kept. */
  rooms: { id: string; messages: Message[]; more?: boolean; past_retention?: boolean; first_seq?: number }[]
  more?: boolean
  conversations?: Room[]
  recalls?: { room: string; seq: number }[]
  reactions?: { room: string; seq: number; reactions: Reactions; reacted: Reaction[] }[]
  match?: Match | null
  since?: string
}

/** What happened to a member; `members` is the head-count after it. */
export type MemberEvent =
  | ({ event: 'joined'; members: number } & Mask)
  | { event: 'left'; members?: number; reason?: 'left' | 'kicked'; at?: string }
  | { event: 'owner' }
  | { event: 'muted'; until: string | null }

/** What the live socket carries; every frame names its room where it has one. */
export type Frame =
  /** One's own account was changed, wherever. */
  | { type: 'me' }
  /** One's own wait was begun or given up, wherever. */
  | { type: 'match'; match: Match }
  | { type: 'message'; room: string; message: Message }
  | { type: 'recall'; room: string; seq: number }
  /** One's own line that waited for a moderator will not be said. */
  | { type: 'held'; room: string; client_id: string; state: 'refused' }
  | ({ type: 'member'; room: string; member: string } & MemberEvent)
  | {
      type: 'reaction'
      room: string
      seq: number
      member: string
      name: Reaction
      on: boolean
      count: number
    }
  /** Members of the room that changed; to one's own connections also the whole room. */
  | { type: 'room' | 'reveal' | 'keep'; room: string; detail: Partial<Room> }
  | { type: 'typing'; room: string; member: string }
  | { type: 'read'; room: string; member: string; seq: number }
  | { type: 'matched'; room: string; detail: Room }
  | { type: 'channels' }
  | { type: 'report'; report: Report }
  | { type: 'warning'; warning: Warning }
  | { type: 'bye'; reason: string; room?: string; ban?: Ban }
