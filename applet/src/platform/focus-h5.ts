/**
 * Where the keyboard goes on when what it was on is gone: a button whose form took its place, a menu that closed, a page
 * that made way for another, here and on the moderators' page. Only for whoever goes by keys: under a finger a field would
 * bring up its keyboard.
 */
import { REACHED } from './trap'

/** Lines of a chat take the keyboard too, though Tab comes to one of them alone. */
const NEXT = `${REACHED}, .more`
/** A page of uni-h5, or of what is made without it. */
const PAGE = 'uni-page, main'

interface Place {
  node: Node
  within: boolean
}

export function keepFocus(): void {
  let byKeys = false
  /** What had the focus last, and all that it lay in. */
  let path: Element[] = []
  /** Where it was: behind this, or within it as the first. */
  let place: Place | null = null
  /** What had the focus in a page that another one lies on now. */
  const left = new WeakMap<Element, Element>()

  document.addEventListener('keydown', () => (byKeys = true), true)
  document.addEventListener('pointerdown', () => (byKeys = false), true)
  document.addEventListener('focusin', ({ target }) => {
    place = null
    path = []
    for (let one = target as Element | null; one; one = one.parentElement) path.push(one)
    const page = path.find((one) => one.matches(PAGE))
    if (page) left.set(page, path[0])
  })

  new MutationObserver((changes) => {
    if (!byKeys || path[0]?.isConnected !== false || document.activeElement !== document.body) return
    const gone = changes.find(({ removedNodes }) =>
      Array.from(removedNodes).some((node) => path.includes(node as Element)),
    )
    if (gone) place = { node: gone.previousSibling ?? gone.target, within: !gone.previousSibling }
    const page = document.querySelector(PAGE)
    if (page) (path.includes(page) ? nearest(path, place) : opened(page, left.get(page)))?.focus()
  }).observe(document.body, { childList: true, subtree: true })
}

/** The next after the place, else the last before it: in what is left of all around it, from within outwards. */
function nearest(path: Element[], place: Place | null): HTMLElement | undefined {
  for (const around of path.filter((one) => one.isConnected)) {
    const all = Array.from(around.querySelectorAll<HTMLElement>(NEXT)).filter(
      (one) => one.getClientRects().length,
    )
    const next = all.find((one) => place && follows(one, place))
    if (all.length) return next ?? all[all.length - 1]
  }
}

function follows(one: Node, { node, within }: Place): boolean {
  const how = node.compareDocumentPosition(one)
  if (how & Node.DOCUMENT_POSITION_CONTAINED_BY) return within
  return !!(how & Node.DOCUMENT_POSITION_FOLLOWING)
}

/** Where one was in the page, else its heading, so that it is read out and Tab goes on from there. */
function opened(page: Element, was: Element | undefined): HTMLElement | null {
  if (was?.isConnected) return was as HTMLElement
  const heading = page.querySelector<HTMLElement>('h1, [role="heading"][aria-level="1"]')
  heading?.setAttribute('tabindex', '-1')
  return heading
}
