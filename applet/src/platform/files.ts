/** Files of the service: on H5 the browser fetches them with its cookie, in the applet they are downloaded with the token. */
import { ApiError } from '@/api/error'
import { keep } from './storage'

/** Downloads to a place of the applet's own; `filePath` names the file there. */
export function fetchFile(url: string, name = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url,
      header: { Authorization: `Bearer ${keep.get<string>('token') ?? ''}` },
      ...(name ? { filePath: `${places().env?.USER_DATA_PATH}/${name}` } : {}),
      success: (r) => {
        const path = r.tempFilePath || (r as { filePath?: string }).filePath || ''
        if (r.statusCode === 200 && path) resolve(path)
        else reject(new ApiError(r.statusCode, `http_${r.statusCode}`))
      },
      fail: (e) => reject(new ApiError(0, 'network', String(e?.errMsg ?? ''))),
    })
  })
}

/** What of WeChat's own calls uni passes on without a type. */
interface Places {
  env?: { USER_DATA_PATH: string }
  shareFileMessage?(o: { filePath: string; fileName: string; fail(e: unknown): void; success(): void }): void
}
const places = (): Places => uni as unknown as Places

/** Hands a file to the person: a browser saves it; WeChat sends it to a chat, or opens what it can show. */
export async function saveFile(url: string, name: string): Promise<void> {
  // #ifdef H5
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // #endif
  // #ifndef H5
  const filePath = await fetchFile(url, name)
  await new Promise<void>((resolve, reject) => {
    const fail = (e: unknown): void => {
      const message = String((e as { errMsg?: string } | undefined)?.errMsg ?? '')
      if (/cancel/.test(message)) resolve()
      else reject(new ApiError(0, 'not_opened', message))
    }
    const share = places().shareFileMessage
    if (share) share({ filePath, fileName: name, success: resolve, fail })
    else uni.openDocument({ filePath, showMenu: true, success: () => resolve(), fail })
  })
  // #endif
}
