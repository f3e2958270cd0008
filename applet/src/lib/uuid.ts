/** A random UUID of version 4. Uniqueness per member is all a client_id needs, so Math.random may stand in. */
export function uuid4(random: () => number = secureRandom): string {
  const hex = Array.from({ length: 32 }, (_, i) => {
    let n = Math.floor(random() * 16)
    if (i === 12) n = 4
    if (i === 16) n = 8 + (n & 3)
    return n.toString(16)
  }).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function secureRandom(): number {
  const source = typeof crypto === 'undefined' ? undefined : crypto
  if (!source?.getRandomValues) return Math.random()
  return source.getRandomValues(new Uint32Array(1))[0] / 0x100000000
}
