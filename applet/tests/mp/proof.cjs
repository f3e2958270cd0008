/**
 * The applet is asked for a proof of work, against a running service (DRIFTLINE_TEST_BASE) behind a gate that asks: it makes
 * it between what else it does, and the call goes again by itself.
 */
const assert = require('node:assert')
const { createHash } = require('node:crypto')
const http = require('node:http')
const { after, before, test } = require('node:test')
const { Applet } = require('./driver.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const NUMBER = 4242
const SALT = '0a1b2c?expires=1900000000&'
const CHALLENGE = {
  algorithm: 'SHA-256',
  challenge: createHash('sha256')
    .update(SALT + NUMBER)
    .digest('hex'),
  salt: SALT,
  maxnumber: 100000,
  signature: 'f00d',
}
const made = []

/** What the gate answers itself: the challenge, and a first login without a proof. */
function own(url, body) {
  if (url === '/api/v1/challenge') return [200, CHALLENGE]
  if (url !== '/api/v1/login/guest') return null
  const { pow } = JSON.parse(body)
  if (!pow) return [403, { error: { code: 'pow_required', message: 'm' } }]
  made.push(JSON.parse(Buffer.from(pow, 'base64').toString()))
  return null
}

const gate = http.createServer((request, reply) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const { method, url, headers } = request
    const answer = own(url, Buffer.concat(parts).toString())
    if (answer) {
      reply.writeHead(answer[0], { 'content-type': 'application/json' })
      return reply.end(JSON.stringify(answer[1]))
    }
    const body = url === '/api/v1/login/guest' ? Buffer.from('{}') : Buffer.concat(parts)
    const sent = { ...headers, 'content-length': body.length }
    const onward = http.request(BASE + url, { method, headers: sent }, (back) => {
      reply.writeHead(back.statusCode, back.headers)
      back.pipe(reply)
    })
    onward.on('error', () => reply.destroy())
    onward.end(body)
  })
})

let applet

before(async () => {
  await new Promise((resolve) => gate.listen(0, '127.0.0.1', resolve))
  applet = await Applet.start({ base: `http://127.0.0.1:${gate.address().port}` })
})

after(async () => {
  await applet?.stop()
  gate.closeAllConnections()
  gate.close()
})

test('solves a proof of work and is in', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?', 30000)
  const { algorithm, challenge, salt, signature } = CHALLENGE
  assert.deepStrictEqual(made, [{ algorithm, challenge, number: NUMBER, salt, signature }])
})
