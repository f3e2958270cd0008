-- api.message_read and api.room_typing: marks go forward; the partner sees them, a group does not.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'one'), say('ann', :'room', 'two'), say('bob', :'room', 'three') \g /dev/null
select socket('ann') as a \gset
select socket('bob') as b \gset
create function read(p_name text, p_room text, p_seq int) returns text language sql as $$
    select call(format('message_read(%L, %L, %s)', tok(p_name), p_room, p_seq))
$$;
create function unread(p_name text, p_room text) returns text language plpgsql as $$
begin
    perform call(format('room(%L, %L)', tok(p_name), p_room));
    return body() ->> 'unread';
end $$;

select is(unread('bob', :'room'), '2', 'the other one''s lines are unread');
select is(unread('ann', :'room'), '1', 'one''s own never are');
select is(read('bob', :'room', 1), '204', 'a mark is set');
select is(frame('read'), format('{"type":"read","room":"%s","member":"%s","seq":1}', :'room', (member_of('bob', :'room')).id)::jsonb,
          'and told');
select is((select array_agg(c order by c) from unnest(string_to_array(frame_channels('read'), ',')) c),
          (select array_agg(c order by c) from unnest(array[:'a', :'b']) c), 'to the partner and one''s other sockets');
select is(unread('bob', :'room'), '1', 'one is left');
select is(read('bob', :'room', 1), '204', 'again');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'nobody is told twice');
select is(read('bob', :'room', 3), '204', 'forward');
select is(read('bob', :'room', 2), '204', 'and not back');
select is((member_of('bob', :'room')).read_seq, 3, 'the mark stays');
select is(read('bob', :'room', 4), '422 invalid_field seq', 'nor past the end');
select is(read('cy', :'room', 1), '404 no_room', 'a stranger has none');
select call(format('room(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() -> 'peer' ->> 'read_seq', '3', 'the partner sees it in the room too');

select is(call(format('room_typing(%L, %L)', tok('ann'), :'room')), '204', 'typing');
select is(frame_channels('typing'), :'b', 'goes to the partner alone');
select is(frame('typing'), format('{"type":"typing","room":"%s","member":"%s"}', :'room', (member_of('ann', :'room')).id)::jsonb,
          'by the mask');
select is(call(format('room_typing(%L, %L)', tok('cy'), :'room')), '404 no_room', 'strangers do not type');

select group_of('ann', 'bob', 'cy') as room2 \gset
select say('ann', :'room2', 'one') \g /dev/null
select is(read('bob', :'room2', 1), '204', 'a mark in a group');
select is(frame_channels('read'), :'b', 'is seen on one''s own sockets alone');

insert into message (room_kind, room, seq, member, body, client_id, at)
select 'private', r.key, n, (member_of('ann', :'room')).key, 'x', gen_random_uuid(), now()
  from room r, generate_series(4, 200) n where r.id = :'room';
update room set last_seq = 200 where id = :'room';
select is(unread('bob', :'room'), '100', 'unread lines are counted up to 100');

-- marks do not tell who left how far the room has come
select call(format('room_leave(%L, %L)', tok('cy'), :'room2')) \g /dev/null
select say('ann', :'room2', 'two') \g /dev/null
select is(read('cy', :'room2', 1), '204', 'who left marks what was seen');
select is(read('cy', :'room2', 2), '422 invalid_field seq', 'and no line of later');
