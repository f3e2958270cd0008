/** A partner without a client: the contract by hand, with its frames kept in a list. */
const { randomUUID } = require('node:crypto')
const WebSocket = require('ws')
const { until } = require('./driver.cjs')

class Stranger {
  static async enter(base) {
    const stranger = new Stranger(base)
    const { token } = await stranger.call('POST', '/login/guest', {})
    stranger.token = token
    const { url } = await stranger.call('POST', '/stream', {})
    stranger.socket = new WebSocket(base.replace(/^http/, 'ws') + url)
    stranger.socket.on('message', (data) => stranger.frames.push(JSON.parse(data.toString())))
    await new Promise((resolve, reject) => {
      stranger.socket.once('open', resolve)
      stranger.socket.once('error', reject)
    })
    return stranger
  }

  constructor(base) {
    Object.assign(this, { base, frames: [], token: '' })
  }

  async call(method, path, body) {
    const headers = {
      'Accept-Language': 'en',
      ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
    }
    if (body) headers['Content-Type'] = 'application/json'
    const reply = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    })
    const text = await reply.text()
    if (!reply.ok)
      throw Object.assign(new Error(`${method} ${path}: ${reply.status} ${text}`), { status: reply.status })
    return text ? JSON.parse(text) : null
  }

  match = (tags) => this.call('POST', '/match', { target: 'private', ...(tags ? { tags } : {}) })
  say = (room, body) =>
    this.call('POST', `/rooms/${room}/messages`, { client_id: randomUUID(), kind: 'text', body })
  /** Sends a file; answers the message. */
  async send(room, kind, bytes) {
    const form = new FormData()
    form.append('file', new Blob([bytes]), 'file')
    const url = `${this.base}/api/v1/rooms/${room}/media?kind=${kind}&client_id=${randomUUID()}`
    const reply = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}` },
      body: form,
    })
    if (!reply.ok) throw new Error(`${kind}: ${reply.status} ${await reply.text()}`)
    return reply.json()
  }

  /** A file of the service: its status, type and bytes. */
  async file(path) {
    const reply = await fetch(this.base + path, { headers: { Authorization: `Bearer ${this.token}` } })
    const bytes = Buffer.from(await reply.arrayBuffer())
    return { status: reply.status, type: reply.headers.get('content-type'), bytes }
  }

  messages = async (room) => (await this.call('GET', `/rooms/${room}/messages`)).items

  /** Waits for a frame that is so. */
  async hear(is, within = 10000) {
    return until(async () => {
      const frame = this.frames.find(is)
      if (!frame) throw new Error(`not heard: ${is}\n${JSON.stringify(this.frames.slice(-5))}`)
      return frame
    }, within)
  }

  leave() {
    this.socket.close()
  }
}

module.exports = { Stranger }
