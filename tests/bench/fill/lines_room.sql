-- A room for lines, with a hundred members, unless it is there. psql -v room=bench-messages -f lines_room.sql
-- Its owner's session has the room's name for a token.
set search_path = driftline;
begin;
select not exists (select from room where id = :'room') as missing \gset
\if :missing
insert into account default values returning id as account \gset
insert into user_info (account, nickname, avatar) values (:account, 'Bench', avatar_url('0000000000000000'));
insert into session (token, account, expires) values (sha256(convert_to(:'room', 'utf8')), :account, now() + interval '30 days');
insert into room (id, kind, topic, capacity, created) values (:'room', 'group', :'room', 1000, now() - interval '300 days') returning key \gset
select member_new(:key, case when n = 1 then :account end, 1, case when n = 1 then 'owner' else 'member' end) from generate_series(1, 100) n \g /dev/null
\endif
commit;
