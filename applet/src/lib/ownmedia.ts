/**
 * The files of one's own lines, by client_id: what was just sent is shown and played from this device, and nothing
 * flickers when the service has it.
 */

/** So many at once; the oldest go. */
const KEPT = 40
const urls = new Map<string, string>()

function letGo(client_id: string): void {
  const url = urls.get(client_id)
  urls.delete(client_id)
  if (url?.startsWith('blob:')) URL.revokeObjectURL(url)
}

export const ownMedia = {
  get: (client_id: string): string => urls.get(client_id) ?? '',

  keep(client_id: string, url: string): void {
    urls.set(client_id, url)
    if (urls.size > KEPT) letGo(urls.keys().next().value as string)
  },

  letGo,

  clear(): void {
    for (const client_id of [...urls.keys()]) letGo(client_id)
  },
}
