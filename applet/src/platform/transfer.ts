/** One file on its way to the service: XMLHttpRequest tells of its progress in browsers, uni.uploadFile on the applet. */
import type { Answer } from '@/api/http'
import type { MediaFile } from '@/lib/media'

export interface TransferCall {
  url: string
  header: Record<string, string>
  file: MediaFile
  progress(share: number): void
}

/** `done` is rejected with `network`, `timeout` or `cancelled`. */
export interface Transferring {
  done: Promise<Answer>
  abort(): void
}

/** 4 MiB on a slow line of a phone take their time. */
const TIMEOUT = 180000

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return {}
  }
}

function byBrowser({ url, header, file, progress }: TransferCall): Transferring {
  const call = new XMLHttpRequest()
  const done = new Promise<Answer>((resolve, reject) => {
    call.open('POST', url)
    for (const [name, value] of Object.entries(header)) call.setRequestHeader(name, value)
    call.timeout = TIMEOUT
    call.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    call.onerror = () => reject('network')
    call.ontimeout = () => reject('timeout')
    call.onabort = () => reject('cancelled')
    call.onload = () =>
      resolve({
        status: call.status,
        data: parsed(call.responseText),
        header: { 'retry-after': call.getResponseHeader('Retry-After') ?? '' },
      })
    const form = new FormData()
    // The name says nothing: neither what the file was called, nor where it came from.
    form.append('file', file.blob ?? new Blob(), 'file')
    call.send(form)
  })
  return { done, abort: () => call.abort() }
}

function byApplet({ url, header, file, progress }: TransferCall): Transferring {
  let task: UniApp.UploadTask | undefined
  let aborted = false
  const done = new Promise<Answer>((resolve, reject) => {
    task = uni.uploadFile({
      url,
      header,
      name: 'file',
      filePath: file.path ?? '',
      timeout: TIMEOUT,
      success: (r) => {
        const { header: got } = r as unknown as { header?: Record<string, string> }
        const wait = got?.['Retry-After'] ?? got?.['retry-after'] ?? ''
        resolve({ status: r.statusCode, data: parsed(r.data), header: { 'retry-after': String(wait) } })
      },
      fail: (e) => {
        const message = String(e?.errMsg ?? '')
        if (aborted) reject('cancelled')
        else reject(/time/i.test(message) ? 'timeout' : 'network')
      },
    })
    task?.onProgressUpdate?.((now) => progress(now.progress / 100))
  })
  const abort = (): void => {
    aborted = true
    task?.abort()
  }
  return { done, abort }
}

export const transfer = process.env.UNI_PLATFORM === 'h5' ? byBrowser : byApplet
