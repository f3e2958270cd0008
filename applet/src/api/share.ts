/** Links into a room: made, listed and ended by who is in it, opened by anyone. */
import { request, serviceUrl } from './index'
import type { Page, Room, Share, Shared } from './types'

const of = (room: string): string => `/rooms/${encodeURIComponent(room)}/share`
const link = (code: string): string => '/share/' + encodeURIComponent(code)

export const share = {
  make: (room: string, hours?: number) =>
    request<Share>({ method: 'POST', path: of(room), body: hours ? { hours } : {} }),
  list: (room: string) => request<Page<Share>>({ method: 'GET', path: of(room) }),
  revoke: (room: string, code: string) =>
    request<void>({ method: 'DELETE', path: `${of(room)}/${encodeURIComponent(code)}` }),
  /** The link as a picture. It is for members: on the applet it has to be fetched with the session's token. */
  qr: (room: string, code: string): string =>
    serviceUrl(`/api/v1${of(room)}/${encodeURIComponent(code)}.svg`),

  look: (code: string) => request<Shared>({ method: 'GET', path: link(code) }),
  join: (code: string, mask = true) =>
    request<Room>({ method: 'POST', path: link(code) + '/join', body: { mask } }),
}
