// The export of a room: all that one may read of it and nothing else, in four formats that nobody's line can break.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Person, base, call, pair, random, range, refused, sql } from '../support/client.mjs'

const open = []
after(() => open.forEach((person) => person.close()))
const formats = ['txt', 'json', 'csv', 'html']
const types = { txt: 'text/plain', json: 'application/json', csv: 'text/csv', html: 'text/html' }
const get = (person, room, format, headers) =>
  person.call('GET', `/rooms/${room}/export?format=${format}`, undefined, headers)

/** The rows of RFC 4180's form. */
function csv(text) {
  const rows = [['']]
  for (let i = 0, quoted = false; i < text.length; i++) {
    const row = rows.at(-1)
    if (quoted) {
      if (text[i] !== '"') row.push(row.pop() + text[i])
      else if (text[i + 1] === '"') row.push(row.pop() + text[i++])
      else quoted = false
    } else if (text[i] === '"') quoted = true
    else if (text[i] === ',') row.push('')
    else if (text.startsWith('\r\n', i)) {
      rows.push([''])
      i++
    } else row.push(row.pop() + text[i])
  }
  assert.deepEqual(rows.pop(), [''], 'the last line has its end')
  return rows
}

const entities = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
/** The lines of the HTML: [seq, own, body]. */
const articles = (text) =>
  [...text.matchAll(/<article id="m(\d+)"( class="own")?>(.*?)<\/article>/gs)].map(([, seq, own, inside]) => [
    Number(seq),
    own !== undefined,
    entities(inside.match(/<p(?: [^>]*)?>(.*?)<\/p>/s)[1]),
  ])
/** Each format's lines as [seq, body]: the text has no seq, so there it is the place. */
const read = {
  json: (text) => JSON.parse(text).messages.map(({ seq, body }) => [seq, body ?? '']),
  csv: (text) =>
    csv(text)
      .slice(1)
      .map((row) => [Number(row[0]), row[8]]),
  html: (text) =>
    articles(text).map(([seq, , body]) => [seq, body === 'This message was recalled.' ? '' : body]),
}

async function history(person, room) {
  const items = []
  for (let at = 0, more = true; more; at = items.at(-1)?.seq ?? 0) {
    const page = (await person.get(`/rooms/${room}/messages?after=${at}`)).body
    items.push(...page.items)
    more = page.more
  }
  return items
}

// A room of many lines, some of them long, put there at once.
const lines = 20000
let long
before(async () => {
  long = await pair()
  open.push(long.one, long.two)
  const { me, peer } = (await long.one.get('/rooms/' + long.room)).body
  await sql(`with r as (update room set last_seq = ${lines} where id = '${long.room}' returning key)
    insert into message (room_kind, room, seq, member, body, reply_to, client_id, at)
    select 'private', r.key, n, m.key, 'line ' || n || case when n % 1000 = 0 then repeat(' 漂流<&>"', 400) else '' end,
           case when n % 7 = 0 then n - 3 end, gen_random_uuid(), now() - interval '9 days' + n * interval '30 s'
      from r, generate_series(1, ${lines}) n
      join member m on m.id = case n % 2 when 1 then '${me.member}' else '${peer.member}' end`)
})

test(`${lines} lines are those of the history, one by one, in every format`, async () => {
  const items = await history(long.two, long.room)
  assert.equal(items.length, lines)
  for (const format of formats) {
    const answer = await get(long.two, long.room, format)
    assert.equal(answer.status, 200)
    const { text } = answer
    if (format === 'json') assert.deepEqual(JSON.parse(text).messages, items)
    if (format === 'txt') {
      const found = text.split('\n').filter((line) => line.startsWith('['))
      assert.deepEqual(
        found,
        items.map(
          ({ at, alias, seq, body }) => `[${at.slice(11, 19)}] ${alias}${seq % 2 ? '' : ' (me)'}: ${body}`,
        ),
      )
    } else
      assert.deepEqual(
        read[format](text),
        items.map(({ seq, body }) => [seq, body]),
        format,
      )
  }
})

test('the head of a download', async () => {
  for (const format of formats) {
    const { status, headers } = await get(long.one, long.room, format)
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), types[format] + '; charset=utf-8')
    assert.match(
      headers.get('content-disposition'),
      new RegExp(`^attachment; filename="driftline-[0-9-]{10}\\.${format}"$`),
    )
    assert.equal(headers.get('content-length'), null)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), 'no-store')
  }
  const { headers } = await long.one.get(`/rooms/${long.room}/export`)
  const bytes = await fetch(`${base}/api/v1/rooms/${long.room}/export?format=csv`, {
    headers: { authorization: 'Bearer ' + long.one.token },
  })
  assert.deepEqual(
    [...new Uint8Array(await bytes.arrayBuffer())].slice(0, 6),
    [0xef, 0xbb, 0xbf, 0x73, 0x65, 0x71],
  )
  assert.match(headers.get('content-type'), /^text\/plain/, 'text by itself')
})

const hostile = [
  '=HYPERLINK("http://x/";"y")',
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '＝1+1',
  '＋1',
  '－1',
  '＠x',
  '"quoted", and more',
  'two\nlines',
  'x\n[00:00:00] Somebody Else: forged',
  '</p></div></article><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '&lt;b&gt; &#60;',
  "' onclick='x",
  ']]}{"a":1}',
  'rtl \u202e override',
  'مرحبا 你好 👩‍🚀',
  '\\n \\u0000 \\',
]
test('lines that would break a format', async () => {
  const { one, two, room } = await pair()
  open.push(one, two)
  for (const body of hostile) assert.equal((await one.send(room, body)).status, 200)
  const text = Object.fromEntries(
    await Promise.all(formats.map(async (f) => [f, (await get(two, room, f)).text])),
  )
  assert.deepEqual(
    JSON.parse(text.json).messages.map((m) => m.body),
    hostile,
  )
  const cells = csv(text.csv)
  assert.deepEqual(cells.shift().slice(0, 2), ['seq', 'at'])
  assert.deepEqual(
    cells.map((row) => row[8]),
    hostile.map((body) => (/^[=+\-@＝＋－＠\t\r]/.test(body) ? "'" + body : body)),
  )
  assert.ok(cells.flat().every((field) => !/^[=+\-@＝＋－＠\t\r\n]/.test(field)))
  assert.ok(cells.every((row) => row.length === 9))
  assert.deepEqual(
    articles(text.html).map(([, , body]) => body),
    hostile,
  )
  const tags = new Set([...text.html.matchAll(/<(\/?[a-z][a-z0-9]*)/gi)].map(([, name]) => name))
  for (const name of ['script', 'img', 'link', 'iframe', 'object', 'form']) assert.ok(!tags.has(name), name)
  assert.equal(text.html.match(/<article/g).length, hostile.length)
  const markup = [...text.html.matchAll(/<[^>]*>/g)].join('') + text.html.match(/<style>.*<\/style>/s)
  assert.doesNotMatch(markup, /(?:src|href)="(?!#m\d+")|url\(|@import| on\w+=/i)
  assert.match(
    text.html,
    /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/,
  )
  // nobody's line begins as another's
  assert.equal(text.txt.split('\n').filter((line) => /^\[/.test(line)).length, hostile.length)
  assert.ok(text.txt.includes('\n    [00:00:00] Somebody Else: forged'))
})

test("a profile's name is defused and escaped as a line is", async () => {
  const nickname = '=1+1<b>"&'
  const one = await Person.register({ fields: { nickname } })
  const { body } = await one.post('/rooms', { topic: '<i>topic</i>', mask: 'choice', show_profile: true })
  await one.send(body.id, 'hello')
  const rows = csv((await get(one, body.id, 'csv')).text)
  assert.deepEqual(rows[1].slice(3, 5), ["'" + nickname, "'" + nickname])
  const html = (await get(one, body.id, 'html')).text
  assert.doesNotMatch(html, /<i>topic|<b>"/)
  assert.match(html, /<title>&#60;i&#62;topic&#60;\/i&#62;<\/title>/)
  assert.ok((await get(one, body.id, 'txt')).text.startsWith('<i>topic</i>\n'))
})

test('two stays with a gap, a recalled line, a hidden mask', async () => {
  const [owner, one, two] = await Promise.all(range(1, 3).map(() => Person.guest()))
  const room = (await owner.post('/rooms', { topic: 'stays' })).body.id
  const say = (person, body, more) => person.send(room, body, more)
  await two.post(`/rooms/${room}/join`)
  await say(owner, 'before')
  await one.post(`/rooms/${room}/join`)
  await say(owner, 'first')
  await say(two, 'from two')
  await say(one, 'mine')
  await one.post(`/rooms/${room}/leave`)
  await say(owner, 'meanwhile')
  await one.post(`/rooms/${room}/join`)
  await say(owner, 'second', { reply_to: 5 })
  await say(owner, 'taken back')
  await say(two, 'two again', { reply_to: 2 })
  await say(owner, 'an answer', { reply_to: 8 })
  await owner.delete(`/rooms/${room}/messages/7`)
  const expected = [
    [2, 'first'],
    [3, 'from two'],
    [4, 'mine'],
    [6, 'second'],
    [7, ''],
    [8, 'two again'],
    [9, 'an answer'],
  ]
  const check = async (seqs, absent) => {
    for (const format of formats) {
      const { text } = await get(one, room, format)
      const body = format === 'json' ? JSON.stringify(JSON.parse(text).messages) : text
      for (const word of ['before', 'meanwhile', 'taken back', ...absent])
        assert.ok(!body.includes(word), format + ' has ' + word)
      if (format !== 'txt')
        assert.deepEqual(
          read[format](text),
          expected.filter(([seq]) => seqs.includes(seq)),
          format,
        )
    }
  }
  await check([2, 3, 4, 6, 7, 8, 9], [])
  assert.ok(
    (await get(one, room, 'html')).text.includes('<a class="quote" dir="auto" href="#m8">two again</a>'),
  )
  const { member } = (await two.get('/rooms/' + room)).body.me
  await one.post('/blocks', { room, member })
  await check([2, 4, 6, 7, 9], ['from two', 'two again', member])
  assert.equal(read.json((await get(two, room, 'json')).text).length, 9, "others' exports have it all")
  await one.post(`/rooms/${room}/leave`)
  await say(owner, 'afterwards')
  await check([2, 4, 6, 7, 9], ['afterwards'])
})

test('text and page are in the language that is asked for, and say which lines are one’s own', async () => {
  const { one, two, room } = await pair()
  open.push(one, two)
  await one.send(room, 'x')
  await one.delete(`/rooms/${room}/messages/1`)
  await two.send(room, 'y')
  const { me, peer } = (await one.get('/rooms/' + room)).body
  const chinese = { 'accept-language': 'zh-CN' }
  const html = (await get(one, room, 'html', chinese)).text
  assert.match(html, /<html lang="zh-Hans">/)
  assert.ok(html.includes(`<title>与${peer.alias_zh}的聊天</title>`))
  assert.deepEqual(articles(html), [
    [1, true, '此消息已撤回。'],
    [2, false, 'y'],
  ])
  const txt = (await get(one, room, 'txt', chinese)).text
  assert.match(txt, new RegExp(`\\] ${me.alias_zh}（我）: 此消息已撤回。\n`))
  assert.ok((await get(one, room, 'txt')).text.startsWith(`Chat with ${peer.alias}\n`))
})

test('an empty room is an export, too', async () => {
  const { one, two, room } = await pair()
  open.push(one, two)
  for (const format of formats) assert.equal((await get(one, room, format)).status, 200)
  const { room: head, exported, messages } = JSON.parse((await get(one, room, 'json')).text)
  assert.deepEqual([head, messages], [(await one.get('/rooms/' + room)).body, []])
  assert.match(exported, /^\d{4}-.*Z$/)
})

test('what is refused', async () => {
  const { room, one } = long
  for (const format of ['', 'pdf', 'TXT', 'json,csv', '%ff'])
    refused(await get(one, room, format), 422, 'invalid_field', 'format')
  refused(await get(await Person.guest(), room, 'txt'), 404, 'no_room')
  refused(await get(one, random(11), 'txt'), 404, 'no_room')
  refused(await call('GET', `/api/v1/rooms/${room}/export`), 401, 'unauthorized')
  refused(await one.post(`/rooms/${room}/export`), 405, 'method_not_allowed')
})

test('a few at a time: others are told to come back, and each is whole', async () => {
  const answers = await Promise.all(range(1, 8).map(() => get(long.one, long.room, 'json')))
  const whole = answers.filter((answer) => answer.status === 200)
  for (const answer of whole) assert.equal(JSON.parse(answer.text).messages.length, lines)
  for (const answer of answers.filter((a) => a.status !== 200)) {
    refused(answer, 503, 'busy')
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
  }
  assert.ok(whole.length >= 4 && whole.length < 8, whole.length + ' of 8')
})

test('what fails on its way is a broken download, never a short one', async () => {
  let broken = 0
  for (let n = 0; n < 20 && broken < 3; n++) {
    const leaver = new Person(random(16))
    await sql(`insert into session (token, account, expires)
      values (sha256('${leaver.token}'), ${await long.one.key()}, now() + interval '1 day')`)
    const response = await fetch(`${base}/api/v1/rooms/${long.room}/export`, {
      headers: { authorization: 'Bearer ' + leaver.token },
    })
    assert.equal(response.status, 200)
    let text = ''
    try {
      for await (const chunk of response.body) {
        if (text === '') await leaver.post('/logout') // the session ends while its export is under way
        text += Buffer.from(chunk).toString('latin1')
      }
      assert.ok(text.includes(`: line ${lines}`), 'short, and looks whole')
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error
      assert.ok(!text.includes(`: line ${lines}`))
      broken++
    }
  }
  assert.ok(broken > 0, 'none broke off')
})
