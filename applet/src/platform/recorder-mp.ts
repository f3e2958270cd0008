/** WeChat's recorder. There is one for the whole applet, and it speaks to whoever records now. */
import { ApiError } from '@/api/error'
import { VOICE_MAX } from '@/lib/media'
import { mp3Levels } from '@/lib/mp3'
import type { Clip, RecorderEvents, Recording } from '@/lib/recording'
import { refused } from './refused'

interface Stopped {
  tempFilePath: string
  duration?: number
}

/** WeChat's manager, as far as uni's types do not know it. */
interface Manager {
  start(o: Record<string, unknown>): void
  stop(): void
  onStart(f: () => void): void
  onStop(f: (r: Stopped) => void): void
  onError(f: (e: { errMsg?: string }) => void): void
  onFrameRecorded?(f: (r: { frameBuffer: ArrayBuffer }) => void): void
  onInterruptionBegin?(f: () => void): void
}

interface Listener {
  started(): void
  stopped(result: Stopped): void
  failed(error: ApiError): void
  frame(bytes: Uint8Array): void
  interrupted(): void
}

const FORMAT = { format: 'mp3', sampleRate: 16000, numberOfChannels: 1, encodeBitRate: 48000, frameSize: 1 }

let manager: Manager | null = null
let listener: Listener | null = null

function refusal(message: string): ApiError {
  if (/auth|deny|permission|privacy/i.test(message)) return refused('mic_refused', message)
  if (/busy|occup|interrupt|another|is recording/i.test(message))
    return new ApiError(409, 'mic_busy', message)
  return new ApiError(404, 'mic_none', message)
}

function theManager(): Manager {
  if (manager) return manager
  const made = uni.getRecorderManager() as unknown as Manager
  made.onStart(() => listener?.started())
  made.onStop((result) => listener?.stopped(result))
  made.onError((e) => listener?.failed(refusal(String(e?.errMsg ?? ''))))
  made.onFrameRecorded?.((r) => listener?.frame(new Uint8Array(r.frameBuffer)))
  made.onInterruptionBegin?.(() => listener?.interrupted())
  return (manager = made)
}

/** One recording: what the manager says from its start to its file. */
class Take implements Listener, Recording {
  private waveform: number[] = []
  private result: Stopped | null = null
  private error: ApiError | null = null
  private over: (() => void) | null = null

  constructor(
    private events: RecorderEvents,
    readonly started: () => void,
    private refused: (error: ApiError) => void,
  ) {}

  stopped(result: Stopped): void {
    this.result = result
    this.finish()
  }

  failed(error: ApiError): void {
    this.error = error
    this.refused(error)
    this.finish()
  }

  frame(bytes: Uint8Array): void {
    const levels = mp3Levels(bytes)
    this.waveform.push(...levels)
    if (levels.length) this.events.level(Math.max(...levels))
  }

  interrupted(): void {
    this.events.ended()
  }

  async stop(): Promise<Clip> {
    if (!this.result && !this.error)
      await new Promise<void>((resolve) => {
        this.over = resolve
        theManager().stop()
      })
    if (!this.result) throw this.error ?? new ApiError(422, 'voice_failed')
    const { tempFilePath, duration = 0 } = this.result
    return { file: { path: tempFilePath }, url: tempFilePath, duration, waveform: this.waveform }
  }

  cancel(): void {
    if (listener === this) listener = null
    if (!this.result) theManager().stop()
  }

  /** Whoever waits for the file has it; nobody waits when the platform ended it by itself. */
  private finish(): void {
    if (listener === this) listener = null
    if (this.over) this.over()
    else this.events.ended()
  }
}

export function openMicrophone(events: RecorderEvents): Promise<Recording> {
  return new Promise((resolve, reject) => {
    const take: Take = new Take(events, () => resolve(take), reject)
    listener = take
    theManager().start({ ...FORMAT, duration: VOICE_MAX })
  })
}
