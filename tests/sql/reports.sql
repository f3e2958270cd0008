-- api.report_add, api.reports, report_by_service: evidence that stays, repeats that collapse, nothing that one may not see.
select guest('ann'), guest('bob'), guest('cy'), guest('out') \g /dev/null
\set rules '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":30}'
create function mask(p_name text, p_room text) returns text language sql stable as $$ select (member_of(p_name, p_room)).id $$;
create function report(p_name text, p_room text, p_member text, p_seqs int[] default '{}', p_reason text default 'spam', p_note text default '',
                       p_hourly int default 30) returns text language sql as $$
    select call(format('report_add(%L, %L, %L, %L, %L, %L, %L)', tok(p_name), p_room, p_member, p_seqs, p_reason, p_note,
                       jsonb_build_object('ladder', 'warn', 'warning_days', 90, 'step', '', 'step_weight', 150, 'new_days', 3, 'hourly', p_hourly)))
$$;
create function seqs_of(p_report text) returns text language sql stable as $$
    select string_agg(seq || case when chosen then '!' else '' end, ' ' order by seq) from evidence where report = p_report
$$;

select group_of('ann', 'bob', 'cy') as grp \gset
update room set topic = 'the topic', tags = '{a}' where id = :'grp';
select say(case n % 3 when 0 then 'ann' when 1 then 'bob' else 'cy' end, :'grp', 'line ' || n) from generate_series(1, 30) n \g /dev/null
select pair('ann', 'bob') as prv \gset
select say('bob', :'prv', 'private') \g /dev/null
select socket('ann') as a, socket('bob') as b \gset

-- what is refused
select is(report('out', :'prv', mask('bob', :'prv')), '404 no_room', 'a room that is not there or not one''s own');
select is(report('ann', 'nowhere', mask('bob', :'grp')), '404 no_room', 'or nowhere');
select is(report('out', :'grp', mask('bob', :'grp')), '404 no_room', 'a group that is not public');
select is(report('ann', :'grp', 'nobody'), '404 no_member', 'a mask that is not there');
select is(report('ann', :'grp', mask('bob', :'prv')), '404 no_member', 'or not in this room');
select is(report('ann', :'grp', mask('ann', :'grp')), '409 yourself', 'oneself');
select is(report('ann', :'grp', mask('bob', :'grp'), '{31}'), '422 invalid_field seqs', 'a line that is not there');
select is((select count(*) from report) + (select count(*) from evidence) + (select count(*) from report_case), 0::bigint, 'so far there is none');

-- evidence
select is(report('ann', :'grp', mask('bob', :'grp'), '{10,22}', 'spam', 'look'), '201', 'a report');
select body() ->> 'id' as r1 \gset
select is(body() - array['id', 'alias', 'alias_zh', 'avatar'],
          jsonb_build_object('state', 'open', 'outcome', null, 'reason', 'spam', 'note', 'look', 'room', :'grp', 'topic', 'the topic', 'member', mask('bob', :'grp'),
                             'seqs', '[10,22]'::jsonb, 'at', rfc3339(now()), 'resolved', null), 'as its maker sees it');
select is((select count(*) from acts where kind <> 'reply'), 0::bigint, 'nobody is told');
select is(seqs_of(:'r1'), '7 8 9 10! 11 12 13 19 20 21 22! 23 24 25', 'the chosen lines, with what stood around them');
select is((select row(e.body, e.side, e.alias, e.member)::text from evidence e where report = :'r1' and seq = 10), (select row('line 10'::text, 'subject'::text, m.alias, m.id)::text from member_of('bob', :'grp') m), 'as they were');
select is((select string_agg(side, ' ' order by seq) from evidence where report = :'r1' and seq in (8, 9)), 'other reporter', 'told apart by whose they are');
select is((select context ->> 'topic' from report where id = :'r1'), 'the topic', 'with what the room is');
select call(format('message_recall(%L, %L, 10, 120)', tok('bob'), :'grp')) \g /dev/null
select is((select body from evidence where report = :'r1' and seq = 10), 'line 10', 'recalling changes nothing of it');
select is((select recalled from evidence where report = :'r1' and seq = 10), false, 'nor is it marked afterwards');
select is(report('ann', :'grp', mask('bob', :'grp'), '{10,28}', 'minor', 'and this'), '201', 'the same mask again');
select is(body() ->> 'id', :'r1', 'is the same report');
select is(seqs_of(:'r1'), '7 8 9 10! 11 12 13 19 20 21 22! 23 24 25 26 27 28! 29 30', 'with the further lines');
select is((select body from evidence where report = :'r1' and seq = 10), 'line 10', 'those of before stay');
select is((select reason || ': ' || note from report where id = :'r1'), E'minor: look\nand this', 'the graver reason, both notes');
select report('ann', :'grp', mask('bob', :'grp'), '{}', 'spam', 'look') \g /dev/null
select is((select reason || ': ' || note from report where id = :'r1'), E'minor: look\nand this', 'a lighter one changes nothing');
select is((select count(*) from report), 1::bigint, 'one row');

-- no line chosen, another mask, another room of the same account
select is(report('ann', :'prv', mask('bob', :'prv'), '{}', 'sexual'), '201', 'another mask of the same account');
select isnt(body() ->> 'id', :'r1', 'is another report');
select is(seqs_of(body() ->> 'id'), '1', 'the latest lines are shown');
select is((select count(distinct case_id) from report), 1::bigint, 'both are one case');
select is(report('cy', :'grp', mask('bob', :'grp')), '201', 'another reporter');
select is(seqs_of(body() ->> 'id'), '11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30', 'the latest twenty');
select body() ->> 'id' as r3 \gset
select say('cy', :'grp', 'filler ' || n) from generate_series(1, 30) n \g /dev/null
select is(report('cy', :'grp', mask('ann', :'grp')), '201', 'somebody who has been quiet');
select is((select string_agg(seq::text, ' ' order by seq) from evidence where report = body() ->> 'id' and side = 'subject'), '18 21 24 27 30', 'their latest five are shown too');
select is((select count(distinct case_id) from report), 2::bigint, 'which is another case');

-- only what the reporter may see
select call(format('room_leave(%L, %L)', tok('ann'), :'grp')) \g /dev/null
select say('bob', :'grp', 'behind her back') \g /dev/null
update room set public = true where id = :'grp';
select is(call(format('room_join(%L, %L, false)', tok('ann'), :'grp')), '200', 'somebody who was away');
select say('bob', :'grp', 'in her face') \g /dev/null
update report set state = 'resolved', resolved = now(), outcome = 'upheld', action = 'warn' where id = :'r1';
select is(report('ann', :'grp', mask('bob', :'grp'), '{61}'), '422 invalid_field seqs', 'cannot choose what was said meanwhile');
select is(report('ann', :'grp', mask('bob', :'grp'), '{62}'), '201', 'but what was said since');
select is(seqs_of(body() ->> 'id'), '59 60 62!', 'and sees nothing of the rest around it');
select call(format('room_leave(%L, %L)', tok('bob'), :'grp')) \g /dev/null
select is(report('cy', :'grp', mask('bob', :'grp'), '{61}'), '201', 'former members are reported too');
select call(format('room_leave(%L, %L)', tok('cy'), :'grp')) \g /dev/null
select is(report('cy', :'grp', mask('bob', :'grp'), '{60}'), '201', 'and report');
select is(body() ->> 'id', :'r3', 'as before');

-- the room itself
update member set role = 'owner' where key = (member_of('ann', :'grp')).key;
select is(report('out', :'grp', null, '{}', 'illegal'), '201', 'a public group, from outside');
select is((body() -> 'member') || (body() -> 'seqs'), '[null]', 'by its topic');
select is((select r.subject from report r where r.id = body() ->> 'id'), account_of('ann'), 'which is its owner''s');
select is(report('out', :'grp', mask('ann', :'grp')), '404 no_member', 'nobody outside knows a mask');
select is(report('ann', :'grp', null), '409 yourself', 'nobody reports a room of one''s own');
select is(report('cy', :'grp', null), '201', 'those who were in do');
select is(report('ann', :'prv', null), '201', 'in a private chat it is the partner');
select is((select count(*) from report where reporter = account_of('ann') and room = (select key from room where id = :'prv')), 1::bigint, 'and so the same report');

-- closing and leaving change nothing
select count(*) as lines from evidence \gset
delete from message;
select is((select count(*) from evidence), :lines::bigint, 'lines that are gone from the room are evidence still');
delete from room where id = :'prv';
select is((select count(*) from evidence), :lines::bigint, 'and when the room is gone');

-- a budget
select guest('many') \g /dev/null
select group_of('ann', 'many', 'bob', 'cy') as g2 \gset
select is(report('many', :'g2', mask('ann', :'g2'), p_hourly => 2) || report('many', :'g2', mask('bob', :'g2'), p_hourly => 2), '201201', 'so many an hour');
select is(report('many', :'g2', mask('cy', :'g2'), p_hourly => 2), '429 too_many', 'and no more');
select is((select body::jsonb ->> 'retry_after' from acts), '3600', 'until the first of them is an hour old');
select is(report('many', :'g2', mask('ann', :'g2'), p_hourly => 2), '201', 'the same again is none');
select is(report('many', :'g2', mask('cy', :'g2'), p_hourly => 0), '201', 'without a limit there is none');
set local driftline.shift = '61 minutes';
select is(report('many', :'g2', null, p_hourly => 3), '201', 'later there are new ones');
set local driftline.shift = '';

-- the list
select call(format('reports(%L, null, 50)', tok('cy'))) \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 3, 'one''s own');
select call(format('reports(%L, null, 2)', tok('cy'))) \g /dev/null
select is(jsonb_array_length(body() -> 'items') || (body() -> 'next')::text, '2"' || (body() -> 'items' -> 1 ->> 'id') || '"', 'in pages');
select call(format('reports(%L, %L, 2)', tok('cy'), body() ->> 'next')) \g /dev/null
select is(jsonb_array_length(body() -> 'items') || (body() -> 'next')::text, '1null', 'to the end');
select is(call(format('reports(%L, %L, 2)', tok('cy'), :'r1')), '422 invalid_field cursor', 'a cursor is one''s own');
select is((select count(*) from jsonb_array_elements(body() -> 'items') i where i::text like '%' || account_of('bob') || '%'), 0::bigint, 'no account is in it');

-- the service's own
select say('many', :'g2', 'w' || n) from generate_series(1, 9) n \g /dev/null
select report_by_service((member_of('many', :'g2')).key, '{5}', 'other', 'a word') \g /dev/null
select id as s1 from report where service \gset
select is(seqs_of(:'s1'), '2 3 4 5! 6 7 8', 'the service reports what it has seen');
select report_by_service((member_of('many', :'g2')).key, '{9}', 'illegal', 'a word') \g /dev/null
select is((select count(*) from report where service), 1::bigint, 'one for a mask');
select is(seqs_of(:'s1'), '2 3 4 5! 6 7 8 9!', 'with all its lines');
select is((select reason from report where id = :'s1'), 'illegal', 'and the graver reason');
