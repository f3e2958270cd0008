/** Keeps the keyboard inside what lies over a page, lets Escape close it, and gives the focus back afterwards. */
import { getCurrentInstance, onBeforeUnmount, onMounted } from 'vue'

const REACHED = 'uni-button:not([tabindex="-1"]), input, textarea, select, a[href], [tabindex="0"]'

export function useTrap(close: () => void): void {
  // #ifdef H5
  const self = getCurrentInstance()
  let before: Element | null = null

  function reached(): HTMLElement[] {
    const root = self?.proxy?.$el as HTMLElement | undefined
    return Array.from(root?.querySelectorAll?.<HTMLElement>(REACHED) ?? [])
  }

  function onKey(e: KeyboardEvent): void {
    if (e.key === 'Escape') close()
    if (e.key !== 'Tab') return
    const all = reached()
    const index = all.indexOf(document.activeElement as HTMLElement)
    e.preventDefault()
    const next = index < 0 && e.shiftKey ? all.length - 1 : index + (e.shiftKey ? -1 : 1)
    all[(next + all.length) % all.length]?.focus()
  }

  onMounted(() => {
    before = document.activeElement
    document.addEventListener('keydown', onKey)
    setTimeout(() => reached()[0]?.focus(), 30)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('keydown', onKey)
    ;(before as HTMLElement | null)?.focus?.()
  })
  // #endif
}
