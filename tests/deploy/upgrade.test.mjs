// An upgrade over a database with the functions of an older version: of other arguments, another result, gone since then.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Person } from '../support/client.mjs'
import { Instance, unlimited } from './instance.mjs'

const it = new Instance({ env: unlimited() })
let ann, room

const topics = async (q) => {
  const { body } = await ann.get(`/rooms/search?q=${q}`)
  return body.items.map(({ topic }) => topic)
}
const open = async (topic) => (await ann.post('/rooms', { topic, tags: ['sea'] })).body.id

const sql = (text) => it.sql(`set search_path = driftline; ${text}`)

// How a function is known to what depends on it, and to calls that are under way.
const oid = (name) => sql(`select '${name}'::regproc::oid`)
const index = () => sql("select relfilenode from pg_class where relname = 'square_place_terms'")

// As it was, but for one thing.
async function older(name, from, to) {
  const text = await sql(`select pg_get_functiondef('driftline.${name}'::regproc)`)
  assert.ok(text.includes(from), `${name} has no ${from}`)
  return text.replaceAll(from, to)
}
const outdate = () => sql("update driftline.migration set checksum = 'of before' where name = 'functions'")
async function upgrade() {
  await outdate()
  const done = await it.up()
  assert.match(done.stdout, /applying functions/)
}

before(async () => {
  await it.up()
  ann = await Person.guest(it.url)
  room = await open('Upgrades at sea')
  assert.equal((await ann.send(room, 'before')).status, 200)
})
after(() => it.remove())

test('functions that have not changed are replaced in place, and nothing that uses them is touched', async () => {
  const had = [await oid('driftline.square_keep'), await oid('driftline.place_terms'), await index()]
  await upgrade()
  assert.deepEqual(
    [await oid('driftline.square_keep'), await oid('driftline.place_terms'), await index()],
    had,
  )
})

test('one whose argument has another name, one with another result, and one with fewer arguments', async () => {
  const argument = await older('fold_text', 'p_text', 'p_what')
  await sql(`
    drop function driftline.fold_text(text);
    ${argument};
    drop function driftline.is_syllabic(text);
    create function driftline.is_syllabic(p_token text) returns text language sql immutable as $$ select 'no' $$;
    drop function driftline.text_terms(text);
    create function driftline.text_terms(p_text text, p_more text) returns setof text language sql immutable as 'select p_text';
  `)
  await upgrade()
  assert.equal(await sql(`select pg_get_function_arguments('driftline.fold_text'::regproc)`), 'p_text text')
  assert.equal(await sql(`select driftline.is_syllabic('海')`), 't')
  assert.equal(await sql(`select count(*) from driftline.text_terms('sea')`), '1')
})

test('one that an index, a check and a default use: they come back, and hold what they held', async () => {
  const terms = await older('place_terms', 'p_room', 'p_of')
  const text = await older('square_text', 'p_text', 'p_of')
  await sql(`
    drop index driftline.square_place_terms;
    drop function driftline.place_terms(bigint);
    ${terms};
    create index square_place_terms on driftline.square_place using gin (driftline.place_terms(room)) with (fastupdate = off);
    drop function driftline.square_text(text);
    ${text};
    create table driftline.of_a_test (
      a text default driftline.square_text('Sea'), constraint a_text check (driftline.square_text(a) <> ''));
    create unique index of_a_test_text on driftline.of_a_test (driftline.square_text(a)) where a is not null;
    insert into driftline.of_a_test values ('Harbour');
  `)
  await upgrade()
  assert.equal(
    await sql("select pg_get_function_arguments('driftline.place_terms'::regproc)"),
    'p_room bigint',
  )
  await sql('insert into driftline.of_a_test default values')
  assert.equal(await sql('select string_agg(a, $$,$$ order by a) from driftline.of_a_test'), ' sea ,Harbour')
  await assert.rejects(sql("insert into driftline.of_a_test values ('HARBOUR')"), /of_a_test_text/)
  assert.match(
    await sql("select pg_get_constraintdef(oid) from pg_constraint where conname = 'a_text'"),
    /square_text/,
  )
  await sql('drop table driftline.of_a_test')
  assert.notEqual(await index(), '')
  assert.deepEqual(await topics('upgrades'), ['Upgrades at sea'])
})

test('one that is in no file any more goes with its trigger; a trigger’s function that has changed does its new work', async () => {
  await sql(`
    create function driftline.bygone(a int) returns int language sql as 'select a';
    create function driftline.bygone_keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger bygone before delete on driftline.room for each row execute function driftline.bygone_keep();
    create or replace function driftline.square_keep() returns trigger language plpgsql as 'begin return null; end';
  `)
  await open('Never on the square')
  assert.deepEqual(await topics('never'), [])
  await upgrade()
  assert.equal(
    await sql("select count(*) from pg_proc where proname like 'bygone%' or proname like 'beside%'"),
    '0',
  )
  await open('Found on the square')
  assert.deepEqual(await topics('square'), ['Found on the square'])
})

test('what would lose its column is refused, and nothing is changed', async () => {
  const text = await older('square_text', 'p_text', 'p_of')
  await sql(`
    drop function driftline.square_text(text);
    ${text};
    create table driftline.of_a_test (a text, b text generated always as (driftline.square_text(a)) stored);
  `)
  await outdate()
  const done = await it.deploy('up', '--no-client')
  assert.notEqual(done.status, 0)
  assert.match(done.stderr, /column b of of_a_test is generated by square_text\(text\), which has changed/)
  assert.equal(await sql("select pg_get_function_arguments('driftline.square_text'::regproc)"), 'p_of text')
  await sql('drop table driftline.of_a_test')
  await it.up()
})

test('what was said before is there, and the service goes on', async () => {
  const ben = await Person.guest(it.url)
  assert.equal((await ben.post(`/rooms/${room}/join`)).status, 200)
  for (const [who, text] of [
    [ann, 'after'],
    [ben, 'hello'],
  ])
    assert.equal((await who.send(room, text)).status, 200)
  const { body } = await ann.get(`/rooms/${room}/messages`)
  assert.deepEqual(
    body.items.filter(({ kind }) => kind === 'text').map((line) => line.body),
    ['before', 'after', 'hello'],
  )
})
