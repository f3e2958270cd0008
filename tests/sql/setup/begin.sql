begin;
set local search_path = t, driftline, api, tap, public;
select no_plan();
