/**
 * Keeps the keyboard inside what lies over a page, lets Escape close it, and gives the focus back afterwards. Of several
 * that lie over each other the topmost has the keyboard, as long as its page is the one in front.
 */
import { getCurrentInstance, onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

/** What Tab goes to. */
export const REACHED =
  'uni-button:not([tabindex="-1"]), button, input, textarea, select, a[href], [tabindex="0"]'

interface Trap {
  /** Another page lies over the one it is on. */
  covered: boolean
}
const open: Trap[] = []
const topmost = (): Trap | undefined => open.filter((one) => !one.covered).pop()

/** Where what closes just now gives the focus back to: what opens in its place gives it back there, when it closes. */
let closing: HTMLElement | null = null

function giveBack(to: HTMLElement): void {
  to.focus?.()
  closing = to
  setTimeout(() => (closing = null))
}

/** `modal` false: it lies beside the page, so Tab goes on from it. */
export function useTrap(close: () => void, modal: () => boolean = () => true): void {
  // #ifdef H5
  const self = getCurrentInstance()
  const mine: Trap = { covered: false }
  let before: HTMLElement | null = null

  function reached(): HTMLElement[] {
    const root = self?.proxy?.$el as HTMLElement | undefined
    return Array.from(root?.querySelectorAll?.<HTMLElement>(REACHED) ?? [])
  }

  const nowhere = (): boolean => !document.activeElement || document.activeElement === document.body

  /** Where one writes comes first, unless it is for `later`; whoever is inside already stays there. */
  function enter(): void {
    const all = reached()
    if (all.includes(document.activeElement as HTMLElement)) return
    // What opened this may have gone with its menu: then the keyboard has gone on meanwhile.
    if (!before?.isConnected || before === document.body) before = document.activeElement as HTMLElement
    const first = all.filter((one) => !one.closest('.later'))
    ;(first.find((one) => one.matches('input, textarea')) ?? first[0])?.focus()
  }

  function onKey(e: KeyboardEvent): void {
    if (topmost() !== mine) return
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
    before = closing ?? (document.activeElement as HTMLElement)
    document.addEventListener('keydown', onKey)
    setTimeout(enter, 30)
  })
  onActivated(() => (mine.covered = false))
  onDeactivated(() => (mine.covered = true))
  onBeforeUnmount(() => {
    open.splice(open.indexOf(mine), 1)
    document.removeEventListener('keydown', onKey)
    if (mine.covered) return
    // Who has gone on from beside the page stays where they are.
    if (!modal() && !reached().includes(document.activeElement as HTMLElement) && !nowhere()) return
    if (before) giveBack(before)
  })
  // #endif
}
