// Over https and wss, with a certificate that an authority of the test's own has signed: what the browser keeps and opens.
// The whole talk that way: tests/deploy/journey.test.mjs.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { X509Certificate, createHash } from 'node:crypto'
import { after, before } from 'node:test'
import { Instance, authority } from '../deploy/instance.mjs'
import { browser, calm, guest, journey, person, shortTalk, start, wait } from '../support/browser.mjs'

const step = journey()
const folder = mkdtempSync(path.join(tmpdir(), 'driftline-https-'))
let it, base, made, chromium, ann

before(async () => {
  made = await authority(folder)
  it = new Instance({ env: { DRIFTLINE_TLS_CERTIFICATE: made.certificate, DRIFTLINE_TLS_KEY: made.key } })
  await it.up()
  base = `https://localhost:${it.port}`
  // Chromium takes this one key, whoever signed it, and no other.
  const key = new X509Certificate(readFileSync(made.certificate)).publicKey.export({
    type: 'spki',
    format: 'der',
  })
  chromium = await browser(
    '--ignore-certificate-errors-spki-list=' + createHash('sha256').update(key).digest('base64'),
  )
})
after(async () => {
  await chromium?.close()
  await it?.remove()
  rmSync(folder, { recursive: true, force: true })
})

step('the certificate is good for whoever trusts its authority', async () => {
  const get = (options) =>
    new Promise((resolve, reject) =>
      https
        .get(base + '/', { agent: false, ...options }, (answer) => resolve(answer.resume()))
        .on('error', reject),
    )
  assert.equal((await get({ ca: readFileSync(made.ca) })).statusCode, 200)
  await assert.rejects(get({}))
})

step('two people talk', async () => ({ ann } = await shortTalk(chromium, { base })))

step(
  'the page is under HSTS, the socket is wss, the session a cookie for https that no script reads',
  async () => {
    const opened = ann.waitForEvent('websocket', wait)
    const page = await ann.reload()
    assert.match(page.headers()['strict-transport-security'], /^max-age=\d{8}/)
    assert.match((await opened).url(), /^wss:/)
    const cookie = (await ann.context().cookies()).find(({ name }) => name === 'driftline_session')
    assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite], [true, true, 'Strict'])
    assert.equal(await ann.evaluate(() => document.cookie), '')
    assert.ok(!(await ann.evaluate(() => JSON.stringify(localStorage))).includes(cookie.value))
  },
)

step('who types http is led to https', async () => {
  const page = await person(chromium, { base: `http://localhost:${it.port}` })
  assert.equal(new URL(page.url()).origin, base)
  await guest(page)
  await start(page).waitFor(wait)
  calm(ann)
})
