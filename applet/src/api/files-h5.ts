/**
 * A file of the service, in a browser. It is fetched before it is saved: a link's download would tell nobody that it was
 * refused, and keep what broke off on its way.
 */
import { language } from '@/i18n/first'
import { ApiError } from './error'
import { readAnswer } from './http'
import { unauthorized } from './index'

/** `called`: the name that the service gives it, empty where it gives none. */
export async function fetchBlob(url: string): Promise<{ blob: Blob; called: string }> {
  try {
    const answer = await fetch(url, { headers: { 'Accept-Language': language() } })
    const [, called = ''] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? []
    if (answer.ok) return { blob: await answer.blob(), called }
    if (answer.status === 401) unauthorized()
    const header = Object.fromEntries(answer.headers)
    return readAnswer({ status: answer.status, data: await answer.json().catch(() => null), header })
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0, 'network', String(error))
  }
}
