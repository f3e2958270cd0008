// The word filter: each class on each field, changes that take effect while the service runs, held lines.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  Person,
  call,
  logs,
  pair,
  random,
  randomUUID,
  range,
  refused,
  rows,
  sql,
  unique,
  until,
  v2,
} from '../support/client.mjs'

// letters that stand in no other test's texts
const letters = (n) => Array.from({ length: n }, () => 'bcdfghjkmnpqrstvwxz'[Math.floor(Math.random() * 19)]).join('')
const word = { block: 'q' + letters(9), mask: 'q' + letters(9), hold: 'q' + letters(9), flag: 'q' + letters(9) }
const quote = (text) => `'${text.replaceAll("'", "''")}'`
const add = (pattern, kind) => sql(`insert into word (pattern, class) values (${quote(pattern)}, ${quote(kind)})`)
const remove = (pattern) => sql(`delete from word where pattern = ${quote(pattern)}`)
const version = () => sql('select version from word_list')
/** Waits until both programs have the list of now. */
async function applied() {
  const now = await version()
  await until(
    () =>
      ['api', 'auth'].every((part) =>
        Object.entries(logs()).some(
          ([path, text]) =>
            path.includes(`/${part}/`) && new RegExp(`"words_loaded","version":${now},`).test(text),
        ),
      ),
    'the list to be loaded',
    8000,
  )
}
const open = []
async function chat() {
  const met = await pair()
  open.push(met.one, met.two)
  return met
}

before(async () => {
  for (const kind of Object.keys(word)) await add(word[kind], kind)
  await applied()
})
after(async () => {
  open.forEach((person) => person.close())
  await sql(`delete from word where pattern like 'q%'; delete from report where note like '%: q%'`)
})

const spaced = (text) => [...text].join('.')
const stars = (text) => '*'.repeat([...text].length)

test('block: a line is refused, whatever it is spelt like, and takes no seq', async () => {
  const { one, room } = await chat()
  const wide = [...word.block].map((c) => String.fromCodePoint(c.codePointAt(0) + 0xfee0)).join('')
  for (const text of [word.block, word.block.toUpperCase(), spaced(word.block), wide, `so ${word.block}!`])
    refused(await one.send(room, text), 422, 'word_blocked', 'body')
  assert.equal((await one.send(room, word.block + 'and')).body.seq, 1, 'another word')
  const zh = await one.post(
    `/rooms/${room}/messages`,
    { client_id: randomUUID(), kind: 'text', body: word.block },
    { 'accept-language': 'zh-Hans' },
  )
  assert.match(zh.body.error.message, /[\u4e00-\u9fff]/)
})

test('mask: what is stored, answered and seen has stars; a repeat is the same', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const body = `🙂 ${spaced(word.mask)} ok`
  const first = await one.send(room, body, { client_id })
  const masked = `🙂 ${'*'.repeat(19)} ok`
  assert.deepEqual([first.status, first.body.body], [200, masked])
  assert.equal((await one.send(room, body, { client_id })).text, first.text)
  refused(await one.send(room, masked, { client_id }), 409, 'client_id_used')
  assert.equal((await two.frame((f) => f.type === 'message')).message.body, masked)
  assert.equal((await two.get(`/rooms/${room}/messages`)).body.items[0].body, masked)
  assert.deepEqual(await rows(`select count(*) from message where body like '%${word.mask}%'`), [{ count: 0 }])
})

test('flag: a line goes through, and a report by nobody is there, once', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const body = 'well ' + word.flag
  assert.equal((await one.send(room, body, { client_id })).body.body, body)
  assert.equal((await one.send(room, body, { client_id })).status, 200)
  assert.equal((await two.frame((f) => f.type === 'message')).message.body, body)
  const reports = await rows(
    `select p.reporter, p.subject from report p join room r on r.key = p.room where r.id = '${room}'`,
  )
  assert.deepEqual(reports, [{ reporter: null, subject: Number(await one.key()) }])
})

test('hold: 202, nobody sees it, its sender finds it', async () => {
  const { one, two, room } = await chat()
  const client_id = randomUUID()
  const body = 'see ' + word.hold
  for (let i = 0; i < 2; i++) refused(await one.send(room, body, { client_id }), 202, 'held')
  refused(await one.send(room, body + ' not', { client_id }), 409, 'client_id_used')
  assert.equal((await two.send(room, 'between')).body.seq, 1)
  assert.deepEqual((await two.get(`/rooms/${room}/messages`)).body.items.map((m) => m.body), ['between'])
  const [held, ...more] = (await one.get(`/rooms/${room}/held`)).body.items
  assert.deepEqual(more, [])
  assert.deepEqual(
    [held.room, held.client_id, held.body, held.state, Object.keys(held).length],
    [room, client_id, body, 'held', 5],
  )
  assert.deepEqual((await two.get(`/rooms/${room}/held`)).body, { items: [], next: null })
  refused(await (await Person.guest()).get(`/rooms/${room}/held`), 404, 'no_room')
})

test('many repeats at once of a held line are held once', async () => {
  const { one, room } = await chat()
  const client_id = randomUUID()
  const answers = await Promise.all(range(1, 40).map(() => one.send(room, word.hold, { client_id })))
  assert.deepEqual(new Set(answers.map((a) => a.status)), new Set([202]))
  assert.equal((await one.get(`/rooms/${room}/held`)).body.items.length, 1)
})

// Names: what refuses, masks and flags
const fields = {
  topic: (person, text) => person.post('/rooms', { topic: text }),
  description: (person, text) => person.post('/rooms', { topic: unique(), description: text }),
  tags: (person, text) => person.post('/rooms', { topic: unique(), tags: [unique(), text] }),
  nickname: (person, text) => person.post('/me', { nickname: text }),
}
const kept = { topic: (b) => b.topic, description: (b) => b.description, tags: (b) => b.tags[1], nickname: (b) => b.nickname }
for (const [field, set] of Object.entries(fields))
  test(`${field}: block and hold refuse, mask masks, flag reports`, async () => {
    const person = await Person.guest()
    refused(await set(person, word.block), 422, 'word_blocked', field)
    refused(await set(person, 'a ' + word.hold), 422, 'word_blocked', field)
    const masked = await set(person, word.mask + ' x')
    assert.equal(kept[field](masked.body), stars(word.mask) + ' x')
    const flagged = await set(person, word.flag)
    assert.equal(kept[field](flagged.body), word.flag)
    const reports = await rows(`select note from report where subject = ${await person.key()}`)
    assert.deepEqual(reports, [{ note: `${field}: ${word.flag}` }])
  })

test('a room is not renamed to what is blocked, and stays as it was', async () => {
  const person = await Person.guest()
  const { id, topic } = (await person.post('/rooms', { topic: unique() })).body
  for (const change of [{ topic: word.block }, { description: word.block }, { tags: [word.block] }])
    refused(await person.post('/rooms/' + id, change), 422, 'word_blocked', Object.keys(change)[0])
  assert.equal((await person.get('/rooms/' + id)).body.topic, topic)
  assert.equal((await person.post('/rooms/' + id, { topic: word.mask })).body.topic, stars(word.mask))
})

test('registration and the tags of a match are looked at', async () => {
  const account = unique()
  const register = (nickname) =>
    call('POST', '/api/v1/register', { account, password_v2: v2(account, random()), nickname })
  refused(await register(word.block), 422, 'word_blocked', 'nickname')
  assert.equal((await register(word.mask)).body.user.nickname, stars(word.mask))
  const person = await Person.guest()
  for (const target of ['private', 'room'])
    refused(await person.match([word.block], target), 422, 'word_blocked', 'tags')
  const { body } = await person.match([word.mask])
  assert.deepEqual(body.tags, [stars(word.mask)])
  await person.delete('/match')
})

test('a change of the list takes effect within seconds, everywhere, without a restart', async () => {
  const { one, room } = await chat()
  const fresh = 'q' + letters(9)
  assert.equal((await one.send(room, fresh)).status, 200)
  const began = Date.now()
  await add(fresh, 'block')
  await until(async () => (await one.send(room, fresh)).status === 422, 'the line to be refused', 6000)
  await until(async () => (await one.post('/me', { nickname: fresh })).status === 422, 'the name too', 6000)
  assert.ok(Date.now() - began < 6000)
  await remove(fresh)
  await until(async () => (await one.send(room, fresh)).status === 200, 'the line to be taken again', 6000)
})

test('a word that does not compile takes the filter down for none of the others', async () => {
  const { one, room } = await chat()
  await add('/q(/', 'block')
  await applied()
  refused(await one.send(room, word.block), 422, 'word_blocked', 'body')
  assert.ok(Object.values(logs()).some((text) => text.includes('"word_unusable"')))
  await remove('/q(/')
})

test('no pattern and no line stands in a log', () => {
  for (const [path, text] of Object.entries(logs()))
    for (const pattern of Object.values(word)) assert.ok(!text.includes(pattern), path)
})
