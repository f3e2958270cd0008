/**
 * Where the platform finds a file of the service. A browser takes its address, and sends the cookie by itself; the applet
 * has to fetch it first, with its token, and keeps it for as long as it runs.
 */
import { onUnmounted, ref, watch, type Ref } from 'vue'
import { serviceUrl } from '@/api'
import { fetchFile } from '@/api/files'

const PROTECTED = /^\/media\//
const NEEDS_TOKEN = process.env.UNI_PLATFORM !== 'h5'
/** WeChat fetches ten at once and fails the eleventh; two are left for whatever else is fetched. */
const AT_ONCE = 8

const fetched = new Map<string, Promise<string>>()
const waiting: (() => void)[] = []
let running = 0

async function fetchInTurn(path: string): Promise<string> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await fetchFile(serviceUrl(path))
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

export function mediaFile(path: string): Promise<string> {
  if (!NEEDS_TOKEN || !PROTECTED.test(path)) return Promise.resolve(isOurs(path) ? serviceUrl(path) : path)
  let file = fetched.get(path)
  if (!file) {
    file = fetchInTurn(path)
    file.catch(() => fetched.delete(path))
    fetched.set(path, file)
  }
  return file
}

/** A path of the service; not a file of this device. */
const isOurs = (path: string): boolean => path.startsWith('/')

/** Another account is here: it fetches for itself. */
export function forgetFiles(): void {
  fetched.clear()
}

/** The source of an <image>, empty until it is there. `again` asks once more after a failure. */
export function useMediaFile(path: () => string | null | undefined): {
  source: Ref<string>
  failed: Ref<boolean>
  again(): void
} {
  const source = ref('')
  const failed = ref(false)
  let asked = 0

  function look(now: string): void {
    const mine = ++asked
    failed.value = false
    // What needs no token is there at once: nothing flickers.
    source.value = !NEEDS_TOKEN || !PROTECTED.test(now) ? (isOurs(now) ? serviceUrl(now) : now) : ''
    if (source.value || !now) return
    mediaFile(now).then(
      (file) => mine === asked && (source.value = file),
      () => mine === asked && (failed.value = true),
    )
  }

  watch(
    () => path() ?? '',
    (now) => look(now),
    { immediate: true },
  )
  onUnmounted(() => asked++)
  return {
    source,
    failed,
    again: () => {
      source.value = ''
      setTimeout(() => look(path() ?? ''))
    },
  }
}
