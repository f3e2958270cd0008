/** Account: register, log in, guest, me, password, log out. */
import { request } from './index'
import type { MediaFile } from '@/lib/media'
import type { User } from './types'
import { upload } from './upload'

export interface LoggedIn {
  /** Absent on H5, where the session is a cookie. */
  token?: string
  user: User
}

/** The random name of this device, where the deployment asks for one. */
export type Device = {
  device?: string
}

/** scrypt and its queue take their time. */
const LOGIN_TIMEOUT = 20000

const login = (path: string, body: Record<string, unknown>): Promise<LoggedIn> =>
  request<LoggedIn>({ method: 'POST', path, body, login: true, timeout: LOGIN_TIMEOUT })

export const account = {
  register: (body: Device & { account: string; password_v2: string; nickname?: string }) =>
    login('/register', body),
  login: (body: Device & { account: string; password_v2: string }) => login('/login', body),
  guest: (body: Device) => login('/login/guest', { ...body }),
  /** `code` is WeChat's own, fresh. */
  wechat: (body: Device & { code: string }) => login('/login/wechat', body),
  me: () => request<User>({ method: 'GET', path: '/me' }),
  change: (body: { nickname?: string; locale?: string; account?: string; password_v2?: string }) =>
    request<User>({ method: 'POST', path: '/me', body, timeout: LOGIN_TIMEOUT }),
  password: (body: { old_password_v2: string; new_password_v2: string }) =>
    request<void>({ method: 'POST', path: '/me/password', body, timeout: LOGIN_TIMEOUT }),
  /** What proves that it is oneself: the password, WeChat's code, or for a guest that one means it. */
  erase: (body: { password_v2: string } | { code: string } | { confirm: true }) =>
    request<void>({ method: 'DELETE', path: '/me', body, timeout: LOGIN_TIMEOUT }),
  avatar: (file: MediaFile, progress: (share: number) => void) =>
    upload<{ avatar: string }>('/me/avatar', file, progress),
  /** A drawn one takes its place. */
  noAvatar: () => request<{ avatar: string }>({ method: 'DELETE', path: '/me/avatar' }),
  logout: (all: boolean) => request<void>({ method: 'POST', path: all ? '/logout?all=1' : '/logout' }),
}
