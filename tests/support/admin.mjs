/*
 * The admin program, as tests ask it: over its socket, and by driftctl. Wants the state folder of the service under test
 * (DRIFTLINE_STATE), as the user that set it up.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { random, state } from './client.mjs'

export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const tokenFile = state + '/secrets/admin-token'
export const rootToken = () => readFileSync(tokenFile, 'utf8').trim()
export const sockets = /^DRIFTLINE_RUN=(.*)$/m.exec(readFileSync(state + '/effective.conf', 'utf8'))[1]

/** One request. Returns {status, headers, body, text}: body is parsed where it is JSON. */
export function ask(path, { method = 'POST', token, body = {}, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath: sockets + '/admin.sock',
        path,
        method,
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: 'Bearer ' + token } : {}),
          ...headers,
        },
      },
      (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          let parsed = text
          try {
            parsed = text === '' ? null : JSON.parse(text)
          } catch {
            // not JSON: the text itself
          }
          const { headers: all } = response
          resolve({ status: response.statusCode, headers: { get: (name) => all[name] }, body: parsed, text })
        })
      },
    )
    request.on('error', reject)
    request.end(method === 'GET' ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
}

/** An admin of a test's own, logged in: {name, password, token, call(command, body)}. */
export class Admin {
  constructor(name, token) {
    Object.assign(this, { name, token })
  }
  static get owner() {
    return new Admin('owner', rootToken())
  }
  static async add(role = 'moderator') {
    const name = 't' + random()
    const { status, body } = await Admin.owner.call('admins/add', { name, role })
    if (status !== 201) throw new Error('admins/add: ' + status)
    const admin = new Admin(name)
    admin.password = body.password
    return admin.login()
  }
  async login() {
    const { status, body, text } = await ask('/admin/v1/login', {
      body: { name: this.name, password: this.password },
    })
    if (status !== 200) throw new Error('login: ' + text)
    this.token = body.token
    return this
  }
  call(command, body, more) {
    return ask('/admin/v1/' + command, { token: this.token, body, ...more })
  }
}

/** Runs driftctl. Returns {status, out, err}. Without a token in env it takes the one of the state folder. */
export function driftctl(args, { env = {}, input = '', file = checkout + '/driftctl' } = {}) {
  const clean = { ...process.env, DRIFTLINE_STATE: state }
  delete clean.DRIFTLINE_ADMIN_TOKEN
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...clean, ...env }, cwd: '/' })
    const out = []
    const err = []
    child.stdout.on('data', (data) => out.push(data))
    child.stderr.on('data', (data) => err.push(data))
    child.on('error', reject)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('close', (status) =>
      resolve({ status, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    )
  })
}
