/** Where in an element somebody pressed: 0 at its left edge, 1 at its right. */
import type { ComponentInternalInstance } from 'vue'

interface Pressed {
  clientX?: number
  currentTarget?: unknown
  detail?: { x?: number }
  changedTouches?: ArrayLike<{ clientX: number }>
}

interface Edges {
  left: number
  width: number
}

const shareOf = (x: number, { left, width }: Edges): number =>
  width > 0 ? Math.min(1, Math.max(0, (x - left) / width)) : 0

/** `selector` names the element within the component: the applet has to ask for its place. */
export function pressedAt(
  event: unknown,
  self: ComponentInternalInstance | null,
  selector: string,
): Promise<number> {
  const { clientX, changedTouches, detail } = event as Pressed
  const x = clientX ?? changedTouches?.[0]?.clientX ?? detail?.x ?? 0
  // #ifdef H5
  const box = (self?.proxy?.$el as HTMLElement | undefined)?.querySelector?.(selector)
  return Promise.resolve(box ? shareOf(x, box.getBoundingClientRect()) : 0)
  // #endif
  // #ifndef H5
  return new Promise((resolve) => {
    uni
      .createSelectorQuery()
      .in(self?.proxy)
      .select(selector)
      .boundingClientRect((rect) => resolve(rect ? shareOf(x, rect as unknown as Edges) : 0))
      .exec()
  })
  // #endif
}
