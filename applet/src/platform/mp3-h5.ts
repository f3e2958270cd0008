/** Whatever a browser recorded, as the MP3 that every client plays: mono, 16 kHz, at most as long as may be sent. */
import { VOICE_MAX } from '@/lib/media'

const RATE = 16000
const KBPS = 48
/** Samples of one frame. */
const BLOCK = 576
/** Blocks between two looks at what else the page has to do. */
const BREATH = 60
export const WAVE_STEPS = 64

export interface Encoded {
  blob: Blob
  /** In milliseconds. */
  duration: number
  waveform: number[]
}

/** The loudest of each of the steps, 0 to 1. */
export function waveOf(samples: Float32Array, steps = WAVE_STEPS): number[] {
  const wave = new Array<number>(steps).fill(0)
  for (let i = 0; i < samples.length; i++) {
    const step = Math.min(steps - 1, Math.floor((i * steps) / samples.length))
    wave[step] = Math.max(wave[step], Math.abs(samples[i]))
  }
  return wave
}

async function mono(recorded: Blob): Promise<Float32Array> {
  const context = new AudioContext()
  const decoded = await context.decodeAudioData(await recorded.arrayBuffer()).finally(() => context.close())
  const seconds = Math.min(decoded.duration, VOICE_MAX / 1000)
  const offline = new OfflineAudioContext(1, Math.max(1, Math.floor(seconds * RATE)), RATE)
  const source = offline.createBufferSource()
  source.buffer = decoded
  source.connect(offline.destination)
  source.start()
  return (await offline.startRendering()).getChannelData(0)
}

async function encode(samples: Float32Array): Promise<Blob> {
  const { Mp3Encoder } = await import('./lame')
  const whole = Int16Array.from(samples, (value) => Math.max(-1, Math.min(1, value)) * 0x7fff)
  const encoder = new Mp3Encoder(1, RATE, KBPS)
  const parts: BlobPart[] = []
  for (let at = 0, n = 1; at < whole.length; at += BLOCK, n++) {
    parts.push(new Uint8Array(encoder.encodeBuffer(whole.subarray(at, at + BLOCK))))
    if (n % BREATH === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  parts.push(new Uint8Array(encoder.flush()))
  return new Blob(parts, { type: 'audio/mpeg' })
}

export async function toMp3(recorded: Blob): Promise<Encoded> {
  const samples = await mono(recorded)
  return {
    blob: await encode(samples),
    duration: Math.round((samples.length / RATE) * 1000),
    waveform: waveOf(samples),
  }
}
