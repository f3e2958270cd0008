// A client of the service, as a test needs it: plain calls, one person's session, and the frames of its socket.
import { randomUUID } from 'node:crypto'
import WebSocket from 'ws'

export const base = process.env.DRIFTLINE_BASE ?? 'http://127.0.0.1:8080'

/** One call. Returns {status, headers, body}: body is parsed where it is JSON. */
export async function call(method, path, body, headers = {}) {
  const init = { method, headers: { ...headers }, redirect: 'manual' }
  if (body !== undefined) {
    init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    init.headers['content-type'] ??= 'application/json'
  }
  const response = await fetch(base + path, init)
  const text = await response.text()
  let parsed = text
  try {
    parsed = text === '' ? null : JSON.parse(text)
  } catch {
    // not JSON: the text itself
  }
  return { status: response.status, headers: response.headers, body: parsed, text }
}

/** Waits until probe() is truthy and returns that. Fails with what() after limit milliseconds. */
export async function until(probe, what = 'the condition', limit = 5000) {
  const end = Date.now() + limit
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > end) throw new Error('timed out waiting for ' + (typeof what === 'function' ? what() : what))
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

export class Person {
  frames = []
  constructor(token, user) {
    this.token = token
    this.user = user
  }
  static async guest() {
    const { status, body } = await call('POST', '/api/v1/login/guest', {})
    if (status !== 200) throw new Error('guest: ' + status)
    return new Person(body.token, body.user)
  }
  call(method, path, body, headers = {}) {
    return call(method, '/api/v1' + path, body, { authorization: 'Bearer ' + this.token, ...headers })
  }
  get(path) {
    return this.call('GET', path)
  }
  post(path, body, headers) {
    return this.call('POST', path, body, headers)
  }
  delete(path, body) {
    return this.call('DELETE', path, body)
  }
  send(room, body, more = {}) {
    return this.post(`/rooms/${room}/messages`, { client_id: randomUUID(), kind: 'text', body, ...more })
  }
  /** Opens the socket and collects its frames. */
  async open(options = {}) {
    const { body } = await this.post('/stream')
    this.socket = new WebSocket(base.replace(/^http/, 'ws') + body.url, options)
    this.socket.on('message', (data) => this.frames.push(JSON.parse(data.toString())))
    this.closed = new Promise((resolve) => this.socket.on('close', (code) => resolve(code)))
    await new Promise((resolve, reject) => {
      this.socket.on('open', resolve)
      this.socket.on('error', reject)
    })
    return this
  }
  close() {
    this.socket?.terminate()
  }
  /** The first frame that fits, waited for. */
  frame(fits, what) {
    return until(() => this.frames.find(fits), () => what ?? 'a frame among ' + JSON.stringify(this.frames))
  }
}

/** Two guests with open sockets who have met, and their room. */
export async function pair() {
  const one = await (await Person.guest()).open()
  const two = await (await Person.guest()).open()
  const tags = ['pair-' + randomUUID().slice(0, 13)] // so that nobody else's wait fits
  const first = await one.post('/match', { target: 'private', tags })
  const second = await two.post('/match', { target: 'private', tags })
  if (first.body.state !== 'waiting' || second.body.state !== 'matched')
    throw new Error('no match: ' + first.text + second.text)
  const matched = await one.frame((f) => f.type === 'matched')
  return { one, two, room: second.body.room.id, seen: [matched.detail, second.body.room] }
}
