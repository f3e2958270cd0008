// What happens to a talk when the network, the page or the service goes away for a while: nothing is lost, nothing doubled.
import assert from 'node:assert/strict'
import http from 'node:http'
import path from 'node:path'
import { after, before } from 'node:test'
import { Instance, unlimited } from '../deploy/instance.mjs'
import {
  browser,
  button,
  calm,
  composer,
  guest,
  journey,
  line,
  log,
  person,
  say,
  search,
  shows,
  stop,
  tab,
  wait,
} from '../support/browser.mjs'
import { until } from '../support/client.mjs'

const step = journey()
let it, chromium, ann, bob
const said = []

async function says(page, ...texts) {
  for (const text of texts) {
    await say(page, text)
    said.push(text)
    for (const each of [ann, bob]) await line(each, text).waitFor(wait)
  }
}
/** As many of the newest lines are looked at: what is long out of sight is not in the document. */
const NEWEST = 80
const both = () =>
  Promise.all([shows(ann, said, 'on one side', NEWEST), shows(bob, said, 'on the other side', NEWEST)])
const synced = (page) =>
  page.waitForResponse((answer) => answer.url().endsWith('/api/v1/sync') && answer.ok(), wait)

/** Closes all sockets from the service's side. */
async function drop() {
  const channels = (await it.deploy('psql', '-X', '-Atc', 'select channel from driftline.connection')).stdout
    .trim()
    .split('\n')
  assert.ok(channels.length >= 2, channels.join())
  for (const channel of channels) {
    await new Promise((resolve, reject) => {
      const request = http.request({
        socketPath: path.join(it.sockets, 'publish.sock'),
        method: 'DELETE',
        path: '/p/' + channel,
      })
      request
        .on('response', (answer) => answer.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
  }
}

/** Both write at once, a line after the other, while action goes on; each line has to be there once, in order. */
async function through(name, action) {
  let done = false
  const written = { ann: [], bob: [] }
  const write = async (page, who) => {
    for (let i = 1; i <= 6 || (!done && i <= NEWEST / 2); i++) {
      const text = `${name}, ${who} ${i}`
      await say(page, text)
      written[who].push(text)
      await line(page, text).waitFor(wait)
    }
  }
  await Promise.all([write(ann, 'ann'), write(bob, 'bob'), action().finally(() => (done = true))])
  const all = [...written.ann, ...written.bob].sort()
  const texts = async (page) => (await log(page).locator('.bubble .body').allInnerTexts()).slice(-all.length)
  for (const page of [ann, bob]) {
    await until(
      async () => JSON.stringify((await texts(page)).sort()) === JSON.stringify(all),
      () => `the ${all.length} lines`,
      wait.timeout,
    )
    await log(page)
      .getByText(/^(Sending|Waiting to be sent)$/)
      .first()
      .waitFor({ ...wait, state: 'detached' })
  }
  const order = await texts(ann)
  for (const who of ['ann', 'bob'])
    assert.deepEqual(
      order.filter((text) => text.startsWith(`${name}, ${who} `)),
      written[who],
    )
  said.push(...order)
  await both()
  await says(ann, `${name}: over`)
}

before(async () => {
  it = new Instance({ env: unlimited() })
  ;[chromium] = await Promise.all([browser(), it.up()])
  ann = await guest(await person(chromium, { base: it.url }))
  bob = await guest(await person(chromium, { base: it.url, viewport: { width: 1280, height: 800 } }))
})
after(async () => {
  await chromium?.close()
  await it?.remove()
})

step('without past matches a wait promises nothing', async () => {
  const answer = ann.waitForResponse((r) => r.url().endsWith('/match') && r.request().method() === 'POST')
  await search(ann)
  await stop(ann).waitFor(wait)
  assert.equal((await (await answer).json()).estimate.n, 0)
  await ann.getByText(/^Waiting for/).waitFor(wait)
  assert.equal(await ann.getByText('Half of all waits').count(), 0)
  await search(bob)
  for (const page of [ann, bob]) await composer(page).waitFor(wait)
  await says(ann, 'hello')
  await says(bob, 'hello yourself')
})

step('a double tap sends once', async () => {
  await composer(ann).fill('tapped twice')
  await button(ann, 'Send').dblclick()
  said.push('tapped twice')
  await both()
  await composer(ann).fill('in the same moment')
  await button(ann, 'Send').evaluate((element) => (element.click(), element.click()))
  said.push('in the same moment')
  await composer(bob).fill('Enter twice')
  await composer(bob).evaluate((element) => {
    for (let i = 0; i < 2; i++)
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  await line(ann, 'Enter twice').waitFor(wait)
  await line(bob, 'in the same moment').waitFor(wait)
  // the two crossed: either order, but the same
  const order = await log(ann).locator('.bubble .body').allInnerTexts()
  assert.deepEqual([...order].sort(), [...said, 'Enter twice'].sort())
  said.splice(0, Infinity, ...order)
  await both()
})

step('the same words twice, one after the other, are two lines', async () => {
  const now = Date.now()
  await says(ann, 'ok')
  await says(bob, 'between')
  await until(() => Date.now() > now + 400, 'what no bouncing finger takes')
  await say(ann, 'ok')
  said.push('ok')
  await both()
})

step('what is typed offline waits, and is sent once, in order', async () => {
  await ann.context().setOffline(true)
  const typed = ['offline 1', 'offline 2 离线', 'offline 3 ✈️']
  for (const text of typed) await say(ann, text)
  await log(ann)
    .getByText(/^(Sending|Waiting to be sent)$/)
    .nth(2)
    .waitFor(wait)
  await log(ann).getByText('Waiting to be sent').first().waitFor(wait)
  await shows(bob, said)
  await ann.context().setOffline(false)
  said.push(...typed)
  await both()
  await says(bob, 'there you are')
})

step('what came while one was offline is there afterwards', async () => {
  const again = bob.waitForEvent('websocket', wait)
  await ann.context().setOffline(true)
  await drop() // a browser lets an open socket live
  await again
  await ann.getByText('No connection. We keep trying').waitFor(wait)
  await say(bob, 'can you read this?')
  await say(bob, 'and this?')
  await ann.context().setOffline(false)
  said.push('can you read this?', 'and this?')
  await both()
  await ann.getByText('No connection. We keep trying').waitFor({ ...wait, state: 'detached' })
})

step('a line typed offline survives a reload of the page', async () => {
  await bob.context().setOffline(true)
  await say(bob, 'written before the reload')
  await log(bob).getByText('Waiting to be sent').waitFor(wait)
  // the page itself comes from the service: it is back at the moment of the reload, the calls a moment later
  const refuse = (route) => route.abort('internetdisconnected')
  await bob.route('**/api/v1/**', refuse)
  await bob.context().setOffline(false)
  await bob.reload()
  await line(bob, 'written before the reload').waitFor(wait)
  await bob.unroute('**/api/v1/**', refuse)
  said.push('written before the reload')
  await both()
})

step('an answer that is lost does not double its line', async () => {
  let lost = 0
  await ann.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost++) return route.continue()
    await route.fetch() // the service has it
    await route.abort('connectionreset')
  })
  await says(ann, 'said once')
  assert.ok(lost > 0)
  await ann.unroute('**/messages')
  await both()
  await says(bob, 'heard once')
})

step('in the background nothing counts as read; back in front it is synced and read', async () => {
  const turn = (page, state) =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { get: () => now, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await turn(bob, 'hidden')
  await says(ann, 'are you looking?')
  await log(ann).getByText('Sent', { exact: true }).waitFor(wait)
  const sync = synced(bob)
  await turn(bob, 'visible')
  await sync
  await log(ann)
    .getByText('Sent', { exact: true })
    .waitFor({ ...wait, state: 'detached' })
  await log(ann).getByText('Read', { exact: true }).waitFor(wait)
  await both()
})

step('a socket that the service drops is replaced', async () => {
  const again = [ann, bob].map((page) => page.waitForEvent('websocket', wait))
  await drop()
  await says(ann, 'sent into the gap')
  await Promise.all(again)
  await says(bob, 'both again')
})

step('nginx reloads in mid-talk', () =>
  through('reload', async () => {
    for (let i = 0; i < 2; i++) {
      const again = [ann, bob].map((page) => page.waitForEvent('websocket', wait))
      process.kill(it.pid('nginx'), 'SIGHUP')
      await Promise.all(again)
    }
  }),
)

step('the handlers restart in mid-talk', () =>
  through('restart', async () => {
    const done = await it.deploy('restart', 'api')
    assert.equal(done.status, 0, done.text)
  }),
)

step('all of it stops, and comes back', async () => {
  const down = await it.deploy('down')
  assert.equal(down.status, 0, down.text)
  await say(ann, 'into the void')
  await log(ann).getByText('Waiting to be sent').waitFor(wait)
  for (const page of [ann, bob]) await page.getByText('No connection. We keep trying').waitFor(wait)
  await it.up()
  said.push('into the void')
  await both()
  for (const page of [ann, bob])
    await page.getByText('No connection. We keep trying').waitFor({ ...wait, state: 'detached' })
  await says(bob, 'as if nothing had happened')
})

step('a second tab keeps in step', async () => {
  const second = await tab(ann.context(), ann.url())
  const same = () => shows(second, said, 'in the second tab', 40) // a page opened late begins with the newest lines
  await same()
  await says(ann, 'from the first tab')
  await same()
  await say(second, 'from the second tab')
  said.push('from the second tab')
  await both()
  await same()
  await says(bob, 'to both')
  await same()
  calm(second)
  await second.close()
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
