/**
 * Sounds and notifications of this browser while a tab of it is open: what comes in is weighed by lib/notices.ts, in the one tab
 * that leads. Fetched after somebody has logged in; browsers only.
 */
import { computed, ref, shallowReactive, watch } from 'vue'
import type { Message } from '@/api/types'
import { t } from '@/i18n'
import { lookOf } from '@/lib/kinds'
import { Notices, type Call } from '@/lib/notices'
import { live } from '@/live'
import { chime, unlockChime } from '@/platform/chime-h5'
import { toChat } from '@/platform/pages'
import { keep } from '@/platform/storage'
import { frontRooms, hasTabs, sayFront, standForLead } from '@/platform/tabs-h5'
import { rooms } from './rooms'
import { session } from './session'

const SOUND = 'sound'
const SHOW = 'notify'

/** As the browser has it: `none` where there are none. */
type Permission = NotificationPermission | 'none'
const permission = (): Permission => ('Notification' in window ? Notification.permission : 'none')

/** These hold on this device, whoever is logged in. */
const sounds = (): boolean => keep.get<boolean>(SOUND) !== false
const shows = (): boolean => keep.get<boolean>(SHOW) === true && permission() === 'granted'

/** What is shown outside the page, by room. */
const shown = shallowReactive(new Map<string, { what: Call; notice: Notification }>())

function close(room: string): void {
  shown.get(room)?.notice.close()
  shown.delete(room)
}

const closeAll = (): void => [...shown.keys()].forEach(close)

function pressed(room: string): void {
  window.focus()
  close(room)
  if (session.signed.value) toChat(room)
}

/**
 * Others may see the screen, locked as it may be: it says that there is something, never what or from whom. The sound is ours,
 * and can be switched off here.
 */
function put(text: string, tag: string): Notification {
  return new Notification(t('app.name'), { body: text, tag, silent: true })
}

function show(what: Call, room: string): void {
  const notice = put(t(what === 'match' ? 'match.found' : 'notify.line'), room)
  notice.onclick = () => pressed(room)
  notice.onclose = () => shown.get(room)?.notice === notice && shown.delete(room)
  shown.set(room, { what, notice })
}

/** A line goes with its reading, wherever that is done; a match once it is opened here. */
const done = computed(() =>
  [...shown].filter(([room, { what }]) => {
    return rooms.open.value === room || (what === 'line' && !rooms.get(room)?.unread)
  }),
)

let leads = false
const notices = new Notices({
  now: () => Date.now(),
  leads: () => leads,
  fronts: frontRooms,
  sounds,
  shows,
  ring: (what) => void chime(what),
  show: (what, room) => {
    try {
      show(what, room)
    } catch {
      // Android's browsers show none for a page; switching it on has said so.
    }
  },
})

async function heard(message: Message): Promise<void> {
  const room = rooms.get(message.room) ?? (await rooms.fetch(message.room).catch(() => undefined))
  if (!room?.me || room.me.silent || message.member === room.me.member) return
  if (room.me.blocked?.includes(message.member) || lookOf(message.kind).shape === 'note') return
  await notices.call('line', room.id)
}

let following = false

/** From now on, as long as somebody is logged in. */
export function followNotices(): void {
  if (following || !hasTabs()) return
  following = true
  if (sounds()) unlockChime()
  live.on((event) => {
    if (event.type === 'fresh' && !event.fetched) void heard(event.message)
    else if (event.type === 'frame' && event.frame.type === 'matched')
      void notices.call('match', event.frame.room)
    else if (event.type === 'state') hears.value = event.state !== 'replaced'
  })
  watch(hears, standOrStep, { immediate: true })
  watch(session.signed, (signed) => !signed && closeAll())
  // Nobody is left then to hear of a click.
  window.addEventListener('pagehide', closeAll)
  watch(done, (over) => over.forEach(([room]) => close(room)))
  document.addEventListener('visibilitychange', sayWhere)
  watch(rooms.open, sayWhere, { immediate: true })
}

/** A tab whose connection gave way to another's does not hear what it would have to tell. */
const hears = ref(live.state !== 'replaced')
let step = (): void => undefined

function standOrStep(): void {
  step()
  leads = false
  step = hears.value ? standForLead(() => (leads = true)) : () => undefined
}

let leave = (): void => undefined

function sayWhere(): void {
  leave()
  leave = document.visibilityState === 'visible' ? sayFront(rooms.open.value) : () => undefined
}

export type Shows = 'on' | 'off' | 'denied' | 'failed'

/** The switches of Me. */
export const noticeSettings = {
  possible: (): boolean => hasTabs(),
  sounds,
  setSounds: (on: boolean): void => keep.set(SOUND, on),

  /** Whether there can be notifications at all, and whether they are on. */
  shows: (): Shows => {
    if (permission() === 'none') return 'failed'
    if (permission() === 'denied') return 'denied'
    return shows() ? 'on' : 'off'
  },

  /** Asks the browser's user when that was not done: only ever by somebody's press. The first one shows that it works. */
  async setShows(on: boolean): Promise<Shows> {
    keep.set(SHOW, false)
    if (!on || permission() === 'none') return noticeSettings.shows()
    if ((await Notification.requestPermission()) !== 'granted') return noticeSettings.shows()
    try {
      put(t('notify.on'), 'on')
    } catch {
      return 'failed'
    }
    keep.set(SHOW, true)
    return 'on'
  },
}
