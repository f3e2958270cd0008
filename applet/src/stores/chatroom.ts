/** One room as its page sees it: rows, pending lines, loading, reading, typing, leaving. */
import { computed, onUnmounted, ref, shallowRef } from 'vue'
import { asApiError } from '@/api/error'
import { messages as messagesApi } from '@/api/messages'
import { rooms as roomsApi } from '@/api/rooms'
import type { Message } from '@/api/types'
import { live, type Pending } from '@/live'
import { chatRows } from '@/lib/chatlines'
import { keep } from '@/platform/storage'
import { rooms } from './rooms'

/** A partner's "is typing" lasts five seconds; saying it every three keeps it lit. */
const TYPING_EVERY = 3000

export function useChatRoom(id: string) {
  const lines = shallowRef<Message[]>([])
  const pending = shallowRef<Pending[]>([])
  const complete = ref(false)
  const loading = ref(true)
  const failure = ref<unknown>(null)
  let inFront = false
  let typedAt = 0
  let gone = false
  let whole = false

  const room = computed(() => rooms.get(id))
  const rows = computed(() => chatRows(lines.value, pending.value, room.value))

  function look(): void {
    lines.value = [...live.lines(id)]
    pending.value = live.pending(id).map((p) => ({ ...p }))
    complete.value = live.complete(id)
  }

  function read(): void {
    const last = lines.value[lines.value.length - 1]
    if (inFront && last) rooms.markRead(id, last.seq)
  }

  const off = live.on((event) => {
    if (event.type === 'lines' && event.room === id) {
      look()
      read()
    } else if (event.type === 'state' && event.state === 'live' && !whole && !loading.value) void load()
  })
  onUnmounted(() => {
    gone = true
    off()
    hide()
  })

  async function load(): Promise<void> {
    loading.value = true
    failure.value = null
    try {
      await Promise.all([rooms.fetch(id), live.open(id)])
      if (gone) return
      whole = true
      look()
      read()
    } catch (error) {
      // With lines kept from before there is something to show; the connection's own notice says the rest.
      if (!gone && (!lines.value.length || !asApiError(error).passing)) failure.value = error
    } finally {
      loading.value = false
    }
  }

  function show(): void {
    inFront = true
    rooms.show(id)
    read()
  }

  function hide(): void {
    inFront = false
    rooms.hide(id)
  }

  function typing(): void {
    const now = Date.now()
    if (now - typedAt < TYPING_EVERY || room.value?.ended) return
    typedAt = now
    roomsApi.typing(id).catch(() => undefined)
  }

  async function recall(seq: number): Promise<void> {
    await messagesApi.recall(id, seq)
    live.recalled(id, seq)
  }

  return {
    room,
    rows,
    lines,
    complete,
    loading,
    failure,
    load,
    show,
    hide,
    typing,
    recall,
    older: () => live.older(id),
    send: (body: string, reply_to?: number) => {
      typedAt = 0
      return live.send(id, body, reply_to)
    },
    retry: (client_id: string) => live.retry(id, client_id),
    discard: (client_id: string) => live.discard(id, client_id),
    draft: () => keep.get<string>(`draft.${id}`) ?? '',
    keepDraft: (text: string) => (text ? keep.set(`draft.${id}`, text) : keep.remove(`draft.${id}`)),
  }
}
