// driftctl, as an operator uses it: tables and JSON, exit codes, what is asked before, and arguments that mean harm.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Person, random, rows, sql, state, unique } from '../support/client.mjs'
import { Admin, checkout, driftctl, rootToken, sockets, tokenFile } from '../support/admin.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'driftctl-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const fine = async (args, more) => {
  const answer = await driftctl(args, more)
  assert.equal(answer.status, 0, args.join(' ') + ': ' + answer.err)
  return answer
}
const json = async (args, more) => JSON.parse((await fine([...args, '--json'], more)).out)
/** Columns that a terminal gives text; only what the tests use. */
const columns = (text) =>
  [...text].reduce((sum, c) => sum + (/\p{Mn}/u.test(c) ? 0 : /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uff01-\uff60\u{1f300}-\u{1faff}]/u.test(c) ? 2 : 1), 0)
const group = async (topic) => {
  const person = await Person.guest()
  const { body } = await person.post('/rooms', { topic })
  return Object.assign(body, { person })
}
const audit = (target) => rows(`select command, note from audit where target = '${target}' order by id`)

test('help: the whole, a group’s, each command’s', async () => {
  const { out } = await fine(['--help'])
  assert.equal((await fine(['help'])).out, out)
  const names = [...out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map((m) => m[1]).filter((name) => !/^(completion|help)/.test(name))
  assert.ok(names.length >= 12)
  for (const name of names) {
    const words = name.split(' ')
    const help = (await fine([...words, '--help'])).out
    assert.match(help, new RegExp(`^usage: driftctl ${name}`))
    assert.equal((await fine(['--help', ...words])).out, help)
    assert.equal((await fine(['help', ...words])).out, help)
  }
  assert.match((await fine(['rooms', '--help'])).out, /rooms close/)
  const none = await driftctl([])
  assert.deepEqual([none.status, none.out], [2, ''])
  assert.match(none.err, /^usage/)
})

test('wrong usage ends with 2 and a word on what is wrong, and asks nothing', async () => {
  const before = await sql('select count(*) from audit')
  for (const [args, says] of [
    [['nothing'], /no command “nothing”/],
    [['rooms', 'x', 'list'], /no command “rooms x”/],
    [['rooms', '--state', 'open', 'x'], /too many: “x”/],
    [['completions'], /no command “completions”/],
    [['rooms', 'nothing'], /no command “rooms nothing”/],
    [['rooms', 'show'], /missing: “ROOM”/],
    [['rooms', 'show', 'a', 'b'], /too many: “b”/],
    [['rooms', 'list', '--nothing'], /no option “--nothing”/],
    [['rooms', 'list', '--limit'], /missing behind “--limit”/],
    [['rooms', 'list', '--limit', 'x'], /number for “--limit”/],
    [['rooms', 'list', '--limit=-1'], /number for “--limit”/],
    [['rooms', 'list', '--state', 'x'], /open\|ended\|all/],
    [['rooms', 'list', '--state', 'open|ended'], /open\|ended\|all/],
    [['rooms', 'list', '--query', 'a', '--query', 'b'], /given twice/],
    [['rooms', 'show', '--x'], /no option “--x”/],
    [['help', 'nothing'], /no command/],
    [['completion', 'zsh'], /bash/],
  ]) {
    const { status, out, err } = await driftctl(args)
    assert.equal(status, 2, args.join(' '))
    assert.match(err, says)
    assert.equal(out, '')
  }
  assert.equal(await sql('select count(*) from audit'), before)
})

test('a table: aligned whatever the width of what stands in it', async () => {
  const mark = unique('t')
  for (const topic of [`${mark} tea`, `${mark} 茶与聊天`, `${mark} 🍵 e\u0301te`, `${mark} ｗｉｄｅ`]) await group(topic)
  const { out, err } = await fine(['rooms', 'list', '--query', mark])
  const lines = out.trimEnd().split('\n')
  assert.equal(lines.length, 5)
  assert.match(lines[0], /^ROOM +TOPIC +TAGS +MEMBERS +LINES +PUBLIC +CREATED +LAST +ENDED$/)
  const at = lines[0].indexOf('TAGS')
  for (const line of lines.slice(1)) {
    let cut = 0
    while (columns(line.slice(0, cut)) < at) cut++
    assert.match(line.slice(cut), /^- +1 +0 +yes +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\S+ \S+ +-$/)
  }
  assert.equal(err, '')
  const page = await fine(['rooms', 'list', '--query', mark, '--limit', '3'])
  const cursor = /--cursor (\S+)/.exec(page.err)[1]
  const rest = (await fine(['rooms', 'list', '--query', mark, '--limit', '3', '--cursor', cursor])).out
  assert.deepEqual([...page.out.trimEnd().split('\n').slice(1), ...rest.trimEnd().split('\n').slice(1)].length, 4)
  assert.equal((await fine(['rooms', 'list', '--query', unique()])).out, '')
})

test('a group’s name alone lists it', async () => {
  const mark = unique('t')
  await group(mark)
  for (const args of [['--query', mark], ['--json', '--query=' + mark], ['--query', mark, '--local']])
    assert.equal((await fine(['rooms', ...args])).out, (await fine(['rooms', 'list', ...args])).out)
  assert.deepEqual(Object.keys(await json(['appeals'])), ['items', 'next'])
  await fine(['--json', 'appeals', '--state', 'answered'])
})

test('--json is what the program answers', async () => {
  const mark = unique('t')
  const room = await group(mark + ' 茶')
  const list = await json(['rooms', 'list', '--query', mark])
  assert.deepEqual(Object.keys(list), ['items', 'next'])
  assert.deepEqual([list.items[0].room, list.items[0].topic], [room.id, mark + ' 茶'])
  assert.deepEqual(await json(['--json', 'rooms', 'list', '--query=' + mark]), list)
})

test('one thing, its members below each other', async () => {
  const room = await group(unique('t'))
  const { out } = await fine(['rooms', 'show', room.id])
  assert.match(out, new RegExp(`^room +${room.id}$`, 'm'))
  assert.match(out, /^members +1$/m)
  assert.match(out, /^masks:\nMEMBER +ALIAS +ROLE +JOINED\n/m)
  assert.match((await fine(['stats'])).out, /^accounts +\d+$/m)
  assert.match((await fine(['admins', 'list'])).out, /^owner +owner /m)
})

test('text of others does nothing to the terminal, in tables and in JSON', async () => {
  const mark = unique('t')
  const room = await group(mark)
  // what the API does not let in: as if it had come into the database all the same
  const evil = "\u001b]0;pwned\u0007\u001b[31m\u009b2J\u202eabc\u2066\u200b\ttab\rback\u007f"
  await sql(`update room set topic = '${mark} ' || convert_from('\\x${Buffer.from(evil).toString('hex')}', 'utf8') where id = '${room.id}'`)
  for (const args of [['rooms', 'show', room.id], ['rooms', 'list', '--query', mark], ['rooms', 'list', '--query', mark, '--json']]) {
    const { out } = await fine(args)
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u, args.join(' '))
    assert.match(out, /pwned/)
  }
  assert.equal((await json(['rooms', 'show', room.id])).topic, mark + ' ' + evil)
  await sql(`update room set topic = 'x' where id = '${room.id}'`)
})

test('a refusal ends with 1 and says why, with --json too, in one’s language', async () => {
  const args = ['rooms', 'show', unique('r')]
  const refused = await driftctl(args)
  assert.deepEqual([refused.status, refused.out], [1, ''])
  assert.equal(refused.err, 'driftctl: There is no such room. (no_room)\n')
  const zh = await driftctl([...args, '--json'], { env: { LC_ALL: 'zh_CN.UTF-8' } })
  assert.equal(zh.status, 1)
  assert.equal(JSON.parse(zh.out).error.code, 'no_room')
  assert.match(zh.err, /没有这个房间/)
  const field = await driftctl(['rooms', 'show', 'a b'])
  assert.match(field.err, /\(invalid_field: room\)/)
})

test('what cannot be taken back is asked for first', async () => {
  const room = await group(unique('t'))
  for (const input of ['', 'no\n', 'y\n', 'Yes\n']) {
    const { status, err } = await driftctl(['rooms', 'close', room.id], { input })
    assert.equal(status, 1)
    assert.match(err, new RegExp(`Close room ${room.id}\\? .*not confirmed`, 's'))
  }
  assert.deepEqual(await audit(room.id), [])
  const { out } = await fine(['rooms', 'close', room.id, '--note', 'spam'], { input: 'yes\n' })
  assert.equal(out, 'done\n')
  assert.deepEqual(await audit(room.id), [{ command: 'rooms close', note: 'spam' }])
  const other = await group(unique('t'))
  assert.deepEqual(await json(['rooms', 'close', other.id, '--yes']), {})
  for (const [args, asks] of [[['admins', 'disable', 'nobody'], /Disable admin nobody\?/]]) {
    const { status, err } = await driftctl(args)
    assert.equal(status, 1)
    assert.match(err, asks)
  }
})

test('arguments that mean harm arrive as they are, and do nothing', async () => {
  const canary = path.join(folder, 'canary')
  for (const evil of [
    `$(touch ${canary})`,
    '`touch ' + canary + '`',
    `; touch ${canary};`,
    `' ; touch ${canary} '`,
    `" ; touch ${canary} "`,
    `| touch ${canary}`,
    `&& touch ${canary}`,
    `\n touch ${canary}\n`,
    '","role":"owner","x":"',
    '\\", \\u0022',
    "x' or 1=1; drop table driftline.audit; --",
    '%00%0a',
    '%s%n%d',
    '*',
    '~root',
    '@' + tokenFile,
    '--help',
    '-rf',
    '日本語 “quotes”',
  ]) {
    const room = await group(unique('t'))
    await fine(['rooms', 'close', room.id, '--yes', '--note', evil])
    const clean = evil.trim()
    assert.deepEqual(await audit(room.id), [{ command: 'rooms close', note: clean }])
    const found = await driftctl(['rooms', 'show', '--', evil])
    assert.equal(found.status, 1, evil)
    assert.match(found.err, /invalid_field: room|no_room/)
    assert.equal(existsSync(canary), false, evil)
  }
  const long = await driftctl(['rooms', 'show', 'x'.repeat(100000)])
  assert.equal(long.status, 1)
  assert.match(long.err, /too_large/)
  const bytes = spawnSync('sh', ['-c', `exec "$0" rooms show "$(printf '\\377\\376')"`, checkout + '/driftctl'], {
    env: { ...process.env, DRIFTLINE_STATE: state },
  })
  assert.equal(bytes.status, 2)
  assert.match(bytes.stderr.toString(), /not UTF-8/)
})

test('ids that begin with dashes are ids', async () => {
  for (const id of ['-' + 'a'.repeat(21), '--' + 'b'.repeat(20), '-h' + 'c'.repeat(20)])
    assert.match((await driftctl(['rooms', 'show', id])).err, /no_room/)
})

test('--local and the socket say the same', async () => {
  const mark = unique('t')
  const room = await group(mark)
  for (const args of [
    ['rooms', 'list', '--query', mark],
    ['rooms', 'list', '--query', mark, '--json'],
    ['rooms', 'show', room.id],
    ['rooms', 'show', 'nobody'],
    ['rooms', 'show', 'a b'],
    ['admins', 'list', '--json'],
  ]) {
    const [one, other] = [await driftctl(args), await driftctl(['--local', ...args])]
    assert.deepEqual(other, one, args.join(' '))
  }
  const long = await driftctl(['rooms', 'show', 'x'.repeat(100000), '--local'])
  assert.deepEqual([long.status, /too_large/.test(long.err)], [1, true])
  await fine(['rooms', 'close', room.id, '--local', '--yes', '--note', '茶 "x"'])
  assert.deepEqual((await audit(room.id)).at(-1), { command: 'rooms close', note: '茶 "x"' })
})

test('an act by --local reaches open sockets', async () => {
  const room = await group(unique('t'))
  await room.person.open()
  await fine(['rooms', 'close', room.id, '--local', '--yes'])
  await room.person.frame((f) => f.type === 'room' && f.room === room.id && f.detail.ended)
  room.person.close()
})

test('a moderator logs in, works with the token, and logs out', async () => {
  const name = 't' + random()
  const made = await json(['admins', 'add', name, '--role', 'moderator'])
  const token = (await fine(['login', name], { input: made.password + '\n' })).out.trim()
  assert.match(token, /^[\w-]{43,44}$/)
  const env = { DRIFTLINE_ADMIN_TOKEN: token }
  await fine(['stats'], { env })
  const refused = await driftctl(['admins', 'list'], { env })
  assert.deepEqual([refused.status, refused.out], [1, ''])
  assert.match(refused.err, /owners_only/)
  await fine(['logout'], { env })
  assert.match((await driftctl(['stats'], { env })).err, /unauthorized/)
  assert.match((await driftctl(['login', name], { input: 'wrong\n' })).err, /bad_credentials/)
  assert.equal((await driftctl(['login', name])).status, 1)
  const again = await json(['login', name], { input: made.password + '\n' })
  assert.deepEqual(Object.keys(again).sort(), ['expires', 'name', 'role', 'token'])
  const rotated = await json(['rotate'], { env: { DRIFTLINE_ADMIN_TOKEN: again.token } })
  await fine(['stats'], { env: { DRIFTLINE_ADMIN_TOKEN: rotated.token } })
  assert.equal((await driftctl(['stats'], { env: { DRIFTLINE_ADMIN_TOKEN: again.token } })).status, 1)
  await fine(['admins', 'disable', name, '--yes'])
  assert.match((await fine(['admins', 'list'])).out, new RegExp(`^${name} +moderator +\\S+ \\S+ +\\d{4}-`, 'm'))
  await fine(['admins', 'enable', name])
})

test('the machine’s owner rotates: the file has the new token', async () => {
  const before = rootToken()
  for (const args of [['rotate'], ['admins', 'rotate', 'owner'], ['rotate', '--local']]) {
    const old = rootToken()
    const { out, err } = await fine(args)
    assert.notEqual(rootToken(), old)
    assert.equal(out, '')
    assert.match(err, new RegExp(tokenFile))
    assert.equal(statSync(tokenFile).mode & 0o777, 0o400)
    await fine(['stats'])
    assert.equal((await driftctl(['stats'], { env: { DRIFTLINE_ADMIN_TOKEN: old } })).status, 1)
  }
  assert.notEqual(rootToken(), before)
})

test('a token or a password is in no command line', async () => {
  const name = 't' + random()
  const { password } = await json(['admins', 'add', name, '--role', 'moderator'])
  // each program that it calls from PATH, by way of one that writes down what it was called with
  const bin = path.join(folder, 'bin')
  mkdirSync(bin)
  for (const program of ['curl', 'cat', 'readlink', 'dirname', 'mktemp', 'rm', 'wc', 'chmod', 'mv', 'stty', 'env'])
    writeFileSync(
      path.join(bin, program),
      `#!/bin/sh\nprintf '%s\\n' ${program} "$@" >>'${folder}/called'\nPATH='${process.env.PATH}'\nexec ${program} "$@"\n`,
      { mode: 0o755 },
    )
  const env = { PATH: bin + ':' + process.env.PATH }
  const { token } = await json(['login', name], { env, input: password + '\n' })
  for (const more of [[], ['--local']]) await fine(['stats', ...more], { env: { ...env, DRIFTLINE_ADMIN_TOKEN: token } })
  await fine(['rotate'], { env })
  const called = readFileSync(folder + '/called', 'utf8')
  for (const program of ['curl', 'mktemp', 'mv']) assert.match(called, new RegExp(`^${program}$`, 'm'))
  for (const secret of [token, password, rootToken()]) assert.equal(called.includes(secret), false)
})

test('nobody answers, nothing is set up, no token: 1, and a word on what to do', async () => {
  const gone = await driftctl(['stats', '--socket', folder + '/nothing.sock'])
  assert.equal(gone.status, 1)
  assert.match(gone.err, /nobody answers at/)
  const none = await driftctl(['stats'], { env: { DRIFTLINE_STATE: folder } })
  assert.equal(none.status, 1)
  assert.match(none.err, /no token/)
  const nowhere = await driftctl(['stats'], { env: { DRIFTLINE_STATE: folder, DRIFTLINE_ADMIN_TOKEN: 'x' } })
  assert.equal(nowhere.status, 1)
  assert.match(nowhere.err, /nothing is set up/)
  const odd = await driftctl(['stats'], { env: { DRIFTLINE_ADMIN_TOKEN: 'x"\nurl = "http://127.0.0.1' } })
  assert.equal(odd.status, 1)
  assert.match(odd.err, /characters/)
  // a socket and a token are all that it needs
  const env = { DRIFTLINE_STATE: folder, DRIFTLINE_ADMIN_TOKEN: rootToken() }
  await fine(['stats', '--socket', sockets + '/admin.sock'], { env })
})

test('it works by a link, from dash, and leaves nothing behind', async () => {
  const link = path.join(folder, 'a link')
  symlinkSync(checkout + '/driftctl', link)
  await fine(['stats'], { file: link })
  const tmp = mkdtempSync(path.join(folder, 'tmp '))
  for (const args of [['stats'], ['rooms', 'close', 'x'], ['nothing'], ['--help'], ['stats', '--local']])
    await driftctl(args, { env: { TMPDIR: tmp } })
  assert.deepEqual(spawnSync('ls', ['-A', tmp]).stdout.toString(), '')
})

test('bash completes commands, options and their values', async () => {
  const script = (await fine(['completion', 'bash'])).out
  const complete = (...words) => {
    const done = spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _driftctl; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', 'driftctl', ...words])
    assert.equal(done.stderr.toString(), '')
    return done.stdout.toString().trim().split('\n')
  }
  assert.ok(complete('').includes('rooms') && complete('').includes('stats') && !complete('').includes('rooms list'))
  assert.deepEqual(complete('ro'), ['rooms', 'rotate'])
  assert.deepEqual(complete('rooms', ''), ['list', 'show', 'close'])
  assert.deepEqual(complete('rooms', 'list', '--st'), ['--state'])
  assert.deepEqual(complete('rooms', 'list', '--state', ''), ['open', 'ended', 'all'])
  assert.deepEqual(complete('--json', 'rooms', 'list', '--state', 'e'), ['ended'])
  assert.deepEqual(complete('completion', ''), ['bash'])
  assert.ok(complete('stats', '--').includes('--json'))
  assert.equal(spawnSync('bash', ['-n'], { input: script }).status, 0)
})

test('an owner reads the record', async () => {
  const room = await group(unique('t'))
  await fine(['rooms', 'show', room.id])
  const { out } = await fine(['audit', '--target', room.id])
  assert.match(out, new RegExp(`^AT +ADMIN +COMMAND +TARGET +NOTE +DETAIL\\n\\S+ \\S+ +owner +rooms show +${room.id} `))
  const moderator = await Admin.add()
  assert.equal((await driftctl(['audit'], { env: { DRIFTLINE_ADMIN_TOKEN: moderator.token } })).status, 1)
})
