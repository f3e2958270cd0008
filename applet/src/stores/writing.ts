/** Whether one may write in a room now, in slow mode when again, and in words why not and what one can do instead. */
import { computed, type ComputedRef } from 'vue'
import type { Room } from '@/api/types'
import { t } from '@/i18n'
import { useNow } from '@/lib/now'
import { standingWords } from '@/lib/roomwords'
import { isMuted, mayJoin, standing } from '@/lib/standing'
import { countdown } from '@/lib/time'
import { warnings } from './warnings'

export function useWriting(
  room: ComputedRef<Room | undefined>,
  slow: ComputedRef<number>,
  many: ComputedRef<number>,
) {
  const muted = warnings.mutedUntil
  const now = useNow(() => slow.value > Date.now() || !!room.value?.me?.muted_until || !!muted.value)
  const where = computed(() => (room.value ? standing(room.value, now.value, muted.value) : null))
  const writable = computed(() => where.value?.may === true)
  /** Seconds until slow mode lets the next line go out. */
  const slowFor = computed(() => Math.max(0, Math.ceil((slow.value - now.value) / 1000)))
  const slowText = computed(() => {
    if (!slowFor.value) return ''
    const key = many.value === slow.value ? 'chat.many' : 'chat.slow'
    return t(key, { wait: countdown(slowFor.value) })
  })
  const closedText = computed(() => (room.value && where.value ? standingWords(room.value, where.value) : ''))
  const wayOn = computed(() => {
    if (!room.value || !where.value || where.value.may || isMuted(where.value)) return ''
    if (room.value.kind === 'private') return t('chat.next.long')
    if (!mayJoin(room.value)) return ''
    return room.value.me ? t('chat.join') : t('room.join')
  })
  return { writable, slowFor, slowText, closedText, wayOn }
}
