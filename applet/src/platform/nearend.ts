/** Tells when somebody comes near the end of a page's list: it goes on before they are there. */
import { getCurrentInstance, nextTick, onBeforeUnmount, onMounted, watch } from 'vue'
import { onReachBottom } from '@dcloudio/uni-app'

const AHEAD = 400

/** The end is the element with the class `list-end`; `length` is how long the list is. */
export function useNearEnd(length: () => number, near: () => void): void {
  // #ifndef H5
  onReachBottom(near)
  // #endif
  // #ifdef H5
  // uni's own misses a jump from one end to the next, and lists that are shorter than the window.
  const self = getCurrentInstance()
  let observer: IntersectionObserver | null = null

  /** A new observation reports at once how things stand. */
  function look(): void {
    const end = (self?.proxy?.$el as HTMLElement | undefined)?.querySelector?.('.list-end')
    observer?.disconnect()
    if (end) observer?.observe(end)
  }

  onMounted(() => {
    observer = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && near(), {
      rootMargin: `${AHEAD}px`,
    })
    look()
  })
  onBeforeUnmount(() => observer?.disconnect())
  watch(length, () => void nextTick(look))
  // #endif
}
