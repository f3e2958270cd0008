/** The question of age, asked once on each device before the first start, where the deployment wants it asked. */
import { computed, reactive } from 'vue'
import { ApiError } from '@/api/error'
import { settings } from '@/api/settings'
import { keep } from '@/platform/storage'

const KEY = 'age'
const state = reactive({
  /** The age that is asked for now; 0 while nothing is asked. */
  asked: 0,
})
let answered: (yes: boolean) => void = () => undefined

/** Where it cannot be had nobody gets in anyway. */
async function wanted(): Promise<number> {
  const known = await settings.get().catch(() => null)
  return Number(known?.age) || 0
}

export const age = {
  asked: computed(() => state.asked),

  /** Done once somebody has said to be that old; `age_refused` otherwise. */
  async check(): Promise<void> {
    const years = await wanted()
    if (years <= (keep.get<number>(KEY) ?? 0)) return
    state.asked = years
    const yes = await new Promise<boolean>((resolve) => (answered = resolve))
    state.asked = 0
    if (!yes) throw new ApiError(403, 'age_refused', '', { detail: { age: years } })
    keep.set(KEY, years)
  },

  answer: (yes: boolean): void => answered(yes),
}
