/** The people of one group, page by page, kept in step with the room's frames. */
import { onUnmounted, ref, shallowRef } from 'vue'
import { rooms as api } from '@/api/rooms'
import type { Member } from '@/api/types'
import { heardMember, withPage } from '@/lib/memberlist'
import { live } from '@/live'

export function useMembers(id: string) {
  const items = shallowRef<Member[]>([])
  const next = ref<string | null>(null)
  const loaded = ref(false)
  const loading = ref(false)
  const failure = ref<unknown>(null)

  onUnmounted(
    live.on((event) => {
      if (event.type === 'frame' && event.frame.type === 'member' && event.frame.room === id)
        items.value = heardMember(items.value, event.frame, loaded.value && next.value === null)
    }),
  )

  /** The first page, or the one that follows. */
  async function load(): Promise<void> {
    if (loading.value) return
    loading.value = true
    failure.value = null
    try {
      const page = await api.members(id, next.value)
      items.value = withPage(items.value, page.items)
      next.value = page.next
      loaded.value = true
    } catch (error) {
      failure.value = error
    } finally {
      loading.value = false
    }
  }

  /** What the owner did here shows before a frame says it. */
  function muted(member: string, minutes: number): void {
    const until = minutes ? new Date(Date.now() + minutes * 60000).toISOString() : null
    items.value = heardMember(items.value, { type: 'member', room: id, member, event: 'muted', until }, false)
  }

  return { items, next, loaded, loading, failure, load, muted }
}
