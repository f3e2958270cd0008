-- The places of new rooms, and the index of terms of all of them, made anew, in a transaction: row by row the index costs
-- minutes. Terms are worked out by several processes, which making an index is not: so the index is made by a function that
-- looks them up, in the place of the one that works them out.
\echo rooms: terms
create unlogged table fill_terms as select room, place_terms(room) as terms from square;
create index on fill_terms (room);
analyze fill_terms;
select pg_get_functiondef('place_terms'::regproc) as function, pg_get_indexdef('square_place_terms'::regclass) as index \gset
drop index square_place_terms;
insert into square_place (room, tie, created, listed, at, prev)
select room, tie, created, listed, at, prev from square where room > :before;
create or replace function place_terms(p_room bigint) returns text[] language sql immutable parallel safe as $$
    select f.terms from driftline.fill_terms f where f.room = p_room
$$;
\echo rooms: the index of terms
:index;
:function;
drop table fill_terms;
