/**
 * How loud an MP3 is, read from its frames without decoding them: each says by how much its sound is amplified (the
 * `global_gain` of its side information, ISO/IEC 11172-3 and 13818-3, layer III). Enough for a level and a waveform.
 */

const BITRATES = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}
const RATES = { 3: [44100, 48000, 32000], 2: [22050, 24000, 16000], 0: [11025, 12000, 8000] }

interface Frame {
  /** In bytes. */
  length: number
  gain: number
}

/** The frame that begins at `at`, or null where none does. */
function frameAt(bytes: Uint8Array, at: number): Frame | null {
  if (at + 24 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe6) !== 0xe2) return null
  const version = (bytes[at + 1] >> 3) & 3
  const rates = RATES[version as keyof typeof RATES]
  const rate = rates?.[(bytes[at + 2] >> 2) & 3]
  const kbps = BITRATES[version === 3 ? 1 : 2][bytes[at + 2] >> 4]
  if (!rate || !kbps) return null
  const length = Math.floor(((version === 3 ? 144 : 72) * kbps * 1000) / rate) + ((bytes[at + 2] >> 1) & 1)
  const checked = (bytes[at + 1] & 1) === 0 ? 2 : 0
  return { length, gain: gainOf(bytes, at + 4 + checked, version === 3, bytes[at + 3] >> 6 === 3) }
}

/** The first granule's global_gain: what stands before it has a fixed length. 0 where the granule holds nothing. */
function gainOf(bytes: Uint8Array, side: number, full: boolean, mono: boolean): number {
  const granule = side * 8 + (full ? (mono ? 9 + 5 + 4 : 9 + 3 + 8) : mono ? 8 + 1 : 8 + 2)
  const held = bitsAt(bytes, granule, 12)
  return held ? bitsAt(bytes, granule + 12 + 9, 8) : 0
}

function bitsAt(bytes: Uint8Array, bit: number, count: number): number {
  const at = bit >> 3
  const three = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
  return (three >> (24 - (bit & 7) - count)) & ((1 << count) - 1)
}

/** Gains of 2^(1/4) each; below this much it is silence. */
const SILENT = 120
const LOUD = 190

/** 0 to 1 for each frame, of 36 ms at 16 kHz. What is no frame is passed over. */
export function mp3Levels(bytes: Uint8Array): number[] {
  const levels: number[] = []
  for (let at = 0; at < bytes.length - 4;) {
    const frame = frameAt(bytes, at)
    if (frame) levels.push(Math.min(1, Math.max(0, (frame.gain - SILENT) / (LOUD - SILENT))))
    at += frame ? frame.length : 1
  }
  return levels
}
