/** What pages share: who is here and what is wiped, the rooms as frames change them, and the one wait. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { group, line, me, room } from './fake'
import { replies, reset, say, sent, settle, socket, stored, user } from './outside'

const message = (id: string, seq: number, more = {}) =>
  say({ type: 'message', room: id, message: line(id, seq, more) })

async function load() {
  vi.resetModules()
  const { session } = await import('@/stores/session')
  const { rooms } = await import('@/stores/rooms')
  const { matching } = await import('@/stores/match')
  return { session, rooms, matching }
}

async function signedIn() {
  const stores = await load()
  await stores.session.guest()
  await settle()
  socket.open()
  await settle()
  return stores
}

beforeEach(reset)

describe('session', () => {
  it('keeps the token and is signed in after a restart', async () => {
    await signedIn()
    expect(stored.get('driftline.token')).toBe('secret')
    expect((await load()).session.signed.value).toBe(true)
  })

  it('hashes the password before it leaves, bound to the lower-cased name', async () => {
    replies['POST /login'] = { status: 200, data: { token: 't', user: user({ account: 'lin' }) } }
    const { session } = await load()
    await session.login(' Lin ', 'correct horse')
    const login = sent.find((s) => s.path === '/login')
    expect(login?.body.account).toBe('lin')
    expect(login?.body.password_v2).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(sent)).not.toContain('correct horse')
  })

  it('wipes everything at logout but the language', async () => {
    const { session } = await signedIn()
    for (const key of ['room.a', 'out.a.1', 'draft.a', 'tags', 'language'])
      stored.set('driftline.' + key, 'x')
    await session.logout(false)
    expect([...stored.keys()]).toEqual(['driftline.language'])
    expect(session.signed.value).toBe(false)
  })

  it('does not claim to be logged out everywhere when nobody heard it', async () => {
    const { session } = await signedIn()
    replies['POST /logout?all=1'] = 'offline'
    await expect(session.logout(true)).rejects.toMatchObject({ code: 'network' })
    expect(session.signed.value).toBe(true)
  })

  it('keeps what was typed for the same account alone', async () => {
    const { session } = await signedIn()
    session.end('expired', false)
    stored.set('driftline.draft.a', 'half a line')
    await session.guest()
    expect(stored.get('driftline.draft.a')).toBe('half a line')
    session.end('expired', false)
    const other = user({ created: '2026-02-02T00:00:00.002Z' })
    replies['POST /login/guest'] = { status: 200, data: { token: 'other', user: other } }
    await session.guest()
    expect(stored.has('driftline.draft.a')).toBe(false)
    expect(stored.get('driftline.token')).toBe('other')
  })
})

describe('another account on the same device', () => {
  const lin = {
    status: 200,
    data: { token: 't', user: user({ account: 'lin', created: '2026-03-03T00:00:00.003Z' }) },
  }

  it('finds nothing of what the one before chose', async () => {
    const { session, matching } = await signedIn()
    matching.setTags(['cello'])
    stored.set('driftline.return', '/pages/chat/chat?room=a')
    stored.set('driftline.room.a', [])
    session.end('expired', false)
    expect(stored.has('driftline.room.a')).toBe(false)
    replies['POST /login'] = lin
    await session.login('lin', 'correct horse')
    expect([matching.tags.value, stored.has('driftline.return')]).toEqual([[], false])
  })

  it('is led to where a link leads, when nobody was here before', async () => {
    const { session } = await load()
    stored.set('driftline.return', '/pages/chat/chat?room=a')
    await session.guest()
    expect(stored.has('driftline.return')).toBe(true)
  })

  it('is noticed by a page of the one before', async () => {
    const { session } = await signedIn()
    expect(session.isOthers()).toBe(false)
    stored.set('driftline.owner', 'somebody else')
    expect(session.isOthers()).toBe(true)
  })

  it('is not given what was asked for by the one before', async () => {
    const { session, rooms } = await signedIn()
    replies['GET /conversations?limit=50'] = { status: 200, data: { items: [room('a')], next: null } }
    const late = rooms.load()
    session.end('', true)
    await expect(late).rejects.toMatchObject({ code: 'cancelled' })
    expect(rooms.list.value).toEqual([])
  })
})

it('what is asked for after the end is answered, though it is ended twice', async () => {
  const { session, rooms } = await signedIn()
  session.end('logged_out', true)
  replies['GET /rooms/a'] = { status: 200, data: room('a') }
  const asked = rooms.fetch('a')
  session.end('', true)
  await expect(asked).resolves.toMatchObject({ id: 'a' })
})

describe('rooms', () => {
  it('count what is unread, save in the room on screen and for own lines', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a'))
    rooms.put(room('b'))
    rooms.show('b')
    message('a', 1)
    message('a', 1)
    message('a', 2)
    message('a', 3, { member: 'me' })
    message('b', 1)
    expect(rooms.get('a')).toMatchObject({ unread: 2, last_seq: 3 })
    expect(rooms.get('b')).toMatchObject({ unread: 0, last_seq: 1 })
    expect(rooms.unread.value).toBe(2)
  })

  it('stand with the latest first', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a'))
    rooms.put(room('b', { created: '2026-01-02T00:00:00Z' }))
    expect(rooms.list.value.map((r) => r.id)).toEqual(['b', 'a'])
    message('a', 1, { at: '2026-01-03T00:00:00Z' })
    expect(rooms.list.value.map((r) => r.id)).toEqual(['a', 'b'])
  })

  it('do not let an older answer take back what a frame told', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a'))
    message('a', 1)
    say({
      type: 'member',
      room: 'a',
      member: 'them',
      event: 'left',
      reason: 'left',
      at: '2026-01-03T00:00:00Z',
    })
    rooms.put(room('a'))
    expect(rooms.get('a')).toMatchObject({ last_seq: 1, unread: 1, ended: { by: 'peer', reason: 'left' } })
  })

  it('do not let one that was under way take back what was read meanwhile', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a', { last_seq: 5, read_seq: 3, unread: 2 }))
    rooms.show('a')
    rooms.markRead('a', 5)
    rooms.hide('a')
    rooms.put(room('a', { last_seq: 5, read_seq: 3, unread: 2 }))
    expect(rooms.get('a')).toMatchObject({ read_seq: 5, unread: 0 })
    rooms.put(room('a', { last_seq: 6, read_seq: 5, unread: 1 }))
    expect(rooms.get('a')).toMatchObject({ last_seq: 6, unread: 1 })
  })

  it('do not let it put a mask back on', async () => {
    const { rooms } = await signedIn()
    const peer = { ...room('a').peer!, nickname: 'Ludmilla' }
    rooms.put(room('a'))
    say({ type: 'reveal', room: 'a', detail: room('a', { revealed: true, kept: true, peer }) })
    rooms.put(room('a'))
    expect(rooms.get('a')).toMatchObject({ revealed: true, kept: true, peer: { nickname: 'Ludmilla' } })
  })

  it('tell how far one has read until it is heard', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a', { last_seq: 5, read_seq: 3 }))
    const tries = () => sent.filter(({ path }) => path === '/rooms/a/read').map(({ body }) => body.seq)
    vi.useFakeTimers()
    replies['POST /rooms/a/read'] = 'offline'
    rooms.markRead('a', 4)
    await vi.advanceTimersByTimeAsync(3000)
    expect(tries()).toEqual([4, 4])
    rooms.markRead('a', 5) // says the former too
    replies['POST /rooms/a/read'] = { status: 503, data: { error: { code: 'busy' } } }
    await vi.advanceTimersByTimeAsync(3000)
    expect(tries()).toEqual([4, 4, 5, 5])
    replies['POST /rooms/a/read'] = { status: 404, data: { error: { code: 'no_room' } } }
    await vi.advanceTimersByTimeAsync(9000)
    expect(tries()).toEqual([4, 4, 5, 5, 5])
    vi.useRealTimers()
  })

  it('know how far the other has read, and oneself elsewhere', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a', { last_seq: 5, unread: 3 }))
    say({ type: 'read', room: 'a', member: 'them', seq: 4 })
    say({ type: 'read', room: 'a', member: 'them', seq: 2 })
    expect(rooms.get('a')?.peer?.read_seq).toBe(4)
    rooms.put(room('a', { last_seq: 5, unread: 3 })) // an answer from before
    expect(rooms.get('a')?.peer?.read_seq).toBe(4)
    say({ type: 'read', room: 'a', member: 'me', seq: 5 })
    expect(rooms.get('a')).toMatchObject({ read_seq: 5, unread: 0 })
  })

  it('ask for a room that a line comes from and nobody knows', async () => {
    const { rooms } = await signedIn()
    replies['GET /rooms/new'] = { status: 200, data: room('new', { last_seq: 1, unread: 1 }) }
    message('new', 1)
    await settle()
    expect(rooms.get('new')?.unread).toBe(1)
  })

  it('lose the text of a recalled last line', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a'))
    message('a', 1, { body: 'regretted' })
    say({ type: 'recall', room: 'a', seq: 1 })
    expect(JSON.stringify(rooms.get('a'))).not.toContain('regretted')
  })

  it('take in what changed of them, and whole ones that are new', async () => {
    const { rooms } = await signedIn()
    rooms.put(group('a'))
    say({ type: 'room', room: 'a', detail: { topic: 'Early birds', slow_mode: 30 } })
    say({ type: 'room', room: 'b', detail: group('b') })
    say({ type: 'room', room: 'c', detail: { topic: 'a part of nothing' } })
    expect(rooms.get('a')).toMatchObject({ topic: 'Early birds', slow_mode: 30, kind: 'group' })
    expect(rooms.get('b')).toBeDefined()
    expect(rooms.get('c')).toBeUndefined()
  })

  it('follow who comes, goes and owns', async () => {
    const { rooms } = await signedIn()
    const event = (member: string, more: object) => say({ type: 'member', room: 'a', member, ...more })
    rooms.put(group('a', { me: me({ role: 'owner' }) }))
    event('new', { event: 'joined', alias: 'A', alias_zh: 'A', avatar: '', members: 3 })
    expect(rooms.get('a')?.members).toBe(3)
    event('new', { event: 'owner' })
    expect(rooms.get('a')?.me?.role).toBe('member')
    event('me', { event: 'owner' })
    expect(rooms.get('a')?.me?.role).toBe('owner')
    event('new', { event: 'left', members: 2, reason: 'left' })
    expect(rooms.get('a')).toMatchObject({ members: 2, ended: null, me: { left: null } })
    event('me', { event: 'muted', until: '2026-01-03T00:00:00Z' })
    expect(rooms.get('a')?.me?.muted_until).toBe('2026-01-03T00:00:00Z')
    event('me', { event: 'left', reason: 'left', at: '2026-01-03T00:00:00Z' })
    expect(rooms.get('a')?.me?.left).toEqual({ reason: 'left', at: '2026-01-03T00:00:00Z' })
  })

  it('are left when one is shown out, and the socket comes back at once', async () => {
    const { rooms } = await signedIn()
    rooms.put(group('a'))
    const asked = sent.filter((s) => s.path === '/stream').length
    say({ type: 'bye', reason: 'kicked', room: 'a' })
    await settle()
    expect(rooms.get('a')?.me?.left?.reason).toBe('kicked')
    expect(sent.filter((s) => s.path === '/stream')).toHaveLength(asked + 1)
  })

  it('show the partner’s name once both reveal themselves', async () => {
    const { rooms } = await signedIn()
    rooms.put(room('a'))
    const peer = { ...room('a').peer, nickname: 'Lin', profile_avatar: '/avatar/2.svg' }
    say({ type: 'reveal', room: 'a', detail: { revealed: true, peer } })
    say({ type: 'keep', room: 'a', detail: { kept: true } })
    expect(rooms.get('a')).toMatchObject({ revealed: true, kept: true, peer: { nickname: 'Lin' } })
  })

  it('stand with the pinned on top, and without those that were only looked at', async () => {
    const { rooms } = await signedIn()
    replies['POST /rooms/a/pin'] = { status: 204 }
    rooms.put(group('a'))
    rooms.put(group('b', { created: '2026-01-02T00:00:00Z' }))
    rooms.put(group('c', { me: null }))
    await rooms.set('a', 'pin', true)
    expect(rooms.list.value.map((r) => r.id)).toEqual(['a', 'b'])
    replies['POST /rooms/a/pin'] = 'offline'
    await expect(rooms.set('a', 'pin', false)).rejects.toMatchObject({ code: 'network' })
    expect(rooms.get('a')?.me?.pinned).toBe(true)
  })

  it('are not switched back by an answer that was asked for before', async () => {
    const { rooms } = await signedIn()
    replies['POST /rooms/a/silence'] = { status: 204 }
    const before = group('a')
    rooms.put(before)
    const switching = rooms.set('a', 'silence', true)
    rooms.put({ ...before, me: { ...before.me!, silent: false } })
    expect(rooms.get('a')?.me?.silent).toBe(true)
    await switching
    expect(rooms.get('a')?.me?.silent).toBe(true)
  })

  it('count neither lines of blocked masks nor silenced rooms', async () => {
    const { rooms } = await signedIn()
    rooms.put(group('a', { me: me({ blocked: ['them'] }) }))
    rooms.put(group('b', { me: me({ silent: true }) }))
    message('a', 1)
    message('b', 1)
    expect(rooms.get('a')?.unread).toBe(0)
    expect(rooms.get('b')?.unread).toBe(1)
    expect(rooms.unread.value).toBe(0)
  })

  it('are forgotten with the session', async () => {
    const { rooms, session } = await signedIn()
    rooms.put(room('a'))
    session.end('expired', false)
    expect(rooms.list.value).toEqual([])
  })
})

describe('matching', () => {
  const WAITING = {
    state: 'waiting',
    since: '2026-01-01T00:00:00Z',
    estimate: { p50: null, p90: null, n: 0 },
  }

  it('waits, and is found by a frame', async () => {
    const { matching, rooms } = await signedIn()
    replies['POST /match'] = { status: 200, data: WAITING }
    await matching.start()
    expect(matching.phase.value).toBe('waiting')
    say({ type: 'matched', room: 'a', detail: room('a') })
    expect(matching.phase.value).toBe('idle')
    expect(matching.found.value).toBe('a')
    expect(rooms.get('a')).toBeDefined()
    matching.shown()
    await matching.cancel()
  })

  it('takes a room at once', async () => {
    const { matching } = await signedIn()
    replies['POST /match'] = { status: 200, data: { state: 'matched', room: group('g') } }
    matching.setTarget('room')
    await matching.start()
    expect(sent.find((s) => s.path === '/match')?.body).toEqual({ target: 'room' })
    expect(matching.found.value).toBe('g')
  })

  it('is not called away by a match that somebody else’s device waited for', async () => {
    const { matching, rooms } = await signedIn()
    say({ type: 'matched', room: 'a', detail: room('a') })
    expect(matching.found.value).toBe('')
    expect(rooms.get('a')).toBeDefined()
  })

  it('starts once for two taps, and says why it could not', async () => {
    const { matching } = await signedIn()
    replies['POST /match'] = { status: 429, data: { error: { code: 'too_many', message: 'm' } } }
    await Promise.all([matching.start(), matching.start()])
    expect(sent.filter((s) => s.path === '/match')).toHaveLength(1)
    expect(matching.failure.value).toMatchObject({ code: 'too_many' })
    expect(matching.phase.value).toBe('idle')
  })

  it('forgets an answer that comes after the cancel', async () => {
    const { matching } = await signedIn()
    replies['POST /match'] = { status: 200, data: { state: 'matched', room: room('late') } }
    const starting = matching.start()
    const cancelling = matching.cancel()
    await Promise.all([starting, cancelling])
    expect(matching.found.value).toBe('')
    expect(matching.phase.value).toBe('idle')
  })

  it('says when its place was lost', async () => {
    const { matching } = await signedIn()
    replies['POST /match'] = { status: 200, data: WAITING }
    await matching.start()
    replies['GET /match'] = { status: 200, data: { state: 'idle' } }
    await matching.look()
    expect(matching.lost.value).toBe(true)
    expect(matching.phase.value).toBe('idle')
  })

  it('leaves the tags out at random, and keeps them', async () => {
    const { matching } = await signedIn()
    replies['POST /match'] = { status: 200, data: WAITING }
    matching.setTags(['jazz'])
    matching.setWay('random')
    await matching.start()
    expect(sent.find((s) => s.path === '/match')?.body).toEqual({ target: 'private' })
    expect(matching.tags.value).toEqual(['jazz'])
    await matching.cancel()
  })

  it('follows a wait that another page of this browser begins and ends', async () => {
    const { matching } = await signedIn()
    replies['GET /match'] = { status: 200, data: { ...WAITING, tags: ['jazz'] } }
    await matching.elsewhere()
    expect(matching.phase.value).toBe('waiting')
    expect(matching.worn.value).toEqual(['jazz'])
    replies['GET /match'] = { status: 200, data: { state: 'idle' } }
    await matching.elsewhere()
    expect(matching.phase.value).toBe('idle')
    expect(matching.lost.value).toBe(false)
  })

  it('goes on with the wait of an earlier run', async () => {
    await signedIn()
    replies['GET /match'] = { status: 200, data: WAITING }
    const { matching } = await load()
    await matching.look()
    expect(matching.phase.value).toBe('waiting')
    await matching.cancel()
  })
})
