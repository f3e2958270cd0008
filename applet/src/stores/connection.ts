/** How the live layer fares, for the line that says so. A short trouble is not worth a word. */
import { ref } from 'vue'
import { live, type LiveState } from '@/live'

const PATIENCE = 2500
export const liveState = ref<LiveState>(live.state)
/** True after the connection was missing for a while. */
export const troubled = ref(false)
let timer: ReturnType<typeof setTimeout> | null = null

live.on((event) => {
  if (event.type !== 'state') return
  liveState.value = event.state
  if (event.state === 'live' || event.state === 'idle' || event.state === 'replaced') {
    if (timer) clearTimeout(timer)
    timer = null
    troubled.value = false
  } else if (!timer) timer = setTimeout(() => (troubled.value = liveState.value !== 'live'), PATIENCE)
})
