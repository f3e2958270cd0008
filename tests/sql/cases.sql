-- What reports weigh, the queue, what happens by itself, how reports end.
\set rules '{"ladder":"warn mute:1h ban:1d ban","warning_days":90,"step":"match:1h","step_weight":150,"new_days":3,"hourly":0}'
select guest('ann'), guest('bob'), guest('cy'), guest('dot'), guest('bad'), guest('new') \g /dev/null
select guest('n' || n) from generate_series(1, 40) n \g /dev/null
update account set created = now() - interval '30 days' where id in (select account_of(x) from unnest(array['ann', 'bob', 'cy', 'dot', 'bad']) x);
select account_of('bad') as bad, account_of('ann') as ann \gset
create function mask(p_name text, p_room text) returns text language sql stable as $$ select (member_of(p_name, p_room)).id $$;
create function report(p_name text, p_room text, p_whom text, p_rules text, p_reason text default 'spam') returns text language plpgsql as $$
begin
    perform call(format('report_add(%L, %L, %L, ''{}'', %L, '''', %L)', tok(p_name), p_room, mask(p_whom, p_room), p_reason, p_rules));
    return body() ->> 'id';
end $$;
create function resolve(p_report text, p_action text, p_rules text, p_days int default null) returns text language sql as $$
    select run(format('report_resolve(%L, %L, %L, ''noted'', null, %L)', p_report, p_action, p_days, p_rules))
$$;
-- So many reports of an account that were upheld and dismissed.
create function past(p_name text, p_upheld int, p_dismissed int, p_ago interval default '1 day') returns void language sql as $$
    insert into report (id, reporter, reason, state, outcome, at, resolved)
    select random_id(), account_of(p_name), 'spam', 'resolved', case when n <= p_upheld then 'upheld' else 'dismissed' end, now() - p_ago, now() - p_ago
      from generate_series(1, p_upheld + p_dismissed) n
$$;
create function weight(p_name text) returns text language sql stable as $$
    select round(w.weight::numeric, 3) || case when w.credible then '!' else '' end from reporter_weight(account_of(p_name), 3) w
$$;

-- credibility
select is(weight('ann'), '0.250', 'somebody of whom nothing is known');
select is(weight('new'), '0.025', 'a newcomer weighs a tenth of that');
select past('ann', 1, 0), past('bob', 6, 1), past('cy', 0, 8), past('new', 5, 0) \g /dev/null
select is(weight('ann'), '0.400!', 'who was right once weighs more');
select is(weight('bob'), '0.636!', 'who was right often still more');
select is(weight('cy'), '0.083', 'who was wrong often hardly anything');
select is(weight('new'), '0.067', 'a newcomer little, however it goes on');
set local driftline.shift = '4 days';
select is(weight('new'), '0.667!', 'until it is none');
set local driftline.shift = '366 days';
select is(weight('bob'), '0.250', 'what is a year ago is forgotten');
set local driftline.shift = '';

-- mass reports by new accounts
select string_agg('n' || n, ',') as crowd from generate_series(1, 40) n \gset
select group_of(variadic array['bad', 'ann', 'bob', 'cy', 'dot'] || string_to_array(:'crowd', ',')) as grp \gset
select count(report('n' || n, :'grp', 'bad', :'rules', 'spam')) from generate_series(1, 40) n \g /dev/null
select id as the_case from report_case \gset
select is((select row(reporters, round(weight::numeric, 2), credible)::text from case_weight(:'the_case', 3)), '(40,0.50,0)', 'forty new accounts weigh half a word together');
select is((select step from report_case), null, 'and bring nothing about');
select is((select count(*) from account where held_until is not null or muted_until is not null), 0::bigint, 'nothing at all');

-- the queue
select group_of('ann', 'bob', 'cy', 'dot') as g2 \gset
select report('dot', :'g2', 'cy', :'rules', 'spam') as light \gset
select report('bob', :'g2', 'dot', :'rules', 'spam') as heavy \gset
select report('cy', :'g2', 'ann', :'rules', 'minor') as grave \gset
select is((select string_agg(q.report, ',') from (select q.report from report_queue(:'rules') q where q.reporters < 40) q), concat_ws(',', :'grave', :'heavy', :'light'),
          'the gravest first, then by weight');
select is((select string_agg(q.reporters::text, ',') from (select distinct on (subject) reporters, weight from report_queue(:'rules') order by subject) q where reporters = 40), '40', 'a crowd is one case');
select is((select min(q.nth) from (select subject, row_number() over () as nth from report_queue(:'rules')) q where subject = :'the_case'), 3::bigint, 'which does not come first for being one');
update report set at = at - interval '2 days' where id = :'light';
select report('dot', :'g2', 'bob', :'rules', 'spam') as young \gset
select is((select string_agg(q.report, ',') from report_queue(:'rules') q where q.report in (:'light', :'young')), concat_ws(',', :'light', :'young'), 'of like ones the older first');
select is((select count(*) from report_queue(:'rules', 2, 1)), 2::bigint, 'in pages');
select is((select count(*) from report_queue(:'rules') q where q.subject ~ ('^' || :bad || '$')), 0::bigint, 'by what the case calls them, no account');

-- what happens by itself
select pair('bad', 'dot') as prv \gset
delete from wait;
select wait_for('bad') \g /dev/null
select report('ann', :'grp', 'bad', :'rules') as r1 \gset
select report('bob', :'grp', 'bad', :'rules') as r2 \gset
select is((select step from report_case where id = :'the_case'), null, 'two whose word weighs a little more than one are not enough');
select past('dot', 12, 0) \g /dev/null
select report('dot', :'prv', 'bad', '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}') as r3 \gset
select is((select step from report_case where id = :'the_case'), null, 'nothing happens where nothing is to');
select report('dot', :'prv', 'bad', :'rules') \g /dev/null
select is((select step from report_case where id = :'the_case'), 'match', 'three are');
select is((select held_until from account where id = :bad), now() + interval '1 hour', 'no matches for an hour');
select is((select count(*) from wait), 0::bigint, 'a wait is given up');
select is(call(format('match_start(%L, ''private'', ''{}'', 15, 15)', tok('bad'))), '403 matching_paused', 'nobody new');
select is((select body::jsonb from acts), jsonb_build_object('until', rfc3339(now() + interval '1 hour')), 'until when');
select is(say('bad', :'grp', 'still here'), '200 1', 'and nothing else');
select is((select count(*) from warning), 0::bigint, 'it is no step of the ladder');
set local driftline.shift = '61 minutes';
select is(call(format('match_start(%L, ''private'', ''{}'', 15, 15)', tok('bad'))), '200', 'it ends by itself');
set local driftline.shift = '';

-- resolving: a warning ends what is open about the same room
select socket('bad') as s_bad, socket('ann') as s_ann, socket('dot') as s_dot \gset
select is(resolve('nothing', 'warn', :'rules'), '404 no_report', 'a report that is not there');
select is(resolve(:'r1', 'warn', :'rules'), 'none', 'a warning');
select is((select row(state, outcome, action, resolution)::text from report where id = :'r1'), '(resolved,upheld,warn,noted)', 'the report has ended');
select is((select count(*) from report where case_id = :'the_case' and state = 'open'), 1::bigint, 'with all about the same room');
select is((select state from report where id = :'r3'), 'open', 'another room''s is open still');
select is(frame_channels('warning'), :'s_bad', 'who is warned hears of it');
select is(frame('warning') -> 'warning' ->> 'reason', 'spam', 'with the reason');
select is((select target from acts where body::jsonb ->> 'type' = 'report' and target is not null), :'s_ann', 'and reporters of the outcome');
select is((select body::jsonb -> 'report' ->> 'outcome' from acts where target = :'s_ann'), 'upheld', 'that they were right');
select is((select string_agg(body, '') ~ 'noted' from acts where kind = 'frame'), false, 'no more than that');
select is(weight('ann'), '0.500!', 'their word weighs more now');
select is((select closed from report_case where id = :'the_case'), null, 'the case is open');
select is(resolve(:'r1', 'warn', :'rules'), '409 report_resolved', 'once');
select report('ann', :'grp', 'bad', :'rules') as r4 \gset
select isnt(:'r4'::text, :'r1', 'the same again is a new report then');

-- a ban ends all
select is(resolve(:'r4', 'ban', :'rules', 7), 'none', 'a ban');
select is((select banned_until from account where id = :bad), now() + interval '7 days', 'for days');
select is((select count(*) from report where case_id = :'the_case' and state = 'open'), 0::bigint, 'ends every report of the case');
select is((select target from acts where kind = 'bye'), :'s_bad', 'and cuts the sockets');
select is((select closed from report_case where id = :'the_case'), now(), 'the case is closed');
select is((select held_until from account where id = :bad), now() + interval '1 hour', 'what it did by itself stays where it was right');
select is(case_subject(:'the_case'), :bad::bigint, 'the case knows whom it was about');

-- the next case has another name for the same account, and dismissing takes back what happened by itself
select account_unban(:bad), session_new(:bad, tok('bad')) \g /dev/null
select group_of('bad', 'ann', 'bob', 'dot') as g3 \gset
update account set held_until = null where id = :bad;
select report('ann', :'g3', 'bad', :'rules'), report('bob', :'g3', 'bad', :'rules'), report('dot', :'g3', 'bad', :'rules', 'other') as d3 \gset
select id as case2, step from report_case where subject = :bad and closed is null \gset
select isnt(:'case2'::text, :'the_case', 'another case, another name');
select is(:'step'::text, 'match', 'it did something');
select is(resolve(:'d3', 'dismiss', :'rules'), 'none', 'dismissed');
select is((select count(*) from report where case_id = :'case2' and outcome = 'dismissed'), 3::bigint, 'all of it');
select is((select held_until from account where id = :bad), null, 'what happened by itself is undone');
select is((select count(*) from warning where account = :bad), 2::bigint, 'no step is taken');
select is((select string_agg(distinct body::jsonb ->> 'type', ',') from acts where kind = 'frame'), 'report', 'only the reporters hear');

-- the ladder, muting by itself, subjects that are gone
select report('dot', :'g2', 'ann', :'rules') as l1 \gset
select is(resolve(:'l1', 'next', :'rules'), 'none', 'the next step');
select is((select action from report where id = :'l1'), 'warn', 'is a warning to begin with');
select report('dot', :'g2', 'ann', :'rules') as l2 \gset
select resolve(:'l2', 'next', :'rules') \g /dev/null
select is((select action from report where id = :'l2'), 'mute', 'then a mute');
select is(say('ann', :'g2', 'x'), '403 muted', 'of that account');
update account set created = now() - interval '30 days' where id = account_of('n1');
select past('n1', 50, 0), past('n2', 50, 0), past('n3', 50, 0) \g /dev/null
update account set created = now() - interval '30 days' where id in (account_of('n2'), account_of('n3'));
select group_of('new', 'n1', 'n2', 'n3') as g4 \gset
select replace(:'rules', 'match:1h', 'mute:30m') as muting \gset
select report('n1', :'g4', 'new', :'muting'), report('n2', :'g4', 'new', :'muting') as m2 \gset
select is(say('new', :'g4', 'x'), '403 muted', 'what happens by itself may be a mute');
select resolve(:'m2', 'dismiss', :'rules') \g /dev/null
select is(say('new', :'g4', 'x'), '200 1', 'which ends when it was wrong');
select report('n1', :'g4', 'new', :'rules') as gone \gset
delete from account where id = account_of('new');
select is(resolve(:'gone', 'ban', :'rules'), '404 no_subject', 'nobody is banned who was erased');
select is((select state from report where id = :'gone'), 'open', 'then nothing changes');
select is(resolve(:'gone', 'dismiss', :'rules'), 'none', 'but the report can be ended');
