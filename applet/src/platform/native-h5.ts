/**
 * Fields on H5 are the browser's own. uni-h5's keep a copy of the text and write it back up to 100 ms late: what was
 * just sent comes back under fast fingers, and an Enter can miss the last letter.
 */
export interface NativeField {
  element: HTMLInputElement | HTMLTextAreaElement
  set(value: string): void
}

export interface NativeEvents {
  input(value: string): void
  enter?(event: KeyboardEvent): void
  focus?(): void
  blur?(): void
}

export function nativeField(root: unknown, multiline: boolean, events: NativeEvents): NativeField | null {
  const host = (root as HTMLElement | undefined)?.querySelector?.('.native-host')
  if (!host) return null
  const element = document.createElement(multiline ? 'textarea' : 'input')
  element.className = 'native'
  if (multiline) (element as HTMLTextAreaElement).rows = 1
  const grow = (): void => {
    if (!multiline) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }
  element.addEventListener('input', () => {
    grow()
    events.input(element.value)
  })
  element.addEventListener('keydown', (e) => {
    const event = e as KeyboardEvent
    if (event.key !== 'Enter') return
    event.stopPropagation()
    // 229 is what browsers report for keys that an input method handles.
    if (event.isComposing || event.keyCode === 229) return
    events.enter?.(event)
  })
  element.addEventListener('focus', () => events.focus?.())
  element.addEventListener('blur', () => events.blur?.())
  host.appendChild(element)
  return {
    element,
    set(value) {
      if (element.value === value) return
      element.value = value
      grow()
    },
  }
}
