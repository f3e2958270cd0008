// What is uploaded and is not what it should be: a clear refusal, no line, no use, no file, and never a 500.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { raw, Instance } from '../deploy/instance.mjs'
import { Person, base, call, pair, randomUUID, refused, sql } from '../support/client.mjs'
import {
  bomb,
  chunk,
  fetchMedia,
  form,
  png,
  send,
  setAvatar,
  silence,
  sizeOf,
  voice,
} from '../support/media.mjs'

const { port } = new URL(base)
const { one, two, room } = await pair()
after(() => [one, two].forEach((person) => person.close()))
const digest = () =>
  sql(`select (select count(*) from message where room = (select key from room where id = '${room}')),
    (select count(*) from media m join account a on a.id = m.account where a.id in (${people}))`)
let people, digested
before(async () => {
  people = [await one.key(), await two.key()].join()
  digested = await digest()
})
const path = () => `/rooms/${room}/media?kind=image&client_id=${randomUUID()}`

const whole = png(64, 48)
const text = (words) => Buffer.from(words)
const riff = (...parts) => {
  const body = Buffer.concat(parts)
  const head = Buffer.from('RIFF\0\0\0\0')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body])
}
const gif = (width, height) => {
  const bytes = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  bytes.writeUInt16LE(width, 6)
  bytes.writeUInt16LE(height, 8)
  return bytes
}
const pictures = [
  [
    'an SVG',
    text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    415,
    'not_media',
  ],
  ['an SVG with its declaration', text('<?xml version="1.0"?><svg/>'), 415, 'not_media'],
  ['a page', text('<!doctype html><script>alert(1)</script>'), 415, 'not_media'],
  ['a text', text('hello'), 415, 'not_media'],
  ['nothing', text(''), 415, 'not_media'],
  ['a PDF', text('%PDF-1.7\n'), 415, 'not_media'],
  ['an AVIF', Buffer.from('\0\0\0\x20ftypavif', 'latin1'), 415, 'not_media'],
  ['a BMP', Buffer.from('BM\x36\0\0\0', 'latin1'), 415, 'not_media'],
  ['a voice message', voice(), 415, 'not_media'],
  ['a page before a picture', Buffer.concat([text('<html>'), whole]), 415, 'not_media'],
  [
    'a page behind a picture',
    Buffer.concat([whole, text('<html><script>alert(1)</script>')]),
    422,
    'bad_media',
  ],
  ['an archive behind a picture', Buffer.concat([whole, text('PK\x03\x04')]), 422, 'bad_media'],
  ['a picture behind a picture', Buffer.concat([whole, whole]), 422, 'bad_media'],
  ['half a picture', whole.subarray(0, whole.length / 2), 422, 'bad_media'],
  ['a picture without its last byte', whole.subarray(0, -1), 422, 'bad_media'],
  ['a wrong checksum', Buffer.from(whole).fill(0, whole.length - 20, whole.length - 16), 422, 'bad_media'],
  ['a head of 50,000 by 50,000', bomb(50000, 50000), 422, 'too_many_pixels'],
  ['a head of 4,097 by 1', bomb(4097, 1), 422, 'too_many_pixels'],
  ['a head of 0 by 1', bomb(0, 1), 422, 'bad_media'],
  ['a GIF of 50,000 by 50,000', gif(50000, 50000), 422, 'too_many_pixels'],
  ['a GIF without a picture', Buffer.concat([gif(10, 10), text(';')]), 422, 'bad_media'],
  ['a WebP that is cut short', riff(Buffer.from('WEBPVP8 ')), 422, 'bad_media'],
  ['a JPEG that is only its beginning', Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 422, 'bad_media'],
  [
    'a megabyte of zeros behind a JPEG’s beginning',
    Buffer.concat([Buffer.from('\xff\xd8\xff', 'latin1'), Buffer.alloc(1 << 20)]),
    422,
    'bad_media',
  ],
]
for (const [what, file, status, code] of pictures)
  test(`${what} is no picture, and no avatar`, async () => {
    refused(await send(one, room, file), status, code)
    refused(await setAvatar(one, file), status, code)
    assert.equal(await digest(), digested)
  })

const sounds = [
  ['a WAV', riff(text('WAVEfmt ')), 415, 'not_media'],
  ['an Ogg', text('OggS'), 415, 'not_media'],
  ['a picture', whole, 415, 'not_media'],
  ['a page', text('<html>'), 415, 'not_media'],
  ['nothing', text(''), 415, 'not_media'],
  [
    'frames with something between',
    Buffer.concat([silence(2), text('<html>'), silence(2)]),
    422,
    'bad_media',
  ],
  ['frames with something behind', Buffer.concat([silence(2), text('<html>')]), 422, 'bad_media'],
  ['a frame that is cut short', silence(3).subarray(0, -1), 422, 'bad_media'],
  ['stereo', silence(3, 0x00), 422, 'not_mono'],
  ['more than a minute', silence(1700), 422, 'too_long'],
]
for (const [what, file, status, code] of sounds)
  test(`${what} is no voice message`, async () => {
    refused(await send(one, room, file, { kind: 'voice' }), status, code)
    assert.equal(await digest(), digested)
  })

test('a picture may have 4 MiB, a voice message 1 MiB, and no more', async () => {
  const MIB = 1 << 20
  const padded = (size) => {
    const rest = size - whole.length - 12
    return Buffer.concat([whole.subarray(0, 33), chunk('juNk', Buffer.alloc(rest)), whole.subarray(33)])
  }
  assert.equal(padded(4 * MIB).length, 4 * MIB)
  assert.equal((await setAvatar(two, padded(4 * MIB))).status, 200)
  refused(await setAvatar(two, padded(4 * MIB + 1)), 413, 'too_large')
  refused(await setAvatar(two, padded(5 * MIB)), 413, 'too_large')
  refused(await send(one, room, Buffer.alloc(MIB + 1), { kind: 'voice' }), 413, 'too_large')
  refused(await send(one, room, Buffer.alloc(MIB), { kind: 'voice' }), 415, 'not_media')
  await two.delete('/me/avatar')
  assert.equal(await digest(), digested)
})

const head = (more = '') => `--b\r\nContent-Disposition: form-data; name="file"${more}\r\n`
const part = (file = whole, more) => Buffer.concat([text(head(more) + '\r\n'), file, text('\r\n')])
const end = text('--b--\r\n')
const bodies = [
  ['no body', text(''), 400, 'malformed'],
  ['no end', part(), 400, 'malformed'],
  ['two files', Buffer.concat([part(), part(), end]), 422, 'invalid_field', 'file'],
  [
    '10,000 parts',
    Buffer.concat([...Array.from({ length: 10000 }, () => part(text('x'))), end]),
    422,
    'invalid_field',
    'file',
  ],
  [
    'a head of a megabyte',
    Buffer.concat([part(whole, `; filename="${'x'.repeat(1 << 20)}"`), end]),
    400,
    'malformed',
  ],
  ['a path for a name', Buffer.concat([part(whole, '; filename="../../etc/passwd"'), end]), 400, 'malformed'],
  ['a NUL in a name', Buffer.concat([part(whole, '; filename="a\0.png"'), end]), 400, 'malformed'],
  ['a line end in a name', Buffer.concat([part(whole, '; filename="a\r\nX: y.png"'), end]), 400, 'malformed'],
  [
    'another field',
    Buffer.concat([text('--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n'), end]),
    422,
    'invalid_field',
    'file',
  ],
  ['something behind the end', Buffer.concat([part(), end, text('<html>')]), 400, 'malformed'],
  [
    'base64',
    Buffer.concat([text(head() + 'Content-Transfer-Encoding: base64\r\n\r\n'), whole, text('\r\n'), end]),
    400,
    'malformed',
  ],
]
for (const [what, body, status, code, field] of bodies)
  test(`multipart: ${what}`, async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    for (const to of [path(), '/me/avatar']) refused(await one.post(to, body, headers), status, code, field)
    assert.equal(await digest(), digested)
  })

test('what is no multipart at all', async () => {
  for (const type of [
    'application/json',
    'image/png',
    'multipart/form-data',
    'multipart/mixed; boundary=b',
    'multipart/form-data; boundary=',
  ])
    refused(await one.post(path(), whole, { 'content-type': type }), 415, 'not_multipart')
  assert.equal(await digest(), digested)
})

test('a body that is cut off, or longer than it says, is no upload', async () => {
  const { body, headers } = form(whole)
  const lines = [
    `POST /api/v1${path()} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    'Authorization: Bearer ' + one.token,
    'Content-Type: ' + headers['content-type'],
  ]
  const cut = Buffer.concat([
    text([...lines, `Content-Length: ${body.length - 30}`, '', ''].join('\r\n')),
    body.subarray(0, -30),
  ])
  assert.equal((await raw(Number(port), cut, { wait: 8000 })).status, 400)
  assert.equal(await digest(), digested)
})

test('names and types are not looked at: the first bytes decide', async () => {
  for (const more of [
    { filename: 'x.svg', type: 'image/svg+xml' },
    { filename: 'x.html', type: 'text/html' },
    { filename: '', type: '' },
    { filename: '照片.mp3', type: 'audio/mpeg' },
  ]) {
    const { body, headers } = form(whole, more)
    const answer = await two.post('/me/avatar', body, headers)
    assert.equal(answer.status, 200, answer.text)
    const picture = await fetchMedia(two, answer.body.avatar)
    assert.deepEqual(sizeOf(picture.bytes), [256, 256])
    assert.equal(picture.headers.get('content-type'), 'image/jpeg')
  }
  await two.delete('/me/avatar')
})

test('an avatar: set, seen by its owner, taken off', async () => {
  const set = await setAvatar(two, png(300, 100))
  assert.equal(set.status, 200)
  assert.deepEqual(Object.keys(set.body), ['avatar'])
  assert.equal((await two.get('/me')).body.avatar, set.body.avatar)
  assert.equal((await fetchMedia(two, set.body.avatar)).status, 200)
  assert.equal((await fetchMedia(one, set.body.avatar)).status, 404)
  const off = await two.delete('/me/avatar')
  assert.equal(off.status, 200)
  assert.match(off.body.avatar, /^\/avatar\/[0-9a-f]{16}\.svg$/)
  assert.equal((await two.get('/me')).body.avatar, off.body.avatar)
  assert.equal((await fetchMedia(two, set.body.avatar)).status, 404)
  const cookie = {
    'content-type': 'multipart/form-data; boundary=b',
    cookie: 'driftline_session=' + two.token,
  }
  refused(
    await call('POST', '/api/v1/me/avatar', Buffer.concat([part(), end]), cookie),
    403,
    'foreign_origin',
  )
})

test('so much a day and account, then 429 until midnight', async (t) => {
  const it = new Instance({ env: { DRIFTLINE_LIMIT_UPLOADS: '4', DRIFTLINE_LIMIT_UPLOAD_MIB: '1' } })
  t.after(() => it.remove())
  await it.up()
  const [ann, bob] = [await Person.guest(it.url), await Person.guest(it.url)]
  for (let n = 0; n < 4; n++) assert.equal((await setAvatar(ann, png(20 + n, 20))).status, 200)
  const answer = await setAvatar(ann, whole)
  refused(answer, 429, 'upload_quota')
  const seconds = Number(answer.headers.get('retry-after'))
  const left = 86400 - ((Date.now() / 1000) % 86400)
  assert.ok(Math.abs(seconds - left) < 120, `${seconds}, not ${left}`)
  assert.equal((await setAvatar(bob, whole)).status, 200, "one's share is not another's")
  const large = Buffer.concat([
    whole.subarray(0, 33),
    chunk('juNk', Buffer.alloc(1 << 20)),
    whole.subarray(33),
  ])
  refused(await setAvatar(bob, large), 429, 'upload_quota')
})
