/** The client's own short sounds, made by the browser from a few notes: nothing is fetched for them. */

/** Pitches in hertz. */
export const CHIMES = { line: [784, 588], match: [523, 659, 784] } as const
const STEP = 0.11
const LASTS = 0.32
const LOUD = 0.12
/** What could not be heard by then is not made up for later. */
const STALE = 1000

let context: AudioContext | null = null

/** Browsers let a page sound once it was touched; Safari, where that began in a touch. */
export function unlockChime(): void {
  const unlock = (): void => {
    for (const name of ['pointerdown', 'keydown']) document.removeEventListener(name, unlock, true)
    context ??= new AudioContext()
    void context.resume().then(() => context?.suspend())
  }
  for (const name of ['pointerdown', 'keydown']) document.addEventListener(name, unlock, true)
}

export async function chime(what: keyof typeof CHIMES): Promise<void> {
  const asked = Date.now()
  const audio = (context ??= new AudioContext())
  await audio.resume()
  if (Date.now() - asked > STALE) return
  const notes = CHIMES[what]
  const out = audio.createGain()
  out.gain.value = LOUD
  out.connect(audio.destination)
  notes.forEach((pitch, i) => note(audio, out, pitch, audio.currentTime + i * STEP, i === notes.length - 1))
}

/** A soft bell: it begins at once and dies away. The last one lets the device rest. */
function note(audio: AudioContext, out: GainNode, pitch: number, from: number, last: boolean): void {
  const sound = audio.createOscillator()
  const volume = audio.createGain()
  sound.frequency.value = pitch
  volume.gain.setValueAtTime(0, from)
  volume.gain.linearRampToValueAtTime(1, from + 0.01)
  volume.gain.exponentialRampToValueAtTime(0.001, from + LASTS)
  sound.connect(volume).connect(out)
  sound.start(from)
  sound.stop(from + LASTS)
  if (last)
    sound.onended = () => {
      out.disconnect()
      void audio.suspend()
    }
}
