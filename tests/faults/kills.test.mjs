// Parts of the service are killed while people talk: nothing that was answered is lost, and everybody is back soon.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { Person, base, call, logs, randomUUID, sql, until } from '../support/client.mjs'
import { childrenOf, kill, pidOf, traffic } from '../support/traffic.mjs'

const RESTART = 10000 // of PostgreSQL
const SOON = 5000 // of anything else

/** Talks on through a fault until all is well again, then holds all logs against the database. */
async function through(fault, { limit, allowed, reconnect = false }) {
  const talk = await traffic()
  try {
    const began = Date.now()
    await fault(talk)
    await talk.more(400)
    if (reconnect) await talk.back(began)
    const pause = talk.pause
    await talk.check()
    assert.ok(pause < limit, `nobody was answered for ${pause} ms`)
    for (const what of Object.keys(talk.refusals())) assert.match(what, allowed)
    return talk
  } finally {
    talk.running = false
  }
}
const down = /^503 unavailable$/
const cut = /^(503 unavailable|UND_ERR_SOCKET|ECONNRESET|ECONNREFUSED|EPIPE|other side closed)$/

test('kill -9 of a PostgreSQL backend', async () => {
  const talk = await through(
    async () =>
      kill(
        await sql(
          `select pid from pg_stat_activity where usename = 'driftline_web' order by query_start desc limit 1`,
        ),
      ),
    { limit: RESTART, allowed: down },
  )
  assert.ok(talk.refusals()['503 unavailable'] > 0, 'the fault was not felt')
})

test('kill -9 of PostgreSQL itself: 503 meanwhile, then it is served again', async () => {
  const me = await Person.guest()
  const seen = { ready: 0, alive: 0, calls: new Set() }
  const talk = await through(
    async (talk) => {
      const old = pidOf('postgres')
      const before = talk.count
      kill(old)
      const answers = await until(async () => {
        const all = await Promise.all([
          call('GET', '/readyz'),
          call('GET', '/healthz'),
          me.get('/match'),
          me.post('/sync', { rooms: {} }),
          me.post('/stream'),
          me.get('/me'),
        ])
        return all[0].status === 503 && all.slice(2).every((a) => a.status === 503) && all
      }, 'every call to answer 503')
      const [ready, alive, ...calls] = answers
      seen.ready = ready.headers.get('retry-after')
      seen.alive = alive.status
      for (const answer of calls) {
        assert.equal(answer.body.error.code, 'unavailable')
        assert.ok(Number(answer.headers.get('retry-after')) > 0)
      }
      await until(() => pidOf('postgres') !== old, 'the supervisor', RESTART)
      await until(async () => (await call('GET', '/readyz')).status === 200, 'readiness', RESTART)
      assert.ok(talk.count > before)
    },
    { limit: RESTART, allowed: down },
  )
  assert.deepEqual([seen.alive, Number(seen.ready) > 0], [200, true])
  assert.ok(talk.refusals()['503 unavailable'] > 0)
})

test('kill -9 of the handlers, three times', async () => {
  await through(
    async (talk) => {
      for (let n = 0; n < 3; n++) {
        const old = pidOf('api')
        kill(old)
        await until(() => pidOf('api') !== old && pidOf('api') > 0, 'the supervisor', SOON)
        await talk.more(50)
      }
    },
    { limit: SOON, allowed: down },
  )
})

test('an end by signal waits to be fetched: no thread dies of it in the middle of something', () => {
  for (const part of ['api', 'auth', 'media', 'admin']) {
    const main = String(pidOf(part)) // which fetches it, and so does not block it just then
    const tasks = `/proc/${main}/task`
    const others = readdirSync(tasks).filter((thread) => thread !== main)
    assert.ok(others.length > 0)
    for (const thread of others) {
      const blocked = BigInt('0x' + /^SigBlk:\s*(\w+)$/m.exec(readFileSync(`${tasks}/${thread}/status`, 'utf8'))[1])
      assert.ok(blocked & (1n << 14n), `SIGTERM in a thread of ${part}`)
    }
  }
})

test('an end by signal: the handlers finish what is under way', async () => {
  await through(async () => kill(pidOf('api'), 'TERM'), { limit: SOON, allowed: down })
})

test('five reloads of nginx', async () => {
  await through(
    async (talk) => {
      for (let n = 0; n < 5; n++) {
        const old = childrenOf(pidOf('nginx'))
        const began = Date.now()
        kill(pidOf('nginx'), 'HUP')
        await until(() => childrenOf(pidOf('nginx')).some((pid) => !old.includes(pid)), 'a new worker')
        await talk.back(began, SOON)
      }
    },
    { limit: SOON, allowed: cut, reconnect: true },
  )
})

test("kill -9 of nginx's worker", async () => {
  await through(async () => childrenOf(pidOf('nginx')).forEach((pid) => kill(pid)), {
    limit: SOON,
    allowed: cut,
    reconnect: true,
  })
})

test("kill -9 of nginx's master, and its worker with it", async () => {
  await through(
    async () => {
      const old = pidOf('nginx')
      kill(old)
      await until(() => pidOf('nginx') !== old && pidOf('nginx') > 0, 'the supervisor', SOON)
    },
    { limit: SOON, allowed: cut, reconnect: true },
  )
})

test('kill -9 of all at once', async () => {
  await through(
    async () => {
      const workers = childrenOf(pidOf('nginx'))
      for (const pid of [pidOf('postgres'), pidOf('api'), pidOf('auth'), pidOf('nginx'), ...workers])
        kill(pid)
      await until(
        async () => (await call('GET', '/readyz').catch(() => ({}))).status === 200,
        'readiness',
        RESTART,
      )
    },
    { limit: RESTART + 2000, allowed: cut, reconnect: true },
  )
})

test('a reply that was lost: the line is there once, and its repeat gets the same answer', async () => {
  const talk = await traffic(1)
  const [{ person, room }] = talk.talkers
  const client_id = randomUUID()
  const send = (signal) =>
    fetch(`${base}/api/v1/rooms/${room}/messages`, {
      method: 'POST',
      signal,
      headers: { authorization: 'Bearer ' + person.token, 'content-type': 'application/json' },
      body: JSON.stringify({ client_id, kind: 'text', body: 'dropped' }),
    })
  for (let n = 0; n < 20; n++) {
    const abort = new AbortController()
    const reply = send(abort.signal).catch(() => {})
    setTimeout(() => abort.abort(), n)
    await reply
  }
  const answer = await (await send()).json()
  assert.deepEqual(await (await send()).json(), answer)
  talk.talkers[0].answered.push(answer)
  await talk.check()
})

test('the logs of it all name nobody', async () => {
  for (const [file, text] of Object.entries(logs()))
    assert.doesNotMatch(text, /line \d+|dropped|127\.0\.0\.1|Bearer|\/ws\/[\w-]{22}|\/rooms\/[\w-]{22}/, file)
})
