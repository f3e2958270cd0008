/** The microphone of a browser: MediaRecorder records, an analyser tells the level, an encoder makes an MP3 of it. */
import { ApiError } from '@/api/error'
import type { Clip, RecorderEvents, Recording } from '@/lib/recording'
import { toMp3 } from './mp3-h5'

const FORMATS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
const LEVEL_EVERY = 50

function refusal(error: unknown): ApiError {
  const name = (error as { name?: string } | null)?.name ?? ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return new ApiError(403, 'mic_refused')
  if (name === 'NotReadableError' || name === 'AbortError') return new ApiError(409, 'mic_busy')
  return new ApiError(404, 'mic_none', name)
}

async function microphone(): Promise<MediaStream> {
  // Neither is there on a page that came without encryption from another machine.
  if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === 'undefined')
    throw new ApiError(404, 'mic_none')
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    })
  } catch (error) {
    throw refusal(error)
  }
}

/** Tells the level until it is ended. */
function metered(stream: MediaStream, level: (now: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const mean = samples.reduce((sum, value) => sum + value * value, 0) / samples.length
    // Ears go by the root: a quiet voice is to be seen, too.
    level(Math.min(1, Math.sqrt(Math.sqrt(mean)) * 1.6))
  }, LEVEL_EVERY)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}

async function clipOf(parts: Blob[], type: string): Promise<Clip> {
  try {
    const { blob, duration, waveform } = await toMp3(new Blob(parts, { type }))
    return { file: { blob }, url: URL.createObjectURL(blob), duration, waveform }
  } catch (error) {
    throw new ApiError(422, 'voice_failed', String(error))
  }
}

export async function openMicrophone(events: RecorderEvents): Promise<Recording> {
  const stream = await microphone()
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format))
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : undefined)
  const endMeter = metered(stream, events.level)
  const parts: Blob[] = []
  const close = (): void => {
    endMeter()
    for (const track of stream.getTracks()) track.stop()
  }
  recorder.ondataavailable = (e) => parts.push(e.data)
  stream.getAudioTracks()[0]?.addEventListener('ended', () => events.ended())
  recorder.start()
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          close()
          clipOf(parts, recorder.mimeType).then(resolve, reject)
        }
        if (recorder.state === 'inactive') return end()
        recorder.onstop = end
        recorder.stop()
      }),
    cancel: () => {
      if (recorder.state !== 'inactive') recorder.stop()
      close()
    },
  }
}
