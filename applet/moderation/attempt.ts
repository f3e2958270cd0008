/** Something that the service may refuse: while it is under way, and what was said then. */
import { nextTick, ref, type Ref } from 'vue'

export interface Attempts {
  busy: Ref<boolean>
  error: Ref<string>
  /** Does it; whether that went well. */
  attempt: (act: () => Promise<unknown>) => Promise<boolean>
}

/** A button that was disabled meanwhile has lost the keyboard. */
function giveBack(to: HTMLElement | null): void {
  if (to?.isConnected && document.activeElement === document.body) to.focus()
}

export function useAttempt(): Attempts {
  const busy = ref(false)
  const error = ref('')

  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    const pressed = document.activeElement as HTMLElement | null
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
      void nextTick(() => giveBack(pressed))
    }
  }

  return { busy, error, attempt }
}
