/** Measures of a scroll-view on H5, where the list can be held in place to the pixel. The applet has none of this. */
export function scrollBox(root: unknown): HTMLElement | null {
  // #ifdef H5
  const boxes = (root as HTMLElement | undefined)?.querySelectorAll?.<HTMLElement>('.uni-scroll-view')
  for (const box of Array.from(boxes ?? []))
    if (getComputedStyle(box).overflowY !== 'visible' && box.style.overflow !== '') return box
  return boxes?.[1] ?? boxes?.[0] ?? null
  // #endif
  // #ifndef H5
  return null
  // #endif
}
