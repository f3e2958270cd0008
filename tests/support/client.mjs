/*
 * A client of the service, as a test needs it: plain calls, one person's session, and the frames of its socket.
 *
 * DRIFTLINE_TEST_BASE  the service under test, http://127.0.0.1:8080 without it; its limits have to be off or high
 * DRIFTLINE_STATE      its state folder (var/ of the checkout without it): for its logs, and to kill its parts
 * DRIFTLINE_TEST_PSQL  psql as the database's owner, as a shell would run it; without it, by what that folder says
 */
import { spawn } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const base = process.env.DRIFTLINE_TEST_BASE ?? 'http://127.0.0.1:8080'
export const state = process.env.DRIFTLINE_STATE ?? checkout + '/var'
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`
const psql =
  process.env.DRIFTLINE_TEST_PSQL ??
  `. ${quote(state + '/instance')}; exec psql "\${DRIFTLINE_DATABASE_OWNER_URL:-\${DRIFTLINE_DATABASE_URL:-host='$RUN' dbname=driftline user=driftline_owner}}"`

export { randomUUID }
export const random = (bytes = 6) => randomBytes(bytes).toString('hex')
/** A name, and with it tags, that no other test has. */
export const unique = (prefix = 'n') => prefix + random()
export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** One call. Returns {status, headers, body, text}: body is parsed where it is JSON. */
export async function call(method, path, body, headers = {}, to = base) {
  const init = { method, headers: { ...headers }, redirect: 'manual' }
  if (body !== undefined) {
    init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    init.headers['content-type'] ??= 'application/json'
  }
  const response = await fetch(to + path, init)
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
    if (Date.now() > end)
      throw new Error('timed out waiting for ' + (typeof what === 'function' ? what() : what))
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

/** Runs SQL as the database's owner. Returns what it prints, unaligned and without headings. */
export function sql(text) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', psql + ' -X -q -A -t -v ON_ERROR_STOP=1'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const out = []
    const err = []
    child.stdout.on('data', (data) => out.push(data))
    child.stderr.on('data', (data) => err.push(data))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString().trimEnd())
      else reject(new Error(`psql (${code}): ${Buffer.concat(err)}`))
    })
    child.stdin.on('error', () => {})
    child.stdin.end('set search_path = driftline, api;\n' + text)
  })
}

/** Runs SQL in a session that stays, for the locks it takes. Returns what ends it. */
export function holding(text) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', psql + ' -X -q -A -t -v ON_ERROR_STOP=1'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = new Promise((done) => child.on('close', done))
    const end = () => {
      child.stdin.end()
      return ended
    }
    child.stdout.on('data', (data) => String(data).includes('held') && resolve(end))
    ended.then(() => reject(new Error('psql ended: ' + text)))
    child.stdin.write(`${text};\n\\echo held\n`)
  })
}

/** The rows of one query, as objects. */
export async function rows(query) {
  return JSON.parse(await sql(`select coalesce(json_agg(q), '[]') from (${query}) q`))
}

/** All that the service has logged so far: {file: text}. */
export function logs(folder = state + '/log') {
  const all = {}
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) Object.assign(all, logs(path))
    else if (entry.isFile()) all[path] = readFileSync(path, 'utf8')
  }
  return all
}

export const md5 = (password) => createHash('md5').update(password).digest('hex')
export const v2 = (account, password) =>
  createHash('sha256').update(`driftline:v2:${account}:${password}`).digest('hex')

export class Person {
  frames = []
  constructor(token, user, to = base) {
    this.token = token
    this.user = user
    this.base = to
  }
  static async guest(to = base) {
    const { status, body } = await call('POST', '/api/v1/login/guest', {}, {}, to)
    if (status !== 200) throw new Error('guest: ' + status)
    return new Person(body.token, body.user, to)
  }
  /** An account with a name and a password; a new session of it: login(). */
  static async register(more = {}) {
    const account = more.account ?? unique()
    const password = more.password ?? random()
    const { status, body } = await call('POST', '/api/v1/register', {
      account,
      password_v2: v2(account, password),
      ...more.fields,
    })
    if (status !== 200) throw new Error('register: ' + status)
    return Object.assign(new Person(body.token, body.user), { account, password })
  }
  async login() {
    const { status, body } = await call('POST', '/api/v1/login', {
      account: this.account,
      password_v2: v2(this.account, this.password),
    })
    if (status !== 200) throw new Error('login: ' + status)
    return Object.assign(new Person(body.token, body.user), {
      account: this.account,
      password: this.password,
    })
  }
  call(method, path, body, headers = {}) {
    return call(
      method,
      '/api/v1' + path,
      body,
      { authorization: 'Bearer ' + this.token, ...headers },
      this.base,
    )
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
  match(tags, target = 'private') {
    return this.post('/match', { target, ...(tags ? { tags } : {}) })
  }
  /** Opens the socket and collects its frames. */
  async open(options = {}) {
    const { status, body } = await this.post('/stream')
    if (status !== 200) throw new Error('stream: ' + status)
    const socket = new WebSocket(this.base.replace(/^http/, 'ws') + body.url, options)
    const frames = (this.frames = [])
    socket.on('message', (data) => frames.push(JSON.parse(data.toString())))
    socket.on('close', (code) => (socket.code = code))
    this.socket = socket
    await new Promise((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    socket._socket.unref() // a socket that a test leaves open is not what keeps it from ending
    return this
  }
  /** The code that the socket was closed with, waited for. */
  get closed() {
    const { socket } = this
    return until(() => socket.code, 'the end of a socket')
  }
  close() {
    this.socket?.terminate()
  }
  /** The first frame that fits, waited for. */
  frame(fits, what) {
    return until(
      () => this.frames.find(fits),
      () => what ?? 'a frame among ' + JSON.stringify(this.frames),
    )
  }
  /** The key of the account in the database. */
  async key() {
    return (this.id ??= await accounts([this]))
  }
}

/** The keys of people's accounts, as a list for SQL. */
export function accounts(people) {
  const tokens = people.map(({ token }) => `'\\x${createHash('sha256').update(token).digest('hex')}'`)
  return sql(`select string_agg(account::text, ',') from session where token in (${tokens.join()})`)
}

/** Two people with open sockets who have met, and their room. Guests, unless they are given. */
export async function pair(one, two) {
  one = await (one ?? (await Person.guest())).open()
  two = await (two ?? (await Person.guest())).open()
  const tags = ['pair-' + random()] // so that nobody else's wait fits
  const first = await one.post('/match', { target: 'private', tags })
  const second = await two.post('/match', { target: 'private', tags })
  if (first.body.state !== 'waiting' || second.body.state !== 'matched')
    throw new Error('no match: ' + first.text + second.text)
  const matched = await one.frame((f) => f.type === 'matched' && f.room === second.body.room.id)
  await one.get('/match') // the service knows now that this match was heard of
  return { one, two, room: second.body.room.id, seen: [matched.detail, second.body.room] }
}

/** Fails unless an answer is this error, in the form of docs/api.md. */
export function refused(answer, status, code, field) {
  const { error } = answer.body ?? {}
  const found = `${answer.status} ${error?.code} ${error?.field ?? ''}`
  const wanted = `${status} ${code} ${field ?? ''}`
  if (found !== wanted) throw new Error(`answered ${found}, not ${wanted}: ${answer.text}`)
  if (typeof error.message !== 'string' || error.message === '' || error.message === code)
    throw new Error('no message: ' + answer.text)
  if (!/^application\/json\b/.test(answer.headers.get('content-type')))
    throw new Error('not JSON: ' + answer.headers.get('content-type'))
}
