-- How long a sequential scan takes for the first twenty of the queries: rooms like the words, headings first, then the
-- latest. psql -q -A -t -f scan.sql
\o /dev/null
\ir queries.sql
\o
set enable_indexscan = off;
set enable_bitmapscan = off;
create temp table took (ms float8);
do $$
declare
    v_q text;
    v_began timestamptz;
begin
    for v_q in select q from query where q is not null order by hashtext(q) limit 20 loop
        v_began := clock_timestamp();
        perform s.room from (select q.room, q.heading like all (p.patterns) as heading, q.at
                               from square q, query_parse(v_q) p where q.folded like all (p.patterns)) s
          order by s.heading desc, s.at desc limit 20;
        insert into took values (extract(epoch from clock_timestamp() - v_began) * 1000);
    end loop;
end $$;
select format('calls=%s p50_ms=%s p99_ms=%s', count(*), round(percentile_cont(0.5) within group (order by ms)::numeric, 1),
              round(percentile_cont(0.99) within group (order by ms)::numeric, 1))
  from took;
