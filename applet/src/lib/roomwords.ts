/** How one stands in a room, and the spans that are chosen there, in words. */
import type { Room } from '@/api/types'
import { aliasOf, t } from '@/i18n'
import { slowModes } from './roomform'
import type { Standing } from './standing'
import { moment } from './time'

function endedWords(room: Room, by: string): string {
  if (room.kind === 'group') {
    if (room.ended?.reason === 'empty') return t('chat.over.empty')
    if (by === 'me') return t('chat.over.closed.me')
    return by === 'owner' ? t('chat.over.closed.owner') : t('chat.over.closed.service')
  }
  if (by === 'me') return t('chat.left.me')
  return by === 'peer' ? t('chat.left.peer', { alias: aliasOf(room.peer) }) : t('chat.over.closed.service')
}

/** Why one cannot write here; empty where one can. */
export function standingWords(room: Room, where: Standing): string {
  if (where.may) return ''
  if (where.why === 'ended') return endedWords(room, where.by)
  if (where.why === 'everywhere') return t('chat.muted.everywhere', { until: moment(where.until) })
  if (where.why === 'muted') return t('chat.muted', { until: moment(where.until) })
  return t(`chat.over.${where.why}`)
}

const SPANS: [number, 'time.days' | 'time.hours' | 'time.minutes'][] = [
  [86400, 'time.days'],
  [3600, 'time.hours'],
  [60, 'time.minutes'],
]

/** A span that was chosen from a list, in its largest whole unit. */
export function spanName(seconds: number): string {
  const unit = SPANS.find(([size]) => seconds >= size && seconds % size === 0)
  if (!unit) return t('time.seconds', { n: seconds })
  const n = seconds / unit[0]
  if (n === 1 && unit[1] !== 'time.minutes') return t(unit[1] === 'time.days' ? 'time.day' : 'time.hour')
  return t(unit[1], { n })
}

/** How slow a room may be, as a choice: what is offered, and what it is now. */
export function slowChoices(now: number): { value: number; text: string }[] {
  return slowModes(now).map((value) => ({ value, text: value ? spanName(value) : t('form.slow.off') }))
}
