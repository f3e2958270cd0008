// https and wss with a certificate of the test's own authority, and how a renewed one is taken up.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { Instance, authority, freePort, raw, until } from './instance.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'driftline-tls-'));
let it, redirect, made, ca;

const ask = (place, options = {}, body) =>
  new Promise((resolve, reject) => {
    const request = https.request({ host: 'localhost', port: it.port, path: place, ca, agent: false, ...options }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text, peer: answer.socket.getPeerCertificate?.() }));
    });
    request.on('error', reject);
    request.end(body);
  });
const post = (place, body, headers = {}) => ask(place, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, JSON.stringify(body));

const hello = (options) =>
  new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: it.port, servername: 'localhost', ca, ...options }, () => {
      resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name, alpn: socket.alpnProtocol });
      socket.destroy();
    });
    socket.on('error', reject);
  });

before(async () => {
  made = await authority(folder);
  ca = readFileSync(made.ca);
  redirect = await freePort();
  it = new Instance({
    env: { DRIFTLINE_TLS_CERTIFICATE: made.certificate, DRIFTLINE_TLS_KEY: made.key, DRIFTLINE_LISTEN: '127.0.0.1 [::1]', DRIFTLINE_REDIRECT_PORT: String(redirect) },
  });
  const done = await it.up();
  assert.match(done.stdout, new RegExp(`https://127\\.0\\.0\\.1:${it.port}/`));
});
after(async () => {
  await it?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('https answers, with HSTS in every place', async () => {
  for (const place of ['/', '/api/v1/me', '/api/v1/nothing', '/readyz', '/ws/x?y', '/avatar/0123456789abcdef.svg', '/nowhere'])
    assert.match((await ask(place)).headers['strict-transport-security'] ?? '', /^max-age=63072000/, place);
  assert.equal((await ask('/readyz')).status, 200);
  assert.equal((await ask('/readyz', { host: '::1', servername: 'localhost' })).status, 200);
});

test('TLS 1.3 and 1.2 with modern ciphers, and no older', async () => {
  assert.equal((await hello({})).protocol, 'TLSv1.3');
  const old = await hello({ maxVersion: 'TLSv1.2' });
  assert.equal(old.protocol, 'TLSv1.2');
  assert.match(old.cipher, /^ECDHE-.*(GCM|CHACHA20)/);
  await assert.rejects(hello({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
  await assert.rejects(hello({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }));
});

test('HTTP/2 beside HTTP/1.1, its refusals in JSON too', async () => {
  assert.equal((await hello({ ALPNProtocols: ['h2', 'http/1.1'] })).alpn, 'h2');
  const session = http2.connect(`https://localhost:${it.port}`, { ca });
  const get = (headers) =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers);
      let answered, text = '';
      stream.on('response', (head) => (answered = head));
      stream.on('data', (chunk) => (text += chunk));
      stream.on('end', () => resolve({ status: answered[':status'], type: answered['content-type'], text }));
      stream.on('error', reject);
      stream.end();
    });
  assert.equal((await get({ ':path': '/api/v1/me' })).status, 401);
  for (const [headers, status] of [[{ ':path': '/api/v1/%zz' }, 400], [{ ':path': '/ws/x?last_event_id=1:' }, 400], [{ ':path': '/api/v1/me', ':method': 'FOO' }, 405], [{ ':path': `/api/v1/${'a'.repeat(5000)}` }, 414]]) {
    const answer = await get(headers);
    assert.equal(answer.status, status, headers[':path'].slice(0, 40));
    assert.ok(JSON.parse(answer.text).error.code);
    assert.match(answer.type, /^application\/json/);
  }
  session.close();
});

test('the cookie is for https alone', async () => {
  const answer = await post('/api/v1/login/guest', {}, { 'x-session': 'cookie', origin: `https://localhost:${it.port}` });
  assert.equal(answer.status, 200, answer.text);
  assert.match(String(answer.headers['set-cookie']), /driftline_session=.*HttpOnly.*/i);
  assert.match(String(answer.headers['set-cookie']), /Secure/i);
  assert.match(String(answer.headers['set-cookie']), /SameSite=Strict/i);
});

test('wss opens with a ticket, once', async () => {
  const { token } = JSON.parse((await post('/api/v1/login/guest', {})).text);
  const { url } = JSON.parse((await post('/api/v1/stream', {}, { authorization: `Bearer ${token}` })).text);
  const open = () =>
    new Promise((resolve, reject) => {
      const request = https.request({ host: 'localhost', port: it.port, path: url, ca, agent: false,
        headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' } });
      request.on('upgrade', (answer, socket) => { socket.destroy(); resolve({ status: answer.statusCode, accept: answer.headers['sec-websocket-accept'] }); });
      request.on('response', (answer) => { answer.resume(); resolve({ status: answer.statusCode }); });
      request.on('error', reject);
      request.end();
    });
  assert.deepEqual(await open(), { status: 101, accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' });
  assert.notEqual((await open()).status, 101);
});

test('plain http on the port: a page is sent on, the service refuses in JSON', async () => {
  const page = await raw(it.port, 'GET /index.html?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.equal(page.status, 301);
  assert.equal(page.headers.location, 'https://localhost/index.html?a=b'); // as the Host header has it
  const call = await raw(it.port, 'GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.equal(call.status, 400);
  assert.equal(JSON.parse(call.body).error.code, 'https_required');
});

test('the redirecting port sends to https', async () => {
  const page = await raw(redirect, 'GET /x?y=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.equal(page.status, 301);
  assert.equal(page.headers.location, `https://localhost:${it.port}/x?y=1`);
});

test('a renewed certificate is taken up by reload', async () => {
  assert.equal((await ask('/readyz')).peer.subject.CN, 'first');
  await made.renew('second');
  const done = await it.deploy('reload');
  assert.equal(done.status, 0, done.text);
  await until('the new one is shown', async () => (await ask('/readyz')).peer.subject.CN === 'second');
});

test('a key of another certificate is refused, and all goes on', async () => {
  const right = readFileSync(made.key);
  await made.openssl('genpkey', '-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', made.key);
  const done = await it.deploy('reload');
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /is not the key of/);
  writeFileSync(made.key, right);
  assert.equal((await ask('/readyz')).status, 200);
});
