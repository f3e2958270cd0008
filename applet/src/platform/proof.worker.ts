/** Solves one challenge off the page's thread. A file of its own, which is fetched when the first proof is asked for. */
import { search, type Challenge } from '../lib/altcha'
import type { Told } from '../lib/solving'

/** Numbers between two words on how far it is. */
const BATCH = 2000

const tell = (told: Told): void => postMessage(told)

onmessage = ({ data }: MessageEvent<Challenge>) => {
  const end = data.maxnumber + 1
  for (let from = 0; from < end; from += BATCH) {
    const number = search(data, from, Math.min(end, from + BATCH))
    if (number >= 0) return tell({ number })
    tell({ share: Math.min(1, (from + BATCH) / end) })
  }
  tell({ number: -1 })
}
