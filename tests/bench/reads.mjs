/*
 * How long calls that only read take, one after the other over one connection, and how much memory a handler needs for a
 * long answer.
 *
 *   node reads.mjs search --port 8080 --queries FILE       each line a query, 20 rooms a page
 *   node reads.mjs history --port 8080 --token bench-messages --room bench-messages --lines 10000000
 *   node reads.mjs export --port 8080 --token bench-export --room bench-export --process 1234
 *
 * Prints a line of name=value.
 */
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'

const [work, ...rest] = process.argv.slice(2)
const options = {}
for (let i = 0; i < rest.length; i += 2) options[rest[i].replace(/^--/, '')] = rest[i + 1]
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Asks, and hands what comes to onData. Returns {status, bytes, ms}. */
function ask(path, onData = () => {}) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint()
    const headers = { authorization: 'Bearer ' + options.token }
    get({ agent, port: options.port, path: '/api/v1' + path, headers }, (answer) => {
      let bytes = 0
      answer.on('data', (data) => {
        bytes += data.length
        onData(data)
      })
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode, bytes, ms: Number(process.hrtime.bigint() - began) / 1e6 }),
      )
    }).on('error', reject)
  })
}

/** Asks for each path in turn and tells how long that took. */
async function timed(paths) {
  const times = []
  for (const path of paths) {
    const { status, ms } = await ask(path)
    if (status !== 200) throw new Error(`${status}: ${path}`)
    times.push(ms)
  }
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2)
  return { calls: times.length, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) }
}

/** Resident memory of a process in megabytes: now, and the most there was since it was last asked for. */
function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024
}

const works = {
  async search() {
    const queries = readFileSync(options.queries, 'utf8').trim().split('\n')
    const paths = queries.map((q) => '/rooms/search?limit=20&q=' + encodeURIComponent(q))
    await timed(paths.slice(0, 100)) // what a service that runs has in memory
    return timed(paths)
  },
  async history() {
    const paths = Array.from(
      { length: 1000 },
      () => `/rooms/${options.room}/messages?limit=50&before=${Math.ceil(Math.random() * options.lines)}`,
    )
    await timed(paths.slice(0, 100))
    return timed(paths.slice(100))
  },
  async export() {
    const before = memory(options.process)
    let peak = before
    const watch = setInterval(() => (peak = Math.max(peak, memory(options.process))), 20)
    const { status, bytes, ms } = await ask(`/rooms/${options.room}/export?format=json`)
    clearInterval(watch)
    if (status !== 200) throw new Error('export: ' + status)
    const after = memory(options.process)
    const mb = (value) => value.toFixed(1)
    return {
      bytes,
      seconds: (ms / 1000).toFixed(1),
      rss_before_mb: mb(before),
      rss_peak_mb: mb(peak),
      rss_after_mb: mb(after),
    }
  },
}

if (!options.token) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const answer = await fetch(`http://127.0.0.1:${options.port}/api/v1/login/guest`, init)
  options.token = (await answer.json()).token
}
const figures = await works[work]()
agent.destroy()
console.log(
  Object.entries(figures)
    .map(([name, value]) => `${name}=${value}`)
    .join(' '),
)
