/** A list of the service that a page shows: its first page, and what follows. */
import { computed, ref, shallowRef } from 'vue'
import type { Page } from '@/api/types'
import { useAttempt } from './attempt'

export function usePagedList<Item extends { id: string }>(
  get: (cursor: string | null) => Promise<Page<Item>>,
) {
  const list = shallowRef<Item[]>([])
  const next = ref<string | null>(null)
  const loaded = ref(false)
  const { busy, failure, attempt } = useAttempt<string>()

  const load = (): Promise<boolean> =>
    attempt('load', async () => {
      const page = await get(null)
      list.value = page.items
      next.value = page.next
      loaded.value = true
    })

  const loadMore = (): Promise<boolean> =>
    attempt('more', async () => {
      const page = await get(next.value)
      const known = new Set(list.value.map((item) => item.id))
      list.value = [...list.value, ...page.items.filter((item) => !known.has(item.id))]
      next.value = page.next
    })

  /** What is there is changed; what is new comes first. */
  function put(item: Item): void {
    const there = list.value.some((other) => other.id === item.id)
    list.value = there
      ? list.value.map((other) => (other.id === item.id ? item : other))
      : [item, ...list.value]
  }

  return {
    list,
    more: computed(() => next.value !== null),
    loaded,
    busy,
    failure,
    attempt,
    load,
    loadMore,
    put,
  }
}
