// An nginx and a PostgreSQL that are the operator's: the same files included, the same migrations through a URL.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Instance, environment, freePort, operatorsNginx, raw, run, until } from './instance.mjs';

const root = process.getuid() === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'driftline-own-'));
const bin = `/usr/lib/postgresql/${readdirSync('/usr/lib/postgresql').sort((a, b) => b - a)[0]}/bin`;
let it, database, nginx, port;

// Programs that refuse root run as nobody.
function start(command, args) {
  return root ? spawn('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', command, ...args], { cwd: '/', stdio: 'ignore' })
    : spawn(command, args, { cwd: '/', stdio: 'ignore' });
}
const asNobody = (command, ...args) => (root ? run('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', command, ...args], { cwd: '/' }) : run(command, args));

// Two guests: one opens a socket, and hears by it that the other came.
async function heard() {
  const post = async (place, body, token) => {
    const answer = await fetch(it.url + place, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) } });
    return { status: answer.status, body: await answer.json() };
  };
  const [a, b] = await Promise.all([post('/api/v1/login/guest', {}), post('/api/v1/login/guest', {})]);
  const { url } = (await post('/api/v1/stream', {}, a.body.token)).body;
  const open = raw(port, `GET ${url} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`, { wait: 1500 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await post('/api/v1/match', { target: 'private' }, a.body.token)).body.state, 'waiting');
  assert.equal((await post('/api/v1/match', { target: 'private' }, b.body.token)).body.state, 'matched');
  const socket = await open;
  assert.equal(socket.status, 101);
  assert.match(socket.all, /"type":"matched"/);
}

before(async () => {
  await run('chmod', ['755', folder]);
  const data = path.join(folder, 'pg');
  mkdirSync(data);
  if (root) chownSync(data, 65534, 65534);
  const made = await asNobody(`${bin}/initdb`, '-D', data, '-U', 'admin', '--auth-local=trust', '--auth-host=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync');
  assert.equal(made.status, 0, made.text);
  const dbPort = await freePort();
  database = start(`${bin}/postgres`, ['-D', data, '-c', `port=${dbPort}`, '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${data}`, '-c', 'max_connections=60']);
  const admin = (text, db = 'postgres') => run('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-h', data, '-p', String(dbPort), '-U', 'admin', '-d', db, '-Atc', text]);
  await until('the database answers', async () => (await admin('select 1')).status === 0);
  for (const text of ["create role shop login password 's3cret word'", 'create role driftline_web', 'grant driftline_web to shop', 'create role driftline_admin', 'grant driftline_admin to shop', 'create database chat owner shop'])
    assert.equal((await admin(text)).status, 0, text);
  port = await freePort();
  it = new Instance({ env: { DRIFTLINE_DATABASE_URL: `postgresql://shop:s3cret%20word@127.0.0.1:${dbPort}/chat`, DRIFTLINE_NGINX: 'off' } });
  it.port = port;
  it.admin = admin;
});
after(async () => {
  if (nginx) nginx.kill('SIGQUIT');
  await it?.remove();
  if (database) {
    const ended = new Promise((resolve) => database.once('exit', resolve));
    database.kill('SIGINT');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

test('up without a database and an nginx of its own', async () => {
  const done = await it.up();
  assert.ok(!existsSync(path.join(it.state, 'pg')));
  assert.deepEqual(readdirSync(path.join(it.state, 'service')).filter((name) => ['postgres', 'nginx'].includes(name)), []);
  assert.doesNotMatch(done.text, /s3cret/);
  assert.match(done.stdout, /^Your nginx publishes nothing.*\n.*internal\.sock.*\n.*restart it/m);
  assert.doesNotMatch(done.stdout, /^Ready/m);
  assert.match((await it.deploy('status')).stdout, /^ready +no$/m);
  await until('the handlers are connected', async () =>
    (await it.admin("select distinct usename from pg_stat_activity where datname = 'chat'")).stdout.trim() === 'shop');
});

test('its tables are the one user’s, the roles of the programs own nothing', async () => {
  const owner = await it.admin("select distinct tableowner from pg_tables where schemaname = 'driftline'", 'chat');
  assert.equal(owner.stdout.trim(), 'shop');
});

test('an nginx with the included files serves it', { skip: !root }, async () => {
  writeFileSync(path.join(it.realState, 'www', 'here.html'), '<!doctype html><title>here</title>');
  nginx = operatorsNginx(folder, it);
  await until('it is ready', async () => {
    assert.equal(nginx.exitCode, null);
    return (await fetch(`${it.url}/readyz`).catch(() => ({}))).status === 200;
  });
  assert.match(await (await fetch(`${it.url}/here.html`)).text(), /here/);
  await heard();
  assert.equal((await raw(port, 'GET /api/v1/%zz HTTP/1.1\r\nHost: x\r\n\r\n')).status, 400);
  assert.equal((await it.deploy('status')).status, 0);
  assert.equal(statSync(path.join(folder, 'nginx', 'access')).size, 0, 'its access log names nobody');
});

test('each program has taken on its role, whose rights end where that one’s do', { skip: !root }, async () => {
  const guest = async () => (await fetch(`${it.url}/api/v1/login/guest`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status;
  const stats = async (...more) => (await run(path.join(it.root, 'driftctl'), ['stats', ...more], { env: environment({ DRIFTLINE_STATE: it.state }), cwd: '/' })).status;
  const rights = (word, name, role) => it.admin(`do $$ begin execute (select format('${word}', p.oid::regprocedure, '${role}') from pg_proc p
    where p.pronamespace::regnamespace::text || '.' || p.proname = '${name}'); end $$`, 'chat');
  for (const [role, name, ask, good, bad] of [['driftline_web', 'api.login_guest', guest, 200, 500], ['driftline_admin', 'admin_api.stats', stats, 0, 1],
    ['driftline_admin', 'admin_api.stats', () => stats('--local'), 0, 1]]) {
    assert.equal(await ask(), good, name);
    assert.equal((await rights('revoke execute on function %s from %I', name, role)).status, 0);
    assert.equal(await ask(), bad, name);
    assert.equal((await rights('grant execute on function %s to %I', name, role)).status, 0);
    assert.equal(await ask(), good, name);
  }
});

test('down leaves both alone, and the sockets that this nginx made: with the next up it publishes again', async () => {
  const made = nginx ? ['admin.sock', 'internal.sock', 'publish.sock'] : [];
  assert.equal((await it.deploy('down')).status, 0);
  assert.equal((await it.admin('select 1')).status, 0);
  if (!nginx) return;
  assert.equal(nginx.exitCode, null);
  assert.deepEqual(readdirSync(it.sockets).sort(), made);
  assert.match((await it.up()).stdout, /^Ready after/m);
  await heard();
});

for (const name of ['publish.sock', 'internal.sock'])
  test(`without ${name} it is not ready, which up and status say, until that nginx was restarted`, { skip: !root }, async () => {
    const { sockets } = it;
    assert.equal((await it.deploy('down')).status, 0);
    rmSync(path.join(sockets, name));
    const done = await it.up();
    assert.match(done.stdout, /^Your nginx publishes nothing/m);
    assert.doesNotMatch(done.stdout, /^Ready/m);
    const status = await it.deploy('status');
    assert.equal(status.status, 3);
    assert.match(status.stdout, /^ready +no$/m);
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    nginx.kill('SIGTERM');
    await ended;
    nginx = operatorsNginx(folder, it);
    await until('status says so', async () => (await it.deploy('status')).status === 0);
    await heard();
  });
