-- So many more lines in a room. psql -v room=bench-messages -v lines=200000 -f lines.sql
set search_path = driftline;
set synchronous_commit = off;
begin;
select key, last_seq, (select array_agg(m.key order by m.key) from member m where m.room = r.key) as members
  from room r where id = :'room' for update \gset
insert into message (room_kind, room, seq, member, body, client_id, at)
select 'group', :key, n, (:'members'::bigint[])[1 + n * 7 % 100],
       'line ' || n || case n % 4 when 0 then ' 你好，' || substr(md5(n::text), 1, n % 30) || ' 我们晚上去看电影吗？'
                                  else repeat(' and ' || substr(md5(n::text), 1, 5), 1 + n % 9) end,
       ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now() - interval '300 days' + n * interval '2 seconds'
  from generate_series(:last_seq + 1, :last_seq + :lines) n;
update room set last_seq = last_seq + :lines, last_at = now() where key = :key;
commit;
