// The set-up itself: from a checkout in a bad place, twice, with everything that may be in the way.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Instance, checkout, environment, freePort, run, until } from './instance.mjs';

const root = process.getuid() === 0;
const home = mkdtempSync(path.join(tmpdir(), 'driftline-home-')); // mode 0700
const place = path.join(home, `a path with spaces ${'x'.repeat(200)}`.slice(0, 119 - home.length));
let it;

// The checkout without what is ignored, and the programs as they are built.
async function copy(to) {
  mkdirSync(to, { recursive: true });
  const done = await run('sh', ['-c', `git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\\\\0" "$f"; done' x |
    tar --null -T - -cf - | tar -xf - -C "$1" && cp -Rp build "$1"/`, 'copy', to], { cwd: checkout });
  assert.equal(done.status, 0, done.text);
}

// What must be as before, afterwards: the system's services, and what holds them back.
async function system() {
  const processes = await run('ps', ['-eo', 'pid,args']);
  return {
    services: processes.stdout.split('\n').filter((line) => /postgresql\/\d+\/main|nginx: master process \/usr\/sbin\/nginx( -g|$)/.test(line)),
    clusters: existsSync('/etc/postgresql') ? readdirSync('/etc/postgresql').flatMap((v) => readdirSync(`/etc/postgresql/${v}`)) : [],
    policy: existsSync('/usr/sbin/policy-rc.d') ? readFileSync('/usr/sbin/policy-rc.d', 'utf8') : null,
    createcluster: existsSync('/etc/postgresql-common/createcluster.d') ? readdirSync('/etc/postgresql-common/createcluster.d') : [],
  };
}

const processesOf = async (state) =>
  (await run('ps', ['-eo', 'pid,args'])).stdout.split('\n').filter((line) => line.includes(state) && !/\bps -eo/.test(line));

let token;
const guest = async () => {
  const answer = await fetch(`${it.url}/api/v1/login/guest`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  assert.equal(answer.status, 200);
  return (await answer.json()).token;
};
const me = async () => (await fetch(`${it.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;

let untouched;
before(async () => {
  untouched = await system();
  await copy(place);
  it = new Instance({ root: place, state: path.join(place, 'var') });
});
after(async () => {
  await it.remove();
  rmSync(home, { recursive: true, force: true });
});

test('help names every command of the script', async () => {
  const help = (await it.deploy('help')).stdout;
  for (const [, name] of readFileSync(path.join(place, 'deploy.sh'), 'utf8').matchAll(/^command_([a-z]+)\(\)/gm))
    assert.match(help, new RegExp(`^  ${name}( \\[.*\\])?: [A-Z]`, 'm'));
  const wrong = await it.deploy('upp');
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /no command upp/);
});

test('before the first up, the other commands say so', async () => {
  for (const command of ['down', 'status', 'logs', 'restart', 'psql']) {
    const answer = await it.deploy(command);
    assert.notEqual(answer.status, 0, command);
    assert.match(answer.stderr, /nothing is set up in .*\n.*deploy\.sh up/, command);
  }
});

test('up works in a path of 120 characters with spaces, below a home of mode 0700', async () => {
  assert.equal(place.length, 120);
  assert.equal(statSync(home).mode & 0o777, 0o700);
  const done = await it.up();
  assert.match(done.stdout, new RegExp(`Ready after \\d+ s: http://127\\.0\\.0\\.1:${it.port}/`));
  assert.match(done.stdout, /to stop it: .* down/);
  assert.equal((await fetch(`${it.url}/readyz`)).status, 200);
  token = await guest();
  assert.equal(await me(), 200);
});

test('as root, its parts are users without privileges, and its secrets are theirs alone', { skip: !root }, async () => {
  const users = {};
  for (const part of ['postgres', 'api', 'auth', 'media', 'nginx'])
    users[part] = (await run('ps', ['-o', 'user:20=', '-p', String(it.pid(part))])).stdout.trim();
  assert.deepEqual(users, { postgres: 'driftline-db', api: 'driftline', auth: 'driftline', media: 'driftline', nginx: 'driftline-web' });
  const state = it.realState;
  assert.equal(statSync(path.join(state, 'secrets', 'pepper')).mode & 0o777, 0o400);
  assert.equal(statSync(path.join(state, 'effective.conf')).mode & 0o777, 0o400);
  assert.equal(statSync(path.join(state, 'pg')).mode & 0o777, 0o700);
  const as = (user, ...command) => run('setpriv', ['--reuid', user, '--regid', 'driftline', '--init-groups', ...command], { cwd: '/' });
  assert.notEqual((await as('driftline-web', 'cat', path.join(state, 'secrets', 'pepper'))).status, 0);
  assert.notEqual((await as('driftline-web', 'cat', path.join(state, 'effective.conf'))).status, 0);
  // who may be whom in the database
  const psql = (user, role) => as(user, 'psql', '-X', '-h', it.sockets, '-U', role, '-d', 'driftline', '-Atc', 'select current_user');
  for (const role of ['driftline_web', 'driftline_admin']) assert.equal((await psql('driftline', role)).stdout.trim(), role);
  for (const [user, role] of [['driftline', 'driftline_owner'], ['driftline', 'postgres'], ['driftline-web', 'driftline_web'], ['driftline-web', 'driftline_admin'], ['nobody', 'driftline_web']])
    assert.notEqual((await psql(user, role)).status, 0, `${user} as ${role}`);
});

test('the role of the handlers owns nothing and can only call functions', async () => {
  const asked = await it.deploy('psql', '-XAtc', `select
    (select count(*) from pg_class where relowner = 'driftline_web'::regrole) + (select count(*) from pg_proc where proowner = 'driftline_web'::regrole),
    (select count(*) from pg_class c where relnamespace = 'driftline'::regnamespace and relkind in ('r', 'p')
      and has_table_privilege('driftline_web', c.oid, 'select, insert, update, delete')),
    has_database_privilege('driftline_web', 'driftline', 'create'), has_schema_privilege('driftline_web', 'api', 'create'),
    (select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = 'driftline_web'),
    current_setting('fsync') || current_setting('synchronous_commit') || current_setting('listen_addresses'), current_user`);
  assert.equal(asked.stdout.trim(), '0|0|f|f|f|onon|driftline_owner', asked.text);
});

test('the machine has an owner, whose token only root reads; up keeps it, and makes it anew when it is gone or dead', async () => {
  const file = path.join(it.realState, 'secrets', 'admin-token');
  const stats = (more = {}) => run(path.join(place, 'driftctl'), ['stats'], { env: environment({ DRIFTLINE_STATE: it.state, ...more }), cwd: '/' });
  const { uid, mode } = statSync(file);
  assert.deepEqual([uid, mode & 0o777], [process.getuid(), 0o400]);
  const first = readFileSync(file, 'utf8').trim();
  assert.equal((await stats()).status, 0, (await stats()).text);
  assert.doesNotMatch((await it.up()).stdout, /token/);
  assert.equal(readFileSync(file, 'utf8').trim(), first);
  for (const [what, lose] of [['gone', async () => rmSync(file)],
    ['near its end', () => it.deploy('psql', '-qc', "update driftline.admin_token set expires = now() + interval '6 days'")]]) {
    const before = existsSync(file) ? readFileSync(file, 'utf8').trim() : first;
    await lose();
    assert.match((await it.up()).stdout, /a token for driftctl is in /, what);
    assert.notEqual(readFileSync(file, 'utf8').trim(), before, what);
    assert.equal((await stats()).status, 0, what);
    assert.equal((await stats({ DRIFTLINE_ADMIN_TOKEN: before })).status, 1, what);
  }
  if (!root) return;
  const as = (user, ...command) => run('setpriv', ['--reuid', user, '--regid', 'driftline', '--init-groups', ...command], { cwd: '/' });
  for (const user of ['driftline', 'driftline-web', 'driftline-db']) {
    assert.notEqual((await as(user, 'cat', file)).status, 0, user);
    assert.notEqual((await as(user, 'curl', '-s', '--unix-socket', path.join(it.sockets, 'admin.sock'), 'http://x/admin/v1/stats')).status, 0, user);
  }
});

test('what the user of a part puts into its folder leads root to no other file', { skip: !root }, async () => {
  const state = it.realState;
  const at = (name) => path.join(state, name);
  const as = async (user, ...command) => (await run('setpriv', ['--reuid', user, '--regid', 'driftline', '--init-groups', ...command], { cwd: '/' })).status;
  mkdirSync(at('of-root'));
  writeFileSync(at('of-root/file'), 'kept', { mode: 0o640 });
  const untouched = (what) => {
    assert.deepEqual(readdirSync(at('of-root')), ['file'], what);
    assert.equal(readFileSync(at('of-root/file'), 'utf8'), 'kept', what);
    for (const [name, mode] of [['of-root', 0o755], ['of-root/file', 0o640]]) {
      const { uid, gid, mode: had } = statSync(at(name));
      assert.deepEqual([uid, gid, had & 0o777], [0, 0, mode], what);
    }
  };
  const refuses = async (what) => {
    const done = await it.deploy('up', '--no-client');
    assert.notEqual(done.status, 0, what);
    assert.match(done.stderr, new RegExp(`${what} is a symbolic link\n.*made it.*\n.*remove it`));
    untouched(what);
  };
  for (const [user, name] of [['driftline-db', 'pg/postgresql.conf'], ['driftline-db', 'pg/pg_hba.conf'], ['driftline', 'log/api/config']]) {
    assert.equal(await as(user, 'ln', '-sf', at('of-root/file'), at(name)), 0);
    await refuses(name);
    rmSync(at(name));
    assert.equal(await as(user, 'ln', '-s', at('of-root/file'), at(`${name}.new`)), 0);
    await it.up();
    untouched(`${name}.new`);
    rmSync(at(`${name}.new`));
  }
  // where nginx writes for a while, which it has tested as root
  assert.equal(await as('driftline-web', 'mv', at('nginx/tmp/body'), at('nginx/tmp/away')), 0);
  assert.equal(await as('driftline-web', 'ln', '-s', at('of-root'), at('nginx/tmp/body')), 0);
  await it.up();
  untouched('nginx/tmp/body');
  rmSync(at('nginx/tmp/body'));
  assert.equal(await as('driftline-web', 'mv', '-T', at('nginx/tmp/away'), at('nginx/tmp/body')), 0);
  // folders of root's, in which there may be links from when they were not
  for (const [user, folder, file] of [['driftline', 'secrets', 'admin-token.new'], ['driftline-web', 'tls', 'key.pem']]) {
    assert.notEqual(await as(user, 'ln', '-s', at('of-root/file'), at(`${folder}/${file}`)), 0);
    assert.equal((await run('chown', [user, at(folder)])).status, 0);
    assert.equal(await as(user, 'ln', '-s', at('of-root/file'), at(`${folder}/${file}`)), 0);
    await refuses(`${folder}/${file}`);
    rmSync(at(`${folder}/${file}`));
    await it.up();
    assert.notEqual(await as(user, 'ln', '-s', at('of-root/file'), at(`${folder}/${file}`)), 0);
  }
  // the path of a program that stands in a script of root's
  mkdirSync(at('of-root/bin'));
  writeFileSync(at('of-root/bin/postgres'), '#!/bin/sh\n', { mode: 0o755 });
  const version = readFileSync(at('pg/PG_VERSION'));
  writeFileSync(at('pg/PG_VERSION'), `../../..${at('of-root')}\n`);
  const done = await it.deploy('up', '--no-client');
  writeFileSync(at('pg/PG_VERSION'), version);
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /PG_VERSION is not right/);
  rmSync(at('of-root'), { recursive: true });
  await it.up();
  assert.equal(await me(), 200);
});

test('a second up is quick, restarts nothing, and keeps the data', async () => {
  const before = ['postgres', 'api', 'auth', 'media', 'nginx'].map((part) => it.pid(part));
  const began = Date.now();
  const done = await it.up();
  assert.ok(Date.now() - began < 10000, `${Date.now() - began} ms`);
  assert.doesNotMatch(done.stdout, /started|restarted|applying/);
  assert.deepEqual(['postgres', 'api', 'auth', 'media', 'nginx'].map((part) => it.pid(part)), before);
  assert.equal(await me(), 200);
});

test('status says how it is', async () => {
  const status = await it.deploy('status');
  assert.equal(status.status, 0, status.text);
  for (const part of ['postgres', 'api', 'auth', 'media', 'admin', 'nginx']) assert.match(status.stdout, new RegExp(`^${part} +runs`, 'm'));
  assert.match(status.stdout, /^ready +yes$/m);
  assert.match((await it.deploy('logs', 'api')).stdout, /started/);
});

test('reload takes up what the file says, and restarts only what that concerns', async () => {
  const file = path.join(it.state, 'driftline.conf');
  const text = readFileSync(file, 'utf8');
  const database = it.pid('postgres');
  writeFileSync(file, `${text}\nDRIFTLINE_LIMIT_LOGINS=1\n`);
  const done = await it.deploy('reload');
  assert.equal(done.status, 0, done.text);
  assert.match(done.stdout, /nginx reloaded/);
  assert.equal(it.pid('postgres'), database);
  const login = () => fetch(`${it.url}/api/v1/login`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
  await until('the limit is in force', async () => (await login()).status === 429);
  writeFileSync(file, `${text}\nDRIFTLINE_PORT=x\n`);
  const wrong = await run(path.join(place, 'deploy.sh'), ['reload'], { env: environment({ DRIFTLINE_STATE: it.state }), cwd: '/' });
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /settings are not right\n.*DRIFTLINE_PORT=x .*line \d+\): give a number/);
  await until('status says yes, though the file is wrong', async () => (await it.deploy('status')).status === 0);
  writeFileSync(file, text);
  assert.equal((await it.deploy('reload')).status, 0);
});

function hasEnded(pid) {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

const parts = [['api'], ['auth'], ['media'], ['admin'], ['nginx'], ['postgres'], ['nginx', 'worker'], ['postgres', 'walwriter']];
for (const [part, child] of parts)
  test(`kill -9 of ${child ? `${part}'s ${child}` : part}: it is back by itself`, async () => {
    const pid = child ? Number((await run('pgrep', ['-P', String(it.pid(part)), '-f', child])).stdout.split('\n')[0]) : it.pid(part);
    assert.ok(pid > 1);
    process.kill(pid, 'SIGKILL');
    await until('it is gone', async () => hasEnded(pid));
    await until('it is ready', async () => (await fetch(`${it.url}/readyz`).catch(() => ({}))).status === 200 && (await me().catch(() => 0)) === 200);
    // and it is one alone
    if (part === 'nginx') await until('one worker is there', async () =>
      (await run('pgrep', ['-P', String(it.pid('nginx'))])).stdout.trim().split('\n').length === 1);
  });

test('kill -9 of the supervisors: up finds all, and nothing is there twice', async () => {
  for (const part of ['api', 'nginx', 'postgres']) {
    const parent = Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${it.pid(part)}/stat`, 'utf8'))[1]);
    process.kill(parent, 'SIGKILL');
  }
  process.kill(Number(readFileSync(path.join(it.state, 'service', 'supervisor'), 'utf8')), 'SIGKILL');
  await it.up();
  assert.equal(await me(), 200);
  const all = await processesOf(it.realState);
  for (const name of ['/bin/api$', '/bin/auth$', 'nginx: master', 'postgres -D', 'runsvdir'])
    assert.equal(all.filter((line) => new RegExp(name).test(line)).length, 1, `${name}\n${all.join('\n')}`);
});

test('a changed function is taken up, a changed setting of the database too, each once', async () => {
  const file = path.join(place, 'sql', 'functions', 'zz_test.sql');
  writeFileSync(file, 'create or replace function api.of_a_test() returns int language sql as $$ select 7 $$;\n');
  const first = await it.up();
  assert.match(first.stdout, /applying functions/);
  assert.equal((await it.deploy('psql', '-XAtc', 'select api.of_a_test()')).stdout.trim(), '7');
  assert.doesNotMatch((await it.up()).stdout, /applying/);
  rmSync(file);
  await it.up();
  assert.notEqual((await it.deploy('psql', '-XAtc', 'select api.of_a_test()')).status, 0, 'what is in no file any more is gone');
});

test('a migration that fails changes nothing, and says what is wrong', async () => {
  const file = path.join(place, 'sql', '9999_test.sql');
  writeFileSync(file, 'create table driftline.half ();\nselect 1 / 0;\n');
  const done = await it.deploy('up', '--no-client');
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /could not be brought up to date\n.*division by zero/);
  rmSync(file);
  assert.equal((await it.deploy('psql', '-XAtc', "select to_regclass('driftline.half') is null")).stdout.trim(), 't');
  await it.up();
  assert.equal(await me(), 200);
});

test('the assets of a former client stay a week from when they were replaced', async () => {
  const dist = path.join(place, 'applet', 'dist');
  const assets = () => path.join(it.realState, 'www', 'assets');
  const deliver = async (version) => {
    rmSync(dist, { recursive: true, force: true });
    mkdirSync(path.join(dist, 'build', 'h5', 'assets'), { recursive: true });
    writeFileSync(path.join(dist, 'build', 'h5', 'index.html'), version);
    writeFileSync(path.join(dist, 'build', 'h5', 'assets', `index-${version}.js`), version);
    writeFileSync(path.join(dist, '.sources'), version);
    await it.up();
    assert.equal(await (await fetch(it.url)).text(), version);
  };
  const pass = async (days) => {
    for (const name of readdirSync(assets()))
      assert.equal((await run('touch', ['-d', `${statSync(path.join(assets(), name)).mtime.toISOString()} ${days} days ago`, path.join(assets(), name)])).status, 0);
  };
  const served = async () => {
    const there = [];
    for (const version of ['first', 'second', 'third', 'fourth'])
      if ((await fetch(`${it.url}/assets/index-${version}.js`)).status === 200) there.push(version);
    return there;
  };
  await deliver('first');
  await pass(8);
  await deliver('second');
  assert.deepEqual(await served(), ['first', 'second']);
  await pass(6);
  await deliver('third');
  assert.deepEqual(await served(), ['first', 'second', 'third']);
  await pass(2);
  await deliver('fourth');
  assert.deepEqual(await served(), ['second', 'third', 'fourth']);
  assert.deepEqual(readdirSync(assets()).filter((name) => name.includes('first')), [], 'nor what was compressed of it');
});

test('a port that is taken: said at once, with who to ask', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const other = new Instance({ root: place });
  other.port = server.address().port;
  const done = await other.deploy('up', '--no-client');
  server.close();
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, new RegExp(`127\\.0\\.0\\.1:${other.port} cannot be listened on\\n.*another program listens there.*\\n.*DRIFTLINE_PORT=`));
  assert.ok(!existsSync(other.state), 'nothing was made');
  await other.remove();
});

test('without root', { skip: !root }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'driftline-user-'));
  const where = path.join(folder, 'checkout');
  await copy(where);
  const owned = await run('chown', ['-R', 'nobody:', folder]);
  assert.equal(owned.status, 0);
  chmodSync(folder, 0o755);
  chownSync(folder, 65534, 65534);
  const port = await freePort();
  const env = { ...environment({ DRIFTLINE_PORT: String(port), HOME: folder }) };
  delete env.XDG_RUNTIME_DIR;
  const as = (...args) => run('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', path.join(where, 'deploy.sh'), ...args], { env, cwd: '/' });
  try {
    const done = await as('up', '--no-client');
    assert.equal(done.status, 0, done.text);
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
    assert.equal((await as('status')).status, 0);
    const foreign = await run(path.join(where, 'deploy.sh'), ['status'], { env, cwd: '/' });
    assert.match(foreign.stderr, /nobody set it up/, "root does not run another user's files");
  } finally {
    const down = await as('down');
    assert.equal(down.status, 0, down.text);
    assert.deepEqual(await processesOf(where), []);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('down stops all of it, and only it; up again has the data', async () => {
  const { sockets, realState } = it;
  const down = await it.deploy('down');
  assert.equal(down.status, 0, down.text);
  assert.deepEqual(await processesOf(realState), []);
  assert.ok(!existsSync(sockets));
  assert.equal((await it.deploy('status')).status, 3);
  assert.equal((await it.deploy('down')).status, 0, 'a second down is harmless');
  await it.up();
  assert.equal(await me(), 200);
  assert.deepEqual(await system(), untouched);
});
