/** Why WeChat did not do something: its privacy guide was not agreed to, or else what `code` says. */
import { ApiError } from '@/api/error'

export function refused(code: string, message: string): ApiError {
  return new ApiError(403, /privacy permission/i.test(message) ? 'privacy_refused' : code, message)
}
