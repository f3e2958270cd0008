// Two nodes: each with its own nginx and programs, one database and one media folder between them.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Person } from '../support/client.mjs';
import { fetchMedia, png, send, silence } from '../support/media.mjs';
import { Instance, run, unlimited } from './instance.mjs';

const first = new Instance({ env: unlimited() });
let second, ann, bob, room;

const elsewhere = (person) => Object.assign(new Person(person.token), { base: second.url });
const files = () => readdirSync(first.media).flatMap((name) => readdirSync(path.join(first.media, name)));

before(async () => {
  await first.up();
  first.media = path.join(first.realState, 'media');
  const as = (role) => `postgresql://${role}@/driftline?host=${first.sockets}`;
  // As whoever looks after a database of several nodes would have made its owner.
  const grant = 'grant driftline_web, driftline_admin to driftline_owner with admin option';
  const { status, text } = await run('psql', ['-X', '-q', '-c', grant, as('postgres')], { cwd: '/' });
  assert.equal(status, 0, text);
  second = new Instance({
    env: {
      ...unlimited(),
      DRIFTLINE_MEDIA: first.media,
      DRIFTLINE_DATABASE_URL: as('driftline_web'),
      DRIFTLINE_DATABASE_OWNER_URL: as('driftline_owner'),
      DRIFTLINE_DATABASE_ADMIN_URL: as('driftline_admin'),
    },
  });
  await second.up();
  ann = await Person.guest(first.url);
  bob = await Person.guest(second.url);
  room = (await ann.post('/rooms', { topic: 'two nodes' })).body.id;
  assert.equal((await bob.post(`/rooms/${room}/join`, {})).status, 200);
});
after(async () => {
  await second?.remove();
  await first.remove();
});

test('what one node took, both serve', async () => {
  for (const [kind, file] of [
    ['image', png(80, 60)],
    ['voice', silence(40)],
  ]) {
    const { status, body } = await send(ann, room, file, { kind });
    assert.equal(status, 200);
    const [here, there] = [await fetchMedia(ann, body.media.url), await fetchMedia(bob, body.media.url)];
    assert.deepEqual([here.status, there.status], [200, 200]);
    assert.deepEqual(there.bytes, here.bytes);
    assert.deepEqual((await fetchMedia(elsewhere(ann), body.media.url)).bytes, here.bytes);
  }
});

test('the same content by both is one file with two addresses', async () => {
  const { body: one } = await send(ann, room, png(90, 60));
  const before = files().length;
  const { status, body: two } = await send(bob, room, png(90, 60));
  assert.equal(status, 200);
  assert.notEqual(one.media.url, two.media.url);
  assert.equal(files().length, before);
  assert.deepEqual((await fetchMedia(ann, two.media.url)).bytes, (await fetchMedia(bob, one.media.url)).bytes);
});

test('what is taken back at one is gone at the other', async () => {
  const { body } = await send(bob, room, png(70, 60));
  assert.equal((await fetchMedia(ann, body.media.url)).status, 200);
  assert.equal((await bob.delete(`/rooms/${room}/messages/${body.seq}`)).status, 204);
  assert.equal((await fetchMedia(ann, body.media.url)).status, 404);
  assert.equal((await fetchMedia(elsewhere(ann), body.media.url)).status, 404);
});
