/** When a line or a match is heard and shown, by one tab for all of a browser. */
import { beforeEach, expect, it } from 'vitest'
import { Notices, RING_EVERY } from '@/lib/notices'

let now: number
let fronts: string[]
let on: { leads: boolean; sounds: boolean; shows: boolean }
let done: string[]
let notices: Notices

beforeEach(() => {
  now = 0
  fronts = []
  on = { leads: true, sounds: true, shows: true }
  done = []
  notices = new Notices({
    now: () => now,
    leads: () => on.leads,
    fronts: () => Promise.resolve(fronts),
    sounds: () => on.sounds,
    shows: () => on.shows,
    ring: (what) => done.push(`ring ${what}`),
    show: (what, room) => done.push(`show ${what} ${room}`),
  })
})

it('a line that nobody sees is heard and shown', async () => {
  await notices.call('line', 'a')
  expect(done).toEqual(['ring line', 'show line a'])
})

it('a line in the room in front calls nobody', async () => {
  fronts = ['a']
  await notices.call('line', 'a')
  expect(done).toEqual([])
})

it('in another room it is heard, and not shown to somebody who looks at a page of ours', async () => {
  fronts = ['', 'b']
  await notices.call('line', 'a')
  expect(done).toEqual(['ring line'])
})

it('a match is heard wherever one is', async () => {
  fronts = ['']
  await notices.call('match', 'a')
  expect(done).toEqual(['ring match'])
})

it('no two sounds come within two seconds; what is shown waits for nothing', async () => {
  for (const room of ['a', 'b', 'c']) await notices.call('line', room)
  now = RING_EVERY - 1
  await notices.call('line', 'a')
  expect(done.filter((what) => what.startsWith('ring'))).toHaveLength(1)
  expect(done.filter((what) => what.startsWith('show'))).toHaveLength(4)
  now = RING_EVERY
  await notices.call('match', 'd')
  expect(done).toContain('ring match')
})

it('lines that come at one moment make one sound', async () => {
  await Promise.all(['a', 'b', 'c'].map((room) => notices.call('line', room)))
  expect(done.filter((what) => what.startsWith('ring'))).toEqual(['ring line'])
})

it('each can be switched off', async () => {
  on.sounds = false
  await notices.call('line', 'a')
  expect(done).toEqual(['show line a'])
  on = { leads: true, sounds: true, shows: false }
  await notices.call('line', 'a')
  expect(done).toEqual(['show line a', 'ring line'])
  on.sounds = false
  await notices.call('line', 'b')
  expect(done).toHaveLength(2)
})

it('a tab that does not lead does nothing', async () => {
  on.leads = false
  await notices.call('line', 'a')
  await notices.call('match', 'a')
  expect(done).toEqual([])
})
