-- The word filter: the list's version, what a verdict makes of a line, and what becomes of held lines.
select guest('ann'), guest('bob') \g /dev/null
select pair('ann', 'bob') as room \gset

-- One line with what the filter says of it. Returns "status seq" or "status code".
create function t.write(p_name text, p_room text, p_body text, p_masked text, p_verdict text,
                        p_client uuid default gen_random_uuid(), p_reply int default null)
returns text language sql as $$
    select a.status || ' ' || coalesce(a.code, a.seq::text)
      from api.message_append(array[tok(p_name)], array[p_room], array[p_client], array[p_body], array[p_reply],
                              null, array[p_masked], array[p_verdict]) a
$$;
create function t.held_id(p_body text) returns text language sql stable as $$ select id from held where body = p_body $$;

-- the list
select version as v0 from word_list \gset
select results_eq(format('select * from api.words(%s)', :v0), 'select null::bigint, null::bigint, null::text, null::text where false',
                  'a list that is known is not sent again');
select results_eq('select id is null, class is null from api.words(-1)', 'values (true, true)', 'one without words is a row of nulls');
insert into word (pattern, class) values ('one', 'mask'), ('two', 'flag');
select ok((select version from word_list) > :v0, 'a change is seen by the version');
select results_eq(format('select class, pattern from api.words(%s)', :v0), $$ values ('mask', 'one'), ('flag', 'two') $$,
                  'then the whole list is sent');
select version as v1 from word_list \gset
update word set class = 'block' where pattern = 'one';
select ok((select version from word_list) > :v1, 'so is another class');
select version as v2 from word_list \gset
delete from word where pattern = 'one';
select ok((select version from word_list) > :v2, 'and a word that goes');

-- mask
select is(t.write('ann', :'room', 'a bad day', 'a *** day', null, '00000000-0000-4000-8000-000000000001'), '200 1', 'a masked line is stored');
select is((select c.body from message c join room r on r.key = c.room where r.id = :'room' and c.seq = 1), 'a *** day', 'as it is masked');
select is(t.write('ann', :'room', 'a bad day', 'a *** day', null, '00000000-0000-4000-8000-000000000001'), '200 1', 'again: the same');
select is(t.write('ann', :'room', 'a bad day', null, null, '00000000-0000-4000-8000-000000000001'), '200 1',
          'and the same when the word is masked no more');
select is(t.write('ann', :'room', 'a sad day', 'a *** day', null, '00000000-0000-4000-8000-000000000001'), '409 client_id_used',
          'what was another line is another one behind its mask too');
select is(t.write('ann', :'room', 'plain', null, null, '00000000-0000-4000-8000-000000000002'), '200 2', 'a line as it is');
select is(t.write('ann', :'room', 'plain', '*****', null, '00000000-0000-4000-8000-000000000002'), '200 2',
          'is the same when it would be masked by now');
select is((select a.body from message_append(array[tok('ann')], array[:'room'], array['00000000-0000-4000-8000-000000000002'::uuid],
                  array['plain'], array[null]::int[], null, array['*****'], array[null]) a), 'plain', 'and answered as it was stored');
select call(format('message_recall(%L, %L, 1, 120)', tok('ann'), :'room')) \g /dev/null
select is((select count(*) from message where sent is not null), 0::bigint, 'nothing of what was sent stays after a recall');

-- block
select is(t.write('ann', :'room', 'worse', null, 'block 1'), '422 word_blocked', 'a blocked line is refused');
select is(t.write('ann', :'room', 'plain', null, 'block 1', '00000000-0000-4000-8000-000000000002'), '200 2',
          'but not one that was stored before the word came');
select is((select last_seq from room where id = :'room'), 2, 'it takes no seq');
select is(t.write('ann', :'room', 'worse', null, 'block 1', gen_random_uuid(), 99), '422 invalid_field', 'a wrong reply is told as such');

-- flag
select is(t.write('ann', :'room', 'two', null, 'flag ' || (select id from word where pattern = 'two'),
                  '00000000-0000-4000-8000-000000000003'), '200 3', 'a flagged line is stored');
select is(t.write('ann', :'room', 'two', null, 'flag ' || (select id from word where pattern = 'two'),
                  '00000000-0000-4000-8000-000000000003'), '200 3', 'once');
select results_eq('select reporter, subject, note from report', $$ select null::bigint, account_of('ann'), 'line 3: two' $$,
                  'and a report by nobody is there, once');

-- hold
select is(t.write('bob', :'room', 'wait for it', null, 'hold 1,2', '00000000-0000-4000-8000-00000000000a'), '202 held', 'a line is held');
select is(t.write('bob', :'room', 'wait for it', null, 'hold 1,2', '00000000-0000-4000-8000-00000000000a'), '202 held', 'again: the same');
select is(t.write('bob', :'room', 'wait for it', null, null, '00000000-0000-4000-8000-00000000000a'), '202 held',
          'whatever the filter says by now');
select is(t.write('bob', :'room', 'something else', null, null, '00000000-0000-4000-8000-00000000000a'), '409 client_id_used', 'another is another');
select is((select count(*) from held), 1::bigint, 'it is held once');
select is((select last_seq from room where id = :'room'), 3, 'it takes no seq');
select is(call(format('held(%L, %L)', tok('bob'), :'room')), '200', 'its sender sees it');
select is(body() -> 'items' -> 0 ->> 'state', 'held', 'as held');
select is(body() -> 'items' -> 0 ->> 'body', 'wait for it', 'with what it says');
select call(format('held(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() -> 'items', '[]'::jsonb, 'nobody else does');

-- approved
select socket('ann') as a \gset
select t.held_id('wait for it') as held \gset
select t.write('ann', :'room', 'meanwhile', null, null) \g /dev/null
delete from acts;
insert into acts (kind, target, body) select * from held_decide(:'held', true);
select is(body() ->> 'state', 'approved', 'approved it is said');
select is((body() ->> 'seq')::int, 5, 'with the next seq');
select is(frame('message') -> 'message' ->> 'body', 'wait for it', 'the room sees it');
select is(frame_channels('message'), :'a', 'over its sockets');
select is(t.write('bob', :'room', 'wait for it', null, 'hold 1', '00000000-0000-4000-8000-00000000000a'), '200 5', 'sent again it is answered as said');
select throws_ok(format('select * from held_decide(%L, true)', :'held'), 'DL404', 'no_held', 'it is approved once');
select is((select count(*) from held), 0::bigint, 'and held no more');

-- refused
select is(t.write('bob', :'room', 'not this', '*** ****', 'hold 1', '00000000-0000-4000-8000-00000000000b'), '202 held', 'another one');
select t.held_id('*** ****') as held \gset
select socket('bob') as b \gset
delete from acts;
insert into acts (kind, target, body) select * from held_decide(:'held', false);
select is(body() ->> 'state', 'refused', 'is refused');
select is(frame('held') ->> 'state', 'refused', 'which is told');
select is(frame_channels('held'), :'b', 'to its sender alone');
select is((select body from held), null, 'its body goes');
select is(t.write('bob', :'room', 'not this', null, null, '00000000-0000-4000-8000-00000000000b'), '422 word_blocked', 'sent again it is refused');
select is(t.write('bob', :'room', 'not that', null, null, '00000000-0000-4000-8000-00000000000b'), '409 client_id_used', 'another is another');
select throws_ok(format('select * from held_decide(%L, true)', :'held'), 'DL404', 'no_held', 'it is not approved any more');
select is((select json::jsonb - 'at' from account_export(tok('bob'), 'held', '', 9)),
          jsonb_build_object('room', :'room', 'client_id', '00000000-0000-4000-8000-00000000000b', 'body', null, 'state', 'refused'),
          'an export has it');
update held set refused_at = now() - interval '8 days';
select retain('held', 90);
select is((select count(*) from held), 0::bigint, 'after a week it is forgotten');

-- too many, muted, gone
select is((select string_agg(t.write('bob', :'room', 'x' || i, null, 'hold 1'), ',') from generate_series(1, 20) i),
          rpad('', 20 * 9 - 1, '202 held,'), 'twenty may wait');
select is(t.write('bob', :'room', 'one more', null, 'hold 1'), '422 word_blocked', 'one more is refused');
select is(t.write('ann', :'room', 'mine', null, 'hold 1'), '202 held', 'others may');
select t.held_id('x1') as held \gset
select call(format('room_leave(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(t.write('bob', :'room', 'x', null, 'hold 1'), '409 room_ended', 'nothing is held for a chat that has ended');
select is((select count(*) from held), 0::bigint, 'and what waited there is gone');
select throws_ok(format('select * from held_decide(%L, true)', :'held'), 'DL404', 'no_held', 'nobody approves it any more');

-- who goes takes along what waits, and nothing else
select guest('cat'), guest('dan') \g /dev/null
select group_of('cat', 'ann', 'bob', 'dan') as group \gset
select is((select string_agg(t.write(n, :'group', n || ' waits', null, 'hold 1'), ',') from unnest(array['ann', 'bob', 'cat', 'dan']) n),
          '202 held,202 held,202 held,202 held', 'in a group');
select t.held_id('dan waits') as dan \gset
select * from held_decide(t.held_id('cat waits'), false) \g /dev/null
select call(format('room_leave(%L, %L)', tok('ann'), :'group')) \g /dev/null
select is(t.held_id('ann waits'), null, 'of who has left nothing waits');
select call(format('room_join(%L, %L, false)', tok('ann'), :'group')) \g /dev/null
select is(t.held_id('ann waits'), null, 'nor does it when they come back');
select * from account_ban(account_of('bob'), 'infinity', 'spam') \g /dev/null
select is((member_of('bob', :'group')).left_at, null, 'who is banned is seen leaving later');
select is(t.held_id('bob waits'), null, 'but says nothing from then on');
select * from account_erase(account_of('dan')) \g /dev/null
select throws_ok(format('select * from held_decide(%L, true)', :'dan'), 'DL404', 'no_held', 'nor does who is erased');
select is((select last_seq from room where id = :'group'), 0, 'nothing of it was said');
select key as mask from member_of('cat', :'group') \gset
select is((select count(*) from held where member = :mask), 1::bigint, 'what was refused stays its week');
select mask_forget(m, r, 10) from member m join room r on r.key = m.room where m.key = :mask \g /dev/null
select is((select count(*) from held), 0::bigint, 'or until its mask is erased');

-- fields
select is(call(format('room_create(%L, ''T'', '''', ''{}'', 10, true, ''always'', false, %L)', tok('ann'),
                      'topic,tags ' || (select id from word where pattern = 'two'))), '201', 'a flagged topic is taken');
select is((select count(*) from report p join room r on r.key = p.room where r.id = body() ->> 'id' and p.note = 'topic,tags: two'
             and p.subject = account_of('ann')), 1::bigint, 'and reported');
select is(call(format('me_update(%L, ''N'', null, null, null, null, null, %L)', tok('ann'), 'nickname 0')), '200', 'so is a nickname');
select is((select count(*) from report where note like 'nickname: %'), 1::bigint, 'and reported');
