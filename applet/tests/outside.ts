/** A uni with a small service behind it, for tests of the stores: what it was asked, what it answers, and its one socket. */
import { vi } from 'vitest'

export type Reply = { status: number; data?: unknown; header?: Record<string, string> } | 'offline'
interface Sent {
  method: string
  path: string
  body: Record<string, unknown>
}

export const stored = new Map<string, unknown>()
export const sent: Sent[] = []
/** By verb and path; what is not there is answered 204. */
export const replies: Record<string, Reply | ((body: Record<string, unknown>) => Reply)> = {}
type Heard = (value?: unknown) => void
export const socket: Record<'open' | 'message' | 'close', Heard> = { open() {}, message() {}, close() {} }

function answer(o: Record<string, unknown>): void {
  const path = String(o.url).replace(/^.*\/api\/v1/, '')
  const body = o.data ? (JSON.parse(String(o.data)) as Record<string, unknown>) : {}
  sent.push({ method: String(o.method), path, body })
  const known = replies[`${String(o.method)} ${path}`] ?? { status: 204, data: '' }
  const reply = typeof known === 'function' ? known(body) : known
  const tell = o as { success(r: unknown): void; fail(r: unknown): void }
  if (reply === 'offline') tell.fail({ errMsg: 'request:fail' })
  else tell.success({ statusCode: reply.status, data: reply.data ?? '', header: reply.header ?? {} })
}

function connectSocket() {
  return {
    onOpen: (f: Heard) => (socket.open = f),
    onMessage: (f: Heard) => (socket.message = f),
    onClose: (f: Heard) => (socket.close = f),
    onError: () => undefined,
    close: () => undefined,
  }
}

export function user(more = {}) {
  const made = { account: null, nickname: 'Mossy Fern', avatar: '/avatar/1.svg', guest: true }
  return { ...made, created: '2026-01-01T00:00:00.001Z', warnings: 0, locale: 'en', ...more }
}

export const say = (frame: object): void => socket.message({ data: JSON.stringify(frame) })

export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0))
}

/** As it is before anybody has been here. */
export function reset(): void {
  stored.clear()
  sent.length = 0
  for (const key of Object.keys(replies)) delete replies[key]
  Object.assign(replies, {
    'POST /login/guest': { status: 200, data: { token: 'secret', user: user() } },
    'POST /stream': { status: 200, data: { url: '/ws/t' } },
    'POST /sync': { status: 200, data: { rooms: [], conversations: [] } },
  })
  vi.stubGlobal('uni', {
    request: answer,
    connectSocket,
    login: (o: { success(r: unknown): void }) => o.success({ code: 'fresh' }),
    getStorageSync: (k: string) => stored.get(k) ?? '',
    setStorageSync: (k: string, v: unknown) => void stored.set(k, v),
    removeStorageSync: (k: string) => void stored.delete(k),
    getStorageInfoSync: () => ({ keys: [...stored.keys()] }),
  })
}
