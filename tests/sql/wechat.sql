-- WeChat's content checks: what is checked, leases, answers and what follows, what comes of it when it goes meanwhile.
select guest('ann'), guest('bob') \g /dev/null
update account set openid_hash = '\x01', openid_sealed = '\x02' where id = account_of('ann');
select pair('ann', 'bob') as room \gset
select socket('bob') as b \gset

create function t.write(p_name text, p_room text, p_body text, p_check boolean default true) returns text language sql as $$
    select a.status || ' ' || coalesce(a.code, a.seq::text)
      from api.message_append(array[tok(p_name)], array[p_room], array[gen_random_uuid()], array[p_body], array[null]::int[],
                              null, array[null], array[null], p_check) a
$$;
create function t.file(p_name text, p_room text, p_file bytea) returns int language plpgsql as $$
declare
    v_seq int;
begin
    perform run(format('media_append(%L, %L, %L, ''image'', null, %L, %L, null, ''{"width":1,"height":1}'', true)', tok(p_name), p_room,
                       gen_random_uuid(), p_file, p_file));
    return (body() ->> 'seq')::int;
end $$;

-- what is checked
select is(t.write('ann', :'room', 'fine'), '200 1', 'a line is said');
select is(t.write('bob', :'room', 'mine'), '200 2', 'of anybody');
select is(t.write('ann', :'room', 'unasked', false), '200 3', 'asked about or not');
select results_eq('select seq, media from wechat_check', 'values (1, null::text)', 'WeChat is asked about its own, where that is wanted');

-- leases
select id from wechat_check \gset
select results_eq('select openid, kind, body from wechat_take(5, 60)', $$ values ('\x02'::bytea, 'text', 'fine') $$, 'it is asked');
select is((select count(*) from wechat_take(5, 60)), 0::bigint, 'once for the while');
update wechat_check set due = now();
select is((select count(*) from wechat_take(5, 60)), 1::bigint, 'and again after it');
select ok((select due > now() + interval '100 seconds' from wechat_check), 'with more patience');

-- answers about texts
select is(call(format('wechat_settle(%s, ''pass'')', :id)), '204', 'what passes');
select is((select count(*) from report), 0::bigint, 'stays');
select is((select count(*) from wechat_check), 0::bigint, 'and is done');
select t.write('ann', :'room', 'doubtful') \g /dev/null
select call(format('wechat_settle(%s, ''review'')', (select id from wechat_check))) \g /dev/null
select results_eq('select service, note from report', $$ values (true, 'line 4: WeChat says review') $$, 'what is to be reviewed is reported');
select is(frame('recall'), null, 'and stays');
select t.write('ann', :'room', 'bad') \g /dev/null
select id from wechat_check \gset
select call(format('wechat_settle(%s, ''risky'')', :id)) \g /dev/null
select is((frame('recall') ->> 'seq')::int, 5, 'what is risky is taken back');
select ok(frame_channels('recall') like '%' || :'b' || '%', 'before all');
select is((select c.body from message c join room r on r.key = c.room where r.id = :'room' and c.seq = 5), null, 'for good');
select is((select body from evidence where seq = 5), 'bad', 'but for the moderators');
select is(call(format('wechat_settle(%s, ''risky'')', :id)), '204', 'an answer that comes again');
select is(frame('recall'), null, 'does nothing');
select t.write('ann', :'room', 'gone') \g /dev/null
select call(format('message_recall(%L, %L, 6, 120)', tok('ann'), :'room')) \g /dev/null
select results_eq('select kind, body from wechat_take(5, 60)', 'values (''text'', null::text)', 'what is taken back is not shown to WeChat');
select call(format('wechat_settle(%s, ''pass'')', (select id from wechat_check))) \g /dev/null

-- files
select is(t.file('ann', :'room', '\x0a'), 7, 'a picture is said');
select id from wechat_check \gset
select ticket from wechat_take(5, 60) \gset
select is(call(format('wechat_media(%L)', :'ticket')), '200', 'WeChat may fetch it');
select is((select body from acts where kind = 'reply'), '0a image', 'by its ticket');
select is(call('wechat_media(''x'')'), '404 not_found', 'not by another');
select is(call('wechat_push(''t1'', ''risky'')'), '404 not_found', 'an answer that comes too soon is to come again');
select is(call(format('wechat_asked(%s, ''t1'')', :id)), '204', 'now it may come');
update wechat_check set due = now();
select is((select count(*) from wechat_take(5, 60)), 0::bigint, 'it is asked about no more');
select is(call('wechat_push(''t1'', ''risky'')'), '200', 'it comes');
select is((frame('recall') ->> 'seq')::int, 7, 'and the picture goes');
select is((select count(*) from media where seq = 7), 0::bigint, 'for good');
select is((select file from evidence where seq = 7), '\x0a', 'but for the moderators');
select is(call('wechat_push(''t1'', ''risky'')'), '200', 'it comes again');
select is(frame('recall'), null, 'and does nothing');
select is(call(format('wechat_media(%L)', :'ticket')), '404 not_found', 'the ticket is of no use any more');
select t.file('ann', :'room', '\x0b') \g /dev/null
select id from wechat_check where trace is null \gset
select call(format('wechat_asked(%s, ''t2'')', :id)) \g /dev/null
select call(format('message_recall(%L, %L, 8, 120)', tok('ann'), :'room')) \g /dev/null
select count(*) as reports from report \gset
select is(call('wechat_push(''t2'', ''risky'')'), '200', 'an answer about what is gone');
select is((select count(*) from evidence where seq = 8), 0::bigint, 'says nothing');

-- avatars
select call(format('avatar_set(%L, ''\x0c'', ''\x0c'', true)', tok('ann'))) \g /dev/null
select results_eq('select kind from wechat_take(5, 60)', 'values (''avatar'')', 'an avatar is looked at');
select id from wechat_check where trace is null \gset
select call(format('wechat_asked(%s, ''t3'')', :id)) \g /dev/null
select is(call('wechat_push(''t3'', ''risky'')'), '200', 'what is risky');
select is((select count(*) from media where kind = 'avatar'), 0::bigint, 'goes');
select ok((select avatar like '/avatar/%' from user_info where account = account_of('ann')), 'a drawn one is there instead');
select is((select picture from report where note = 'avatar: WeChat says risky'), '\x0c', 'the moderators see it');
select admin_new('mia') \g /dev/null
select is(admin_call('mia', 'reports_file', format('%L, null', (select id from report where note like 'avatar%'))), '200', 'on demand');
select is((select body from acts where kind = 'reply'), '0c image', 'itself');
select is(admin_call('mia', 'reports_file', format('%L, null', (select id from report where note like 'line%' limit 1))), '404 no_message', 'where there is one');
select is(call('wechat_push(''t3'', ''risky'')'), '200', 'again');
select is((select count(*) from report where note like 'avatar%'), 1::bigint, 'it is nothing');
select call(format('avatar_set(%L, ''\x0c'', ''\x0c'', true)', tok('bob'))) \g /dev/null
select is((select count(*) from wechat_check where account = account_of('bob')), 0::bigint, 'of others nothing is looked at');

-- the end
select t.write('ann', :'room', 'slow') \g /dev/null
update wechat_check set at = now() - interval '31 minutes';
select is(wechat_age(), 1, 'half an hour without an answer is the end of it');
select is((select count(*) from wechat_check), 0::bigint, 'of those that have one too');
select t.write('ann', :'room', 'last') \g /dev/null
select is(call(format('login_wechat(''\x77'', ''\x01'', null, ''en'')')), '200', 'a login where nothing is checked');
select is((select openid_sealed from account where id = account_of('ann')), null, 'forgets the openid');
select call(format('login_wechat(''\x78'', ''\x01'', ''\x05'', ''en'')')) \g /dev/null
select is((select openid_sealed from account where id = account_of('ann')), '\x05', 'one where it is keeps it');
select is(wechat_forget(), true, 'and all is forgotten at once');
select is((select openid_sealed from account where id = account_of('ann')), null, 'where checks are off');
select * from account_erase(account_of('ann')) \g /dev/null
select is((select count(*) from wechat_check), 0::bigint, 'nothing of an erased account is asked about');
