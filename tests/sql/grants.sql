-- Rights: the handlers' role may call the functions of schema api and do nothing else.
select is((select count(*) from pg_class where relowner = 'driftline_web'::regrole)
          + (select count(*) from pg_proc where proowner = 'driftline_web'::regrole)
          + (select count(*) from pg_namespace where nspowner = 'driftline_web'::regrole)
          + (select count(*) from pg_database where datdba = 'driftline_web'::regrole), 0::bigint, 'it owns nothing');
select is((select row(rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication)::text from pg_roles where rolname = 'driftline_web'),
          '(f,f,f,f,f)', 'it has no right of its own');
select is((select count(*) from pg_auth_members where member = 'driftline_web'::regrole), 0::bigint, 'nor one by another role, such as the owner''s');
select is_empty($$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname in ('driftline', 'api') and c.relkind in ('r', 'p', 'v', 'm', 'f')
                      and has_table_privilege('driftline_web', c.oid, 'select, insert, update, delete, truncate, references, trigger') $$,
                'it touches no table');
select is_empty($$ select s.oid::regclass from (select c.oid from pg_class c where c.relkind = 'S' and c.relnamespace in
                          ('driftline'::regnamespace, 'api'::regnamespace) offset 0) s
                    where has_sequence_privilege('driftline_web', s.oid, 'usage, select, update') $$, 'no sequence');
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'api'::regnamespace
                      and not has_function_privilege('driftline_web', p.oid, 'execute') $$, 'it may call every function of api');
select is(has_schema_privilege('driftline_web', 'api', 'usage'), true, 'by name');
select is(has_schema_privilege('driftline_web', 'api', 'create'), false, 'but make none there');
select is(has_schema_privilege('driftline_web', 'driftline', 'usage'), false, 'and sees nothing of schema driftline');
select is(has_schema_privilege('driftline_web', 'driftline', 'create'), false, 'nor makes anything there');
select is(has_schema_privilege('driftline_web', 'public', 'create'), false, 'nor in public');

select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'api'::regnamespace
                      and (not p.prosecdef or p.proowner <> 'driftline_owner'::regrole) $$, 'they run with their owner''s rights');
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'api'::regnamespace
                      and not coalesce('search_path=driftline, api, pg_temp' = any (p.proconfig), false) $$, 'under a search path of their own');
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'api'::regnamespace
                      and has_function_privilege('public', p.oid, 'execute') $$, 'nobody else may call them');
select is((select rolsuper or rolcreaterole from pg_roles where rolname = 'driftline_owner'), false, 'their owner is no superuser');

-- and in deed
select guest('ann') \g /dev/null
grant usage on schema t, tap to driftline_web;
grant all on all tables in schema t to driftline_web;
grant all on all sequences in schema tap to driftline_web;
set local role driftline_web;
select lives_ok($$ select * from api.me('ann') $$, 'a call works');
select throws_ok($$ select * from driftline.account $$, '42501', null, 'a table does not');
select throws_ok($$ select driftline.session_account('ann') $$, '42501', null, 'nor a helper');
select throws_ok($$ create table api.x (y int) $$, '42501', null, 'nor DDL in api');
select throws_ok($$ create table public.x (y int) $$, '42501', null, 'nor in public');
select throws_ok($$ create or replace function api.ready() returns boolean language sql as 'select true' $$, '42501', null, 'nor replacing a function');
reset role;

-- The admin program's role: the functions of schema admin_api, and nothing else.
select is((select count(*) from pg_class where relowner = 'driftline_admin'::regrole)
          + (select count(*) from pg_proc where proowner = 'driftline_admin'::regrole)
          + (select count(*) from pg_auth_members where member = 'driftline_admin'::regrole), 0::bigint, 'driftline_admin owns nothing and is in no other role');
select is_empty($$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname in ('driftline', 'api', 'admin_api') and c.relkind in ('r', 'p', 'v', 'm', 'f')
                      and has_table_privilege('driftline_admin', c.oid, 'select, insert, update, delete, truncate, references, trigger') $$,
                'it touches no table');
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'admin_api'::regnamespace
                      and (not has_function_privilege('driftline_admin', p.oid, 'execute') or has_function_privilege('driftline_web', p.oid, 'execute')
                           or not p.prosecdef or not coalesce('search_path=driftline, api, pg_temp' = any (p.proconfig), false)) $$,
                'it alone may call every function of admin_api, which run as their owner under a search path of their own');
select is(has_schema_privilege('driftline_admin', 'api', 'usage'), false, 'the handlers'' functions are not its');
select is(has_schema_privilege('driftline_web', 'admin_api', 'usage'), false, 'nor its functions the handlers''');
select is(has_schema_privilege('driftline_admin', 'driftline', 'usage'), false, 'it sees nothing of schema driftline');
