/** Something that the service may refuse: while it is under way, and what was said then. */
import { ref, type Ref } from 'vue'

export interface Attempts {
  busy: Ref<boolean>
  error: Ref<string>
  /** Does it; whether that went well. */
  attempt: (act: () => Promise<unknown>) => Promise<boolean>
}

export function useAttempt(): Attempts {
  const busy = ref(false)
  const error = ref('')

  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    busy.value = true
    error.value = ''
    try {
      await act()
      return true
    } catch (refused) {
      error.value = (refused as Error).message
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, error, attempt }
}
