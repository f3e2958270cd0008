/**
 * The service worker: it keeps the client's shell, so that Driftline starts without a network, and says so itself. The
 * shell is the page and its assets, the same for everybody. Whatever the service says, messages and media among it, never
 * passes through here: such requests are left alone.
 */
export {}
declare const self: ServiceWorkerGlobalScope

/** Filled in by the build (vite/shell.ts). */
declare const SHELL: {
  /** Of all that follows. */
  version: string
  /** What index.html has to be: the assets are those of this one. */
  page: string
  /** Relative to the page, and named by their content. */
  files: string[]
}

const PREFIX = 'shell-'
const CACHE = PREFIX + SHELL.version
const { scope } = self.registration
const PAGES = [scope, scope + 'index.html']
const ASSETS = scope + 'assets/'
/** So long may the network take to bring the page, before the one that is kept is shown. */
const PATIENCE = 3000

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.add(new Request(scope, { cache: 'no-cache', integrity: SHELL.page }))
  // One after the other: the page in front needs the line more.
  for (const file of SHELL.files) {
    const url = scope + file
    if (await cache.match(url)) continue
    const known = await caches.match(url)
    await (known ? cache.put(url, known) : cache.add(url))
  }
  await self.skipWaiting()
}

async function takeOver(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

/** As the service has it now; what is kept only where it cannot be had, or not soon. */
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(scope, { cacheName: CACHE })
  const fresh = fetch(request)
  if (!kept) return fresh
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null))
  const answer = await Promise.race([fresh, late]).catch(() => null)
  return answer && answer.status < 500 ? answer : kept
}

/** What has a name can only be what it was. Assets that few need are kept from their first use on. */
async function asset(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(event.request)
  if (kept) return kept
  const answer = await fetch(event.request)
  if (answer.status === 200) {
    const copy = answer.clone()
    const store = caches.open(CACHE).then((cache) => cache.put(event.request, copy))
    event.waitUntil(store.catch(() => undefined)) // a full disk costs only what would have been kept
  }
  return answer
}

self.addEventListener('install', (event) => event.waitUntil(fill()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  if (request.url.startsWith(ASSETS)) event.respondWith(asset(event))
  else if (request.mode === 'navigate' && PAGES.includes(request.url.replace(/[?#].*/, '')))
    event.respondWith(page(request))
})
