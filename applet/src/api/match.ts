/** Matching: one wait an account; asking for its state renews it. A room is answered at once. */
import { request } from './index'
import type { Match, Target } from './types'

export const match = {
  start: (target: Target, tags: string[]) =>
    request<Match>({
      method: 'POST',
      path: '/match',
      body: { target, ...(tags.length ? { tags } : {}) },
    }),
  state: () => request<Match>({ method: 'GET', path: '/match' }),
  cancel: () => request<void>({ method: 'DELETE', path: '/match' }),
}
