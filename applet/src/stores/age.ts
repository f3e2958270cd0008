/** The question of age, asked once on each device before the first start, where the deployment wants it asked. */
import { computed, reactive } from 'vue'
import { ApiError } from '@/api/error'
import { keep } from '@/platform/storage'

const KEY = 'age'
const state = reactive({
  /** The age that is asked for now; 0 while nothing is asked. */
  asked: 0,
})
let answered: (yes: boolean) => void = () => undefined

export const age = {
  asked: computed(() => state.asked),

  /** Done once somebody has said to be that old; `age_refused` otherwise. */
  async check(years: number): Promise<void> {
    if (years <= (keep.get<number>(KEY) ?? 0)) return
    state.asked = years
    const yes = await new Promise<boolean>((resolve) => (answered = resolve))
    state.asked = 0
    if (!yes) throw new ApiError(403, 'age_refused', '', { detail: { age: years } })
    keep.set(KEY, years)
  },

  answer: (yes: boolean): void => answered(yes),
}
