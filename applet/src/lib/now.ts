/** The time, told every second while somebody has to see it pass. */
import { onUnmounted, ref, watch, type Ref } from 'vue'

export function useNow(awaited: () => boolean): Ref<number> {
  const now = ref(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = (): void => {
    now.value = Date.now()
  }
  watch(
    awaited,
    (on) => {
      clearInterval(timer)
      tick()
      timer = on ? setInterval(tick, 1000) : undefined
    },
    { immediate: true },
  )
  onUnmounted(() => clearInterval(timer))
  return now
}
