-- What people search for, a line each: five hundred queries from the words that rooms have, as often as they have them,
-- beginnings of words, two Chinese characters, two words, words of both languages, seldom words, and such as nobody has.
-- psql -q -A -t -f queries.sql
set search_path = driftline;
select setseed(0.25) \g /dev/null
create temp table token as
select row_number() over (order by random()) as n, t.room, t.token, is_syllabic(t.token) as syllabic
  from (select q.room, string_to_table(btrim(q.folded), ' ') as token
          from (select * from square order by hashint8(room) limit 3000) q) t
 where t.token <> '';
create temp table query as
select 'beginning' as kind, left(token, 3 + n::int % 4) as q from (select * from token where not syllabic and length(token) >= 3 order by n limit 125) t
union all
select 'word', token from (select * from token where not syllabic order by n desc limit 75) t
union all
select 'seldom', token from (select min(token) as token from token where not syllabic group by token order by hashtext(token) limit 75) t
union all
select 'han', substr(token, 1 + n::int % (length(token) - 1), 2) from (select * from token where syllabic and length(token) >= 2 order by n limit 100) t
union all
select 'two words', t.token || ' ' || (select o.token from token o where o.room = t.room and o.n <> t.n order by o.n limit 1)
  from (select * from token where not syllabic order by n offset 500 limit 60) t
union all
select 'mixed', t.token || ' ' || o.token
  from (select * from token where not syllabic order by n offset 1000 limit 40) t
  join (select token, row_number() over (order by n) as i from token where syllabic and length(token) >= 2) o on o.i = t.n % 40 + 1
union all
select 'none', 'xqj' || n from generate_series(1, 25) n;
select q from query where q is not null order by hashtext(q);
