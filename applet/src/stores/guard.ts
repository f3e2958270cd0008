/** What a page that needs a login does when it shows: go to entry without one, and set its title. */
import { watch, type WatchSource } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { PAGES, isAt, toChat, toEntry } from '@/platform/pages'
import { setTitle } from '@/platform/title'
import { matching } from './match'
import { session } from './session'

/** `shown` runs each time the page comes to the front with somebody logged in. */
export function useMember(title: () => string, shown: () => void = () => undefined): void {
  useTitle(title)
  onShow(() => {
    if (session.signed.value) shown()
    else toEntry(true)
  })
}

export function useTitle(title: () => string): void {
  onShow(() => setTitle(title()))
  watch(title as WatchSource<string>, (now) => setTitle(now))
}

export function toFound(): void {
  const room = matching.found.value
  if (!room) return
  matching.shown()
  toChat(room)
}

/** Leads into the room that a wait ended in, from wherever one is. */
export function installMatched(): void {
  watch(matching.found, (room) => {
    if (!room) return
    // Who is talking to somebody is told in that chat, and goes when it suits.
    if (!isAt(PAGES.chat)) toFound()
  })
}
