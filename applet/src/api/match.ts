/** Matching: one wait an account; asking for its state renews it. */
import { request } from './index'
import type { Match } from './types'

export const match = {
  start: (tags: string[]) =>
    request<Match>({
      method: 'POST',
      path: '/match',
      body: { target: 'private', ...(tags.length ? { tags } : {}) },
    }),
  state: () => request<Match>({ method: 'GET', path: '/match' }),
  cancel: () => request<void>({ method: 'DELETE', path: '/match' }),
}
