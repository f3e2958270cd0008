/** A picture and a voice of any size, made here: PNG by hand, MP3 by the client's own encoder. */
const zlib = require('node:zlib')

function crc(bytes) {
  let rest = ~0
  for (const byte of bytes) {
    rest ^= byte
    for (let i = 0; i < 8; i++) rest = (rest >>> 1) ^ (0xedb88320 & -(rest & 1))
  }
  return ~rest >>> 0
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length)
  ends.writeUInt32BE(crc(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}

/** Colours that run from corner to corner. */
function png(width, height) {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rows.set([(x * 255) / width, (y * 255) / height, 120], y * (1 + width * 3) + 1 + x * 3)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', zlib.deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A tone that swells, of so many seconds. */
async function mp3(seconds) {
  const { Mp3Encoder } = await import('@breezystack/lamejs')
  const encoder = new Mp3Encoder(1, 16000, 48)
  const samples = Int16Array.from({ length: seconds * 16000 }, (_, i) =>
    Math.round(Math.sin(i / 6) * 20000 * (i / (seconds * 16000))),
  )
  return Buffer.from([...encoder.encodeBuffer(samples), ...encoder.flush()])
}

module.exports = { png, mp3 }
