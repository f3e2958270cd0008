-- plpgsql_check over every function of ours: no error, no dead code, no hidden cast.
select is((select count(*) > 30 from pg_proc where pronamespace in ('api'::regnamespace, 'driftline'::regnamespace)), true,
          'there are functions to check');
set local search_path = driftline, api, t, tap, public; -- as the functions see it
select is(
    (select string_agg(c.message || coalesce(': ' || c.detail, '') || ' (line ' || coalesce(c.lineno, 0) || ')', E'\n')
       from plpgsql_check_function_tb(p.oid, coalesce((select tgrelid from pg_trigger where tgfoid = p.oid limit 1), 0), fatal_errors => false, other_warnings => true, performance_warnings => false,
                                      extra_warnings => true, security_warnings => true) c), null, p.oid::regprocedure::text)
  from pg_proc p join pg_language l on l.oid = p.prolang
 where p.pronamespace in ('api'::regnamespace, 'admin_api'::regnamespace, 'driftline'::regnamespace) and l.lanname = 'plpgsql'
   and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
 order by 1;
