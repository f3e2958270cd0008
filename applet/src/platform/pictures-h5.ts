/**
 * Pictures in a browser: measured, and drawn anew before they leave it. What a camera wrote beside the picture (where
 * and when it was taken, with what) is not in what is drawn.
 */
import { ApiError } from '@/api/error'
import { PICTURE_BYTES, shrink, SOURCE_BYTES, type MediaDraft, type Size } from '@/lib/media'

const QUALITIES = [0.86, 0.72, 0.5]

/** Loads it; refused when the browser cannot show it. An SVG is a document, and not sent as a picture. */
export async function loadPicture(file: Blob): Promise<{ url: string; image: HTMLImageElement }> {
  if (file.size > SOURCE_BYTES) throw new ApiError(413, 'too_large')
  const url = URL.createObjectURL(file)
  const image = new Image()
  image.src = url
  try {
    if (/svg/.test(file.type)) throw new Error('svg')
    await image.decode()
    return { url, image }
  } catch (error) {
    URL.revokeObjectURL(url)
    throw new ApiError(415, 'not_media', String(error))
  }
}

export const naturalSize = (image: HTMLImageElement): Size => ({
  width: image.naturalWidth,
  height: image.naturalHeight,
})

function jpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new ApiError(422, 'bad_media'))),
      'image/jpeg',
      quality,
    ),
  )
}

export interface Cut extends Size {
  x: number
  y: number
}

/** The part `from` of it (all of it without), as a JPEG of this size; white where nothing was. */
export async function draw(image: HTMLImageElement, to: Size, from?: Cut): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), to)
  const paper = canvas.getContext('2d')
  if (!paper) throw new ApiError(422, 'bad_media')
  paper.imageSmoothingQuality = 'high'
  paper.fillStyle = '#fff'
  paper.fillRect(0, 0, to.width, to.height)
  const { x, y, width, height } = from ?? { x: 0, y: 0, ...naturalSize(image) }
  paper.drawImage(image, x, y, width, height, 0, 0, to.width, to.height)
  for (const quality of QUALITIES) {
    const blob = await jpeg(canvas, quality)
    if (blob.size <= PICTURE_BYTES) return blob
  }
  throw new ApiError(413, 'too_large')
}

export async function draftOf(file: Blob): Promise<MediaDraft> {
  const { url, image } = await loadPicture(file)
  const size = shrink(naturalSize(image))
  return { kind: 'image', url, ...size, file: async () => ({ blob: await draw(image, size) }) }
}

/** The browser's own question for files. With `camera` a phone opens its camera. */
export function askForFiles(many: boolean, camera: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    Object.assign(input, { type: 'file', accept: 'image/*', multiple: many })
    if (camera) input.setAttribute('capture', 'environment')
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
