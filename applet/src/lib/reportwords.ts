/** What a report says of itself in few words. */
import { t } from '@/i18n'

export function chosenText(n: number): string {
  if (n === 1) return t('report.lines.one')
  return n ? t('report.lines.many', { n }) : t('report.lines.none')
}
