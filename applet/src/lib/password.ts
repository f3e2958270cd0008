/** What goes over the wire in place of a password. crypto.subtle is absent on plain http and in the applet. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** UTF-8 without TextEncoder, which the applet lacks; lone surrogates become U+FFFD. */
export function utf8(text: string): Uint8Array {
  const out: number[] = []
  for (const char of text) {
    let code = char.codePointAt(0) as number
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else
      out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(out)
}

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8(text)))
}

/** The `password_v2` of the contract: bound to the account's lower-cased name. */
export function passwordV2(account: string, password: string): string {
  return sha256Hex(`driftline:v2:${account.toLowerCase()}:${password}`)
}
