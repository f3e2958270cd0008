/** Warnings: one's own, that one has read them, and the one text that may be said against each. */
import { request } from './index'
import { query } from './rooms'
import type { Page, Warning } from './types'

const at = (id: string): string => '/warnings/' + encodeURIComponent(id)

export const warnings = {
  list: (cursor: string | null = null, limit = 50) =>
    request<Page<Warning>>({ method: 'GET', path: '/warnings' + query({ cursor, limit }) }),
  seen: (id: string) => request<void>({ method: 'POST', path: at(id) + '/seen' }),
  appeal: (id: string, text: string) =>
    request<Warning>({ method: 'POST', path: at(id) + '/appeal', body: { text } }),
}
