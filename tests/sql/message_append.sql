-- api.message_append: one order in each room, one row for each client_id, a judgement for each line of a batch.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
select pair('ann', 'bob') as room \gset
select pair('cy', 'dot') as room2 \gset

select is(say('ann', :'room', 'one'), '200 1', 'the first line is 1');
select is(say('bob', :'room', 'two'), '200 2', 'the next one 2, whoever it is from');
select is(say('cy', :'room2', 'other'), '200 1', 'each room counts for itself');
select is((select last_seq from room where id = :'room'), 2, 'the room knows its last seq');

-- what it answers
select is((select row(a.body, a.reply_to, a.member, a.alias, a.alias_zh)::text
             from message_append(array[tok('ann')], array[:'room'], array[gen_random_uuid()], array['水獭 🦦'], array[1]) a),
          (select row('水獭 🦦'::text, 1, (m).id, (m).alias, (m).alias_zh)::text from member_of('ann', :'room') m),
          'the line comes back with its mask');
select matches((select at from message_append(array[tok('ann')], array[:'room'], array[gen_random_uuid()], array['x'],
                                             array[null]::int[])),
               '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', 'its time is RFC 3339');
select is((select c.kind from message c join room r on r.key = c.room where r.id = :'room' and c.seq = 3), 'text', 'its kind is text');

-- where it goes
select is((select channels from message_append(array[tok('ann')], array[:'room'], array[gen_random_uuid()], array['x'],
                                              array[null]::int[])), null, 'nobody listens: it goes nowhere');
select socket('ann') as a \gset
select socket('bob') as b \gset
select is((select array_agg(c order by c) from message_append(array[tok('ann')], array[:'room'], array[gen_random_uuid()],
                  array['x'], array[null]::int[]), unnest(string_to_array(channels, ',')) c),
          (select array_agg(c order by c) from unnest(array[:'a', :'b']) c), 'it goes to the sockets of both');

-- repeats
select is(say('ann', :'room', 'once', '00000000-0000-4000-8000-000000000001'), '200 7', 'a client_id is new once');
select is(say('ann', :'room', 'once', '00000000-0000-4000-8000-000000000001'), '200 7', 'again it is the same line');
select is((select channels from message_append(array[tok('ann')], array[:'room'],
                  array['00000000-0000-4000-8000-000000000001'::uuid], array['once'], array[null]::int[])), null,
          'a repeat is not published again');
select is(say('ann', :'room', 'changed', '00000000-0000-4000-8000-000000000001'), '409 client_id_used', 'another body is a conflict');
select is(say('ann', :'room', 'once', '00000000-0000-4000-8000-000000000001', 1), '409 client_id_used', 'another reply_to is one too');
select is(say('bob', :'room', 'once', '00000000-0000-4000-8000-000000000001'), '200 8', 'client_ids are each member''s own');
select is(say('cy', :'room2', 'once', '00000000-0000-4000-8000-000000000001'), '200 2', 'and each room''s');
select is((select last_seq from room where id = :'room'), 8, 'repeats and conflicts take no seq');

-- one batch with the same client_id twice, and lines of several rooms and people
select results_eq(
    format($$ select n, status, code, case status when 200 then seq end from message_append(
        array[%1$L, %2$L, %1$L, 'nobody', %3$L, %1$L, %4$L]::bytea[],
        array[%5$L, %6$L, %5$L, %5$L, %5$L, 'nowhere', %5$L],
        array['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b',
              '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000c',
              '00000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-00000000000e',
              '00000000-0000-4000-8000-00000000000f']::uuid[],
        array['first', 'other room', 'first', 'dead', 'foreign', 'nowhere', 'second'],
        array[null, null, null, null, null, null, 8]) order by n $$,
        tok('ann'), tok('cy'), tok('dot'), tok('bob'), :'room', :'room2'),
    $$ values (1, 200, null, 9), (2, 200, null, 3), (3, 0, null, null), (4, 401, 'unauthorized', null),
              (5, 404, 'no_room', null), (6, 404, 'no_room', null), (7, 200, null, 10) $$,
    'each line of a batch is judged for itself, and only what is stored takes a seq');
select is((select array_agg(seq order by seq) from message c join room r on r.key = c.room where r.id = :'room'),
          array(select generate_series(1, 10)), 'there is no gap');

-- reply_to
select is(say('ann', :'room', 'reply', gen_random_uuid(), 99), '422 invalid_field', 'a reply to what is not there is refused');
select is(say('ann', :'room', 'reply', gen_random_uuid(), 0), '422 invalid_field', 'or to 0');

-- muted, left, ended, expired
update member set muted_until = now() + interval '1 hour' where key = (member_of('ann', :'room')).key;
select is(say('ann', :'room', 'x'), '403 muted', 'the muted are refused');
update member set muted_until = now() - interval '1 second' where key = (member_of('ann', :'room')).key;
select is(say('ann', :'room', 'x'), '200 11', 'until it has passed');
select call(format('room_leave(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(say('bob', :'room', 'x'), '409 room_ended', 'nothing goes into an ended chat');
select is(say('ann', :'room', 'once', '00000000-0000-4000-8000-000000000001'), '200 7', 'but a repeat is still answered');
update session set expires = now() where token = tok('cy');
select is(say('cy', :'room2', 'x'), '401 unauthorized', 'a session that has run out is none');

-- a group
select group_of('ann', 'bob', 'dot') as room3 \gset
select socket('ann') as ann3, socket('dot') as dot3 \gset
select bag_eq(format('select c from message_append(array[tok(%L)], array[%L], array[gen_random_uuid()], array[%L], array[null]::int[]),
                             unnest(string_to_array(channels, %L)) c', 'bob', :'room3', 'x', ','),
              'select channel from connection where account in (account_of(''ann''), account_of(''bob''), account_of(''dot''))',
              'a group''s lines go to the connections of its members');
select results_eq(format('select status, fresh, channels is not null
                            from message_append(array[tok(%L), tok(%L)], array[%L, %L], array[gen_random_uuid(), gen_random_uuid()],
                                                array[%L, %L], array[null, null]::int[])', 'bob', 'ann', :'room3', :'room3', 'y', 'z'),
                  'values (200, true, true), (200, true, false)', 'channels stand once a room in a batch');
update member set left_at = now() where key = (member_of('bob', :'room3')).key;
select is(say('bob', :'room3', 'x'), '403 not_member', 'who left a group is no member');
select is((select count(*) from roomrecord), 3::bigint, 'groups'' lines are in roomrecord');
select is((select count(*) from chatrecord), 14::bigint, 'private ones in chatrecord');
