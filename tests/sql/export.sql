-- api.export_head, export_lines: what one may read of a room, page by page.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
select group_of('ann', 'bob', 'cy') as room \gset
select say(case n % 3 when 0 then 'cy' else 'ann' end, :'room', 'line ' || n, gen_random_uuid(), case when n > 8 then n - 4 end)
  from generate_series(1, 12) n \g /dev/null
create function lines(p_name text, p_after int, p_last int, p_count int, p_json boolean default false) returns text language sql as $$
    select string_agg(seq || case when member is null then '-' else '' end, ',' order by seq)
      from api.export_lines(tok(p_name), (select id from room where kind = 'group'), p_after, p_last, p_count, p_json)
$$;

select is(call(format('export_head(%L, %L)', tok('bob'), :'room')), '200', 'an export begins with the room');
select is(body() -> 'room' ->> 'id', :'room', 'as its member sees it');
select is(body() ->> 'last', '12', 'and says how far it goes');
select is(call(format('export_head(%L, %L)', tok('dot'), :'room')), '404 no_room', 'not for strangers');
select is(call('export_head(''nobody'', ''x'')'), '401 unauthorized', 'or without a session');
select throws_ok($$ select * from api.export_lines(tok('dot'), (select id from room where kind = 'group'), 0, 9, 9, false) $$, 'DL404', 'no_room',
                 'nor do the pages');

select is(lines('bob', 0, 12, 100), '1,2,3,4,5,6,7,8,9,10,11,12', 'all lines');
select is(lines('bob', 0, 12, 5), '1,2,3,4,5', 'by pages');
select is(lines('bob', 10, 12, 5), '11,12', 'the last one is shorter');
select is(lines('bob', 0, 3, 5), '1,2,3', 'none past the end that was said first');
select is((select row(l.member, l.alias, l.alias_zh, l.own, l.body, l.recalled, l.reply_to, l.quote, l.json)::text
             from api.export_lines(tok('cy'), :'room', 8, 9, 9, false) l),
          (select row(m.id, m.alias, m.alias_zh, true, 'line 9', false, 5, 'line 5', null)::text from member_of('cy', :'room') m), 'a line');
select is((select l.json::jsonb from api.export_lines(tok('cy'), :'room', 8, 9, 9, true) l),
          (select message_json(:'room', c, m, m.key)::jsonb from message c, member_of('cy', :'room') m where c.seq = 9), 'as JSON it is a message');

select call(format('message_recall(%L, %L, 7, 120)', tok('ann'), :'room')) \g /dev/null
select is((select row(recalled, body)::text from api.export_lines(tok('bob'), :'room', 6, 7, 9, false)), '(t,)', 'a recalled line says so');
select is((select row(reply_to, quote)::text from api.export_lines(tok('bob'), :'room', 10, 11, 9, false)), '(7,)', 'and is quoted by nobody');

insert into hidden (member, other) select (member_of('bob', :'room')).key, (member_of('cy', :'room')).key;
select is(lines('bob', 0, 12, 100), '1,2,3-,4,5,6-,7,8,9-,10,11,12-', 'of hidden masks nothing but that there was a line');
select is((select row(l.*)::text from api.export_lines(tok('bob'), :'room', 8, 9, 9, true) l), '(9,,,,,,,f,,,,,)', 'really nothing');
select is((select quote from api.export_lines(tok('bob'), :'room', 9, 10, 9, false)), null, 'also in quotes');

update stay set to_seq = 2 where member = (member_of('bob', :'room')).key;
insert into stay (member, from_seq, to_seq) values ((member_of('bob', :'room')).key, 5, 5), ((member_of('bob', :'room')).key, 11, null);
select is(lines('bob', 0, 12, 100), '1,2,5,11,12-', 'what was said during one''s stays');
select is(lines('bob', 0, 12, 3), '1,2,5', 'across their ends');
select is(lines('bob', 5, 12, 3), '11,12-', 'on each page');
select is((select quote from api.export_lines(tok('bob'), :'room', 10, 11, 9, false)), null, 'and no quote of what was said in between');
update stay set to_seq = 11 where to_seq is null and member = (member_of('bob', :'room')).key;
update member set left_at = now(), kicked_at = now() where key = (member_of('bob', :'room')).key;
select is(lines('bob', 0, 12, 100), '1,2,5,11', 'also for who has been put out');
select is(call(format('export_head(%L, %L)', tok('bob'), :'room')), '200', 'who may still begin one');
select is(body() ->> 'last', '11', 'to where the last stay ended');
