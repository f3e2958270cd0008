/**
 * WeChat's question before it hands over what is private, for the first time: it waits until somebody has agreed to the applet's
 * privacy guide, or has refused. What is refused fails alone; WeChat asks again with the next try.
 */
import { computed, reactive } from 'vue'

/** What is asked for, as far as there is a sentence about it. */
const KINDS = {
  avatar: /avatar/i,
  nickname: /nickname/i,
  voice: /record/i,
  album: /album/i,
  pictures: /choose(media|image)/i,
  clipboard: /clipboard/i,
}
export type PrivacyKind = keyof typeof KINDS | 'other'

interface Answer {
  event: 'exposureAuthorization' | 'agree' | 'disagree'
  /** WeChat looks whether this button was pressed. */
  buttonId?: string
}
type Answering = (answer: Answer) => void

/** WeChat's own, which uni passes on without a type. */
interface Privacy {
  onNeedPrivacyAuthorization?(f: (answer: Answering, event?: { referrer?: string }) => void): void
  openPrivacyContract?(o: { success(): void; fail(): void }): void
}
const weixin = uni as unknown as Privacy

const state = reactive({
  phase: 'idle' as 'idle' | 'asked' | 'refused',
  kind: 'other' as PrivacyKind,
})
let waiting: Answering[] = []

/** `referrer` is the call or the component that asks, such as `chooseMedia` or `button.chooseAvatar`. */
function kindOf(referrer: string): PrivacyKind {
  const known = Object.entries(KINDS).find(([, pattern]) => pattern.test(referrer))
  return (known?.[0] as PrivacyKind | undefined) ?? 'other'
}

function answer(given: Answer): void {
  const all = waiting
  waiting = []
  for (const one of all) one(given)
}

export const privacy = {
  phase: computed(() => state.phase),
  kind: computed(() => state.kind),
  BUTTON: 'privacy-agree',

  /** Asks by our own sheet instead of WeChat's. An older WeChat does not ask. */
  install(): void {
    weixin.onNeedPrivacyAuthorization?.((answering, event) => {
      waiting.push(answering)
      answering({ event: 'exposureAuthorization' })
      state.kind = kindOf(event?.referrer ?? '')
      state.phase = 'asked'
    })
  },

  /** To be called by the press of the button that is called BUTTON. */
  agree(): void {
    state.phase = 'idle'
    answer({ event: 'agree', buttonId: privacy.BUTTON })
  },

  refuse(): void {
    state.phase = 'refused'
    answer({ event: 'disagree' })
  },

  close(): void {
    state.phase = 'idle'
  },

  /** Whether the guide was opened. */
  openGuide(): Promise<boolean> {
    return new Promise((resolve) => {
      if (!weixin.openPrivacyContract) return resolve(false)
      weixin.openPrivacyContract({ success: () => resolve(true), fail: () => resolve(false) })
    })
  },
}
