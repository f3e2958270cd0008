/**
 * A picture under fingers, a mouse, a wheel and a keyboard: moved, made larger and smaller within its bounds. Browsers only; on
 * the applet WeChat does this itself.
 */
import { computed, ref } from 'vue'
import { HOME, moved, zoomAt, type Bounds, type Place } from '@/lib/zoom'

const WHEEL = 0.0022
const KEY_ZOOM = 1.25
const KEY_MOVE = 40
/** Pixels that a press may move and still be one. */
const STILL = 6

interface Point {
  x: number
  y: number
}

interface Middle {
  left: number
  top: number
  width: number
  height: number
}

export function useHandling(bounds: () => Bounds) {
  const place = ref<Place>(HOME)
  /** Fingers follow at once; what a key or a double click does is shown on its way. */
  const held = ref(false)
  const fingers = new Map<number, Point>()
  let travelled = 0

  const style = computed(() => {
    const { x, y, scale } = place.value
    return `transform: translate(${x}px, ${y}px) scale(${scale})`
  })

  /** From the middle of the frame. */
  function pointOf(e: { clientX: number; clientY: number }, frame: Middle): Point {
    return { x: e.clientX - frame.left - frame.width / 2, y: e.clientY - frame.top - frame.height / 2 }
  }
  const frameOf = (e: Event): Middle => (e.currentTarget as HTMLElement).getBoundingClientRect()

  function down(e: PointerEvent): void {
    ;(e.currentTarget as HTMLElement).setPointerCapture?.(e.pointerId)
    if (!fingers.size) travelled = 0
    fingers.set(e.pointerId, pointOf(e, frameOf(e)))
    held.value = true
  }

  function move(e: PointerEvent): void {
    const before = fingers.get(e.pointerId)
    if (!before) return
    const now = pointOf(e, frameOf(e))
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1]
    travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y)
    if (other) pinch(before, now, other)
    else place.value = moved(place.value, now.x - before.x, now.y - before.y, bounds())
    fingers.set(e.pointerId, now)
  }

  /** One finger moves, the other rests: what lies between them stays between them. */
  function pinch(before: Point, now: Point, other: Point): void {
    const span = (a: Point): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y))
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
    const shifted = moved(place.value, (now.x - before.x) / 2, (now.y - before.y) / 2, bounds())
    place.value = zoomAt(shifted, span(now) / span(before), middle, bounds())
  }

  function up(e: PointerEvent): void {
    fingers.delete(e.pointerId)
    held.value = fingers.size > 0
  }

  function wheel(e: WheelEvent): void {
    e.preventDefault()
    place.value = zoomAt(place.value, Math.exp(-e.deltaY * WHEEL), pointOf(e, frameOf(e)), bounds())
  }

  /** Twice as large there, or as it was. */
  function doubled(e: MouseEvent): void {
    const near = place.value.scale > 1.05
    place.value = near ? HOME : zoomAt(place.value, 2.5, pointOf(e, frameOf(e)), bounds())
  }

  const by = (factor: number): void => {
    place.value = zoomAt(place.value, factor, { x: 0, y: 0 }, bounds())
  }

  const ARROWS: Record<string, Point> = {
    ArrowLeft: { x: KEY_MOVE, y: 0 },
    ArrowRight: { x: -KEY_MOVE, y: 0 },
    ArrowUp: { x: 0, y: KEY_MOVE },
    ArrowDown: { x: 0, y: -KEY_MOVE },
  }

  /**
   * Hears what is done to the frame. On the element itself: uni's own events have neither pointers nor wheels. They go
   * with the element.
   */
  function attach(frame: HTMLElement): void {
    frame.addEventListener('pointerdown', down)
    frame.addEventListener('pointermove', move)
    frame.addEventListener('pointerup', up)
    frame.addEventListener('pointercancel', up)
    frame.addEventListener('wheel', wheel, { passive: false })
    frame.addEventListener('dblclick', doubled)
  }

  /** Answers whether the key was meant for this. */
  function key(e: KeyboardEvent): boolean {
    const arrow = ARROWS[e.key]
    if (e.key === '+' || e.key === '=') by(KEY_ZOOM)
    else if (e.key === '-') by(1 / KEY_ZOOM)
    else if (e.key === '0') place.value = HOME
    else if (arrow) place.value = moved(place.value, arrow.x, arrow.y, bounds())
    else return false
    e.preventDefault()
    return true
  }

  return {
    place,
    held,
    style,
    attach,
    key,
    larger: () => by(KEY_ZOOM),
    smaller: () => by(1 / KEY_ZOOM),
    home: () => (place.value = HOME),
    /** The last press was a move, and no press. */
    dragged: () => travelled > STILL,
  }
}
