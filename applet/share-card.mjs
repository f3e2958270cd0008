#!/usr/bin/env node
// Draws the picture of the cards that WeChat's users pass on, 5:4, in the colours of docs/design.md: node applet/share-card.mjs
import { fileURLToPath } from 'node:url'
import { browser } from '../tests/support/browser.mjs'

const [WIDTH, HEIGHT] = [500, 400]
const file = fileURLToPath(new URL('src/static/mp-weixin/share.png', import.meta.url))

/** A line of drift across the card: the mark's own curve, as often as it takes. */
function drift(y, colour, offset, opacity = 1) {
  const wave = 'c20-18 47-18 67 0s47 18 67 0'.repeat(6)
  const style = `fill="none" stroke="${colour}" stroke-width="15" stroke-linecap="round" opacity="${opacity}"`
  return `<path d="M${-offset} ${y}${wave}" ${style}/>`
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" style="display:block">
  <rect width="${WIDTH}" height="${HEIGHT}" fill="#0f5f63"/>
  ${drift(130, '#f3efe6', 40)}
  ${drift(200, '#e8a27c', 107)}
  ${drift(270, '#f3efe6', 74, 0.4)}
</svg>`

const chromium = await browser()
const page = await chromium.newPage({ viewport: { width: WIDTH, height: HEIGHT } })
await page.setContent(`<body style="margin:0">${svg}`)
await page.screenshot({ path: file })
await chromium.close()
