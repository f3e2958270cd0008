// Pictures and voice: what is sent comes out anew, for those who may see its line, and goes with it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Person, pair, random, randomUUID, range, refused, sql, until, unique } from '../support/client.mjs'
import {
  chunk,
  exif,
  fetchMedia,
  form,
  png,
  segments,
  send,
  silence,
  sizeOf,
  voice,
  withExif,
} from '../support/media.mjs'

const { one, two, room } = await pair()
after(() => [one, two].forEach((person) => person.close()))
const ID = /^\/media\/[\w-]{22}$/
const digest = (url) => sql(`select encode(file, 'hex') from media where id = '${url.split('/')[2]}'`)

test('a picture: sent, told to both, fetched by both, and nobody else', async () => {
  const { status, body: line } = await send(one, room, png(2000, 1000))
  assert.equal(status, 200)
  const { url, preview, width, height } = line.media
  assert.match(url, ID)
  assert.equal(preview, url + '?size=preview')
  assert.deepEqual(
    [line.kind, line.body, width, height, line.duration],
    ['image', null, 1600, 800, undefined],
  )
  const { message } = await two.frame((f) => f.type === 'message' && f.message.seq === line.seq)
  assert.deepEqual(message, line)
  for (const person of [one, two]) {
    const picture = await fetchMedia(person, url)
    assert.equal(picture.status, 200)
    assert.deepEqual(sizeOf(picture.bytes), [1600, 800])
    assert.deepEqual(sizeOf((await fetchMedia(person, preview)).bytes), [320, 160])
  }
  const stranger = await Person.guest()
  for (const path of [url, preview, '/media/' + 'A'.repeat(22), url + '?size=preview'])
    assert.equal((await fetchMedia(stranger, path)).status, 404, path)
  assert.equal((await fetchMedia({ ...one, token: 'nobody' }, url)).status, 401)
})

test('how a file is answered: private, for ever, as what it is, without time or tag; HEAD as GET', async () => {
  const { url } = (await send(one, room, png())).body.media
  const got = await fetchMedia(two, url)
  const head = await fetchMedia(two, url, {}, 'HEAD')
  for (const { status, headers } of [got, head]) {
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'image/jpeg')
    assert.equal(headers.get('cache-control'), 'private, max-age=31536000, immutable')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('content-length'), String(got.bytes.length))
    for (const name of ['etag', 'last-modified', 'x-accel-redirect'])
      assert.equal(headers.get(name), null, name)
  }
  assert.equal(head.bytes.length, 0)
  const since = await fetchMedia(two, url, {
    'if-modified-since': new Date().toUTCString(),
    'if-none-match': '*',
  })
  assert.equal(since.status, 200)
  assert.equal((await fetchMedia(two, url + '?size=huge')).status, 422)
  assert.equal((await fetchMedia(two, '/_media/00/' + '0'.repeat(64))).status, 404)
})

test('a voice message: its frames, how long it lasts, how loud it is; ranges are served', async () => {
  const { status, body: line } = await send(one, room, voice(), { kind: 'voice' })
  assert.equal(status, 200)
  assert.deepEqual([line.kind, line.body], ['voice', null])
  assert.ok(line.duration > 1900 && line.duration < 2300, line.duration)
  const { waveform } = line.media
  assert.equal(waveform.length, 64)
  assert.equal(Math.max(...waveform), 100)
  assert.ok(waveform.every((n) => Number.isInteger(n) && n >= 0))
  assert.ok(waveform[50] > waveform[10], 'it swells: ' + waveform)
  const whole = await fetchMedia(two, line.media.url)
  assert.equal(whole.headers.get('content-type'), 'audio/mpeg')
  const part = await fetchMedia(two, line.media.url, { range: 'bytes=100-199' })
  assert.equal(part.status, 206)
  assert.deepEqual(part.bytes, whole.bytes.subarray(100, 200))
  assert.equal(part.headers.get('content-range'), `bytes 100-199/${whole.bytes.length}`)
  assert.equal((await fetchMedia(two, line.media.url, { range: 'bytes=9999999-' })).status, 416)
})

test('a voice message keeps its frames and nothing around them', async () => {
  const secret = 'secret-' + random()
  const id3 = Buffer.concat([
    Buffer.from('ID3\x04\0\0\0\0\0', 'latin1'),
    Buffer.from([secret.length]),
    Buffer.from(secret),
  ])
  const tag = Buffer.alloc(128)
  tag.write('TAG' + secret)
  const { body: line } = await send(one, room, Buffer.concat([id3, silence(10), tag]), { kind: 'voice' })
  assert.deepEqual((await fetchMedia(two, line.media.url)).bytes, silence(10))
  assert.equal(line.duration, 360)
  assert.deepEqual(line.media.waveform, Array(64).fill(0))
  const longest = await send(one, room, silence(1680), { kind: 'voice' })
  assert.equal(longest.body.duration, 60480)
  refused(await send(one, room, silence(1700), { kind: 'voice' }), 422, 'too_long')
  refused(await send(one, room, silence(10, 0), { kind: 'voice' }), 422, 'not_mono')
})

test('what a picture told of its maker is gone, and it is upright', async () => {
  const plain = await send(one, room, png(40, 30))
  const jpeg = (await fetchMedia(one, plain.body.media.url)).bytes
  const { bytes, secret } = exif(6)
  const sent = withExif(jpeg, bytes)
  assert.ok(sent.includes(secret))
  for (const file of [sent, png(40, 30, undefined, [chunk('eXIf', bytes)])]) {
    const { status, body: line } = await send(one, room, file)
    assert.equal(status, 200)
    assert.deepEqual([line.media.width, line.media.height], [30, 40])
    for (const path of [line.media.url, line.media.preview]) {
      const got = (await fetchMedia(two, path)).bytes
      assert.deepEqual(sizeOf(got), [30, 40])
      assert.ok(!got.includes(secret) && !got.includes('Exif'))
      assert.ok(
        segments(got).every((marker) => marker === 0xe0 || marker < 0xe0),
        segments(got).join(),
      )
    }
  }
})

test('the same client_id again: the same answer and one line; with anything else a conflict', async () => {
  const client_id = randomUUID()
  const file = png(50, 50)
  const answers = await Promise.all(range(1, 5).map(() => send(one, room, file, { client_id })))
  answers.push(await send(one, room, file, { client_id }))
  for (const { status, body } of answers) {
    assert.equal(status, 200)
    assert.deepEqual(body, answers[0].body)
  }
  const { last_seq } = (await one.get('/rooms/' + room)).body
  assert.equal(last_seq, answers[0].body.seq)
  refused(await send(one, room, png(51, 50), { client_id }), 409, 'client_id_used')
  refused(await send(one, room, file, { client_id, reply_to: 1 }), 409, 'client_id_used')
  refused(await send(one, room, voice(), { client_id, kind: 'voice' }), 409, 'client_id_used')
  refused(await one.send(room, 'x', { client_id }), 409, 'client_id_used')
  const text = randomUUID()
  await one.send(room, 'x', { client_id: text })
  refused(await send(one, room, file, { client_id: text }), 409, 'client_id_used')
})

test('one content, two uses: one file, two addresses', async () => {
  const file = png(60, 60)
  const [first, second] = [await send(one, room, file), await send(two, room, file)]
  assert.notEqual(first.body.media.url, second.body.media.url)
  assert.equal(await digest(first.body.media.url), await digest(second.body.media.url))
})

test('a line with a picture is a line: history, sync, last message, search, reply, export', async () => {
  const { body: line } = await send(one, room, png(), { reply_to: 1 })
  assert.equal(line.reply_to, 1)
  const { body: spoken } = await send(one, room, voice(), { kind: 'voice' })
  const { body: page } = await two.get(`/rooms/${room}/messages?limit=2`)
  assert.deepEqual(page.items, [line, spoken])
  const { body: synced } = await two.post('/sync', { rooms: { [room]: line.seq - 1 } })
  assert.deepEqual(synced.rooms[0].messages, [line, spoken])
  assert.deepEqual((await two.get('/rooms/' + room)).body.last_message, spoken)
  assert.equal((await two.get(`/rooms/${room}/messages?q=media`)).body.items.length, 0)
  const path = `/rooms/${room}/export?format=`
  assert.deepEqual((await two.get(path + 'json')).body.messages.slice(-2), [line, spoken])
  for (const [format, language, words] of [
    ['txt', 'en', ['[Picture]', '[Voice message 0:02]']],
    ['html', 'zh', ['[图片]', '[语音消息 0:02]']],
    ['csv', 'en', ['[Picture]', '[Voice message 0:02]']],
  ]) {
    const { text } = await two.call('GET', path + format, undefined, { 'accept-language': language })
    for (const word of words) assert.ok(text.includes(word), format + word)
    assert.ok(!text.includes('/media/'), format + ' has no dead link')
  }
})

test('a recalled picture is gone: from its line, and from its address', async () => {
  for (const [file, kind] of [
    [png(), 'image'],
    [voice(), 'voice'],
  ]) {
    const client_id = randomUUID()
    const { body: line } = await send(one, room, file, { kind, client_id })
    assert.equal((await fetchMedia(two, line.media.url)).status, 200)
    assert.equal((await one.delete(`/rooms/${room}/messages/${line.seq}`)).status, 204)
    await two.frame((f) => f.type === 'recall' && f.seq === line.seq)
    for (const person of [one, two]) assert.equal((await fetchMedia(person, line.media.url)).status, 404)
    const { items } = (await two.get(`/rooms/${room}/messages?limit=1`)).body
    assert.deepEqual(
      [items[0].recalled, items[0].body, items[0].media, items[0].duration],
      [true, null, undefined, undefined],
    )
    const again = await send(one, room, file, { kind, client_id })
    assert.deepEqual([again.status, again.body.recalled, again.body.media], [200, true, undefined])
  }
})

test('in a group: of one’s own stays only, and a muted one sends none', async () => {
  const [owner, early, late] = await Promise.all(range(1, 3).map(() => Person.guest()))
  const { body: group } = await owner.post('/rooms', { topic: unique('media') })
  const me = (await early.post(`/rooms/${group.id}/join`, {})).body.me.member
  const { url } = (await send(owner, group.id, png())).body.media
  await early.post(`/rooms/${group.id}/leave`)
  const later = (await send(owner, group.id, png(41, 41))).body.media.url
  await late.post(`/rooms/${group.id}/join`, {})
  const status = async (person, path) => (await fetchMedia(person, path)).status
  assert.deepEqual(
    [await status(early, url), await status(early, later)],
    [200, 404],
    'who left keeps what was there',
  )
  assert.deepEqual(
    [await status(late, url), await status(late, later)],
    [404, 404],
    'who came later has neither',
  )
  refused(await send(early, group.id, png()), 403, 'not_member')
  refused(await send(await Person.guest(), group.id, png()), 404, 'no_room')
  await early.post(`/rooms/${group.id}/join`, {})
  await owner.post(`/rooms/${group.id}/members/${me}/mute`, { minutes: 5 })
  refused(await send(early, group.id, png()), 403, 'muted')
  await owner.post('/rooms/' + group.id, { slow_mode: 600 })
  assert.equal((await send(late, group.id, png())).status, 200)
  const slow = await send(late, group.id, png(42, 42))
  refused(slow, 429, 'slow_mode')
  const seconds = Number(slow.headers.get('retry-after'))
  assert.ok(seconds > 500 && seconds <= 600, seconds)
  await owner.delete('/rooms/' + group.id)
  refused(await send(owner, group.id, png()), 409, 'room_ended')
})

test('fields of an upload are checked like any other', async () => {
  const to = `/rooms/${room}/media?`
  const { body, headers } = form(png())
  const client_id = randomUUID()
  for (const [query, field] of [
    [`client_id=${client_id}`, 'kind'],
    [`kind=video&client_id=${client_id}`, 'kind'],
    ['kind=image', 'client_id'],
    ['kind=image&client_id=1', 'client_id'],
    [`kind=image&client_id=${client_id}&reply_to=0`, 'reply_to'],
    [`kind=image&client_id=${client_id}&reply_to=99999`, 'reply_to'],
  ])
    refused(await one.post(to + query, body, headers), 422, 'invalid_field', field)
  const foreign = await one.post(to + `kind=image&client_id=${client_id}`, body, {
    ...headers,
    origin: 'http://evil.example',
  })
  refused(foreign, 403, 'foreign_origin')
  refused(
    await new Person('nobody').post(to + `kind=image&client_id=${client_id}`, body, headers),
    401,
    'unauthorized',
  )
})

test('50 pictures at once: each is taken, or told that it is busy', async () => {
  const answers = await Promise.all(range(1, 50).map((n) => send(one, room, png(20 + n, 20))))
  const taken = answers.filter((a) => a.status === 200)
  assert.ok(taken.length >= 10)
  for (const answer of answers.filter((a) => a.status !== 200)) {
    refused(answer, 503, answer.body.error.code === 'busy' ? 'busy' : 'unavailable')
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
  }
  const seqs = taken.map((a) => a.body.seq).sort((a, b) => a - b)
  assert.equal(new Set(seqs).size, seqs.length)
  await until(async () => (await two.get('/rooms/' + room)).body.last_seq === seqs.at(-1))
})
