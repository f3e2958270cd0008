/** Searching in one room: newest first. A page may be short or empty while there is more to look through. */
import { ref, shallowRef } from 'vue'
import { messages } from '@/api/messages'
import type { Message } from '@/api/types'

/** A page of this many is worth showing before going on. */
const ENOUGH = 8
/** Pages of nothing that are asked for without being told to. */
const ROUNDS = 6

export function useRoomSearch(id: string) {
  const q = ref('')
  const found = shallowRef<Message[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const done = ref(false)
  const failure = ref<unknown>(null)
  let asked = 0

  async function go(mine: number): Promise<void> {
    busy.value = true
    failure.value = null
    try {
      const before = found.value.length
      for (let round = 0; round < ROUNDS; round++) {
        const page = await messages.search(id, q.value, next.value)
        if (mine !== asked) return
        found.value = [...found.value, ...[...page.items].reverse()]
        next.value = page.next
        done.value = true
        if (!next.value || found.value.length - before >= ENOUGH) break
      }
    } catch (error) {
      if (mine === asked) failure.value = error
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  async function search(text: string): Promise<void> {
    asked++
    q.value = text.trim()
    found.value = []
    next.value = null
    done.value = false
    busy.value = false
    if (q.value) await go(asked)
  }

  /** Further back, or once more after a failure. */
  const older = (): Promise<void> => go(++asked)

  return { q, found, next, busy, done, failure, search, older }
}
