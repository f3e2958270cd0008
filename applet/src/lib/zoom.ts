/**
 * A picture that is moved and made larger under a frame: where it lies. `x` and `y` are how far its middle lies from the
 * frame's, in pixels; `scale` 1 is as large as it was laid out.
 */
import type { Size } from './media'

export interface Place {
  scale: number
  x: number
  y: number
}

export interface Bounds {
  frame: Size
  /** The picture at scale 1. */
  picture: Size
  least: number
  most: number
}

export const HOME: Place = { scale: 1, x: 0, y: 0 }

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

/** Keeps the frame covered where the picture is larger than it, and the picture in the middle where it is not. */
export function clampPlace({ scale, x, y }: Place, { frame, picture, least, most }: Bounds): Place {
  const now = within(scale, least, most)
  const spareX = Math.max(0, (picture.width * now - frame.width) / 2)
  const spareY = Math.max(0, (picture.height * now - frame.height) / 2)
  // Never -0, which would make a style of its own.
  return { scale: now, x: within(x, -spareX, spareX) + 0, y: within(y, -spareY, spareY) + 0 }
}

/** Makes it `factor` times as large around a point, given from the frame's middle: what lies there stays there. */
export function zoomAt(place: Place, factor: number, at: { x: number; y: number }, bounds: Bounds): Place {
  const scale = within(place.scale * factor, bounds.least, bounds.most)
  const grown = scale / place.scale
  return clampPlace({ scale, x: at.x - (at.x - place.x) * grown, y: at.y - (at.y - place.y) * grown }, bounds)
}

export function moved(place: Place, dx: number, dy: number, bounds: Bounds): Place {
  return clampPlace({ ...place, x: place.x + dx, y: place.y + dy }, bounds)
}

/** As large as fits into the frame (`inside`), or as just covers it (`cover`). */
export function fitted(picture: Size, frame: Size, how: 'inside' | 'cover'): Size {
  const shares = [frame.width / picture.width, frame.height / picture.height]
  const share = how === 'cover' ? Math.max(...shares) : Math.min(1, ...shares)
  return { width: picture.width * share, height: picture.height * share }
}

/** Which part of the picture, in its own pixels, lies under a frame that it covers. */
export function cutUnder(
  place: Place,
  natural: Size,
  { frame, picture }: Bounds,
): Size & { x: number; y: number } {
  const share = natural.width / (picture.width * place.scale)
  return {
    x: ((picture.width * place.scale - frame.width) / 2 - place.x) * share,
    y: ((picture.height * place.scale - frame.height) / 2 - place.y) * share,
    width: frame.width * share,
    height: frame.height * share,
  }
}
