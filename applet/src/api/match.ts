/** Matching: one wait an account; asking for its state renews it. A room is answered at once. */
import { request } from './index'
import type { Match, Target } from './types'

/** Until when one would be told that a stranger waits; null: one has not asked. */
export type Notice = { until: string | null }

export const match = {
  start: (target: Target, tags: string[]) =>
    request<Match>({
      method: 'POST',
      path: '/match',
      body: { target, ...(tags.length ? { tags } : {}) },
    }),
  state: () => request<Match>({ method: 'GET', path: '/match' }),
  cancel: () => request<void>({ method: 'DELETE', path: '/match' }),
  notice: () => request<Notice>({ method: 'GET', path: '/match/notice' }),
  /** `code` is WeChat's own, fresh. */
  askNotice: (code: string) => request<Notice>({ method: 'POST', path: '/match/notice', body: { code } }),
  dropNotice: () => request<void>({ method: 'DELETE', path: '/match/notice' }),
}
