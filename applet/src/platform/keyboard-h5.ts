/**
 * Where a phone's keyboard lies over the page instead of making it smaller (Safari; others heed `interactive-widget` in
 * index.html), pages that fill the window take the height that is left to see: `--seen`.
 */

/** Bars of the browser's that come and go are smaller. */
const KEYBOARD_MIN = 120

/** Answers how to end it. */
export function followKeyboard(): () => void {
  const view = window.visualViewport
  if (!view) return () => undefined
  const { style } = document.documentElement
  const fit = (): void => {
    // With two fingers on it the page shows less of itself too.
    const covered = view.scale < 1.01 ? window.innerHeight - view.height : 0
    if (covered < KEYBOARD_MIN) return void style.removeProperty('--seen')
    style.setProperty('--seen', `${view.height}px`)
    // What Safari moved away to show the field is back in its place.
    window.scrollTo(0, 0)
  }
  view.addEventListener('resize', fit)
  return () => {
    view.removeEventListener('resize', fit)
    style.removeProperty('--seen')
  }
}
