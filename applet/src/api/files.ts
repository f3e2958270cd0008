/** A file of the service that cannot be named by its address alone, since neither a picture nor a download sends a token. */
import { ApiError } from './error'
import { token } from './index'

/** Downloads to a place of the applet's own; with a name it is called so there. Answers its path. */
export function fetchFile(url: string, name = ''): Promise<string> {
  const folder = (uni as unknown as { env?: { USER_DATA_PATH: string } }).env?.USER_DATA_PATH
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url,
      header: { Authorization: `Bearer ${token()}` },
      ...(name && folder ? { filePath: `${folder}/${name}` } : {}),
      success: (r) => {
        const path = r.tempFilePath || (r as { filePath?: string }).filePath || ''
        if (r.statusCode === 200 && path) resolve(path)
        else reject(new ApiError(r.statusCode, `http_${r.statusCode}`))
      },
      fail: (e) => reject(new ApiError(0, 'network', String(e?.errMsg ?? ''))),
    })
  })
}
