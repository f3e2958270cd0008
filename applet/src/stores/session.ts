/** Who is here: logging in and out, and what has to be wiped then. */
import { computed, reactive } from 'vue'
import { account, type LoggedIn } from '@/api/account'
import { nextSession } from '@/api'
import type { Sending } from '@/api/upload'
import { asApiError } from '@/api/error'
import type { User } from '@/api/types'
import { language, setLanguage, type Language } from '@/i18n/first'
import { normalAccount } from '@/lib/form'
import type { MediaFile } from '@/lib/media'
import { ownMedia } from '@/lib/ownmedia'
import { passwordV2 } from '@/platform/password'
import { live } from '@/live'
import { forgetFiles } from '@/platform/mediafile'
import { keep } from '@/platform/storage'
// #ifdef MP-WEIXIN
import { wechatCode } from '@/platform/wechat'
// #endif
import { arrive } from './arrival'
import { ban } from './ban'

const state = reactive({
  signed: keep.get<boolean>('signed') === true,
  user: null as User | null,
  /** Why entry is shown, when it was not asked for. */
  over: '',
  /** The account is being erased: that its sockets end is no news. */
  erasing: false,
})

export const session = {
  signed: computed(() => state.signed),
  user: computed(() => state.user),
  over: computed(() => state.over),

  erasing: computed(() => state.erasing),

  /** Another page of this browser let somebody else in: its cookie is theirs now. */
  isOthers: (): boolean => {
    const now = keep.get<string>('owner')
    return state.signed && !!now && !!entered && now !== entered
  },

  async guest(): Promise<void> {
    await enter(await account.guest(await arrive()))
  },

  // #ifdef MP-WEIXIN
  /** By WeChat's own login, which brings the same account each time. */
  async wechat(): Promise<void> {
    const here = await arrive()
    await enter(await account.wechat({ ...here, code: await wechatCode() }))
  },
  // #endif

  async login(name: string, password: string): Promise<void> {
    const body = await credentials(name, password)
    await enter(await account.login({ ...body, ...(await arrive()) }))
  },

  async register(name: string, password: string, nickname: string): Promise<void> {
    const body = await credentials(name, password)
    const more = { ...(await arrive()), ...(nickname.trim() ? { nickname: nickname.trim() } : {}) }
    await enter(await account.register({ ...body, ...more }))
  },

  async refresh(): Promise<void> {
    state.user = await account.me()
  },

  async rename(nickname: string): Promise<void> {
    state.user = await account.change({ nickname: nickname.trim() })
  },

  /** Answers how to end it. */
  avatar(file: MediaFile, progress: (share: number) => void): Sending<void> {
    const { done, abort } = account.avatar(file, progress)
    return { done: done.then(({ avatar }) => shown(avatar)), abort }
  },

  async noAvatar(): Promise<void> {
    shown((await account.noAvatar()).avatar)
  },

  /** Gives a guest a name and a password. */
  async claim(name: string, password: string): Promise<void> {
    state.user = await account.change(await credentials(name, password))
  },

  async password(before: string, after: string): Promise<void> {
    const name = state.user?.account ?? ''
    await account.password({
      old_password_v2: await passwordV2(name, before),
      new_password_v2: await passwordV2(name, after),
    })
  },

  async speak(next: Language): Promise<void> {
    setLanguage(next)
    if (!state.signed) return
    state.user = await account.change({ locale: next })
  },

  /**
   * Throws when the service could not be told and would still know this browser by its cookie, or other devices by
   * their tokens. The applet's own token is gone in any case.
   */
  async logout(all: boolean): Promise<void> {
    try {
      await account.logout(all)
    } catch (error) {
      const known = asApiError(error)
      // The socket may have told of it first.
      const heard = known.status === 401 || !state.signed
      if (!heard && (all || process.env.UNI_PLATFORM === 'h5')) throw error
    }
    session.end('', true)
  },

  /** Erases the account. A guest has no password, and neither has who came by WeChat. */
  async erase(password: string): Promise<void> {
    state.erasing = true
    try {
      await account.erase(await erasureProof(password))
      session.end('erased', true)
    } finally {
      state.erasing = false
    }
  },

  /** The session is over. What was typed and not sent stays for the same account's return, unless it logged out. */
  end(reason: string, wipe: boolean): void {
    if (state.signed) nextSession() // what entry asks for meanwhile is no session's
    live.stop(wipe)
    ownMedia.clear()
    forgetFiles()
    keep.remove('token')
    keep.remove('signed')
    if (wipe) for (const key of ['owner', ...PERSONAL, ...CHOSEN]) keep.remove(key)
    state.signed = false
    state.user = null
    state.over = reason
    for (const action of endings) action()
  },
}

async function credentials(
  name: string,
  password: string,
): Promise<{ account: string; password_v2: string }> {
  const normal = normalAccount(name)
  return { account: normal, password_v2: await passwordV2(normal, password) }
}

async function erasureProof(password: string): Promise<Parameters<typeof account.erase>[0]> {
  const name = state.user?.account
  if (name) return { password_v2: await passwordV2(name, password) }
  // #ifdef MP-WEIXIN
  if (!state.user?.guest) return { code: await wechatCode() }
  // #endif
  return { confirm: true }
}

function shown(avatar: string): void {
  if (state.user) state.user = { ...state.user, avatar }
}

const endings: (() => void)[] = []
/** Stores that hold somebody's data empty themselves here. */
export function whenSessionEnds(action: () => void): void {
  endings.push(action)
}

/** What somebody did here, beside their rooms; and what is chosen on the first page, before one is in. */
const PERSONAL = ['tags', 'return', 'emoji']
const CHOSEN = ['target', 'way']

async function enter(answer: LoggedIn): Promise<void> {
  nextSession()
  const before = keep.get<string>('owner')
  const next = owner(answer.user)
  if (before !== next) live.stop(true)
  if (before && before !== next) {
    for (const key of PERSONAL) keep.remove(key)
    for (const action of endings) action()
  }
  keep.set('owner', next)
  entered = next
  if (answer.token) keep.set('token', answer.token)
  keep.set('signed', true)
  state.user = answer.user
  state.over = ''
  ban.forget()
  state.signed = true
  live.start()
  if (answer.user.locale !== language()) account.change({ locale: language() }).catch(() => undefined)
}

/** Whose lines are kept here: an account is known by when it was made, to the fraction of a second, whatever its name. */
const owner = (user: User): string => user.created

/** Whose session this page has. */
let entered = keep.get<string>('owner')

live.on((event) => {
  if (event.type === 'frame' && event.frame.type === 'me') session.refresh().catch(() => undefined)
})
