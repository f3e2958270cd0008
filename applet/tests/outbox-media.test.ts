/** The outbox with pictures and voice: in order, with progress, to be taken off their way, and never lost in silence. */
import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/error'
import type { MediaDraft } from '@/lib/media'
import { fakeKeep, liveSetUp, setUp } from './fake'

const NETWORK = new ApiError(0, 'network')
const draft = (more: Partial<MediaDraft> = {}): MediaDraft => ({
  kind: 'image',
  url: 'blob:here',
  width: 40,
  height: 30,
  file: () => Promise.resolve({ path: 'a file' }),
  ...more,
})

/** A gate that uploads stand before until it is opened. */
function gate() {
  let open = (): void => undefined
  const shut = new Promise<void>((resolve) => (open = resolve))
  return { shut, open: () => open() }
}

describe('sending a picture', () => {
  it('shows it at once, tells its progress, and makes a line of it', async () => {
    const s = await liveSetUp()
    const { shut, open } = gate()
    s.service.hangs = shut
    s.live.sendMedia('a', draft())
    expect(s.live.pending('a')).toMatchObject([{ state: 'sending', media: { url: 'blob:here', width: 40 } }])
    await s.clock.pass(1)
    s.service.uploads[0].progress(0.5)
    expect(s.live.pending('a')[0].progress).toBe(0.5)
    open()
    await s.clock.pass(1)
    expect(s.live.pending('a')).toEqual([])
    expect(s.live.lines('a')).toMatchObject([{ kind: 'image', media: { width: 4 } }])
    expect(s.keep.keys('out.')).toEqual([])
  })

  it('keeps the order of text and pictures, however long a picture takes', async () => {
    const s = await liveSetUp()
    const { shut, open } = gate()
    s.live.send('a', 'one')
    s.service.hangs = shut
    s.live.sendMedia('a', draft())
    s.live.send('a', 'three')
    await s.clock.pass(5000)
    expect(s.bodies('a')).toEqual(['one'])
    open()
    await s.clock.pass(100)
    expect(s.live.lines('a').map((m) => m.body ?? m.kind)).toEqual(['one', 'image', 'three'])
  })

  it('sends the same bytes under the same client_id until it is through', async () => {
    const s = await liveSetUp()
    s.service.loseAnswers = 2
    const file = vi.fn(() => Promise.resolve({ path: 'made once' }))
    s.live.sendMedia('a', draft({ file }), 7)
    await s.clock.pass(1)
    expect(s.live.pending('a')[0]).toMatchObject({ state: 'sending', code: 'waiting' })
    await s.clock.pass(30000)
    expect(file).toHaveBeenCalledTimes(1)
    expect(new Set(s.service.uploads.map((u) => u.client_id)).size).toBe(1)
    expect(s.service.uploads).toHaveLength(3)
    expect(s.live.lines('a')).toMatchObject([{ kind: 'image', reply_to: 7 }])
  })

  it('fails what is refused, in words that the refusal has, and sends it again when asked', async () => {
    const s = await liveSetUp()
    s.service.failing.set('upload', new ApiError(422, 'bad_media'))
    s.live.sendMedia('a', draft())
    s.live.send('a', 'goes on')
    await s.clock.pass(10)
    expect(s.live.pending('a')).toMatchObject([{ state: 'failed', code: 'bad_media' }])
    expect(s.bodies('a')).toEqual(['goes on'])
    s.service.failing.clear()
    s.live.retry('a', s.live.pending('a')[0].client_id)
    await s.clock.pass(10)
    expect(s.live.lines('a').map((m) => m.kind)).toEqual(['text', 'image'])
  })

  it('does not knock all day where the day’s share is used up', async () => {
    const s = await liveSetUp()
    s.service.failing.set('upload', new ApiError(429, 'upload_quota', '', { retryAfter: 3600 }))
    s.live.sendMedia('a', draft())
    await s.clock.pass(60000)
    expect(s.live.pending('a')).toMatchObject([{ state: 'failed', code: 'upload_quota' }])
    expect(s.service.uploads).toHaveLength(1)
  })

  it('fails what cannot be made ready', async () => {
    const s = await liveSetUp()
    s.live.sendMedia('a', draft({ file: () => Promise.reject(new ApiError(422, 'bad_media')) }))
    await s.clock.pass(10)
    expect(s.live.pending('a')).toMatchObject([{ state: 'failed', code: 'bad_media' }])
    expect(s.service.uploads).toEqual([])
  })

  it('takes another client_id, and the same file, when the old one is spent', async () => {
    const s = await liveSetUp()
    s.service.failing.set('upload', new ApiError(409, 'client_id_used'))
    s.live.sendMedia('a', draft())
    await s.clock.pass(10)
    s.service.failing.clear()
    s.live.retry('a', s.live.pending('a')[0].client_id)
    await s.clock.pass(10)
    expect(new Set(s.service.uploads.map((u) => u.client_id)).size).toBe(2)
    expect(s.live.lines('a')).toHaveLength(1)
  })
})

describe('taking it off its way', () => {
  it('ends the upload, and what waited behind it goes out', async () => {
    const s = await liveSetUp()
    s.service.hangs = gate().shut
    const { client_id } = s.live.sendMedia('a', draft())
    s.live.send('a', 'behind')
    await s.clock.pass(10)
    s.live.cancel('a', client_id)
    await s.clock.pass(10)
    expect(s.live.pending('a')).toEqual([])
    expect(s.bodies('a')).toEqual(['behind'])
    expect(s.keep.keys('out.')).toEqual([])
  })

  it('leaves out one that has not begun', async () => {
    const s = await liveSetUp()
    const { shut, open } = gate()
    s.service.hangs = shut
    s.live.sendMedia('a', draft())
    const second = s.live.sendMedia('a', draft({ kind: 'voice' }))
    s.live.cancel('a', second.client_id)
    open()
    await s.clock.pass(10)
    expect(s.live.lines('a').map((m) => m.kind)).toEqual(['image'])
    expect(s.service.uploads).toHaveLength(1)
  })

  it('while it waits for the network, too', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    const { client_id } = s.live.sendMedia('a', draft())
    await s.clock.pass(10)
    s.live.cancel('a', client_id)
    s.service.down = null
    await s.clock.pass(60000)
    expect(s.live.lines('a')).toEqual([])
    expect(s.live.pending('a')).toEqual([])
  })

  it('takes it back where the service had it already', async () => {
    const s = await liveSetUp()
    s.service.loseAnswers = 1
    const { client_id } = s.live.sendMedia('a', draft())
    await s.clock.pass(10)
    s.live.cancel('a', client_id)
    s.service.socket.say({ type: 'message', room: 'a', message: s.service.room('a')[0] })
    await s.clock.pass(10)
    expect(s.service.recalls).toEqual(['a:1'])
    expect(s.live.lines('a')).toMatchObject([{ recalled: true, body: null }])
    expect(s.live.lines('a')[0].media).toBeUndefined()
  })
})

describe('a reload', () => {
  it('keeps what was not sent as failed, and says why', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    s.live.sendMedia('a', draft())
    await s.clock.pass(10)
    const kept = JSON.stringify([...s.keep.store])
    expect(kept).not.toContain('blob:here')
    const again = setUp(s.service, fakeKeep(s.keep.store), s.clock)
    s.live.stop(false)
    s.service.down = null
    again.live.start()
    await s.clock.pass(5000)
    const [line] = again.live.pending('a')
    expect(line).toMatchObject({ state: 'failed', code: 'media_lost', media: { kind: 'image', width: 40 } })
    again.live.retry('a', line.client_id)
    expect(again.live.pending('a')[0].state).toBe('failed')
    again.live.discard('a', line.client_id)
    expect(again.keep.keys('out.')).toEqual([])
  })

  it('lets go of one that the service had got', async () => {
    const s = await liveSetUp()
    s.service.loseAnswers = 1
    s.live.sendMedia('a', draft())
    await s.clock.pass(10)
    const again = setUp(s.service, fakeKeep(s.keep.store), s.clock)
    s.live.stop(false)
    again.live.start()
    await again.live.open('a')
    await s.clock.pass(5000)
    expect(again.live.pending('a')).toEqual([])
    expect(again.live.lines('a')).toMatchObject([{ kind: 'image' }])
  })
})

describe('a second tab', () => {
  /** Two tabs of one browser; `close` ends the first. */
  function tabs() {
    let close = (): void => undefined
    const named = (name: string) => ({
      name: () => name,
      whenGone: (other: string, action: () => void) => void (other === 'first' && (close = action)),
    })
    const first = setUp(undefined, undefined, undefined, named('first'))
    const second = setUp(first.service, fakeKeep(first.keep.store), first.clock, named('second'))
    return { first, second, close: () => close() }
  }

  it('leaves alone what the first is sending', async () => {
    const { first, second } = tabs()
    const { shut, open } = gate()
    first.service.hangs = shut
    first.live.start()
    first.live.sendMedia('a', draft())
    await first.clock.pass(10)
    second.live.start()
    await first.clock.pass(10)
    expect(second.live.pending('a')).toEqual([])
    expect(second.keep.keys('out.').map((key) => second.keep.get(key))).toMatchObject([{ state: 'sending' }])
    open()
    await first.clock.pass(10)
    expect(first.service.room('a')).toMatchObject([{ kind: 'image' }])
    expect(second.keep.keys('out.')).toEqual([])
  })

  it('tells that it is lost when the first is closed', async () => {
    const { first, second, close } = tabs()
    first.service.down = NETWORK
    first.live.start()
    first.live.sendMedia('a', draft())
    await first.clock.pass(10)
    second.live.start()
    await first.clock.pass(10)
    first.live.stop(false)
    second.events.length = 0
    close()
    expect(second.live.pending('a')).toMatchObject([{ state: 'failed', code: 'media_lost' }])
    expect(second.events).toContainEqual({ type: 'lines', room: 'a' })
  })

  it('hears nothing of it when its session is over by then', async () => {
    const { first, second, close } = tabs()
    first.service.down = NETWORK
    first.live.start()
    first.live.sendMedia('a', draft())
    await first.clock.pass(10)
    second.live.start()
    second.live.stop(false)
    close()
    expect(second.live.pending('a')).toEqual([])
  })
})
