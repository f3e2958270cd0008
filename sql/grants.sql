-- The handlers' role may call the functions of schema api, the admin program's those of admin_api, and nothing else: they run
-- with their owner's rights, under a search path that no caller can change.
do $$
declare
    f regprocedure;
begin
    for f in select p.oid from pg_proc p where p.pronamespace in ('api'::regnamespace, 'admin_api'::regnamespace) loop
        execute format('alter function %s security definer', f);
        execute format('alter function %s set search_path = driftline, api, pg_temp', f);
        -- Plans are those of index look-ups from the first call on, when the tables are empty and the planner has yet
        -- to learn what they will be.
        execute format('alter function %s set enable_seqscan = off', f);
        -- Compiling a query of theirs takes a hundred times as long as running it.
        execute format('alter function %s set jit = off', f);
    end loop;
end $$;
-- The append joins a few lines with large tables: by their indexes, never by reading one of them into a hash.
alter function api.message_append(bytea[], text[], uuid[], text[], int[], text[], text[], text[], boolean) set enable_hashjoin = off;
alter function api.message_append(bytea[], text[], uuid[], text[], int[], text[], text[], text[], boolean) set enable_mergejoin = off;
-- Candidates are few and are looked up one by one.
alter function api.rooms_list(bytea, text, text, text, int) set enable_hashjoin = off;
alter function api.rooms_list(bytea, text, text, text, int) set enable_mergejoin = off;
alter function api.rooms_search(bytea, text, text, int) set enable_hashjoin = off;
alter function api.rooms_search(bytea, text, text, int) set enable_mergejoin = off;
revoke all on schema driftline, api, admin_api from public;
revoke all on all functions in schema api, admin_api from public;
grant usage on schema api to driftline_web;
grant execute on all functions in schema api to driftline_web;
grant usage on schema admin_api to driftline_admin;
grant execute on all functions in schema admin_api to driftline_admin;
