/** The wrapper wired to uni.request; the resources' files beside it call `request`. */
import { language } from '@/i18n/first'
import { keep } from '@/platform/storage'
import { ApiError } from './error'
import { createRequest, type Answer } from './http'
import { withProof } from './proof'

const H5 = process.env.UNI_PLATFORM === 'h5'

/** Empty on H5: the page's own origin. */
export const API_BASE: string = H5
  ? ''
  : (import.meta.env.VITE_API_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')

/** A path of the service (an avatar, say) as a URL that an <image> can load. */
export function serviceUrl(path: string | null | undefined): string {
  return path ? API_BASE + path : ''
}

let onUnauthorized = (): void => {}
export function whenUnauthorized(action: () => void): void {
  onUnauthorized = action
}

let sessions = 0
/** A session began or ended: answers that are still on their way are nobody's. */
export function nextSession(): void {
  sessions++
}

/** The applet's session; H5 holds a cookie. */
export function token(): string {
  return H5 ? '' : keep.get<string>('token') || ''
}

function lowerCaseKeys(header: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(header ?? {}).map(([k, v]) => [k.toLowerCase(), String(v)]))
}

let onProof = (): Promise<string> => Promise.reject(new ApiError(403, 'pow_required'))
/** Who makes the proofs of work that calls are asked for. */
export function whenProofAsked(make: () => Promise<string>): void {
  onProof = make
}

export const unauthorized = (): void => onUnauthorized()

const bare = createRequest({
  base: API_BASE,
  cookie: H5,
  token,
  language,
  unauthorized,
  session: () => sessions,
  fetch: (call) =>
    new Promise<Answer>((resolve, reject) => {
      uni.request({
        ...call,
        success: (r) =>
          resolve({
            status: r.statusCode,
            data: r.data,
            header: lowerCaseKeys(r.header as Record<string, unknown>),
          }),
        fail: (e) => {
          const message = String(e?.errMsg ?? '')
          reject(new ApiError(0, /time/i.test(message) ? 'timeout' : 'network', message))
        },
      })
    }),
})

export const request = withProof(bare, () => onProof())
