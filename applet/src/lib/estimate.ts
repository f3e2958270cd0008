/** The waiting estimate in words. Says nothing when fewer than five matches back it. */
import { t } from '@/i18n'
import { span } from './time'
import type { Estimate } from '@/api/types'

export const ESTIMATE_MIN = 5

export function estimateText(estimate: Estimate | null | undefined): string {
  if (!estimate || estimate.n < ESTIMATE_MIN || estimate.p50 == null || estimate.p90 == null) return ''
  return t('match.estimate', { p50: span(estimate.p50), p90: span(estimate.p90) })
}
