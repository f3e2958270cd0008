// The admin program over its socket: who may do what, tokens, and the record of each act.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { Person, base, call, logs, random, refused, rows, sql, state, unique } from '../support/client.mjs'
import { Admin, ask, rootToken, sockets, tokenFile } from '../support/admin.mjs'

const owner = Admin.owner
const moderator = await Admin.add()
const last = async (target) =>
  (
    await rows(
      `select a.name as admin, u.command, u.target, u.note from audit u join admin a on a.id = u.admin where u.target = '${target}' order by u.id desc limit 1`,
    )
  )[0]

/** Each call: what it takes to be well-formed, and whose it is. Kept beside cgi-bin/admin_routes.c. */
export const calls = {
  logout: { owners: false },
  'reports/list': { owners: false },
  'reports/show': { owners: false, body: { report: 'x' } },
  'reports/file': { owners: false, body: { report: 'x', seq: 1 } },
  'reports/resolve': { owners: false, body: { report: 'x', action: 'dismiss' } },
  'reports/hold': { owners: false, body: { report: 'x' } },
  'reports/release': { owners: false, body: { report: 'x' } },
  'appeals/list': { owners: false },
  'appeals/answer': { owners: false, body: { appeal: 'x', decision: 'lift', text: 'x' } },
  'users/show': { owners: false, body: { subject: 'x' } },
  'users/warn': { owners: false, body: { subject: 'x', reason: 'x' } },
  'users/mute': { owners: false, body: { subject: 'x', reason: 'x' } },
  'users/ban': { owners: false, body: { subject: 'x', reason: 'x' } },
  'users/unmute': { owners: false, body: { subject: 'x' } },
  'users/unban': { owners: false, body: { room: 'x', member: 'x' } },
  'users/erase': { owners: true, body: { subject: 'x' } },
  'users/name': { owners: true, body: { subject: 'x', note: 'x' } },
  'rooms/list': { owners: false },
  'rooms/show': { owners: false, body: { room: 'x' } },
  'rooms/close': { owners: false, body: { room: 'x' } },
  'words/list': { owners: false },
  'words/test': { owners: false, body: { text: 'x' } },
  'words/add': { owners: true, body: { pattern: 'x', class: 'flag' } },
  'words/remove': { owners: true, body: { pattern: 'x' } },
  'held/list': { owners: false },
  'held/show': { owners: false, body: { held: 'x' } },
  'held/approve': { owners: false, body: { held: 'x' } },
  'held/refuse': { owners: false, body: { held: 'x' } },
  stats: { owners: false },
  rotate: { owners: false },
  audit: { owners: true },
  'admins/list': { owners: true },
  'admins/add': { owners: true, body: { name: 'nobody', role: 'owner' } },
  'admins/disable': { owners: true, body: { name: 'nobody' } },
  'admins/enable': { owners: true, body: { name: 'nobody' } },
  'admins/rotate': { owners: true, body: { name: 'nobody' } },
}

test('the table of calls is complete', async () => {
  const { readFileSync } = await import('node:fs')
  const table = readFileSync(new URL('../../cgi-bin/admin_routes.c', import.meta.url), 'utf8')
  const found = [...table.matchAll(/ADMIN "\/([a-z/]+)", \w+, (MODERATOR|OWNER)/g)]
  assert.deepEqual(
    Object.fromEntries(found.map(([, path, who]) => [path, who === 'OWNER'])),
    Object.fromEntries(Object.entries(calls).map(([path, { owners }]) => [path, owners])),
  )
})

test('the public listener knows nothing of it', async () => {
  for (const path of ['/admin', '/admin/', '/admin/v1/stats', '/admin/v1/login', '/admin-cgi.sock', '//admin/v1/stats'])
    for (const method of ['GET', 'POST']) {
      const headers = { authorization: 'Bearer ' + owner.token }
      const { status, text } = await call(method, path, method === 'POST' ? {} : undefined, headers)
      assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`)
      assert.doesNotMatch(text, /accounts|unauthorized/)
    }
  const { status } = await call('POST', '/api/v1/admins/list', {}, { authorization: 'Bearer ' + owner.token })
  assert.equal(status, 404)
})

test('only who set the service up may connect', () => {
  assert.equal(statSync(sockets + '/admin.sock').mode & 0o777, 0o600)
  assert.equal(statSync(sockets + '/admin.sock').uid, process.getuid())
  assert.equal(statSync(tokenFile).mode & 0o777, 0o400)
  assert.equal(statSync(tokenFile).uid, process.getuid())
})

test('without a token, with a guest’s or a made-up one: 401, alike for every call', async () => {
  const guest = await Person.guest()
  for (const [path, { body }] of Object.entries(calls))
    for (const token of [undefined, guest.token, 'x'.repeat(44), rootToken() + 'x', 'a b', '"'])
      refused(await ask('/admin/v1/' + path, { token, body }), 401, 'unauthorized')
})

test('an admin’s token is no account’s', async () => {
  refused(await call('GET', '/api/v1/me', undefined, { authorization: 'Bearer ' + owner.token }), 401, 'unauthorized')
})

test('what is an owner’s is refused to a moderator, with nothing changed', async () => {
  const before = await sql('select count(*) from admin; select count(*) from audit')
  for (const [path, { owners, body }] of Object.entries(calls))
    if (owners) refused(await moderator.call(path, body), 403, 'owners_only')
  assert.equal(await sql('select count(*) from admin; select count(*) from audit'), before)
})

test('what is a moderator’s is not refused to one', async () => {
  for (const [path, { owners, body }] of Object.entries(calls)) {
    if (owners || path === 'logout' || path === 'rotate') continue
    const answer = await moderator.call(path, body)
    assert.ok(answer.status !== 401 && answer.status !== 403, `${path}: ${answer.text}`)
  }
})

test('unknown fields, wrong types, what is no JSON, other methods and paths', async () => {
  for (const path of Object.keys(calls)) refused(await owner.call(path, { nothing: 1 }), 422, 'invalid_field', 'nothing')
  refused(await owner.call('rooms/show', {}), 422, 'invalid_field', 'room')
  refused(await owner.call('rooms/show', { room: 5 }), 422, 'invalid_field', 'room')
  refused(await owner.call('rooms/show', { room: "x' or 1=1" }), 422, 'invalid_field', 'room')
  refused(await owner.call('users/show', {}), 422, 'invalid_field', 'room')
  refused(await owner.call('users/show', { room: 'x' }), 422, 'invalid_field', 'member')
  refused(await owner.call('users/show', { subject: 'x', room: 'x' }), 422, 'invalid_field', 'subject')
  refused(await owner.call('users/ban', { subject: 'x' }), 422, 'invalid_field', 'reason')
  refused(await owner.call('users/ban', { subject: 'x', reason: 'x', days: 0 }), 422, 'invalid_field', 'days')
  refused(await owner.call('users/warn', { subject: 'x', reason: 'x', days: 1 }), 422, 'invalid_field', 'days')
  refused(await owner.call('users/name', { subject: 'x' }), 422, 'invalid_field', 'note')
  refused(await owner.call('reports/resolve', { report: 'x', action: 'erase' }), 422, 'invalid_field', 'action')
  refused(await owner.call('rooms/list', { limit: 51 }), 422, 'invalid_field', 'limit')
  refused(await owner.call('rooms/list', { limit: '5' }), 422, 'invalid_field', 'limit')
  refused(await owner.call('rooms/list', { cursor: 'x' }), 422, 'invalid_field', 'cursor')
  refused(await owner.call('rooms/list', { state: 'x' }), 422, 'invalid_field', 'state')
  refused(await owner.call('admins/add', { name: 'Upper', role: 'owner' }), 422, 'invalid_field', 'name')
  refused(await owner.call('admins/add', { name: 'x', role: 'owner' }), 422, 'invalid_field', 'name')
  refused(await owner.call('admins/add', { name: 'xy', role: 'king' }), 422, 'invalid_field', 'role')
  refused(await owner.call('admins/rotate', {}), 422, 'invalid_field', 'name')
  refused(await owner.call('stats', '{"a":1'), 400, 'malformed')
  refused(await owner.call('rooms/show', '{"room":"a\\u0000b"}'), 400, 'malformed')
  refused(await owner.call('rooms/close', JSON.stringify({ room: 'x', note: 'y'.repeat(20000) })), 413, 'too_large')
  refused(await owner.call('stats', '{}', { headers: { 'content-type': 'text/plain' } }), 415, 'not_json')
  refused(await owner.call('stats', {}, { method: 'GET' }), 405, 'method_not_allowed')
  refused(await owner.call('nothing'), 404, 'not_found')
  refused(await ask('/api/v1/me', { token: owner.token }), 404, 'not_found')
  refused(await owner.call('rooms/close', { room: unique() }, { headers: { 'accept-language': 'zh' } }), 404, 'no_room')
})

test('a password opens; wrong ones do not, and ten of them make one wait', async () => {
  const admin = await Admin.add()
  const login = (name, password) => ask('/admin/v1/login', { body: { name, password } })
  const expires = (await login(admin.name, admin.password)).body.expires
  assert.ok(Math.abs(new Date(expires) - Date.now() - 12 * 3600e3) < 60e3, expires)
  refused(await login(admin.name, 'wrong'), 404, 'bad_credentials')
  refused(await login(unique(), 'wrong'), 404, 'bad_credentials')
  refused(await login('owner', 'wrong'), 404, 'bad_credentials')
  assert.equal((await last(admin.name)).command, 'login')
  await sql(`update admin set failed = 10, failed_at = now() where name = '${admin.name}'`)
  const waiting = await login(admin.name, admin.password)
  refused(waiting, 429, 'too_many')
  assert.ok(Number(waiting.headers.get('retry-after')) > 800)
  await sql(`update admin set failed_at = now() - interval '16 minutes' where name = '${admin.name}'`)
  assert.equal((await login(admin.name, admin.password)).status, 200)
})

test('an expired token, a given back one and a disabled admin’s are dead', async () => {
  const admin = await Admin.add('owner')
  assert.equal((await admin.call('stats')).status, 200)
  await sql(`update admin_token set expires = now() where admin = (select id from admin where name = '${admin.name}')`)
  refused(await admin.call('stats'), 401, 'unauthorized')
  await admin.login()
  assert.equal((await admin.call('logout')).status, 204)
  refused(await admin.call('stats'), 401, 'unauthorized')
  await admin.login()
  refused(await admin.call('admins/disable', { name: admin.name }), 409, 'yourself')
  assert.equal((await owner.call('admins/disable', { name: admin.name })).status, 204)
  assert.deepEqual(await last(admin.name), { admin: 'owner', command: 'admins disable', target: admin.name, note: '' })
  refused(await admin.call('stats'), 401, 'unauthorized')
  await assert.rejects(admin.login(), /bad_credentials/)
  assert.equal((await owner.call('admins/enable', { name: admin.name })).status, 204)
  await admin.login()
  assert.equal((await admin.call('admins/list')).status, 200)
})

test('rotating ends what was before', async () => {
  const admin = await Admin.add()
  const { token, password } = admin
  const own = await admin.call('rotate')
  assert.equal(own.status, 200)
  refused(await admin.call('stats'), 401, 'unauthorized')
  await assert.rejects(admin.login(), /bad_credentials/)
  Object.assign(admin, { token: own.body.token, password: own.body.password })
  assert.notEqual(admin.token, token)
  assert.notEqual(admin.password, password)
  assert.equal((await admin.call('stats')).status, 200)
  const others = await owner.call('admins/rotate', { name: admin.name })
  assert.deepEqual(Object.keys(others.body).sort(), ['expires', 'name', 'password'])
  refused(await admin.call('stats'), 401, 'unauthorized')
  admin.password = others.body.password
  await admin.login()
  refused(await owner.call('admins/rotate', { name: unique() }), 404, 'no_admin')
})

test('tokens and passwords are kept as digests alone, and stand in no log', async () => {
  const admin = await Admin.add()
  const dump = await sql('select row_to_json(a) from admin a; select row_to_json(t) from admin_token t; select row_to_json(u) from audit u')
  const logged = Object.values(logs()).join('\n')
  for (const secret of [admin.token, admin.password, rootToken()])
    for (const text of [dump, logged]) assert.equal(text.includes(secret), false)
  assert.match(await sql(`select cost from admin where name = '${admin.name}'`), /^32768:8:3$/)
})

test('a room is looked at, closed, and both are on record', async () => {
  const person = await (await Person.guest()).open()
  const canary = 'canary' + random()
  const { body: room } = await person.post('/rooms', { topic: unique('topic') })
  await person.send(room.id, canary)
  const list = await moderator.call('rooms/list', { query: room.topic })
  assert.deepEqual(list.body.items.map((i) => [i.room, i.members, i.lines]), [[room.id, 1, 1]])
  const shown = await moderator.call('rooms/show', { room: room.id })
  assert.equal(shown.body.masks[0].member, room.me.member)
  assert.equal((await last(room.id)).command, 'rooms show')
  for (const answer of [list, shown]) {
    assert.equal(answer.text.includes(canary), false)
    assert.equal(answer.text.includes(person.user.nickname), false)
  }
  assert.equal((await moderator.call('rooms/close', { room: room.id, note: 'spam 广告' })).status, 204)
  assert.deepEqual(await last(room.id), { admin: moderator.name, command: 'rooms close', target: room.id, note: 'spam 广告' })
  const frame = await person.frame((f) => f.type === 'room' && f.room === room.id && f.detail.ended)
  assert.deepEqual([frame.detail.ended.by, frame.detail.ended.reason], ['service', 'closed'])
  assert.notEqual((await person.send(room.id, 'more')).status, 200)
  refused(await moderator.call('rooms/close', { room: room.id }), 409, 'room_ended')
  person.close()
})

test('the record is read page by page, by admin, command and target', async () => {
  const room = (await (await Person.guest()).post('/rooms', { topic: 'x' })).body.id
  for (let i = 0; i < 3; i++) await moderator.call('rooms/show', { room })
  const one = await owner.call('audit', { target: room, limit: 2 })
  const two = await owner.call('audit', { target: room, limit: 2, cursor: one.body.next })
  assert.deepEqual([one.body.items.length, two.body.items.length, two.body.next], [2, 1, null])
  assert.equal((await owner.call('audit', { target: room, command: 'rooms' })).body.items.length, 3)
  assert.equal((await owner.call('audit', { target: room, command: 'room' })).body.items.length, 0)
  assert.equal((await owner.call('audit', { target: room, admin: 'owner' })).body.items.length, 0)
  assert.equal((await owner.call('audit', { target: "' or true --" })).body.items.length, 0)
})

test('nobody changes the record, not even who owns the tables', async () => {
  for (const text of ["update audit set note = 'x'", 'delete from audit', 'truncate audit'])
    await assert.rejects(sql(text), /append-only/)
})

test('figures', async () => {
  const { status, body } = await moderator.call('stats')
  assert.equal(status, 200)
  for (const name of ['accounts', 'rooms', 'messages', 'online', 'sockets', 'waiting', 'public_rooms', 'matches_day', 'reports_open', 'appeals_open', 'banned'])
    assert.ok(Number.isInteger(body[name]) && body[name] >= 0, name)
})

test('the service itself is up', async () => {
  assert.equal((await fetch(base + '/readyz')).status, 200, state)
})
