-- Users, sessions and rooms for the load generator, put in directly: the service has no call for a thousand members at
-- once, and logging in is not what is measured. psql -v rooms=500 -v members=2 -v kind=private -f seed.sql
-- User n holds the token bench-n and sits in the room bench-(n / members). What earlier runs left goes.
set client_min_messages = warning;
set search_path = driftline;
truncate account, room, message, ticket restart identity cascade;

insert into account default values;
insert into account (seen_at) select now() from generate_series(2, :rooms * :members);
insert into user_info (account, nickname, avatar) select id, 'Bench', avatar_url('0000000000000000') from account;
insert into session (token, account, expires)
select sha256(('bench-' || id - 1)::bytea), id, now() + interval '1 day' from account;

insert into room (id, kind, capacity, members)
select 'bench-' || n, :'kind', greatest(:members, 2), :members
  from generate_series(0, :rooms - 1) n order by n;
insert into member (id, room, account, alias, alias_zh)
select encode(gen_random_bytes(8), 'hex'), (a.id - 1) / :members + 1, a.id, 'Quiet Otter', '安静的水獭' from account a order by a.id;
insert into stay (member, from_seq) select key, 1 from member;
vacuum analyze;
checkpoint;
