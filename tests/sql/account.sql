-- Accounts and sessions: coming in, going out, names, passwords.
create function register(p_token text, p_name text, p_nickname text default null) returns text language sql as $$
    select call(format('register(%L, %L, ''v2'', ''salt'', ''hash'', ''16:8:1'', %L, ''en'')', tok(p_token), p_name, p_nickname))
$$;
create function who(p_token text) returns text language sql as $$ select call(format('me(%L)', tok(p_token))) $$;

-- register
select is(register('ann', 'ann'), '200', 'a name is registered');
select is(body() - array['nickname', 'avatar', 'created'], '{"account":"ann","guest":false,"locale":"en","warnings":0}', 'as its owner sees it');
select isnt(body() ->> 'nickname', 'ann', 'a nickname not given is never the account''s name');
select matches(body() ->> 'nickname', '^[A-Z][a-z-]+ [A-Z][a-z]+', 'it is made of our words');
select is(register('ann2', 'ann'), '202 account_exists', 'the name is taken then');
select is(who('ann2'), '401 unauthorized', 'and no session was opened');
select is((select count(*) from account), 1::bigint, 'nor an account left over');
select is(register('bob', 'bob', 'Bobby'), '200', 'with a nickname');
select is(body() ->> 'nickname', 'Bobby', 'that one is kept');

-- guest
select is(call('login_guest(''guest'', ''zh-Hans'')'), '200', 'a guest comes in');
select is(body() - array['nickname', 'avatar', 'created'], '{"account":null,"guest":true,"locale":"zh-Hans","warnings":0}', 'without a name');
select matches(body() ->> 'avatar', '^/avatar/[0-9a-f]{16}\.svg$', 'with a picture');

-- login
select is((select row(scheme, salt, hash, cost)::text from login_find('ann')), row('v2'::text, 'salt'::bytea, 'hash'::bytea, '16:8:1'::text)::text,
          'what a login is checked against');
select is((select count(*) from login_find('nobody')), 0::bigint, 'nothing for an unknown name');
select account as ann from login_find('ann') \gset
select is(call(format('login(''ann3'', %s, ''hash'')', :ann)), '200', 'the right hash opens a session');
select is(who('ann3'), '200', 'that works');
select is(call(format('login(''ann4'', %s, ''stale'')', :ann)), '404 bad_credentials', 'a hash that was changed meanwhile opens nothing');
update account set banned_until = now() + interval '1 hour', ban_reason = 'spam' where id = :ann;
select is(call(format('login(''ann4'', %s, ''hash'')', :ann)), '202 blacklisted', 'the banned are told so');
select is((select body::jsonb from acts), jsonb_build_object('until', rfc3339(now() + interval '1 hour'), 'reason', 'spam'), 'until when and why');
update account set banned_until = 'infinity' where id = :ann;
select call(format('login(''ann4'', %s, ''hash'')', :ann)) \g /dev/null
select is((select body::jsonb -> 'until' from acts), 'null'::jsonb, 'for good has no end');
update account set banned_until = now() - interval '1 hour' where id = :ann;
select is(call(format('login(''ann4'', %s, ''hash'')', :ann)), '200', 'a ban that is over bars nobody');

-- WeChat
select count(*) as accounts from account \gset
select is(call('login_wechat(''wx'', ''openid'', ''sealed'', ''en'')'), '200', 'WeChat''s come in');
select is(body() ->> 'guest', 'false', 'and are no guests');
select is((select count(*) from account), :accounts + 1::bigint, 'one account is made');
select is((select openid_sealed from account where openid_hash = 'openid'), 'sealed'::bytea, 'with the sealed openid');
select call('login_wechat(''wx2'', ''openid'', ''sealed2'', ''en'')') \g /dev/null
select is((select count(distinct account) from session where token in ('wx', 'wx2')), 1::bigint, 'the same one is the same account');

-- sessions
select is((select expires - now() from session where token = 'ann'), interval '30 days', 'a session lives 30 days');
update session set expires = now() + interval '1 day' where token = 'ann';
select call('sync(''ann'', ''{}'', false, null, 15, 15)') \g /dev/null
select is((select expires - now() from session where token = 'ann'), interval '30 days', 'and slides when it is used');
update session set expires = now() where token = 'ann';
select is(who('ann'), '401 unauthorized', 'then it is over');
select retain('sessions', 0) \g /dev/null
select is((select count(*) from session where token = 'ann'), 1::bigint, 'in the same moment it may still lie there');
update session set expires = now() - interval '1 second' where token = 'ann';
select retain('sessions', 0) \g /dev/null
select is((select count(*) from session where token = 'ann'), 0::bigint, 'later it does not');

-- what one may change
select is(call(format('me_update(%L, ''New'', null, null, null, null, null)', tok('bob'))), '200', 'a nickname');
select is(body() ->> 'nickname', 'New', 'is changed');
select call(format('me_update(%L, null, ''zh-Hans'', null, null, null, null)', tok('bob'))) \g /dev/null
select is(row(body() ->> 'nickname', body() ->> 'locale')::text, '(New,zh-Hans)', 'what is not given stays');
select is(call(format('me_update(%L, null, null, ''bobby'', ''s'', ''h'', ''16:8:1'')', tok('bob'))), '409 has_account', 'a name is given once');
select is(call(format('me_update(%L, null, null, ''bob'', ''s'', ''h'', ''16:8:1'')', tok('guest'))), '202 account_exists', 'and to one');
select is(call(format('me_update(%L, null, null, ''gus'', ''s'', ''h'', ''16:8:1'')', tok('guest'))), '200', 'a guest becomes an account');
select is(row(body() ->> 'account', body() ->> 'guest')::text, '(gus,false)', 'with its name');
select is((select scheme from login_find('gus')), 'v2', 'by the scheme of ours');

-- password
select throws_ok($$ select * from api.password_find(tok('wx')) $$, 'DL409', 'no_password', 'who has none cannot change it');
select is((select hash from password_find(tok('bob'))), 'hash'::bytea, 'others are asked for the old one');
select account as bob from login_find('bob') \gset
select call(format('login(''bob2'', %s, ''hash'')', :bob)) \g /dev/null
select socket('bob') as b \gset
select socket('bob2') as b2 \gset
select is(call(format('password_change(%L, ''stale'', ''s2'', ''h2'', ''16:8:1'')', tok('bob'))), '404 bad_credentials', 'the wrong one changes nothing');
select is(call(format('password_change(%L, ''hash'', ''s2'', ''h2'', ''16:8:1'')', tok('bob'))), '204', 'the right one does');
select is(frame_channels('bye'), :'b2', 'other sockets are cut');
select is(who('bob2'), '401 unauthorized', 'other sessions are dead');
select is(who('bob'), '200', 'one''s own lives');
select is((select count(*) from connection where channel = :'b'), 1::bigint, 'and its socket');

-- logout
select call(format('login(''bob3'', %s, ''h2'')', :bob)), call(format('login(''bob4'', %s, ''h2'')', :bob)) \g /dev/null
select is(call('logout(''bob3'', false)'), '204', 'one session ends');
select is(who('bob3') || ' ' || who('bob4'), '401 unauthorized 200', 'the others do not');
select is(call('logout(''bob4'', true)'), '204', 'all of them end');
select is(frame('bye'), '{"type":"bye","reason":"logged_out"}', 'their sockets are told');
select is(frame_channels('bye'), :'b', 'and cut');
select is(who('bob'), '401 unauthorized', 'nothing is left');
select is(call('logout(''bob4'', false)'), '401 unauthorized', 'who is out is out');
