/** A room as a row of the list of chats. */
import type { Room } from '@/api/types'
import type { IconName } from '@/components/icons'
import { aliasOf, t } from '@/i18n'
import { iconOf, lookOf } from './kinds'

/** The room's topic, or who the other one is: by nickname once both revealed themselves. */
export function roomName(room: Room): string {
  if (room.kind === 'group') return room.topic
  return room.peer?.nickname || aliasOf(room.peer) || t('chat.title')
}

/** What stands below the name: the mask of somebody who has a name by now. */
export function maskLine(room: Room): string {
  return room.kind === 'private' && room.peer?.nickname ? aliasOf(room.peer) : ''
}

export function roomPicture(room: Room): string {
  return room.peer?.profile_avatar ?? room.peer?.avatar ?? ''
}

export function lastLine(room: Room): string {
  const message = room.last_message
  if (!message) return t('conversations.none')
  if (room.me?.blocked.includes(message.member)) return t('conversations.hidden')
  if (message.recalled) return t('conversations.recalled')
  const body = lookOf(message.kind).excerpt(message)
  if (message.member === room.me?.member) return t('conversations.you', { body })
  if (room.kind === 'private' || message.kind === 'system') return body
  return t('conversations.from', { alias: aliasOf(message), body })
}

/** Of a picture or a voice, where the row says so. */
export function lastIcon(room: Room): IconName | undefined {
  const message = room.last_message
  return message && room.me?.blocked.includes(message.member) ? undefined : iconOf(message)
}

/** Why nothing more will come, empty while something may. Who was in a room when it ended is told to have left, too. */
export function overText(room: Room): string {
  if (room.ended) return t('conversations.ended')
  if (!room.me?.left) return ''
  return t(room.me.left.reason === 'kicked' ? 'conversations.kicked' : 'conversations.left')
}
