/** One's warnings: those not yet read are told on every page, and what comes over the socket at once. */
import { computed, reactive } from 'vue'
import { warnings as api } from '@/api/warnings'
import type { Warning } from '@/api/types'
import { live } from '@/live'
import { whenSessionEnds } from './session'

const state = reactive({
  items: [] as Warning[],
  next: null as string | null,
  loaded: false,
  /** What just came, until somebody has looked at it. */
  fresh: '',
})

whenSessionEnds(() => {
  state.items = []
  state.next = null
  state.loaded = false
  state.fresh = ''
})

function put(warning: Warning): void {
  const at = state.items.findIndex((other) => other.id === warning.id)
  if (at >= 0) state.items[at] = warning
  else state.items = [...state.items, warning].sort((a, b) => (a.at < b.at ? 1 : -1))
}

const change = (id: string, more: Partial<Warning>): void => {
  const warning = state.items.find((other) => other.id === id)
  if (warning) put({ ...warning, ...more })
}

export const warnings = {
  items: computed(() => state.items),
  more: computed(() => state.next !== null),
  loaded: computed(() => state.loaded),
  unread: computed(() => state.items.filter((warning) => !warning.seen && !warning.over)),
  /** Until when no room takes what one writes; empty when all do. */
  mutedUntil: computed(() =>
    state.items
      .filter((warning) => warning.kind === 'mute' && !warning.over)
      .reduce((last, { until }) => (until && until > last ? until : last), ''),
  ),
  fresh: computed(() => state.items.find((warning) => warning.id === state.fresh) ?? null),

  async load(): Promise<void> {
    const page = await api.list()
    page.items.forEach(put)
    if (!state.loaded) state.next = page.next
    state.loaded = true
  },

  async loadMore(): Promise<void> {
    const page = await api.list(state.next)
    page.items.forEach(put)
    state.next = page.next
  },

  async seen(id: string): Promise<void> {
    await api.seen(id)
    change(id, { seen: true })
    if (state.fresh === id) state.fresh = ''
  },

  async appeal(id: string, text: string): Promise<void> {
    put(await api.appeal(id, text))
  },

  /** It stays unread, and a line on each page says so. */
  later(): void {
    state.fresh = ''
  },
}

live.on((event) => {
  // Those that came while there was no connection are nowhere else.
  if (event.type === 'state' && event.state === 'live') warnings.load().catch(() => undefined)
  if (event.type !== 'frame' || event.frame.type !== 'warning') return
  const { warning } = event.frame
  put(warning)
  if (!warning.seen) state.fresh = warning.id
  // Read on another device. Who has just appealed goes on looking at it.
  else if (!warning.appeal && state.fresh === warning.id) state.fresh = ''
})
