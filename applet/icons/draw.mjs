/*
 * Draws the icons of an installed Driftline from its mark, src/static-icon.svg: `node icons/draw.mjs`, again when the mark
 * changes. They lie beside this file, since building the client asks for no browser.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { browser } from '../../tests/support/browser.mjs'
import { chunk } from '../../tests/support/media.mjs'

const here = (name) => new URL(name, import.meta.url)
const mark = readFileSync(here('../src/static-icon.svg'), 'utf8')
/** The whole square is painted; a launcher cuts its own shape out of it. */
const square = mark.replace(' rx="18"', '')
/** With all of the mark in the inner circle, which is all that a launcher promises to leave. */
const inset = square
  .replace('viewBox="0 0 64 64"', 'viewBox="-5 -5 74 74"')
  .replace('<rect width="64" height="64"', '<rect x="-5" y="-5" width="74" height="74"')
const icons = [
  ['icon-192.png', 192, mark],
  ['icon-512.png', 512, mark],
  ['maskable-512.png', 512, inset],
  ['apple-180.png', 180, square],
]

/** The pixels, each as one number. */
const drawn = (page, size, svg) =>
  page.evaluate(
    async ([size, svg]) => {
      const image = new Image(size, size)
      image.src = 'data:image/svg+xml,' + encodeURIComponent(svg)
      await image.decode()
      const canvas = new OffscreenCanvas(size, size).getContext('2d')
      canvas.drawImage(image, 0, 0, size, size)
      return [...new Uint32Array(canvas.getImageData(0, 0, size, size).data.buffer)]
    },
    [size, svg],
  )

/** A PNG of few colours: four bits of each channel are enough for edges, and what is plain keeps its own. */
function png(size, pixels) {
  const counts = new Map()
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
  const plain = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4)
  const near = new Map(plain.map(([pixel]) => [pixel & 0xf0f0f0f0, pixel]))
  const colours = []
  const numbers = new Map()
  const rows = Buffer.alloc(size * (size + 1))
  pixels.forEach((pixel, at) => {
    const colour = near.get(pixel & 0xf0f0f0f0) ?? pixel & 0xf0f0f0f0
    if (!numbers.has(colour)) numbers.set(colour, colours.push(colour) - 1)
    rows[at + Math.floor(at / size) + 1] = numbers.get(colour)
  })
  if (colours.length > 256) throw new Error(`${colours.length} colours`)
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0])
  head.writeUInt32BE(size)
  head.writeUInt32BE(size, 4)
  const channels = (...shifts) =>
    Buffer.from(colours.flatMap((colour) => shifts.map((shift) => (colour >>> shift) & 255)))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', channels(0, 8, 16)),
    chunk('tRNS', channels(24)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const chromium = await browser()
const page = await chromium.newPage()
for (const [name, size, svg] of icons) {
  const file = png(size, await drawn(page, size, svg))
  writeFileSync(here(name), file)
  console.log(`${name}: ${file.length} bytes`)
}
await chromium.close()
