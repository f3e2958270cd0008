// What is kept no longer: the job runs by itself, lines past their time go, and clients are told.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Person, call, pair, random, sql, state, until } from '../support/client.mjs'

/** The service's metrics, by name. */
async function metrics() {
  const run = /^RUN=(.*)$/m.exec(readFileSync(state + '/instance', 'utf8'))[1].replace(/^'|'$/g, '')
  const text = await new Promise((resolve) => {
    const curl = spawn('curl', ['-s', '--unix-socket', run + '/internal.sock', 'http://driftline/metrics'])
    let out = ''
    curl.stdout.on('data', (data) => (out += data))
    curl.on('close', () => resolve(out))
  })
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}
const rowsGone = 'driftline_retention_rows_total{kind="messages"}'

test('lines go when their time has come, by themselves; the order goes on, and clients hear of it', async () => {
  const before = await metrics()
  const { one, two, room } = await pair()
  for (const n of [1, 2, 3, 4]) await one.send(room, 'line ' + n)
  await sql(`update message c set at = at - interval '91 days' from room r where r.id = '${room}' and c.room = r.key and c.seq <= 3;
    update room set aged_at = now() - interval '91 days' where id = '${room}'`)
  const kept = async () => (await two.get(`/rooms/${room}/messages`)).body
  await until(async () => (await kept()).items.length === 1, 'the job', 60000)
  assert.deepEqual([(await kept()).items[0].seq, (await kept()).past_retention, (await kept()).more], [4, true, false])
  assert.equal((await two.send(room, 'line 5')).body.seq, 5)
  assert.equal((await two.get('/rooms/' + room)).body.first_seq, 4)
  const lacking = (await two.post('/sync', { rooms: { [room]: 1 } })).body.rooms[0]
  assert.deepEqual([lacking.past_retention, lacking.first_seq, lacking.messages.map((m) => m.seq)], [true, 4, [4, 5]])
  const whole = (await two.post('/sync', { rooms: { [room]: 3 } })).body.rooms[0]
  assert.deepEqual([whole.past_retention, whole.messages.map((m) => m.seq)], [undefined, [4, 5]])
  one.close()
  two.close()

  const now = await until(async () => {
    const found = await metrics()
    return found[rowsGone] >= (before[rowsGone] ?? 0) + 3 && found
  })
  assert.ok(Math.abs(now.driftline_retention_last_run_seconds - Date.now() / 1000) < 120)
  assert.ok(now['driftline_retention_lag_seconds{kind="messages"}'] < 120)
  assert.equal(now.driftline_retention_failures_total, before.driftline_retention_failures_total)
})

test('a room with very many old lines goes by portions, while people write in it', async () => {
  const me = await Person.guest()
  const room = (await me.post('/rooms', { topic: 'old' })).body.id
  const lines = 20000
  await sql(`insert into message (room_kind, room, seq, member, body, client_id, at)
    select 'group', r.key, n, m.key, 'old', gen_random_uuid(), now() - interval '100 days'
      from room r join member m on m.room = r.key, generate_series(1, ${lines}) n where r.id = '${room}';
    update room set last_seq = ${lines}, aged_at = now() - interval '100 days' where id = '${room}'`)
  let said = 0
  let slowest = 0
  await until(
    async () => {
      const began = performance.now()
      const { status, body } = await me.send(room, 'new ' + said)
      slowest = Math.max(slowest, performance.now() - began)
      assert.deepEqual([status, body.seq], [200, lines + ++said])
      return (await me.get('/rooms/' + room)).body.first_seq === lines + 1
    },
    'the job',
    120000,
  )
  assert.equal(await sql(`select count(*) from message c join room r on r.key = c.room where r.id = '${room}'`), String(said))
  assert.ok(slowest < 2000, `a send waited ${slowest} ms`)
})

test('of each kind it is told when the job came round last', async () => {
  const kinds = ['erasures', 'guests', 'messages', 'held', 'matches', 'evidence', 'warnings', 'bans', 'audit', 'addresses']
  kinds.push('sessions', 'tickets', 'tokens', 'challenges', 'waits', 'notices', 'shares', 'uploads')
  const me = await Person.guest()
  await sql(`insert into pow_used (challenge, expires) select '${random(8)}', now() - interval '1 second' from generate_series(1, 1);
    insert into report (id, reporter, reason, state, resolved) values ('${random(8)}', ${await me.key()}, 'spam', 'resolved', now() - interval '181 days')`)
  const gone = (found, kind) => found[`driftline_retention_rows_total{kind="${kind}"}`]
  const before = await metrics()
  await until(async () => (await sql(`select count(*) from report where reporter = ${await me.key()}`)) === '0', 'the job', 60000)
  const now = await until(async () => {
    const found = await metrics()
    return ['evidence', 'challenges'].every((kind) => gone(found, kind) > 0) && found.driftline_retention_last_run_seconds > 0 && found
  })
  for (const kind of kinds) {
    assert.ok(gone(now, kind) >= gone(before, kind), kind)
    assert.ok(now[`driftline_retention_lag_seconds{kind="${kind}"}`] < 120, kind)
  }
})

test('what a client has to know of the deployment', async () => {
  const { status, headers, body } = await call('GET', '/api/v1/settings')
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'public, max-age=60')
  assert.equal(body.age, 18)
  assert.deepEqual(body.keep, { messages: 90, matches: 7, evidence: 180, warnings: 90 })
  assert.equal(typeof body.wechat, 'boolean')
})

test('the page on privacy says how long, in both languages, as the service keeps it', async () => {
  for (const [lang, unit] of [['en', 'days'], ['zh-Hans', '天']]) {
    const { status, text } = await call('GET', '/privacy?lang=' + lang)
    assert.equal(status, 200)
    for (const days of [7, 90, 180, 1825]) assert.match(text, new RegExp(`${days} ${unit}`), `${lang}: ${days}`)
    assert.doesNotMatch(text, /@[A-Z_]+@|<!--|Without an end|不限期/)
  }
})
