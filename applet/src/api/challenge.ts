/** What the service wants a proof of work for. */
import type { Challenge } from '@/lib/altcha'
import { request } from './index'

export const challenge = {
  get: () => request<Challenge>({ method: 'GET', path: '/challenge' }),
}
