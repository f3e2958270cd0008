/** A reason as moderators give it: one of the words that reports have, or a sentence of theirs. */
import { REASONS, type Reason } from '@/api/types'
import { t } from '@/i18n/first'

export const reasonName = (reason: Reason): string => t(`reason.${reason}`)

export function reasonText(reason: string): string {
  return (REASONS as readonly string[]).includes(reason) ? reasonName(reason as Reason) : reason
}
