// The journey of two browsers once more: over https and wss, and through an nginx of the operator's.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Instance, authority, checkout, environment, operatorsNginx, run, unlimited, until } from './instance.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'driftline-journey-'));
after(() => rmSync(folder, { recursive: true, force: true }));


async function up(it) {
  await it.pickPort();
  const done = await it.deploy('up'); // with the client
  assert.equal(done.status, 0, done.text);
}

async function journey(it, base, env = {}) {
  const more = { ...env, DRIFTLINE_TEST_BASE: base, DRIFTLINE_STATE: it.state };
  const inherited = environment(more);
  delete inherited.NODE_TEST_CONTEXT; // a runner of its own
  const done = await run(process.execPath, ['--test', '--test-reporter=tap', path.join(checkout, 'tests', 'e2e', 'talk.test.mjs')], { env: inherited });
  assert.equal(done.status, 0, done.text);
  assert.match(done.stdout, /^# pass [1-9]/m);
}

test('two browsers talk over https and wss', async () => {
  const made = await authority(folder);
  const it = new Instance({ env: { ...unlimited(), DRIFTLINE_TLS_CERTIFICATE: made.certificate, DRIFTLINE_TLS_KEY: made.key } });
  try {
    await up(it);
    // Chromium takes this one key for good, whoever signed it; nothing else is let pass.
    const key = (await run('sh', ['-c', 'openssl x509 -in "$0" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64', made.certificate])).stdout.trim();
    const chromium = path.join(folder, 'chromium');
    writeFileSync(chromium, `#!/bin/sh\nexec "${process.env.CHROMIUM ?? '/usr/bin/chromium'}" "--ignore-certificate-errors-spki-list=${key}" "$@"\n`, { mode: 0o755 });
    await journey(it, `https://localhost:${it.port}`, { CHROMIUM: chromium, NODE_EXTRA_CA_CERTS: made.ca });
  } finally {
    await it.remove();
  }
});

test("two browsers talk through an nginx of the operator's", { skip: process.getuid() !== 0 }, async () => {
  const it = new Instance({ env: { ...unlimited(), DRIFTLINE_NGINX: 'off' } });
  let nginx;
  try {
    await up(it);
    nginx = operatorsNginx(folder, it);
    await until('it is ready', async () => (await fetch(`${it.url}/readyz`).catch(() => ({}))).status === 200);
    await journey(it, it.url);
  } finally {
    nginx?.kill('SIGQUIT');
    await it.remove();
  }
});
