/** The player: one voice at a time, and the next that was not heard yet after it. */
import { describe, expect, it, vi } from 'vitest'
import type { Room } from '@/api/types'
import { Player, type Sound, type SoundEvents, type Track } from '@/lib/player'
import { HEARD_MAX, nextVoice, withHeard } from '@/lib/voices'
import { line, settle } from './fake'

const track = (seq: number, more: Partial<Track> = {}): Track => ({
  key: `a:${seq}`,
  room: 'a',
  seq,
  url: `/media/${seq}`,
  duration: 5000,
  title: 'Voice',
  artist: 'Quiet Otter',
  ...more,
})

function setUp(
  more: { after?: (track: Track) => Track | null; source?: (url: string) => Promise<string> } = {},
) {
  let events: SoundEvents | undefined
  const done: string[] = []
  const heard: number[] = []
  const sound: Sound = {
    open: (source, at) => void done.push(`open ${source} ${at}`),
    play: () => void done.push('play'),
    pause: () => {
      done.push('pause')
      events?.paused()
    },
    seek: (at) => void done.push(`seek ${at}`),
    close: () => void done.push('close'),
  }
  const player = new Player({
    sound: (e) => {
      events = e
      return sound
    },
    source: more.source ?? ((url) => Promise.resolve(url)),
    changed: vi.fn(),
    heard: ({ seq }) => heard.push(seq),
    after: more.after ?? (() => null),
  })
  const begin = async (one: Track): Promise<void> => {
    player.play(one)
    await settle()
    events?.playing()
  }
  return { player, done, heard, begin, events: () => events as SoundEvents }
}

describe('the player', () => {
  it('plays, pauses and goes on', async () => {
    const s = setUp()
    s.player.toggle(track(1))
    expect(s.player.now).toMatchObject({ key: 'a:1', state: 'loading' })
    await settle()
    s.events().playing()
    s.events().time(1200)
    expect(s.player.now).toMatchObject({ state: 'playing', at: 1200 })
    s.player.toggle(track(1))
    expect(s.player.now.state).toBe('paused')
    s.player.toggle(track(1))
    expect(s.done).toEqual(['open /media/1 0', 'pause', 'play'])
  })

  it('counts as heard what began to play, once', async () => {
    const s = setUp()
    await s.begin(track(1))
    s.player.pause()
    s.events().playing()
    expect(s.heard).toEqual([1])
  })

  it('plays one at a time', async () => {
    const s = setUp()
    await s.begin(track(1))
    await s.begin(track(2))
    expect(s.player.now).toMatchObject({ key: 'a:2', state: 'playing' })
    expect(s.done).toEqual(['open /media/1 0', 'pause', 'open /media/2 0'])
  })

  it('lets the last of two presses count, whichever file comes first', async () => {
    const files: Record<string, (path: string) => void> = {}
    const s = setUp({ source: (url) => new Promise((resolve) => (files[url] = resolve)) })
    s.player.play(track(1))
    s.player.play(track(2))
    files['/media/2']('two')
    await settle()
    files['/media/1']('one')
    await settle()
    expect(s.done).toEqual(['open two 0'])
  })

  it('goes on with the next one, and ends after the last', async () => {
    const s = setUp({ after: ({ seq }) => (seq < 3 ? track(seq + 1) : null) })
    await s.begin(track(1))
    for (const seq of [2, 3]) {
      s.events().ended()
      await settle()
      s.events().playing()
      expect(s.player.now.key).toBe(`a:${seq}`)
    }
    s.events().ended()
    expect(s.player.now).toMatchObject({ key: '', state: 'idle' })
    expect(s.heard).toEqual([1, 2, 3])
  })

  it('moves within what plays, and begins elsewhere in what does not', async () => {
    const s = setUp()
    s.player.seek(track(1), 3000)
    await settle()
    s.events().playing()
    s.player.seek(track(1), 99999)
    expect(s.done).toEqual(['open /media/1 3000', 'seek 4900'])
    expect(s.player.now.at).toBe(4900)
  })

  it('says which one could not be played', async () => {
    const s = setUp({ source: () => Promise.reject(new Error('404')) })
    s.player.play(track(1))
    await settle()
    expect(s.player.now).toMatchObject({ state: 'idle', failed: 'a:1' })
  })

  it('does not go on with a line that was taken back', async () => {
    const s = setUp()
    await s.begin(track(1))
    s.player.drop('a:2')
    expect(s.player.now.state).toBe('playing')
    s.player.drop('a:1')
    expect(s.player.now.state).toBe('idle')
    s.events().ended()
    expect(s.player.now.state).toBe('idle')
  })
})

describe('what follows a voice', () => {
  const voice = (seq: number, more = {}) =>
    line('a', seq, { kind: 'voice', body: null, media: { url: `/media/${seq}` }, duration: 1000, ...more })
  const me = { member: 'me', blocked: ['rude'] }
  const room = { kind: 'group', me } as unknown as Room

  it('is the next of others’ that was not heard', () => {
    const lines = [
      voice(1),
      line('a', 2),
      voice(3, { member: 'me' }),
      voice(4),
      voice(5, { recalled: true }),
      voice(6, { member: 'rude' }),
      voice(7),
    ]
    expect(nextVoice(lines, 1, [], room)?.seq).toBe(4)
    expect(nextVoice(lines, 1, [4], room)?.seq).toBe(7)
    expect(nextVoice(lines, 7, [], room)).toBeUndefined()
    expect(nextVoice(lines, 4, [], { ...room, kind: 'private' } as Room)?.seq).toBe(6)
  })

  it('is remembered for the latest only', () => {
    expect(withHeard([1, 2], 2)).toEqual([1, 2])
    const many = Array.from({ length: HEARD_MAX }, (_, i) => i)
    expect(withHeard(many, 9999)).toHaveLength(HEARD_MAX)
    expect(withHeard(many, 9999)).not.toContain(0)
  })
})
