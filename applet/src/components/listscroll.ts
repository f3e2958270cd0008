/**
 * How the list of a chat scrolls: to its end, to a line, and not at all while lines come above. On H5 to the pixel; the
 * applet knows a scroll-view's `scroll-into-view` alone.
 */
import { getCurrentInstance, nextTick, onBeforeUnmount, onMounted, ref } from 'vue'
import { scrollBox } from '@/platform/scroller'

const NEAR_END = 80
/** So close to the first line older ones are fetched. */
const NEAR_TOP = 80
/** Room that is left above a line which is scrolled to. */
const ABOVE = 64

/** `top` and `end` hear that somebody comes near one: on the applet its scroll-view says so. */
export function useListScroll(top: () => void, end: () => void) {
  const into = ref('')
  const atEnd = ref(true)
  const self = getCurrentInstance()
  const box = (): HTMLElement | null => scrollBox(self?.proxy?.$el)

  /** The same target twice is no change to a scroll-view, so it is let go of first. */
  function scrollInto(id: string): void {
    into.value = ''
    void nextTick(() => (into.value = id))
  }

  function look(element: HTMLElement): void {
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
  }

  function toEnd(): void {
    atEnd.value = true
    const element = box()
    if (element) void nextTick(() => (element.scrollTop = element.scrollHeight))
    else scrollInto('end')
  }

  function toRow(id: string): void {
    atEnd.value = false
    const element = box()
    if (!element) return scrollInto(id)
    void nextTick(() => {
      const row = element.querySelector(`#${id}`)
      if (!row) return
      element.scrollTop += row.getBoundingClientRect().top - element.getBoundingClientRect().top - ABOVE
      look(element)
    })
  }

  /** Lines come above: what is in sight stays where it is. */
  async function hold(first: string, load: () => Promise<number>): Promise<void> {
    const element = box()
    await nextTick()
    const height = element?.scrollHeight ?? 0
    const top = element?.scrollTop ?? 0
    if (!(await load())) return
    await nextTick()
    if (element) element.scrollTop = top + element.scrollHeight - height
    else if (first) scrollInto(first)
  }

  function onScroll(e: unknown): void {
    const at = (e as { detail: { deltaY?: number } }).detail
    const element = box()
    if (element) {
      look(element)
      if (element.scrollTop < NEAR_TOP) top()
      if (atEnd.value) end()
    } else if ((at.deltaY ?? 0) > 0) atEnd.value = false
  }

  // #ifdef H5
  /** The end stays in sight when the composer grows or a keyboard opens. */
  let watching: ResizeObserver | null = null
  onMounted(() => {
    const element = box()
    if (!element) return
    watching = new ResizeObserver(() => atEnd.value && toEnd())
    watching.observe(element)
  })
  onBeforeUnmount(() => watching?.disconnect())
  // #endif

  return { into, atEnd, toEnd, toRow, hold, onScroll }
}
