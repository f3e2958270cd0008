/** The rooms one is or was in, as the service last told them and the socket has changed them since. */
import { computed, reactive } from 'vue'
import { rooms as api } from '@/api/rooms'
import { asApiError } from '@/api/error'
import type { Frame, Message, Room } from '@/api/types'
import { live } from '@/live'
import { takenBack } from '@/lib/takenback'
import { session, whenSessionEnds } from './session'

const TYPING_LASTS = 5000
const TELL_AGAIN = 3000

const state = reactive({
  rooms: {} as Record<string, Room>,
  next: null as string | null,
  loaded: false,
  /** The room on screen and in front: its lines count as read. */
  open: '',
  /** room → when the other was last seen typing. */
  typing: {} as Record<string, number>,
})

whenSessionEnds(() => {
  state.rooms = {}
  state.next = null
  state.loaded = false
  state.open = ''
  state.typing = {}
})

const latest = (room: Room): string => room.last_message?.at ?? room.created
const pinned = (room: Room): number => (room.me?.pinned ? 1 : 0)

/** Pinned ones on top, then the latest. */
function order(a: Room, b: Room): number {
  if (pinned(a) !== pinned(b)) return pinned(b) - pinned(a)
  return latest(a) < latest(b) ? 1 : latest(a) > latest(b) ? -1 : 0
}

live.self = (room) => state.rooms[room]?.me?.member

export const rooms = {
  /** Rooms that one only looked at are not among them. */
  list: computed(() =>
    Object.values(state.rooms)
      .filter((room) => room.me)
      .sort(order),
  ),
  loaded: computed(() => state.loaded),
  more: computed(() => state.next !== null),
  /** Silenced rooms call nobody. */
  unread: computed(() =>
    Object.values(state.rooms).reduce((sum, room) => sum + (room.me?.silent ? 0 : room.unread), 0),
  ),

  /** The room on screen and in front, or none (''). */
  open: computed(() => state.open),

  get: (id: string): Room | undefined => state.rooms[id],
  isTyping: (id: string): boolean => (state.typing[id] ?? 0) > 0,

  put(room: Room): void {
    const before = state.rooms[room.id]
    // An older answer must not take back what a frame has told since.
    if (before && before.last_seq > room.last_seq) {
      room = { ...room, last_seq: before.last_seq, last_message: before.last_message, unread: before.unread }
    }
    // Nor what was read here, or by the other, while it was under way.
    if (before && before.read_seq > room.read_seq) {
      room = { ...room, read_seq: before.read_seq, unread: before.unread }
    }
    const heard = before?.peer?.read_seq ?? 0
    if (room.peer && room.peer.member === before?.peer?.member && heard > (room.peer.read_seq ?? 0)) {
      room = { ...room, peer: { ...room.peer, read_seq: heard } }
    }
    if (before?.ended && !room.ended) room = { ...room, ended: before.ended }
    // Masks that are off stay off, and so does a promise to keep in touch.
    if (before?.revealed && !room.revealed) room = { ...room, revealed: true, peer: before.peer }
    if (before?.kept && !room.kept) room = { ...room, kept: true }
    if (room.id === state.open) room = { ...room, unread: 0 }
    state.rooms[room.id] = switched(room)
  },

  /** Takes in what changed of a room, or the whole of it, as one that is not known yet must be told. */
  merge(id: string, detail: Partial<Room>): void {
    const known = state.rooms[id]
    if (detail.kind) return rooms.put(detail as Room)
    if (!known) return
    const me = detail.me && known.me ? { ...known.me, ...detail.me } : known.me
    rooms.put({ ...known, ...detail, me })
  },

  async load(): Promise<void> {
    const page = await api.conversations()
    page.items.forEach(rooms.put)
    if (!state.loaded) state.next = page.next
    state.loaded = true
  },

  async loadMore(): Promise<void> {
    if (!state.next) return
    const page = await api.conversations(state.next)
    page.items.forEach(rooms.put)
    state.next = page.next
  },

  async fetch(id: string): Promise<Room> {
    const room = await api.get(id)
    rooms.put(room)
    return state.rooms[id]
  },

  show(id: string): void {
    state.open = id
    if (id && state.rooms[id]) state.rooms[id].unread = 0
  },

  hide(id: string): void {
    if (state.open === id) state.open = ''
  },

  async leave(id: string): Promise<void> {
    await api.leave(id)
    parted(id, 'left')
  },

  async join(id: string, mask: boolean): Promise<void> {
    rooms.put(await api.join(id, mask))
  },

  unblocked(id: string, member: string): void {
    const me = state.rooms[id]?.me
    if (me) me.blocked = me.blocked.filter((other) => other !== member)
  },

  /** Shown at once, and taken back when the service refuses it. */
  async set(id: string, what: 'pin' | 'silence', on: boolean): Promise<void> {
    const me = state.rooms[id]?.me
    if (!me) return
    const key = what === 'pin' ? 'pinned' : 'silent'
    const wish = `${id} ${key}`
    wishes.set(wish, on)
    me[key] = on
    try {
      await api[what](id, on)
      await rooms.fetch(id).catch(() => undefined)
    } catch (error) {
      const now = state.rooms[id]?.me
      if (now) now[key] = !on
      throw error
    } finally {
      if (wishes.get(wish) === on) wishes.delete(wish)
    }
  },

  markRead(id: string, seq: number): void {
    const room = state.rooms[id]
    if (!room || seq <= room.read_seq) return
    room.read_seq = seq
    tellRead(id, seq)
  },
}

/** Until the service has heard it, or a later line says it too: the other one waits for it. */
function tellRead(id: string, seq: number): void {
  if (state.rooms[id]?.read_seq !== seq) return
  api.read(id, seq).catch((error: unknown) => {
    if (asApiError(error).passing) setTimeout(() => tellRead(id, seq), TELL_AGAIN)
  })
}

/** What is being switched: an answer that was asked for before does not turn it back. */
const wishes = new Map<string, boolean>()

function switched(room: Room): Room {
  if (!room.me) return room
  const { pinned, silent } = room.me
  const me = {
    ...room.me,
    pinned: wishes.get(`${room.id} pinned`) ?? pinned,
    silent: wishes.get(`${room.id} silent`) ?? silent,
  }
  return me.pinned === pinned && me.silent === silent ? room : { ...room, me }
}

/** One is out of a room oneself. A private chat is over with that. */
function parted(id: string, reason: 'left' | 'kicked', at = new Date().toISOString()): void {
  const room = state.rooms[id]
  if (!room) return
  if (room.kind === 'private') room.ended ??= { at, by: 'me', reason: 'left' }
  else if (room.me && !room.me.left) room.me.left = { at, reason }
}

function counts(room: Room, message: Message): boolean {
  if (!room.me || room.id === state.open) return false
  return message.member !== room.me.member && !room.me.blocked?.includes(message.member)
}

function fresh(message: Message): void {
  const room = state.rooms[message.room]
  if (!room) {
    if (session.signed.value) rooms.fetch(message.room).catch(() => undefined)
    return
  }
  if (message.member === room.peer?.member) state.typing[room.id] = 0
  if (message.seq <= room.last_seq) return
  room.last_seq = message.seq
  room.last_message = message
  if (counts(room, message)) room.unread = Math.min(100, room.unread + 1)
}

function typed(id: string): void {
  const at = Date.now()
  state.typing[id] = at
  setTimeout(() => {
    if (state.typing[id] === at) state.typing[id] = 0
  }, TYPING_LASTS)
}

function read(id: string, member: string, seq: number): void {
  const room = state.rooms[id]
  if (!room) return
  if (room.peer?.member === member) room.peer.read_seq = Math.max(room.peer.read_seq ?? 0, seq)
  else if (room.me?.member === member) {
    room.read_seq = Math.max(room.read_seq, seq)
    if (seq >= room.last_seq) room.unread = 0
  }
}

type MemberFrame = Extract<Frame, { type: 'member' }>

function left(room: Room, frame: MemberFrame & { event: 'left' }): void {
  const at = frame.at ?? new Date().toISOString()
  state.typing[room.id] = 0
  if (frame.member === room.me?.member) parted(room.id, frame.reason ?? 'left', at)
  else if (room.kind === 'private') room.ended ??= { at, by: 'peer', reason: 'left' }
}

function member(room: Room, frame: MemberFrame): void {
  const mine = frame.member === room.me?.member
  if ('members' in frame && frame.members !== undefined) room.members = frame.members
  if (frame.event === 'left') left(room, frame)
  else if (frame.event === 'joined' && mine && room.me) room.me.left = null
  else if (frame.event === 'owner' && room.me) room.me.role = mine ? 'owner' : 'member'
  else if (frame.event === 'muted' && mine && room.me) room.me.muted_until = frame.until
}

function heard(frame: Frame): void {
  if (!('room' in frame) || !frame.room) return
  const room = state.rooms[frame.room]
  if (frame.type === 'typing' && frame.member !== room?.me?.member) typed(frame.room)
  else if (frame.type === 'read') read(frame.room, frame.member, frame.seq)
  else if (frame.type === 'recall' && room?.last_message?.seq === frame.seq)
    room.last_message = takenBack(room.last_message)
  else if (frame.type === 'member' && room) member(room, frame)
  else if (frame.type === 'room' || frame.type === 'reveal' || frame.type === 'keep')
    rooms.merge(frame.room, frame.detail)
  else if (frame.type === 'bye' && frame.reason === 'kicked') parted(frame.room, 'kicked')
}

live.on((event) => {
  if (event.type === 'fresh') fresh(event.message)
  else if (event.type === 'frame') heard(event.frame)
  else if (event.type === 'conversations') event.rooms.forEach(rooms.put)
})
