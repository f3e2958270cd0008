/** The rooms one is in, as the service last told them and the socket has changed them since. */
import { computed, reactive } from 'vue'
import { rooms as api } from '@/api/rooms'
import type { Frame, Message, Room } from '@/api/types'
import { live } from '@/live'
import { session, whenSessionEnds } from './session'

const TYPING_LASTS = 5000

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

export const rooms = {
  list: computed(() =>
    Object.values(state.rooms).sort((a, b) => (latest(a) < latest(b) ? 1 : latest(a) > latest(b) ? -1 : 0)),
  ),
  loaded: computed(() => state.loaded),
  more: computed(() => state.next !== null),
  unread: computed(() => Object.values(state.rooms).reduce((sum, room) => sum + room.unread, 0)),

  get: (id: string): Room | undefined => state.rooms[id],
  isTyping: (id: string): boolean => (state.typing[id] ?? 0) > 0,

  put(room: Room): void {
    const before = state.rooms[room.id]
    // An older answer must not take back what a frame has told since.
    if (before && before.last_seq > room.last_seq) {
      room = { ...room, last_seq: before.last_seq, last_message: before.last_message, unread: before.unread }
    }
    if (before?.ended && !room.ended) room = { ...room, ended: before.ended }
    if (room.id === state.open) room = { ...room, unread: 0 }
    state.rooms[room.id] = room
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
    const room = state.rooms[id]
    if (room && !room.ended) room.ended = { at: new Date().toISOString(), by: 'me', reason: 'left' }
  },

  markRead(id: string, seq: number): void {
    const room = state.rooms[id]
    if (!room || seq <= room.read_seq) return
    room.read_seq = seq
    api.read(id, seq).catch(() => {
      // The next line read says it again.
      if (state.rooms[id]?.read_seq === seq) state.rooms[id].read_seq = seq - 1
    })
  },
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
  if (message.member !== room.me?.member && room.id !== state.open)
    room.unread = Math.min(100, room.unread + 1)
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

function heard(frame: Frame): void {
  if (!('room' in frame) || !frame.room) return
  const room = state.rooms[frame.room]
  if (frame.type === 'typing' && frame.member !== room?.me?.member) typed(frame.room)
  else if (frame.type === 'read') read(frame.room, frame.member, frame.seq)
  else if (frame.type === 'recall' && room?.last_message?.seq === frame.seq)
    room.last_message = { ...room.last_message, body: null, recalled: true }
  else if (frame.type === 'member' && frame.event === 'left' && room?.kind === 'private' && !room.ended) {
    room.ended = {
      at: frame.at,
      by: frame.member === room.me?.member ? 'me' : 'peer',
      reason: frame.reason ?? 'left',
    }
    state.typing[frame.room] = 0
  }
}

live.on((event) => {
  if (event.type === 'fresh') fresh(event.message)
  else if (event.type === 'frame') heard(event.frame)
  else if (event.type === 'conversations') event.rooms.forEach(rooms.put)
})
