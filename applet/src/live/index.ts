/** The live layer of this client: the core, wired to uni's sockets, storage and timers. */
import { API_BASE } from '@/api'
import { live as liveApi } from '@/api/live'
import { messages } from '@/api/messages'
import { uuid4 } from '@/lib/uuid'
import { keep } from '@/platform/storage'
// #ifdef H5
import { hasTabs, thisTab, whenTabGone } from '@/platform/tabs-h5'
// #endif
import { Live } from './core'
import type { Clock, Socket, SocketEvents } from './types'

const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, action) {
    const id = setTimeout(action, ms)
    return () => clearTimeout(id)
  },
}

function socketUrl(path: string): string {
  const base = process.env.UNI_PLATFORM === 'h5' ? location.origin : API_BASE
  return base.replace(/^http/, 'ws') + path
}

function connect(path: string, events: SocketEvents): Socket {
  let closed = false
  const close = (code: number): void => {
    if (closed) return
    closed = true
    events.close(code)
  }
  // With `complete` uni answers the task itself, not a promise of it.
  const task = uni.connectSocket({ url: socketUrl(path), complete: () => undefined })
  task.onOpen(() => events.open())
  task.onMessage((m) => events.message(String(m.data)))
  task.onClose((e) => close((e as { code?: number } | undefined)?.code ?? 1006))
  task.onError(() => close(1006))
  return {
    close() {
      closed = true
      try {
        task.close({ code: 1000 })
      } catch {
        // It was not open yet, or is gone already.
      }
    },
  }
}

export const live = new Live({
  api: {
    stream: liveApi.stream,
    sync: liveApi.sync,
    send: messages.send,
    upload: messages.upload,
    recall: messages.recall,
    newest: (room) => messages.newest(room),
    before: (room, seq) => messages.before(room, seq),
  },
  connect,
  clock,
  keep,
  uuid: uuid4,
  // #ifdef H5
  ...(process.env.UNI_PLATFORM === 'h5' && hasTabs()
    ? { tab: { name: thisTab, whenGone: whenTabGone } }
    : {}),
  // #endif
})

export type { LiveEvent, LiveState, MediaDraft, MediaFile, MediaLook, Pending } from './types'
