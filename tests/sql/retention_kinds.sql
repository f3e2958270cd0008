-- api.retain, kind by kind: each stays its time and goes then. What is held, or not decided yet, stays.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select admin_new('mia') \g /dev/null
\set rules '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}'
create function retain(p_kind text, p_days int default 0) returns text language sql as $$
    select string_agg(target || ' ' || body, ';') from api.retain(p_kind, p_days)
$$;
-- The time from here on.
create function in_(p_shift text) returns text language sql as $$ select set_config('driftline.shift', p_shift, true) $$;
create function reported(p_room text) returns text language plpgsql as $$
begin
    perform call(format('report_add(%L, %L, %L, ''{1}'', ''spam'', ''a note'', %L)', tok('ann'), p_room, (member_of('bob', p_room)).id,
                        '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}'));
    return body() ->> 'id';
end $$;
create function reports() returns text language sql as $$
    select count(*) || ' ' || (select count(*) from evidence) || ' ' || (select count(*) from report_case) from report
$$;

-- evidence
select group_of('ann', 'bob') as grp \gset
select say('bob', :'grp', 'ugly') \g /dev/null
select reported(:'grp') as first \gset
select is(reports(), '1 1 1', 'a report, its evidence, its case');
select in_('900 days') \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'what nobody has decided is kept, however old');
select in_('') \g /dev/null
select run(format('report_resolve(%L, ''warn'', null, ''n'', null, %L)', :'first', :'rules')) \g /dev/null
select in_('179 days') \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'what was decided is kept for its time');
select in_('181 days') \g /dev/null
select admin_call('mia', 'reports_hold', format('%L, true, ''court''', :'first')) \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'longer where it is held');
select is(reports(), '1 1 1', 'all of it');
select in_('900 days') \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'for as long as that is');
select admin_call('mia', 'reports_hold', format('%L, false, ''''', :'first')) \g /dev/null
select is(retain('evidence', 180), '200 1 0', 'then it goes');
select is(reports(), '0 0 0', 'with its evidence and its case');
select is((select row(count(*), count(report))::text from warning), '(1,0)', 'the step that followed has a time of its own');

-- a case of several reports
select in_('') \g /dev/null
select group_of('ann', 'bob') as other \gset
select say('bob', :'other', 'ugly') \g /dev/null
select reported(:'grp') as one \gset
select reported(:'other') as two \gset
select run(format('report_resolve(%L, ''dismiss'', null, '''', null, %L)', :'one', :'rules')) \g /dev/null
select in_('200 days') \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'while one of a case is open all of it stays');
select run(format('report_resolve(%L, ''dismiss'', null, '''', null, %L)', :'two', :'rules')) \g /dev/null
update report set hold = true where id = :'two';
select in_('400 days') \g /dev/null
select is(retain('evidence', 180), '200 0 0', 'and while one is held');
update report set hold = false;
select is(retain('evidence', 180), '200 2 0', 'in the end all of it goes');
insert into report (id, reporter, reason, state, resolved) select 'r' || n, account_of('ann'), 'spam', 'resolved', clock() - interval '181 days' from generate_series(1, 101) n;
select is(retain('evidence', 180), '200 100 1', 'much of it by portions');
select is(retain('evidence', 180), '200 1 0', 'to the end');

-- warnings, with their appeals
delete from warning;
select in_('') \g /dev/null
select run(format('warning_give(%s, ''spam'', null, null, 90)', account_of('bob'))) \g /dev/null
select run(format('account_mute(%s, now() + interval ''1 hour'', ''spam'', null, null, 90)', account_of('bob'))) \g /dev/null
select call(format('warning_appeal(%L, %L, ''why'')', tok('bob'), (select id from warning where kind = 'mute'))) \g /dev/null
select in_('179 days') \g /dev/null
select is(retain('warnings', 90), '200 0 0', 'a step is kept while it counts and for its time');
select in_('181 days') \g /dev/null
select is(retain('warnings', 90), '200 1 0', 'then it goes');
select is((select kind from warning), 'mute', 'but not while an appeal waits for its answer');
select run(format('appeal_answer(%L, ''uphold'', ''no'')', (select id from warning))) \g /dev/null
select is(retain('warnings', 90), '200 1 0', 'with which it goes');
select is((select count(*) from appeal), 0::bigint, 'both of them');
select in_('') \g /dev/null
select run(format('account_ban(%s, ''infinity'', ''spam'', null, null, 90)', account_of('cy'))) \g /dev/null
select in_('9000 days') \g /dev/null
select is(retain('warnings', 90), '200 0 0', 'a ban for good is never over');
select account_unban((select account from warning)) \g /dev/null
select in_('9089 days') \g /dev/null
select is(retain('warnings', 90), '200 0 0', 'one that was lifted is kept for its time');
select in_('9091 days') \g /dev/null
select is(retain('warnings', 90), '200 1 0', 'and goes');
insert into report (id, reason, state, resolved, hold) values ('held', 'spam', 'resolved', now(), true);
insert into warning (id, account, reason, report, expires) values ('h', account_of('ann'), 'spam', 'held', now());
select is(retain('warnings', 90), '200 0 0', 'what a held report led to stays with it');

-- what stands at an account
select in_('') \g /dev/null
select account_of('bob') as bob \gset
update account set banned_until = now() + interval '1 day', ban_reason = 'spam', muted_until = now() + interval '1 hour', held_until = now() + interval '2 hours'
 where id = :bob;
insert into barred (token, account) values ('b', :bob);
select is(retain('bans'), '200 0 0', 'a ban that lasts');
select in_('90 minutes') \g /dev/null
select is(retain('bans'), '200 1 0', 'a mute that is over goes');
select is((select row(banned_until is null, ban_reason, muted_until is null, held_until is null)::text from account where id = :bob), '(f,spam,t,f)', 'alone');
select in_('25 hours') \g /dev/null
select is(retain('bans'), '200 1 0', 'a ban that is over, too');
select is((select row(banned_until, ban_reason, muted_until, held_until)::text from account where id = :bob), '(,,,)', 'with its reason');
select is((select count(*) from barred), 0::bigint, 'and the tokens that it ended');
select is(retain('bans'), '200 0 0', 'that is all');
update account set banned_until = 'infinity', ban_reason = 'x' where id = :bob;
select is(retain('bans'), '200 0 0', 'a ban for good stays');

-- the audit log
select in_('') \g /dev/null
insert into audit (admin, command, at) select id, 'old', now() - d * interval '1 day' from admin, unnest(array[364, 366, 1826]) d;
select is(retain('audit', 1825), '200 1 0', 'the audit log goes by its time');
select is((select array_agg(now()::date - at::date order by at) from audit where command = 'old'), array[366, 364], 'what is younger stays');
select throws_ok($$ select * from api.retain('audit', 300) $$, '42501', 'the audit log is append-only', 'none goes within a year, whatever is asked for');

-- what runs out by itself
insert into session (token, account, expires) select tok('s' || n), account_of('ann'), now() + n * interval '1 hour' from unnest(array[1, 3]) n;
insert into ticket (ticket, token, expires) select tok('t' || n), tok('ann'), now() + n * interval '1 hour' from unnest(array[1, 3]) n;
insert into pow_used (challenge, expires) select tok('p' || n), now() + n * interval '1 hour' from unnest(array[1, 3]) n;
delete from admin_token;
insert into admin_token (token, admin, expires) select tok('a' || n), id, now() + n * interval '1 hour' from admin, unnest(array[1, 3]) n;
insert into share (code, room, member, created, expires)
select 'c' || n, (member_of('ann', :'grp')).room, (member_of('ann', :'grp')).key, now(), now() + n * interval '1 hour' from unnest(array[1, 3]) n;
insert into upload (account, day, files, bytes) select account_of('ann'), (now() at time zone 'UTC')::date - n, 1, 1 from unnest(array[0, 2, 3]) n;
insert into wait_notice (account, session, openid, expires) select account_of('ann'), tok('ann'), '\x01'::bytea, now() + interval '1 hour'
 union all select account_of('bob'), tok('bob'), '\x01', now() + interval '3 hours';
delete from wait;
insert into wait (account, target, lease, room, matched_at)
values (account_of('ann'), 'private', now() + interval '1 hour', null, null), (account_of('bob'), 'private', now() + interval '2 hours', null, null),
       ((select id from account where id <> all (array[account_of('ann'), account_of('bob')]) limit 1), 'private', now(), (member_of('ann', :'grp')).room, now());
select in_('2 hours 1 minute') \g /dev/null
select is((select string_agg(k || ' ' || retain(k), ', ' order by n) from unnest(array['sessions', 'tickets', 'challenges', 'tokens', 'shares', 'uploads', 'waits', 'notices'])
           with ordinality u(k, n)),
          'sessions 200 1 0, tickets 200 1 0, challenges 200 1 0, tokens 200 1 0, shares 200 1 0, uploads 200 2 0, waits 200 1 0, notices 200 1 0',
          'what has run out goes, each of its kind');
select is((select account from wait where room is null), account_of('bob'), 'a lease stays for an hour');
select in_('25 hours') \g /dev/null
select is(retain('waits'), '200 2 0', 'a match that nobody asks for, for a day');
select in_('') \g /dev/null
select is((select string_agg(convert_from(token, 'UTF8'), ' ' order by token) from session where token like 's%'), 's3', 'what has not, stays');
insert into pow_used (challenge, expires) select int4send(n), now() - interval '1 second' from generate_series(1, 1001) n;
select is(retain('challenges'), '200 1000 1', 'in portions');
select is(retain('challenges'), '200 1 0', 'to the end');

-- lines that wait for a moderator
insert into held (id, room, member, client_id, body, at, refused_at)
select x.id, (member_of('ann', :'grp')).room, (member_of('ann', :'grp')).key, gen_random_uuid(), x.body, now(), x.refused
  from (values ('waits', 'b', null), ('refused', null, now())) x(id, body, refused);
select in_('6 days') \g /dev/null
select is(retain('held', 90), '200 0 0', 'a line that was refused is told of for a week');
select in_('8 days') \g /dev/null
select is(retain('held', 90), '200 1 0', 'then it goes');
select in_('89 days') \g /dev/null
select is(retain('held', 90), '200 0 0', 'one that waits stays as long as others');
select in_('91 days') \g /dev/null
select is(retain('held'), '200 0 0', 'for ever, where they do');
select is(retain('held', 90), '200 1 0', 'and else goes as they do');

-- pictures and voice
select in_('') \g /dev/null
select pair('ann', 'cy2') from guest('cy2') \g /dev/null
select pair('ann', 'cy2') as pics \gset
select call(format('media_append(%L, %L, %L, ''image'', null, %L, %L, %L, ''{"width":8,"height":6}'')', tok('ann'), :'pics', gen_random_uuid(),
                   sha256('sent'), sha256('file'), sha256('small'))) \g /dev/null
update message set at = at - interval '91 days' where kind = 'image';
update room set aged_at = aged_at - interval '91 days' where id = :'pics';
select is((select count(*) from api.files_doom(array[sha256('file'), sha256('small')])), 0::bigint, 'a picture stays with its line');
select is(retain('messages', 90), '200 1 0', 'the line goes');
select is((select count(*) from media), 0::bigint, 'its use with it');
select is((select count(*) from api.files_doom(array[sha256('file'), sha256('small')])), 2::bigint, 'and its files');
