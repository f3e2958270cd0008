/** Where a scroll-view scrolls on H5, so that a list can be held in place to the pixel. The applet has none of this. */
export function scrollBox(root: unknown): HTMLElement | null {
  // #ifdef H5
  const boxes = Array.from(
    (root as HTMLElement | undefined)?.querySelectorAll?.<HTMLElement>('.uni-scroll-view') ?? [],
  )
  return boxes.find((box) => getComputedStyle(box).overflowY === 'auto') ?? null
  // #endif
  // #ifndef H5
  return null
  // #endif
}
