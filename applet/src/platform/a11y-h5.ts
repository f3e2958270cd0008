/** uni-h5 renders <button> as a custom element: this gives it a role, focus and the keyboard; choices get their arrows. */
function fix(button: Element): void {
  const set = (name: string, value: string): void => {
    // Setting what is there already would have the browser work out its style anew.
    if (button.getAttribute(name) !== value) button.setAttribute(name, value)
  }
  if (!button.hasAttribute('role')) set('role', 'button')
  const off = button.hasAttribute('disabled') && button.getAttribute('disabled') !== 'false'
  set('tabindex', off || !isStop(button) ? '-1' : '0')
  if (off) set('aria-disabled', 'true')
  else button.removeAttribute('aria-disabled')
}

/** Tab goes to one of a group of radios: to what is chosen, else to the first. */
function isStop(button: Element): boolean {
  if (button.getAttribute('role') !== 'radio') return true
  const group = button.closest('[role=radiogroup]')
  const chosen = group?.querySelector('[role=radio][aria-checked=true]')
  return (chosen ?? group?.querySelector('[role=radio]') ?? button) === button
}

function fixAll(root: Node): void {
  if (!(root instanceof Element)) return
  if (root.matches('uni-button')) fix(root)
  root.querySelectorAll('uni-button').forEach(fix)
}

export function installH5A11y(): void {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'childList') addedNodes.forEach(fixAll)
      else if (target instanceof Element && target.matches('uni-button'))
        fixAll(target.closest('[role=radiogroup]') ?? target)
    }
  })
  observer.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'aria-checked'],
  })
  document.addEventListener('keydown', (e) => {
    const target = e.target as HTMLElement
    const role = target.getAttribute?.('role') ?? ''
    if (ARROWS[e.key] && /^(radio|tab)$/.test(role)) return choose(e, target, role)
    if (
      (e.key !== 'Enter' && e.key !== ' ') ||
      !/^(button|tab|link|radio|checkbox|option|switch)$/.test(role)
    )
      return
    e.preventDefault()
    if (!e.repeat) target.click()
  })
}

const ARROWS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** Arrows go through a group of radios or tabs, and choose as they go. */
function choose(e: KeyboardEvent, target: HTMLElement, role: string): void {
  const group = target.closest('[role=radiogroup], [role=tablist]')
  const all = Array.from(group?.querySelectorAll<HTMLElement>(`[role=${role}]`) ?? [])
  const next = all[(all.indexOf(target) + ARROWS[e.key] + all.length) % all.length]
  e.preventDefault()
  next?.focus()
  next?.click()
}
