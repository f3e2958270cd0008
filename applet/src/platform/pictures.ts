/** Choosing pictures, from an album or by the camera, as drafts that can be sent. */
import { ApiError } from '@/api/error'
import { PICTURES_MAX, shrink, type MediaDraft, type MediaFile, type Size } from '@/lib/media'
// #ifdef H5
import { askForFiles, draftOf } from './pictures-h5'
// #endif
// #ifndef H5
import { refused } from './refused'
// #endif

export type From = 'album' | 'camera'

/** What could not be taken stands beside what could. */
export interface Picked {
  drafts: MediaDraft[]
  errors: unknown[]
}

export async function gather(drafts: Promise<MediaDraft>[]): Promise<Picked> {
  const all = await Promise.allSettled(drafts)
  const picked: Picked = { drafts: [], errors: [] }
  for (const one of all)
    if (one.status === 'fulfilled') picked.drafts.push(one.value)
    else picked.errors.push(one.reason)
  return picked
}

/** WeChat's answer; the sides are those of the file, before it is turned. */
interface ImageInfo extends Size {
  orientation?: string
}

interface Compress {
  src: string
  quality: number
  compressedWidth: number
  compressedHeight: number
  success(r: { tempFilePath: string }): void
  fail(e: unknown): void
}

const TURNED = /^(left|right)/

// #ifndef H5
function infoOf(src: string): Promise<Size> {
  return new Promise((resolve, reject) => {
    uni.getImageInfo({
      src,
      success: (r) => {
        const { width, height, orientation = '' } = r as unknown as ImageInfo
        resolve(TURNED.test(orientation) ? { width: height, height: width } : { width, height })
      },
      fail: (e) => reject(new ApiError(415, 'not_media', String((e as { errMsg?: string })?.errMsg))),
    })
  })
}

function compressed(src: string, size: Size): Promise<MediaFile> {
  return new Promise((resolve, reject) => {
    const call: Compress = {
      src,
      quality: 80,
      compressedWidth: size.width,
      compressedHeight: size.height,
      success: (r) => resolve({ path: r.tempFilePath }),
      fail: (e) => reject(new ApiError(422, 'bad_media', String((e as { errMsg?: string })?.errMsg))),
    }
    uni.compressImage(call as unknown as UniApp.CompressImageOptions)
  })
}

async function draftOfPath(path: string): Promise<MediaDraft> {
  const size = shrink(await infoOf(path))
  return { kind: 'image', url: path, ...size, file: () => compressed(path, size) }
}

function chosen(count: number, from: From[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    uni.chooseMedia({
      count,
      mediaType: ['image'],
      sourceType: from,
      sizeType: ['compressed'],
      success: (r) => resolve(r.tempFiles.map((file) => file.tempFilePath)),
      fail: (e) => {
        const message = String(e?.errMsg ?? '')
        if (/cancel/.test(message)) resolve([])
        else reject(refused('album_refused', message))
      },
    })
  })
}
// #endif

/** In a browser it has to be called by a press: the question for files is else not asked. */
export async function pickPictures(room = PICTURES_MAX, from: From = 'album'): Promise<Picked> {
  // #ifdef H5
  const files = await askForFiles(room > 1 && from === 'album', from === 'camera')
  return gather(files.slice(0, room).map(draftOf))
  // #endif
  // #ifndef H5
  const paths = await chosen(room, from === 'camera' ? ['camera'] : ['album', 'camera'])
  return gather(paths.map(draftOfPath))
  // #endif
}

/** What was dropped or pasted, in a browser. */
export function takePictures(files: File[]): Promise<Picked> {
  // #ifdef H5
  return gather(files.slice(0, PICTURES_MAX).map(draftOf))
  // #endif
  // #ifndef H5
  return gather([])
  // #endif
}
