/** What each kind of message is to the chat: how it is drawn, and the one line that stands for it in a quote. */
import type { Message } from '@/api/types'
import type { IconName } from '@/components/icons'
import { t } from '@/i18n'
import { lengthText } from './media'

export type Kind = Message['kind']
type Said = Pick<Message, 'body' | 'duration'>

interface Look {
  /** `bubble`: somebody's line; `note`: a line of the room's own, in the middle. */
  shape: 'bubble' | 'note'
  /** Its text can be copied. */
  copyable: boolean
  /** Stands before the excerpt, where there is no text of somebody's. */
  icon?: IconName
  excerpt(said: Said): string
}

const oneLine = ({ body }: Said): string => (body ?? '').replace(/\s+/g, ' ').trim()

/** A voice is named with its length, where it is known. */
export function voiceText(duration: number | null | undefined): string {
  return duration ? t('kind.voice.length', { length: lengthText(duration) }) : t('kind.voice')
}

const TEXT: Look = { shape: 'bubble', copyable: true, excerpt: oneLine }
const LOOKS: Partial<Record<Kind, Look>> = {
  text: TEXT,
  image: { shape: 'bubble', copyable: false, icon: 'picture', excerpt: () => t('kind.image') },
  voice: { shape: 'bubble', copyable: false, icon: 'mic', excerpt: ({ duration }) => voiceText(duration) },
  system: { shape: 'note', copyable: false, excerpt: oneLine },
}

/** A kind that this client does not know yet is shown by its text. */
export function lookOf(kind: Kind): Look {
  return LOOKS[kind] ?? TEXT
}

/** The icon that stands for a line; none once it was taken back. */
export function iconOf(message: Message | null | undefined): IconName | undefined {
  return message && !message.recalled ? lookOf(message.kind).icon : undefined
}
