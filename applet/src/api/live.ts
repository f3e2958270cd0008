/** The ticket for the live socket, and the sync that heals whatever it lost. */
import { request } from './index'
import type { SyncAnswer } from './types'

export const live = {
  stream: () =>
    request<{ url: string; expires: string }>({ method: 'POST', path: '/stream', timeout: 10000 }),
  sync: (body: { rooms: Record<string, number>; match?: boolean; since?: string }) =>
    request<SyncAnswer>({ method: 'POST', path: '/sync', body, timeout: 10000 }),
}
