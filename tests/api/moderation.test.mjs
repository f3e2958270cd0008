// From a report to its outcome, as moderators work: by driftctl, with people at the other end.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Person, call, pair, random, refused, rows, sql, state, unique, until, v2 } from '../support/client.mjs'
import { Admin, checkout, driftctl } from '../support/admin.mjs'
import { png, send as sendMedia, sizeOf, voice } from '../support/media.mjs'

const moderator = await Admin.add()
const env = { DRIFTLINE_ADMIN_TOKEN: moderator.token }
const people = []
after(() => people.forEach((person) => person.close()))

const ctl = async (...args) => {
  const { status, out, err } = await driftctl([...args, '--json'], { env })
  assert.equal(status, 0, args.join(' ') + ': ' + err)
  return JSON.parse(out)
}
const refusedCtl = async (code, ...args) => {
  const { status, err } = await driftctl(args, { env })
  assert.equal(status, 1, args.join(' '))
  assert.match(err, new RegExp(`\\(${code}\\)`))
}
const audit = (target) =>
  rows(`select u.command, u.note, a.name from audit u join admin a on a.id = u.admin where u.target = '${target}' order by u.id`)

/** Two who have talked, the one with a name; a report about it. */
async function reported({ reason = 'harassment', note, lines = ['hello', 'canary' + random()] } = {}) {
  const { one, two, room } = await pair(await Person.register(), await Person.guest())
  people.push(one, two)
  for (const line of lines) await one.send(room, line)
  const { body } = await two.get('/rooms/' + room)
  const made = await two.post('/reports', { room, member: body.peer.member, seqs: [lines.length], reason, note })
  assert.equal(made.status, 201, made.text)
  const [{ case_id: subject }] = await rows(`select case_id from report where id = '${made.body.id}'`)
  return { one, two, room, lines, report: made.body.id, subject, member: body.peer.member }
}

test('the queue: the gravest first, and no account in it', async () => {
  const light = await reported({ reason: 'spam' })
  const grave = await reported({ reason: 'minor', note: 'please look' })
  const { items } = await ctl('reports', 'list', '--limit', '50')
  const places = [grave, light].map(({ report }) => items.findIndex((item) => item.report === report))
  assert.ok(places[0] >= 0 && places[0] < places[1], String(places))
  assert.equal(items[places[0]].note, 'please look')
  const text = JSON.stringify(items)
  for (const { one, two } of [light, grave])
    for (const hidden of [one.account, one.user.nickname, two.user.nickname]) assert.equal(text.includes(hidden), false)
  const own = await ctl('reports', 'list', '--subject', light.subject)
  assert.deepEqual(own.items.map((item) => item.report), [light.report])
  const page = await ctl('reports', 'list', '--limit', '1')
  assert.equal(page.items.length, 1)
  assert.notEqual((await ctl('reports', 'list', '--limit', '1', '--cursor', page.next)).items[0].report, page.items[0].report)
})

test('evidence is shown as it was, and who looked is on record', async () => {
  const it = await reported()
  await it.one.delete(`/rooms/${it.room}/messages/2`)
  await it.one.post(`/rooms/${it.room}/leave`)
  const shown = await ctl('reports', 'show', it.report)
  assert.deepEqual(shown.evidence.map(({ seq, side, chosen, body }) => [seq, side, chosen, body]),
    [[1, 'subject', false, it.lines[0]], [2, 'subject', true, it.lines[1]]])
  assert.deepEqual([shown.subject, shown.state, shown.standing.kind, shown.standing.banned], [it.subject, 'open', 'account', false])
  assert.equal(JSON.stringify(shown).includes(it.one.account), false)
  assert.equal(JSON.stringify(shown).includes(it.one.user.nickname), false)
  assert.deepEqual(await audit(it.report), [{ command: 'reports show', note: '', name: moderator.name }])
  const table = (await driftctl(['reports', 'show', it.report], { env })).out
  assert.match(table, /^evidence:\nSEQ +AT +SIDE +/m)
  assert.match(table, new RegExp(it.lines[1]))
  await refusedCtl('no_report', 'reports', 'show', 'x')
})

test('a warning: seen by whom it is about, told to the reporter without who', async () => {
  const it = await reported()
  const done = await ctl('reports', 'resolve', it.report, '--action', 'warn', '--reason', 'Be kind. 请友善', '--note', 'first one')
  assert.deepEqual([done.outcome, done.action, done.open], ['upheld', 'warn', 0])
  const { warning } = await it.one.frame((f) => f.type === 'warning')
  assert.equal(warning.reason, 'Be kind. 请友善')
  const { report } = await it.two.frame((f) => f.type === 'report')
  assert.deepEqual([report.id, report.outcome], [it.report, 'upheld'])
  for (const frame of [...it.one.frames, ...it.two.frames]) assert.equal(JSON.stringify(frame).includes(moderator.name), false)
  assert.deepEqual((await audit(it.report)).at(-1), { command: 'reports resolve', note: 'first one', name: moderator.name })
  await refusedCtl('report_resolved', 'reports', 'resolve', it.report, '--action', 'dismiss')
  const { items } = await ctl('reports', 'list', '--state', 'resolved', '--subject', it.subject)
  assert.deepEqual(items.map(({ report: id, admin, action }) => [id, admin, action]), [[it.report, moderator.name, 'warn']])
})

test('dismissed: nothing happens to anybody', async () => {
  const it = await reported()
  assert.equal((await ctl('reports', 'resolve', it.report, '--action', 'dismiss')).outcome, 'dismissed')
  assert.equal((await it.one.get('/warnings')).body.items.length, 0)
})

test('a ban for good is asked for; for days it is not; it cuts sockets, and logins say why', async () => {
  const it = await reported()
  const asked = await driftctl(['reports', 'resolve', it.report, '--action', 'ban'], { env })
  assert.equal(asked.status, 1)
  assert.match(asked.err, /Ban for good by report \S+\?.*not confirmed/s)
  assert.equal((await it.one.get('/me')).status, 200)
  await ctl('reports', 'resolve', it.report, '--action', 'ban', '--days', '7', '--reason', 'threats')
  await until(() => it.one.socket.code, 'the end of the socket', 2000)
  assert.equal(it.one.frames.at(-1).reason, 'banned')
  const login = () => call('POST', '/api/v1/login', { account: it.one.account, password_v2: v2(it.one.account, it.one.password) })
  const answer = await login()
  refused(answer, 202, 'blacklisted')
  assert.equal(answer.body.error.reason, 'threats')
  // the appeal, answered
  const appeal = await call('POST', '/api/v1/appeals', { code: answer.body.error.appeal_code, text: 'It was a joke.' })
  const { items } = await ctl('appeals', 'list')
  assert.equal(items.find((item) => item.appeal === appeal.body.id).text, 'It was a joke.')
  await ctl('appeals', 'answer', appeal.body.id, '--decision', 'lift', '--text', 'All right.', '--note', 'context')
  await refusedCtl('appeal_answered', 'appeals', 'answer', appeal.body.id, '--decision', 'uphold', '--text', 'x')
  await refusedCtl('no_appeal', 'appeals', 'answer', 'x', '--decision', 'uphold', '--text', 'x')
  assert.deepEqual(await audit(appeal.body.id), [{ command: 'appeals answer', note: 'context', name: moderator.name }])
  assert.equal((await login()).status, 200)
  assert.equal((await ctl('appeals', 'list', '--state', 'answered')).items[0].answer, 'All right.')
})

test('somebody, by a case or by a mask in a room: show, warn, mute, unmute, ban, unban', async () => {
  const it = await reported()
  const mask = `${it.room}/${it.member}`
  const shown = await ctl('users', 'show', mask)
  assert.deepEqual([shown.subject, shown.steps, shown.cases.map((c) => c.subject)], [mask, [], [it.subject]])
  assert.equal(JSON.stringify(shown).includes(it.one.account), false)
  await ctl('users', 'warn', it.subject, '--reason', 'careful')
  await ctl('users', 'mute', mask, '--reason', 'pause', '--days', '1')
  refused(await it.one.send(it.room, 'x'), 403, 'muted')
  await ctl('users', 'unmute', it.subject)
  assert.equal((await it.one.send(it.room, 'x')).status, 200)
  const final = await driftctl(['users', 'ban', mask, '--reason', 'enough'], { env })
  assert.equal(final.status, 1)
  assert.match(final.err, /Ban for good /)
  assert.equal((await ctl('users', 'ban', it.subject, '--reason', 'enough', '--yes')).until, null)
  await it.one.closed
  const after = await ctl('users', 'show', it.subject)
  assert.deepEqual([after.standing.banned, after.standing.banned_until, after.standing.ban_reason, after.steps.map((s) => s.kind)], [true, null, 'enough', ['ban', 'mute', 'warn']])
  await ctl('users', 'unban', it.subject, '--note', 'mistake')
  await it.one.login()
  assert.deepEqual((await audit(it.subject)).map((u) => u.command), ['users warn', 'users unmute', 'users ban', 'users show', 'users unban'])
  assert.deepEqual((await audit(mask)).map((u) => u.command), ['users show', 'users mute'])
  await refusedCtl('no_subject', 'users', 'show', 'x')
  await refusedCtl('no_member', 'users', 'show', it.room + '/x')
  await refusedCtl('no_member', 'users', 'warn', 'x/' + it.member, '--reason', 'x')
})

test('a name is an owner’s to look up, with why, and on record', async () => {
  const it = await reported()
  await refusedCtl('owners_only', 'users', 'name', it.subject, '--note', 'police')
  assert.equal((await driftctl(['users', 'name', it.subject])).status, 2)
  const { status, out } = await driftctl(['users', 'name', it.subject, '--note', 'police, file 7', '--json'])
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(out), { subject: it.subject, name: it.one.account, nickname: it.one.user.nickname, wechat: false })
  assert.deepEqual(await audit(it.subject), [{ command: 'users name', note: 'police, file 7', name: 'owner' }])
})

test('evidence is held past its time, and let go', async () => {
  const it = await reported()
  await ctl('reports', 'hold', it.report, '--note', 'asked for by a court')
  assert.equal(await sql(`select hold from report where id = '${it.report}'`), 't')
  await ctl('reports', 'release', it.report)
  assert.equal(await sql(`select hold from report where id = '${it.report}'`), 'f')
  assert.deepEqual((await audit(it.report)).map((u) => u.command), ['reports hold', 'reports release'])
  await refusedCtl('no_report', 'reports', 'hold', unique('r'))
})

test('a mute by a moderator stands in no room as theirs', async () => {
  const it = await reported()
  await ctl('reports', 'resolve', it.report, '--action', 'mute', '--days', '2')
  const { items } = await ctl('reports', 'list', '--state', 'resolved', '--subject', it.subject)
  assert.equal(items[0].action, 'mute')
  const shown = await ctl('users', 'show', it.subject)
  const days = (Date.parse(shown.standing.muted_until) - Date.now()) / 86400e3
  assert.ok(days > 1.99 && days <= 2, String(days))
})

test('next: the ladder’s next step', async () => {
  const it = await reported()
  assert.equal((await ctl('reports', 'resolve', it.report, '--action', 'next')).action, 'warn')
})

test('a picture and a voice line as evidence, though recalled since', async () => {
  const { one, two, room } = await pair()
  people.push(one, two)
  await sendMedia(one, room, png())
  await sendMedia(one, room, voice(), { kind: 'voice' })
  const { body } = await two.get('/rooms/' + room)
  const made = await two.post('/reports', { room, member: body.peer.member, seqs: [1, 2], reason: 'sexual' })
  await one.delete(`/rooms/${room}/messages/1`)
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'moderation-')), 'file')
  for (const more of [[], ['--local']]) {
    const save = (seq) =>
      new Promise((resolve) => {
        const child = spawn('sh', ['-c', 'exec "$@" >"$0"', file, checkout + '/driftctl', 'reports', 'file', made.body.id, seq, ...more], {
          env: { ...process.env, ...env, DRIFTLINE_STATE: state },
        })
        child.on('close', resolve)
      })
    assert.equal(await save('1'), 0)
    assert.equal(readFileSync(file).subarray(0, 3).toString('hex'), 'ffd8ff')
    assert.ok(sizeOf(readFileSync(file)))
    assert.equal(await save('2'), 0)
    assert.ok(['494433', 'fff3', 'fffb', 'fff2', 'ffe3'].some((head) => readFileSync(file).toString('hex').startsWith(head)))
    assert.equal(await save('3'), 1)
    assert.equal(readFileSync(file).length, 0)
  }
  assert.deepEqual((await audit(made.body.id)).map((u) => u.command), Array(4).fill('reports file'))
  await refusedCtl('no_message', 'reports', 'file', 'x', '1')
})

test('erased by an owner: asked first, at once, and on record', async () => {
  const it = await reported()
  await refusedCtl('owners_only', 'users', 'erase', it.subject, '--yes')
  assert.equal((await driftctl(['users', 'erase'])).status, 2)
  const asked = await driftctl(['users', 'erase', it.subject], { input: 'y\n' })
  assert.equal(asked.status, 1)
  assert.match(asked.err, new RegExp(`Erase ${it.subject}\\?`))
  const nobody = await driftctl(['users', 'erase', "x'; drop table account; --", '--yes'])
  assert.deepEqual([nobody.status, nobody.out], [1, ''])
  assert.equal((await it.one.get('/me')).status, 200)
  const { status, out, err } = await driftctl(['users', 'erase', it.subject, '--note', 'asked for by letter', '--yes', '--json'])
  assert.deepEqual([status, out.trim()], [0, '{}'], err)
  await it.one.closed
  refused(await it.one.get('/me'), 401, 'unauthorized')
  const login = await call('POST', '/api/v1/login', { account: it.one.account, password_v2: v2(it.one.account, it.one.password) })
  refused(login, 404, 'bad_credentials')
  assert.equal(await sql(`select count(*) from account where name = '${it.one.account}'`), '0')
  assert.deepEqual(await audit(it.subject), [{ command: 'users erase', note: 'asked for by letter', name: 'owner' }])
})

test('words: added, tried, in force within seconds, removed', async () => {
  const word = 'zq' + random()
  await refusedCtl('owners_only', 'words', 'add', word, '--class', 'block')
  const added = await driftctl(['words', 'add', word, '--class', 'block', '--json'])
  assert.equal(added.status, 0, added.err)
  const { word: id } = JSON.parse(added.out)
  const { items } = await ctl('words', 'list', '--query', word)
  assert.deepEqual(items.map((i) => [i.word, i.class, i.pattern, i.admin]), [[id, 'block', word, 'owner']])
  const tried = await ctl('words', 'test', `so ${word.toUpperCase()}, is it?`)
  assert.deepEqual([tried.classes, tried.words], [['block'], [{ word: id, pattern: word }]])
  assert.deepEqual((await ctl('words', 'test', 'nothing of that')).classes, [])
  const { one, two, room } = await pair()
  people.push(one, two)
  const seen = async (status) => until(async () => (await one.send(room, 'a ' + word)).status === status, `status ${status}`, 10000)
  await seen(422)
  // each program takes the list over by itself
  await until(async () => (await one.post('/me', { nickname: word })).status === 422, 'the name to be refused too', 10000)
  await refusedCtl('owners_only', 'words', 'remove', word)
  assert.equal((await driftctl(['words', 'remove', word, '--note', 'no more'])).status, 0)
  await seen(200)
  const gone = await driftctl(['words', 'remove', word])
  assert.equal(gone.status, 1)
  assert.match(gone.err, /no_word/)
  assert.deepEqual((await audit(id)).filter((u) => u.command.startsWith('words')).map((u) => u.command), ['words add', 'words remove'])
})

test('words that cannot be in the list are refused, with why; so are arguments that are none', async () => {
  const before = await sql('select version from word_list')
  for (const [pattern, says] of [
    ['/a(/', /word_expression: pattern\)\ndriftctl: .*parenthes/],
    ['/(a)\\1/', /word_expression: pattern\)\ndriftctl: ./],
    ['***', /word_pattern/],
    ['x'.repeat(201), /word_too_long/],
    ['', /invalid_field/],
    ['\u202e', /invalid_field/],
  ]) {
    const { status, out, err } = await driftctl(['words', 'add', pattern, '--class', 'block'])
    assert.deepEqual([status, out], [1, ''], pattern)
    assert.match(err, says)
  }
  for (const args of [['add', 'x'], ['add', 'x', '--class', 'kill'], ['add', '--class', 'flag'], ['remove'], ['test'], ['list', '--class', 'x']])
    assert.equal((await driftctl(['words', ...args])).status, 2, args.join(' '))
  assert.equal(await sql('select version from word_list'), before)
})

test('patterns are taken and shown as they are, whatever a shell would make of them', async () => {
  const mark = 'zs' + random()
  for (const pattern of [`/${mark}.*\\$\\(touch \/tmp\/x\\)'";--/`, `${mark} 坏词`, `/${mark}[ＡＢ]\\d+%_/`]) {
    const { status, out, err } = await driftctl(['words', 'add', pattern, '--class', 'flag', '--json'])
    assert.equal(status, 0, err)
    assert.equal(JSON.parse(out).pattern, pattern)
    const again = await driftctl(['words', 'add', pattern, '--class', 'mask', '--local', '--json'])
    assert.equal(JSON.parse(again.out).word, JSON.parse(out).word, 'another class, the same word')
  }
  const { items } = await ctl('words', 'list', '--query', mark)
  assert.deepEqual(items.map((i) => i.class), ['mask', 'mask', 'mask'])
  const { out } = await driftctl(['words', 'list', '--query', mark])
  assert.match(out, /^WORD +CLASS +PATTERN +ADMIN +AT\n/)
  for (const { pattern } of items) assert.equal((await driftctl(['words', 'remove', pattern])).status, 0, pattern)
  assert.equal((await ctl('words', 'test', mark + ' 坏词')).text, mark + ' 坏词')
})

test('lines that a word holds: approved they are said, refused they are not', async () => {
  const word = 'zh' + random()
  const { out } = await driftctl(['words', 'add', word, '--class', 'hold', '--json'])
  const { one, two, room } = await pair()
  people.push(one, two)
  await until(async () => (await one.send(room, 'a ' + word)).status === 202, 'a line to be held', 10000)
  await one.send(room, 'b ' + word)
  const mine = async () => (await ctl('held', 'list')).items.filter((i) => i.room === room)
  const [first, second] = (await mine()).sort((a, b) => (a.body < b.body ? -1 : 1))
  const shown = await ctl('held', 'show', first.held)
  assert.deepEqual([shown.body, shown.room, shown.words, shown.standing.kind, shown.steps], ['a ' + word, room, [word], 'guest', []])
  assert.equal(JSON.stringify(shown).includes(one.user.nickname), false)
  assert.match((await driftctl(['held', 'list'], { env })).out, /^HELD +ROOM +KIND +TOPIC +MEMBER +ALIAS +BODY +WORDS +AT\n/)
  const { last_seq } = (await two.get('/rooms/' + room)).body
  const done = await ctl('held', 'approve', first.held)
  assert.deepEqual([done.state, done.seq], ['approved', last_seq + 1])
  await two.frame((f) => f.type === 'message' && f.message.seq === done.seq && f.message.body === 'a ' + word)
  assert.equal((await ctl('held', 'refuse', second.held, '--note', 'no')).state, 'refused')
  assert.deepEqual(await mine(), [])
  for (const act of ['approve', 'refuse', 'show']) await refusedCtl('no_held', 'held', act, second.held)
  assert.deepEqual((await audit(first.held)).map((u) => u.command), ['held show', 'held approve'])
  assert.deepEqual(await audit(second.held), [{ command: 'held refuse', note: 'no', name: moderator.name }])
  assert.equal((await driftctl(['words', 'remove', JSON.parse(out).pattern])).status, 0)
})
