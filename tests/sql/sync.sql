-- api.sync: all that a client lacks, within its limits; it renews session and wait.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
create function fill(p_room text, p_count int) returns void language sql as $$
    insert into message (room_kind, room, seq, member, body, client_id, at)
    select r.kind, r.key, n, (select min(m.key) from member m where m.room = r.key), 'line ' || n, gen_random_uuid(), now()
      from room r, generate_series(1, p_count) n where r.id = p_room;
    update room set last_seq = p_count where id = p_room;
$$;
create function sync(p_name text, p_rooms jsonb, p_match boolean default false, p_since timestamptz default null) returns text
language sql as $$
    select call(format('sync(%L, %L, %L, %L, 15, 15)', tok(p_name), p_rooms, p_match, p_since))
$$;
create function lines() returns text language sql stable as $$
    select coalesce(string_agg(jsonb_array_length(r -> 'messages') || case when (r ->> 'more')::boolean then '+' else '' end, ' '), '')
      from jsonb_array_elements(body() -> 'rooms') r
$$;

select fill(:'room', 60) \g /dev/null
select is(sync('ann', '{}'), '200', 'a sync of nothing');
select is(lines(), '', 'has no lines');
select is(body() -> 'conversations' -> 0 ->> 'id', :'room', 'the first one has all conversations');
select sync('ann', jsonb_build_object(:'room', 60)) \g /dev/null
select is(lines(), '', 'who has all gets none');
select is(body() ->> 'more', 'false', 'and there is no more');
select sync('ann', jsonb_build_object(:'room', 55)) \g /dev/null
select is((select string_agg(m ->> 'seq', ',') from jsonb_array_elements(body() -> 'rooms' -> 0 -> 'messages') m),
          '56,57,58,59,60', 'what is past the last seq, ascending');
select sync('ann', jsonb_build_object(:'room', 0)) \g /dev/null
select is(lines(), '50+', '50 of a room, and the word that there is more');
select is(body() ->> 'more', 'true', 'in all, too');
select is(body() -> 'rooms' -> 0 -> 'messages' -> 49 ->> 'seq', '50', 'the oldest ones first');
select sync('ann', jsonb_build_object(:'room', 50)) \g /dev/null
select is(lines(), '10', 'the rest comes by asking again');
select is(sync('cy', jsonb_build_object(:'room', 0, 'nowhere', 0)), '200', 'foreign and unknown rooms');
select is(lines(), '', 'are passed over');
select is(sync('nobody', '{}'), '401 unauthorized', 'only with a session');

-- 200 in all
create temp table many on commit drop as select group_of('ann', 'bob') as id from generate_series(1, 6);
select fill(id, 45) from many \g /dev/null
select sync('ann', (select jsonb_object_agg(id, 0) from many)) \g /dev/null
select is(lines(), '45 45 45 45 20+', '200 in all');
select is(body() ->> 'more', 'true', 'then more:true');
delete from room where id in (select id from many);

-- what changed since
select sync('ann', '{}') \g /dev/null
select body() ->> 'since' as since \gset
update room set last_at = now() - interval '1 hour', changed_at = now() - interval '1 hour', created = now() - interval '1 hour';
update member set changed_at = now() - interval '1 hour';
select sync('ann', '{}', false, :'since') \g /dev/null
select is(jsonb_array_length(body() -> 'conversations'), 0, 'nothing has changed');
select call(format('message_read(%L, %L, 60)', tok('bob'), :'room')) \g /dev/null
select sync('ann', '{}', false, :'since') \g /dev/null
select is(body() -> 'conversations' -> 0 -> 'peer' ->> 'read_seq', '60', 'a room whose partner has read has');
update member set changed_at = now() - interval '1 hour';
select say('bob', :'room', 'new') \g /dev/null
select sync('ann', '{}', false, :'since') \g /dev/null
select is(body() -> 'conversations' -> 0 ->> 'id', :'room', 'and one with a new line');
select is(body() -> 'recalls', '[]', 'nothing was recalled');
select call(format('message_recall(%L, %L, 61, 120)', tok('bob'), :'room')) \g /dev/null
select sync('ann', '{}', false, :'since') \g /dev/null
select is(body() -> 'recalls', jsonb_build_array(jsonb_build_object('room', :'room', 'seq', 61)), 'a recall is told again');
select sync('cy', '{}', false, :'since') \g /dev/null
select is(body() -> 'recalls', '[]', 'to members alone');

-- a line is recalled in a room that has been quiet since
update room set last_at = now() - interval '23 hours' where id = :'room';
select sync('ann', '{}', false, :'since') \g /dev/null
select is(jsonb_array_length(body() -> 'recalls'), 1, 'within the day in which one''s own may be recalled');
select group_of('ann', 'bob') as room2 \gset
select fill(:'room2', 3) \g /dev/null
update room set last_at = now() - interval '1 year' where id = :'room2';
select call(format('message_recall(%L, %L, 2, 120)', tok('ann'), :'room2')) \g /dev/null
select sync('bob', '{}', false, :'since') \g /dev/null
select is(body() -> 'recalls' @> jsonb_build_array(jsonb_build_object('room', :'room2', 'seq', 2)), true, 'and at any time in a group');

-- a head-count, whose frame was lost
select group_of('ann', 'bob') as room3 \gset
update room set last_at = now() - interval '1 hour', changed_at = now() - interval '1 hour';
update member set changed_at = now() - interval '1 hour', read_at = null;
update room set public = true where id = :'room3';
select call(format('room_join(%L, %L, false)', tok('cy'), :'room3')) \g /dev/null
select sync('ann', '{}', false, :'since') \g /dev/null
select is(jsonb_path_query_array(body() -> 'conversations', '$[*].members'), '[3]', 'who has come is counted');
update room set changed_at = now() - interval '1 hour';
update member set changed_at = now() - interval '1 hour';
select call(format('room_leave(%L, %L)', tok('cy'), :'room3')) \g /dev/null
select sync('ann', '{}', false, :'since') \g /dev/null
select is(jsonb_path_query_array(body() -> 'conversations', '$[*].members'), '[2]', 'and who has gone');

-- the wait
select is(sync('cy', '{}', true), '200', 'with match');
select is(body() -> 'match' ->> 'state', 'idle', 'the wait''s state comes along');
select wait_for('cy') \g /dev/null
update wait set lease = now() + interval '1 second' where account = account_of('cy');
select sync('cy', '{}', true) \g /dev/null
select is((select lease - now() from wait where account = account_of('cy')), interval '15 seconds', 'and its lease is renewed');
select sync('cy', '{}') \g /dev/null
select is(body() -> 'match', 'null'::jsonb, 'only when asked for');
