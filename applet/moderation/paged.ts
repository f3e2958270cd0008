/** A list that comes in pages, with what it says while it loads, when it is empty and when it fails. */
import { ref, type Ref } from 'vue'
import { call, type Page, type Row } from './api'

export interface Paged {
  items: Ref<Row[]>
  next: Ref<string | null>
  busy: Ref<boolean>
  error: Ref<string>
  load: () => Promise<void>
  more: () => Promise<void>
}

/** fields: what narrows the list, asked for anew by each load. */
export function usePaged(command: string, fields: () => Row = () => ({})): Paged {
  const items = ref<Row[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const error = ref('')
  let turn = 0

  async function ask(cursor: string | null) {
    const mine = ++turn
    busy.value = true
    error.value = ''
    try {
      const page = await call<Page>(command, { ...fields(), limit: 50, cursor })
      if (mine !== turn) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
    } catch (refused) {
      if (mine === turn) error.value = (refused as Error).message
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { items, next, busy, error, load: () => ask(null), more: () => ask(next.value) }
}

/** A list that is there already. */
export function fixed(rows: Row[]): Paged {
  const nothing = () => Promise.resolve()
  return { items: ref(rows), next: ref(null), busy: ref(false), error: ref(''), load: nothing, more: nothing }
}
