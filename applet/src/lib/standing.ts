/** Whether one may write in a room, and if not, why: what stands in the composer's place. */
import type { Room } from '@/api/types'
import { parseTime } from './time'

export type Standing =
  | { may: true }
  | { may: false; why: 'ended'; by: 'me' | 'peer' | 'owner' | 'service' }
  | { may: false; why: 'left' | 'kicked' | 'outside' }
  | { may: false; why: 'muted' | 'everywhere'; until: string }

/** `muted`: until when no room takes what one writes; empty when all do. */
export function standing(room: Room, now = Date.now(), muted = ''): Standing {
  if (room.ended) return { may: false, why: 'ended', by: room.ended.by }
  if (!room.me) return { may: false, why: 'outside' }
  if (room.me.left) return { may: false, why: room.me.left.reason === 'kicked' ? 'kicked' : 'left' }
  if (muted && parseTime(muted).getTime() > now) return { may: false, why: 'everywhere', until: muted }
  const until = room.me.muted_until
  if (until && parseTime(until).getTime() > now) return { may: false, why: 'muted', until }
  return { may: true }
}

/** One cannot write for a while, and nothing one does changes that. */
export function isMuted(where: Standing): boolean {
  return !where.may && (where.why === 'muted' || where.why === 'everywhere')
}

/** The group is open to who was in it and left. */
export function mayJoin(room: Room): boolean {
  return room.kind === 'group' && !room.ended && room.public && room.me?.left?.reason !== 'kicked'
}

export function isOwner(room: Room | undefined): boolean {
  return room?.kind === 'group' && room.me?.role === 'owner' && !room.me.left
}

/** When the next line may go out: slow mode counts from one's last. 0 for at once. */
export function slowUntil(room: Room | undefined, lastSentAt: number): number {
  if (!room?.slow_mode || !lastSentAt || isOwner(room)) return 0
  return lastSentAt + room.slow_mode * 1000
}
