/** WeChat tells, once, that a stranger waits, who has asked for that: where the deployment has a template for the message. */
import { computed, reactive, watch } from 'vue'
import { ApiError } from '@/api/error'
import { match as api } from '@/api/match'
import { settings } from '@/api/settings'
import { wechatCode } from '@/platform/wechat'
import { matching } from './match'
import { session, whenSessionEnds } from './session'

const state = reactive({
  template: '',
  /** Until when one would be told; empty: one is not. */
  until: '',
})

/** What WeChat answers besides `accept`: refused now, or for good. */
function allowed(template: string): Promise<void> {
  return new Promise((resolve, reject) => {
    uni.requestSubscribeMessage({
      tmplIds: [template],
      success: (answer) => {
        if ((answer as unknown as Record<string, string>)[template] === 'accept') resolve()
        else reject(new ApiError(403, 'notice_refused'))
      },
      fail: (e) => reject(new ApiError(403, 'notice_off', String(e?.errMsg ?? ''))),
    })
  })
}

export const notice = {
  offered: computed(() => !!state.template),
  on: computed(() => !!state.until),

  /** Reads what the deployment offers and what was asked for: the message may have come meanwhile. */
  async look(): Promise<void> {
    if (!session.signed.value) return
    const asked = await settings.get().catch(() => null)
    if (asked) state.template = asked.wait_template
    if (!state.template) return
    const answer = await api.notice().catch(() => null)
    if (answer) state.until = answer.until ?? ''
  },

  /** To be called by a press: WeChat asks at no other time. */
  async ask(): Promise<void> {
    await allowed(state.template)
    state.until = (await api.askNotice(await wechatCode())).until ?? ''
  },

  async drop(): Promise<void> {
    await api.dropNotice()
    state.until = ''
  },
}

whenSessionEnds(() => (state.until = ''))
// The service lets go of it when a new search begins, and when one ends in a room.
watch([matching.phase, matching.found], ([phase, found]) => {
  if (phase === 'asking' || found) state.until = ''
})
