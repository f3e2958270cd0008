/** The square: what is out of date is dropped, and a scroll whose order is forgotten begins again. */
import { beforeEach, expect, it, vi } from 'vitest'
import { group, settle } from './fake'

interface Asked {
  path: string
  answer(status: number, data: unknown): void
}
let asked: Asked[]
const page = (ids: string[], next: string | null = null) => ({ items: ids.map((id) => group(id)), next })

async function load() {
  vi.resetModules()
  return (await import('@/stores/square')).square
}
const ids = (square: Awaited<ReturnType<typeof load>>) => square.items.value.map((room) => room.id)

beforeEach(() => {
  asked = []
  vi.useRealTimers()
  vi.stubGlobal('uni', {
    request: (o: { url: string; success(r: unknown): void }) =>
      asked.push({
        path: o.url.replace(/^.*\/api\/v1/, ''),
        answer: (statusCode, data) => o.success({ statusCode, data, header: {} }),
      }),
    getStorageSync: () => '',
  })
})

/** Answers the request that is under way. */
async function reply(data: unknown, status = 200, index = asked.length - 1): Promise<void> {
  await settle()
  asked[index < 0 ? asked.length - 1 : index].answer(status, data)
  await settle()
}

it('goes on by cursor, each room once', async () => {
  const square = await load()
  void square.load()
  await settle()
  await reply(page(['a', 'b'], 'x y'))
  void square.loadMore()
  void square.loadMore()
  await settle()
  expect(asked.map((a) => a.path)).toEqual([
    '/rooms?sort=active&limit=20',
    '/rooms?sort=active&cursor=x%20y&limit=20',
  ])
  await reply(page(['b', 'c']))
  expect(ids(square)).toEqual(['a', 'b', 'c'])
  expect(square.more.value).toBe(false)
})

it('begins again, and says nothing, when its cursor is forgotten', async () => {
  const square = await load()
  void square.load()
  await settle()
  await reply(page(['a'], 'old'))
  void square.loadMore()
  await settle()
  await reply({ error: { code: 'invalid_field', message: 'm', field: 'cursor' } }, 422)
  expect(square.thrown.value).toBe(null)
  expect(ids(square)).toEqual(['a'])
  await reply(page(['z', 'a'], 'new'))
  expect(ids(square)).toEqual(['z', 'a'])
})

it('searches when the fingers rest, and drops answers that are out of date', async () => {
  vi.useFakeTimers()
  const square = await load()
  square.search('ca')
  await vi.advanceTimersByTimeAsync(100)
  square.search('cat')
  await vi.advanceTimersByTimeAsync(400)
  square.search('cats')
  await vi.advanceTimersByTimeAsync(400)
  expect(asked.map((a) => a.path)).toEqual(['/rooms/search?q=cat&limit=20', '/rooms/search?q=cats&limit=20'])
  asked[1].answer(200, page(['new']))
  asked[0].answer(200, page(['old']))
  await vi.advanceTimersByTimeAsync(0)
  expect(ids(square)).toEqual(['new'])
  expect(square.busy.value).toBe('')
})

it('ends a search with a tag', async () => {
  const square = await load()
  square.search('cats')
  void square.setTag('爵士')
  await settle()
  expect(asked.map((a) => a.path)).toEqual([`/rooms?sort=active&tag=${encodeURIComponent('爵士')}&limit=20`])
  expect(square.q.value).toBe('')
})

it('says what failed, and shows nothing of another order then', async () => {
  const square = await load()
  void square.load()
  await settle()
  await reply(page(['a']))
  void square.setSort('new')
  await settle()
  await reply({ error: { code: 'unavailable', message: 'm' } }, 503)
  expect(square.thrown.value).toMatchObject({ code: 'unavailable' })
  expect(ids(square)).toEqual([])
})
