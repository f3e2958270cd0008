/** Reports of a message or a person, and what became of one's own. */
import { request } from './index'
import { query } from './rooms'
import type { NewReport, Page, Report } from './types'

export const reports = {
  /** The same again while one is open answers that one. */
  create: (report: NewReport) =>
    request<Pick<Report, 'id' | 'state'>>({ method: 'POST', path: '/reports', body: { ...report } }),
  list: (cursor: string | null = null, limit = 50) =>
    request<Page<Report>>({ method: 'GET', path: '/reports' + query({ cursor, limit }) }),
}
