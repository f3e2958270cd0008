/** Sending a file: multipart, with its progress, and an end that can be asked for. */
import { language } from '@/i18n/first'
import type { MediaFile } from '@/lib/media'
import { transfer } from '@/platform/transfer'
import { ApiError } from './error'
import { readAnswer, sessionHeaders } from './http'
import { API_BASE, token, unauthorized } from './index'

export interface Sending<T> {
  done: Promise<T>
  abort(): void
}

export function upload<T>(path: string, file: MediaFile, progress: (share: number) => void): Sending<T> {
  const { done, abort } = transfer({
    url: `${API_BASE}/api/v1${path}`,
    header: sessionHeaders(language(), token()),
    file,
    progress,
  })
  const read = done.then(
    (answer) => readAnswer<T>(answer),
    (why: string) => Promise.reject(new ApiError(0, why)),
  )
  read.catch((error: unknown) => error instanceof ApiError && error.status === 401 && unauthorized())
  return { done: read, abort }
}
