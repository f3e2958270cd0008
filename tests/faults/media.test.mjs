// Uploads through faults: children that die or lie, a program that is killed, a disk that is full.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { after, test } from 'node:test'
import { pair, randomUUID, range, refused, rows, sql, state, until } from '../support/client.mjs'
import { kill, pidOf } from '../support/traffic.mjs'
import { fetchMedia, png, send, setAvatar, silence } from '../support/media.mjs'

const { one, two, room } = await pair()
const decode = state + '/bin/decode'
const kept = decode + '.kept'
const folder = state + '/media'
after(() => {
  if (existsSync(kept)) renameSync(kept, decode)
  for (const person of [one, two]) person.close()
})
const sizes = () => sql(`select (select count(*) from media), (select count(*) from message)`)
const metric = async (name) => {
  const run = execFileSync('sh', ['-c', `. '${state}/instance'; echo "$RUN"`])
    .toString()
    .trim()
  const text = execFileSync('curl', [
    '-s',
    '--unix-socket',
    run + '/internal.sock',
    'http://x/uploads/metrics',
  ])
  return Number(new RegExp(`^driftline_${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}
/** Every file in the media folder, by its path below it. */
const files = () =>
  readdirSync(folder).flatMap((name) => readdirSync(`${folder}/${name}`).map((file) => `${name}/${file}`))

copyFileSync(decode, kept)
chmodSync(kept, 0o755)
for (const [what, script] of [
  ['is killed', 'kill -9 $$'],
  ['ends by a failure', 'cat >/dev/null; exit 1'],
  ['says nothing', 'cat >/dev/null'],
  ['does not read', 'exit 0'],
  ['says too little', 'cat >/dev/null; echo hello'],
  [
    'claims more than it sends',
    "cat >/dev/null; printf '\\0\\0\\0\\0'; head -c 84 /dev/zero | tr '\\0' '\\7'",
  ],
  ['sends without end', 'exec cat /dev/zero'],
  ['hangs', 'exec sleep 60'],
])
  test(`a child that ${what}: 422, a counter, and nothing is stored`, async () => {
    const before = [await sizes(), await metric('decoders_died_total')]
    writeFileSync(decode + '.new', `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    renameSync(decode + '.new', decode)
    refused(await send(one, room, png()), 422, 'bad_media')
    assert.equal(await sizes(), before[0])
    assert.equal(await metric('decoders_died_total'), before[1] + 1)
  })

test('a child that cannot be started: 503', async () => {
  writeFileSync(decode + '.new', 'no program')
  renameSync(decode + '.new', decode)
  const answer = await send(one, room, png())
  refused(answer, 503, 'unavailable')
  renameSync(kept, decode)
  assert.equal((await send(one, room, png())).status, 200)
})

test('kill -9 of the program while people send: what was answered is there, the rest comes once', async () => {
  const sent = range(1, 30).map((n) => ({ client_id: randomUUID(), file: png(30 + n, 30) }))
  const answered = []
  let killed = 0
  const deliver = async ({ client_id, file }) => {
    for (;;) {
      const answer = await send(one, room, file, { client_id }).catch(() => null)
      if (answer?.status === 200) {
        answered.push(answer.body)
        return
      }
      assert.ok(!answer || answer.status === 503, answer?.text)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const work = Promise.all(sent.map(deliver))
  for (; killed < 3; killed++) {
    const wanted = answered.length + 4
    await until(() => answered.length >= wanted, 'some answers', 20000)
    const old = pidOf('media')
    kill(old)
    await until(() => pidOf('media') !== old && pidOf('media') > 0, 'the supervisor')
  }
  await work
  const stored =
    await rows(`select c.client_id, c.seq, m.id from message c join media m on m.room = c.room and m.seq = c.seq
    where c.client_id in (${sent.map((s) => `'${s.client_id}'`).join()})`)
  assert.equal(stored.length, sent.length)
  for (const { client_id, seq, media } of answered) {
    assert.equal(stored.find((row) => row.client_id === client_id).seq, seq)
    assert.equal((await fetchMedia(two, media.url)).status, 200)
  }
})

test('a file that nobody uses any more goes, one that somebody uses stays', async () => {
  const old = (path) => utimesSync(`${folder}/${path}`, new Date(0), new Date(0))
  const path = async (url, column = 'file') => {
    const hex = await sql(`select encode(${column}, 'hex') from media where id = '${url.split('/')[2]}'`)
    return `${hex.slice(0, 2)}/${hex}`
  }
  const first = (await send(one, room, png(90, 90))).body
  const again = (await send(two, room, png(90, 90))).body
  const alone = (await send(one, room, silence(100 + Math.floor(Math.random() * 1500)), { kind: 'voice' }))
    .body
  const face = (await setAvatar(one, png(91, 90))).body.avatar
  const kept = [await path(again.media.url), await path(again.media.url, 'preview')]
  const gone = [await path(alone.media.url), await path(face)]
  const stray = 'ab/ab' + '0'.repeat(62)
  mkdirSync(folder + '/ab', { recursive: true })
  execFileSync('chown', ['--reference', folder, folder + '/ab'])
  writeFileSync(`${folder}/${stray}`, 'left by an upload that was never answered')
  writeFileSync(folder + '/new/left', 'half a file')
  for (const { seq } of [first, alone]) await one.delete(`/rooms/${room}/messages/${seq}`)
  await one.delete('/me/avatar')
  for (const name of [...kept, ...gone, stray, 'new/left']) old(name)
  await until(
    () => ![...gone, stray, 'new/left'].some((name) => existsSync(`${folder}/${name}`)),
    'the files to go',
    90000,
  )
  for (const name of kept) assert.ok(existsSync(`${folder}/${name}`), name)
  assert.equal((await fetchMedia(two, again.media.url)).status, 200)
  assert.equal(await sql('select count(*) from file where doomed is not null'), '0')
})

test('files are put back while they are being removed: none that is used is missing', async () => {
  const file = png(95, 95)
  for (let n = 0; n < 10; n++) {
    const { body } = await send(one, room, file)
    const hex = await sql(
      `select encode(file, 'hex') from media where id = '${body.media.url.split('/')[2]}'`,
    )
    await one.delete(`/rooms/${room}/messages/${body.seq}`)
    // as the background does it, at just this moment
    const doomed = sql(`select files_doom(array['\\x${hex}'::bytea])`).then(async (found) => {
      if (found !== '') execFileSync('rm', ['-f', `${folder}/${hex.slice(0, 2)}/${hex}`])
      await sql(`select files_gone(array['\\x${hex}'::bytea])`)
    })
    const next = await send(one, room, file)
    await doomed
    assert.equal(next.status, 200)
    assert.equal((await fetchMedia(two, next.body.media.url)).status, 200)
  }
})

test('a full disk: 503, nothing half-done, and it goes on when there is room', async (t) => {
  const before = await sizes()
  const listed = files()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k,mode=2770', 'driftline-test', folder], {
      stdio: 'pipe',
    })
  } catch {
    t.skip('a small file system cannot be mounted here')
    return
  }
  try {
    execFileSync('chown', ['--reference', state + '/media/..', folder])
    chmodSync(folder, 0o2777)
    execFileSync('sh', ['-c', `kill -9 ${pidOf('media')}`])
    await until(async () => (await one.get('/me')).status === 200)
    const answer = await until(async () => {
      const answer = await send(
        one,
        room,
        png(600, 600, (x, y) => [(x * y) % 256, (x * 7) % 256, (y * 13) % 256, 255]),
      )
      return answer.headers.has('retry-after') && answer.body?.error?.code === 'unavailable' && answer
    }, 'a refusal')
    refused(answer, 503, 'unavailable')
    assert.equal(await sizes(), before)
    assert.deepEqual(readdirSync(folder + '/new'), [])
  } finally {
    const old = pidOf('media')
    execFileSync('umount', ['-l', folder])
    kill(old)
    await until(() => pidOf('media') !== old && pidOf('media') > 0, 'the supervisor')
  }
  assert.deepEqual(files().sort(), listed.sort())
  await until(async () => (await send(one, room, png())).status === 200, 'uploads again', 10000)
  assert.ok(statSync(folder).isDirectory())
})
