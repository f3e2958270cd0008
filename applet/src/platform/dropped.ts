/** Pictures that are dropped on the page in front, or pasted into it. Browsers only. */
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const picturesOf = (data: DataTransfer | null): File[] =>
  [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/'))

const holdsFiles = (e: DragEvent): boolean => (e.dataTransfer?.types ?? []).includes('Files')

/** `open` tells whether they are taken now. Answers whether something is held over the page. */
export function useDropped(
  open: () => boolean,
  take: (files: File[], dropped: boolean) => void,
): Ref<boolean> {
  const over = ref(false)
  // #ifdef H5
  let leaving: ReturnType<typeof setTimeout> | undefined

  /** Events of leaving one element and entering the next come in pairs: what rests is the truth. */
  function hover(e: DragEvent): void {
    if (!holdsFiles(e)) return
    // Without this the browser would open the file in the page's place.
    e.preventDefault()
    clearTimeout(leaving)
    over.value = open()
    leaving = setTimeout(() => (over.value = false), 400)
  }

  function drop(e: DragEvent): void {
    if (!holdsFiles(e)) return
    e.preventDefault()
    over.value = false
    if (open()) take([...(e.dataTransfer?.files ?? [])], true)
  }

  function paste(e: ClipboardEvent): void {
    const files = picturesOf(e.clipboardData)
    // A table, say, is text and a picture of it: the text is meant.
    if (!files.length || !open() || e.clipboardData?.getData('text/plain')) return
    e.preventDefault()
    take(files, false)
  }

  const listeners: [string, (e: never) => void][] = [
    ['dragover', hover],
    ['drop', drop],
    ['paste', paste],
  ]
  onMounted(() => listeners.forEach(([name, act]) => document.addEventListener(name, act as EventListener)))
  onBeforeUnmount(() =>
    listeners.forEach(([name, act]) => document.removeEventListener(name, act as EventListener)),
  )
  // #endif
  return over
}
