-- api.message_recall: one's own within a time; the owner of a group any; the body goes for good.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'secret', '00000000-0000-4000-8000-000000000001'), say('bob', :'room', 'two'), say('ann', :'room', 'three') \g /dev/null
select socket('bob') as b \gset
create function recall(p_name text, p_room text, p_seq int, p_window int default 120) returns text language sql as $$
    select call(format('message_recall(%L, %L, %s, %s)', tok(p_name), p_room, p_seq, p_window))
$$;

select is(recall('cy', :'room', 1), '404 no_room', 'a stranger cannot');
select is(recall('ann', :'room', 99), '404 no_message', 'nor can what is not there');
select is(recall('ann', :'room', 0), '404 no_message', 'or 0');
select is(recall('ann', :'room', 2), '403 not_yours', 'nor somebody else''s');
select is(recall('ann', :'room', 1), '204', 'one''s own can');
select is(frame('recall'), format('{"type":"recall","room":"%s","seq":1}', :'room')::jsonb, 'the partner is told');
select is(frame_channels('recall'), :'b', 'on the own channel');
select is((select body from message c join room r on r.key = c.room where r.id = :'room' and c.seq = 1), null, 'the body is gone');
select is(recall('ann', :'room', 1), '204', 'again it is the same answer');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'and nobody is told twice');
select call(format('messages(%L, %L, null, null, null, 50)', tok('bob'), :'room')) \g /dev/null
select is(body() -> 'items' -> 0 ->> 'recalled', 'true', 'history says that it was recalled');
select is(body() -> 'items' -> 0 -> 'body', 'null'::jsonb, 'without its body');
select is(say('ann', :'room', 'secret', '00000000-0000-4000-8000-000000000001'), '200 1', 'a repeat of its sending is answered with it');
select is((select body from message_append(array[tok('ann')], array[:'room'], array['00000000-0000-4000-8000-000000000001'::uuid],
          array['secret'], array[null]::int[])), null, 'as recalled');

update message set at = now() - interval '121 seconds' where seq = 3;
select is(recall('ann', :'room', 3), '403 too_late', 'after two minutes it is too late');
select is(recall('ann', :'room', 3, 300), '204', 'unless the setting gives more');
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(recall('bob', :'room', 2), '403 not_member', 'who has left cannot any more');

select group_of('ann', 'bob', 'cy') as room2 \gset
select say('bob', :'room2', 'one'), say('cy', :'room2', 'two') \g /dev/null
update message set at = now() - interval '1 day' where room_kind = 'group';
select is(recall('cy', :'room2', 1), '403 not_yours', 'in a group too');
select is(recall('ann', :'room2', 1), '204', 'but its owner can, whenever');
select is(frame_channels('recall'), (select string_agg(channel, ',') from connection where account = account_of('bob')),
          'the group''s connections are told');
