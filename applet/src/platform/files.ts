/** Handing a file of the service to the person: a browser saves it; WeChat sends it to a chat, or opens what it can show. */
import { ApiError } from '@/api/error'
import { fetchFile } from '@/api/files'
// #ifdef H5
import { fetchBlob } from '@/api/files-h5'
// #endif

/** Milliseconds that a browser may take to begin with what it was given. */
const SAVED_WITHIN = 60000

/** WeChat's own, which uni passes on without a type. */
interface Sharing {
  shareFileMessage?(o: { filePath: string; fileName: string; fail(e: unknown): void; success(): void }): void
}

function hand(filePath: string, fileName: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (e: unknown): void => {
      const message = String((e as { errMsg?: string } | undefined)?.errMsg ?? '')
      if (/cancel/.test(message)) resolve()
      else reject(new ApiError(0, 'not_opened', message))
    }
    const { shareFileMessage } = uni as unknown as Sharing
    if (shareFileMessage) shareFileMessage({ filePath, fileName, success: resolve, fail })
    else uni.openDocument({ filePath, showMenu: true, success: () => resolve(), fail })
  })
}

/** `name` is for a file that the service gives none. Throws an ApiError where it is not to be had, or breaks off. */
export async function saveFile(url: string, name: string): Promise<void> {
  // #ifdef H5
  const { blob, called } = await fetchBlob(url)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = called || name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED_WITHIN)
  // #endif
  // #ifndef H5
  return hand(await fetchFile(url, name), name)
  // #endif
}
