/** The outbox: each line once, in the order it was typed, through everything the network does. */
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { fakeKeep, liveSetUp, setUp } from './fake'

const NETWORK = new ApiError(0, 'network')

describe('sending', () => {
  it('goes from sending to a line of the room', async () => {
    const s = await liveSetUp()
    s.live.send('a', 'hello')
    expect(s.live.pending('a').map((p) => p.state)).toEqual(['sending'])
    await s.clock.pass(10)
    expect(s.live.pending('a')).toEqual([])
    expect(s.bodies('a')).toEqual(['hello'])
    expect(s.keep.keys('out.')).toEqual([])
  })

  it('sends a tap that bounced once, and the same words said twice twice', async () => {
    const s = await liveSetUp()
    expect(s.live.send('a', 'ha')).not.toBeNull()
    expect(s.live.send('a', 'ha')).toBeNull()
    await s.clock.pass(400)
    expect(s.live.send('a', 'ha')).not.toBeNull()
    await s.clock.pass(400)
    expect(s.service.room('a').map((m) => m.body)).toEqual(['ha', 'ha'])
  })

  it('keeps the order of one room', async () => {
    const s = await liveSetUp()
    for (let i = 1; i <= 20; i++) s.live.send('a', `line ${i}`)
    await s.clock.pass(100)
    expect(s.bodies('a')).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i + 1}`))
  })

  it('sends once what was typed offline, in order', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    s.service.socket.drop()
    for (let i = 1; i <= 5; i++) s.live.send('a', `offline ${i}`)
    await s.clock.pass(30000)
    expect(s.live.pending('a').map((p) => p.state)).toEqual(Array(5).fill('sending'))
    expect(s.live.pending('a')[0].code).toBe('waiting')
    s.service.down = null
    await s.clock.pass(10000)
    expect(s.service.room('a').map((m) => m.body)).toEqual([1, 2, 3, 4, 5].map((i) => `offline ${i}`))
    expect(s.bodies('a')).toEqual([1, 2, 3, 4, 5].map((i) => `offline ${i}`))
    expect(s.live.pending('a')).toEqual([])
  })

  it('sends once what was typed offline before a reload', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    for (const body of ['one', 'two', 'three']) s.live.send('a', body)
    await s.clock.pass(5000)
    const again = setUp(s.service, fakeKeep(s.keep.store), s.clock)
    s.live.stop(false)
    s.service.down = null
    again.live.start()
    await s.clock.pass(5000)
    expect(s.service.room('a').map((m) => m.body)).toEqual(['one', 'two', 'three'])
    expect(again.keep.keys('out.')).toEqual([])
  })

  it('makes one message of a line whose answers were lost', async () => {
    const s = await liveSetUp()
    s.service.loseAnswers = 3
    s.live.send('a', 'only once')
    await s.clock.pass(30000)
    expect(s.service.sends.length).toBe(4)
    expect(new Set(s.service.sends.map((x) => x.client_id)).size).toBe(1)
    expect(s.bodies('a')).toEqual(['only once'])
  })

  it('takes the frame of its own line for an answer', async () => {
    const s = await liveSetUp()
    s.service.loseAnswers = 1
    s.live.send('a', 'seen first')
    await s.clock.pass(1)
    s.service.socket.say({ type: 'message', room: 'a', message: s.service.room('a')[0] })
    expect(s.live.pending('a')).toEqual([])
    await s.clock.pass(30000)
    expect(s.service.sends).toHaveLength(1)
    expect(s.bodies('a')).toEqual(['seen first'])
  })

  it('shows an answered line that arrived before its forerunners as sent, then in its place', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'theirs')
    s.service.failing.set('sync', NETWORK)
    s.live.send('a', 'mine')
    await s.clock.pass(10)
    expect(s.live.pending('a').map((p) => p.state)).toEqual(['sent'])
    s.service.failing.clear()
    await s.clock.pass(60000)
    expect(s.bodies('a')).toEqual(['theirs', 'mine'])
    expect(s.live.pending('a')).toEqual([])
  })

  it('waits as long as it is told to', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(429, 'too_many', '', { retryAfter: 30 }))
    s.live.send('a', 'patient')
    await s.clock.pass(10)
    s.service.failing.clear()
    await s.clock.pass(29000)
    expect(s.service.sends).toHaveLength(1)
    await s.clock.pass(10000)
    expect(s.bodies('a')).toEqual(['patient'])
  })
})

describe('refusals', () => {
  it('fails a refused line alone, keeps it over a reload, and sends the next', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(422, 'invalid_field'))
    s.live.send('a', 'refused')
    await s.clock.pass(10)
    s.service.failing.clear()
    s.live.send('a', 'fine')
    await s.clock.pass(10)
    expect(s.live.pending('a').map((p) => [p.body, p.state, p.code])).toEqual([
      ['refused', 'failed', 'invalid_field'],
    ])
    expect(s.bodies('a')).toEqual(['fine'])
    const again = setUp(s.service, fakeKeep(s.keep.store), s.clock)
    again.live.start()
    await s.clock.pass(100)
    expect(again.live.pending('a').map((p) => p.state)).toEqual(['failed'])
  })

  it('keeps a held line waiting, lets the next one pass, and says it once it is approved', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(202, 'held'))
    s.live.send('a', 'held')
    await s.clock.pass(10)
    s.service.failing.clear()
    s.live.send('a', 'fine')
    await s.clock.pass(10)
    expect(s.bodies('a')).toEqual(['fine'])
    expect(s.live.pending('a').map((p) => [p.body, p.state])).toEqual([['held', 'held']])
    s.live.hurry()
    await s.clock.pass(100)
    expect(s.bodies('a')).toEqual(['fine', 'held'])
    expect(new Set(s.service.sends.map((x) => x.client_id)).size).toBe(2)
    expect(s.keep.keys('out.')).toEqual([])
  })

  it('fails a held line that is refused', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(202, 'held'))
    s.live.send('a', 'held')
    await s.clock.pass(10)
    const { client_id } = s.live.pending('a')[0]
    s.service.socket.say({ type: 'held', room: 'a', client_id, state: 'refused' })
    await s.clock.pass(10)
    expect(s.live.pending('a').map((p) => [p.state, p.code])).toEqual([['failed', 'word_blocked']])
  })

  it('sends a failed line again under the same client_id', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(403, 'muted'))
    s.live.send('a', 'again')
    await s.clock.pass(10)
    s.service.failing.clear()
    const { client_id } = s.live.pending('a')[0]
    s.live.retry('a', client_id)
    await s.clock.pass(10)
    expect(s.service.sends.map((x) => x.client_id)).toEqual([client_id, client_id])
    expect(s.bodies('a')).toEqual(['again'])
  })

  it('takes another client_id when the old one is spent', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(409, 'client_id_used'))
    s.live.send('a', 'again')
    await s.clock.pass(10)
    s.service.failing.clear()
    s.live.retry('a', s.live.pending('a')[0].client_id)
    await s.clock.pass(10)
    expect(new Set(s.service.sends.map((x) => x.client_id)).size).toBe(2)
    expect(s.keep.keys('out.')).toEqual([])
  })

  it('forgets a failed line on request, never one that is under way', async () => {
    const s = await liveSetUp()
    s.service.failing.set('send', new ApiError(403, 'muted'))
    s.live.send('a', 'gone')
    s.live.discard('a', s.live.pending('a')[0].client_id)
    expect(s.live.pending('a')).toHaveLength(1)
    await s.clock.pass(10)
    s.live.discard('a', s.live.pending('a')[0].client_id)
    expect(s.live.pending('a')).toEqual([])
    expect(s.keep.keys('out.')).toEqual([])
  })
})
