-- api.reaction_set: by those who are there, to lines that they have seen; counts, sync, recall.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
select group_of('ann', 'bob', 'cy') as room \gset
select say('ann', :'room', 'line ' || n) from generate_series(1, 5) n \g /dev/null
select socket('ann') as a \gset
select socket('bob') as b \gset
select socket('cy') as c \gset
create function react(p_name text, p_room text, p_seq int, p_reaction text, p_on boolean default true) returns text language sql as $$
    select call(format('reaction_set(%L, %L, %s, %L, %L)', tok(p_name), p_room, p_seq, p_reaction, p_on))
$$;
create function line(p_name text, p_room text, p_seq int) returns jsonb language plpgsql as $$
begin
    perform call(format('messages(%L, %L, null, null, %s, 1)', tok(p_name), p_room, p_seq));
    return body() -> 'items' -> 0;
end $$;
create function synced(p_name text, p_since timestamptz) returns jsonb language plpgsql as $$
begin
    perform call(format('sync(%L, ''{}'', false, %L, 15, 15)', tok(p_name), p_since));
    return body() -> 'reactions';
end $$;

select is(line('bob', :'room', 2) ? 'reactions', false, 'a line without reactions says nothing of them');
select is(react('bob', :'room', 2, 'like'), '204', 'a reaction');
select is(frame('reaction'), jsonb_build_object('type', 'reaction', 'room', :'room', 'seq', 2, 'member',
          (member_of('bob', :'room')).id, 'name', 'like', 'on', true, 'count', 1), 'is told');
select is((select array_agg(x order by x) from unnest(string_to_array(frame_channels('reaction'), ',')) x),
          (select array_agg(x order by x) from unnest(array[:'a', :'b', :'c']) x), 'to all who are there');
select is(react('bob', :'room', 2, 'like'), '204', 'the same again');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'changes nothing');
select react('cy', :'room', 2, 'like'), react('cy', :'room', 2, 'wow') \g /dev/null
select is(line('bob', :'room', 2) -> 'reactions', '{"like": 2, "wow": 1}', 'history counts them');
select is(line('bob', :'room', 2) -> 'reacted', '["like"]', 'and names one''s own');
select is(line('ann', :'room', 2) -> 'reacted', '[]', 'alone');
select is(synced('cy', now() - interval '1 minute'), jsonb_build_array(jsonb_build_object('room', :'room', 'seq', 2,
          'reactions', '{"like": 2, "wow": 1}'::jsonb, 'reacted', '["like", "wow"]'::jsonb)), 'and so does a sync');
select is(synced('cy', clock_timestamp() + interval '1 minute'), '[]', 'when they have changed since');
select is(synced('cy', null), '[]', 'the first sync has pages for that');
select is(synced('dot', now() - interval '1 minute'), '[]', 'a stranger hears nothing');
select is(react('cy', :'room', 2, 'like', false), '204', 'it can be taken away');
select is(frame('reaction') -> 'count', '1', 'the count falls');
select is(react('cy', :'room', 2, 'like', false), '204', 'again');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'nothing changes');
select react('bob', :'room', 2, 'like', false), react('cy', :'room', 2, 'wow', false) \g /dev/null
select is(line('bob', :'room', 2) -> 'reactions', '{}', 'the last one leaves an empty object');
select is(synced('bob', now() - interval '1 minute') -> 0 -> 'reactions', '{}', 'in a sync too');

-- recall
select react('bob', :'room', 1, 'sad') \g /dev/null
select call(format('message_recall(%L, %L, 1, 120)', tok('ann'), :'room')) \g /dev/null
select is((select count(*) from reaction where seq = 1), 0::bigint, 'a recall drops the reactions');
select is(line('bob', :'room', 1) ? 'reactions', false, 'also from the line');
select is(synced('bob', now() - interval '1 minute') @> '[{"seq": 1}]', false, 'and from syncs');
select is(react('bob', :'room', 1, 'sad'), '404 no_message', 'a recalled line takes none');

-- who may
select is(react('dot', :'room', 2, 'like'), '404 no_room', 'a stranger may not');
select is(react('bob', :'room', 6, 'like'), '404 no_message', 'what is not there has none');
update stay set to_seq = 3 where member = (member_of('cy', :'room')).key;
insert into stay (member, from_seq) values ((member_of('cy', :'room')).key, 5);
select is(react('cy', :'room', 4, 'like'), '404 no_message', 'nor has what one has not seen');
select is(react('bob', :'room', 4, 'like'), '204', 'others have');
select is((select array_agg(x order by x) from unnest(string_to_array(frame_channels('reaction'), ',')) x),
          (select array_agg(x order by x) from unnest(array[:'a', :'b']) x), 'and they alone are told');
select is(synced('cy', now() - interval '1 minute') @> '[{"seq": 4}]', false, 'a sync tells nobody else either');
update member set left_at = now() - interval '1 hour' where key = (member_of('cy', :'room')).key;
select is(react('cy', :'room', 2, 'like'), '403 not_member', 'who has left may not');
select pair('ann', 'bob') as room2 \gset
select say('ann', :'room2', 'x') \g /dev/null
select is(react('bob', :'room2', 1, 'thanks'), '204', 'in a private chat');
select call(format('room_leave(%L, %L)', tok('ann'), :'room2')) \g /dev/null
select is(react('bob', :'room2', 1, 'like'), '409 room_ended', 'until it has ended');
select is(line('bob', :'room2', 1) -> 'reacted', '["thanks"]', 'what was there stays');

-- who left
select group_of('ann', 'bob', 'cy') as room3 \gset
select say('ann', :'room3', 'x') \g /dev/null
select react('bob', :'room3', 1, 'wow'), call(format('room_leave(%L, %L)', tok('cy'), :'room3')) \g /dev/null
update reaction set at = now() - interval '1 minute' where room = (select key from room where id = :'room3');
select react('ann', :'room3', 1, 'wow'), react('ann', :'room3', 1, 'like') \g /dev/null
update reaction set at = clock_timestamp() where name = 'like' or member = (member_of('ann', :'room3')).key;
select is(line('cy', :'room3', 1) -> 'reactions', '{"wow": 1}', 'who left sees what was there');
select is(line('bob', :'room3', 1) -> 'reactions', '{"like": 1, "wow": 2}', 'who is there sees all');
select is(synced('cy', '-infinity') @> jsonb_build_array(jsonb_build_object('room', :'room3')), false, 'whatever a sync is asked for');
