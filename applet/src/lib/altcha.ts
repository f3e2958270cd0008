/** Proof of work as ALTCHA (version 1) has it: which number, put behind the salt, has this SHA-256. */
import { sha256 } from '@noble/hashes/sha2.js'

export interface Challenge {
  algorithm: string
  /** What the hash has to be, in hex. */
  challenge: string
  salt: string
  /** The number is not larger. */
  maxnumber: number
  signature: string
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** ASCII alone; the applet has no btoa. */
function base64(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i += 3) {
    const three = [0, 1, 2].map((n) => text.charCodeAt(i + n) || 0)
    const bits = (three[0] << 16) | (three[1] << 8) | three[2]
    for (let n = 0; n < 4; n++) out += i + n > text.length ? '=' : ALPHABET[(bits >> (18 - 6 * n)) & 63]
  }
  return out
}

function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0))
}

/** Looks among the numbers from `from` up to, but not including, `to`; -1 when it is none of them. */
export function search({ challenge, salt }: Challenge, from: number, to: number): number {
  const wanted = Uint8Array.from(challenge.match(/../g) ?? [], (pair) => parseInt(pair, 16))
  const before = ascii(salt)
  for (let number = from; number < to; number++) {
    const hash = sha256(Uint8Array.from(before.concat(ascii(String(number)))))
    if (hash.every((byte, at) => byte === wanted[at])) return number
  }
  return -1
}

/** What a call carries as `pow`. */
export function proof(of: Challenge, number: number): string {
  const { algorithm, challenge, salt, signature } = of
  return base64(JSON.stringify({ algorithm, challenge, number, salt, signature }))
}
