/** Rooms: the square, one room and its people, what one sets for oneself in it, and the list of one's own. */
import { request } from './index'
import type { Member, NewRoom, Page, Room, RoomChange, Sort } from './types'

const at = (room: string): string => '/rooms/' + encodeURIComponent(room)
const person = (room: string, member: string): string => `${at(room)}/members/${encodeURIComponent(member)}`

type Query = Record<string, string | number | null | undefined>

/** What is empty is left out. */
export function query(of: Query): string {
  const parts = Object.entries(of)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
  return parts.length ? '?' + parts.join('&') : ''
}

const get = <T>(path: string): Promise<T> => request<T>({ method: 'GET', path })
const post = <T>(path: string, body?: object): Promise<T> =>
  request<T>({ method: 'POST', path, body: body as Record<string, unknown> | undefined })

export const rooms = {
  create: (room: NewRoom) => post<Room>('/rooms', room),
  square: (sort: Sort, tag = '', cursor: string | null = null, limit = 20) =>
    get<Page<Room>>('/rooms' + query({ sort, tag, cursor, limit })),
  search: (q: string, cursor: string | null = null, limit = 20) =>
    get<Page<Room>>('/rooms/search' + query({ q, cursor, limit })),
  get: (room: string) => get<Room>(at(room)),
  update: (room: string, change: RoomChange) => post<Room>(at(room), change),
  close: (room: string) => request<void>({ method: 'DELETE', path: at(room) }),
  /** `mask` false shows the profile, in rooms that leave the choice. */
  join: (room: string, mask = true) => post<Room>(at(room) + '/join', { mask }),
  leave: (room: string) => post<void>(at(room) + '/leave'),

  conversations: (cursor?: string | null) => get<Page<Room>>('/conversations' + query({ limit: 50, cursor })),
  read: (room: string, seq: number) => post<void>(at(room) + '/read', { seq }),
  typing: (room: string) => post<void>(at(room) + '/typing'),
  pin: (room: string, on: boolean) => post<void>(at(room) + '/pin', { on }),
  silence: (room: string, on: boolean) => post<void>(at(room) + '/silence', { on }),

  members: (room: string, cursor: string | null = null, limit = 50) =>
    get<Page<Member>>(at(room) + '/members' + query({ cursor, limit })),
  kick: (room: string, member: string) => post<void>(person(room, member) + '/kick'),
  /** 0 minutes end it. */
  mute: (room: string, member: string, minutes: number) =>
    post<void>(person(room, member) + '/mute', { minutes }),
  promote: (room: string, member: string) => post<void>(person(room, member) + '/promote'),

  reveal: (room: string, on = true) => post<Room>(at(room) + '/reveal', { on }),
  keep: (room: string, on = true) => post<Room>(at(room) + '/keep', { on }),
}
