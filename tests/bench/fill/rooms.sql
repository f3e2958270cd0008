-- Open groups, each with its owner. psql -v rooms=1000000 -f rooms.sql
-- Words are drawn as often as words are: the nth one of a language n times as seldom as the first. Of 30,000 Latin and
-- 10,000 Chinese words phrases are made, of phrases topics and descriptions.
set search_path = driftline;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '1GB';
set max_parallel_workers_per_gather = 2;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
begin;
set local session_replication_role = replica;   -- no triggers: their work is done below, in bulk
select relowner::regrole as owner from pg_class where oid = 'square'::regclass \gset
set local role :owner;
select setseed(0.5) \g /dev/null
select coalesce(max(key), 0) as before from room \gset

\echo rooms: words and phrases
create unlogged table fill_word as
select 'latin' as language, n as rank,
       (select string_agg((array['ka','lo','mi','ter','sun','ven','da','pol','rim','go','ste','fa','no','bel','chi','ra','tu','wes','hal','jo','pre','qui','zen','ly','or'])
                              [1 + (hashint8(n * 31 + i) & 1023) % 25], '' order by i)
          from generate_series(1, case when n < 60 then 1 else 2 + (hashint8(n) & 1023) % 3 end) i) as word
  from generate_series(1, 30000) n
union all
select 'han', n, chr(19968 + (hashint8(n) & 65535) % 3000) || chr(19968 + (hashint8(n + 777) & 65535) % 3000) from generate_series(1, 10000) n;
create unlogged table fill_phrase as
with token as materialized (
    select p, i, case when p % 10 < 7 or (p % 10 = 9 and i % 2 = 0) then 'latin' else 'han' end as language, random() as chance
      from generate_series(1, 200000) p, generate_series(1, 5) i where i <= 2 + p % 4
)
select t.p as n, string_agg(w.word, case when t.p % 10 in (7, 8) then '' else ' ' end order by t.i) as text
  from token t
  join fill_word w on w.language = t.language and w.rank = floor(exp(t.chance * ln(case t.language when 'latin' then 30000 else 10000 end)))::int
 group by t.p;
create unlogged table fill_room as
select n, ceil(random() * 200000)::int as topic, floor(random() * 5)::int as phrases, ceil(random() * 200000)::int as p1,
       ceil(random() * 200000)::int as p2, ceil(random() * 200000)::int as p3, ceil(random() * 200000)::int as p4,
       floor(random() * 4)::int as tags, floor(exp(random() * ln(30000)))::int as t1, floor(exp(random() * ln(30000)))::int as t2,
       floor(exp(random() * ln(10000)))::int as t3,
       now() - random() ^ 3 * interval '300 days' as at, random() * interval '60 days' as age
  from generate_series(1, :rooms) n;
analyze fill_word, fill_phrase, fill_room;

\echo rooms: rooms and members
insert into room (id, kind, topic, description, tags, capacity, members, public, last_at, created)
select random_id(), 'group', left(p.text, 60), concat_ws(' ', p1.text, p2.text, p3.text, p4.text),
       array_remove(array[t1.word, t2.word, t3.word], null), 50, 1, true, f.at, f.at - f.age
  from fill_room f
  join fill_phrase p on p.n = f.topic
  left join fill_phrase p1 on f.phrases >= 1 and p1.n = f.p1
  left join fill_phrase p2 on f.phrases >= 2 and p2.n = f.p2
  left join fill_phrase p3 on f.phrases >= 3 and p3.n = f.p3
  left join fill_phrase p4 on f.phrases >= 4 and p4.n = f.p4
  left join fill_word t1 on f.tags >= 1 and t1.language = 'latin' and t1.rank = f.t1
  left join fill_word t2 on f.tags >= 2 and t2.language = 'latin' and t2.rank = f.t2
  left join fill_word t3 on f.tags >= 3 and t3.language = 'han' and t3.rank = f.t3;
insert into member (id, room, alias, alias_zh, role)
select encode(gen_random_bytes(8), 'hex'), key, 'Quiet Otter', '安静的水獭', 'owner' from room where key > :before;
insert into stay (member, from_seq) select key, 1 from member where room > :before;

\echo rooms: the square
create unlogged table fill_text as
select x.*, x.heading || square_text(x.description) as folded
  from (select r.key, r.created, r.last_at, r.description, array(select distinct fold_text(t) from unnest(r.tags) t) as tags,
               square_text(r.topic || ' ' || array_to_string(r.tags, ' ')) as heading
          from room r where r.key > :before offset 0) x;
insert into square (room, created, listed, at, prev, tags, heading, folded)
select key, created, created, last_at, last_at, tags, heading, folded from fill_text order by last_at;   -- a row is written when its room is stirred
\ir place_terms.sql
drop table fill_word, fill_phrase, fill_room, fill_text;
commit;
\echo rooms: statistics
vacuum (analyze) room, member, stay, square, square_place;
