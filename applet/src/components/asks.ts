/** The questions that are asked before something ends or passes on, in words. */
import type { Room } from '@/api/types'
import { t } from '@/i18n'
import { isOwner } from '@/lib/standing'

export interface Ask {
  what: 'leave' | 'next' | 'block' | 'close' | 'kick' | 'promote'
  member?: string
  alias?: string
}

function leaveNote(room: Room): string {
  if (room.kind === 'private') return t('chat.leave.note')
  if (!isOwner(room)) return t('ask.leave.group.note')
  return room.members > 1 ? t('ask.leave.owner.note') : t('ask.leave.last.note')
}

export function askWords(ask: Ask, room: Room): { title: string; note: string; confirm: string } {
  const alias = ask.alias ?? ''
  if (ask.what === 'leave')
    return {
      title: room.kind === 'private' ? t('chat.leave.ask') : t('ask.leave.group'),
      note: leaveNote(room),
      confirm: t('chat.leave'),
    }
  if (ask.what === 'next')
    return { title: t('chat.next.ask'), note: t('chat.next.note'), confirm: t('chat.next') }
  return {
    title: t(`ask.${ask.what}`, { alias }),
    note: t(`ask.${ask.what}.note`, { alias }),
    confirm: t(`ask.${ask.what}.yes`),
  }
}
