-- What is left of somebody erased, looked for in every column of every table: nothing but the lines that reports show, and of
-- those nothing once their time has come.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select api.register(tok('mia'), 'canary-mia', 'v2', 'salt', 'hash', '2:8:1', 'Canary Nick', 'en') \g /dev/null
select account_of('mia') as mia \gset
\set rules '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}'
-- The tables with a row that has the word, in whatever case.
create function traces(p_word text default 'canary') returns text language plpgsql as $$
declare
    v_table regclass;
    v_found boolean;
    v_all text[] := '{}';
begin
    for v_table in select oid from pg_class where relnamespace = 'driftline'::regnamespace and relkind = 'r' loop
        execute format('select exists (select from %s x where x::text ilike %L)', v_table, '%' || p_word || '%') into v_found;
        if v_found then
            v_all := v_all || v_table::text;
        end if;
    end loop;
    return array_to_string(array(select t from unnest(v_all) t order by t), ' ');
end $$;
create function job() returns void language plpgsql as $$
begin
    for i in 1..20 loop
        perform * from api.retain('erasures', 0);
        update erasure set at = now();
        update departure set at = now();
        perform * from api.departures();
    end loop;
end $$;
create function picture(p_room text, p_file text) returns text language sql as $$
    select call(format('media_append(%L, %L, %L, ''image'', null, %L, %L, %L, ''{"width":8,"height":6}'')', tok('mia'), p_room, gen_random_uuid(),
                       sha256(p_file::bytea), sha256(p_file::bytea), sha256((p_file || ' small')::bytea)))
$$;
create function doomed(p_file text) returns int language sql as $$ select count(*)::int from api.files_doom(array[sha256(p_file::bytea)]) $$;
create function report_of(p_by text, p_whom text, p_room text, p_seqs int[], p_note text) returns text language plpgsql as $$
begin
    perform call(format('report_add(%L, %L, %L, %L, ''other'', %L, %L)', tok(p_by), p_room, (member_of(p_whom, p_room)).id, p_seqs, p_note,
                        '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}'));
    return body() ->> 'id';
end $$;

-- Everything that one can leave somewhere.
select files_take(array[sha256('face')]) \g /dev/null
select call(format('avatar_set(%L, ''me'', %L)', tok('mia'), sha256('face'))) \g /dev/null
select pair('mia', 'ann') as room \gset
select say('mia', :'room', 'canary one'), say('ann', :'room', 'two') \g /dev/null
select picture(:'room', 'shown'), picture(:'room', 'reported') \g /dev/null
select group_of('bob', 'mia', 'ann') as grp \gset
select profile_show(member_of('mia', :'grp')) \g /dev/null
select say('mia', :'grp', 'canary ' || n) from generate_series(1, 3) n \g /dev/null
select picture(:'grp', 'shown') \g /dev/null
select call(format('reaction_set(%L, %L, 2, ''like'', true)', tok('mia'), :'room')) \g /dev/null
select call(format('block_add(%L, %L, %L)', tok('mia'), :'grp', (member_of('bob', :'grp')).id)) \g /dev/null
select call(format('share_create(%L, %L, 24)', tok('mia'), :'grp')) \g /dev/null
select wait_for('mia', '{canary}') \g /dev/null
select call(format('room_create(%L, ''canary topic'', ''canary words'', ''{canary}'', 20, true, ''always'', false)', tok('mia'))) \g /dev/null
insert into word (pattern, class) values ('nary', 'flag');
select field_flag(:mia, (select key from room where topic = 'canary topic'), 'topic ' || (select id from word)) \g /dev/null
delete from word;
select status from api.message_append(array[tok('mia')], array[:'grp'], array[gen_random_uuid()], array['canary held'], array[null]::int[],
                                 null, array['canary ****'], array['hold 1']) \g /dev/null
select status from api.message_append(array[tok('mia')], array[:'grp'], array[gen_random_uuid()], array['canary x'], array[null]::int[],
                                 null, array['canary *'], array[null]) \g /dev/null
insert into barred (token, account) values ('canary', :mia);
insert into upload (account, day, files, bytes) values (:mia, now()::date, 1, 1) on conflict do nothing;
select run(format('warning_give(%s, ''canary reason'', null, null, 90)', :mia)) \g /dev/null
select call(format('warning_appeal(%L, %L, ''canary appeal'')', tok('mia'), (select id from warning))) \g /dev/null
-- reports by it and about it, open ones and decided ones
select report_of('mia', 'bob', :'grp', '{}', 'canary note, decided') as decided \gset
select report_of('mia', 'ann', :'room', '{2}', 'canary note, open') as open \gset
select report_of('ann', 'mia', :'grp', '{1}', 'what ann says') as about \gset
select report_of('ann', 'mia', :'room', '{4}', 'what ann says') as pics \gset
select run(format('report_resolve(%L, ''dismiss'', null, '''', null, %L)', :'decided', :'rules')) \g /dev/null
update report set state = 'resolved', outcome = 'upheld', resolved = now() where id = :'pics';
update report set context = jsonb_set(context, '{subject,nickname}', '"Canary Nick"') where id = :'pics';
select is((select count(*) from evidence e where e.alias ilike '%canary%' or e.alias_zh ilike '%canary%'), 0::bigint, 'evidence knows masks by their words');
select is((select context -> 'subject' ->> 'alias' from report where id = :'about'), 'Canary Nick', 'and a report what the reported one called itself');
select is(traces() ~ 'account appeal.*evidence held member.*report', true, 'it is everywhere before');

select run(format('account_erase(%s)', :mia)) \g /dev/null
select is((select count(*) from held) + (select count(*) from barred), 0::bigint, 'lines that wait for a moderator go at once, and old tokens');
select is((select note from report where id = :'decided'), '', 'notes go where a report was decided');
select is((select note from report where id = :'open'), 'canary note, open', 'and stay where somebody has still to read them');
select is((select context #>> '{subject,nickname}' from report where id = :'pics'), null, 'so do nicknames');
select is((select picture from report where id = :'about'), sha256('face'), 'and pictures');
select job() \g /dev/null
select is(traces(), 'evidence report', 'what was reported is all that is left');
select is((select count(*) from message where sent is not null), 0::bigint, 'no digest of a line that was masked is left either');
select is((select string_agg(note || (context ->> 'topic') || coalesce(context #>> '{subject,alias}', ''), ',' order by note) from report
            where note || context::text ilike '%canary%' and state = 'resolved'), null, 'of reports that are decided, nothing but lines');
select is(doomed('face') || ' ' || doomed('shown') || ' ' || doomed('reported'), '0 0 0', 'files that reports show are there');
select run(format('report_resolve(%L, ''dismiss'', null, '''', null, %L)', r.id, :'rules')) from report r where r.state = 'open' order by r.at \g /dev/null
select is((select count(*) from report where state = 'open'), 0::bigint, 'the rest is decided');
select is(traces(), 'evidence', 'then the lines alone are left');
select is((select row(context #>> '{subject,alias}' = alias, context #>> '{subject,profile}')::text from report, member m
            where report.id = :'about' and m.key = report.member), '(t,)', 'of somebody whose mask is named by its words');
select is(doomed('face'), 1, 'the picture of a profile goes by then');
update report set hold = true where id = :'about';
select set_config('driftline.shift', '181 days', true) \g /dev/null
select body from api.retain('evidence', 180) \g /dev/null
select is(traces(), 'evidence', 'what is held stays');
update report set hold = false;
select body from api.retain('evidence', 180) \g /dev/null
select is(traces(), '', 'in the end nothing is left');
select is(doomed('shown') || ' ' || doomed('shown small') || ' ' || doomed('reported') || ' ' || doomed('reported small'), '1 1 1 1', 'and no file');
select is((select count(*) from report) + (select count(*) from report_case) + (select count(*) from account where id = :mia), 0::bigint, 'nor a number');
select set_config('driftline.shift', '', true) \g /dev/null
