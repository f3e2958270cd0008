/** Where a list scrolls on H5, so that it can be held in place to the pixel. The applet has none of this. */
export function scrollBox(root: unknown): HTMLElement | null {
  // #ifdef H5
  return (root as HTMLElement | undefined)?.querySelector?.<HTMLElement>('.scroll') ?? null
  // #endif
  // #ifndef H5
  return null
  // #endif
}
