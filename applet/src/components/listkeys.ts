/**
 * The keyboard in the list of a chat, on H5: Tab comes to one line alone, the newest where it is shown, and arrows go from line
 * to line. So a hundred lines lie between a chat's head and its composer as one stop.
 */
import { ref, watch, type Ref } from 'vue'
import { rowId, type Row } from '@/lib/chatlines'
// #ifdef H5
import { getCurrentInstance, onMounted } from 'vue'

/** What a line has for the keyboard. */
const LINE = '.more'
const PLACE = '.place'

/** The next line above (`up`) or below, of those in the document. */
function nextLine(from: Element, up: boolean): HTMLElement | null {
  for (let place = from.closest(PLACE); place;) {
    place = up ? place.previousElementSibling : place.nextElementSibling
    const line = place?.querySelector<HTMLElement>(LINE)
    if (line) return line
  }
  return null
}
// #endif

/** The key of the row that Tab comes to, of those that are shown; `ends` says that the newest is among them. */
export function useListKeys(shown: () => Row[], ends: () => boolean): Readonly<Ref<string>> {
  /** The id of the row that has the keyboard. */
  const at = ref('')
  const stop = ref('')
  // Away from the newest it is one in the middle, and stays: each change would draw two lines anew in a frame that scrolls.
  watch(
    [shown, ends, at],
    () => {
      const lines = shown().filter(({ kind, seq }) => kind === 'line' && seq)
      const has = lines.find((row) => rowId(row) === at.value)
      const stays = ends() ? undefined : lines.find(({ key }) => key === stop.value)
      const next = lines[ends() ? lines.length - 1 : lines.length >> 1]
      stop.value = (has ?? stays ?? next)?.key ?? ''
    },
    { immediate: true },
  )
  // #ifdef H5
  const self = getCurrentInstance()
  onMounted(() => {
    const root = self?.proxy?.$el as HTMLElement
    root.addEventListener('focusin', ({ target }) => {
      at.value = (target as Element).closest(PLACE)?.id ?? ''
    })
    root.addEventListener('focusout', ({ relatedTarget }) => {
      if (!root.contains(relatedTarget as Node | null)) at.value = ''
    })
    root.addEventListener('keydown', (e) => {
      const from = e.target as Element
      if (!/^Arrow(Up|Down)$/.test(e.key) || !from.matches(LINE)) return
      const line = nextLine(from, e.key === 'ArrowUp')
      if (!line) return // the list scrolls, and more lines come
      e.preventDefault()
      line.focus()
    })
  })
  // #endif
  return stop
}
