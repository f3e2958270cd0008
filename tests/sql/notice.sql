-- Being told by WeChat that a stranger waits: who is told, when, once; and what ends an asking.
select guest(n) from unnest(array['ann', 'bob', 'cy', 'dot', 'eve']) n \g /dev/null

create function ask(p_name text, p_openid bytea default '\x01') returns text language sql as $$
    select call(format('notice_set(%L, %L)', tok(p_name), p_openid))
$$;
create function asked() returns text language sql stable as $$
    select string_agg(convert_from(session, 'utf8'), ' ' order by session) from wait_notice
$$;
-- One of these waits alone, since a while.
create function alone(p_name text, p_seconds int default 30) returns void language plpgsql as $$
begin
    delete from wait;
    update wait_notice_pace set at = '-infinity';
    perform wait_for(p_name);
    update wait set since = now() - make_interval(secs => p_seconds);
end $$;
create function told() returns text language sql as $$ select string_agg(openid::text || ' ' || locale, ',') from api.notice_take(5, 60) $$;

-- asking
select is(call('notice_set(''nobody'', ''\x01'')'), '401 unauthorized', 'only with a session');
select is(call('notice_check(''nobody'')'), '401 unauthorized', 'which is known before WeChat is asked');
select is(call('notice_get(''nobody'')'), '401 unauthorized', 'so is reading it');
select is(call('notice_unset(''nobody'')'), '401 unauthorized', 'and taking it back');
select call(format('notice_get(%L)', tok('ann'))) \g /dev/null
select is(body() ->> 'until', null, 'at first nobody has asked');
select is(ask('ann'), '200', 'one can ask');
select cmp_ok((body() ->> 'until')::timestamptz, '>', now() + interval '23 hours', 'for a day');
select is(ask('ann', '\x02'), '200', 'and again');
select results_eq('select openid from wait_notice', $$ values ('\x02'::bytea) $$, 'which is one asking still');
select is(call(format('notice_unset(%L)', tok('ann'))), '204', 'it can be taken back');
select is(asked(), null, 'then nothing of it is left');
update account set held_until = now() + interval '1 hour' where id = account_of('ann');
select is(ask('ann'), '403 matching_paused', 'who is not matched is not called');
select is(call(format('notice_check(%L)', tok('ann'))), '403 matching_paused', 'which is known too');
update account set held_until = null;
select is(call(format('notice_check(%L)', tok('ann'))), '204', 'who may ask');

-- telling
select is(told(), null, 'nobody asked, nobody waits');
select ask('ann', '\x0a') \g /dev/null
select is(told(), null, 'nobody waits');
select alone('bob', 4) \g /dev/null
select is(told(), null, 'who came just now is given a moment');
select alone('bob') \g /dev/null
select is(told(), '\x0a en', 'who asked is told that somebody waits');
select is(asked(), null, 'and forgotten with that');
select is(told(), null, 'it is told once');
select ask('ann') \g /dev/null
select is(told(), null, 'and nobody else within the minute');
update wait_notice_pace set at = now() - interval '61 seconds';
select isnt(told(), null, 'but after it');
select alone('bob') \g /dev/null
update wait set lease = now() - interval '1 second';
select ask('ann') \g /dev/null
select is(told(), null, 'a wait that has run out calls nobody');
select alone('bob') \g /dev/null
insert into wait (account, target, since, lease) values (account_of('cy'), 'private', now() - interval '20 seconds', now() + interval '15 seconds');
select is(told(), null, 'nor two that wait: they have each other');
select alone('bob') \g /dev/null
select ask('bob', '\x0b') \g /dev/null
delete from wait_notice where session = tok('ann');
select is(told(), null, 'who waits is not told of itself');

-- whom
delete from wait_notice;
select ask('ann', '\x0a'), ask('cy', '\x0c'), ask('dot', '\x0d') \g /dev/null
update wait_notice set at = now() - case session when tok('cy') then interval '2 hours' else interval '1 hour' end;
select alone('bob') \g /dev/null
select is(told(), '\x0c en', 'the first that asked is the first to be told');
select pair('ann', 'bob') as room \gset
select ask('ann', '\x0a') \g /dev/null
update wait_notice set at = now() - interval '3 hours' where session = tok('ann');
select call(format('block_add(%L, %L, %L)', tok('ann'), :'room', (member_of('bob', :'room')).id)) \g /dev/null
select alone('bob') \g /dev/null
select is(told(), '\x0d en', 'one who blocked the one that waits is passed over');
select is(told(), null, 'for good');
select alone('ann') \g /dev/null
select ask('bob') \g /dev/null
select is(told(), null, 'either way');
delete from wait_notice;
select alone('bob') \g /dev/null
select ask('cy') \g /dev/null
update account set held_until = now() + interval '1 hour' where id = account_of('cy');
select is(told(), null, 'one whose matching is paused is not called');
update account set held_until = now() - interval '1 hour' where id = account_of('cy');
select isnt(told(), null, 'until that is over');

-- what ends it
delete from wait;
delete from wait_notice;
select ask(n) from unnest(array['ann', 'bob', 'cy', 'dot', 'eve']) n \g /dev/null
select wait_for('ann') \g /dev/null
select is(asked(), 'bob cy dot eve', 'looking for somebody again');
select ask('ann') \g /dev/null
select wait_for('bob') \g /dev/null
select is((select count(*) from wait where room is not null), 0::bigint, 'ann and bob have blocked each other');
select wait_for('cy') \g /dev/null
select is((select count(*) from wait where room is not null), 2::bigint, 'cy is matched');
select is(position('cy' in asked()), 0, 'finding somebody');
select is((select count(*) from wait_notice n join wait w using (account) where w.room is not null), 0::bigint, 'for both');
delete from wait_notice;
select ask('cy'), ask('dot'), ask('eve') \g /dev/null
select call(format('match_start(%L, ''room'', ''{}'', 15, 15)', tok('cy'))) \g /dev/null
select is(asked(), 'dot eve', 'going into a room');
select account_of('dot') as dot, account_of('eve') as eve \gset
select call(format('logout(%L, false)', tok('dot'))) \g /dev/null
select is(asked(), 'eve', 'logging out');
select ask('bob') \g /dev/null
select run(format('account_ban(%s, ''infinity'', ''spam'')', account_of('bob'))) \g /dev/null
select is(asked(), 'eve', 'being banned');
select run(format('account_erase(%s)', :eve)) \g /dev/null
select is(asked(), null, 'being erased');
select ask('ann') \g /dev/null
select is((select json ->> 'until' from account_export(tok('ann'), 'notices', '', 10)), (select rfc3339(expires) from wait_notice), 'an export has it');
select alone('cy') \g /dev/null
select is((select count(*) from wait where lease > now()), 1::bigint, 'somebody waits');
select set_config('driftline.shift', '24 hours 1 second', true) \g /dev/null
select is(told(), null, 'after a day nobody is told');
select call('retain(''notices'', 0)') \g /dev/null
select is(asked(), null, 'and nothing is left of it');
