/** The square: the public rooms in an order, by a tag, or as a search finds them; it stays as one left it. */
import { computed, reactive } from 'vue'
import { asApiError } from '@/api/error'
import { rooms as api } from '@/api/rooms'
import type { Page, Room, Sort } from '@/api/types'
import { rooms } from './rooms'
import { whenSessionEnds } from './session'

/** A search goes out when the fingers rest. */
export const REST = 300

const blank = () => ({
  sort: 'active' as Sort,
  tag: '',
  q: '',
  items: [] as Room[],
  next: null as string | null,
  busy: '' as '' | 'first' | 'more',
  loaded: false,
  thrown: null as unknown,
})
const state = reactive(blank())
/** Counts what was asked: an answer to anything but the last is out of date. */
let asked = 0
let resting: ReturnType<typeof setTimeout> | undefined

whenSessionEnds(() => {
  asked++
  clearTimeout(resting)
  Object.assign(state, blank())
})

function page(cursor: string | null): Promise<Page<Room>> {
  const q = state.q.trim()
  return q ? api.search(q, cursor) : api.square(state.sort, state.tag, cursor)
}

/** Runs one request; what came meanwhile makes its answer, and its failure, nobody's. */
async function ask(what: 'first' | 'more', cursor: string | null): Promise<Page<Room> | null> {
  const mine = ++asked
  state.busy = what
  state.thrown = null
  try {
    const answer = await page(cursor)
    return mine === asked ? answer : null
  } catch (error) {
    if (mine === asked) throw error
    return null
  } finally {
    if (mine === asked) state.busy = ''
  }
}

async function load(): Promise<void> {
  clearTimeout(resting)
  try {
    const answer = await ask('first', null)
    if (!answer) return
    state.items = answer.items
    state.next = answer.next
    state.loaded = true
  } catch (error) {
    state.items = []
    state.next = null
    state.thrown = error
  }
}

async function more(): Promise<void> {
  if (!state.next || state.busy) return
  try {
    const answer = await ask('more', state.next)
    if (!answer) return
    const known = new Set(state.items.map((room) => room.id))
    state.items.push(...answer.items.filter((room) => !known.has(room.id)))
    state.next = answer.next
  } catch (error) {
    // The scroll's order is forgotten after a while: it begins again.
    if (asApiError(error).field === 'cursor') return load()
    state.thrown = error
  }
}

export const square = {
  sort: computed(() => state.sort),
  tag: computed(() => state.tag),
  q: computed(() => state.q),
  /** A room that one is or was in looks as one knows it by now. */
  items: computed(() => state.items.map((room) => rooms.get(room.id) ?? room)),
  more: computed(() => state.next !== null),
  busy: computed(() => state.busy),
  loaded: computed(() => state.loaded),
  thrown: computed(() => state.thrown),

  load,
  loadMore: more,

  setSort(sort: Sort): Promise<void> {
    state.sort = sort
    return load()
  },

  /** By one tag, or by none. It ends a search. */
  setTag(tag: string): Promise<void> {
    state.tag = tag
    state.q = ''
    return load()
  },

  search(q: string): void {
    if (q === state.q) return
    state.q = q
    asked++
    state.busy = 'first'
    clearTimeout(resting)
    resting = setTimeout(() => void load(), q.trim() ? REST : 0)
  },
}
