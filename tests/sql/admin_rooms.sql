-- Rooms, as admins see and end them.
select guest('ann'), guest('bob'), admin_new('mia') \g /dev/null
select call(format('room_create(%L, ''tea & talk'', ''quiet'', ''{}'', 10, true, ''always'', false)', tok('ann'))) \g /dev/null
select body() ->> 'id' as room \gset
select pair('ann', 'bob') as chat \gset
select say('ann', :'room', 'a line nobody else reads') \g /dev/null

select is(admin_call('mia', 'rooms_list', '''open'', null, null, 50'), '200', 'rooms are listed');
select is((select array_agg(i ->> 'room') from jsonb_array_elements(body() -> 'items') i), array[:'room'], 'groups alone');
select is(body() #>> '{items,0,lines}', '1', 'with how much was said');
select is(position('nobody else' in body()::text), 0, 'and not what');
select admin_call('mia', 'rooms_list', '''open'', ''ＴＥＡ'', null, 50') \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 1, 'they are found folded');
select admin_call('mia', 'rooms_list', '''open'', ''t%a'', null, 50') \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 0, 'and without wildcards');
select group_of('ann') from generate_series(1, 3) \g /dev/null
select admin_call('mia', 'rooms_list', '''open'', null, null, 2') \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 2, 'page by page');
select admin_call('mia', 'rooms_list', format('''open'', null, %L, 2', body() ->> 'next')) \g /dev/null
select is((select array[body() #>> '{items,1,room}', body() ->> 'next']), array[:'room', null], 'to the end');

select is((select count(*) from audit where command like 'rooms%'), 0::bigint, 'lists are not recorded');
select is(admin_call('mia', 'rooms_show', quote_literal(:'room')), '200', 'one is shown');
select is(audited(), 'mia rooms show ' || :'room', 'and that it was looked at is on record');
select is(body() #>> '{masks,0,member}', (member_of('ann', :'room')).id, 'with the masks in it');
select is(position('nobody else' in body()::text), 0, 'and nothing of what was said');
select is(admin_call('mia', 'rooms_show', '''x'''), '404 no_room', 'none is not there');

select socket('ann') as ann \gset
select is(admin_call('mia', 'rooms_close', format('%L, ''spam''', :'room')), '204', 'one is closed');
select is(audited(), 'mia rooms close ' || :'room' || ' spam', 'on record, with why');
select is(frame('room') #>> '{detail,ended,by}', 'service', 'those in it hear of it');
select is(frame_channels('room'), :'ann', 'at their sockets');
select is(say('ann', :'room', 'more'), '409 room_ended', 'and write no more');
select is(admin_call('mia', 'rooms_close', format('%L, ''''', :'room')), '409 room_ended', 'once');
select is(admin_call('mia', 'rooms_close', format('%L, ''''', :'chat')), '204', 'a private chat too');
select call(format('room(%L, %L)', tok('bob'), :'chat')) \g /dev/null
select is(body() -> 'ended' ->> 'by', 'service', 'and to neither it was the other');
