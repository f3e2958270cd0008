/** uni-h5 renders <button> as a custom element: this gives it a role, focus and the keyboard. */
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
    if (
      (e.key !== 'Enter' && e.key !== ' ') ||
      !/^(button|tab|link|radio|option)$/.test(target.getAttribute?.('role') ?? '')
    )
      return
    e.preventDefault()
    if (!e.repeat) target.click()
  })
}
