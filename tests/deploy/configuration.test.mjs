// docs/configuration.md against the one table of settings, and what the table refuses.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { checkout, environment, run } from './instance.mjs';

const program = path.join(checkout, 'build', 'config');
const folder = mkdtempSync(path.join(tmpdir(), 'driftline-config-'));
after(() => rmSync(folder, { recursive: true }));

const config = (env = {}, ...args) => run(program, args, { env: environment(env) });
const withFile = (text) => {
  const file = path.join(folder, 'driftline.conf');
  writeFileSync(file, text);
  return config({ DRIFTLINE_CONFIG: file });
};

test('the manual has every setting, as the code has it', async () => {
  const manual = readFileSync(path.join(checkout, 'docs', 'configuration.md'), 'utf8');
  const table = /<!-- settings -->\n([^]*?)<!-- \/settings -->/.exec(manual)[1];
  assert.equal(table.trim(), (await config({}, '--markdown')).stdout.trim(), 'put the output of build/config --markdown there');
});

test('the example file is one that is read, and sets nothing', async () => {
  const example = (await config({}, '--example')).stdout;
  const before = (await config()).stdout;
  assert.equal((await withFile(example)).stdout, before);
  const set = await withFile(example.replace('#DRIFTLINE_PORT=8080', 'DRIFTLINE_PORT=9'));
  assert.match(set.stdout, /^DRIFTLINE_PORT='9'$/m);
});

test('the environment wins over the file', async () => {
  const file = path.join(folder, 'other.conf');
  writeFileSync(file, 'DRIFTLINE_PORT = 81  \nDRIFTLINE_ORIGINS="https://a.example https://b.example"\n');
  const shown = (await config({ DRIFTLINE_CONFIG: file, DRIFTLINE_PORT: '82' })).stdout;
  assert.match(shown, /^DRIFTLINE_PORT='82'$/m);
  assert.match(shown, /^DRIFTLINE_ORIGINS='https:\/\/a\.example https:\/\/b\.example'$/m);
});

test('what it shows is safe in a shell', async () => {
  const shown = await config({ DRIFTLINE_WECHAT_SECRET: `a'b; $(touch ${folder}/oops)`, DRIFTLINE_WECHAT_APPID: '`id`' });
  const echoed = await run('sh', ['-c', `${shown.stdout}\nprintf '%s|%s' "$DRIFTLINE_WECHAT_SECRET" "$DRIFTLINE_WECHAT_APPID"`], { env: environment() });
  assert.equal(echoed.stdout, `a'b; $(touch ${folder}/oops)|\`id\``);
});

// what is set, what the refusal says
const refused = [
  [{ DRIFTLINE_PORT: '0' }, /DRIFTLINE_PORT=0 \(environment\): give a number from 1 to 65535/],
  [{ DRIFTLINE_PORT: '80 80' }, /DRIFTLINE_PORT/],
  [{ DRIFTLINE_PORT: '' }, /DRIFTLINE_PORT/],
  [{ DRIFTLINE_PORT: '0x50' }, /DRIFTLINE_PORT/],
  [{ DRIFTLINE_PORT: '99999999999999999999' }, /DRIFTLINE_PORT/],
  [{ DRIFTLINE_PLAIN_HTTP: 'maybe' }, /give on or off/],
  [{ DRIFTLINE_LOG_LEVEL: 'inf' }, /error\|warn\|info\|debug/],
  [{ DRIFTLINE_LOG_LEVEL: '' }, /error\|warn\|info\|debug/],
  [{ DRIFTLINE_STATE: 'var' }, /begins with \//],
  [{ DRIFTLINE_STATE: '/tmp/$HOME' }, /not usable/],
  [{ DRIFTLINE_LISTEN: '' }, /DRIFTLINE_LISTEN is empty/],
  [{ DRIFTLINE_LISTEN: '127.0.0.1;' }, /DRIFTLINE_LISTEN/],
  [{ DRIFTLINE_LISTEN: '0.0.0.0' }, /DRIFTLINE_TLS_CERTIFICATE.*DRIFTLINE_PLAIN_HTTP/],
  [{ DRIFTLINE_LISTEN: '127.0.0.1 [::]' }, /more than loopback/],
  [{ DRIFTLINE_TLS_CERTIFICATE: '/a.pem' }, /set together/],
  [{ DRIFTLINE_REDIRECT_PORT: '81' }, /leads to https/],
  [{ DRIFTLINE_PUBLIC_URL: 'chat.example.org' }, /DRIFTLINE_PUBLIC_URL/],
  [{ DRIFTLINE_PUBLIC_URL: 'https://chat.example.org/' }, /no path/],
  [{ DRIFTLINE_WECHAT_APPID: 'wx1' }, /set together/],
  [{ DRIFTLINE_WECHAT_WAIT_TEMPLATE: 't', DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=x' }, /asks for DRIFTLINE_WECHAT_APPID/],
  [{ DRIFTLINE_WECHAT_WAIT_TEMPLATE: 't', DRIFTLINE_WECHAT_APPID: 'wx1', DRIFTLINE_WECHAT_SECRET: 's' }, /what the template's fields say/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing=x' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: '1=x' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=x;' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'thing1=x;=y' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_WECHAT_WAIT_FIELDS: 'Thing1=x' }, /DRIFTLINE_WECHAT_WAIT_FIELDS=/],
  [{ DRIFTLINE_ORIGINS: 'a\nb' }, /control characters/],
  [{ DRIFTLINE_PROT: '80' }, /no setting DRIFTLINE_PROT/],
  [{ DRIFTLINE_CONFIG: '/nowhere/driftline.conf' }, /cannot be read: No such file/],
];
for (const [env, expected] of refused)
  test(`refuses ${Object.entries(env).map((pair) => pair.join('=')).join(' ').replace(/\n/g, '\\n')}`, async () => {
    const answer = await config(env);
    assert.equal(answer.status, 2);
    assert.equal(answer.stdout, '');
    assert.match(answer.stderr, expected);
    assert.equal(answer.stderr.trim().split('\n').length, 1);
  });

for (const [text, expected] of [
  ['DRIFTLINE_PORT=8080\nDRIFTLINE_PROT=1\n', /line 2: there is no setting DRIFTLINE_PROT/],
  ['hello\n', /line 1: write NAME=value/],
  ['DRIFTLINE_PORT=x', /line 1\): give a number/],
  [`DRIFTLINE_ORIGINS=${'x'.repeat(5000)}\n`, /at most/],
  ['[section]\n', /line 1/],
])
  test(`refuses a file with ${JSON.stringify(text.slice(0, 40))}`, async () => {
    const answer = await withFile(text);
    assert.equal(answer.status, 2);
    assert.match(answer.stderr, expected);
  });

test('takes what is good', async () => {
  for (const env of [{ DRIFTLINE_LISTEN: '127.0.0.1 [::1] ::1 127.0.0.2 localhost' }, { DRIFTLINE_LISTEN: '0.0.0.0 [::]', DRIFTLINE_PLAIN_HTTP: 'yes' },
    { DRIFTLINE_TEST_ANYTHING: '1' }, { DRIFTLINE_LIMIT_GUESTS: '0' }])
    assert.equal((await config(env)).status, 0, JSON.stringify(env));
});
