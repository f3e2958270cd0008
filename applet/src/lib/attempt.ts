/**
 * One thing at a time that may fail: what is under way, and why the last one did not work. What is only being loaded
 * (`load`) keeps nobody from acting meanwhile.
 */
import { computed, ref, type Ref } from 'vue'
import { errorText } from '@/i18n/errors'

export function useAttempt<Name extends string>() {
  const busy: Ref<string> = ref('')
  const thrown = ref<unknown>(null)
  /** In words, empty when nothing failed. */
  const failure = computed(() => (thrown.value ? errorText(thrown.value) : ''))

  /** Answers whether it went well. `known` may take a failure on itself: it then answers true. */
  async function attempt(
    name: Name,
    action: () => Promise<unknown>,
    known: (error: unknown) => boolean = () => false,
  ): Promise<boolean> {
    if (busy.value && (busy.value !== 'load' || name === 'load')) return false
    busy.value = name
    thrown.value = null
    try {
      await action()
      return true
    } catch (error) {
      if (!known(error)) thrown.value = error
      return false
    } finally {
      if (busy.value === name) busy.value = ''
    }
  }

  return { busy, thrown, failure, attempt }
}
