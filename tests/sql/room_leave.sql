-- api.room_leave: a private chat ends for both, once, and the partner is told.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'one'), say('bob', :'room', 'two') \g /dev/null
select socket('bob') as b \gset
select is(call(format('room_leave(%L, %L)', tok('cy'), :'room')), '404 no_room', 'a stranger cannot');
select is(call(format('room_leave(%L, %L)', tok('ann'), 'nowhere')), '404 no_room', 'nor leave what is not there');

select is(call(format('room_leave(%L, %L)', tok('ann'), :'room')), '204', 'a member can');
select is(frame_channels('member'), :'b', 'the partner is told');
select is(frame('member') - 'at', format('{"type":"member","room":"%s","member":"%s","event":"left","reason":"left"}',
          :'room', (member_of('ann', :'room')).id)::jsonb, 'who left, and why');
select is(call(format('room_leave(%L, %L)', tok('ann'), :'room')), '204', 'again it is the same answer');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'and nobody is told twice');
select is(call(format('room_leave(%L, %L)', tok('bob'), :'room')), '204', 'the partner may leave as well');

select call(format('room(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() -> 'ended' ->> 'by', 'me', 'who left sees that it was oneself');
select is(body() ->> 'members', '0', 'nobody is in it');
select call(format('room(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(body() -> 'ended' ->> 'by', 'peer', 'the other one that it was the stranger');
select is(body() -> 'ended' ->> 'reason', 'left', 'with the reason');
select is(call(format('messages(%L, %L, null, null, null, 50)', tok('bob'), :'room')), '200', 'what was said stays readable');
select is(jsonb_array_length(body() -> 'items'), 2, 'all of it');
select is(call(format('room_typing(%L, %L)', tok('bob'), :'room')), '204', 'typing goes nowhere');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'without a frame');
select is((select count(*) from wait), 0::bigint, 'no wait is left over');
