/** Sizes, lengths, waveforms and the place of a picture under fingers. */
import { Mp3Encoder } from '@breezystack/lamejs'
import { describe, expect, it } from 'vitest'
import { iconOf, lookOf, voiceText } from '@/lib/kinds'
import { bars, lengthText, pictureBox, shrink } from '@/lib/media'
import { mp3Levels } from '@/lib/mp3'
import { takenBack } from '@/lib/takenback'
import { clampPlace, cutUnder, fitted, HOME, moved, zoomAt, type Bounds } from '@/lib/zoom'
import { waveOf } from '@/platform/mp3-h5'
import { line } from './fake'

describe('a picture', () => {
  it.each([
    [4000, 3000, 1600, 1200],
    [3000, 4000, 1200, 1600],
    [1600, 1600, 1600, 1600],
    [800, 600, 800, 600],
    [10000, 2, 1600, 1],
  ])('of %i by %i is sent as %i by %i', (width, height, w, h) => {
    expect(shrink({ width, height })).toEqual({ width: w, height: h })
  })

  it('has its place before it is there, within bounds', () => {
    expect(pictureBox({ width: 1600, height: 1200 })).toEqual({ width: 240, height: 180 })
    expect(pictureBox({ width: 1200, height: 1600 })).toEqual({ width: 225, height: 300 })
    expect(pictureBox({ width: 1600, height: 10 })).toEqual({ width: 240, height: 88 })
    expect(pictureBox({ width: 16, height: 16 })).toEqual({ width: 88, height: 88 })
    expect(pictureBox({ width: null, height: null })).toEqual({ width: 240, height: 180 })
  })
})

describe('a voice', () => {
  it('has a length as people say it', () => {
    expect([0, 400, 7000, 59600, 61000].map(lengthText)).toEqual(['0:00', '0:00', '0:07', '1:00', '1:01'])
  })

  it('has bars of any number, as high as it was loud, and silence is flat', () => {
    expect(bars([10, 100, 0, 50], 4)).toEqual([0.1, 1, 0.08, 0.5])
    expect(bars([10, 100, 0, 50], 2)).toEqual([1, 0.5])
    expect(bars([100, 50], 4)).toEqual([1, 1, 0.5, 0.5])
    expect(bars([0, 0], 2)).toEqual([0.08, 0.08])
    expect(bars(null, 3)).toHaveLength(3)
  })

  it('has a waveform of its loudest samples', () => {
    expect(waveOf(Float32Array.from([0.5, -1, 0, 0.25]), 2)).toEqual([1, 0.25])
  })

  it('tells how loud it is from its frames alone', () => {
    const rate = 16000
    const encoder = new Mp3Encoder(1, rate, 48)
    const loudness = (second: number): number => [0, 500, 8000, 30000][second]
    const samples = Int16Array.from({ length: rate * 4 }, (_, i) =>
      Math.round(Math.sin(i / 6) * loudness(Math.floor(i / rate))),
    )
    const bytes = Uint8Array.from([...encoder.encodeBuffer(samples), ...encoder.flush()])
    const levels = mp3Levels(bytes)
    expect(Math.abs(levels.length - (rate * 4) / 576)).toBeLessThan(5)
    const middle = [0, 1, 2, 3].map((second) => levels[Math.floor(((second + 0.5) * rate) / 576)])
    expect(middle[0]).toBeLessThan(0.1)
    for (const second of [1, 2, 3]) expect(middle[second]).toBeGreaterThan(middle[second - 1])
    expect(Math.max(...levels)).toBeLessThanOrEqual(1)
    // What begins in the middle of a frame, as the applet's pieces do.
    expect(mp3Levels(bytes.subarray(37)).length).toBeGreaterThan(levels.length - 3)
    expect(mp3Levels(new Uint8Array(100))).toEqual([])
  }, 30_000)
})

describe('in words', () => {
  it('a picture and a voice have an icon and a word, and nothing when they are taken back', () => {
    const voice = line('a', 1, { kind: 'voice', body: null, duration: 7000, media: { url: '/media/1' } })
    expect(lookOf('voice').excerpt(voice)).toBe('Voice message, 0:07')
    expect(voiceText(null)).toBe('Voice message')
    expect(lookOf('image').excerpt(line('a', 1, { kind: 'image', body: null }))).toBe('Picture')
    expect([iconOf(voice), iconOf(line('a', 1)), iconOf(takenBack(voice))]).toEqual([
      'mic',
      undefined,
      undefined,
    ])
    expect(takenBack(voice).media).toBeUndefined()
  })
})

describe('a picture under fingers', () => {
  const bounds: Bounds = {
    frame: { width: 400, height: 400 },
    picture: { width: 400, height: 200 },
    least: 1,
    most: 4,
  }

  it('stays where it is pointed at when it grows', () => {
    const at = { x: 100, y: 0 }
    const place = zoomAt(HOME, 2, at, bounds)
    expect(place).toEqual({ scale: 2, x: -100, y: 0 })
    expect(zoomAt(place, 0.5, at, bounds)).toEqual(HOME)
  })

  it('does not leave its frame, and does not grow for ever', () => {
    expect(moved(HOME, 50, 50, bounds)).toEqual(HOME)
    expect(moved({ scale: 4, x: 0, y: 0 }, 9999, -9999, bounds)).toEqual({ scale: 4, x: 600, y: -200 })
    expect(clampPlace({ scale: 99, x: 0, y: 0 }, bounds).scale).toBe(4)
    expect(clampPlace({ scale: 0.1, x: 0, y: 0 }, bounds).scale).toBe(1)
  })

  it('fits inside, or covers', () => {
    const natural = { width: 1000, height: 500 }
    expect(fitted(natural, bounds.frame, 'inside')).toEqual({ width: 400, height: 200 })
    expect(fitted(natural, bounds.frame, 'cover')).toEqual({ width: 800, height: 400 })
    expect(fitted({ width: 10, height: 10 }, bounds.frame, 'inside')).toEqual({ width: 10, height: 10 })
  })

  it('is cut as it lies', () => {
    const natural = { width: 1000, height: 500 }
    const covering = { ...bounds, picture: fitted(natural, bounds.frame, 'cover') }
    expect(cutUnder(HOME, natural, covering)).toEqual({ x: 250, y: 0, width: 500, height: 500 })
    const left = moved(HOME, 9999, 0, covering)
    expect(cutUnder(left, natural, covering)).toEqual({ x: 0, y: 0, width: 500, height: 500 })
    const near = zoomAt(HOME, 2, { x: 0, y: 0 }, covering)
    expect(cutUnder(near, natural, covering)).toEqual({ x: 375, y: 125, width: 250, height: 250 })
  })
})
