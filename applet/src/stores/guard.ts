/** What a page that needs a login does when it shows: go to entry without one, and set its title. */
import { computed, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { PAGES, isAt, toChat, toEntry } from '@/platform/pages'
import { setTitle } from '@/platform/title'
import { matching } from './match'
import { rooms } from './rooms'
import { session } from './session'

/** `shown` runs each time the page comes to the front with somebody logged in. */
export function useMember(title: () => string, shown: () => void = () => undefined): void {
  useTitle(title)
  onShow(() => {
    if (session.signed.value) shown()
    else toEntry(true)
  })
}

/** The page whose title the window bears: those beneath it change theirs in silence. */
let front: symbol | null = null

/** The page's title, with what is unread before it, so that a tab in the background can tell. */
export function useTitle(title: () => string): void {
  const page = Symbol('page')
  const full = computed(() => (rooms.unread.value ? `(${rooms.unread.value}) ` : '') + title())
  onShow(() => {
    front = page
    setTitle(full.value)
  })
  watch(full, (now) => {
    if (front === page) setTitle(now)
  })
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
