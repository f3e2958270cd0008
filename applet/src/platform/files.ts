/** Handing a file of the service to the person: a browser saves it; WeChat sends it to a chat, or opens what it can show. */
import { ApiError } from '@/api/error'
import { fetchFile } from '@/api/files'

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

export async function saveFile(url: string, name: string): Promise<void> {
  if (process.env.UNI_PLATFORM !== 'h5') return hand(await fetchFile(url, name), name)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
