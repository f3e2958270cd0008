/** Pictures and voice as they are before the service has them, on either target. */

/** What goes over the wire: a browser holds it in memory, the applet as a file of its own. */
export interface MediaFile {
  blob?: Blob
  path?: string
}

/** What a line shows of its file until the service has answered. */
export interface MediaLook {
  kind: 'image' | 'voice'
  /** An address that this device alone knows; empty after a reload. */
  url: string
  width?: number
  height?: number
  /** In milliseconds. */
  duration?: number
  waveform?: number[]
}

export interface MediaDraft extends MediaLook {
  /** Makes the file ready to be sent, when its turn has come. */
  file(): Promise<MediaFile>
}

/** What the service takes; larger is refused here, before it is sent. */
export const PICTURE_BYTES = 4 * 1024 * 1024
export const VOICE_BYTES = 1024 * 1024
/** The longer side of a picture, in pixels. */
export const PICTURE_SIDE = 1600
/** What is not even looked at: no photograph is so large, and reading it would take the page down. */
export const SOURCE_BYTES = 50 * 1024 * 1024
/** So many pictures at once. */
export const PICTURES_MAX = 9
/** Milliseconds of one voice line: the service takes a minute, and an encoder adds to it. */
export const VOICE_MAX = 59500

export interface Size {
  width: number
  height: number
}

/** As large as may be, the shape kept; never larger than it is. */
export function shrink({ width, height }: Size, side = PICTURE_SIDE): Size {
  const share = Math.min(1, side / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) }
}

const BOX = { width: 240, height: 300, least: 88 }

/** The place a picture has in a chat, in pixels: fixed before it is there, and cut where it is very long or very flat. */
export function pictureBox({ width, height }: Partial<Record<keyof Size, number | null>>): Size {
  if (!width || !height) return { width: BOX.width, height: 180 }
  const share = Math.min(1, BOX.width / width, BOX.height / height)
  return {
    width: Math.max(BOX.least, Math.round(width * share)),
    height: Math.max(BOX.least, Math.round(height * share)),
  }
}

/** A length as people say it: 0:07, 1:00. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** So many bars between 0.08 and 1 out of a waveform of any length, as high as it was loud at its loudest there. */
export function bars(waveform: readonly number[] | null | undefined, count: number): number[] {
  const all = waveform?.length ? waveform : [1]
  const top = Math.max(...all, 1e-9)
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * all.length) / count)
    const to = Math.max(from + 1, Math.floor(((i + 1) * all.length) / count))
    return Math.max(0.08, Math.max(...all.slice(from, to)) / top)
  })
}
