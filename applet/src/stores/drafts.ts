/** What was typed in each room and not sent, kept on this device: of the rooms written in last, and no more of one than a line could take twice. */
import { BODY_MAX } from '@/lib/form'
import { keep } from '@/platform/storage'

interface Draft {
  text: string
  at: number
}

const PREFIX = 'draft.'
export const DRAFTS_MAX = 50
const TEXT_MAX = 2 * BODY_MAX

/** One kept by an earlier version is a bare text. */
function read(key: string): Draft {
  const kept = keep.get<Draft | string>(key)
  return typeof kept === 'object' ? kept : { text: kept ?? '', at: 0 }
}

/** A new one takes the place of those that were touched longest ago. */
function makeRoom(): void {
  const keys = keep.keys(PREFIX)
  if (keys.length < DRAFTS_MAX) return
  const oldest = keys.map((key) => ({ key, at: read(key).at })).sort((a, b) => a.at - b.at)
  for (const { key } of oldest.slice(0, keys.length - DRAFTS_MAX + 1)) keep.remove(key)
}

export const drafts = {
  get: (room: string): string => read(PREFIX + room).text,

  put(room: string, text: string): void {
    const key = PREFIX + room
    if (!text) return keep.remove(key)
    if (keep.get(key) === undefined) makeRoom()
    keep.set(key, { text: text.slice(0, TEXT_MAX), at: Date.now() })
  },
}
