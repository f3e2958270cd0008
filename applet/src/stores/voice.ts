/** The recorder as the composer sees it. */
import { onUnmounted, shallowRef } from 'vue'
import type { ApiError } from '@/api/error'
import { Recorder, type Clip, type RecordingPhase } from '@/lib/recording'
import { openMicrophone } from '@/platform/recorder'
import { player } from './player'

export interface VoiceState {
  phase: RecordingPhase
  /** Milliseconds since it began. */
  time: number
  levels: number[]
  held: boolean
  nearEnd: boolean
  clip: Clip | null
  error: ApiError | null
}

const stateOf = ({ phase, time, levels, held, nearEnd, clip, error }: Recorder): VoiceState => ({
  phase,
  time,
  levels,
  held,
  nearEnd,
  clip,
  error,
})

export function useVoice() {
  const recorder: Recorder = new Recorder({
    open: (events) => {
      // What plays would be recorded.
      player.stop()
      return openMicrophone(events)
    },
    now: () => Date.now(),
    every(ms, action) {
      const timer = setInterval(action, ms)
      return () => clearInterval(timer)
    },
    changed: () => (voice.value = stateOf(recorder)),
  })
  const voice = shallowRef(stateOf(recorder))

  function discard(): void {
    const url = recorder.clip?.url
    recorder.cancel()
    if (!url) return
    player.drop(url)
    if (url.startsWith('blob:')) URL.revokeObjectURL(url)
  }

  /** Ends what still goes on; nothing where that was no recording. */
  async function take(): Promise<Clip | null> {
    await recorder.stop()
    const clip = recorder.take()
    if (clip) player.drop(clip.url)
    return clip
  }

  onUnmounted(discard)
  return { recorder, voice, discard, take }
}
