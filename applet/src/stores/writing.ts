/** Whether one may write in a room now, in slow mode when again, and in words why not and what one can do instead. */
import { computed, type ComputedRef } from 'vue'
import type { Room } from '@/api/types'
import { t } from '@/i18n'
import { useNow } from '@/lib/now'
import { standingWords } from '@/lib/roomwords'
import { mayJoin, standing } from '@/lib/standing'

export function useWriting(room: ComputedRef<Room | undefined>, slow: ComputedRef<number>) {
  const now = useNow(() => slow.value > Date.now() || !!room.value?.me?.muted_until)
  const where = computed(() => (room.value ? standing(room.value, now.value) : null))
  const writable = computed(() => where.value?.may === true)
  /** Seconds until slow mode lets the next line go out. */
  const slowFor = computed(() => Math.max(0, Math.ceil((slow.value - now.value) / 1000)))
  const closedText = computed(() => (room.value && where.value ? standingWords(room.value, where.value) : ''))
  const wayOn = computed(() => {
    if (!room.value || !where.value || where.value.may || where.value.why === 'muted') return ''
    if (room.value.kind === 'private') return t('chat.next.long')
    if (!mayJoin(room.value)) return ''
    return room.value.me ? t('chat.join') : t('room.join')
  })
  return { writable, slowFor, closedText, wayOn }
}
