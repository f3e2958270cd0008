/** What each kind of message is to the chat: how it is drawn, and the one line that stands for it in a quote. */
import type { Message } from '@/api/types'

export type Kind = Message['kind']

interface Look {
  /** `bubble`: somebody's line; `note`: a line of the room's own, in the middle. */
  shape: 'bubble' | 'note'
  /** Its text can be copied. */
  copyable: boolean
  excerpt(body: string): string
}

const oneLine = (body: string): string => body.replace(/\s+/g, ' ').trim()

const TEXT: Look = { shape: 'bubble', copyable: true, excerpt: oneLine }
const LOOKS: Partial<Record<Kind, Look>> = {
  text: TEXT,
  system: { shape: 'note', copyable: false, excerpt: oneLine },
}

/** A kind that this client does not know yet is shown by its text. */
export function lookOf(kind: Kind): Look {
  return LOOKS[kind] ?? TEXT
}
