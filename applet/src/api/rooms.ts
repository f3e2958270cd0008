/** Rooms one is in: read one, list them, leave, mark as read, say that one is typing. */
import { request } from './index'
import type { Page, Room } from './types'

const at = (room: string): string => '/rooms/' + encodeURIComponent(room)

export const rooms = {
  get: (room: string) => request<Room>({ method: 'GET', path: at(room) }),
  conversations: (cursor?: string | null) =>
    request<Page<Room>>({
      method: 'GET',
      path: '/conversations?limit=50' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''),
    }),
  leave: (room: string) => request<void>({ method: 'POST', path: at(room) + '/leave' }),
  read: (room: string, seq: number) =>
    request<void>({ method: 'POST', path: at(room) + '/read', body: { seq } }),
  typing: (room: string) => request<void>({ method: 'POST', path: at(room) + '/typing' }),
}
