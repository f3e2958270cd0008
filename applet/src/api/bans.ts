/** The one text that somebody suspended may say, with the code that a login was answered. */
import { request } from './index'
import type { Warning } from './types'

export const bans = {
  appeal: (code: string, text: string) =>
    request<Warning>({ method: 'POST', path: '/appeals', body: { code, text }, login: true }),
}
