/** A line once it was taken back: nothing of what it said is left of it. */
import type { Message } from '@/api/types'

export function takenBack(message: Message): Message {
  const nothing = { media: undefined, duration: undefined, reactions: undefined, reacted: undefined }
  return { ...message, ...nothing, body: null, recalled: true }
}
