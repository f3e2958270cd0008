/** Pictures, voice and uploads, as tests need them. */
import { readFileSync } from 'node:fs'
import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib'
import { call, random, randomUUID } from './client.mjs'

function crc32(bytes) {
  if (zlibCrc32) return zlibCrc32(bytes)
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

export function chunk(type, data) {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  Buffer.from(data).copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** A PNG. paint(x, y) gives [red, green, blue, alpha]; more: chunks behind its head. */
export function png(width = 40, height = 30, paint = (x, y) => [x * 5, y * 7, 90, 255], more = []) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const rows = Buffer.alloc(height * (width * 4 + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(paint(x, y), y * (width * 4 + 1) + 1 + x * 4)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    ...more,
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', []),
  ])
}

/** Says that it is so large, and is not. */
export function bomb(width, height) {
  const bytes = png(1, 1)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

/** EXIF: an orientation, and where it was taken. */
export function exif(orientation, secret = 'GPS-' + random()) {
  const entries = [
    [0x010e, 2, secret.length + 1, 38], // a description
    [0x0112, 3, 1, orientation << 16],
  ]
  const bytes = Buffer.alloc(38 + secret.length + 1)
  bytes.write('MM\0*\0\0\0\x08', 'latin1')
  bytes.writeUInt16BE(entries.length, 8)
  entries.forEach(([tag, type, count, value], n) => {
    bytes.writeUInt16BE(tag, 10 + n * 12)
    bytes.writeUInt16BE(type, 12 + n * 12)
    bytes.writeUInt32BE(count, 14 + n * 12)
    bytes.writeUInt32BE(value, 18 + n * 12)
  })
  bytes.write(secret, 38, 'latin1')
  return { bytes, secret }
}

/** A JPEG with an APP1 segment behind its beginning. */
export function withExif(jpeg, tiff) {
  const segment = Buffer.alloc(10)
  segment.write('\xff\xe1', 'latin1')
  segment.writeUInt16BE(8 + tiff.length, 2)
  segment.write('Exif\0\0', 4, 'latin1')
  return Buffer.concat([jpeg.subarray(0, 2), segment, tiff, jpeg.subarray(2)])
}

/** The segments of a JPEG's head, by their markers. */
export function segments(jpeg) {
  const found = []
  for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2))
    found.push(jpeg[at + 1])
  return found
}

/** Width and height that a JPEG's frame names. */
export function sizeOf(jpeg) {
  for (let at = 2; jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at + 1] >= 0xc0 && jpeg[at + 1] <= 0xc2)
      return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)]
  throw new Error('no frame')
}

/** Two seconds: a tone that swells. Mono, 16 kHz. */
export const voice = () => readFileSync(new URL('voice.mp3', import.meta.url))

/** Silence of so many frames of 36 ms: MPEG 2, 16 kHz, 48 kbit/s. */
export function silence(frames, mode = 0xc0) {
  const frame = Buffer.alloc(216)
  frame.set([0xff, 0xf3, 0x68, mode])
  return Buffer.concat(Array.from({ length: frames }, () => frame))
}

/** The body and headers of an upload. */
export function form(file, { name = 'file', filename = 'x.png', type = 'image/png' } = {}) {
  const boundary = 'drift-' + random()
  return {
    body: Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`,
      ),
      file,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
    headers: { 'content-type': 'multipart/form-data; boundary=' + boundary },
  }
}

/** Sends a picture or a voice message. */
export function send(person, room, file, { kind = 'image', client_id = randomUUID(), ...more } = {}) {
  const { body, headers } = form(file)
  const query = new URLSearchParams({ kind, client_id, ...more })
  return person.post(`/rooms/${room}/media?${query}`, body, headers)
}

export function setAvatar(person, file) {
  const { body, headers } = form(file)
  return person.post('/me/avatar', body, headers)
}

/** Fetches what stands at a path. bytes: all of it. */
export async function fetchMedia(person, path, headers = {}, method = 'GET') {
  const answer = await fetch(person.base + path, {
    method,
    headers: { authorization: 'Bearer ' + person.token, ...headers },
  })
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

export { call }
