/** uni-h5 renders <button> as a custom element: this gives it a role, focus and the keyboard; choices get their arrows. */
function fix(root: ParentNode): void {
  for (const button of root.querySelectorAll('uni-button')) {
    if (!button.hasAttribute('role')) button.setAttribute('role', 'button')
    const off = button.hasAttribute('disabled') && button.getAttribute('disabled') !== 'false'
    button.setAttribute('tabindex', off ? '-1' : '0')
    if (off) button.setAttribute('aria-disabled', 'true')
    else button.removeAttribute('aria-disabled')
  }
}

export function installH5A11y(): void {
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      const target = change.target as Element
      if (change.type === 'attributes') fix(target.parentElement ?? document)
      else if (change.addedNodes.length) fix(target)
    }
  })
  observer.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled'],
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
