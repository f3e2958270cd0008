-- account_ban, account_unban, account_depart, api.departures: all ends at once but what groups see, which comes later.
select guest('ann'), guest('bob'), guest('cy'), guest('dot'), guest('eve') \g /dev/null
select register.* from api.register(tok('nell'), 'nell', 'v2', 'salt', 'hash', '16:8:1', null, 'en') register \g /dev/null
select account_of('nell') as nell, account_of('bob') as bob \gset
create function login(p_token text) returns text language sql as $$
    select call(format('login(%L, %s, ''hash'')', tok(p_token), (select account from login_find('nell'))))
$$;
create function room_of(p_name text, p_room text) returns jsonb language plpgsql as $$
begin
    perform call(format('room(%L, %L)', tok(p_name), p_room));
    return body();
end $$;
create function departures() returns text language sql as $$ select call('departures()') $$;

select pair('nell', 'ann') as old \gset
delete from match_log;
select pair('ann', 'nell') as new \gset
delete from match_log;
select pair('nell', 'cy') as other \gset
select group_of('nell', 'bob', 'cy') as own \gset
select group_of('bob', 'cy', 'nell') as grp \gset
select group_of('bob', 'nell') as ended \gset
select say('ann', :'old', 'hello'), say('ann', :'new', 'hello'), say('bob', :'own', 'hello'), say('bob', :'grp', 'hello') \g /dev/null
update room set ended_at = now() where id = :'ended';
update room set last_at = last_at + interval '1 second' where id = :'new';
select socket('nell') as n1 \gset
select socket('nell') as n2 \gset
select socket('ann') as a, socket('bob') as b, socket('cy') as c \gset
delete from wait;
select wait_for('nell') \g /dev/null

select is(run('account_ban(-1, now(), ''spam'')'), '404 no_account', 'nobody is banned who is not there');
select is(run(format('account_ban(%s, now() + interval ''1 day'', ''spam'')', :nell)), 'none', 'a ban');
select is((select string_agg(target, ',' order by target) from acts where kind = 'bye'),
          (select string_agg(x, ',' order by x) from unnest(array[:'n1', :'n2']) x), 'cuts all sockets');
select is((select distinct body::jsonb -> 'ban' ->> 'reason' from acts where kind = 'bye'), 'spam', 'which are told why');
select is((select distinct body::jsonb -> 'ban' ->> 'until' from acts where kind = 'bye'), rfc3339(now() + interval '1 day'), 'and until when');
select is((select count(*) from session where account = :nell), 0::bigint, 'no session is left');
select is((select count(*) from connection where account = :nell), 0::bigint, 'no socket');
select is((select count(*) from wait where account = :nell), 0::bigint, 'and no wait');
select is(call(format('me(%L)', tok('nell'))), '401 unauthorized', 'the next request is refused');
select is(say('nell', :'grp', 'x'), '401 unauthorized', 'and so is a line');

-- private chats
select is(room_of('cy', :'other') -> 'ended' ->> 'by', 'peer', 'a private partner sees it leave');
select is(room_of('ann', :'new') -> 'ended' ->> 'reason', 'left', 'at once');
select is(room_of('ann', :'old') -> 'ended', 'null', 'in one of several chats with the same partner');
select is((select count(*) from departure d join room r on r.key = d.room where r.id = :'old' and d.member is null), 1::bigint, 'the other ends later');
select is(say('ann', :'old', 'still there?'), '200 2', 'until then it goes on');

-- groups
select is(room_of('bob', :'grp') ->> 'members', '3', 'in groups it is there still');
select is(room_of('bob', :'own') -> 'me' ->> 'role', 'member', 'and owns what it owned');
select is((select array_agg(r.id order by r.key) from departure d join room r on r.key = d.room where d.member is not null), array[:'own', :'grp'], 'those it was in see it go later');
select is((select bool_and(at between now() + interval '1 minute' and now() + interval '10 minutes') from departure), true, 'in one to ten minutes');
select is((select count(distinct at) from departure), 3::bigint, 'each at a time of its own');
select is((select to_seq from stay s join member m on m.key = s.member where m.account = :nell and m.room = (select key from room where id = :'grp')), 1, 'what it could read ends now');
select say('bob', :'grp', 'after') \g /dev/null
select is(departures(), 'none', 'nothing is due');
select is((select count(*) from acts), 0::bigint, 'so nothing happens');
set local driftline.shift = '11 minutes';
select is(departures(), 'none', 'when it is');
select is((select jsonb_agg(distinct body::jsonb ->> 'reason') from acts where body::jsonb ->> 'event' = 'left'), '["left"]', 'it looks like leaving');
select is((select body::jsonb ->> 'members' from acts where body::jsonb ->> 'room' = :'grp'), '2', 'a seat is free');
select is((select bool_and(target !~ :'n1') from acts), true, 'it hears of nothing itself');
select is(room_of('bob', :'own') -> 'me' ->> 'role', 'owner', 'what it owned is the next one''s');
select is(room_of('ann', :'old') -> 'ended' ->> 'by', 'peer', 'the other private chat has ended');
select is((select count(*) from departure), 0::bigint, 'all of it is done');
select is((select to_seq from stay s join member m on m.key = s.member where m.account = :nell and m.room = (select key from room where id = :'grp')), 1, 'what was said meanwhile is not its own');

-- logging in
select is(login('nell2'), '202 blacklisted', 'a login is told');
select body::jsonb ->> 'appeal_code' as code from acts \gset
select is((select body::jsonb - 'appeal_code' from acts), jsonb_build_object('until', rfc3339(now() + interval '1 day'), 'reason', 'spam'), 'until when and why');
select matches(:'code'::text, '^[A-Za-z0-9_-]{22}$', 'with a code to appeal by');
select is((select count(*) from session where account = :nell), 0::bigint, 'and gets no session');
set local driftline.shift = '25 hours';
select is(login('nell2'), '200', 'when the ban is over it may come in');
select is(room_of('nell2', :'grp') -> 'me' -> 'left' ->> 'reason', 'left', 'has left its groups');
select is(call(format('room_join(%L, %L, false)', tok('nell2'), :'grp')), '403 invite_only', 'and enters them like others');
set local driftline.shift = '';

-- for good, and lifted before groups have seen it
update session set token = tok('nell') where token = tok('nell2');
select group_of('cy', 'nell', 'bob') as again \gset
select say('cy', :'again', 'one') \g /dev/null
select is(run(format('account_ban(%s, ''infinity'', ''again'')', :nell)), 'none', 'for good');
select login('nell2') \g /dev/null
select is((select body::jsonb -> 'until' from acts), 'null', 'has no end');
set local driftline.shift = '4000 days';
select is(login('nell2'), '202 blacklisted', 'not in ten years');
set local driftline.shift = '';
select say('cy', :'again', 'two') \g /dev/null
select is(run(format('(select ''frame'', '''', account_unban(%s)::text) x', :nell)), 'none', 'a ban is lifted');
select is(login('nell2'), '200', 'and bars nobody');
select is((select count(*) from departure), 0::bigint, 'a group that has not seen it leave never will');
select is(room_of('nell2', :'again') -> 'me' -> 'left', 'null', 'it is there still');
select is(say('nell2', :'again', 'three'), '200 3', 'and speaks');
select is((select array_agg((l).seq order by (l).seq) from (select lines_after(m, 'group', 0, 9) as l from member m join room r on r.key = m.room where m.account = :nell and r.id = :'again') x),
          array[1, 3], 'what was said meanwhile it does not read');

-- over before groups have seen it
select run(format('account_ban(%s, now() + interval ''30 seconds'', ''short'')', :nell)) \g /dev/null
set local driftline.shift = '31 seconds';
select is(login('nell3'), '200', 'who is back so soon');
select is((select count(*) from departure), 0::bigint, 'has left nothing');
set local driftline.shift = '';

-- a guest
select is(run(format('account_ban(%s, now() + interval ''1 day'', ''spam'')', :bob)), 'none', 'a guest is banned');
select is(call(format('login_guest(%L, ''en'', %L)', tok('bob2'), tok('bob'))), '202 blacklisted', 'and told so when it comes again');
select is(call(format('login_guest(%L, ''en'', %L)', tok('bob2'), tok('nobody'))), '200', 'others are not');
set local driftline.shift = '25 hours';
select is(call(format('login_guest(%L, ''en'', %L)', tok('bob3'), tok('bob'))), '200', 'nor it, when it is over');
select is(call('retain(''bans'', 0)'), '200', 'what is over');
select is((select row(banned_until, ban_reason)::text from account where id = :bob), '(,)', 'stands no longer at the account');
select is((select count(*) from barred), 0::bigint, 'is forgotten');
set local driftline.shift = '';

-- WeChat
select call('login_wechat(''wx'', ''openid'', ''sealed'', ''en'')') \g /dev/null
select run(format('account_ban(%s, ''infinity'', ''spam'')', (select account from session where token = 'wx'))) \g /dev/null
select is(call('login_wechat(''wx2'', ''openid'', ''sealed'', ''en'')'), '202 blacklisted', 'WeChat''s are told so too');

-- somebody who goes in just then: the session was there when the call began
select is(run(format('(select ''frame'', '''', account_hold(%s)::text) x', :bob)), '401 unauthorized', 'who has no session any more goes in nowhere');
select account_unban(:nell) \g /dev/null
select run(format('account_depart((select id from account where id = %s), ''{}'')', :nell)) \g /dev/null
select is((select count(*) from session where account = :nell), 0::bigint, 'account_depart alone bars nobody, but ends all');
select is(login('nell4'), '200', 'and its owner may come in');
