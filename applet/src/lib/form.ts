/** The form checks of entry and me: each answers the key of a message, or nothing when the field is right. */
import type { Key } from '@/i18n/first'

const ACCOUNT = /^[a-z0-9][a-z0-9_-]{2,31}$/
export const PASSWORD_MIN = 8
export const PASSWORD_MAX = 64
export const NICKNAME_MAX = 24
export const TAG_MAX = 20
export const TAGS_MAX = 8
export const BODY_MAX = 4000
export const NOTE_MAX = 1000
/** As many lines as one report holds. */
export const REPORT_LINES = 20

/** Characters as a reader counts them: code points, as the service does. */
export function characters(text: string): number {
  return Array.from(text).length
}

export function normalAccount(account: string): string {
  return account.trim().toLowerCase()
}

export function checkAccount(account: string): Key | '' {
  if (!account.trim()) return 'form.account.empty'
  return ACCOUNT.test(normalAccount(account)) ? '' : 'form.account.shape'
}

export function checkPassword(password: string): Key | '' {
  const length = characters(password)
  if (!length) return 'form.password.empty'
  if (length < PASSWORD_MIN) return 'form.password.short'
  return length > PASSWORD_MAX ? 'form.password.long' : ''
}

export function checkRepeat(password: string, repeat: string): Key | '' {
  return password === repeat ? '' : 'form.repeat.differs'
}

export function checkNickname(nickname: string): Key | '' {
  const length = characters(nickname.trim())
  if (!length) return 'form.nickname.empty'
  return length > NICKNAME_MAX ? 'form.nickname.long' : ''
}

/** One tag as it is sent: trimmed, inner spaces folded, without a leading #. */
export function normalTag(tag: string): string {
  return Array.from(
    tag
      .trim()
      .replace(/^[#＃]+/, '')
      .replace(/\s+/g, ' '),
  )
    .slice(0, TAG_MAX)
    .join('')
    .trim()
}
