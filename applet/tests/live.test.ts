/** The live layer: whatever order, loss or repeat the network makes of it, each line shows once and in its place. */
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { fakeKeep, line, liveSetUp, setUp, FakeService } from './fake'

const NETWORK = new ApiError(0, 'network')
const frame = (room: string, seq: number, more = {}) => ({
  type: 'message',
  room,
  message: line(room, seq, more),
})

describe('order', () => {
  it('shows frames in the order of seq, whatever order they come in', async () => {
    const s = await liveSetUp()
    for (let i = 1; i <= 4; i++) s.service.write('a', `line ${i}`)
    for (const seq of [1, 4, 3, 2]) s.service.socket.say(frame('a', seq))
    expect(s.bodies('a')).toEqual(['line 1', 'line 2', 'line 3', 'line 4'])
  })

  it('drops repeats', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'line 1')
    for (let i = 0; i < 3; i++) s.service.socket.say(frame('a', 1))
    await s.clock.pass(60000)
    expect(s.bodies('a')).toEqual(['line 1'])
    expect(s.events.filter((e) => e.type === 'fresh')).toHaveLength(1)
  })

  it('fetches what is missing when a frame skips', async () => {
    const s = await liveSetUp()
    for (let i = 1; i <= 3; i++) s.service.write('a', `line ${i}`)
    const before = s.service.syncs.length
    s.service.socket.say(frame('a', 3))
    expect(s.bodies('a')).toEqual([])
    await s.clock.pass(0)
    expect(s.service.syncs.length).toBe(before + 1)
    expect(s.bodies('a')).toEqual(['line 1', 'line 2', 'line 3'])
  })

  it('shows a line at last whose forerunners nobody has', async () => {
    const s = await liveSetUp()
    s.service.socket.say(frame('a', 7))
    await s.clock.pass(0)
    expect(s.live.lines('a').map((m) => m.seq)).toEqual([7])
  })

  it('takes a jump in seq that the service itself tells as whole', async () => {
    const s = await liveSetUp()
    s.service.room('a').push(line('a', 1), line('a', 9))
    await s.clock.pass(60000)
    expect(s.live.lines('a').map((m) => m.seq)).toEqual([1, 9])
  })

  it('keeps rooms apart, even when a frame contradicts itself', async () => {
    const s = await liveSetUp()
    await s.live.open('b')
    s.service.socket.say({ type: 'message', room: 'a', message: line('b', 1) })
    s.service.socket.say(frame('b', 1))
    expect(s.bodies('a')).toEqual([])
    expect(s.bodies('b')).toEqual(['line 1'])
  })

  it('bears frames that are no frames', async () => {
    const s = await liveSetUp()
    for (const bad of ['', '{', 'null', '3', '{"type":3}']) s.service.socket.events.message(bad)
    s.service.socket.say({ type: 'message', room: 'a' })
    expect(s.live.state).toBe('live')
  })
})

describe('resume and heal', () => {
  it('goes connecting, opening, syncing, live', async () => {
    const s = setUp()
    s.live.start()
    await s.clock.pass(0)
    expect(s.events.flatMap((e) => (e.type === 'state' ? [e.state] : []))).toEqual([
      'connecting',
      'opening',
      'syncing',
      'live',
    ])
  })

  it('resumes after the last seq when the socket is lost, for every way to lose it', async () => {
    for (const code of [1000, 1001, 1006, 1011]) {
      const s = await liveSetUp()
      s.service.write('a', 'line 1')
      s.service.socket.say(frame('a', 1))
      s.service.socket.drop(code)
      expect(s.live.state).toBe('waiting')
      s.service.write('a', 'while away')
      await s.clock.pass(5000)
      expect(s.live.state).toBe('live')
      expect(s.bodies('a')).toEqual(['line 1', 'while away'])
      expect(s.service.open).toHaveLength(1)
    }
  })

  it('syncs a second time about a second after the open', async () => {
    const s = await liveSetUp()
    s.service.socket.drop(1001)
    await s.clock.pass(1000)
    const atOpen = s.service.syncs.length
    await s.clock.pass(1200)
    expect(s.service.syncs.length).toBe(atOpen + 1)
  })

  it('heals a lost frame within 45 seconds', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'lost frame')
    await s.clock.pass(45000)
    expect(s.bodies('a')).toEqual(['lost frame'])
  })

  it('renews a socket that proved deaf, and leaves alone one that was only slow', async () => {
    const s = await liveSetUp()
    const socket = s.service.socket
    s.service.write('a', 'line 1')
    s.live.foreground(false)
    await s.clock.pass(100)
    socket.say(frame('a', 1))
    await s.clock.pass(5000)
    expect(s.service.socket).toBe(socket)
    s.service.write('a', 'line 2')
    s.live.foreground(false)
    await s.clock.pass(5000)
    expect(s.service.socket).not.toBe(socket)
    expect(s.service.open).toHaveLength(1)
    expect(s.live.state).toBe('live')
  })

  it('reads on while the service has more, page by page', async () => {
    const s = await liveSetUp()
    s.service.pageSize = 10
    for (let i = 1; i <= 35; i++) s.service.write('a', `line ${i}`)
    await s.clock.pass(45000)
    expect(s.live.lines('a').map((m) => m.seq)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1))
  })

  it('waits longer from try to try, spread, and never long in the first minute', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    s.service.socket.drop()
    s.service.calls = []
    await s.clock.pass(60000)
    expect(s.service.calls.length).toBeGreaterThan(10)
    expect(s.service.calls.length).toBeLessThan(40)
    s.service.down = null
    await s.clock.pass(5000)
    expect(s.live.state).toBe('live')
  })

  it('keeps to Retry-After', async () => {
    const s = await liveSetUp()
    s.service.failing.set('stream', new ApiError(503, 'unavailable', '', { retryAfter: 20 }))
    s.service.socket.drop()
    await s.clock.pass(500)
    s.service.calls = []
    await s.clock.pass(19000)
    expect(s.service.calls).toEqual([])
  })

  it('gives up on a socket that never opens, and tries another', async () => {
    const s = await liveSetUp()
    s.service.opens = false
    s.service.socket.drop()
    await s.clock.pass(9000)
    s.service.opens = true
    await s.clock.pass(15000)
    expect(s.live.state).toBe('live')
    expect(s.service.open).toHaveLength(1)
  })

  it('ignores the late end of a socket that was replaced', async () => {
    const s = await liveSetUp()
    const old = s.service.socket
    old.drop()
    await s.clock.pass(5000)
    old.drop()
    old.say(frame('a', 1))
    expect(s.live.state).toBe('live')
    expect(s.bodies('a')).toEqual([])
  })

  it('opens a new socket before it closes the old one when channels change', async () => {
    const s = await liveSetUp()
    const old = s.service.socket
    s.service.opens = false
    old.say({ type: 'channels' })
    await s.clock.pass(10)
    expect(old.closed).toBe(false)
    s.service.write('a', 'line 1')
    old.say(frame('a', 1))
    expect(s.bodies('a')).toEqual(['line 1'])
    s.service.socket.events.open()
    await s.clock.pass(10)
    expect(old.closed).toBe(true)
    expect(s.live.state).toBe('live')
  })

  it('renews the socket after five seconds in an applet’s background, and only syncs in a browser', async () => {
    for (const dies of [true, false]) {
      const s = await liveSetUp()
      const socket = s.service.socket
      s.live.background()
      await s.clock.pass(6000)
      s.service.write('a', 'meanwhile')
      s.live.foreground(dies)
      await s.clock.pass(10)
      expect(s.service.socket === socket).toBe(!dies)
      expect(s.bodies('a')).toEqual(['meanwhile'])
    }
  })

  it('does not wait for its delay when the network is back', async () => {
    const s = await liveSetUp()
    s.service.down = NETWORK
    s.service.socket.drop()
    await s.clock.pass(30000)
    s.service.down = null
    s.live.hurry()
    await s.clock.pass(0)
    expect(s.live.state).toBe('live')
  })
})

describe('the end of a session or a connection', () => {
  it('ends with an expired token, and sends what was typed after the next login', async () => {
    const s = await liveSetUp()
    s.service.down = new ApiError(401, 'unauthorized')
    s.live.send('a', 'typed with a dead token')
    await s.clock.pass(10)
    expect(s.events).toContainEqual({ type: 'over', reason: 'expired' })
    expect(s.live.state).toBe('idle')
    s.service.down = null
    await s.clock.pass(60000)
    expect(s.service.room('a')).toHaveLength(0)
    s.live.start()
    await s.clock.pass(100)
    expect(s.service.room('a').map((m) => m.body)).toEqual(['typed with a dead token'])
  })

  it('says once that it is over', async () => {
    const s = await liveSetUp()
    s.service.down = new ApiError(401, 'unauthorized')
    s.live.send('a', 'x')
    s.service.socket.drop()
    await s.clock.pass(60000)
    expect(s.events.filter((e) => e.type === 'over')).toHaveLength(1)
  })

  it('stays quiet when a newer connection took its place, until somebody comes back', async () => {
    const s = await liveSetUp()
    s.service.socket.say({ type: 'bye', reason: 'replaced' })
    s.service.calls = []
    await s.clock.pass(120000)
    expect(s.live.state).toBe('replaced')
    expect(s.service.calls).toEqual([])
    s.live.hurry()
    await s.clock.pass(10)
    expect(s.live.state).toBe('live')
  })

  it('ends when it is logged out or banned', async () => {
    for (const reason of ['logged_out', 'banned']) {
      const s = await liveSetUp()
      s.service.socket.say({ type: 'bye', reason })
      s.service.socket.drop(1001)
      await s.clock.pass(60000)
      expect(s.events).toContainEqual({ type: 'over', reason })
      expect(s.live.state).toBe('idle')
      expect(s.service.open).toHaveLength(0)
    }
  })

  it('connects again after being shown out of one room', async () => {
    const s = await liveSetUp()
    s.service.socket.say({ type: 'bye', reason: 'kicked', room: 'a' })
    await s.clock.pass(10)
    expect(s.live.state).toBe('live')
    expect(s.service.open).toHaveLength(1)
  })

  it('wipes what is kept at logout, and nothing else', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'secret')
    await s.clock.pass(45000)
    s.keep.set('draft.a', 'half a line')
    s.keep.set('language', 'en')
    s.service.down = NETWORK
    s.live.send('a', 'unsent')
    expect(s.keep.keys('').length).toBeGreaterThan(3)
    s.live.stop(true)
    expect(s.keep.keys('')).toEqual(['language'])
    expect(s.live.lines('a')).toEqual([])
  })

  it('takes nothing in that was under way when it stopped', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'late')
    s.live.foreground(false)
    const opening = s.live.open('a')
    s.live.stop(true)
    await opening
    await s.clock.pass(1000)
    expect(s.live.lines('a')).toEqual([])
    expect(s.keep.keys('room.')).toEqual([])
  })
})

describe('lines kept locally', () => {
  it('shows them before the service has answered, and joins what is new', async () => {
    const service = new FakeService()
    for (let i = 1; i <= 150; i++) service.write('a', `line ${i}`)
    const first = setUp(service)
    first.live.start()
    await first.live.open('a')
    await first.live.older('a')
    await first.live.older('a')
    expect(first.live.complete('a')).toBe(true)
    first.service.write('a', 'line 151')
    await first.clock.pass(45000)
    const kept = first.keep.get<unknown[]>('room.a') ?? []
    expect(kept).toHaveLength(100)

    const second = setUp(service, fakeKeep(first.keep.store))
    const opening = second.live.open('a')
    expect(second.live.lines('a')).toHaveLength(100)
    service.write('a', 'line 152')
    await opening
    expect(second.live.lines('a')[0].seq).toBe(52)
    expect(second.live.lines('a').slice(-1)[0].body).toBe('line 152')
  })

  it('lets go of them when too much came between', async () => {
    const service = new FakeService()
    for (let i = 1; i <= 10; i++) service.write('a', `line ${i}`)
    const first = setUp(service)
    await first.live.open('a')
    for (let i = 11; i <= 200; i++) service.write('a', `line ${i}`)
    const second = setUp(service, fakeKeep(first.keep.store))
    await second.live.open('a')
    expect(second.live.lines('a').map((m) => m.seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 151))
    expect(second.live.complete('a')).toBe(false)
    expect(await second.live.older('a')).toBe(50)
    expect(second.live.lines('a')[0].seq).toBe(101)
  })

  it('lets go of lines past retention, and says that there were some', async () => {
    const service = new FakeService()
    for (let i = 1; i <= 10; i++) service.write('a', `line ${i}`)
    const first = setUp(service)
    first.live.start()
    await first.live.open('a')
    expect([first.live.complete('a'), first.live.past('a')]).toEqual([true, false])
    service.room('a').splice(0, 6)
    service.kept = 7

    const second = setUp(service, fakeKeep(first.keep.store))
    await second.live.open('a')
    expect(second.live.lines('a').map((m) => m.seq)).toEqual([7, 8, 9, 10])
    expect([second.live.complete('a'), second.live.past('a')]).toEqual([true, true])
  })

  it('hears by a sync that what it lacks is no longer kept, and goes on behind that', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'line 1')
    await s.clock.pass(45000)
    s.service.room('a').splice(0, 1, line('a', 5), line('a', 6))
    s.service.kept = 5
    await s.clock.pass(45000)
    expect(s.live.lines('a').map((m) => m.seq)).toEqual([5, 6])
    expect([s.live.complete('a'), s.live.past('a')]).toEqual([true, true])
    s.service.room('a').splice(0, 2)
    s.service.kept = 9
    await s.clock.pass(90000)
    expect(s.live.lines('a')).toEqual([])
    expect(s.service.syncs.at(-1)?.rooms).toEqual({ a: 8 })
    s.service.room('a').push(line('a', 9))
    await s.clock.pass(45000)
    expect(s.live.lines('a').map((m) => m.seq)).toEqual([9])
  })

  it('takes a recalled line’s text out of them, open or not', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'regretted')
    s.service.write('a', 'kept')
    await s.clock.pass(50000)
    const { socket } = s.service
    const other = setUp(s.service, fakeKeep(s.keep.store))
    other.live.start()
    await other.clock.pass(0)
    other.service.socket.say({ type: 'recall', room: 'a', seq: 1 })
    expect(JSON.stringify(other.keep.get('room.a'))).not.toContain('regretted')
    socket.say({ type: 'recall', room: 'a', seq: 1 })
    expect(s.bodies('a')).toEqual([null, 'kept'])
    expect(JSON.stringify(s.keep.get('room.a'))).not.toContain('regretted')
  })

  it('does not bring a recalled line back with a late copy', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'regretted')
    s.service.socket.say(frame('a', 1, { body: 'regretted' }))
    s.service.socket.say({ type: 'recall', room: 'a', seq: 1 })
    s.service.socket.say(frame('a', 1, { body: 'regretted' }))
    expect(s.bodies('a')).toEqual([null])
  })

  it('hears of recalls by sync, and remembers where it stood', async () => {
    const s = await liveSetUp()
    s.service.write('a', 'regretted')
    await s.clock.pass(45000)
    s.service.extra = { recalls: [{ room: 'a', seq: 1 }] }
    await s.clock.pass(45000)
    expect(s.bodies('a')).toEqual([null])
    expect(s.service.syncs.slice(-1)[0].since).toBe('mark')
    s.keep.set('since', 'of another page')
    await s.clock.pass(45000)
    expect(s.service.syncs.slice(-1)[0].since).toBe('mark')
  })
})

describe('reactions', () => {
  const reaction = (seq: number, more = {}) => ({
    type: 'reaction',
    room: 'a',
    seq,
    member: 'them',
    name: 'like',
    on: true,
    count: 1,
    ...more,
  })

  async function withLine() {
    const s = await liveSetUp()
    s.live.self = () => 'me'
    s.service.write('a', 'line 1')
    s.service.socket.say(frame('a', 1))
    return { ...s, line: () => s.live.lines('a')[0] }
  }

  it('stand under their line as frames say', async () => {
    const s = await withLine()
    s.service.socket.say(reaction(1))
    s.service.socket.say(reaction(1, { member: 'me', count: 2 }))
    expect(s.line()).toMatchObject({ reactions: { like: 2 }, reacted: ['like'] })
    s.service.socket.say(reaction(1, { on: false, count: 1 }))
    s.service.socket.say(reaction(1, { on: false, member: 'me', count: 0 }))
    expect(s.line()).toMatchObject({ reactions: {}, reacted: [] })
  })

  it('are not wiped by a late copy of the line', async () => {
    const s = await withLine()
    s.service.socket.say(reaction(1))
    s.service.socket.say(frame('a', 1))
    expect(s.line().reactions).toEqual({ like: 1 })
  })

  it('of one’s own are shown at once, and counted once', async () => {
    const s = await withLine()
    s.live.react('a', 1, 'love', true)
    s.live.react('a', 1, 'love', true)
    s.service.socket.say(reaction(1, { member: 'me', name: 'love' }))
    expect(s.line()).toMatchObject({ reactions: { love: 1 }, reacted: ['love'] })
    s.live.react('a', 1, 'love', false)
    expect(s.line()).toMatchObject({ reactions: {}, reacted: [] })
  })

  it('are healed by sync, and go with a recall', async () => {
    const s = await withLine()
    s.service.extra = { reactions: [{ room: 'a', seq: 1, reactions: { wow: 3 }, reacted: ['wow'] }] }
    await s.clock.pass(45000)
    expect(s.line()).toMatchObject({ reactions: { wow: 3 }, reacted: ['wow'] })
    s.service.socket.say({ type: 'recall', room: 'a', seq: 1 })
    s.service.socket.say(reaction(1))
    expect(s.line().reactions).toBeUndefined()
  })
})

it('asks for the match only while one is awaited', async () => {
  const s = await liveSetUp()
  expect(s.service.syncs.slice(-1)[0].match).toBeUndefined()
  s.live.waiting = true
  s.live.foreground(false)
  await s.clock.pass(10)
  expect(s.service.syncs.slice(-1)[0].match).toBe(true)
})
