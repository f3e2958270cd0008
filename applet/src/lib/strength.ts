/** A word on a new password, for what only its shape tells: how long it is, and whether it repeats itself. */
import type { Key } from '@/i18n/first'
import { characters, PASSWORD_MIN } from './form'

const LONG = 14
const VARIED = 6

export function strengthHint(password: string): Key {
  const length = characters(password)
  if (length < PASSWORD_MIN) return 'entry.password.hint'
  if (new Set(password).size < VARIED) return 'strength.same'
  return length >= LONG ? 'strength.good' : 'strength.fair'
}
