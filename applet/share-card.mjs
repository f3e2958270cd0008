#!/usr/bin/env node
// Draws the pictures of the cards that people pass on, in the colours of docs/design.md: node applet/share-card.mjs
// WeChat's are 5:4 and have words beside them; where a link to a room is put elsewhere it is 1.91:1, as Open Graph has it.
import { fileURLToPath } from 'node:url'
import { browser } from '../tests/support/browser.mjs'

/** A line of drift across the card: the mark's own curve, as often as it takes. */
function drift(y, colour, offset, opacity = 1) {
  const wave = 'c20-18 47-18 67 0s47 18 67 0'.repeat(12)
  const style = `fill="none" stroke="${colour}" stroke-width="15" stroke-linecap="round" opacity="${opacity}"`
  return `<path d="M${-offset} ${y}${wave}" ${style}/>`
}

const card = (width, height, more) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" style="display:block">
  <rect width="${width}" height="${height}" fill="#0f5f63"/>
  ${more}
</svg>`

const name = `<text x="600" y="250" text-anchor="middle" fill="#f3efe6" font-family="Georgia, 'Noto Serif', serif" font-size="116"
    letter-spacing="-2">Driftline</text>`
const cards = [
  [
    'src/static/mp-weixin/share.png',
    500,
    400,
    drift(130, '#f3efe6', 40) + drift(200, '#e8a27c', 107) + drift(270, '#f3efe6', 74, 0.4),
  ],
  [
    'icons/share.png',
    1200,
    630,
    name + drift(380, '#f3efe6', 40) + drift(450, '#e8a27c', 107) + drift(520, '#f3efe6', 74, 0.4),
  ],
]

const chromium = await browser()
for (const [file, width, height, more] of cards) {
  const page = await chromium.newPage({ viewport: { width, height } })
  await page.setContent(`<body style="margin:0">${card(width, height, more)}`)
  await page.screenshot({ path: fileURLToPath(new URL(file, import.meta.url)) })
}
await chromium.close()
