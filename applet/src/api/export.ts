/** A room's lines as a file to keep. */
import { serviceUrl } from './index'

export const FORMATS = ['txt', 'html', 'csv', 'json'] as const
export type Format = (typeof FORMATS)[number]

export function exportUrl(room: string, format: Format): string {
  return serviceUrl(`/api/v1/rooms/${encodeURIComponent(room)}/export?format=${format}`)
}
