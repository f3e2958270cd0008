// The shell in browsers: it starts without a network and says so, is installed, makes way for a new version; and it holds
// nothing of what people say or show.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import { gzipSync } from 'node:zlib'
import { freePort, Instance, unlimited } from '../deploy/instance.mjs'
import {
  answer,
  browser,
  button,
  calm,
  composer,
  guest,
  guestButton,
  journey,
  log,
  meet,
  person,
  remembering,
  say,
  seen,
  shows,
  start,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { until } from '../support/client.mjs'
import { png } from '../support/media.mjs'

const step = journey()
let it, door, folder, chromium, ann, bob, shell

/** The way to a service, as a network is one: it can be shut, and it can take whatever comes and answer nothing. */
class Door {
  constructor(port, to) {
    this.port = port
    this.ways = new Set()
    this.server = net.createServer((near) => {
      const ends = this.deaf ? [near] : [near, net.connect(to, '127.0.0.1')]
      for (const end of ends) {
        this.ways.add(end)
        end.on('error', () => undefined)
        end.on('close', () => ends.forEach((each) => each.destroy()) || this.ways.delete(end))
      }
      if (this.deaf) near.resume()
      else near.pipe(ends[1]).pipe(near)
    })
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  async open({ deaf = false } = {}) {
    await this.shut()
    this.deaf = deaf
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve))
  }

  async shut() {
    for (const way of this.ways) way.destroy()
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve))
  }
}

/** The worker is there, and has all it keeps. */
const ready = (page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    if (active.state !== 'activated')
      await new Promise((resolve) => active.addEventListener('statechange', resolve))
  })

/** All that lies in the caches of this origin: [address, what it says]. */
const kept = (page) =>
  page.evaluate(async () => {
    const found = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        found.push([request.url, await (await cache.match(request)).text()])
    }
    return found.sort()
  })
const caches = (page) => page.evaluate(() => window.caches.keys())

/** Reloads a page of which nothing may come from the network. */
async function reloadOffline(page) {
  await door.shut()
  await page.reload()
}

const www = (name) => path.join(it.realState, 'www', name)
const deployed = (name) => readFileSync(www(name), 'utf8')
/** Puts a file in its place as a deployment does. */
function deploy(name, text) {
  writeFileSync(www(name), text)
  writeFileSync(www(name) + '.gz', gzipSync(text))
}
const digest = (text) => 'sha256-' + createHash('sha256').update(text).digest('base64')

/** A build that differs in a style sheet, and so in the page and the worker that name it. */
function nextVersion() {
  const page = deployed('index.html')
  const [, style] = page.match(/assets\/(index-[\w-]+\.css)/)
  const renamed = (text) => text.replaceAll(style, 'index-nextversion.css')
  const worker = renamed(deployed('sw.js')).replace(digest(page), digest(renamed(page)))
  return {
    style: deployed('assets/' + style) + ':root{--version:next}',
    page: renamed(page),
    worker: worker.replace(/version:"[^"]+"/, 'version:"next"'),
  }
}
const version = (page) =>
  page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--version'))

before(async () => {
  it = new Instance({ env: unlimited() })
  folder = mkdtempSync(path.join(tmpdir(), 'driftline-profile-'))
  ;[chromium] = await Promise.all([browser(), it.up()])
  door = new Door(await freePort(), it.port)
  await door.open()
  ann = await person(remembering(folder), { base: door.url })
  bob = await guest(await person(chromium, { base: it.url, locale: 'zh-CN' }))
})
after(async () => {
  await ann?.context().close()
  await chromium?.close()
  await door?.shut()
  await it?.remove()
  rmSync(folder, { recursive: true, force: true })
})

step('the worker is asked for anew each time, and keeps the page and its assets', async () => {
  const { headers } = await fetch(`${door.url}/sw.js`)
  assert.equal(headers.get('cache-control'), 'no-cache')
  assert.match(headers.get('content-type'), /^application\/javascript/)
  await guestButton(ann).waitFor(wait)
  await ready(ann)
  shell = await kept(ann)
  const places = shell.map(([url]) => url)
  for (const url of places)
    assert.ok(url === `${door.url}/` || url.startsWith(`${door.url}/assets/`), `${url} is kept`)
  for (const part of ['/', '/assets/index-', '/assets/chat.', '/assets/pages-me-me'])
    assert.ok(
      places.some((url) => url.startsWith(door.url + part)),
      `nothing of ${part} is kept`,
    )
})

step('on a slow network one sees the mark until the page is there', async () => {
  const page = await chromium.newPage()
  let go
  const late = new Promise((resolve) => (go = resolve))
  await page.route('**/assets/**', async (route) => {
    await late
    await route.continue()
  })
  await page.goto(it.url, { waitUntil: 'commit' })
  await page.locator('#splash').waitFor(wait)
  go()
  await guestButton(page).waitFor(wait)
  assert.equal(await page.locator('#splash').isVisible(), false)
  await page.close()
})

step('browsers can install it', async () => {
  const chrome = await ann.context().newCDPSession(ann)
  const { errors, manifest } = await chrome.send('Page.getAppManifest')
  assert.deepEqual(errors, [])
  assert.deepEqual(
    [manifest.name, manifest.scope, manifest.display],
    ['Driftline', `${door.url}/`, 'kStandalone'],
  )
  for (const { url, type } of manifest.icons) {
    const icon = await fetch(url)
    assert.equal(icon.headers.get('content-type').split(';')[0], type)
  }
  assert.deepEqual((await chrome.send('Page.getInstallabilityErrors')).installabilityErrors, [])
  const { headers } = await fetch(`${door.url}/manifest.webmanifest`)
  assert.match(headers.get('content-type'), /^application\/manifest\+json/)
  assert.equal(headers.get('cache-control'), 'no-cache')
})

step('without a network a stranger sees the first page, and why nothing begins', async () => {
  await reloadOffline(ann)
  await guestButton(ann).click()
  await ann.getByRole('alert').filter({ hasText: 'No connection.' }).waitFor(wait)
})

step('a network that answers nothing holds nobody up', async () => {
  await door.open({ deaf: true })
  await ann.reload()
  await guestButton(ann).waitFor(wait)
})

step('what is said and shown goes past the worker', async () => {
  await door.open()
  await ann.reload()
  await guest(ann)
  await meet(ann, bob)
  await say(ann, 'a word between us')
  await shows(bob, ['a word between us'])
  const choosing = ann.waitForEvent('filechooser')
  await button(ann, 'Add pictures').click()
  await (await choosing).setFiles({ name: 'a.png', mimeType: 'image/png', buffer: png(400, 300) })
  await ann.getByRole('list', { name: 'Pictures to send' }).getByRole('listitem').waitFor(wait)
  await say(ann, 'and what I see')
  const picture = log(ann).getByRole('button', {
    name: /^Picture that you sent/,
  })
  await picture.locator('img').waitFor({ ...wait, state: 'attached' })
  await picture.click()
  await button(ann, 'Close').click()
  const chat = ann.url()
  for (const place of ['/privacy', '/s/' + 'a'.repeat(22)]) await ann.goto(door.url + place)
  await ann.goto(chat)
  await seen(log(ann), 'and what I see')
  assert.ok(await ann.evaluate(() => Boolean(navigator.serviceWorker.controller)), 'no worker was in the way')
  assert.deepEqual(await kept(ann), shell)
})

step('without a network somebody who is known is told so, and all goes on when it is back', async () => {
  await reloadOffline(ann)
  await seen(ann, /^No connection\. We keep trying/)
  await door.open()
  await button(ann.getByRole('status'), 'Try now').click()
  await composer(ann).waitFor(wait)
  await say(ann, 'there again')
  await seen(log(bob), 'there again')
})

step('a new version that does not fit together changes nothing', async () => {
  const names = await caches(ann)
  const { worker } = nextVersion()
  const before = deployed('sw.js')
  deploy('sw.js', worker)
  const failed = await ann.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    const update = await registration.update().catch(() => null)
    const fresh = update?.installing
    while (fresh && fresh.state === 'installing')
      await new Promise((resolve) => fresh.addEventListener('statechange', resolve, { once: true }))
    return fresh?.state ?? 'redundant'
  })
  assert.equal(failed, 'redundant')
  deploy('sw.js', before)
  await reloadOffline(ann)
  await seen(ann, /^No connection\. We keep trying/)
  assert.ok((await caches(ann)).includes(names[0]))
})

step('a new version is there with the next load, and without a network after that', async () => {
  const { style, page, worker } = nextVersion()
  deploy('assets/index-nextversion.css', style)
  deploy('index.html', page)
  deploy('sw.js', worker)
  await door.open()
  await ann.reload()
  assert.equal(await version(ann), 'next')
  await until(async () => (await caches(ann)).join() === 'shell-next', 'the old shell is gone', wait.timeout)
  await reloadOffline(ann)
  assert.equal(await version(ann), 'next')
  await door.open()
})

step('a page whose parts cannot be fetched says so', async () => {
  const page = await person(chromium, { base: it.url, serviceWorkers: 'block' })
  await page.route('**/assets/pages-share-share*', (route) => route.abort())
  await page.goto(`${it.url}/#/pages/share/share?code=${'a'.repeat(22)}`)
  await page.getByRole('alert').filter({ hasText: 'This page did not load.' }).waitFor(wait)
  await page.unroute('**/assets/pages-share-share*')
  await button(page, 'Load again').click()
  await seen(page, /link/)
  await page.context().close()
})

step('logging out leaves nothing personal in it', async () => {
  await ann.goto(`${door.url}/#/pages/me/me`)
  await button(ann, 'Log out').click()
  await answer(ann, 'Log out')
  await guestButton(ann).waitFor(wait)
  for (const [url, text] of await kept(ann)) {
    assert.ok(url === `${door.url}/` || url.startsWith(`${door.url}/assets/`), `${url} is kept`)
    assert.ok(!/a word between us|there again/.test(text), `${url} holds what was said`)
  }
  calm(ann, bob)
})
