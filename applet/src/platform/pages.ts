/** Moving between pages, and the way to entry and back. */
import { keep } from './storage'

export const PAGES = {
  entry: '/pages/entry/entry',
  match: '/pages/match/match',
  square: '/pages/square/square',
  conversations: '/pages/conversations/conversations',
  me: '/pages/me/me',
  chat: '/pages/chat/chat',
  room: '/pages/room/room',
  roomForm: '/pages/room-form/room-form',
  share: '/pages/share/share',
  blocks: '/pages/blocks/blocks',
  reports: '/pages/reports/reports',
  warnings: '/pages/warnings/warnings',
  banned: '/pages/banned/banned',
  data: '/pages/data/data',
  legal: '/pages/legal/legal',
} as const

interface Shown {
  route?: string
  options?: Record<string, string>
  $page?: { fullPath?: string }
}

/** A page that another one overtakes on its way is no error: uni would else throw it. */
const overtaken = { fail: () => undefined }

function shown(): Shown[] {
  return getCurrentPages() as unknown as Shown[]
}

/** The page in front with its query, as it could be opened again. */
export function here(): string {
  const page = shown()[shown().length - 1]
  if (!page) return ''
  if (page.$page?.fullPath) return page.$page.fullPath
  const query = Object.entries(page.options ?? {})
    .map(([k, v]) => `${k}=${v}`)
    .join('&')
  return '/' + (page.route ?? '') + (query ? '?' + query : '')
}

export function isAt(path: string): boolean {
  return here().split('?')[0] === path
}

/**
 * An address that somebody typed or pasted into a tab that is open already: uni shows a page that it has of that path
 * with its former query. The address in the bar wins.
 */
export function followAddress(): void {
  // #ifdef H5
  const asked = location.hash.slice(1)
  if (asked.startsWith('/pages/') && decodeURI(asked) !== decodeURI(here()))
    uni.reLaunch({ url: asked, ...overtaken })
  // #endif
}

/** A main page takes the place of all others. */
export function toMain(path: string): void {
  if (isAt(path)) return
  uni.reLaunch({ url: path, ...overtaken })
}

function pageOf(path: string, query: Record<string, string>): string {
  const parts = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return parts.length ? `${path}?${parts.join('&')}` : path
}

export const chatUrl = (room: string): string => pageOf(PAGES.chat, { room })
/** The page that a link into a room leads to, on the applet and behind the # on H5. */
export const shareUrl = (code: string): string => pageOf(PAGES.share, { code })

const MAINS: string[] = [PAGES.match, PAGES.square, PAGES.conversations, PAGES.me]

/** A chat lies on top of a main page: never on another chat, nor on the page that led into it. */
export function toChat(room: string): void {
  const url = chatUrl(room)
  if (here() === url) return
  if (MAINS.some(isAt)) uni.navigateTo({ url, ...overtaken })
  else if (
    shown()
      .slice(0, -1)
      .some((page) => '/' + page.route === PAGES.chat)
  )
    uni.reLaunch({ url, ...overtaken })
  else uni.redirectTo({ url, ...overtaken })
}

/** What a room is, before one joins it. */
export function toRoom(room: string): void {
  uni.navigateTo({ url: pageOf(PAGES.room, { room }), ...overtaken })
}

/** Where a link into a room leads, on top of the chat that it was said in. */
export function toShare(code: string): void {
  uni.navigateTo({ url: shareUrl(code), ...overtaken })
}

/** A room of one's own: a new one, or what may be changed about one. */
export function toRoomForm(room?: string): void {
  uni.navigateTo({ url: pageOf(PAGES.roomForm, room ? { room } : {}), ...overtaken })
}

/** A page on top of the one in front. */
const onTop = (path: string) => (): void => uni.navigateTo({ url: path, ...overtaken })
export const toBlocks = onTop(PAGES.blocks)
export const toReports = onTop(PAGES.reports)
export const toWarnings = onTop(PAGES.warnings)
export const toData = onTop(PAGES.data)

/** The applet's page for the operator's words. */
export function toLegal(page: string): void {
  uni.navigateTo({ url: pageOf(PAGES.legal, { page }), ...overtaken })
}

/** To the page beneath, or to `home` when there is none: it was opened by its address. */
export function goBack(home: string): void {
  if (shown().length > 1) uni.navigateBack(overtaken)
  else uni.reLaunch({ url: home, ...overtaken })
}

/** From a chat to the list of chats or to the square, wherever one came from. */
export function back(): void {
  const under = shown()[shown().length - 2]
  const from = under ? '/' + under.route : ''
  if (from === PAGES.conversations || from === PAGES.square) uni.navigateBack(overtaken)
  else uni.reLaunch({ url: PAGES.conversations, ...overtaken })
}

/** Entry, remembering where to return to. */
export function toEntry(remember: boolean): void {
  if (isAt(PAGES.entry)) return
  const from = here()
  if (remember && from) keep.set('return', from)
  else keep.remove('return')
  uni.reLaunch({ url: PAGES.entry, ...overtaken })
}

/** Where somebody is led whose account was suspended. */
export function toBanned(): void {
  uni.reLaunch({ url: PAGES.banned, ...overtaken })
}

/** Loads the client anew, for whoever is logged in by now. The applet has one page alone, and so nobody else. */
export function startAnew(): void {
  // #ifdef H5
  history.replaceState(null, '', '#' + PAGES.match)
  location.reload()
  // #endif
}

/** Where somebody goes who has just logged in. */
export function fromEntry(): void {
  const kept = keep.get<string>('return')
  keep.remove('return')
  const known = kept && Object.values(PAGES).some((p) => p !== PAGES.entry && kept.split('?')[0] === p)
  uni.reLaunch({ url: known ? kept : PAGES.match, ...overtaken })
}
