// Links into rooms: making, showing, using and ending them, and the page that a link opens.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import jsQR from 'jsqr'
import { Person, base, call, pair, random, refused, sql, until } from '../support/client.mjs'

const hostile = `<script>alert("1")</script> & 'x'`
async function create(owner, fields = {}) {
  const { status, body, text } = await owner.post('/rooms', { topic: 'room ' + random(), ...fields })
  assert.equal(status, 201, text)
  return body
}
async function share(person, room, hours) {
  const { status, body, text } = await person.post(`/rooms/${room.id}/share`, hours ? { hours } : {})
  assert.equal(status, 201, text)
  return body
}
/** What a phone would read off an SVG of runs, drawn four pixels to the module. */
function scan(svg) {
  const side = Number(svg.match(/viewBox="0 0 (\d+) \1"/)[1])
  const size = side * 4
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255)
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let row = y * 4; row < y * 4 + 4; row++)
      for (let column = x * 4; column < (Number(x) + Number(run)) * 4; column++)
        pixels.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3)
  return (jsQR.default ?? jsQR)(pixels, size, size)?.data
}
const landing = (code) => call('GET', '/api/v1/share/' + code)
const page = (code, language = 'en') => call('GET', '/s/' + code, undefined, { 'accept-language': language })

test('a link shows the room to anybody, and opens it to whoever logs in', async () => {
  const owner = await Person.guest()
  const room = await create(owner, { public: false, tags: ['tea'], description: 'green' })
  const link = await share(owner, room, 24)
  assert.match(link.code, /^[\w-]{22}$/)
  assert.equal(link.url, '/s/' + link.code)
  const hours = (Date.parse(link.expires) - Date.now()) / 3600000
  assert.ok(hours > 23.9 && hours < 24.1)
  const { status, body } = await landing(link.code)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    code: link.code,
    expires: link.expires,
    room: {
      topic: room.topic,
      description: 'green',
      tags: ['tea'],
      members: 1,
      members_about: true,
      capacity: 50,
      mask: 'always',
      public: false,
      slow_mode: 0,
    },
  })
  refused(await call('POST', `/api/v1/share/${link.code}/join`, {}), 401, 'unauthorized')
  const guest = await Person.guest()
  const { body: joined } = await guest.post(`/share/${link.code}/join`)
  assert.deepEqual([joined.id, joined.members, joined.me.role], [room.id, 2, 'member'])
})

test('guessed, revoked, expired and ended are one answer, byte by byte', async () => {
  const owner = await Person.guest()
  const room = await create(owner)
  const [revoked, expired, live] = [await share(owner, room), await share(owner, room), await share(owner, room)]
  assert.equal((await owner.delete(`/rooms/${room.id}/share/${revoked.code}`)).status, 204)
  await sql(`update share set expires = now() where code = '${expired.code}'`)
  const ended = await create(owner)
  const late = await share(owner, ended)
  await owner.delete('/rooms/' + ended.id)
  const codes = ['A'.repeat(22), revoked.code, expired.code, late.code]
  const guest = await Person.guest()
  const seen = new Set()
  for (const code of codes) {
    const answers = [await landing(code), await guest.post(`/share/${code}/join`), await page(code)]
    answers.slice(0, 2).forEach((a) => refused(a, 404, 'no_share'))
    assert.equal(answers[2].status, 404)
    seen.add(answers.map((a) => a.text.replaceAll(code, '')).join())
  }
  assert.equal(seen.size, 1)
  const { body } = await owner.get(`/rooms/${room.id}/share`)
  assert.deepEqual(body.items, [live])
  refused(await owner.delete(`/rooms/${room.id}/share/${revoked.code}`), 404, 'no_share')
})

test('who may make, see and end links', async () => {
  const [owner, one] = [await Person.guest(), await Person.guest()]
  const room = await create(owner)
  await one.post(`/rooms/${room.id}/join`)
  const [ours, theirs] = [await share(owner, room), await share(one, room)]
  assert.deepEqual((await one.get(`/rooms/${room.id}/share`)).body.items, [theirs])
  assert.deepEqual(new Set((await owner.get(`/rooms/${room.id}/share`)).body.items.map((s) => s.code)), new Set([ours.code, theirs.code]))
  refused(await one.delete(`/rooms/${room.id}/share/${ours.code}`), 404, 'no_share')
  assert.equal((await owner.delete(`/rooms/${room.id}/share/${theirs.code}`)).status, 204)
  await owner.post('/rooms/' + room.id, { public: false })
  refused(await one.post(`/rooms/${room.id}/share`), 403, 'not_owner')
  const { one: a, two: b, room: chat } = await pair()
  refused(await a.post(`/rooms/${chat}/share`), 403, 'not_shareable')
  a.close()
  b.close()
  for (const hours of [0, -1, 8761, '5', 1.5])
    refused(await owner.post(`/rooms/${room.id}/share`, { hours }), 422, 'invalid_field', 'hours')
})

test('a link made while the room closes to the public is not made', async () => {
  const [owner, one] = [await Person.guest(), await Person.guest()]
  const room = await create(owner)
  await one.post(`/rooms/${room.id}/join`)
  const closing = sql(`begin; update room set public = false where id = '${room.id}'; select pg_sleep(0.6); commit`)
  await until(async () => (await sql(`select count(*) from pg_stat_activity where query ~ 'pg_sleep.0.6.' and pid <> pg_backend_pid()`)) > 0)
  refused(await one.post(`/rooms/${room.id}/share`), 403, 'not_owner')
  await closing
})

test('the QR code is a picture of the absolute link', async () => {
  const owner = await Person.guest()
  const room = await create(owner)
  const link = await share(owner, room)
  const { status, text, headers } = await owner.get(`/rooms/${room.id}/share/${link.code}.svg`)
  assert.equal(status, 200)
  assert.match(headers.get('content-type'), /^image\/svg\+xml/)
  assert.equal(scan(text), base + link.url)
  refused(await owner.get(`/rooms/${room.id}/share/${'A'.repeat(22)}.svg`), 404, 'no_share')
  refused(await (await Person.guest()).get(`/rooms/${room.id}/share/${link.code}.svg`), 404, 'no_room')
})

test('the page of a public room says what it is about, and nothing in it runs', async () => {
  const owner = await Person.guest()
  const room = await create(owner, { topic: hostile, description: hostile + '\n"quoted"' })
  const link = await share(owner, room)
  const { status, text, headers } = await page(link.code)
  assert.equal(status, 200)
  assert.ok(!text.includes('<script'))
  assert.ok(text.includes('<meta property="og:title" content="&#60;script&#62;alert(&#34;1&#34;)'))
  assert.ok(text.includes(`url=/#/pages/share/share?code=${link.code}`))
  assert.match(headers.get('content-type'), /^text\/html/)
  assert.equal(headers.get('x-robots-tag'), 'noindex')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.match(headers.get('content-security-policy'), /default-src 'none'/)
  assert.equal(headers.get('cache-control'), 'no-store')
  const [, card] = text.match(/<meta property="og:image" content="([^"]+)"/)
  assert.equal(card, base + '/share.png')
  const picture = await fetch(card)
  assert.equal(picture.headers.get('content-type'), 'image/png')
  const head = Buffer.from(await picture.arrayBuffer())
  assert.deepEqual([head.readUInt32BE(16), head.readUInt32BE(20)], [1200, 630])
  assert.match((await page(link.code, 'zh-CN')).text, /<html lang="zh-Hans">[\s\S]*打开房间/)
})

test('the page of a room for invited people keeps its topic to itself', async () => {
  const owner = await Person.guest()
  const room = await create(owner, { topic: 'hush-hush', description: 'whisper', tags: ['secret-tag'], public: false })
  const link = await share(owner, room)
  const { text } = await page(link.code)
  assert.doesNotMatch(text, /hush|whisper|secret/)
  assert.match(text, /og:title" content="An invitation/)
})

test('a code of any form is answered like one that does not exist', async () => {
  for (const code of ['x', '%00', 'A'.repeat(300), "'", '%22onload'])
    assert.equal((await page(code)).status, code === '%00' ? 400 : 404, code)
  assert.equal((await call('POST', '/s/' + 'A'.repeat(22))).status, 405)
})
