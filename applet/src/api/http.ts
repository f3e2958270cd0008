/** The one request wrapper: headers, deadline, at most eight calls at once, errors as ApiError. */
import { ApiError } from './error'

export interface Answer {
  status: number
  data: unknown
  header: Record<string, string>
}

export interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: Record<string, unknown>
  /** The call logs in: on H5 it asks for the cookie, and a 401 is not the end of a session. */
  login?: boolean
  timeout?: number
}

export interface Surroundings {
  base: string
  /** H5 holds its session in an HttpOnly cookie, the applet as a token. */
  cookie: boolean
  token(): string
  language(): string
  unauthorized(): void
  /** Another number for each session: what was asked in one is no answer in the next. */
  session(): number
  fetch(call: {
    url: string
    method: Call['method']
    data?: string
    header: Record<string, string>
    timeout: number
  }): Promise<Answer>
}

export const TIMEOUT = 12000
/** wx.request runs ten at once and fails the eleventh; two are left for downloads. */
const AT_ONCE = 8

export type Request = <T>(call: Call) => Promise<T>

export function createRequest(around: Surroundings): Request {
  let running = 0
  const queue: (() => void)[] = []

  async function place(): Promise<void> {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    else running++
  }
  function leave(): void {
    const next = queue.shift()
    if (next) next()
    else running--
  }

  return async function request<T>(call: Call): Promise<T> {
    const session = around.session()
    const over = (): boolean => !call.login && around.session() !== session
    await place()
    try {
      if (over()) throw new ApiError(0, 'cancelled')
      const token = around.token()
      const answer = await around.fetch({
        url: around.base + '/api/v1' + call.path,
        method: call.method,
        data: call.method === 'POST' || call.body ? JSON.stringify(call.body ?? {}) : undefined,
        header: headers(around, call, token),
        timeout: call.timeout ?? TIMEOUT,
      })
      if (over()) throw new ApiError(0, 'cancelled')
      return readAnswer<T>(answer)
    } catch (error) {
      if (error instanceof ApiError && error.status === 401 && !call.login) around.unauthorized()
      throw error
    } finally {
      leave()
    }
  }
}

function headers(around: Surroundings, call: Call, token: string): Record<string, string> {
  const header = sessionHeaders(around.language(), around.cookie || call.login ? '' : token)
  if (call.method === 'POST' || call.body) header['Content-Type'] = 'application/json'
  if (around.cookie && call.login) header['X-Session'] = 'cookie'
  return header
}

/** What every call carries. Without a token the session is the cookie's, which the browser adds. */
export function sessionHeaders(language: string, token: string): Record<string, string> {
  const header: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language }
  if (token) header.Authorization = `Bearer ${token}`
  return header
}

/** A 202 is a refusal in words (a name that is taken, an account that is banned), so it is thrown too. */
export function readAnswer<T>(answer: Answer): T {
  const data = (answer.data ?? {}) as Record<string, unknown>
  const error = data.error as Record<string, unknown> | undefined
  if (answer.status >= 200 && answer.status < 300 && !error && answer.status !== 202) return answer.data as T
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  throw new ApiError(answer.status, text(error?.code) || `http_${answer.status}`, text(error?.message), {
    field: text(error?.field) || text(data.field),
    retryAfter: Math.max(0, Number(answer.header['retry-after']) || 0),
    until: text(error?.until) || text(data.until),
    reason: text(error?.reason) || text(data.reason),
    detail: { ...data, ...error },
  })
}
