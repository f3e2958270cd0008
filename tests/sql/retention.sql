-- api.retain: lines, rooms and matches go in small portions when their time has come; what is younger stays, and clients are
-- told that something is past retention.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
create function retain(p_kind text, p_days int) returns text language sql as $$
    select string_agg(target || ' ' || body, ';') from api.retain(p_kind, p_days)
$$;
create function history(p_name text, p_room text, p_more text default 'null, null, null, 50') returns text language plpgsql as $$
begin
    perform call(format('messages(%L, %L, %s)', tok(p_name), p_room, p_more));
    return coalesce((select string_agg(i ->> 'seq', ',' order by (i ->> 'seq')::int) from jsonb_array_elements(body() -> 'items') i), '')
        || case when (body() ->> 'more')::boolean then '+' else '' end || case when (body() ->> 'past_retention')::boolean then '!' else '' end;
end $$;
create function missing(p_name text, p_room text, p_have int) returns jsonb language plpgsql as $$
begin
    perform call(format('sync(%L, %L, false, null, 15, 15)', tok(p_name), jsonb_build_object(p_room, p_have)));
    return body() -> 'rooms' -> 0;
end $$;
-- As if all of a room had happened so long ago.
create function backdate(p_room text, p_by interval, p_upto int default 2147483647) returns void language sql as $$
    update message c set at = at - p_by from room r where r.id = p_room and c.room = r.key and c.seq <= p_upto;
    update room set aged_at = aged_at - p_by, ended_at = ended_at - p_by, created = created - p_by where id = p_room;
$$;

select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'line ' || n) from generate_series(1, 6) n \g /dev/null
select call(format('reaction_set(%L, %L, %s, ''like'', true)', tok('bob'), :'room', n)) from unnest(array[2, 6]) n \g /dev/null

select is(retain('messages', 90), '200 0 0', 'nothing is old: nothing goes');
select backdate(:'room', '89 days') \g /dev/null
select is(retain('messages', 90), '200 0 0', 'nor a day before its time');
select is(history('ann', :'room'), '1,2,3,4,5,6', 'all of it is there');
select backdate(:'room', '2 days', 4) \g /dev/null
select is(retain('messages', 90), '200 4 0', 'four lines are past it and go');
select is((select array_agg(seq order by seq) from message), array[5, 6], 'those that are younger stay');
select is((select array_agg(seq) from reaction), array[6], 'reactions go with their lines');
select is((select row(first_seq, last_seq, aged_at = (select min(at) from message))::text from room), '(5,6,t)', 'the room knows from where on it is kept');
select is(retain('messages', 90), '200 0 0', 'again there is nothing to do');
select is(say('bob', :'room', 'line 7'), '200 7', 'the order goes on');

select is(history('ann', :'room'), '5,6,7!', 'history says that older lines are past retention');
select is(history('ann', :'room', 'null, null, null, 2'), '6,7+', 'once it comes there');
select is(history('ann', :'room', '6, null, null, 2'), '5!', 'backwards');
select is(history('ann', :'room', '5, null, null, 2'), '!', 'and at the beginning');
select is(history('ann', :'room', 'null, 0, null, 2'), '5,6+!', 'forwards from what is gone');
select is(history('ann', :'room', 'null, 4, null, 2'), '5,6+', 'not from what follows it');
select is(history('ann', :'room', 'null, null, 6, 3'), '5,6,7', 'nor around what is whole');
select is(history('ann', :'room', 'null, null, 3, 3'), '5,6,7!', 'around what is gone comes what is next');
select is(missing('ann', :'room', 2) - 'messages', format('{"id": "%s", "more": false, "first_seq": 5, "past_retention": true}', :'room')::jsonb, 'a sync says from where on it is kept');
select is(jsonb_array_length(missing('ann', :'room', 2) -> 'messages'), 3, 'with the lines that there are');
select is(missing('ann', :'room', 4) ? 'past_retention', false, 'and not to who lacks nothing that is gone');
select call(format('room(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() ->> 'first_seq', '5', 'so does the room');

-- stays
select group_of('ann', 'cy', 'dot') as grp \gset
select say('ann', :'grp', 'line ' || n) from generate_series(1, 9) n \g /dev/null
update stay set to_seq = 2 where member = (member_of('cy', :'grp')).key;
insert into stay (member, from_seq) values ((member_of('cy', :'grp')).key, 8);
update stay set from_seq = 6 where member = (member_of('dot', :'grp')).key;
select backdate(:'grp', '91 days', 5) \g /dev/null
select is(retain('messages', 90), '200 5 0', 'the beginning of a group goes');
select is(history('dot', :'grp'), '6,7,8,9', 'who came later misses nothing');
select is(history('cy', :'grp'), '8,9!', 'who was there before does');
select is(history('cy', :'grp', 'null, 2, null, 9'), '8,9', 'but nothing of the time in between');
update stay set to_seq = 2 where member = (member_of('cy', :'grp')).key and from_seq = 1;
delete from stay where member = (member_of('cy', :'grp')).key and from_seq = 8;
update member set left_at = now() where key = (member_of('cy', :'grp')).key;
select is(history('cy', :'grp'), '!', 'who left long ago has nothing any more');
select call(format('room(%L, %L)', tok('cy'), :'grp')) \g /dev/null
select is(body() ->> 'first_seq', '3', 'and does not learn how far it has come since');
select is(missing('cy', :'grp', 0) - 'id', '{"more": false, "messages": [], "first_seq": 3, "past_retention": true}'::jsonb, 'nor by a sync');
select is(missing('cy', :'grp', 2), null, 'which has nothing to say afterwards');

-- portions
select group_of('ann') as long \gset
insert into message (room_kind, room, seq, member, body, client_id, at)
select 'group', r.key, n, (member_of('ann', :'long')).key, 'x', gen_random_uuid(), now() - interval '100 days' + n * interval '1 second'
  from room r, generate_series(1, 1200) n where r.id = :'long';
update room set last_seq = 1200, aged_at = '-infinity' where id = :'long';
select is(retain('messages', 90), '200 500 1', 'much goes by portions');
select is((select first_seq from room where id = :'long'), 501, 'from the beginning');
select is(retain('messages', 90), '200 500 1', 'on and on');
select is(retain('messages', 90), '200 200 0', 'to the end');
select is((select row(first_seq, aged_at > now() - interval '1 minute')::text from room where id = :'long'), '(1201,t)', 'then it is looked at no more until its time');
select is(history('ann', :'long'), '!', 'nothing is left of it');
select is(say('ann', :'long', 'anew'), '200 1201', 'it goes on where it was');
select is(history('ann', :'long'), '1201!', 'with what is said now');
select is((body() -> 'items' -> 0 ->> 'body'), 'anew', 'which is whole');

-- rooms that have ended
select pair('ann', 'dot') as gone \gset
select say('ann', :'gone', 'one') \g /dev/null
select call(format('room_leave(%L, %L)', tok('dot'), :'gone')) \g /dev/null
select backdate(:'gone', '91 days') \g /dev/null
select is(retain('messages', 90), '200 3 0', 'a room that ended goes with its last line and its two members');
select is((select count(*) from room where id = :'gone'), 0::bigint, 'without a trace');
select pair('bob', 'dot') as blocked \gset
select say('bob', :'blocked', 'one') \g /dev/null
select call(format('block_add(%L, %L, %L)', tok('bob'), :'blocked', (member_of('dot', :'blocked')).id)) \g /dev/null
select backdate(:'blocked', '91 days') \g /dev/null
select is(retain('messages', 90), '200 1 0', 'but not where somebody made a block');
select call(format('blocks(%L, null, 50)', tok('bob'))) \g /dev/null
select is(body() -> 'items' -> 0 ->> 'member', (member_of('dot', :'blocked')).id, 'which stays in the list of blocks');
select pair('cy', 'bob') as young \gset
select say('cy', :'young', 'one') \g /dev/null
select backdate(:'young', '91 days') \g /dev/null
select call(format('room_leave(%L, %L)', tok('cy'), :'young')) \g /dev/null
select is(retain('messages', 90), '200 1 0', 'nor one that ended a short while ago');
select is((select ended_at = aged_at from room where id = :'young'), true, 'whose time comes by its end');
select backdate(:'young', '91 days') \g /dev/null
select is(retain('messages', 90), '200 2 0', 'then it goes');

-- of who met whom
delete from match_log;
insert into match_log (low, high, at, waited) select n, n + 1, now() - make_interval(days => n), 1 from generate_series(1, 10) n;
select is(retain('matches', 7), '200 3 0', 'matches go by days');
select is((select max(low) from match_log where at < now()), 7::bigint, 'those of the last ones stay');
