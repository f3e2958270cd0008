/** The pictures that were chosen for a chat and are not sent yet, and in words why one could not be taken. */
import { computed, onUnmounted, ref, shallowRef } from 'vue'
import { errorText } from '@/i18n/errors'
import { PICTURES_MAX, type MediaDraft } from '@/lib/media'
import type { Picked } from '@/platform/pictures'

function letGo(draft: MediaDraft): void {
  if (draft.url.startsWith('blob:')) URL.revokeObjectURL(draft.url)
}

export function useTray() {
  const drafts = shallowRef<MediaDraft[]>([])
  const thrown = ref<unknown>(null)
  const busy = ref(false)
  const failure = computed(() => (thrown.value ? errorText(thrown.value) : ''))
  const room = computed(() => PICTURES_MAX - drafts.value.length)

  async function add(picking: Promise<Picked>): Promise<void> {
    thrown.value = null
    busy.value = true
    try {
      const { drafts: more, errors } = await picking
      more.slice(room.value).forEach(letGo)
      drafts.value = [...drafts.value, ...more.slice(0, room.value)]
      thrown.value = errors[0] ?? null
    } catch (error) {
      thrown.value = error
    } finally {
      busy.value = false
    }
  }

  function remove(index: number): void {
    letGo(drafts.value[index])
    drafts.value = drafts.value.filter((_, i) => i !== index)
  }

  /** Hands them over to be sent. */
  function take(): MediaDraft[] {
    const all = drafts.value
    drafts.value = []
    return all
  }

  onUnmounted(() => drafts.value.forEach(letGo))
  return { drafts, room, busy, thrown, failure, add, remove, take }
}
