/** The proof of work that is being made, one at a time, with what its sheet shows: how far it is, or that it failed. */
import { computed, reactive } from 'vue'
import { challenge as api } from '@/api/challenge'
import { ApiError } from '@/api/error'
import type { Solving } from '@/lib/solving'
import { prover } from '@/platform/prove'

const state = reactive({
  phase: 'idle' as 'idle' | 'working' | 'failed',
  /** Of the numbers there are, this share has been tried. */
  share: 0,
  failure: null as unknown,
})
let solving: Solving | null = null
let stopped = false
/** Answers the question that a failure puts: another try, or not. */
let decide: (again: boolean) => void = () => undefined
let last: Promise<unknown> = Promise.resolve()

async function once(): Promise<string> {
  state.phase = 'working'
  state.share = 0
  state.failure = null
  const [{ solve, encode }, asked] = await Promise.all([prover(), api.get()])
  if (stopped) throw new ApiError(0, 'pow_stopped')
  solving = solve(asked, (share) => (state.share = share))
  return encode(asked, await solving.result)
}

async function make(): Promise<string> {
  stopped = false
  try {
    for (;;) {
      try {
        return await once()
      } catch (error) {
        if (stopped) throw new ApiError(0, 'pow_stopped')
        state.failure = error
        state.phase = 'failed'
        const again = await new Promise<boolean>((resolve) => (decide = resolve))
        if (!again) throw new ApiError(0, 'pow_stopped')
      }
    }
  } finally {
    solving = null
    state.phase = 'idle'
  }
}

export const proof = {
  phase: computed(() => state.phase),
  share: computed(() => state.share),
  failure: computed(() => state.failure),

  /** The encoded proof. Who asks while one is being made waits for a turn: each is good once. */
  make(): Promise<string> {
    const mine = last.then(make)
    last = mine.catch(() => undefined)
    return mine
  },

  stop(): void {
    stopped = true
    solving?.stop()
    decide(false)
  },

  retry: (): void => decide(true),
}
