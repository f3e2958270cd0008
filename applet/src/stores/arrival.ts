/** What a deployment asks of whoever begins: their age, and which device it is. */
import type { Device } from '@/api/account'
import { settings } from '@/api/settings'
import { uuid4 } from '@/lib/uuid'
import { keep } from '@/platform/storage'
import { age } from './age'

const KEY = 'device'
const WINDOW = 'recall'

/** Made up here, and only where it is asked for; it outlives a logout, since a ban ends one. */
function device(): string {
  const known = keep.get<string>(KEY)
  if (known) return known
  const made = uuid4()
  keep.set(KEY, made)
  return made
}

/** How long one may take back what one has said, in seconds, as this service said at the login. */
export const recallWindow = (): number | undefined => keep.get<number>(WINDOW)

/** To be sent with a login. Throws `age_refused` for who is not old enough. */
export async function arrive(): Promise<Device> {
  // Where they cannot be had nobody gets in anyway.
  const asked = await settings.get().catch(() => null)
  if (typeof asked?.recall_window === 'number') keep.set(WINDOW, asked.recall_window)
  await age.check(Number(asked?.age) || 0)
  return asked?.device === true ? { device: device() } : {}
}
