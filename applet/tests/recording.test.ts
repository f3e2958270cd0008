/** Recording: by holding and by tapping, given up, ended by its limit, refused, and listened to before it is sent. */
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { VOICE_MAX } from '@/lib/media'
import { Recorder, type Clip, type RecorderEvents, type Recording } from '@/lib/recording'
import { settle } from './fake'

const CLIP: Clip = { file: { path: 'clip' }, url: 'blob:clip', duration: 2000, waveform: [1, 2] }

function setUp(open?: (events: RecorderEvents) => Promise<Recording>) {
  let now = 0
  let tick: (() => void) | null = null
  const done: string[] = []
  let events: RecorderEvents | undefined
  const recorder = new Recorder({
    open: (e) => {
      events = e
      done.push('open')
      return (
        open?.(e) ??
        Promise.resolve({
          stop: () => {
            done.push('stop')
            return Promise.resolve(CLIP)
          },
          cancel: () => void done.push('cancel'),
        })
      )
    },
    now: () => now,
    every: (_, action) => {
      tick = action
      return () => (tick = null)
    },
    changed: () => undefined,
  })
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end;) {
      now += 100
      tick?.()
      await settle()
    }
  }
  return { recorder, done, pass, events: () => events as RecorderEvents, ticking: () => !!tick }
}

describe('holding the control', () => {
  it('records until it is let go, and then waits to be sent', async () => {
    const s = setUp()
    s.recorder.press()
    await settle()
    s.events().level(0.5)
    await s.pass(2000)
    expect([s.recorder.phase, s.recorder.time, s.recorder.levels[0]]).toEqual(['recording', 2000, 0.5])
    s.recorder.release()
    await settle()
    expect(s.recorder.phase).toBe('review')
    expect(s.recorder.take()).toEqual(CLIP)
    expect([s.recorder.phase, s.recorder.clip, s.ticking()]).toEqual(['idle', null, false])
  })

  it('gives it up when the finger slid away', async () => {
    const s = setUp()
    s.recorder.press()
    await s.pass(2000)
    s.recorder.release(true)
    expect(s.recorder.phase).toBe('idle')
    expect(s.done).toEqual(['open', 'cancel'])
  })

  it('goes on after a short press: it was a tap', async () => {
    const s = setUp()
    s.recorder.press()
    await s.pass(200)
    s.recorder.release()
    await s.pass(3000)
    expect([s.recorder.phase, s.recorder.held]).toEqual(['recording', false])
    await s.recorder.tap()
    expect(s.recorder.phase).toBe('review')
  })

  it('goes on when somebody let go to answer the question for the microphone', async () => {
    let allow: (recording: Recording) => void = () => undefined
    const s = setUp(() => new Promise((resolve) => (allow = resolve)))
    s.recorder.press()
    await s.pass(3000)
    s.recorder.release()
    expect(s.recorder.phase).toBe('asking')
    allow({ stop: () => Promise.resolve(CLIP), cancel: () => undefined })
    await settle()
    expect(s.recorder.phase).toBe('recording')
  })
})

describe('an end', () => {
  it('comes by itself at the limit, and is announced before', async () => {
    const s = setUp()
    await s.recorder.tap()
    await s.pass(VOICE_MAX - 10100)
    expect(s.recorder.nearEnd).toBe(false)
    await s.pass(200)
    expect(s.recorder.nearEnd).toBe(true)
    await s.pass(10000)
    expect(s.recorder.phase).toBe('review')
  })

  it('comes when the platform takes the microphone away, and keeps what there is', async () => {
    const s = setUp()
    await s.recorder.tap()
    await s.pass(2000)
    s.events().ended()
    await settle()
    expect(s.recorder.phase).toBe('review')
  })

  it('too early is no recording, and is told', async () => {
    const s = setUp()
    await s.recorder.tap()
    await s.pass(300)
    await s.recorder.tap()
    expect([s.recorder.phase, s.recorder.error?.code]).toEqual(['idle', 'voice_short'])
    expect(s.done).toEqual(['open', 'cancel'])
  })

  it('of one that was given up brings nothing, however late it comes', async () => {
    let made: (clip: Clip) => void = () => undefined
    const s = setUp(() =>
      Promise.resolve({
        stop: () => new Promise<Clip>((resolve) => (made = resolve)),
        cancel: () => undefined,
      }),
    )
    await s.recorder.tap()
    await s.pass(2000)
    void s.recorder.tap()
    expect(s.recorder.phase).toBe('encoding')
    s.recorder.cancel()
    made(CLIP)
    await settle()
    expect([s.recorder.phase, s.recorder.clip]).toEqual(['idle', null])
  })
})

describe('no microphone', () => {
  it.each(['mic_refused', 'mic_none', 'mic_busy'])('%s is told, until the next try', async (code) => {
    let refuse = true
    const s = setUp(() =>
      refuse
        ? Promise.reject(new ApiError(403, code))
        : Promise.resolve({ stop: () => Promise.resolve(CLIP), cancel: () => undefined }),
    )
    await s.recorder.tap()
    expect([s.recorder.phase, s.recorder.error?.code]).toEqual(['idle', code])
    refuse = false
    await s.recorder.tap()
    expect([s.recorder.phase, s.recorder.error]).toEqual(['recording', null])
  })

  it('closes one that was opened after it was given up', async () => {
    let open: (recording: Recording) => void = () => undefined
    const closed: string[] = []
    const s = setUp(() => new Promise((resolve) => (open = resolve)))
    void s.recorder.tap()
    s.recorder.cancel()
    open({ stop: () => Promise.resolve(CLIP), cancel: () => void closed.push('yes') })
    await settle()
    expect([closed, s.recorder.phase]).toEqual([['yes'], 'idle'])
  })
})
