/** What a room says of itself in few words. */
import type { Room } from '@/api/types'
import { t } from '@/i18n'

type Counted = Pick<Room, 'members' | 'members_about' | 'capacity'>

/** Who is not in a room hears of its people by the bucket alone. */
export function peopleText(room: Counted): string {
  if (!room.members_about) return t('room.people', { n: room.members, capacity: room.capacity })
  if (room.members === 0) return t('room.people.none')
  return room.members === 1 ? t('room.people.one') : t('room.people.about', { n: room.members })
}

export function maskText(room: Pick<Room, 'mask'>): string {
  return room.mask === 'choice' ? t('room.mask.choice') : t('room.mask.always')
}

/** One is in it now. */
export function isIn(room: Pick<Room, 'me' | 'ended'> | undefined | null): boolean {
  return !!room?.me && !room.me.left && !room.ended
}
