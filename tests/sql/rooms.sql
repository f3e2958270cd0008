-- Groups: opening, entering, leaving, and what their owner may do.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
create function t.open_room(p_name text, p_capacity int default 50, p_public boolean default true, p_mask text default 'always')
returns text language plpgsql as $$
begin
    perform call(format('room_create(%L, ''tea'', '''', ''{}'', %s, %L, %L, false)', tok(p_name), p_capacity, p_public, p_mask));
    return body() ->> 'id';
end $$;
create function t.join_room(p_name text, p_room text, p_profile boolean default false) returns text language sql as $$
    select call(format('room_join(%L, %L, %L)', tok(p_name), p_room, p_profile))
$$;
create function t.act_on(p_call text, p_name text, p_room text, p_other text, p_more text default '') returns text language sql as $$
    select call(format('%s(%L, %L, %L%s)', p_call, tok(p_name), p_room, (member_of(p_other, p_room)).id, p_more))
$$;

select is(call(format('room_create(%L, ''tea'', ''green'', ''{tea,quiet}'', 3, true, ''always'', false)', tok('ann'))), '201', 'a room is opened');
select body() ->> 'id' as room \gset
select is(body() -> 'me' ->> 'role', 'owner', 'by its owner');
select is(body() ->> 'members', '1', 'who is in it');
select is(call(format('room_create(%L, ''x'', '''', ''{}'', 3, true, ''always'', true)', tok('ann'))),
          '422 invalid_field show_profile', 'a profile is shown where the room leaves the choice');

-- from outside
select is(call(format('room(%L, %L)', tok('bob'), :'room')), '200', 'a public one is seen');
select is(body() -> 'me', 'null', 'from outside');
select is(body() ->> 'members_about', 'true', 'with a bucket for a head-count');
select open_room('ann', 50, false) as closed \gset
select is(call(format('room(%L, %L)', tok('bob'), :'closed')), '404 no_room', 'one for invited people is not');
select is(join_room('bob', :'closed'), '404 no_room', 'nor joined');

-- joining
select socket('ann') as a \gset
select say('ann', :'room', 'before') \g /dev/null
select is(join_room('bob', :'room'), '200', 'somebody joins');
select is(frame_channels('member'), :'a', 'those who are in hear of it');
select is(frame('member') ->> 'event', 'joined', 'what it is');
select is(frame('member') ->> 'members', '2', 'and how many they are');
select is(join_room('bob', :'room'), '200', 'again is no other seat');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'nor told again');
select is((select members from room where id = :'room'), 2, 'two are in');
select call(format('messages(%L, %L, null, null, null, 50)', tok('bob'), :'room')) \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 0, 'what was said before is not theirs to read');
select is(join_room('cy', :'room'), '200', 'the last seat');
select is(join_room('dot', :'room'), '409 room_full', 'is the last');
select is(join_room('dot', 'nowhere'), '404 no_room', 'what is not there');
select is(join_room('dot', :'room', true), '422 invalid_field mask', 'masks are worn here');

-- leaving, and coming back
select say('cy', :'room', 'one') \g /dev/null
select (member_of('bob', :'room')).id as bob \gset
select is(call(format('room_leave(%L, %L)', tok('bob'), :'room')), '204', 'somebody leaves');
select is(call(format('room_leave(%L, %L)', tok('bob'), :'room')), '204', 'twice');
select is((select members from room where id = :'room'), 2, 'one seat is free');
select say('cy', :'room', 'two') \g /dev/null
select is(say('bob', :'room', 'x'), '403 not_member', 'who left does not write');
select is(join_room('bob', :'room'), '200', 'and comes back');
select is(body() -> 'me' ->> 'member', :'bob', 'behind the same mask');
select is(body() ->> 'unread', '0', 'with nothing to catch up');
select is((select count(*) from stay where member = (member_of('bob', :'room')).key), 2::bigint, 'a second stay');
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(join_room('bob', :'room'), '200', 'a stay without a line');
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(join_room('bob', :'room'), '200', 'is begun again');
select say('cy', :'room', 'three') \g /dev/null
select call(format('messages(%L, %L, null, null, null, 50)', tok('bob'), :'room')) \g /dev/null
select is((select array_agg(i ->> 'body') from jsonb_array_elements(body() -> 'items') i), '{one,three}', 'what one reads are one''s stays');

-- the owner
select is(act_on('member_kick', 'cy', :'room', 'bob'), '403 not_owner', 'only the owner puts out');
select is(act_on('member_kick', 'dot', :'room', 'bob'), '403 not_owner', 'a stranger to a public room is no owner');
select is(act_on('member_kick', 'dot', :'closed', 'ann'), '404 no_room', 'and sees no other room');
select is(act_on('member_kick', 'ann', :'room', 'ann'), '409 yourself', 'nobody puts oneself out');
select is(call(format('member_kick(%L, %L, ''0000000000000000'')', tok('ann'), :'room')), '404 no_member', 'nor whom nobody knows');
select is(act_on('member_mute', 'ann', :'room', 'bob', ', 10'), '204', 'the owner mutes');
select is(frame('member') ->> 'event', 'muted', 'the muted one is told');
select is(say('bob', :'room', 'x'), '403 muted', 'and does not write');
select call(format('room_members(%L, %L, null, 50)', tok('cy'), :'room')) \g /dev/null
select is(body()::text ~ 'muted_until', false, 'others do not see it');
select call(format('room_members(%L, %L, null, 50)', tok('ann'), :'room')) \g /dev/null
select is(body()::text ~ 'muted_until', true, 'the owner does');
select is(act_on('member_mute', 'ann', :'room', 'bob', ', 0'), '204', 'and ends it');
select is(say('bob', :'room', 'x'), '200 5', 'then it goes on');

select socket('bob') as b \gset
select is(act_on('member_kick', 'ann', :'room', 'bob'), '204', 'the owner puts out');
select is((select target from acts where kind = 'bye'), :'b', 'the socket is closed');
select is(frame('bye'), format('{"type":"bye","reason":"kicked","room":"%s"}', :'room')::jsonb, 'and told why');
select is(frame('member') ->> 'reason', 'kicked', 'the others see it');
select is(join_room('bob', :'room'), '403 banned_from_room', 'there is no way back');
select call(format('room(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(body() -> 'me' -> 'left' ->> 'reason', 'kicked', 'one''s own view says so');
select is(call(format('messages(%L, %L, null, null, null, 50)', tok('bob'), :'room')), '200', 'what was read stays readable');
select is(call(format('room_members(%L, %L, null, 50)', tok('bob'), :'room')), '403 not_member', 'who is in does not');

select is(act_on('member_promote', 'ann', :'room', 'bob'), '404 no_member', 'who is not in owns nothing');
select is(act_on('member_promote', 'ann', :'room', 'cy'), '204', 'the room is handed over');
select is((select string_agg(role, ',' order by key) from member where room = (select key from room where id = :'room') and left_at is null),
          'member,owner', 'it has one owner');
select is(act_on('member_promote', 'ann', :'room', 'cy'), '403 not_owner', 'and it is another now');
select is(call(format('room_leave(%L, %L)', tok('cy'), :'room')), '204', 'an owner leaves');
select is((member_of('ann', :'room')).role, 'owner', 'to whoever is there longest');
select is((select count(*) from acts where kind = 'frame' and body::jsonb ->> 'event' = 'owner'), 1::bigint, 'which is told');

-- changing
select is(call(format('room_update(%L, %L, null, ''black'', null, 10, null, 30)', tok('ann'), :'room')), '200', 'the owner changes it');
select is((select topic || ',' || description || ',' || capacity || ',' || slow_mode || ',' || tags::text from room where id = :'room'),
          'tea,black,10,30,{tea,quiet}', 'what is not given stays');
select join_room('cy', :'room') \g /dev/null
select is(call(format('room_update(%L, %L, null, null, null, 1, null, null)', tok('ann'), :'room')), '422 invalid_field capacity',
          'never to fewer than are in');
select is(call(format('room_update(%L, %L, ''x'', null, null, null, null, null)', tok('cy'), :'room')), '403 not_owner', 'others cannot');
select is(say('cy', :'room', 'slow'), '200 6', 'slow mode lets one line through');
select is(say('cy', :'room', 'slow'), '429 slow_mode', 'and not the next');
select ok((select retry between 29 and 31 from message_append(array[tok('cy')], array[:'room'], array[gen_random_uuid()], array['x'], array[null]::int[])),
          'it says for how long');
select is(say('ann', :'room', 'x') || say('ann', :'room', 'x'), '200 7200 8', 'its owner is not held up');
select results_eq(format('select status from message_append(array[tok(%1$L), tok(%1$L)], array[%2$L, %2$L],
                            array[gen_random_uuid(), gen_random_uuid()], array[%3$L, %3$L], array[null, null]::int[])', 'dot', :'room', 'x'),
                  'values (404), (404)', 'a stranger is one first of all');
update member set said_at = null where account = account_of('cy');
select results_eq(format('select status from message_append(array[tok(%1$L), tok(%1$L)], array[%2$L, %2$L],
                            array[gen_random_uuid(), gen_random_uuid()], array[%3$L, %3$L], array[null, null]::int[])', 'cy', :'room', 'x'),
                  'values (200), (0)', 'two of one batch are told apart');

-- the choice of masks
select open_room('ann', 50, true, 'choice') as free \gset
select is(join_room('bob', :'free', true), '200', 'a profile is shown');
select is(body() -> 'me' ->> 'alias', (select nickname from user_info where account = account_of('bob')), 'with its name');
select is(body() -> 'me' ->> 'profile', 'true', 'and said to be one');
select is((select profile from message_append(array[tok('bob')], array[:'free'], array[gen_random_uuid()], array['x'], array[null]::int[])), true, 'on lines too');
select call(format('room_leave(%L, %L)', tok('bob'), :'free')) \g /dev/null
select is(join_room('bob', :'free', false), '200', 'who comes back');
select is(body() -> 'me' ->> 'profile', 'true', 'is the same member as before');

-- ending
select is(call(format('room_close(%L, %L)', tok('cy'), :'room')), '403 not_owner', 'others cannot close it');
select is(call(format('room_close(%L, %L)', tok('ann'), :'room')), '204', 'the owner can');
select is((select array_agg(body::jsonb #>> '{detail,ended,by}') from acts where body like '{"type":"room"%'), '{owner,me}',
          'which is told');
select is(call(format('room_close(%L, %L)', tok('ann'), :'room')), '409 room_ended', 'once');
select is(say('ann', :'room', 'x'), '409 room_ended', 'nobody writes there');
select is(join_room('cy', :'room'), '409 room_ended', 'nor comes in');
select is(join_room('dot', :'room'), '404 no_room', 'strangers no longer see it');
select call(format('room(%L, %L)', tok('cy'), :'room')) \g /dev/null
select is(body() -> 'ended' ->> 'by', 'owner', 'members see who it was');
select is(call(format('messages(%L, %L, null, null, null, 50)', tok('cy'), :'room')), '200', 'and read on');

-- nobody left
select open_room('ann') as lonely \gset
select call(format('room_leave(%L, %L)', tok('ann'), :'lonely')) \g /dev/null
select tidy(24) \g /dev/null
select is(join_room('dot', :'lonely'), '200', 'an empty room is entered');
select is(body() -> 'me' ->> 'role', 'owner', 'and owned');
select call(format('room_leave(%L, %L)', tok('dot'), :'lonely')) \g /dev/null
update room set emptied_at = now() - interval '25 hours' where id = :'lonely';
select tidy(24) \g /dev/null
select is(join_room('ann', :'lonely'), '409 room_ended', 'until it has aged away');
select call(format('room(%L, %L)', tok('ann'), :'lonely')) \g /dev/null
select is(body() -> 'ended' ->> 'by', 'service', 'by itself');

-- one's own list
select is(call(format('room_pin(%L, %L, true)', tok('ann'), :'free')), '204', 'pinned');
select is(call(format('room_silence(%L, %L, true)', tok('ann'), :'free')), '204', 'silenced');
select is(frame('room') -> 'detail' -> 'me' ->> 'silent', 'true', 'one''s other sockets hear of it');
select call(format('conversations(%L, null, 50)', tok('ann'))) \g /dev/null
select is(body() -> 'items' -> 0 ->> 'id', :'free', 'what is pinned comes first');
select is(call(format('room_pin(%L, %L, true)', tok('dot'), :'free')), '404 no_room', 'for members');

-- an heir who is muted
select open_room('ann') as heir \gset
select join_room('cy', :'heir'), act_on('member_mute', 'ann', :'heir', 'cy', ', 10') \g /dev/null
select call(format('room_leave(%L, %L)', tok('ann'), :'heir')) \g /dev/null
select is(say('cy', :'heir', 'x'), '200 1', 'can speak: nobody else could end it');
select call(format('room_leave(%L, %L)', tok('cy'), :'heir')) \g /dev/null
update member set muted_until = now() + interval '1 hour' where key = (member_of('cy', :'heir')).key;
select join_room('cy', :'heir') \g /dev/null
select is(say('cy', :'heir', 'x'), '200 2', 'also on coming back to an empty room');

-- 200 groups
insert into room (id, kind, capacity, members) select 'many' || n, 'group', 10, 1 from generate_series(1, 199) n;
insert into member (id, room, account, alias, alias_zh) select 'm' || key, key, account_of('dot'), 'a', 'b' from room where id like 'many%';
select open_room('dot') as last \gset
select is(open_room('dot'), null, 'more are not opened');
select is((select body::jsonb from acts), '{}', 'than 200');
select is(join_room('dot', :'free'), '409 too_many_rooms', 'nor joined');

-- what goes on behind one's back
select open_room('ann') as talk \gset
select say('ann', :'talk', 'a'), join_room('bob', :'talk'), say('bob', :'talk', 'b') \g /dev/null
select call(format('room_leave(%L, %L)', tok('bob'), :'talk')) \g /dev/null
select say('ann', :'talk', 'c') \g /dev/null
create function cursor(p_name text) returns text language plpgsql as $$
begin
    perform call(format('conversations(%L, null, 1)', tok(p_name)));
    return body() ->> 'next';
end $$;
update room set last_at = last_at - interval '1 hour' where id = :'talk';
select cursor('bob') as before \gset
update room set last_at = now() + interval '1 hour' where id = :'talk';
select is(cursor('bob'), :'before', 'what is said moves nothing in the list of who left');
select call(format('room(%L, %L)', tok('bob'), :'talk')) \g /dev/null
select is(body() -> 'last_message' ->> 'body', 'b', 'the last one of one''s own stays');
select is(body() ->> 'last_seq', '2', 'is where the room has come');
update room set last_at = now() + interval '1 hour', changed_at = now() + interval '1 hour' where id = :'talk';
update member set changed_at = now() - interval '1 hour' where account = account_of('bob');
select call(format('sync(%L, %L, false, now(), 15, 15)', tok('bob'), jsonb_build_object(:'talk', 0))) \g /dev/null
select is(jsonb_path_exists(body() -> 'conversations', '$[*] ? (@.id == $id)', jsonb_build_object('id', :'talk')), false,
          'a room that was left does not change');
select is(jsonb_array_length(body() -> 'rooms' -> 0 -> 'messages'), 1, 'a stay is synced from its beginning');
select join_room('bob', :'talk') \g /dev/null
select is(body() -> 'last_message' ->> 'body', 'b', 'nor is it read on coming back');
select is(body() ->> 'last_seq', '3', 'when one is as far as the room');
select call(format('sync(%L, %L, false, now(), 15, 15)', tok('bob'), jsonb_build_object(:'talk', 2))) \g /dev/null
select is(body() -> 'rooms' -> 0 -> 'messages', '[]', 'a sync does not tell either');
select say('ann', :'talk', 'd') \g /dev/null
select call(format('messages(%L, %L, null, 0, null, 50)', tok('bob'), :'talk')) \g /dev/null
select is((select array_agg(i ->> 'seq') from jsonb_array_elements(body() -> 'items') i), '{2,4}', 'pages go from stay to stay, upwards');
select call(format('messages(%L, %L, 5, null, null, 50)', tok('bob'), :'talk')) \g /dev/null
select is((select array_agg(i ->> 'seq') from jsonb_array_elements(body() -> 'items') i), '{2,4}', 'and downwards');
select call(format('messages(%L, %L, 4, null, null, 1)', tok('bob'), :'talk')) \g /dev/null
select is(body() ->> 'more', 'false', 'to their first line');
