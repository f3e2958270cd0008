// Nothing links a mask to an account, or one room's mask to another's: canaries of all kinds, looked for in everything
// that another person gets to see, and in the logs, after errors too.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createHash } from 'node:crypto'
import http from 'node:http'
import { raw } from '../deploy/instance.mjs'
import {
  Person,
  base,
  call,
  logs,
  random,
  randomUUID,
  rows,
  sql,
  until,
  unique,
  v2,
} from '../support/client.mjs'
import { Admin } from '../support/admin.mjs'
import { fetchMedia, png, send, setAvatar } from '../support/media.mjs'

const { port } = new URL(base)
const canary = (kind) => `canary${kind}${random(5)}`
const account = canary('account')
const nickname = canary('nick')
const password = canary('password')
const note = canary('note')
const lines = []
const say = (person, room, more) => {
  const body = canary('line') + ' 你好'
  lines.push(body)
  return person.send(room, body, more)
}

/** All bytes that one person gets: answers with their headers, frames, pictures. */
class Witness {
  seen = []
  async call(method, path, body, headers = {}) {
    const options = {
      method,
      headers: { authorization: 'Bearer ' + this.token, 'content-type': 'application/json', ...headers },
    }
    return new Promise((resolve, reject) => {
      const request = http.request(base + path, options, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          this.seen.push(path, JSON.stringify(response.rawHeaders), text)
          let parsed = null
          try {
            parsed = JSON.parse(text)
          } catch {
            // a picture, or nothing
          }
          resolve({ status: response.statusCode, body: parsed, text })
        })
      })
      request.on('error', reject)
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
  api(method, path, body) {
    return this.call(method, '/api/v1' + path, body)
  }
  /** Everything, with what a person may know of oneself left out. */
  get text() {
    return [...this.seen, ...this.person.frames.map((f) => JSON.stringify(f))].join('\n')
  }
}

const hidden = await Person.register({ account, password, fields: { nickname } })
const key = await hidden.key()
const witness = new Witness()
witness.token = (await Person.guest()).token
witness.person = await new Person(witness.token).open()
await hidden.open()
after(() => [hidden, witness.person].forEach((person) => person.close()))
const [stored] = await rows(
  `select a.created, u.avatar from account a join user_info u on u.account = a.id where a.id = ${key}`,
)
const tickets = []
const rooms = []
const exports = [] // what the witness takes along

/** They meet, talk, recall, read, type, part; the witness calls all that there is, with errors among it. */
async function journey() {
  const tags = [unique('t')]
  await witness.api('POST', '/match', { target: 'private', tags })
  const met = await hidden.match(tags)
  const { room } = await witness.person.frame((f) => f.type === 'matched' && f.room === met.body.room.id)
  rooms.push({ id: room, member: met.body.room.me.member, alias: met.body.room.me.alias })
  const at = '/rooms/' + room
  await say(hidden, room)
  await say(hidden, room, { reply_to: 1 })
  await say(witness.person, room)
  await hidden.post(at + '/typing')
  await hidden.post(at + '/read', { seq: 3 })
  await hidden.delete(at + '/messages/1')
  await witness.person.frame((f) => f.type === 'recall' && f.room === room)
  const peer = (await witness.api('GET', at)).body.peer
  await witness.call('GET', peer.avatar)
  await witness.api('GET', at + '/messages')
  await witness.api('GET', '/match')
  await witness.api('GET', '/conversations')
  await witness.api('POST', '/sync', { rooms: { [room]: 0 }, match: true })
  await witness.api('POST', at + '/read', { seq: 2 })
  await witness.api('POST', at + '/typing')
  // wishes that only one of them has, reactions, searches, exports
  for (const wish of ['/reveal', '/keep']) await hidden.post(at + wish)
  await hidden.post(at + '/messages/3/reactions', { name: 'like' })
  await witness.person.frame((f) => f.type === 'reaction' && f.room === room)
  await witness.api('POST', at + '/messages/2/reactions', { name: 'wow' })
  await witness.api('DELETE', at + '/messages/2/reactions', { name: 'wow' })
  await witness.api('GET', at + '/messages?q=canary')
  for (const format of ['txt', 'json', 'csv', 'html'])
    assert.equal((await witness.api('GET', `${at}/export?format=${format}`)).status, 200)
  await witness.api('POST', '/sync', { rooms: { [room]: 0 }, since: '2026-01-02T03:04:05.678Z' })
  await witness.api('GET', at)
  // what is held: of the room's lines, of oneself, of the deployment
  await sql(`insert into held (id, room, member, client_id, body, at) select '${random(11)}', m.room, m.key, '${randomUUID()}', '${lines.at(-1)}', now()
    from member m join room r on r.key = m.room where r.id = '${room}' and m.account = ${key}`)
  assert.deepEqual((await witness.api('GET', at + '/held')).body.items, [])
  for (const path of ['/settings', '/challenge', '/me/export'])
    assert.equal((await witness.api('GET', path)).status, 200)
  exports.push(witness.seen.pop())
  // reports, both ways
  await hidden.post('/reports', { room, member: met.body.room.peer.member, seqs: [3], reason: 'other', note })
  await witness.api('POST', '/reports', { room, member: peer.member, seqs: [2], reason: 'other', note: 'x' })
  await witness.api('POST', '/reports', { room, reason: 'spam' })
  for (const path of ['/reports', '/warnings']) await witness.api('GET', path)
  // errors of every kind
  await witness.api('POST', '/reports', { room, member: peer.member, seqs: [99], reason: 'other' })
  await witness.api('POST', `/warnings/${peer.member}/seen`)
  await witness.api('POST', '/appeals', { code: peer.member, text: 'x' })
  await witness.api('POST', at + '/messages/99/reactions', { name: 'like' })
  await witness.api('GET', at + '/messages?q=')
  await witness.api('GET', at + '/export?format=x')
  await witness.api('POST', '/blocks', { room, member: (await witness.api('GET', at)).body.me.member })
  await witness.api('DELETE', '/blocks', { room, member: 'nobody' })
  await witness.api('DELETE', at + '/messages/2')
  await witness.api('DELETE', at + '/messages/99')
  await witness.api('POST', at + '/messages', { client_id: 'x' })
  await witness.api('POST', at + '/messages', {
    client_id: randomUUID(),
    kind: 'text',
    body: 'x',
    reply_to: 99,
  })
  await witness.api('GET', `/rooms/${peer.member}`)
  await witness.api('GET', `/members/${peer.member}`)
  await witness.api('GET', '/rooms/%zz')
  await witness.api('PUT', '/me')
  await witness.api('POST', '/login', { account, password_v2: v2(account, 'guess') })
  await witness.api('POST', '/register', {
    account: account + 'x'.repeat(40),
    password_v2: v2(account, 'guess'),
  })
  tickets.push((await hidden.post('/stream')).body.url)
  await hidden.post(at + '/leave')
  await witness.person.frame((f) => f.type === 'member' && f.room === room)
  await witness.api('POST', at + '/messages', { client_id: randomUUID(), kind: 'text', body: 'too late' })
  await witness.api('GET', at)
}

test('a whole journey, twice: the other learns neither name nor nickname, account or token', async () => {
  await journey()
  await sql('delete from match_log')
  await journey()
  const { id } = rooms.at(-1)
  const { member } = (await witness.api('GET', '/rooms/' + id)).body.me
  assert.equal((await hidden.post('/blocks', { room: id, member })).status, 204)
  for (const path of ['/rooms/' + id, '/conversations', '/blocks', '/match']) await witness.api('GET', path)
  await witness.api('POST', '/sync', { rooms: { [id]: 0 }, match: true })
  const { text } = witness
  assert.doesNotMatch(text, /"blocked":\["|"(reveal|keep)":true/, 'wishes and blocks are their owner’s')
  for (const [what, word] of Object.entries({
    account,
    nickname,
    password,
    'a report’s note': note,
    token: hidden.token,
    "the token's hash": createHash('sha256').update(hidden.token).digest('hex'),
    "the account's own picture": stored.avatar,
    "the account's age": stored.created.slice(0, 23),
  }))
    assert.ok(!(text + exports).includes(word), what)
  for (const ticket of tickets) assert.ok(!text.includes(ticket.slice(4)), 'a ticket')
  assert.doesNotMatch(text, /"(account|account_id|user|openid)":/)
})

test('the recalled line is nowhere in what came after its recall', async () => {
  for (const { id } of rooms) {
    const { items } = (await witness.api('GET', `/rooms/${id}/messages`)).body
    assert.deepEqual([items[0].recalled, items[0].body], [true, null])
  }
})

test("the account's number is in no answer and no frame", async () => {
  const high = 7_000_000_000 + Math.floor(Math.random() * 1e9)
  const other = await Person.guest()
  const old = await other.key()
  await sql(`begin;
    insert into account (id) overriding system value values (${high}); insert into user_info (account, nickname, avatar) values (${high}, 'x', '/avatar/0000000000000000.svg');
    update session set account = ${high} where account = ${old}; commit`)
  const seen = []
  const one = await new Person(other.token).open()
  const two = await (await Person.guest()).open()
  const tags = [unique('t')]
  seen.push(await one.match(tags), await two.match(tags))
  const { room } = await one.frame((f) => f.type === 'matched')
  for (const person of [one, two]) {
    seen.push(
      await person.send(room, 'x'),
      await person.get('/rooms/' + room),
      await person.get('/conversations'),
      await person.get('/conversations?limit=1'),
    )
    seen.push(
      await person.post('/sync', { rooms: { [room]: 0 }, match: true }),
      await person.get('/me'),
      await person.post('/stream'),
    )
    seen.push(
      await person.get(`/rooms/${room}/messages`),
      await person.get(`/rooms/${room}/held`),
      await person.get('/challenge'),
      await person.call('GET', '/me/export'),
      await person.post('/reports', { room, seqs: person === one ? [2] : [1], reason: 'other' }),
      await person.get('/reports'),
    )
  }
  const admin = await Admin.add('moderator')
  const [{ id: report }] = (await two.get('/reports')).body.items
  const shown = await admin.call('reports/show', { report })
  seen.push(shown, await admin.call('users/show', { subject: shown.body.subject }))
  seen.push(await admin.call('reports/list', { subject: shown.body.subject }))
  for (const answer of seen.slice(-3)) assert.equal(answer.status, 200, answer.text)
  seen.push(await one.delete('/me', { confirm: true }), await two.get('/rooms/' + room))
  seen.push(await two.post('/sync', { rooms: { [room]: 0 } }), await admin.call('reports/show', { report }))
  const text =
    seen.map((a) => a.text + (a.headers.get ? JSON.stringify([...(a.headers.entries?.() ?? [])]) : '')).join() + JSON.stringify([one.frames, two.frames])
  assert.ok(!text.includes(String(high)))
  one.close()
  two.close()
})

test("member ids, aliases' pairs and pictures of one account differ in every room", async () => {
  const tags = [unique('t')]
  const seen = []
  for (let n = 0; n < 12; n++) {
    const other = await Person.guest()
    await other.match(tags)
    const { me, id } = (await hidden.match(tags)).body.room
    seen.push({ ...me, id, avatar: await (await fetch(base + me.avatar)).text() })
    await other.get('/match')
  }
  for (const field of ['member', 'id', 'avatar'])
    assert.equal(new Set(seen.map((s) => s[field])).size, 12, field)
  assert.ok(new Set(seen.map((s) => s.alias)).size > 8, 'aliases')
  // nothing in common but by chance: no prefix, no order
  const members = seen.map((s) => s.member)
  assert.ok(new Set(members.map((m) => m.slice(0, 4))).size > 8)
  assert.notDeepEqual(members, [...members].sort())
})

test('a picture is drawn from its id alone, the same for whoever looks', async () => {
  const { member } = rooms[0]
  const seen = await Promise.all(
    ['Bearer ' + hidden.token, 'Bearer ' + witness.token, ''].map((authorization) =>
      call('GET', `/avatar/${member}.svg`, undefined, authorization ? { authorization } : {}),
    ),
  )
  assert.equal(new Set(seen.map((a) => a.text)).size, 1)
  assert.equal(seen[0].status, 200)
  assert.equal(
    (await call('GET', '/avatar/ffffffffffffffff.svg')).status,
    200,
    'and of a member who is not there',
  )
  assert.doesNotMatch(seen[0].text, /<script|href|<text|<!--/i)
})

test('who joins two rooms at once leaves no time in common', async () => {
  const { body } = await witness.api('GET', '/conversations')
  for (const { id } of rooms) {
    const room = body.items.find((r) => r.id === id)
    assert.deepEqual(Object.keys(room.peer).sort(), ['alias', 'alias_zh', 'avatar', 'member', 'read_seq'])
  }
})

test('pictures: one in two rooms, a profile in three, and nothing but what they show in common', async () => {
  const face = png(70, 70)
  const picture = png(71, 70)
  const own = (await setAvatar(hidden, face)).body.avatar
  const other = await (await Person.guest()).open()
  const shown = []
  const lines = []
  for (let n = 0; n < 2; n++) {
    const { body: room } = await hidden.post('/rooms', {
      topic: unique('p'),
      mask: 'choice',
      show_profile: true,
    })
    await other.post(`/rooms/${room.id}/join`, {})
    lines.push((await send(hidden, room.id, picture)).body.media.url)
    const { items } = (await other.get(`/rooms/${room.id}/members`)).body
    shown.push(items.find((member) => member.profile).avatar)
  }
  const tags = [unique('t')]
  await other.match(tags)
  const { room: met } = (await hidden.match(tags)).body
  for (const person of [hidden, other]) await person.post(`/rooms/${met.id}/reveal`)
  shown.push((await other.get('/rooms/' + met.id)).body.peer.profile_avatar)
  const urls = [...shown, ...lines]
  for (const url of urls) assert.match(url, /^\/media\/[\w-]{22}$/)
  assert.equal(new Set([own, ...urls]).size, 6, 'each use has an address of its own')
  assert.equal((await fetchMedia(other, own)).status, 404, "the account's own is its own")
  const answers = await Promise.all(urls.map((url) => fetchMedia(other, url)))
  const plain = ({ headers }) => [...headers].filter(([name]) => name !== 'date' && name !== 'content-length')
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(plain(answer), plain(answers[0]))
    assert.ok(!['etag', 'last-modified', 'age', 'expires'].some((name) => answer.headers.has(name)))
  }
  const digests = await rows(`select encode(file, 'hex') as file, encode(source, 'hex') as source from media
    where account = ${key}`)
  await other.get('/conversations')
  await other.post('/sync', { rooms: { [met.id]: 0 } })
  const seen = JSON.stringify([other.frames, answers.map(plain), (await other.get('/conversations')).body])
  for (const word of [own, ...digests.flatMap((d) => [d.file, d.source])]) assert.ok(!seen.includes(word), word)
  other.close()
  const log = JSON.stringify(logs())
  for (const url of [own, ...urls]) assert.ok(!log.includes(url.split('/')[2]), 'an address in the logs')
})

test('the logs name nobody, after errors of nginx, the handlers and PostgreSQL too', async () => {
  const token = 'Authorization: Bearer ' + hidden.token
  const topic = canary('topic')
  const ask = (line, headers = [], body = '') =>
    raw(
      Number(port),
      [
        `${line} HTTP/1.1`,
        'Host: x',
        'Connection: close',
        token,
        ...headers,
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
      { wait: 8000 },
    )
  const json = 'Content-Type: application/json'
  // nginx refuses
  await ask(`GET /api/v1/rooms/${rooms[0].id}/messages?q=${lines[0].split(' ')[0]}&x=${'a'.repeat(5000)}`)
  await ask(`GET /api/v1/${account}%zz`, [`Referer: http://x/${account}`])
  await ask(`POST /api/v1/rooms/${rooms[0].id}/messages`, [json], lines[0].repeat(2000))
  await ask(`GET /ws/${random(11)}?last_event_id=${account}`)
  await ask(`GET /${account}`, ['X-Long: ' + account.repeat(1500)])
  // the handlers refuse
  await ask('POST /api/v1/login', [json], JSON.stringify({ account, password_v2: v2(account, 'guess') }))
  await ask(
    'POST /api/v1/register',
    [json],
    JSON.stringify({ account, password_v2: v2(account, 'x'), nickname }),
  )
  await ask(
    'POST /api/v1/sync',
    [json],
    JSON.stringify({ rooms: { [rooms[0].id]: 0 }, since: '2026-99-99T99:99:99.999Z' }),
  )
  await ask('POST /api/v1/sync', [json], JSON.stringify({ rooms: {}, [topic]: 1 }))
  // PostgreSQL refuses: a name that is taken beneath the handler's feet, a row that breaks a rule, a lock that stays
  await sql(
    `insert into account (name, scheme, salt, hash, cost) values ('${account}', 'v2', '', '', '')`,
  ).catch(() => {})
  await sql(`update room set topic = '${topic}', capacity = 1 where id = '${rooms[0].id}'`).catch(() => {})
  const lock = sql(
    `begin; select 1 from room where id = '${rooms[1].id}' for update; select pg_sleep(6); commit`,
  )
  await until(
    async () =>
      (await sql(
        `select count(*) from pg_stat_activity where query like '%pg_sleep(6)%' and pid <> pg_backend_pid()`,
      )) !== '0',
  )
  const stuck = await witness.api('POST', `/rooms/${rooms[1].id}/messages`, {
    client_id: randomUUID(),
    kind: 'text',
    body: lines[0],
  })
  assert.equal(stuck.status, 503)
  await lock
  const text = await until(() => {
    const all = logs()
    return JSON.stringify(all).includes('/api/v1/rooms/*/messages 503') && all
  }, 'the log')
  const words = {
    account,
    nickname,
    password,
    topic,
    token: hidden.token,
    address: '127.0.0.1',
    ...Object.fromEntries(lines.map((line, n) => ['line ' + n, line.split(' ')[0]])),
  }
  for (const { id, member } of rooms)
    Object.assign(words, { ['room ' + id]: id, ['member ' + member]: member })
  for (const [n, ticket] of tickets.entries()) words['ticket ' + n] = ticket.slice(4)
  const found = []
  for (const [file, content] of Object.entries(text))
    for (const [what, word] of Object.entries(words))
      if (content.includes(word))
        found.push(
          `${what} in ${file}: ${content
            .split('\n')
            .find((l) => l.includes(word))
            .slice(0, 200)}`,
        )
  assert.deepEqual(found, [])
})

test('erased: what others get after it, and the logs, still name nobody', async () => {
  const from = witness.seen.length
  const group = (await witness.api('POST', '/rooms', { topic: unique('p') })).body.id
  await hidden.post(`/rooms/${group}/join`)
  await hidden.send(group, 'x')
  const { member } = (await hidden.get('/rooms/' + group)).body.me
  assert.equal((await hidden.delete('/me', { password_v2: v2(account, password) })).status, 204)
  const again = await Person.register({ account, fields: { nickname } })
  await sql(`update departure d set at = now() from member m where d.member = m.key and m.id = '${member}'`)
  await witness.person.frame((f) => f.type === 'member' && f.member === member && f.event === 'left')
  for (const path of ['/conversations', `/rooms/${group}/members`, `/rooms/${group}/messages`, '/reports', '/blocks'])
    await witness.api('GET', path)
  await witness.api('POST', '/sync', { rooms: { [group]: 0 }, since: '2026-01-02T03:04:05.678Z' })
  for (const { id } of rooms) await witness.api('GET', '/rooms/' + id)
  const text = witness.seen.slice(from).join('\n') + JSON.stringify(witness.person.frames)
  const log = JSON.stringify(logs())
  for (const [what, word] of Object.entries({ account, nickname, password, token: hidden.token, again: again.token })) {
    assert.ok(!text.includes(word), what)
    assert.ok(!log.includes(word), what + ' in the logs')
  }
})
