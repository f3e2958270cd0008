/**
 * The web addresses in a line's text, found in one pass. Strangers write them: what is no plain address of a host stays text.
 * Nothing here needs the platform's URL, which the applet does not have.
 */

export interface Piece {
  text: string
  /** Where it leads, as written; empty for plain text. */
  href: string
}

/** What is longer is no address that anybody reads. */
export const LINK_MAX = 2000

const SCHEME = /https?:\/\//gi
/** Han, kana, hangul and what is written in their width: words of a sentence that goes on after an address without a space. */
const WIDE = /[\u1100-\u11ff\u2e80-\u2fff\u3005-\u30ff\u3130-\u318f\u31a0-\ua4cf\uac00-\ud7ff\uf900-\ufaff]/
/** Where any address ends: spaces, controls, quotes, a backslash, emoji, and marks that are not seen or belong to Chinese text. */
const STOP =
  /[\u0000-\u0020"<>\\^`{|}\u007f-\u00a0\u00ab\u00ad\u00bb\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u206f\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u3164\ud800-\udfff\ufe00-\ufe6f\ufeff-\uffff]/
const LETTER = /[a-z\d\u00a1-\uffff]/i
const ALNUM = /[a-z\d]/i
const CLOSING: Record<string, string> = { ')': '(', ']': '[' }
const TRAILING = /[.,;:!?*~']/

/** Where the name of a host that begins at `from` ends. */
function hostEnd(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const sign = text[at]
    if (sign === '.' || sign === '-' || sign === '_') continue
    if (STOP.test(sign) || !LETTER.test(sign)) break
    // "https://example.com看看": the words after a name in Latin are not of it.
    if (WIDE.test(sign) && at > from && ALNUM.test(text[at - 1])) break
  }
  return at
}

const quad = (labels: string[]): boolean =>
  labels.length === 4 && labels.every((one) => /^\d{1,3}$/.test(one) && Number(one) < 256)

/** A name with a dot in it, or four numbers; no other way in which browsers let one write an address. */
function isHost(host: string): boolean {
  if (host.length > 253) return false
  const labels = host.split('.')
  if (labels.length < 2 || labels.some((one) => !one || one.length > 63 || /^-|-$/.test(one))) return false
  return quad(labels) || !/^(\d|0x[\da-f]*$)/i.test(labels[labels.length - 1])
}

const PORT = /^:\d{1,5}(?!\d)/

function portEnd(text: string, from: number): number {
  const port = PORT.exec(text.slice(from, from + 7))
  return port && Number(port[0].slice(1)) < 65536 ? from + port[0].length : from
}

function restEnd(text: string, from: number): number {
  if (!'/?#'.includes(text[from] ?? ' ')) return from
  let at = from
  while (at < text.length && !STOP.test(text[at]) && !WIDE.test(text[at])) at++
  return at
}

/** Marks at the end belong to the sentence, and so does a bracket that was not opened in the address. */
function trimmed(text: string, from: number, end: number): number {
  const open: Record<string, number> = { ')': 0, ']': 0 }
  for (let at = from; at < end; at++) {
    if (text[at] === '(') open[')']++
    else if (text[at] === '[') open[']']++
    else if (CLOSING[text[at]]) open[text[at]]--
  }
  for (; end > from; end--) {
    const last = text[end - 1]
    if (CLOSING[last]) {
      if (open[last] >= 0) break
      open[last]++
    } else if (!TRAILING.test(last)) break
  }
  return end
}

/**
 * The end of the address whose host begins at `from`; 0 where there is none. One that names a user ("https://bank.com@other.com")
 * is none: it reads as another host than the one it leads to.
 */
function addressEnd(text: string, from: number): number {
  const host = hostEnd(text, from)
  // The dot after a host ends a sentence.
  const end = trimmed(text, from, host)
  if (!isHost(text.slice(from, end))) return 0
  if (end < host) return end
  const after = portEnd(text, host)
  if (namesUser(text, after)) return 0
  return trimmed(text, from, restEnd(text, after))
}

/** Before a path begins; "https://bank.com:word@other.com" does it too. */
function namesUser(text: string, from: number): boolean {
  let at = from
  while (at < text.length && !STOP.test(text[at]) && !'/?#@'.includes(text[at])) at++
  return text[at] === '@'
}

/** A line's text in pieces, plain ones and addresses by turns: put together they are the text. */
export function linkPieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  SCHEME.lastIndex = 0
  for (let found = SCHEME.exec(text); found; found = SCHEME.exec(text)) {
    if (found.index > 0 && ALNUM.test(text[found.index - 1])) continue
    const end = addressEnd(text, SCHEME.lastIndex)
    if (!end) continue
    if (end - found.index > LINK_MAX) {
      SCHEME.lastIndex = end
      continue
    }
    if (found.index > done) pieces.push({ text: text.slice(done, found.index), href: '' })
    const href = text.slice(found.index, end)
    pieces.push({ text: href, href })
    done = SCHEME.lastIndex = end
  }
  if (done < text.length || !pieces.length) pieces.push({ text: text.slice(done), href: '' })
  return pieces
}

/** Whether it is worth looking for any. */
export const mayLink = (text: string): boolean => /https?:\/\//i.test(text)

/** The code of a link into a room of this very service, `own` being its origin; empty for any other address. */
export function shareCode(href: string, own: string): string {
  const [, origin = '', code = ''] = /^(https?:\/\/[^/?#]+)\/s\/([\w-]{16,64})$/i.exec(href) ?? []
  return origin.toLowerCase() === own.toLowerCase() ? code : ''
}

/**
 * The host that a browser goes to, as it is to be shown: letters that could be taken for others (Cyrillic for Latin) in the
 * form that networks use ("xn--…"), wide ones as they are, since they look like no Latin. Empty for what no browser opens.
 */
export function trueHost(href: string): string {
  try {
    const { hostname, port, username, password } = new URL(href)
    if (username || password) return ''
    const written = /^https?:\/\/([^/:?#]*)/i.exec(href)?.[1].toLowerCase() ?? ''
    const plain = written.split('.').every((label) => isAscii(label) || [...label].every((c) => WIDE.test(c)))
    return (plain && !isAscii(written) ? written : hostname) + (port ? `:${port}` : '')
  } catch {
    return ''
  }
}

const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text)
