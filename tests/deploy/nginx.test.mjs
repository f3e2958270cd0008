// What nginx itself refuses, in the service's form; its headers; and what its logs leave out.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Instance, checkout, environment, raw, run, until } from './instance.mjs';

const it = new Instance({ env: { DRIFTLINE_LIMIT_GUESTS: '5', DRIFTLINE_LIMIT_LOGINS: '0' } });

before(async () => {
  await it.up();
  const www = path.join(it.realState, 'www');
  mkdirSync(path.join(www, 'assets'), { recursive: true });
  mkdirSync(path.join(www, 'static'), { recursive: true });
  writeFileSync(path.join(www, 'index.html'), '<!doctype html><title>Driftline</title>');
  writeFileSync(path.join(www, 'assets', 'index-abc123.js'), `// ${'x'.repeat(4000)}`);
  writeFileSync(path.join(www, 'sw.js'), '// a worker');
  writeFileSync(path.join(www, 'manifest.webmanifest'), '{"name":"Driftline"}');
  writeFileSync(path.join(www, 'static', 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
});
after(() => it.remove());

const request = (line, headers = [], body = '') =>
  [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join('\r\n');
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
const ticket = '/ws/AAAAAAAAAAAAAAAAAAAAAA';

// what is sent, the status, the code
const refused = [
  ['a message id in the query of a socket', request(`GET ${ticket}?last_event_id=1:`, upgrade), 400, 'malformed'],
  ['any query of a socket', request(`GET ${ticket}?x=1`, upgrade), 400, 'malformed'],
  ['Last-Event-ID on a socket', request(`GET ${ticket}`, [...upgrade, 'Last-Event-ID: 1:']), 400, 'malformed'],
  ['If-Modified-Since on a socket', request(`GET ${ticket}`, [...upgrade, 'If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT']), 400, 'malformed'],
  ['If-None-Match on a socket', request(`GET ${ticket}`, [...upgrade, 'If-None-Match: 0']), 400, 'malformed'],
  ['POST to a socket', request(`POST ${ticket}`, ['Content-Length: 0']), 405, 'method_not_allowed'],
  ['a channel, past the handler', request('GET /_sub/abc', upgrade), 404, 'not_found'],
  ['the publisher, from outside', request('POST /p/abc', ['Content-Length: 1'], 'x'), 404, 'not_found'],
  ['the metrics, from outside', request('GET /metrics'), 404, 'not_found'],
  ['an unknown path', request('GET /api/v1/nothing'), 404, 'not_found'],
  ['an unknown version', request('GET /api/v9/me'), 404, 'not_found'],
  ['the bare prefix', request('GET /api'), 404, 'not_found'],
  ['a way out of the folder', request('GET /api/../../etc/passwd'), 400, 'malformed'],
  ['a bad escape', request('GET /api/v1/%zz'), 400, 'malformed'],
  ['a NUL in the path', request('GET /api/v1/%00'), 400, 'malformed'],
  ['a method in lower case', request('get /api/v1/me'), 400, 'malformed'],
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'malformed'],
  ['a Host that is none', 'GET /api/v1/me HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n', 400, 'malformed'],
  ['two Hosts', 'GET /api/v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400, 'malformed'],
  ['no Host', 'GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'malformed'],
  ['TRACE', request('TRACE /api/v1/me'), 405, 'method_not_allowed'],
  ['CONNECT', request('CONNECT localhost:80'), 400, 'malformed'],
  ['an unknown method', request('FOO /api/v1/me'), 405, 'method_not_allowed'],
  ['a known method that is none here', request('PUT /api/v1/me', ['Content-Length: 0']), 405, 'method_not_allowed'],
  ['a body that is too large', request('POST /api/v1/me', ['Content-Type: application/json', 'Content-Length: 16385'], ' '.repeat(16385)), 413, 'too_large'],
  ['a body that is said to be too large', request('POST /api/v1/me', ['Content-Length: 999999999999']), 413, 'too_large'],
  ['a chunked body that is too large', request('POST /api/v1/me', ['Content-Type: application/json', 'Transfer-Encoding: chunked'], `5000\r\n${' '.repeat(0x5000)}\r\n0\r\n\r\n`), 413, 'too_large'],
  ['a length that is none', request('POST /api/v1/me', ['Content-Length: -1']), 400, 'malformed'],
  ['a length and chunks', request('POST /api/v1/me', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), 400, 'malformed'],
  ['an unknown coding', request('POST /api/v1/me', ['Transfer-Encoding: gzip']), 501, 'not_implemented'],
  ['a long address', request(`GET /api/v1/${'a'.repeat(5000)}`), 414, 'uri_too_long'],
  ['a very long address', request(`GET /api/v1/${'a'.repeat(100000)}`), 414, 'uri_too_long'],
  ['a large header', request('GET /api/v1/me', [`X-Large: ${'a'.repeat(20000)}`]), 431, 'headers_too_large'],
  ['many headers', request('GET /api/v1/me', Array.from({ length: 3000 }, (_, i) => `X-Header-${i}: ${'a'.repeat(30)}`)), 431, 'headers_too_large'],
  ['POST to a page', request('POST /index.html', ['Content-Length: 0']), 405, 'method_not_allowed'],
  ['an asset that is not there', request('GET /assets/none.js'), 404, 'not_found'],
];

for (const [name, text, status, code] of refused)
  test(`refuses ${name} with ${status}`, async () => {
    const answer = await raw(it.port, text);
    assert.equal(answer.status, status, answer.all.slice(0, 500));
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/, answer.all.slice(0, 300));
    const { error } = JSON.parse(answer.body);
    assert.equal(error.code, code);
    assert.ok(error.message);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    if (status === 405) assert.ok(answer.headers.allow);
  });

test('refuses in Chinese to who reads Chinese', async () => {
  for (const [language, expected] of [['zh-CN,zh;q=0.9,en;q=0.8', /[一-鿿]/], ['en-GB,en;q=0.9,zh;q=0.8', /^[ -~]+$/], ['fr', /^[ -~]+$/]]) {
    const answer = await raw(it.port, request('GET /api', [`Accept-Language: ${language}`]));
    assert.match(JSON.parse(answer.body).error.message, expected, language);
  }
});

test('limits guests by address, and says when to come again', async () => {
  const answers = [];
  for (let i = 0; i < 7; i++)
    answers.push(await fetch(`${it.url}/api/v1/login/guest`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }));
  assert.deepEqual(answers.slice(0, 5).map((a) => a.status), [200, 200, 200, 200, 200]);
  assert.equal(answers[6].status, 429);
  assert.ok(Number(answers[6].headers.get('retry-after')) > 0);
  assert.equal((await answers[6].json()).error.code, 'too_many');
});

const ownNetwork = process.getuid() === 0;
test('limits count an IPv6 network of 64 bits as one address', { skip: !ownNetwork }, async () => {
  const other = new Instance({
    env: { DRIFTLINE_LISTEN: '[::]', DRIFTLINE_PLAIN_HTTP: 'on', DRIFTLINE_LIMIT_GUESTS: '2' },
  });
  other.port = it.port; // in a network of its own
  const done = await run('unshare', ['-n', 'bash', '-euc', `
    ip link set lo up
    for a in fd00:1::1 fd00:1::2 fd00:2::1; do ip -6 address add $a/64 dev lo nodad; done
    "$0" up --no-client >/dev/null
    for from in fd00:1::1 fd00:1::1 fd00:1::1 fd00:1::2 fd00:2::1; do
      curl -s -g -o /dev/null -w '%{http_code} ' --interface $from -X POST -H 'content-type: application/json' -d '{}' \
        "http://[fd00:1::1]:$DRIFTLINE_PORT/api/v1/login/guest"
    done
    "$0" down >/dev/null`, `${checkout}/deploy.sh`], { env: environment(other.env), cwd: '/' });
  assert.equal(done.text.trim(), '200 200 429 429 200');
  await other.remove();
});

test('a limit of 0 is none', async () => {
  const statuses = new Set();
  for (let i = 0; i < 40; i++)
    statuses.add((await fetch(`${it.url}/api/v1/login`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } })).status);
  assert.deepEqual([...statuses], [400]);
});

const places = ['/', '/index.html', '/sw.js', '/manifest.webmanifest', '/assets/index-abc123.js', '/static/logo.svg', '/api/v1/me', '/api/v1/nothing', '/healthz', '/readyz',
  '/avatar/0123456789abcdef.svg', '/nowhere', ticket, `${ticket}?x`];
test('every place has the headers of safety, once', async () => {
  for (const place of places) {
    const { headers } = await raw(it.port, request(`GET ${place}`));
    assert.equal(headers['x-content-type-options'], 'nosniff', place);
    assert.equal(headers['referrer-policy'], 'no-referrer', place);
    assert.equal(headers['x-frame-options'], 'DENY', place);
    assert.match(headers['content-security-policy'] ?? '', /^default-src '(self|none)'; .*frame-ancestors 'none'/, place);
    assert.ok(headers['cache-control'], place);
    assert.doesNotMatch(headers['cache-control'], /no-store, no-store/, place);
    assert.equal(headers.server, 'nginx', place);
    assert.equal(headers['strict-transport-security'], undefined, place);
  }
});

test('assets stay, pages are asked for again, texts are compressed', async () => {
  const asset = await fetch(`${it.url}/assets/index-abc123.js`, { headers: { 'accept-encoding': 'gzip' } });
  assert.match(asset.headers.get('cache-control'), /immutable/);
  assert.equal(asset.headers.get('content-encoding'), 'gzip');
  await asset.text();
  const page = await fetch(`${it.url}/`);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.match(await page.text(), /<title>Driftline/);
  const again = await fetch(`${it.url}/index.html`, { headers: { 'if-none-match': page.headers.get('etag') } });
  assert.equal(again.status, 304);
});

test('the service worker and the manifest are asked for again, as what they are', async () => {
  for (const [name, type] of [['sw.js', 'application/javascript'], ['manifest.webmanifest', 'application/manifest+json']]) {
    const { headers } = await raw(it.port, request(`GET /${name}`));
    assert.equal(headers['cache-control'], 'no-cache', name);
    assert.equal(headers['content-type'].split(';')[0], type);
  }
});

test('a Proxy header does not become a proxy', async () => {
  const answer = await raw(it.port, request('GET /api/v1/me', ['Proxy: http://127.0.0.1:1/']));
  assert.equal(answer.status, 401);
});

test('with the handlers down: 503 and Retry-After, then served again', async () => {
  await it.deploy('sv', 'down'); // no such command: nothing happens
  for (const part of ['api', 'auth']) process.kill(it.pid(part), 'SIGSTOP');
  for (const part of ['api', 'auth']) process.kill(it.pid(part), 'SIGKILL');
  const answer = await raw(it.port, request('GET /api/v1/match'));
  if (answer.status !== 401) {
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.equal(JSON.parse(answer.body).error.code, 'unavailable');
  }
  await until('it is ready again', async () => (await fetch(`${it.url}/readyz`)).status === 200);
});

test('nginx is still the one that was started, and the logs name nobody', async () => {
  await raw(it.port, request('GET /ws/canary-ticket-0123456789?canary=1', [...upgrade, 'Authorization: Bearer canary-token']));
  await raw(it.port, request('GET /api/v1/rooms/canary-room/messages/7?q=canary', ['Cookie: driftline_session=canary-cookie']));
  await raw(it.port, request(`GET /avatar/canary${'a'.repeat(20000)}`));
  const log = await until('the log is written', () => (it.log('nginx').includes('/api/v1/rooms/*/messages/*') ? it.log('nginx') : null));
  assert.doesNotMatch(log, /signal|exited|canary|127\.0\.0\.1/);
});
