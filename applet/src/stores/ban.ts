/** That an account was suspended, and what one may say to it. It stays on the device until somebody is in again. */
import { computed, reactive } from 'vue'
import { bans as api } from '@/api/bans'
import type { ApiError } from '@/api/error'
import type { Ban } from '@/api/types'
import { keep } from '@/platform/storage'

const KEY = 'ban'
const state = reactive({ ban: null as Ban | null })

function set(ban: Ban): void {
  state.ban = ban
  keep.set(KEY, ban)
}

export const ban = {
  current: computed(() => state.ban),

  /** What was told by the socket's last word; empty when it said no more than that. */
  told: (told: Ban | undefined): void => set(told ?? { until: null, reason: null }),

  /** What was told by the refusal of a login. */
  refused({ until, reason, detail }: ApiError): void {
    set({ ...(detail as Partial<Ban>), until: until || null, reason: reason || null })
  },

  /** Another page of this browser may have heard it, or an earlier run. */
  look(): boolean {
    state.ban = keep.get<Ban>(KEY) ?? null
    return state.ban !== null
  },

  async appeal(text: string): Promise<void> {
    const now = state.ban
    if (!now?.appeal_code) return
    const { appeal } = await api.appeal(now.appeal_code, text)
    set({ until: now.until, reason: now.reason, ...(appeal ? { appeal } : {}) })
  },

  forget(): void {
    state.ban = null
    keep.remove(KEY)
  },
}
