/** An ApiError in words: ours where we know the code, else the service's, which speaks the reader's language. */
import { asApiError } from '@/api/error'
import { reasonText } from '@/lib/reasons'
import { dayName, clock, moment, span } from '@/lib/time'
import { t, word } from './first'

export function errorText(thrown: unknown): string {
  const error = asApiError(thrown)
  if (error.code === 'blacklisted') return blacklisted(error.until, error.reason)
  const wait = span(error.retryAfter || 5)
  if (error.code === 'slow_mode') return word('error.slow_mode', { wait })
  if (error.status === 429 && error.code !== 'upload_quota') return t('error.too_many', { wait })
  if (error.code === 'busy') return t('error.busy', { wait })
  if (error.status === 502 || error.status === 503 || error.status === 504)
    return t('error.unavailable', { wait })
  const until = error.until ? moment(error.until) : ''
  const ours = word(`error.${error.word}`, { until, age: Number(error.detail.age) || 0 })
  if (ours) return ours
  return error.status && error.message !== error.code ? error.message : t('error.other')
}

function blacklisted(until: string, reason: string): string {
  if (!until) return t('error.blacklisted.ever')
  const when = `${dayName(until)} ${clock(until)}`
  return reason
    ? t('error.blacklisted.reason', { until: when, reason: reasonText(reason) })
    : t('error.blacklisted', { until: when })
}
