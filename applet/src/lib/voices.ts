/** Voice lines: which were heard, and which comes after one. */
import type { Message, Room } from '@/api/types'

/** Kept for each room; the oldest go. */
export const HEARD_MAX = 300

export function withHeard(heard: readonly number[], seq: number): number[] {
  return heard.includes(seq) ? [...heard] : [...heard, seq].slice(-HEARD_MAX)
}

export function isVoice(message: Message): boolean {
  return message.kind === 'voice' && !message.recalled && !!message.media?.url
}

/** The next voice of somebody else that was not heard yet: they play one after the other. */
export function nextVoice(
  lines: readonly Message[],
  seq: number,
  heard: readonly number[],
  room: Room | undefined,
): Message | undefined {
  const hidden = room?.kind === 'group' ? (room.me?.blocked ?? []) : []
  return lines.find(
    (m) =>
      m.seq > seq &&
      isVoice(m) &&
      m.member !== room?.me?.member &&
      !heard.includes(m.seq) &&
      !hidden.includes(m.member),
  )
}
