// What nginx counts by address prefix, and whose word it takes on where a request comes from.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Instance, until } from './instance.mjs';

const it = new Instance({
  env: {
    DRIFTLINE_LIMIT_GUESTS: '4',
    DRIFTLINE_LIMIT_LOGINS: '3',
    DRIFTLINE_LIMIT_SHARES: '3',
    DRIFTLINE_LIMIT_REQUESTS: '40',
    DRIFTLINE_LIMIT_SOCKETS: '3',
    DRIFTLINE_LIMIT_UPLOADS_ADDRESS: '2',
    DRIFTLINE_TRUSTED_PROXIES: '127.0.0.1 2001:db8::/32',
  },
});
before(() => it.up());
after(() => it.remove());

let last = 0;
const fresh = () => `198.51.100.${++last}`;

function call(from, method, path, headers = {}, body = undefined) {
  const forwarded = from ? { 'x-forwarded-for': from } : {};
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(it.url + path, { method, body, headers: { ...type, ...forwarded, ...headers } });
}
const guest = (from) => call(from, 'POST', '/api/v1/login/guest', {}, '{}');
const statuses = async (times, make) => {
  const all = [];
  for (let i = 0; i < times; i++) all.push((await make()).status);
  return all;
};

async function tooMany(answer) {
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  const { error } = await answer.json();
  assert.equal(error.code, 'too_many');
}

test('a trusted proxy says where a request comes from', async () => {
  const [one, other] = [fresh(), fresh()];
  assert.deepEqual(await statuses(4, () => guest(one)), [200, 200, 200, 200]);
  await tooMany(await guest(one));
  assert.equal((await guest(other)).status, 200);
});

test('what a client says itself is not believed', async () => {
  const one = fresh();
  for (let i = 0; i < 4; i++) assert.equal((await guest(`203.0.113.${i}, ${one}`)).status, 200);
  await tooMany(await guest(`203.0.113.99, ${one}`));
  await tooMany(await guest(`203.0.113.98, ${one}, 2001:db8::7`));
});

test('an IPv6 network of 64 bits counts as one', async () => {
  for (let i = 1; i <= 4; i++) assert.equal((await guest(`2a00:1:2:3::${i}`)).status, 200);
  await tooMany(await guest('2a00:1:2:3:ffff::1'));
  assert.equal((await guest('2a00:1:2:4::1')).status, 200);
});

test('invitations cannot be guessed at will, by the page nor by the call', async () => {
  const from = fresh();
  const code = () => 'A'.repeat(21) + 'ABCDEFGH'[Math.floor(Math.random() * 8)];
  assert.deepEqual(await statuses(2, () => call(from, 'GET', `/api/v1/share/${code()}`)), [404, 404]);
  assert.equal((await call(from, 'GET', `/s/${code()}`)).status, 404);
  await tooMany(await call(from, 'GET', `/s/${code()}`));
  await tooMany(await call(from, 'GET', `/api/v1/share/${code()}`));
  assert.equal((await call(from, 'HEAD', `/s/${code()}`)).status, 429);
});

test('whatever hashes a password or asks WeChat counts as a try to log in', async () => {
  for (const [method, path] of [
    ['POST', '/login'],
    ['POST', '/login/wechat'],
    ['POST', '/me'],
    ['POST', '/me/password'],
    ['DELETE', '/me'],
    ['POST', '/match/notice'],
  ]) {
    const from = fresh();
    const attempt = () => call(from, method, `/api/v1${path}`, {}, '{}');
    assert.equal((await statuses(3, attempt)).includes(429), false, path);
    await tooMany(await attempt());
  }
});

test('all calls together have an end too', async () => {
  const from = fresh();
  const all = await Promise.all(Array.from({ length: 60 }, () => call(from, 'GET', '/api/v1/challenge')));
  const refused = all.filter((a) => a.status === 429);
  assert.ok(refused.length >= 15 && refused.length <= 20, String(refused.length));
  await tooMany(refused[0]);
  assert.equal((await call(fresh(), 'GET', '/api/v1/challenge')).status, 200);
});

test('uploads by address', async () => {
  const from = fresh();
  const upload = () => call(from, 'POST', '/api/v1/me/avatar', {}, '{}');
  assert.equal((await statuses(2, upload)).includes(429), false);
  await tooMany(await upload());
});

test('sockets: so many open at a time from one address, and one that is closed makes room', async () => {
  const from = fresh();
  const { token } = await (await guest(from)).json();
  const open = async (address) => {
    const headers = { authorization: `Bearer ${token}` };
    const { url } = await (await call(address, 'POST', '/api/v1/stream', headers)).json();
    const socket = new WebSocket(it.url.replace('http', 'ws') + url, { headers: { 'x-forwarded-for': address } });
    return new Promise((resolve) => {
      socket.on('open', () => resolve({ socket }));
      socket.on('unexpected-response', (_, response) => {
        socket.on('error', () => {});
        resolve({ status: response.statusCode, after: response.headers['retry-after'] });
        socket.terminate();
      });
    });
  };
  const opened = [await open(from), await open(from), await open(from)];
  assert.ok(opened.every((one) => one.socket), JSON.stringify(opened.map((one) => one.status)));
  const refused = await open(from);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.after) > 0);
  const other = await open(fresh());
  assert.ok(other.socket, 'another address has its own');
  opened[0].socket.terminate();
  let again;
  await until('there is room again', async () => (again = await open(from)).socket);
  for (const { socket } of [...opened, other, again]) socket.terminate();
});
