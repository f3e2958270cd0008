/** The links into one room that one made; to its owner all that live. */
import { ref, shallowRef } from 'vue'
import { share as api } from '@/api/share'
import type { Share } from '@/api/types'

export function useShares(room: string) {
  const items = shallowRef<Share[]>([])
  const loaded = ref(false)

  async function load(): Promise<void> {
    const live = (await api.list(room)).items
    const made = items.value.filter((one) => !live.some(({ code }) => code === one.code))
    items.value = [...made, ...live]
    loaded.value = true
  }

  async function make(hours: number): Promise<Share> {
    const made = await api.make(room, hours)
    items.value = [made, ...items.value]
    return made
  }

  async function revoke(code: string): Promise<void> {
    await api.revoke(room, code)
    items.value = items.value.filter((one) => one.code !== code)
  }

  return { items, loaded, load, make, revoke }
}
