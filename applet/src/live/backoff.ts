/** Delays between tries: doubling, capped, spread over half their length so that clients do not return in step. */
export interface BackoffOptions {
  first: number
  /** The cap for the first minute or so of trouble; later tries go up to `late`. */
  cap: number
  late: number
}

export const RECONNECT: BackoffOptions = { first: 400, cap: 4000, late: 15000 }
export const RESEND: BackoffOptions = { first: 600, cap: 8000, late: 20000 }
const LATE_AFTER = 20

export function backoff(tries: number, random: number, options: BackoffOptions, retryAfter = 0): number {
  const cap = tries >= LATE_AFTER ? options.late : options.cap
  const step = Math.min(cap, options.first * 2 ** Math.min(tries, 12))
  const spread = step * (0.5 + random * 0.5)
  return Math.round(Math.max(spread, retryAfter * 1000 * (1 + random * 0.2)))
}
