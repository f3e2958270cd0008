-- Admins: tokens, roles, passwords, and the record that nobody can change.
select admin_new('olga', 'owner'), admin_new('mia') \g /dev/null

-- who is let in
select is(admin_call('olga', 'stats'), '200', 'an admin by its token');
select is(admin_call('nobody', 'stats'), '401 unauthorized', 'nobody else');
select is(admin_call('mia', 'admins_list', 'null, 50', 'owner'), '403 owners_only', 'what is an owner''s is no moderator''s');
select is(admin_call('olga', 'admins_list', 'null, 50', 'owner'), '200', 'but an owner''s');
select is(body() #>> '{items,1,name}', 'olga', 'by name');
update admin_token set expires = now() where token = tok('mia');
select is(admin_call('mia', 'stats'), '401 unauthorized', 'a token that has expired is none');
select admin_token_add((select id from admin where name = 'mia'), tok('mia'), 1) \g /dev/null
select is((select count(*) from admin_token where expires <= now()), 0::bigint, 'and goes with the next one');
select is(admin_call('mia', 'logout'), '204', 'one gives one''s token back');
select is(admin_call('mia', 'stats'), '401 unauthorized', 'and it is dead');

-- figures
select is(rows_about('admin'), (select count(*) from admin), 'a few rows are counted, before any vacuum has been there');
create temp table many as select from generate_series(1, 10500);
select is(rows_about('many'), 10000::bigint, 'of many it is at least so many');
analyze many;
select is(rows_about('many'), 10500::bigint, 'and what the last vacuum saw');

-- adding, disabling, enabling
select is(admin_call('olga', 'admins_add', $$ 'max', 'moderator', 'salt', 'hash', '32768:8:3' $$, 'owner'), '201', 'a new admin');
select is(audited(), 'olga admins add max', 'on record');
select is(admin_call('olga', 'admins_add', $$ 'max', 'owner', 'salt', 'hash', '32768:8:3' $$, 'owner'), '409 admin_exists', 'once');
select is(run($$ admin_api.login_salt('max') $$), '200', 'whose password is hashed with its salt');
select is((select body from acts), encode('salt', 'hex') || ' 32768:8:3', 'at its cost');
select is(run($$ admin_api.login_salt('olga') $$), '404', 'who has no password has none');
select is(run($$ admin_api.login('max', 'hash', 'token', 12) $$), '200', 'the right one gives a token');
select is((select expires - now() from admin_token where token = 'token'), interval '12 hours', 'for twelve hours');
select is(audited(), 'max login max', 'on record');
select is(run($$ admin_api.login('max', 'other', 'more', 12) $$), '404', 'a wrong one gives none');
select is((select detail from audit order by id desc limit 1), '{"failed": true}', 'on record too');
select is(run($$ admin_api.login('olga', null, 'more', 12) $$), '404', 'nor does none where there is none');
select is(run($$ admin_api.login('eve', 'hash', 'more', 12) $$), '404', 'nor a name that nobody has');
select is(admin_call('olga', 'admins_disable', '''olga''', 'owner'), '409 yourself', 'nobody disables themselves');
select is(admin_call('olga', 'admins_disable', '''eve''', 'owner'), '404 no_admin', 'nor somebody who is not there');
select is(admin_call('olga', 'admins_disable', '''max''', 'owner'), '204', 'another one is disabled');
select is(run($$ admin_api.stats('token', 'moderator') $$), '401 unauthorized', 'whose token is dead then');
select is(run($$ admin_api.login('max', 'hash', 'more', 12) $$), '404', 'and the password opens nothing');
select is(admin_call('olga', 'admins_enable', '''max''', 'owner'), '204', 'until enabled');
select is(audited(), 'olga admins enable max', 'on record');

-- ten wrong ones in a row
select run($$ admin_api.login('max', 'wrong', 'more', 12) $$) from generate_series(1, 10) \g /dev/null
select is(run($$ admin_api.login('max', 'hash', 'more', 12) $$), '429', 'then the right one has to wait');
select is((select body::int from acts), 900, 'a quarter of an hour');
update admin set failed_at = now() - interval '16 minutes' where name = 'max';
select is(run($$ admin_api.login('max', 'hash', 'more', 12) $$), '200', 'and opens again');
select is((select failed from admin where name = 'max'), 0, 'with nothing counted against it');

-- rotating
select is(admin_call('olga', 'admins_rotate', $$ 'max', 's2', 'h2', '1:1:1', 'unused', 12 $$, 'owner'), '200', 'another''s');
select is(body(), '{"name": "max", "password": true, "expires": null}', 'a new password, and no token');
select is(run($$ admin_api.stats('more', 'moderator') $$), '401 unauthorized', 'its tokens are dead');
select is(run($$ admin_api.login('max', 'hash', 'more', 12) $$), '404', 'its password too');
select is(run($$ admin_api.login('max', 'h2', 'more', 12) $$), '200', 'and the new one opens');
select is(admin_call('olga', 'admins_rotate', $$ null, 's3', 'h3', '1:1:1', 'mine', 12 $$), '200', 'one''s own');
select is(body() - 'expires', '{"name": "olga", "password": false}', 'who had no password has none');
select is(admin_call('olga', 'stats'), '401 unauthorized', 'the token of before is dead');
select is(run($$ admin_api.stats('mine', 'owner') $$), '200', 'the new one is good');

-- the machine's owner
select is(admin_root_state('root'), 'renew', 'there is none at first');
select admin_root_token('root', 2160) \g /dev/null
select is(run($$ admin_api.stats('root', 'owner') $$), '200', 'then it has a token');
select is(admin_root_state('root'), 'good', 'which is kept');
select is(admin_root_state('other'), 'renew', 'another is not its');
update admin_token set expires = now() + interval '6 days' where token = 'root';
select is(admin_root_state('root'), 'renew', 'nor one that is near its end');
select admin_root_token('root2', 2160) \g /dev/null
select is(run($$ admin_api.stats('root', 'owner') $$), '401 unauthorized', 'there is one at a time');
select is(run($$ admin_api.admins_disable('mine', 'owner', 'owner') $$), '204', 'another owner disables it');
select is(admin_root_state('root2'), 'disabled', 'and so it stays');

-- the record
select is(run($$ admin_api.audit('mine', 'owner', null, 'admins', null, null, 2) $$), '200', 'it is read');
select is((select array_agg(i ->> 'command') from jsonb_array_elements(body() -> 'items') i), '{admins disable,admins rotate}', 'the latest first');
select is(body() #>> '{items,0,target}', 'owner', 'with what it was about');
select run(format($$ admin_api.audit('mine', 'owner', null, 'admins', null, %L, 50) $$, body() ->> 'next')) \g /dev/null
select is(body() #>> '{items,0,command}', 'admins rotate', 'page by page');
select is(body() ->> 'next', null, 'to its end');
select is(run($$ admin_api.audit('mine', 'owner', null, null, null, 'x', 50) $$), '422 invalid_field cursor', 'no cursor of one''s own making');
select is(run($$ admin_api.audit('mine', 'owner', 'max', null, 'max', null, 50) $$), '200', 'by admin and target');
select is((select count(distinct i ->> 'admin') from jsonb_array_elements(body() -> 'items') i), 1::bigint, 'of one');
select throws_ok('update audit set note = ''''', '42501', 'the audit log is append-only', 'nothing in it changes');
select throws_ok('delete from audit', '42501', null, 'nothing goes');
select throws_ok('truncate audit', '42501', null, 'nor all of it');
grant usage on schema t, tap to driftline_owner;
grant all on all tables in schema t to driftline_owner;
grant all on all sequences in schema tap to driftline_owner;
set local role driftline_owner;
select throws_ok('delete from driftline.audit', '42501', null, 'not by the owner of the tables either');
reset role;
select is_empty($$ select r.rolname from pg_roles r, unnest(array['update', 'delete', 'truncate']) right_of
                    where r.rolname in ('driftline_web', 'driftline_admin') and has_table_privilege(r.oid, 'driftline.audit', right_of) $$,
                'the programs'' roles have no right to');
