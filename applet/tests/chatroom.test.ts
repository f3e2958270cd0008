/** A room's page and its search, on a service that is faked call by call. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/error'
import type { Message, Page, Room } from '@/api/types'
import type { LiveEvent } from '@/live'
import { line, settle } from './fake'

const TOTAL = 200
const all = (): Message[] => Array.from({ length: TOTAL }, (_, i) => line('a', i + 1))
const page = (items: Message[], more = false): Promise<Page<Message>> =>
  Promise.resolve({ items, next: null, more })

const fake = vi.hoisted(() => ({
  lines: [] as unknown[],
  listeners: [] as ((event: unknown) => void)[],
  room: {} as Record<string, unknown>,
  reads: [] as number[],
  reacted: [] as string[],
  refuse: null as unknown,
}))

vi.mock('@/live', () => ({
  live: {
    self: () => 'me',
    on: (listener: (event: unknown) => void) => {
      fake.listeners.push(listener)
      return () => undefined
    },
    lines: () => fake.lines,
    pending: () => [],
    complete: () => false,
    past: () => false,
    open: () => Promise.resolve(),
    react: (_: string, seq: number, name: string, on: boolean) => fake.reacted.push(`${seq} ${name} ${on}`),
    send: () => ({}),
  },
}))
vi.mock('@/stores/rooms', () => ({
  rooms: {
    get: () => fake.room,
    fetch: () => Promise.resolve(fake.room),
    markRead: (_: string, seq: number) => fake.reads.push(seq),
    show: () => undefined,
    hide: () => undefined,
  },
}))
vi.mock('@/api/rooms', () => ({ rooms: { typing: () => Promise.resolve() } }))
vi.mock('@/api/messages', () => ({
  messages: {
    around: (_: string, seq: number, limit = 50) =>
      page(all().slice(Math.max(0, seq - limit / 2 - 1), seq + limit / 2), true),
    after: (_: string, seq: number) => page(all().slice(seq, seq + 50), seq + 50 < TOTAL),
    before: (_: string, seq: number) => page(all().slice(Math.max(0, seq - 51), seq - 1), seq > 51),
    react: () => (fake.refuse ? Promise.reject(fake.refuse) : Promise.resolve()),
    unreact: () => Promise.resolve(),
    search: vi.fn(),
  },
}))

const tell = (event: Partial<LiveEvent>): void => fake.listeners.forEach((listener) => listener(event))

async function chatRoom(more: Partial<Room> = {}) {
  const me = {
    member: 'me',
    alias: 'Lone Duck',
    alias_zh: '',
    avatar: '',
    role: 'member',
    blocked: [],
    left: null,
  }
  fake.room = { id: 'a', kind: 'group', me, members: 3, slow_mode: 0, read_seq: 0, ended: null, ...more }
  const { useChatRoom } = await import('@/stores/chatroom')
  const chat = useChatRoom('a')
  chat.show()
  await chat.load()
  await settle()
  return chat
}
const seqs = (chat: Awaited<ReturnType<typeof chatRoom>>): number[] => chat.lines.value.map((m) => m.seq)

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined)
  Object.assign(fake, { lines: all().slice(150), listeners: [], reads: [], reacted: [], refuse: null })
})

describe('a room', () => {
  it('opens at its newest lines when nothing is new', async () => {
    const chat = await chatRoom({ read_seq: TOTAL })
    expect([seqs(chat)[0], seqs(chat).at(-1), chat.atNewest.value, chat.readUpTo.value]).toEqual([
      151,
      200,
      true,
      0,
    ])
    expect(fake.reads).toEqual([200])
  })

  it('opens where reading had got to, however far back, and reads on from there', async () => {
    const chat = await chatRoom({ read_seq: 30 })
    expect([chat.readUpTo.value, chat.atNewest.value]).toEqual([30, false])
    expect(seqs(chat)).toContain(31)
    expect(chat.rows.value.some((row) => row.kind === 'unread')).toBe(true)
    expect(Math.max(...fake.reads)).toBeLessThan(60)
    while (!chat.atNewest.value) await chat.newer()
    expect(seqs(chat).slice(-180)).toEqual(
      all()
        .map((m) => m.seq)
        .slice(-180),
    )
    expect(fake.reads.at(-1)).toBe(TOTAL)
  })

  it('is led to a line and back to the newest', async () => {
    const chat = await chatRoom({ read_seq: TOTAL })
    expect(await chat.jump(40)).toBe(true)
    expect([seqs(chat).includes(40), seqs(chat).includes(200), chat.atNewest.value]).toEqual([
      true,
      false,
      false,
    ])
    await chat.older()
    expect(seqs(chat)[0]).toBe(1)
    chat.toNewest()
    expect([seqs(chat)[0], chat.atNewest.value]).toEqual([151, true])
    await chat.jump(40)
    chat.send('said far back')
    expect(chat.atNewest.value).toBe(true)
  })

  it('changes far lines as frames tell', async () => {
    const chat = await chatRoom({ read_seq: TOTAL })
    await chat.jump(40)
    const at = (seq: number) => chat.lines.value.find((m) => m.seq === seq)
    tell({
      type: 'frame',
      frame: { type: 'reaction', room: 'a', seq: 40, member: 'them', name: 'wow', on: true, count: 2 },
    })
    tell({ type: 'frame', frame: { type: 'recall', room: 'a', seq: 41 } })
    tell({ type: 'frame', frame: { type: 'recall', room: 'b', seq: 42 } })
    expect(at(40)).toMatchObject({ reactions: { wow: 2 } })
    expect(at(41)).toMatchObject({ recalled: true, body: null })
    expect(at(42)?.recalled).toBeUndefined()
  })

  it('takes a reaction back that the service refuses', async () => {
    const chat = await chatRoom({ read_seq: TOTAL })
    await chat.react(180, 'love')
    fake.refuse = new ApiError(503, 'unavailable')
    await expect(chat.react(181, 'love')).rejects.toThrow()
    expect(fake.reacted).toEqual(['180 love true', '181 love true', '181 love false'])
  })

  it('divides what came while one was away', async () => {
    const chat = await chatRoom({ read_seq: TOTAL })
    chat.hide()
    fake.lines = [...fake.lines, line('a', 201)]
    tell({ type: 'lines', room: 'a' })
    chat.show()
    expect(chat.readUpTo.value).toBe(200)
  })

  it('knows from one’s last line how long slow mode holds', async () => {
    const mine = line('a', 200, { member: 'me', at: new Date(Date.now() - 5000).toISOString() })
    fake.lines = [...all().slice(150, 199), mine]
    const chat = await chatRoom({ read_seq: TOTAL, slow_mode: 30 })
    expect(Math.round((chat.slow.value - Date.now()) / 1000)).toBe(25)
  })
})

describe('searching in a room', () => {
  async function search() {
    const { messages } = await import('@/api/messages')
    const { useRoomSearch } = await import('@/stores/roomsearch')
    return { api: vi.mocked(messages.search).mockReset(), found: useRoomSearch('a') }
  }
  const answer = (seqs: number[], next: string | null) => ({ items: seqs.map((seq) => line('a', seq)), next })

  it('looks on through pages of nothing, newest first', async () => {
    const { api, found } = await search()
    api.mockResolvedValueOnce(answer([], 'c1')).mockResolvedValueOnce(answer([5, 9], 'c2'))
    api.mockResolvedValueOnce(answer([1], null))
    await found.search(' moon ')
    expect(api.mock.calls).toEqual([
      ['a', 'moon', null],
      ['a', 'moon', 'c1'],
      ['a', 'moon', 'c2'],
    ])
    expect(found.found.value.map((m) => m.seq)).toEqual([9, 5, 1])
    expect([found.busy.value, found.next.value, found.done.value]).toEqual([false, null, true])
  })

  it('rests after a while, and goes on when told', async () => {
    const { api, found } = await search()
    api.mockResolvedValue(answer([], 'on'))
    await found.search('moon')
    expect(api).toHaveBeenCalledTimes(6)
    expect(found.next.value).toBe('on')
    api.mockResolvedValue(answer([1], null))
    await found.older()
    expect(found.found.value.length).toBe(1)
  })

  it('forgets what is no longer looked for, and says what failed', async () => {
    const { api, found } = await search()
    let late: (page: Page<Message>) => void = () => undefined
    api.mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const first = found.search('one')
    api.mockRejectedValueOnce(new ApiError(0, 'network'))
    await found.search('two')
    late(answer([1], null))
    await first
    expect([found.found.value, found.busy.value]).toEqual([[], false])
    expect(found.failure.value).toMatchObject({ code: 'network' })
  })
})
