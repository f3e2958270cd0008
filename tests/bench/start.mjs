/*
 * How long it takes on a slow network from an address typed until the first page's start button can be pressed: by somebody
 * who was never here (cold), and by somebody who was (warm), whose shell the service worker keeps. Medians of ROUNDS.
 *
 *   node start.mjs --port 8080 --link slow-3g        or devtools
 *
 * slow-3g: 400 kbit/s each way and 400 ms there and back, by a link in front of the service that all of the browser's
 * connections share, the service worker's too; a connection costs one way there and back before its first byte. These are
 * the figures of WebPageTest's and Lighthouse's "Slow 3G". devtools: Chromium's own throttling with its preset of that name,
 * 50,000 bytes a second and 2000 ms for each request, which stand for the same line with the connections left out; it does
 * not reach a service worker, so only `cold` is told.
 *
 * Prints a line of name=value, in seconds.
 */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { browser, guestButton } from '../support/browser.mjs'

const options = {}
for (let i = 2; i < process.argv.length; i += 2)
  options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
const ROUNDS = Number(options.rounds ?? 3)
const RTT = 400
const BYTES_S = 50000
const DEVTOOLS = { offline: false, latency: 2000, downloadThroughput: BYTES_S, uploadThroughput: BYTES_S }
/** As large as a packet: a small answer does not wait for the whole of a large one. */
const PIECE = 1460
const wait = { timeout: 120000 }

/** One direction of the link: what all connections send waits for the same line, and then for the way. */
class Line {
  constructor() {
    this.turns = []
    this.running = false
  }

  send(to, data) {
    to.pieces ??= []
    for (let at = 0; at < data.length; at += PIECE) to.pieces.push(data.subarray(at, at + PIECE))
    if (!this.turns.includes(to)) this.turns.push(to)
    if (!this.running) void this.run()
  }

  /** A piece of each connection in turn. */
  async run() {
    this.running = true
    let free = performance.now()
    while (this.turns.length) {
      const to = this.turns.shift()
      const piece = to.pieces.shift()
      if (to.pieces.length) this.turns.push(to)
      free = Math.max(free, performance.now()) + (piece.length / BYTES_S) * 1000
      await sleep(Math.max(0, free - performance.now()))
      setTimeout(() => to.writable && to.write(piece), RTT / 2)
    }
    this.running = false
  }
}

function link(port) {
  const up = new Line()
  const down = new Line()
  return new Promise((resolve) => {
    const server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1')
      for (const [from, to, line] of [
        [near, far, up],
        [far, near, down],
      ]) {
        from.on('error', () => undefined)
        from.on('close', () => setTimeout(() => to.end(), RTT))
        // The first bytes of a connection come after those that opened it have been there and back.
        const opened = from === near ? sleep(RTT) : Promise.resolve()
        from.on('data', (data) => opened.then(() => line.send(to, data)))
      }
    })
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

/** Seconds until the button of a new page can be pressed, the page, and seconds until it showed anything. */
async function start(context, url, throttled) {
  const page = await context.newPage()
  if (throttled) {
    const chrome = await context.newCDPSession(page)
    await chrome.send('Network.enable')
    await chrome.send('Network.emulateNetworkConditions', DEVTOOLS)
  }
  const began = performance.now()
  await page.goto(url, { waitUntil: 'commit', ...wait })
  await guestButton(page).click({ trial: true, ...wait })
  const seconds = (performance.now() - began) / 1000
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000,
  )
  return [seconds, page, paint]
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)].toFixed(2)

const devtools = options.link === 'devtools'
const server = devtools ? null : await link(Number(options.port))
const url = `http://127.0.0.1:${devtools ? options.port : server.address().port}/`
const chromium = await browser()
const cold = []
const paints = []
const warm = []
for (let round = 0; round < ROUNDS; round++) {
  const context = await chromium.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  const [first, page, paint] = await start(context, url, devtools)
  cold.push(first)
  paints.push(paint)
  if (!devtools) {
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      if (active.state !== 'activated')
        await new Promise((resolve) => active.addEventListener('statechange', resolve))
    })
    await page.close()
    warm.push((await start(context, url))[0])
  }
  await context.close()
}
console.log(`cold_s=${median(cold)} paint_s=${median(paints)}` + (warm.length ? ` warm_s=${median(warm)}` : ''))
await chromium.close()
server?.close()
process.exit()
