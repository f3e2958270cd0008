/** Moving between pages, and the way to entry and back. */
import { keep } from './storage'

export const PAGES = {
  entry: '/pages/entry/entry',
  match: '/pages/match/match',
  conversations: '/pages/conversations/conversations',
  me: '/pages/me/me',
  chat: '/pages/chat/chat',
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

/** A main page takes the place of all others. */
export function toMain(path: string): void {
  if (isAt(path)) return
  uni.reLaunch({ url: path, ...overtaken })
}

export function chatUrl(room: string): string {
  return `${PAGES.chat}?room=${encodeURIComponent(room)}`
}

/** A chat lies on top of a main page, never on another chat. */
export function toChat(room: string): void {
  const url = chatUrl(room)
  if (here() === url) return
  if (isAt(PAGES.chat)) uni.redirectTo({ url, ...overtaken })
  else uni.navigateTo({ url, ...overtaken })
}

/** From a chat to the list of chats, wherever one came from. */
export function back(): void {
  const under = shown()[shown().length - 2]
  if (under && '/' + under.route === PAGES.conversations) uni.navigateBack(overtaken)
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

/** Where somebody goes who has just logged in. */
export function fromEntry(): void {
  const kept = keep.get<string>('return')
  keep.remove('return')
  const known = kept && Object.values(PAGES).some((p) => p !== PAGES.entry && kept.split('?')[0] === p)
  uni.reLaunch({ url: known ? kept : PAGES.match, ...overtaken })
}
