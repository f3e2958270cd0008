/** Messages of a room: send, read back, search, recall, react. */
import { request } from './index'
import { query } from './rooms'
import type { Message, Page, Reaction } from './types'
import { upload } from './upload'
import type { MediaFile } from '@/lib/media'

const at = (room: string): string => '/rooms/' + encodeURIComponent(room) + '/messages'
const reactions = (room: string, seq: number): string => `${at(room)}/${seq}/reactions`

export interface Outgoing {
  client_id: string
  body: string
  reply_to?: number
}

export interface Upload {
  room: string
  client_id: string
  kind: 'image' | 'voice'
  reply_to?: number
}

export const messages = {
  send: (room: string, line: Outgoing) =>
    request<Message>({
      method: 'POST',
      path: at(room),
      body: {
        client_id: line.client_id,
        kind: 'text',
        body: line.body,
        ...(line.reply_to ? { reply_to: line.reply_to } : {}),
      },
    }),
  upload: ({ room, client_id, kind, reply_to }: Upload, file: MediaFile, progress: (share: number) => void) =>
    upload<Message>(
      `/rooms/${encodeURIComponent(room)}/media${query({ kind, client_id, reply_to })}`,
      file,
      progress,
    ),
  newest: (room: string, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?limit=${limit}` }),
  before: (room: string, seq: number, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?before=${seq}&limit=${limit}` }),
  after: (room: string, seq: number, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?after=${seq}&limit=${limit}` }),
  /** The lines around `seq`, itself included. */
  around: (room: string, seq: number, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?around=${seq}&limit=${limit}` }),
  /** Newest page first, ascending within it; a page may be short or empty although `next` goes on. */
  search: (room: string, q: string, cursor: string | null = null, limit = 20) =>
    request<Page<Message>>({ method: 'GET', path: at(room) + query({ q, cursor, limit }) }),
  recall: (room: string, seq: number) => request<void>({ method: 'DELETE', path: `${at(room)}/${seq}` }),
  react: (room: string, seq: number, name: Reaction) =>
    request<void>({ method: 'POST', path: reactions(room, seq), body: { name } }),
  unreact: (room: string, seq: number, name: Reaction) =>
    request<void>({ method: 'DELETE', path: reactions(room, seq) + query({ name }) }),
}
