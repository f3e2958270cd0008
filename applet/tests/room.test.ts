/** The plain parts of a room's page: far lines, quotes, reactions, standing, people, what a search marks. */
import { describe, expect, it } from 'vitest'
import type { Member, Message, Page, Room } from '@/api/types'
import { menuOf } from '@/components/menu'
import { chatRows } from '@/lib/chatlines'
import { FarView } from '@/lib/farview'
import { excerpt } from '@/lib/found'
import { heardMember, withPage } from '@/lib/memberlist'
import { QuoteBook, quoteOf } from '@/lib/quotes'
import { reacted, wished } from '@/lib/reactions'
import { spanName, standingWords } from '@/lib/roomwords'
import { mayJoin, slowUntil, standing } from '@/lib/standing'
import { countdown, moment } from '@/lib/time'
import { line, settle } from './fake'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const mask = { member: 'me', alias: 'Lone Duck', alias_zh: '独行的鸭子', avatar: '' }

function room(more: Partial<Room> = {}, me: Partial<NonNullable<Room['me']>> = {}): Room {
  return {
    id: 'a',
    kind: 'group',
    topic: 'Night trains',
    public: true,
    members: 3,
    slow_mode: 0,
    ended: null,
    me: {
      ...mask,
      role: 'member',
      muted_until: null,
      pinned: false,
      silent: false,
      blocked: [],
      left: null,
      ...me,
    },
    ...more,
  } as Room
}

describe('lines far back', () => {
  const all = Array.from({ length: 100 }, (_, i) => line('a', i + 1))
  const page = (items: Message[], more: boolean): Promise<Page<Message>> =>
    Promise.resolve({ items, next: null, more })
  const pages = {
    around: (_: string, seq: number) => page(all.slice(Math.max(0, seq - 6), seq + 4), seq + 4 < 100),
    before: (_: string, seq: number) => page(all.slice(Math.max(0, seq - 11), seq - 1), seq > 11),
    after: (_: string, seq: number) => page(all.slice(seq, seq + 10), seq + 10 < 100),
  }
  const near = all.slice(70)
  const seqs = (view: FarView): number[] => view.view(near).map((m) => m.seq)

  it('opens around a line and goes on both ways until it meets the newest ones', async () => {
    const view = new FarView('a', pages)
    expect(await view.open(50, near)).toBe(true)
    expect([seqs(view)[0], seqs(view).at(-1), view.met, view.complete]).toEqual([45, 54, false, false])
    expect(await view.older()).toBe(10)
    while (!view.met) await view.newer(near)
    expect(seqs(view)).toEqual(all.slice(34).map((m) => m.seq))
    while (!view.complete) await view.older()
    expect(seqs(view)).toEqual(all.map((m) => m.seq))
    expect(await view.older()).toBe(0)
    expect(await view.newer(near)).toBe(0)
  })

  it('takes the newest state of a line that both know', async () => {
    const view = new FarView('a', pages)
    await view.open(72, near)
    const fresh = near.map((m) => (m.seq === 72 ? { ...m, body: null, recalled: true } : m))
    expect(view.view(fresh).find((m) => m.seq === 72)?.recalled).toBe(true)
  })

  it('says when the line is not there', async () => {
    const none = { ...pages, around: () => page([line('a', 9)], true) }
    expect(await new FarView('a', none).open(8, near)).toBe(false)
  })

  it('changes a line in place', async () => {
    const view = new FarView('a', pages)
    await view.open(50, near)
    view.change(50, (m) => wished(m, 'love', true))
    expect(view.lines.find((m) => m.seq === 50)?.reactions).toEqual({ love: 1 })
  })
})

describe('reactions', () => {
  it('counts one’s own wish once, and takes it back', () => {
    const others = line('a', 1, { reactions: { like: 2 }, reacted: [] })
    const on = wished(others, 'like', true)
    expect([on.reactions, on.reacted]).toEqual([{ like: 3 }, ['like']])
    expect(wished(on, 'like', true)).toBe(on)
    expect(wished(on, 'like', false)).toMatchObject({ reactions: { like: 2 }, reacted: [] })
  })

  it('takes the count that the service says, and one’s own mark only from oneself', () => {
    const own = line('a', 1, { reactions: { sad: 1 }, reacted: ['sad'] })
    expect(reacted(own, 'sad', true, 4, false)).toMatchObject({ reactions: { sad: 4 }, reacted: ['sad'] })
    expect(reacted(own, 'sad', false, 3, true)).toMatchObject({ reactions: { sad: 3 }, reacted: [] })
  })
})

describe('quotes', () => {
  it('asks for each line once, and again only after a failure', async () => {
    const asked: number[] = []
    let fail = true
    let changes = 0
    const book = new QuoteBook(
      (seq) => {
        asked.push(seq)
        return seq === 2 && fail
          ? Promise.reject(new Error())
          : Promise.resolve(seq === 3 ? null : line('a', seq))
      },
      () => changes++,
    )
    book.want([1, 2, 3])
    book.want([1, 2, 3])
    await settle()
    fail = false
    book.want([1, 2, 3])
    await settle()
    expect(asked).toEqual([1, 2, 3, 2])
    expect([book.get(1)?.seq, book.get(2)?.seq, book.get(3), changes]).toEqual([1, 2, null, 3])
    book.recalled(1)
    expect(book.get(1)).toMatchObject({ body: null, recalled: true })
  })

  it('says who and what, and no more than may be seen', () => {
    const here = room({}, { blocked: ['rude'] })
    expect(quoteOf(1, line('a', 1, { body: 'two\nlines' }), here)).toEqual({
      seq: 1,
      who: 'Quiet Otter',
      text: 'two lines',
    })
    expect(quoteOf(1, line('a', 1, { member: 'me' }), here).who).toBe('You')
    expect(quoteOf(1, line('a', 1, { recalled: true, body: null }), here).text).toBe(
      'A line that was taken back',
    )
    expect(quoteOf(1, line('a', 1, { member: 'rude' }), here)).toEqual({
      seq: 1,
      who: '',
      text: 'Hidden message',
    })
    expect(quoteOf(1, null, here).text).toBe('An earlier line')
  })
})

describe('standing', () => {
  const words = (r: Room): string => standingWords(r, standing(r, NOW))

  it('may write, or says in words why not', () => {
    expect(standing(room(), NOW)).toEqual({ may: true })
    expect(words(room())).toBe('')
    expect(words(room({ me: null }))).toBe('You are not in this room.')
    expect(words(room({}, { left: { at: '', reason: 'left' } }))).toMatch(/^You left this room/)
    expect(words(room({}, { left: { at: '', reason: 'kicked' } }))).toMatch(/removed you/)
    expect(words(room({}, { muted_until: '2026-01-02T12:10:00Z' }))).toMatch(
      /^The owner has muted you until /,
    )
    expect(words(room({}, { muted_until: '2026-01-02T11:59:59Z' }))).toBe('')
    const ended = (by: string, reason = 'closed') =>
      words(room({ ended: { at: '', by, reason } as Room['ended'] }))
    expect([ended('me'), ended('owner'), ended('service', 'empty')]).toEqual([
      'You closed this room. What was said stays readable.',
      'The owner closed this room. What was said stays readable.',
      'Everyone has left. This room is over.',
    ])
  })

  it('knows who may come back', () => {
    expect(mayJoin(room({}, { left: { at: '', reason: 'left' } }))).toBe(true)
    expect(mayJoin(room({}, { left: { at: '', reason: 'kicked' } }))).toBe(false)
    expect(mayJoin(room({ public: false }, { left: { at: '', reason: 'left' } }))).toBe(false)
    expect(mayJoin(room({ ended: { at: '', by: 'owner', reason: 'closed' } }))).toBe(false)
  })

  it('counts slow mode from one’s last line, and spares the owner', () => {
    expect(slowUntil(room({ slow_mode: 30 }), 1000)).toBe(31000)
    expect(slowUntil(room({ slow_mode: 30 }), 0)).toBe(0)
    expect(slowUntil(room(), 1000)).toBe(0)
    expect(slowUntil(room({ slow_mode: 30 }, { role: 'owner' }), 1000)).toBe(0)
  })

  it('names spans and moments', () => {
    expect([5, 60, 300, 3600, 86400, 604800].map(spanName)).toEqual([
      '5 s',
      '1 min',
      '5 min',
      '1 hour',
      '1 day',
      '7 days',
    ])
    expect([0.2, 59, 61, 3725].map(countdown)).toEqual(['1 s', '59 s', '1:01', '1:02:05'])
    const now = new Date(2026, 0, 2, 9)
    expect(moment(new Date(2026, 0, 2, 18, 5).toISOString(), now)).toBe('18:05')
    expect(moment(new Date(2026, 0, 4, 18, 5).toISOString(), now)).toBe('4 Jan 18:05')
  })
})

describe('the people of a room', () => {
  const member = (id: string, more: Partial<Member> = {}): Member => ({
    ...mask,
    member: id,
    role: 'member',
    ...more,
  })
  const list = [member('x', { role: 'owner' }), member('y')]
  const frame = { type: 'member', room: 'a' } as const
  const ids = (all: Member[]): string[] => all.map((one) => one.member)

  it('follows the frames', () => {
    const joined = { ...frame, ...mask, member: 'z', event: 'joined', members: 3 } as const
    expect(ids(heardMember(list, joined, true))).toEqual(['x', 'y', 'z'])
    expect(ids(heardMember(list, joined, false))).toEqual(['x', 'y'])
    expect(ids(heardMember(list, { ...joined, member: 'y' }, true))).toEqual(['x', 'y'])
    expect(ids(heardMember(list, { ...frame, member: 'y', event: 'left' }, true))).toEqual(['x'])
    const handed = heardMember(list, { ...frame, member: 'y', event: 'owner' }, true)
    expect(handed.map((one) => one.role)).toEqual(['member', 'owner'])
    const until = '2026-01-02T12:00:00Z'
    expect(heardMember(list, { ...frame, member: 'y', event: 'muted', until }, true)[1].muted_until).toBe(
      until,
    )
  })

  it('lists nobody twice', () => {
    expect(ids(withPage(list, [member('y'), member('z')]))).toEqual(['x', 'y', 'z'])
  })
})

describe('what a search marks', () => {
  const marked = (body: string, q: string): string =>
    excerpt(body, q)
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join('')

  it('marks words whatever their case, accents and width', () => {
    expect(marked('The night train to Zürich', 'zurich')).toBe('The night train to [Zürich]')
    expect(marked('Ｎight and NIGHT', 'night')).toBe('[Ｎight] and [NIGHT]')
    expect(marked('夜车上看月亮', '看月')).toBe('夜车上[看月]亮')
    expect(marked('one two one', 'one two')).toBe('[one] [two] [one]')
    expect(marked('nothing of it', 'zebra')).toBe('nothing of it')
  })

  it('shows what is around the first hit of a long line', () => {
    const body = 'a '.repeat(100) + 'needle' + ' b'.repeat(100)
    const text = marked(body, 'needle')
    expect(text).toMatch(/^….*\[needle\].*…$/)
    expect(text.length).toBeLessThan(140)
    expect(marked('🌊'.repeat(60) + 'hit', 'hit')).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
  })
})

it('offers in a line’s menu what can be done with it', () => {
  const here = room()
  const [, mine, theirs] = chatRows([line('a', 1, { member: 'me' }), line('a', 2)], [], here)
  const acts = (row: typeof mine, writable: boolean, recallable: boolean, group = true): string[] =>
    menuOf({ row, writable, recallable, group, ear: false }).map((item) => item.act)
  expect(acts(mine, true, true)).toEqual(['reply', 'copy', 'recall'])
  expect(acts(theirs, true, false)).toEqual(['reply', 'copy', 'block', 'report'])
  expect(acts(theirs, false, false)).toEqual(['copy', 'block', 'report'])
  expect(acts(theirs, false, false, false)).toEqual(['copy', 'report'])
})
