/** The quotes in a chat, and the line that one is about to answer. */
import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
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
  /** That line, also once it is not among those shown any more. */
  const answered = shallowRef<Message>()
  watch(
    [reply, lines],
    () => {
      const found = reply.value ? lines.value.find((line) => line.seq === reply.value) : undefined
      if (found?.recalled) reply.value = 0
      if (found || !reply.value) answered.value = reply.value ? found : undefined
    },
    { flush: 'sync' },
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
