-- Matching: who is a partner, by tags, time and past; one match for one wait; leases.
select guest(n) from unnest(array['ann', 'bob', 'cy', 'dot', 'eve', 'fay']) n \g /dev/null

select is(call(format('match_get(%L, 15, 15)', tok('ann'))), '200', 'the state can be asked for');
select is(body() ->> 'state', 'idle', 'without a wait it is idle');
select is(wait_for('ann'), 'waiting', 'the first one waits');
select is(body() -> 'estimate', '{"p50": null, "p90": null, "n": 0}', 'with an estimate that says when it knows nothing');
select is(wait_for('ann'), 'waiting', 'never matched with oneself');
select socket('ann') as a \gset
select is(wait_for('bob'), 'matched', 'the second one is matched');
select is(frame_channels('matched'), :'a', 'and the first one hears of it');
select is(frame('matched') ->> 'room', body() -> 'room' ->> 'id', 'of the same room');
select is(frame('matched') -> 'detail' -> 'me' ->> 'member', body() -> 'room' -> 'peer' ->> 'member', 'as its other side');
select is((select count(*) from acts where kind = 'frame'), 2::bigint, 'and so do the sockets of the second');
select isnt(body() -> 'room' -> 'me' ->> 'alias', body() -> 'room' -> 'peer' ->> 'alias', 'under another mask');
select is((select row(kind, capacity, members)::text from room where id = body() -> 'room' ->> 'id'), '(private,2,2)',
          'the room is one of two');
select is(call(format('match_get(%L, 15, 15)', tok('ann'))), '200', 'the first one may also ask');
select is(body() ->> 'state', 'matched', 'and is matched too');
select is((select count(*) from match_log), 1::bigint, 'one match is logged');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'nobody is told twice');

-- one match for one wait
select is(wait_for('cy'), 'waiting', 'a matched wait is nobody''s partner');
select is(call(format('match_stop(%L)', tok('cy'))), '204', 'a wait can be ended');
select is(call(format('match_stop(%L)', tok('cy'))), '204', 'twice');
select is((select count(*) from wait where account = account_of('cy')), 0::bigint, 'then it is gone');

-- one's own other sockets
select socket('cy') as c \gset
select is(wait_for('cy', array['sea']), 'waiting', 'a wait with a socket open');
select is(frame_channels('match'), :'c', 'its own sockets hear of it');
select is(frame('match') -> 'match', body(), 'as the answer tells it');
select call(format('match_get(%L, 15, 15)', tok('cy'))) \g /dev/null
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'not of each renewal');
select call(format('match_stop(%L)', tok('cy'))) \g /dev/null
select is(frame('match') -> 'match' ->> 'state', 'idle', 'and hear when it is given up');
select call(format('match_stop(%L)', tok('cy'))) \g /dev/null
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'once');

-- asking again
delete from wait;
select wait_for('ann'), wait_for('dot') \g /dev/null
select is((select seen from wait where account = account_of('ann')), false, 'ann has not heard of the match');
select is(wait_for('ann'), 'matched', 'so starting again answers it instead of losing it');
select is(wait_for('ann'), 'waiting', 'heard of, it is replaced by a new wait');

-- the same two
delete from wait;
select is(wait_for('bob') || wait_for('ann'), 'waitingmatched', 'the same two again, when nobody else waits');
delete from wait;
delete from match_log where greatest(low, high) > account_of('dot');
select wait_for('bob') \g /dev/null
select wait_for('cy', array['none'], 3600) \g /dev/null
update wait set tags = '{other}', since = now() where account = account_of('cy');
select is(wait_for('ann'), 'waiting', 'not within 24 hours while others wait, even when those do not fit');
update match_log set at = now() - interval '25 hours';
select is(wait_for('ann'), 'matched', 'after 24 hours they may');

-- leases
delete from wait;
select wait_for('eve') \g /dev/null
update wait set lease = now() - interval '1 second';
select is(wait_for('fay'), 'waiting', 'who has gone is not handed out');
select is(call(format('match_get(%L, 15, 15)', tok('eve'))), '200', 'a wait that has run out');
select is(body() ->> 'state', 'idle', 'is no wait');
update wait set lease = now() + interval '1 second' where account = account_of('fay');
select call(format('match_get(%L, 15, 15)', tok('fay'))) \g /dev/null
select is((select lease - now() from wait where account = account_of('fay')), interval '15 seconds', 'asking renews the lease');

-- tags
delete from wait; delete from match_log;
select wait_for('ann', array['music']) \g /dev/null
select is(wait_for('bob', array['film']), 'waiting', 'no tag in common');
select is(wait_for('cy', array['film', 'music', 'art']), 'matched', 'a tag in common');
select is(jsonb_array_length(body() -> 'room' -> 'tags'), 1, 'the shared tags are the room''s');

delete from wait; delete from match_log;
select wait_for('ann', array['music']), wait_for('bob') \g /dev/null
select is((select count(*) from wait where room is not null), 0::bigint, 'who gave tags is not handed to who gave none');
update wait set since = now() - interval '16 seconds' where account = account_of('ann');
select call(format('match_get(%L, 15, 15)', tok('bob'))) \g /dev/null
select is(body() ->> 'state', 'matched', 'until the wait has grown');

delete from wait; delete from match_log;
select wait_for('ann', array['common', 'x1']), wait_for('bob', array['common', 'rare']) \g /dev/null
update wait set room = null, matched_at = null;
delete from match_log; delete from member; delete from room;
insert into wait (account, target, tags, lease)
select account_of(n), 'private', array['common'], now() + interval '15 seconds' from unnest(array['cy', 'dot', 'eve']) n;
update wait set room = null, matched_at = null, since = now();
select is((select match_partner(row(account_of('fay'), 'private', array['common', 'rare'], now(), now(), null, null, false)::wait, 15)),
          account_of('bob'), 'a rarer tag weighs more');

-- blocks
delete from wait; delete from match_log;
select wait_for('ann') \g /dev/null
insert into block (account, other) values (account_of('ann'), account_of('bob'));
select is(wait_for('bob'), 'waiting', 'not with one who has blocked me');
delete from wait;
select wait_for('bob') \g /dev/null
select is(wait_for('ann'), 'waiting', 'nor with one I have blocked');
select is(wait_for('cy'), 'matched', 'others are free');

-- rooms that have ended
delete from wait; delete from block; delete from match_log;
select pair('ann', 'bob') as room \gset
select call(format('room_leave(%L, %L)', tok('ann'), :'room')) \g /dev/null
select call(format('match_get(%L, 15, 15)', tok('bob'))) \g /dev/null
select is(body() ->> 'state', 'idle', 'a match that has ended is no match');

-- the estimate
delete from match_log;
insert into match_log (low, high, waited) select 1, 2, w from generate_series(1, 10) w;
select is(match_estimate()::jsonb, '{"p50": 5.5, "p90": 9.1, "n": 10}', 'the estimate is of the past day');
update match_log set at = now() - interval '2 days';
select is(match_estimate()::jsonb ->> 'n', '0', 'and of nothing older');

select is(call('match_start(''nobody'', ''private'', ''{}'', 15, 15)'), '401 unauthorized', 'only with a session');
