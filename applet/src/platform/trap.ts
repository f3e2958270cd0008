/**
 * Keeps the keyboard inside what lies over a page, lets Escape close it, and gives the focus back afterwards. Of several
 * that lie over each other the topmost has the keyboard.
 */
import { getCurrentInstance, onBeforeUnmount, onMounted } from 'vue'

const REACHED = 'uni-button:not([tabindex="-1"]), input, textarea, select, a[href], [tabindex="0"]'

const open: symbol[] = []

/** `modal` false: it lies beside the page, so Tab goes on from it. */
export function useTrap(close: () => void, modal: () => boolean = () => true): void {
  // #ifdef H5
  const self = getCurrentInstance()
  const mine = Symbol('trap')
  let before: Element | null = null

  function reached(): HTMLElement[] {
    const root = self?.proxy?.$el as HTMLElement | undefined
    return Array.from(root?.querySelectorAll?.<HTMLElement>(REACHED) ?? [])
  }

  const nowhere = (): boolean => !document.activeElement || document.activeElement === document.body

  /** Where one writes comes first, unless it is for `later`; whoever is inside already stays there. */
  function enter(): void {
    const all = reached()
    if (all.includes(document.activeElement as HTMLElement)) return
    const first = all.filter((one) => !one.closest('.later'))
    ;(first.find((one) => one.matches('input, textarea')) ?? first[0])?.focus()
  }

  function onKey(e: KeyboardEvent): void {
    if (open[open.length - 1] !== mine) return
    if (e.key === 'Escape') close()
    if (e.key !== 'Tab' || !modal()) return
    const all = reached()
    const index = all.indexOf(document.activeElement as HTMLElement)
    e.preventDefault()
    const next = index < 0 && e.shiftKey ? all.length - 1 : index + (e.shiftKey ? -1 : 1)
    all[(next + all.length) % all.length]?.focus()
  }

  onMounted(() => {
    open.push(mine)
    before = document.activeElement
    document.addEventListener('keydown', onKey)
    setTimeout(enter, 30)
  })
  onBeforeUnmount(() => {
    open.splice(open.indexOf(mine), 1)
    document.removeEventListener('keydown', onKey)
    // Who has gone on from beside the page stays where they are.
    if (!modal() && !reached().includes(document.activeElement as HTMLElement) && !nowhere()) return
    ;(before as HTMLElement | null)?.focus?.()
  })
  // #endif
}
