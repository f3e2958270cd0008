/** Messages of a room: send, read back, recall. */
import { request } from './index'
import type { Message, Page } from './types'

const at = (room: string): string => '/rooms/' + encodeURIComponent(room) + '/messages'

export interface Outgoing {
  client_id: string
  body: string
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
  newest: (room: string, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?limit=${limit}` }),
  before: (room: string, seq: number, limit = 50) =>
    request<Page<Message>>({ method: 'GET', path: `${at(room)}?before=${seq}&limit=${limit}` }),
  recall: (room: string, seq: number) => request<void>({ method: 'DELETE', path: `${at(room)}/${seq}` }),
}
