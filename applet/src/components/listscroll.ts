/**
 * How the list of a chat scrolls: to its end, to a line, and not at all while lines come above or leave the document. On H5
 * to the pixel; the applet knows a scroll-view's `scroll-into-view` alone.
 */
import {
  computed,
  getCurrentInstance,
  nextTick,
  onActivated,
  onBeforeUnmount,
  onMounted,
  ref,
  shallowRef,
  watch,
} from 'vue'
import { rowId, type Row } from '@/lib/chatlines'
import {
  around,
  firstOf,
  follows,
  Heights,
  kept,
  lastOf,
  moved,
  ROWS,
  seenOf,
  type Span,
} from '@/lib/rowwindow'
import { scrollBox } from '@/platform/scroller'

const NEAR_END = 80
/** So close to the first line older ones are fetched. */
const NEAR_TOP = 80
/** Room that is left above a line which is scrolled to. */
const ABOVE = 64
/** Pixels beyond what is in sight that have their rows. */
const MARGIN = 800
/** Rows that come and go in one frame: few enough to be made within it. */
const STEP = 2
/** Where the margin is nearly used up more of them come, before an end is seen that is none. */
const HURRY = 8
/** The applet hears of a scroll's ends alone. */
const APPLET_STEP = 40

const placeOf = ({ key }: Row, rows: Row[]): number => rows.findIndex((row) => row.key === key)

/** `top` and `end` hear that somebody comes near the first and the last of the rows. */
export function useListScroll(rows: () => Row[], top: () => void, end: () => void) {
  const into = ref('')
  const atEnd = ref(true)
  const span = shallowRef<Span>(lastOf(rows().length))
  const shown = computed(() => rows().slice(span.value.from, span.value.to))
  const showsFirst = computed(() => span.value.from === 0)
  const showsLast = computed(() => span.value.to >= rows().length)
  /** Rows came that were there before: nobody reads them out. */
  const moving = ref(false)
  const self = getCurrentInstance()
  const box = (): HTMLElement | null => scrollBox(self?.proxy?.$el)
  const heights = new Heights()
  /** As high as the rows before and behind those that are shown. */
  const above = ref(0)
  const below = ref(0)
  /** The rows that these were counted of: as many as move are counted again, not all of them. */
  let counted: Row[] | undefined
  let lastTop = 0

  /** The same target twice is no change to a scroll-view, so it is let go of first. */
  function scrollInto(id: string): void {
    into.value = ''
    void nextTick(() => (into.value = id))
  }

  function look(element: HTMLElement): void {
    const left = element.scrollHeight - element.scrollTop - element.clientHeight
    atEnd.value = showsLast.value && left < NEAR_END
  }

  function scrollTo(element: HTMLElement, y: number): void {
    if (!element.clientHeight) return // under another page: what it was is kept
    element.scrollTop = y
    lastTop = element.scrollTop
  }

  /** What is in sight is to stay there while rows above it come, go or change: to be called once they have. */
  function held(element: HTMLElement): () => void {
    const edge = element.getBoundingClientRect()
    const lines = element.querySelectorAll('.place[id^="line-"]')
    const first = lines[firstOf(lines.length, (i) => lines[i].getBoundingClientRect().bottom > edge.top)]
    const place = first && first.getBoundingClientRect().top < edge.bottom ? first : undefined
    const was = place?.getBoundingClientRect().top ?? 0
    return () => {
      const by = place?.isConnected ? place.getBoundingClientRect().top - was : 0
      if (by) scrollTo(element, element.scrollTop + by)
    }
  }

  let calm: ReturnType<typeof setTimeout> | undefined
  const CALM_AFTER = 400

  function hush(): void {
    moving.value = true
    clearTimeout(calm)
    calm = setTimeout(() => (moving.value = false), CALM_AFTER)
  }

  /** Other rows are shown. Those that go leave how high they were; `drawn` are the rows as they stand in the document. */
  function show(next: Span, drawn = rows()): void {
    const { from, to } = span.value
    const element = box()
    const places = element?.querySelectorAll('.place')
    const before = drawn.slice(from, to)
    const now = rows().slice(next.from, next.to)
    if (!follows(before, now)) hush()
    const stay = new Set(now.map(({ key }) => key))
    before.forEach((row, i) => {
      const place = places?.[i]
      if (stay.has(row.key) || place?.id !== rowId(row)) return
      heights.note(row.key, place.getBoundingClientRect().height)
      // What leaves the document with the keyboard in it leaves the keyboard to the list.
      if (place.contains(document.activeElement)) element?.focus({ preventScroll: true })
    })
    span.value = next
    if (counted === rows()) {
      above.value += heights.between(counted, from, next.from)
      below.value += heights.between(counted, next.to, to)
    } else {
      counted = rows()
      above.value = heights.sum(counted, 0, next.from)
      below.value = heights.sum(counted, next.to, counted.length)
    }
  }

  function toEnd(): void {
    atEnd.value = true
    show(lastOf(rows().length))
    const element = box()
    if (element) void nextTick(() => scrollTo(element, element.scrollHeight))
    else scrollInto('end')
  }

  function toRow(key: string): void {
    const at = rows().findIndex((row) => row.key === key)
    if (at < 0) return
    atEnd.value = false
    show(around(at, rows().length))
    const id = rowId(rows()[at])
    const element = box()
    if (!element) return scrollInto(id)
    void nextTick(() => {
      const row = element.querySelector(`#${id}`)
      if (!row) return
      const from = row.getBoundingClientRect().top - element.getBoundingClientRect().top
      scrollTo(element, element.scrollTop + from - ABOVE)
      look(element)
    })
  }

  /** Rows are as high as they never were. */
  function forget(): void {
    heights.clear()
    counted = undefined
  }

  /** The window moves; false where there are no more rows on that side. */
  function move(by: number): boolean {
    const next = moved(span.value, by, rows().length)
    if (next.from === span.value.from && next.to === span.value.to) return false
    show(next)
    hush()
    return true
  }

  /** A gap is in sight: the rows that belong there are shown. */
  function enterGap(element: HTMLElement): void {
    const y = element.scrollTop
    const { from, to } = span.value
    const at = up
      ? heights.placeAt(rows(), 0, y)
      : heights.placeAt(rows(), to, y - (element.scrollHeight - below.value))
    // No more than one sees, so that it is done within a frame; the others come in the next ones.
    const next = seenOf(at, heights.placeAt(rows(), at, element.clientHeight), rows().length)
    if (next.from === from && next.to === to) return
    show(next)
    hush()
    later(element)
  }

  let up = false
  let filling = false
  /** As far as the margin there are rows, a few more in each frame. */
  function fill(element: HTMLElement): void {
    const { scrollTop, scrollHeight, clientHeight } = element
    if (!clientHeight) return // under another page it is not in the document, and nowhere
    const margin = Math.min(MARGIN, (scrollHeight - clientHeight) / 3)
    const leftAbove = scrollTop - above.value
    const leftBelow = scrollHeight - below.value - scrollTop - clientHeight
    const ahead = up ? leftAbove : leftBelow
    // Behind one there are too few only where all were others at once.
    const goesUp = ahead > margin && span.value.to - span.value.from < ROWS ? !up : up
    const left = goesUp ? leftAbove : leftBelow
    if (filling || left > margin || (goesUp ? showsFirst.value : showsLast.value)) return
    if (ahead < -clientHeight) return enterGap(element)
    const hold = held(element)
    const step = left > margin / 4 ? STEP : HURRY
    move(goesUp ? -step : step)
    void nextTick(hold)
    later(element)
  }

  function later(element: HTMLElement): void {
    filling = true
    requestAnimationFrame(() => {
      filling = false
      fill(element)
    })
  }

  function scrolled(): void {
    const element = box()
    if (!element?.clientHeight) return
    look(element)
    if (element.scrollTop !== lastTop) up = element.scrollTop < lastTop
    lastTop = element.scrollTop
    fill(element)
    if (showsFirst.value && element.scrollTop < NEAR_TOP) top()
    if (atEnd.value) end()
  }

  /** The applet's scroll-view scrolled: it tells by how much. */
  function onScroll(e: unknown): void {
    const { deltaY = 0 } = (e as { detail: { deltaY?: number } }).detail
    if (deltaY > 0) atEnd.value = false
  }

  /** The applet came to the first row that is shown. */
  function onUpper(): void {
    const first = shown.value[0]
    if (move(-APPLET_STEP)) scrollInto(rowId(first))
    else top()
  }

  function onLower(): void {
    if (!move(APPLET_STEP)) end()
  }

  /** Older rows are there now: some of them come into the document. */
  function cameAbove(first: Row): void {
    const element = box()
    if (element) {
      up = true
      void nextTick(() => fill(element))
    } else if (move(-APPLET_STEP)) scrollInto(rowId(first))
  }

  watch(rows, (now, before) => {
    const element = box()
    if (element && !atEnd.value) void nextTick(held(element))
    const first = before.slice(span.value.from, span.value.to).find((row) => row.seq)
    const next = kept(span.value, before, now, atEnd.value)
    const came = !!first && placeOf(first, now) > placeOf(first, before)
    // Some of them at once: what stood above the first row goes, and nothing else is there to scroll away from.
    show(came && element ? moved(next, -HURRY, now.length) : next, before)
    if (first && came) cameAbove(first)
  })

  onBeforeUnmount(() => clearTimeout(calm))
  // #ifdef H5
  /** The end stays in sight when the composer or the last line grows, or a keyboard opens. */
  let watching: ResizeObserver | null = null
  onMounted(() => {
    const element = box()
    if (!element) return
    let width = element.clientWidth
    watching = new ResizeObserver(() => {
      if (!element.clientWidth) return // under another page it is not in the document
      if (element.clientWidth !== width) forget()
      width = element.clientWidth
      if (atEnd.value) toEnd()
    })
    // Not through uni, which would look at the layout at each event.
    element.addEventListener('scroll', scrolled, { passive: true })
    watching.observe(element)
    if (element.firstElementChild) watching.observe(element.firstElementChild)
  })
  onBeforeUnmount(() => watching?.disconnect())
  /** Back from a page that lay over it: out of the document it has forgotten where it stood. */
  onActivated(() => {
    const element = box()
    if (!element) return
    if (atEnd.value) toEnd()
    else scrollTo(element, lastTop)
  })
  // #endif

  return {
    shown,
    showsFirst,
    showsLast,
    above,
    below,
    moving,
    into,
    atEnd,
    toEnd,
    toRow,
    onScroll,
    onUpper,
    onLower,
  }
}
