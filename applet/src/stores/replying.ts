/** The quotes in a chat, and the line that one is about to answer. */
import { computed, ref, type ComputedRef } from 'vue'
import type { Message, Room } from '@/api/types'
import { aliasOf, t } from '@/i18n'
import { iconOf } from '@/lib/kinds'
import { quoteOf, type Quote } from '@/lib/quotes'

export function useReplying(
  room: ComputedRef<Room | undefined>,
  lines: ComputedRef<Message[]>,
  quoted: ComputedRef<Record<number, Message | null | undefined>>,
) {
  /** The seq that is answered, 0 for none. */
  const reply = ref(0)
  const answered = computed(() =>
    reply.value ? lines.value.find((line) => line.seq === reply.value && !line.recalled) : undefined,
  )
  const who = computed(() => {
    const message = answered.value
    if (!message) return ''
    if (message.member === room.value?.me?.member) return t('chat.replying.self')
    return t('chat.replying', { alias: aliasOf(message) })
  })
  const body = computed(() => (answered.value ? quoteOf(reply.value, answered.value, room.value).text : ''))
  const icon = computed(() => iconOf(answered.value))
  const quotes = computed(() => {
    const found: Record<number, Quote> = {}
    for (const seq of Object.keys(quoted.value).map(Number))
      found[seq] = quoteOf(seq, quoted.value[seq], room.value)
    return found
  })
  return { reply, who, body, icon, quotes }
}
