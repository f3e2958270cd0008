/** Blocks: people one does not want to meet, or masks whose lines one does not want to see. */
import { request } from './index'
import { query } from './rooms'
import type { Block, Page } from './types'

export const blocks = {
  add: (room: string, member: string) =>
    request<void>({ method: 'POST', path: '/blocks', body: { room, member } }),
  remove: (room: string, member: string) =>
    request<void>({ method: 'DELETE', path: '/blocks' + query({ room, member }) }),
  list: (cursor: string | null = null, limit = 50) =>
    request<Page<Block>>({ method: 'GET', path: '/blocks' + query({ cursor, limit }) }),
}
