/** The one wait an account may have: asked for, renewed every five seconds, and ended by a room. */
import { computed, reactive } from 'vue'
import { asApiError } from '@/api/error'
import { match as api } from '@/api/match'
import type { Estimate, Match, Room, Target } from '@/api/types'
import { live } from '@/live'
import { keep, whenKept } from '@/platform/storage'
import { rooms } from './rooms'
import { session, whenSessionEnds } from './session'

const POLL = 5000
/** By tags, or at random: then the tags stay for another time. */
export type Way = 'tags' | 'random'

const kept = () => ({
  target: keep.get<Target>('target') ?? ('private' as Target),
  way: keep.get<Way>('way') ?? ('tags' as Way),
  tags: keep.get<string[]>('tags') ?? [],
})

const state = reactive({
  phase: 'idle' as 'idle' | 'asking' | 'waiting',
  since: 0,
  estimate: null as Estimate | null,
  /** The tags of the wait, which another device may have begun. */
  worn: [] as string[],
  ...kept(),
  /** Why the last start failed. */
  failure: null as unknown,
  /** The wait was there and is gone without a room. */
  lost: false,
  /** The room a wait ended in, until it was shown. */
  found: '',
})
let timer: ReturnType<typeof setTimeout> | null = null
let asked = 0
/** A wait is being given up: what is still told of it is old. */
let stopping = 0

whenSessionEnds(() => {
  asked++
  settle()
  state.lost = false
  state.found = ''
  state.failure = null
  Object.assign(state, kept())
})

export const matching = {
  phase: computed(() => state.phase),
  since: computed(() => state.since),
  estimate: computed(() => state.estimate),
  worn: computed(() => state.worn),
  target: computed(() => state.target),
  way: computed(() => state.way),
  tags: computed(() => state.tags),
  lost: computed(() => state.lost),
  found: computed(() => state.found),
  failure: computed(() => state.failure),

  setTarget(target: Target): void {
    state.target = target
    keep.set('target', target)
  },

  setWay(way: Way): void {
    state.way = way
    keep.set('way', way)
  },

  setTags(tags: string[]): void {
    state.tags = tags
    keep.set('tags', tags)
  },

  async start(): Promise<void> {
    if (state.phase !== 'idle') return
    const mine = ++asked
    state.phase = 'asking'
    state.lost = false
    state.found = ''
    state.failure = null
    try {
      const answer = await api.start(state.target, state.way === 'tags' ? state.tags : [])
      if (mine === asked) take(answer)
      // Found in the moment of giving up: the stranger is there, and so the chat is in the list.
      else if (answer.state === 'matched') rooms.put(answer.room)
    } catch (error) {
      if (mine !== asked) return
      settle()
      state.failure = error
    }
  },

  async cancel(): Promise<void> {
    asked++
    halt()
    stopping++
    try {
      await api.cancel()
    } catch (error) {
      // The wait ends by itself when nobody renews it.
      if (!asApiError(error).passing) state.failure = error
    } finally {
      stopping--
    }
    // Other pages of this browser look now, when the service knows.
    if (state.phase === 'idle') keep.remove('waiting')
  },

  /** Reads the state of a wait that an earlier run of this page, or another device, may have begun. */
  async look(): Promise<void> {
    if (state.phase === 'asking') return
    const mine = ++asked
    const answer = await api.state()
    // A match that nobody waited for here is listed among the chats; it does not call anyone away.
    const awaited = state.phase === 'waiting' || keep.get<boolean>('waiting') === true
    if (mine === asked && (answer.state !== 'matched' || awaited)) take(answer)
  },

  /** Another page of this browser began a wait, or ended one. */
  async elsewhere(): Promise<void> {
    const waited = state.phase === 'waiting'
    await matching.look().catch(() => undefined)
    if (waited && state.phase === 'idle') state.lost = false
  },

  shown(): void {
    state.found = ''
  },
}

function halt(): void {
  if (timer) clearTimeout(timer)
  timer = null
  state.phase = 'idle'
  live.waiting = false
}

function settle(): void {
  halt()
  keep.remove('waiting')
}

function take(answer: Match): void {
  if (answer.state === 'matched') return arrive(answer.room)
  if (answer.state === 'idle') {
    state.lost = state.phase === 'waiting'
    return settle()
  }
  state.phase = 'waiting'
  state.since = Date.parse(answer.since) || Date.now()
  state.estimate = answer.estimate
  state.worn = answer.tags ?? []
  live.waiting = true
  keep.set('waiting', true)
  if (timer) clearTimeout(timer)
  timer = setTimeout(poll, POLL)
}

async function poll(): Promise<void> {
  timer = null
  if (!session.signed.value || state.phase !== 'waiting') return
  const mine = ++asked
  try {
    const answer = await api.state()
    if (mine === asked) take(answer)
  } catch (error) {
    if (mine === asked && asApiError(error).passing) timer = setTimeout(poll, POLL)
  }
}

function arrive(room: Room): void {
  asked++
  settle()
  state.lost = false
  rooms.put(room)
  state.found = room.id
}

/** Begun or given up by oneself, in this tab or wherever else; what was asked for here is answered here. */
function told(match: Match): void {
  if (stopping || state.phase === 'asking') return
  asked++
  take(match)
  state.lost = false
}

whenKept('waiting', () => void (session.signed.value && matching.elsewhere()))

live.on((event) => {
  if (event.type === 'frame' && event.frame.type === 'matched') {
    if (event.frame.detail) rooms.put(event.frame.detail)
    if (state.phase !== 'idle' && event.frame.detail) arrive(event.frame.detail)
  } else if (event.type === 'frame' && event.frame.type === 'match') told(event.frame.match)
  else if (event.type === 'match' && state.phase === 'waiting') take(event.match)
})
