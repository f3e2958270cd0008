-- Warnings, mutes, the ladder, appeals.
select guest('ann'), guest('bob') \g /dev/null
select account_of('ann') as ann \gset
\set ladder 'warn mute:1h ban:1d ban:7d ban'
\set rules '{"ladder":"warn mute:1h ban:1d ban:7d ban","warning_days":90,"step":"match:1h","step_weight":150,"new_days":3,"hourly":30}'
create function next_step(p_account bigint, p_ladder text) returns text language sql stable as $$
    select n || ' ' || kind || ' ' || lasts from ladder_next(p_account, p_ladder)
$$;
create function warnings(p_name text) returns jsonb language plpgsql as $$
begin
    perform call(format('warnings(%L, null, 50)', tok(p_name)));
    return body() -> 'items';
end $$;

select results_eq(format('select * from ladder_steps(%L)', :'ladder'),
    $$ values (1, 'warn', 0::float8), (2, 'mute', 3600), (3, 'ban', 86400), (4, 'ban', 604800), (5, 'ban', 'infinity') $$, 'a ladder''s steps');
select is(next_step(:ann, :'ladder'), '1 warn 0', 'it begins at its foot');
select socket('ann') as a \gset
select is(run(format('warning_give(%s, ''spam'')', :ann)), 'none', 'a warning');
select is(frame_channels('warning'), :'a', 'is told to whom it is about');
select is((frame('warning') -> 'warning') - array['id', 'at', 'expires'],
          '{"kind":"warn","reason":"spam","until":null,"seen":false,"lifted":false,"over":false,"appeal":null}', 'and says why');
select is(frame('warning') -> 'warning' ->> 'expires', rfc3339(now() + interval '90 days'), 'it counts for 90 days');
select id as w1 from warning \gset
select call(format('me(%L)', tok('ann'))) \g /dev/null
select is(body() ->> 'warnings', '1', 'it is yet to be seen');
select is(next_step(:ann, :'ladder'), '2 mute 3600', 'the next step is a mute');
select is(call(format('warning_seen(%L, %L)', tok('bob'), :'w1')), '404 no_warning', 'another one''s is none');
select is(call(format('warning_seen(%L, %L)', tok('ann'), :'w1')), '204', 'it is seen');
select is(frame('warning') -> 'warning' ->> 'seen', 'true', 'which one''s other sockets hear');
select is(call(format('warning_seen(%L, %L)', tok('ann'), :'w1')), '204', 'again');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'without a word');
select call(format('me(%L)', tok('ann'))) \g /dev/null
select is(body() ->> 'warnings', '0', 'then none is left to be seen');
set local driftline.shift = '91 days';
select is(next_step(:ann, :'ladder'), '1 warn 0', 'in 91 days it is forgotten');
select is(warnings('ann') -> 0 ->> 'over', 'true', 'as its owner sees');
set local driftline.shift = '';

-- a mute
select group_of('ann', 'bob') as grp \gset
select wait_for('ann') \g /dev/null
select is(run(format('account_step(%s, ''next'', null, ''spam'', null, null, %L)', :ann, :'rules')), 'none', 'the next step is taken');
select is(frame('warning') -> 'warning' ->> 'until', rfc3339(now() + interval '1 hour'), 'a mute of an hour');
select is((select count(*) from wait), 0::bigint, 'a wait is given up');
select is(say('ann', :'grp', 'x'), '403 muted', 'no room takes a line');
select is((select until || everywhere from message_append(array[tok('ann')], array[:'grp'], array[gen_random_uuid()], array['x'], array[null]::int[])),
          rfc3339(now() + interval '1 hour') || true, 'it says until when');
select is(call(format('match_start(%L, ''private'', ''{}'', 15, 15)', tok('ann'))), '403 muted', 'nobody is matched with somebody who cannot answer');
select is((select body::jsonb from acts), jsonb_build_object('until', rfc3339(now() + interval '1 hour'), 'everywhere', true), 'it says until when, too');
select is(call(format('match_start(%L, ''room'', ''{}'', 15, 15)', tok('ann'))), '403 muted', 'nor sent into a room');
select is(call(format('room_create(%L, ''t'', '''', ''{}'', 50, true, ''always'', false)', tok('ann'))), '403 muted', 'no room is opened');
select is(call(format('room_update(%L, %L, ''t'', null, null, null, null, null)', tok('ann'), :'grp')), '403 muted', 'or changed');
select is(call(format('room(%L, %L)', tok('ann'), :'grp')), '200', 'reading goes on');
select session_new(:ann, tok('ann2')) \g /dev/null
select is(say('ann2', :'grp', 'x'), '403 muted', 'a new session is muted too');
update session set muted_until = now() - interval '1 second' where account = :ann;
select is(say('ann', :'grp', 'x'), '200 1', 'until it is over');
set local driftline.shift = '61 minutes';
select is(call(format('match_start(%L, ''private'', ''{}'', 15, 15)', tok('ann'))), '200', 'everywhere');
set local driftline.shift = '';
select is(next_step(:ann, :'ladder'), '3 ban 86400', 'the next step is a ban');
update member set muted_until = now() + interval '5 minutes' where key = (member_of('ann', :'grp')).key;
select is((select status || ' ' || until || everywhere from message_append(array[tok('ann')], array[:'grp'], array[gen_random_uuid()], array['x'], array[null]::int[])),
          '403 ' || rfc3339(now() + interval '5 minutes') || false, 'a room''s own mute says so');
update member set muted_until = null;

-- appeals
select id as w2 from warning where kind = 'mute' \gset
select is(run(format('appeal_answer(%L, ''lift'', '''')', :'w2')), '404 no_appeal', 'no appeal, no answer');
select is(call(format('warning_appeal(%L, %L, ''not me'')', tok('bob'), :'w2')), '404 no_warning', 'another one''s is none');
select is(call(format('warning_appeal(%L, %L, ''not me'')', tok('ann'), :'w2')), '200', 'an appeal');
select is(body() -> 'appeal', jsonb_build_object('text', 'not me', 'at', rfc3339(now()), 'decision', null, 'answer', null, 'decided', null), 'is yet to be answered');
select is(call(format('warning_appeal(%L, %L, ''really'')', tok('ann'), :'w2')), '409 appealed', 'there is one for each step');
select mute_set(:ann, now() + interval '1 hour') \g /dev/null
select is(run(format('appeal_answer(%L, ''lift'', ''you are right'')', :'w2')), 'none', 'it is answered');
select is(frame('warning') -> 'warning' -> 'appeal' ->> 'answer', 'you are right', 'its maker hears of it');
select is((frame('warning') -> 'warning' ->> 'lifted') || (frame('warning') -> 'warning' ->> 'over'), 'truetrue', 'the step is lifted');
select is(say('ann', :'grp', 'x'), '200 2', 'and what it did has ended');
select is(next_step(:ann, :'ladder'), '2 mute 3600', 'it does not count');
select is(run(format('appeal_answer(%L, ''uphold'', '''')', :'w2')), '409 appeal_answered', 'one answer');
select is(call(format('warning_appeal(%L, %L, ''x'')', tok('ann'), :'w2')), '409 warning_over', 'what is lifted needs no appeal');
set local driftline.shift = '91 days';
select is(call(format('warning_appeal(%L, %L, ''x'')', tok('ann'), :'w1')), '409 warning_over', 'nor what is over');
set local driftline.shift = '';
select call(format('warning_appeal(%L, %L, ''x'')', tok('ann'), :'w1')) \g /dev/null
select is(run(format('appeal_answer(%L, ''uphold'', ''no'')', :'w1')), 'none', 'another one is upheld');
select is(next_step(:ann, :'ladder'), '2 mute 3600', 'and counts');

-- two mutes: one lifted, the other goes on
select run(format('account_mute(%s, now() + interval ''1 hour'', ''spam'')', :ann)) \g /dev/null
select frame('warning') -> 'warning' ->> 'id' as m1 \gset
select run(format('account_mute(%s, now() + interval ''2 hours'', ''spam'')', :ann)) \g /dev/null
select frame('warning') -> 'warning' ->> 'id' as m2 \gset
select call(format('warning_appeal(%L, %L, ''x'')', tok('ann'), :'m2')), run(format('appeal_answer(%L, ''lift'', '''')', :'m2')) \g /dev/null
select is((select muted_until from session where token = tok('ann')), now() + interval '1 hour', 'the longer one is lifted, the shorter goes on');
select account_unmute(:ann) \g /dev/null
select is(say('ann', :'grp', 'x'), '200 3', 'all of them end');

-- a ban that is appealed against
select run(format('account_ban(%s, ''infinity'', ''spam'')', :ann)) \g /dev/null
select code from warning where kind = 'ban' \gset
select is(call('appeal_by_code(''wrong'', ''x'')'), '404 no_warning', 'a wrong code is none');
select is(call(format('appeal_by_code(%L, ''please'')', :'code')), '200', 'the code from the login appeals');
select is(call(format('appeal_by_code(%L, ''please'')', :'code')), '404 no_warning', 'once');
select ban_json(a) -> 'appeal' ->> 'text' as text from account a where a.id = :ann \gset
select is(:'text'::text, 'please', 'a login says that it is under way');
select is((select ban_json(a) ? 'appeal_code' from account a where a.id = :ann), false, 'and gives no code');
select is(run(format('appeal_answer(%L, ''lift'', ''welcome back'')', id)), 'none', 'it is lifted') from warning where kind = 'ban';
select is((select banned_until from account where id = :ann), null, 'so is the ban');

-- the ladder to its end
select guest('max') \g /dev/null
select account_of('max') as max \gset
select string_agg(next_step(:max, :'ladder') || run(format('account_step(%s, ''next'', null, ''x'', null, null, %L)', :max, :'rules')), ',' order by n) as went from generate_series(1, 6) n \gset
select is((select string_agg(kind, ' ' order by array_position(array['warn', 'mute', 'ban'], kind)) from warning where account = :max), 'warn mute ban ban ban ban', 'step by step');
select is((select count(*) from warning where account = :max and until = 'infinity'), 1::bigint, 'a ban stands at its end, the same one again takes its place');
select guest('kim') \g /dev/null
select account_of('kim') as kim \gset
select run(format('account_step(%s, ''ban'', 7, ''x'', null, null, %L)', :kim, :'rules')) \g /dev/null
select is(next_step(:kim, :'ladder'), '5 ban Infinity', 'what somebody had at once it need not have again');
select is(next_step(:kim, 'warn mute:1h'), '2 mute 3600', 'a ladder without bans ends where it ends');
select is((select until from warning where account = :kim), now() + interval '7 days', 'a ban for days');
select run(format('account_step(%s, ''mute'', null, ''x'', null, null, %L)', :kim, :'rules')) \g /dev/null
select is((select until from warning where account = :kim and kind = 'mute'), now() + interval '1 hour', 'a mute without days is the ladder''s first');

-- the list
select is(call(format('warnings(%L, ''nowhere'', 50)', tok('bob'))), '422 invalid_field cursor', 'a cursor is one of one''s own');
select is(warnings('bob'), '[]', 'who had none has none');
