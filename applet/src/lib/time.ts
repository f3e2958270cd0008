/** Times as people read them, in both languages, by hand: the applet has no Intl. */
import { t, language } from '@/i18n/first'

const two = (n: number): string => String(n).padStart(2, '0')
const EN_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** RFC 3339 to a Date; iOS wants no more than milliseconds. */
export function parseTime(at: string): Date {
  return new Date(at.replace(/(\.\d{3})\d+/, '$1'))
}

export function clock(at: string): string {
  const date = parseTime(at)
  return Number.isNaN(date.getTime()) ? '' : `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Names one's own calendar day; two lines of one day share it. */
export function dayKey(at: string): string {
  const date = parseTime(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function daysAgo(date: Date, now: Date): number {
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime()
  return Math.round((midnight(now) - midnight(date)) / 86400000)
}

export function dayName(at: string, now = new Date()): string {
  const date = parseTime(at)
  const ago = daysAgo(date, now)
  if (ago === 0) return t('time.today')
  if (ago === 1) return t('time.yesterday')
  const year = date.getFullYear() === now.getFullYear() ? 0 : date.getFullYear()
  if (language() === 'zh-Hans') return `${year ? `${year}年` : ''}${date.getMonth() + 1}月${date.getDate()}日`
  return `${date.getDate()} ${EN_MONTHS[date.getMonth()]}${year ? ` ${year}` : ''}`
}

/** For a list: the clock today, else the day. */
export function shortTime(at: string, now = new Date()): string {
  return daysAgo(parseTime(at), now) === 0 ? clock(at) : dayName(at, now)
}

/** A span in words that promise no more than is known: seconds below a minute and a half, then minutes. */
export function span(seconds: number): string {
  if (seconds < 90) return t('time.seconds', { n: Math.max(1, Math.round(seconds)) })
  return t('time.minutes', { n: Math.round(seconds / 60) })
}

/** What is left of a short wait, as a clock that runs down. */
export function countdown(seconds: number): string {
  if (seconds < 60) return t('time.seconds', { n: Math.max(1, Math.ceil(seconds)) })
  const left = Math.ceil(seconds)
  const minutes = Math.floor(left / 60)
  if (minutes < 60) return `${minutes}:${two(left % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(left % 60)}`
}

/** A moment to come: the clock alone when it is today. */
export function moment(at: string, now = new Date()): string {
  return dayKey(at) === dayKey(now.toISOString()) ? clock(at) : `${dayName(at, now)} ${clock(at)}`
}
