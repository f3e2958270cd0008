/** The service worker that keeps the client's shell (worker/worker.ts): where a browser will have none, all else works. */
export function installShell(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // What it fetches can wait until the page that is being opened is there.
  addEventListener('load', () => navigator.serviceWorker.register('./sw.js').catch(() => undefined))
}
