/**
 * The applet before it starts and before it goes, against a running service (DRIFTLINE_TEST_BASE): it says its age, solves a
 * proof of work, reads what is said about privacy, takes its data along and erases the account.
 */
const assert = require('node:assert')
const http = require('node:http')
const net = require('node:net')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')

/** Passes all on to the service, but answers the first guest that a proof of work is wanted. */
function gate(to) {
  let asked = false
  const server = http.createServer((request, reply) => {
    if (request.url === '/api/v1/login/guest' && !asked) {
      asked = true
      reply.writeHead(403, { 'content-type': 'application/json' })
      return reply.end('{"error":{"code":"pow_required","message":"m"}}')
    }
    const { method, headers, url } = request
    const onward = http.request(to + url, { method, headers }, (answer) => {
      reply.writeHead(answer.statusCode, answer.headers)
      answer.pipe(reply)
    })
    onward.on('error', () => reply.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request, socket) => {
    const { hostname, port } = new URL(to)
    const onward = net.connect(Number(port), hostname, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      onward.write(`GET ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
      socket.pipe(onward).pipe(socket)
    })
    for (const end of [socket, onward]) end.on('error', () => (socket.destroy(), onward.destroy()))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

let server
let applet

before(async () => {
  server = await gate(BASE)
  applet = await Applet.start({ base: `http://127.0.0.1:${server.address().port}`, age: null })
})

after(async () => {
  await applet?.stop()
  server?.closeAllConnections()
  server?.close()
})

test('is asked for its age, and for a proof that it makes between what else it does', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Are you 18 or older?')
  await applet.tap('I am 18 or older')
  await applet.waitForText('Who will it be?', 60000)
  const pow = (await applet.seen()).bodies.find((body) => body.includes('"pow"'))
  assert.ok(Number.isInteger(JSON.parse(atob(JSON.parse(pow).pow)).number))
})

test('reads what is said about privacy, and takes its data along', async () => {
  await applet.open('/pages/data/data')
  await applet.tap('Privacy')
  await applet.waitForRoute('pages/legal/legal')
  await until(async () => assert.match((await applet.tree()).join(), /What you need not tell|phone number/))
  await applet.tap('Back')
  await applet.tap('Export my data')
  const { value } = await until(async () => {
    const file = (await applet.events()).find((event) => event.name === 'file')
    assert.ok(file)
    return file
  })
  assert.strictEqual(value.name, 'driftline-me.json')
  assert.strictEqual(typeof JSON.parse(value.text), 'object')
})

test('a guest erases its account', async () => {
  await applet.open('/pages/data/data')
  await applet.tap('Erase my account')
  await applet.tap('I want this account to be gone')
  await applet.tap('Erase for good')
  await applet.waitForText('Your account is erased.')
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  assert.deepStrictEqual(
    (await applet.events()).filter((event) => event.name === 'unhandled'),
    [],
  )
})
