// Chromium for the journeys: each person gets a context of their own, so that two of them share nothing.
import { chromium } from 'playwright-core'
import { base } from './client.mjs'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

export function browser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
}

/**
 * A page of a new person. options: those of Playwright's newContext. page.trouble collects what must stay empty: console
 * errors, refused content (CSP), exceptions, and requests to anywhere else than the service.
 */
export async function person(instance, options = {}) {
  const context = await instance.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-US', ignoreHTTPSErrors: false, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15000)
  page.trouble = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_|WebSocket connection/.test(message.text())) page.trouble.push(message.text())
  })
  page.on('pageerror', (error) => page.trouble.push(String(error)))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(base).host) page.trouble.push('foreign request: ' + url.origin)
  })
  await page.goto(base + '/')
  return page
}
