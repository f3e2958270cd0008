// DELETE /me: who may, what ends at once, what others see of it, and that nothing is left: a canary of every kind is in no dump
// of the database, no file and no log.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, utimesSync } from 'node:fs'
import { after, test } from 'node:test'
import { Person, call, logs, md5, pair, random, randomUUID, refused, sql, state, unique, until, v2 } from '../support/client.mjs'
import { png, send, setAvatar, silence } from '../support/media.mjs'
import { resolve } from '../support/safety.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const erase = (person, body) => person.delete('/me', body)
const proof = (person) => ({ password_v2: v2(person.account, person.password) })

/** The account's number and its masks, while it has them. */
async function who(person) {
  const account = await person.key()
  return { account, masks: await sql(`select string_agg(key::text, ',') from member where account = ${account}`) }
}

/** Lets what was planned for later be due now, and waits until the job has done it. */
async function pass({ account, masks }) {
  await until(
    async () => {
      await sql(`update departure set at = now() where room in (select room from member where key in (${masks}));
        update erasure set at = now() where member in (${masks})`)
      const left = `select (select count(*) from erasure where member in (${masks})) + (select count(*) from account where id = ${account})`
      return (await sql(left)) === '0'
    },
    'the job',
    90000,
  )
}

test('a password, a guest’s word: without it nothing happens', async () => {
  const me = await Person.register()
  const guest = await Person.guest()
  refused(await erase(me, {}), 422, 'invalid_field', 'password_v2')
  refused(await erase(me, { confirm: true }), 422, 'invalid_field', 'password_v2')
  refused(await erase(me, { password_v2: v2(me.account, 'other') }), 404, 'bad_credentials')
  refused(await erase(me, { password_md5: md5(me.password) }), 404, 'bad_credentials')
  refused(await erase(me, { ...proof(me), password_md5: md5('x') }), 422, 'invalid_field', 'password_v2')
  refused(await erase(me, { ...proof(me), name: me.account }), 422, 'invalid_field', 'name')
  refused(await erase(guest, {}), 422, 'invalid_field', 'confirm')
  refused(await erase(guest, { confirm: false }), 422, 'invalid_field', 'confirm')
  refused(await erase(guest, { confirm: 'yes' }), 422, 'invalid_field', 'confirm')
  refused(await erase(guest, { password_v2: v2('guest', 'x') }), 409, 'no_password')
  refused(await call('DELETE', '/api/v1/me', { confirm: true }), 401, 'unauthorized')
  assert.equal((await me.get('/me')).status, 200)
  assert.equal((await guest.get('/me')).status, 200)
  assert.equal((await erase(guest, { confirm: true })).status, 204)
  refused(await guest.get('/me'), 401, 'unauthorized')
})

test('with a cookie it goes too', async () => {
  const account = unique()
  const headers = { 'x-session': 'cookie', origin: new URL(process.env.DRIFTLINE_TEST_BASE ?? 'http://127.0.0.1:8080').origin }
  const answer = await call('POST', '/api/v1/register', { account, password_v2: v2(account, 'x') }, headers)
  const cookie = answer.headers.get('set-cookie').split(';')[0]
  const gone = await call('DELETE', '/api/v1/me', { password_v2: v2(account, 'x') }, { cookie, origin: headers.origin })
  assert.equal(gone.status, 204)
  assert.match(gone.headers.get('set-cookie'), /^driftline_session=;.*Max-Age=0/)
})

test('at once: no login, no session, no socket, the partner is told “left”; groups see nothing yet', async () => {
  const me = await Person.register()
  const elsewhere = await (await me.login()).open()
  const { two, room } = await pair(me)
  open.push(two)
  const group = (await two.post('/rooms', { topic: unique('topic') })).body.id
  await me.post(`/rooms/${group}/join`)
  await two.frame((f) => f.type === 'member' && f.room === group && f.event === 'joined')
  await me.send(group, 'before')
  const known = await who(me)
  assert.equal((await erase(me, proof(me))).status, 204)
  assert.equal((await elsewhere.frame((f) => f.type === 'bye')).reason, 'logged_out')
  await elsewhere.closed
  await me.closed
  for (const person of [me, elsewhere]) refused(await person.get('/me'), 401, 'unauthorized')
  refused(await call('POST', '/api/v1/login', { account: me.account, ...proof(me) }), 404, 'bad_credentials')
  const left = await two.frame((f) => f.type === 'member' && f.room === room && f.event === 'left')
  assert.equal(left.reason, 'left')
  assert.equal((await two.get('/rooms/' + room)).body.ended.by, 'peer')
  assert.equal((await two.get('/rooms/' + group)).body.members, 2, 'the group has not seen it')
  await pass(known)
  await two.frame((f) => f.type === 'member' && f.room === group && f.event === 'left')
  assert.equal((await two.get('/rooms/' + group)).body.members, 1)
  const [line] = (await two.get(`/rooms/${group}/messages`)).body.items
  assert.deepEqual([line.seq, line.body, line.recalled], [1, null, true])
  assert.ok(!two.frames.some((f) => f.type === 'recall'), 'no frame tells which lines went')
  const { recalls } = (await two.post('/sync', { rooms: {}, since: new Date(Date.now() - 120000).toISOString() })).body
  assert.deepEqual(recalls.filter((r) => r.room === group), [{ room: group, seq: 1 }])
  const again = await Person.register({ account: me.account })
  assert.notEqual(again.token, me.token, 'the name is free')
})

function dump() {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [
      '-c',
      `. '${state}/instance'; exec pg_dump "\${DRIFTLINE_DATABASE_OWNER_URL:-\${DRIFTLINE_DATABASE_URL:-host='$RUN' dbname=driftline user=driftline_owner}}"`,
    ])
    const out = []
    child.stdout.on('data', (data) => out.push(data))
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(out).toString()) : reject(new Error('pg_dump: ' + code))))
  })
}

test('nothing is left of somebody who wrote everywhere', async () => {
  const canary = 'canary' + random(6)
  const me = await Person.register({ account: canary + 'a', fields: { nickname: canary + ' nick' } })
  const { one, two, room } = await pair(me)
  open.push(one, two)
  await me.send(room, canary + ' said in a chat')
  await two.send(room, 'an answer to it', { reply_to: 1 })
  await me.post(`/rooms/${room}/messages/2/reactions`, { name: 'like' })
  for (const wish of ['reveal', 'keep']) for (const who of [me, two]) await who.post(`/rooms/${room}/${wish}`)
  const own = (await me.post('/rooms', { topic: canary + ' topic', description: canary + ' about', tags: [canary + 't'], mask: 'choice', show_profile: true })).body.id
  await me.send(own, canary + ' to nobody')
  const group = (await two.post('/rooms', { topic: unique('topic'), mask: 'choice' })).body.id
  await me.post(`/rooms/${group}/join`, { mask: false })
  await me.send(group, canary + ' in a group')
  await me.get(`/rooms/${group}/messages?q=${canary}`)
  await me.get(`/rooms/search?q=${canary}`)
  await me.post('/match', { target: 'private', tags: [canary + 'w'] })
  await me.post('/blocks', { room, member: (await me.get('/rooms/' + room)).body.peer.member })
  assert.ok((await dump()).includes(canary), 'it is there before')
  const known = await who(me)

  assert.equal((await erase(me, proof(me))).status, 204)
  await pass(known)
  const found = (await dump()).split('\n').filter((line) => line.includes(canary))
  assert.deepEqual(found, [])
  for (const [path, text] of Object.entries(logs())) assert.ok(!text.includes(canary), path)
  const numbers = await sql(`select string_agg(format('select %L where exists (select from driftline.%I where %I = ${known.account})', x.at, x.tab, x.col), ' union all ')
    from (select c.conrelid::regclass::text at, r.relname tab, a.attname col
            from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_attribute a on a.attrelid = r.oid and a.attnum = c.conkey[1]
           where c.contype = 'f' and c.confrelid = 'driftline.account'::regclass) x`)
  assert.equal(await sql(numbers), '', 'no row names the account’s number')
  assert.equal(await sql(`select count(*) from match_log where ${known.account} in (low, high)`), '0')
})

/** The tables of a dump that hold a word. */
async function tables(word) {
  const found = new Set()
  let table
  for (const line of (await dump()).split('\n')) {
    table = /^COPY driftline\.(\S+)/.exec(line)?.[1] ?? table
    if (line.includes(word)) found.add(table)
  }
  return [...found].sort()
}

const shade = () => [1, 2, 3].map(() => Math.floor(Math.random() * 256))
/** A picture that no other test sends. */
const picture = () => {
  const colour = shade()
  return png(60, 60, () => [...colour, 255])
}
const path = (digest) => `${state}/media/${digest.slice(0, 2)}/${digest}`

test('of pictures, voice, reports and lines that are held, copies in reports are left, and those for their time', async () => {
  const canary = 'canary' + random(6)
  const me = await Person.register({ account: canary + 'a', fields: { nickname: canary + ' nick' } })
  const { one, two, room } = await pair(me)
  open.push(one, two)
  await two.send(room, 'hello')
  await me.send(room, canary + ' ugly')
  for (const [file, kind] of [[picture(), 'image'], [silence(100 + Math.floor(Math.random() * 1500)), 'voice'], [picture(), 'image']])
    assert.equal((await send(me, room, file, { kind })).status, 200)
  assert.equal((await setAvatar(me, picture())).status, 200)
  const group = (await two.post('/rooms', { topic: unique('topic'), mask: 'choice' })).body.id
  const { member } = (await me.post(`/rooms/${group}/join`, { mask: false })).body.me
  await me.send(group, canary + ' in a group')
  await sql(`insert into held (id, room, member, client_id, body, at) select '${random(11)}', room, key, '${randomUUID()}', '${canary} held', now() from member where id = '${member}'`)
  const report = async (person, body) => {
    const answer = await person.post('/reports', { reason: 'other', ...body })
    assert.equal(answer.status, 201, answer.text)
    return answer.body.id
  }
  const mask = (await two.get('/rooms/' + room)).body.peer.member
  const reports = [
    await report(two, { room, member: mask, seqs: [2, 5] }),
    await report(two, { room: group, member }),
    await report(me, { room, seqs: [1], note: canary + ' note' }),
  ]
  const digests = await sql(`select string_agg(encode(d, 'hex'), ' ') from (select unnest(array[file, preview]) d from media where account = ${await me.key()}) x where d is not null`)
  const files = [...new Set(digests.split(' '))]
  assert.equal(files.length, 6)
  for (const file of files) assert.ok(existsSync(path(file)), file)
  assert.deepEqual((await tables(canary)).filter((t) => ['evidence', 'held', 'member', 'report', 'user_info'].includes(t)), ['evidence', 'held', 'member', 'report', 'user_info'])
  const known = await who(me)

  assert.equal((await erase(me, proof(me))).status, 204)
  await pass(known)
  assert.deepEqual(await tables(canary), ['evidence', 'report'])
  for (const id of reports) await resolve(id, 'dismiss')
  assert.deepEqual(await tables(canary), ['evidence'])
  for (const { topic, alias } of (await two.get('/reports')).body.items) assert.ok(![topic, alias].some((text) => text.includes(canary)))
  const age = (file) => existsSync(path(file)) && utimesSync(path(file), new Date(0), new Date(0))
  files.forEach(age)
  await until(() => files.filter((file) => existsSync(path(file))).length === 5, 'the avatar to go', 90000)

  await sql(`update report set resolved = resolved - interval '181 days' where id in (${reports.map((id) => `'${id}'`)});`)
  await until(async () => (await tables(canary)).length === 0, 'the job', 60000)
  await until(() => !files.some((file) => existsSync(path(file))), 'the files to go', 90000)
})
