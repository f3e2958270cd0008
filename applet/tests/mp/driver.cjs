/**
 * Drives the applet as it was built (dist/build/mp-weixin) against a running service:
 *
 *   const applet = await Applet.start({ base: 'http://127.0.0.1:8080' })
 *   await applet.tap('Start as a guest')
 *   await applet.waitForText('Find someone')
 *
 * Elements are named by their aria-label or their text. Each applet is a process of its own, with storage that outlives
 * a restart. The bundle's base address was fixed when it was built; a copy of it is made for another one.
 */
const { fork } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const BUNDLE = process.env.DRIFTLINE_TEST_APPLET || path.join(__dirname, '../../dist/build/mp-weixin')

class Applet {
  /** `age`: the one that was said on this device before; null for none. `agreed`: to WeChat's privacy guide. */
  static async start({ base, language = 'en', age = 120, agreed = true }) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'driftline-applet-'))
    const root = path.join(dir, 'bundle')
    fs.cpSync(BUNDLE, root, { recursive: true })
    pointAt(root, base)
    if (age) fs.writeFileSync(path.join(dir, 'storage.json'), JSON.stringify([['driftline.age', age]]))
    const applet = new Applet(dir, root, language, agreed)
    await applet.launch()
    return applet
  }

  constructor(dir, root, language, agreed) {
    Object.assign(this, { dir, root, language, agreed, next: 0, waiting: new Map() })
  }

  launch() {
    const { root, agreed } = this
    const settings = JSON.stringify({ root, agreed, storageFile: path.join(this.dir, 'storage.json') })
    this.process = fork(path.join(__dirname, 'runner.cjs'), [settings], {
      env: { ...process.env, APPLET_LANGUAGE: this.language, NODE_OPTIONS: '' },
    })
    return new Promise((resolve, reject) => {
      this.process.once('error', reject)
      this.process.once('exit', (code) => {
        reject(new Error(`the applet ended with ${code}`))
        for (const { reject: lost } of this.waiting.values()) lost(new Error(`the applet ended with ${code}`))
      })
      this.process.on('message', ({ ready, id, result, error }) => {
        if (ready) return resolve()
        const { resolve: done, reject: failed } = this.waiting.get(id)
        this.waiting.delete(id)
        if (error) failed(new Error(error))
        else done(result)
      })
    })
  }

  command(what, rest = {}) {
    const id = ++this.next
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      this.process.send({ id, do: what, ...rest })
    })
  }

  open = (url) => this.command('open', { url })
  input = (name, value) => this.command('input', { name, value })
  confirm = (name, value) => this.command('confirm', { name, value })
  enter = (name) => this.command('enter', { name })
  fire = (name, event, detail) => this.command('fire', { name, event, detail })
  /** `picture` with its `size`, `avatar`, `nickname`, `voice`, `code`: what is chosen and said, and what WeChat's login gives, from now on. */
  chosen = (files) => this.command('chosen', { files })
  text = () => this.command('text')
  share = () => this.command('share')
  tree = () => this.command('tree')
  route = () => this.command('route')
  storage = () => this.command('storage')
  events = () => this.command('events')
  seen = () => this.command('seen')
  hide = () => this.command('hide')
  show = () => this.command('show')
  online = (now) => this.command('online', { now })

  /** Waits until the element is there and not disabled, then taps it. */
  async tap(name, within = 5000) {
    return until(() => this.command('tap', { name }).then(() => true), within)
  }

  async waitForText(text, within = 10000) {
    const there = async () => {
      const now = await this.text()
      if (!(text instanceof RegExp ? text.test(now) : now.includes(text)))
        throw new Error(`no ${text} in: ${now}`)
      return now
    }
    return until(there, within)
  }

  async waitForRoute(route, within = 10000) {
    return until(async () => {
      const now = await this.route()
      if (now !== route) throw new Error(`at ${now}, not at ${route}`)
    }, within)
  }

  /** What closing the applet and opening it again is: memory gone, storage there. */
  async restart() {
    await this.end()
    await this.launch()
  }

  async end() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve))
    this.waiting.clear()
    this.process.disconnect()
    await gone
  }

  async stop() {
    await this.end()
    fs.rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Tries until nothing is thrown, or throws what was thrown last. */
async function until(attempt, within = 10000) {
  const end = Date.now() + within
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}

function pointAt(dir, base) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) pointAt(file, base)
    else if (file.endsWith('.js')) {
      const code = fs.readFileSync(file, 'utf8')
      const built = process.env.VITE_API_BASE || 'http://127.0.0.1:8080'
      if (code.includes(built)) fs.writeFileSync(file, code.replaceAll(built, base))
    }
  }
}

module.exports = { Applet, until }
