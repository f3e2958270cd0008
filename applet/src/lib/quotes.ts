/** What a reply answers, in a line: from the lines that are there, else asked for once, else "an earlier line". */
import type { Message, Room } from '@/api/types'
import type { IconName } from '@/components/icons'
import { aliasOf, t } from '@/i18n'
import { iconOf, lookOf } from './kinds'
import { takenBack } from './takenback'

export interface Quote {
  seq: number
  who: string
  text: string
  /** Stands before the text of what has none of its own. */
  icon?: IconName
}

/** undefined: not known yet; null: not to be had. */
export function quoteOf(seq: number, message: Message | null | undefined, room: Room | undefined): Quote {
  if (!message) return { seq, who: '', text: t('chat.quote.far') }
  const mine = message.member === room?.me?.member
  const who = mine ? t('chat.you') : aliasOf(message)
  if (!mine && room?.kind === 'group' && room.me?.blocked.includes(message.member))
    return { seq, who: '', text: t('chat.hidden') }
  if (message.recalled) return { seq, who, text: t('chat.quote.recalled') }
  return { seq, who, text: lookOf(message.kind).excerpt(message), icon: iconOf(message) }
}

export class QuoteBook {
  /** null: it was asked for and is not to be had. */
  private known = new Map<number, Message | null>()
  private asked = new Set<number>()

  constructor(
    private ask: (seq: number) => Promise<Message | null>,
    private changed: () => void,
  ) {}

  get(seq: number): Message | null | undefined {
    return this.known.get(seq)
  }

  /** Asks for those that nobody asked for yet. A failure lets the next look ask again. */
  want(seqs: number[]): void {
    for (const seq of seqs) {
      if (this.asked.has(seq)) continue
      this.asked.add(seq)
      this.ask(seq).then(
        (message) => {
          this.known.set(seq, message)
          this.changed()
        },
        () => this.asked.delete(seq),
      )
    }
  }

  recalled(seq: number): void {
    const message = this.known.get(seq)
    if (!message) return
    this.known.set(seq, takenBack(message))
    this.changed()
  }
}
