/** A report that is being made in one chat: whom, why, which lines; then that it was sent. */
import { computed, reactive } from 'vue'
import { reports } from '@/api/reports'
import type { Mask, Reason } from '@/api/types'
import type { Key } from '@/i18n'
import { useAttempt } from '@/lib/attempt'
import { NOTE_MAX, REPORT_LINES, characters } from '@/lib/form'
import { roomActs } from './roomacts'

/** Without a member: the room itself, under its topic. */
export type Whom = Pick<Mask, 'member' | 'alias' | 'alias_zh'>

const blank = () => ({
  stage: '' as '' | 'form' | 'choosing' | 'sent',
  whom: { member: '', alias: '', alias_zh: '' } as Whom,
  seqs: [] as number[],
  reason: '' as Reason | '',
  note: '',
  wrong: {} as { reason?: Key; note?: Key },
  /** The chosen lines are as many as one report holds. */
  full: false,
  blocked: false,
})

export function useReporting(id: () => string) {
  const state = reactive(blank())
  const { busy, failure, thrown, attempt } = useAttempt<'send' | 'block'>()

  function check(): boolean {
    state.wrong = {}
    if (!state.reason) state.wrong.reason = 'report.reason.empty'
    if (characters(state.note.trim()) > NOTE_MAX) state.wrong.note = 'report.note.long'
    return !state.wrong.reason && !state.wrong.note
  }

  async function post(): Promise<void> {
    const note = state.note.trim()
    await reports.create({
      room: id(),
      ...(state.whom.member ? { member: state.whom.member } : {}),
      reason: state.reason as Reason,
      ...(state.seqs.length ? { seqs: [...state.seqs].sort((a, b) => a - b) } : {}),
      ...(note ? { note } : {}),
    })
  }

  return {
    state,
    busy,
    failure,
    shown: computed(() => state.stage === 'form' || state.stage === 'sent'),
    choosing: computed(() => state.stage === 'choosing'),

    open(whom: Whom, seq = 0): void {
      Object.assign(state, blank(), { stage: 'form', whom, seqs: seq ? [seq] : [] })
      thrown.value = null
    },
    choose: (): void => void (state.stage = 'choosing'),
    chosen: (): void => void (state.stage = 'form'),
    close: (): void => void Object.assign(state, blank()),

    toggle(seq: number): void {
      const there = state.seqs.includes(seq)
      state.full = !there && state.seqs.length >= REPORT_LINES
      if (there) state.seqs = state.seqs.filter((other) => other !== seq)
      else if (!state.full) state.seqs = [...state.seqs, seq]
    },

    async send(): Promise<void> {
      const whom = state.whom
      const sent = check() && (await attempt('send', post))
      if (sent && state.whom === whom) state.stage = 'sent'
    },

    async block(): Promise<void> {
      if (await attempt('block', () => roomActs.block(id(), state.whom.member))) state.blocked = true
    },
  }
}

export type Reporting = ReturnType<typeof useReporting>
