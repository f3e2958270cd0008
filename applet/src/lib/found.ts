/** A line that a search found, as an excerpt around the hit, with what was looked for marked. */

export interface Piece {
  text: string
  hit: boolean
}

const BEFORE = 24
const LENGTH = 120

/** As the service compares: case, accents and width do not count. `from[i]` is where the i-th folded character began. */
function folded(text: string): { text: string; from: number[] } {
  let out = ''
  const from: number[] = []
  let at = 0
  for (const char of text) {
    const plain = char
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
    for (let i = 0; i < plain.length; i++) from.push(at)
    out += plain
    at += char.length
  }
  from.push(at)
  return { text: out, from }
}

/** Where the words stand, in order, none over another. */
function hits(body: string, q: string): [number, number][] {
  const { text, from } = folded(body)
  const words = folded(q).text.split(/\s+/).filter(Boolean)
  const found: [number, number][] = []
  for (const word of words)
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length))
      found.push([from[at], endOf(from, at + word.length)])
  found.sort((a, b) => a[0] - b[0])
  return found.filter(([start], i) => i === 0 || start >= found[i - 1][1])
}

/** A character that folds into several ends where the next one begins. */
function endOf(from: number[], folded: number): number {
  let at = folded
  while (at < from.length - 1 && from[at] === from[folded - 1]) at++
  return from[at]
}

/** Does not cut a character in two. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}

export function excerpt(body: string, q: string): Piece[] {
  const all = hits(body, q)
  const start = all.length ? whole(body, Math.max(0, all[0][0] - BEFORE)) : 0
  const end = whole(body, Math.min(body.length, start + LENGTH))
  const pieces: Piece[] = []
  const add = (text: string, hit: boolean): void => {
    if (text) pieces.push({ text: text.replace(/\s+/g, ' '), hit })
  }
  let at = start
  if (start > 0) add('…', false)
  for (const [from, to] of all) {
    if (from >= end) break
    add(body.slice(at, from), false)
    add(body.slice(from, to), true)
    at = Math.max(at, to)
  }
  add(body.slice(at, Math.max(at, end)), false)
  if (Math.max(at, end) < body.length) add('…', false)
  return pieces
}
