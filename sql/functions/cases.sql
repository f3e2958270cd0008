-- Cases: what reports weigh, in which order they are looked at, what happens by itself, how they end. The admin program calls
-- report_queue, report_resolve and case_subject.
set local search_path = driftline;

-- How grave a reason is; the queue begins with the highest.
create or replace function severity(p_reason text) returns int language sql immutable as $$
    select case p_reason when 'minor' then 5 when 'self_harm' then 4 when 'illegal' then 4 when 'sexual' then 3
                         when 'harassment' then 3 when 'spam' then 1 else 2 end
$$;

-- What an account's word weighs, 0 to 1, by what became of its reports within a year: (1 + upheld) / (4 + upheld +
-- dismissed), so 0.25 to begin with; a tenth of that in an account's first days. credible: it may bring about what happens
-- by itself: no newcomer, and more often right than not.
create or replace function reporter_weight(p_account bigint, p_new_days int, out weight float8, out credible boolean)
language sql stable as $$
    select (1.0 + x.upheld) / (4 + x.upheld + x.dismissed) * case when x.is_new then 0.1 else 1 end,
           not x.is_new and x.upheld > x.dismissed
      from (select a.created > clock() - make_interval(days => p_new_days) as is_new,
                   (select count(*) from report r where r.reporter = a.id and r.resolved > clock() - interval '1 year'
                                                     and r.outcome = 'upheld') as upheld,
                   (select count(*) from report r where r.reporter = a.id and r.resolved > clock() - interval '1 year'
                                                     and r.outcome = 'dismissed') as dismissed
              from account a where a.id = p_account) x
$$;

-- What the open reports of a case weigh. credible: those alone that may bring about what happens by itself. Of all others
-- together no more than half a word counts, however many they are; the service's own counts half a word too.
create or replace function case_weight(p_case text, p_new_days int, out weight float8, out credible float8, out reporters int)
language sql stable as $$
    select coalesce(sum(x.weight) filter (where x.credible), 0)
           + least(coalesce(sum(x.weight) filter (where not x.credible), 0), 0.5) + case when bool_or(x.service) then 0.5 else 0 end,
           coalesce(sum(x.weight) filter (where x.credible), 0),
           count(x.reporter)::int
      from (select q.reporter, q.service, w.weight, w.credible
              from (select distinct r.reporter, r.service from report r where r.case_id = p_case and r.state = 'open') q
              left join lateral reporter_weight(q.reporter, p_new_days) w on true) x
$$;

-- The open reports in the order to look at them: the gravest case first, of like ones that which weighs more, then the older.
create or replace function report_queue(p_rules jsonb, p_limit int default 50, p_offset int default 0)
returns table (report text, subject text, room text, member text, reason text, severity int, weight float8, reporters int,
               lines int, note text, at timestamptz, step text)
language sql stable as $$
    with reason as materialized (
        select r.case_id, max(severity(r.reason)) as severity, min(r.at) as at from report r where r.state = 'open' group by r.case_id
    ), open_case as materialized (
        select c.id, c.step, s.severity, s.at, w.weight, w.reporters
          from reason s join report_case c on c.id = s.case_id, case_weight(c.id, (p_rules ->> 'new_days')::int) w
    )
    select r.id, o.id, r.context ->> 'room', r.context -> 'subject' ->> 'member', r.reason, severity(r.reason), round(o.weight::numeric, 2)::float8,
           o.reporters, (select count(*)::int from evidence e where e.report = r.id), r.note, r.at, o.step
      from open_case o join report r on r.case_id = o.id and r.state = 'open'
     order by o.severity desc, o.weight desc, o.at, o.id, r.at, r.id
     limit p_limit offset p_offset
$$;

-- The account behind a case; 404 no_subject, also when it was erased.
create or replace function case_subject(p_case text) returns bigint language plpgsql stable as $$
declare
    v_subject bigint := (select c.subject from report_case c where c.id = p_case);
begin
    if v_subject is null then
        perform fail(404, 'no_subject');
    end if;
    return v_subject;
end $$;

-- What a case does by itself, once: when the word of credible reporters, each counted once, weighs as much as the rules say,
-- its subject is not matched, or muted, for a while. No more, and nothing that they could not see undone. The caller has locked the
-- subject (account_lock).
create or replace function case_step(p_case text, p_rules jsonb) returns void language plpgsql volatile as $$
declare
    v_kind text := split_part(p_rules ->> 'step', ':', 1);
    v_until timestamptz := clock() + nullif(split_part(p_rules ->> 'step', ':', 2), '')::interval;
    v_weight float8 := (p_rules ->> 'step_weight')::float8 / 100;
    v_case report_case;
begin
    select * into v_case from report_case where id = p_case for no key update;
    if v_kind = '' or v_case.step is not null or v_case.subject is null
       or (select w.credible from case_weight(p_case, (p_rules ->> 'new_days')::int) w) < v_weight then
        return;
    end if;
    update report_case set step = v_kind, step_at = clock() where id = p_case;
    perform account_pin(v_case.subject);
    if v_kind = 'mute' then
        perform mute_set(v_case.subject, greatest(v_until, (select a.muted_until from account a where a.id = v_case.subject)));
    else
        update account set held_until = v_until where id = v_case.subject;
    end if;
    perform wait_drop(v_case.subject);
end $$;

-- A case without open reports is closed. Was nothing of it upheld, what it did by itself ends too.
create or replace function case_close(p_case report_case) returns void language plpgsql volatile as $$
begin
    if exists (select from report r where r.case_id = p_case.id and r.state = 'open') then
        return;
    end if;
    update report_case set closed = clock() where id = p_case.id;
    if p_case.step is null or exists (select from report r where r.case_id = p_case.id and r.outcome = 'upheld') then
        return;
    end if;
    update account set held_until = null where id = p_case.subject;
    if p_case.step = 'mute' then
        perform mute_set(p_case.subject, (select max(w.until) from warning w
                                           where w.account = p_case.subject and w.kind = 'mute' and w.lifted is null and w.until > clock()));
    end if;
end $$;

-- Ends a report by what an admin decides: p_action dismiss, warn, mute, ban or next (the ladder's next step), for p_days
-- (null: see action_step). With it end the other open reports of the case about the same room, by a ban all of them. p_note
-- is for the record alone, p_reason what the subject is told (null: the report's). Frames to the reporters and the subject,
-- byes. 404 no_report; 409 report_resolved; 404 no_subject for a step against an account that was erased.
create or replace function report_resolve(p_report text, p_action text, p_days int, p_note text, p_admin bigint, p_rules jsonb,
                                          p_reason text default null)
returns setof act language plpgsql volatile as $$
declare
    v_report report;
    v_case report_case;
    v_kind text := 'dismiss';
begin
    select * into v_report from report where id = p_report;
    if v_report.id is null then
        perform fail(404, 'no_report');
    end if;
    -- all that it may take to lock is locked before the case: safety.sql
    select * into v_case from report_case where id = v_report.case_id;
    perform account_lock(v_case.subject);
    if p_action <> 'dismiss' and v_case.subject is not null then
        v_kind := (select s.kind from action_step(v_case.subject, p_action, p_days, p_rules) s);
    end if;
    if v_kind = 'ban' then
        perform rooms_lock(v_case.subject);
    end if;
    select * into v_case from report_case where id = v_report.case_id for no key update;
    select * into v_report from report where id = p_report;
    if v_report.state <> 'open' then
        perform fail(409, 'report_resolved');
    elsif p_action <> 'dismiss' and v_case.subject is null then
        perform fail(404, 'no_subject');
    end if;
    return query
    with done as (
        update report r
           set state = 'resolved', outcome = case when v_kind = 'dismiss' then 'dismissed' else 'upheld' end, action = v_kind,
               resolved = clock(), admin = p_admin, resolution = p_note,
               note = case when r.service or r.hold or not account_gone(r.reporter) then r.note else '' end,
               context = case when r.hold or not account_gone(r.subject) then r.context else report_bare(r) end,
               picture = case when r.hold or not account_gone(r.subject) then r.picture end
         where r.case_id = v_case.id and r.state = 'open'
           and (v_kind = 'ban' or r.context ->> 'room' = v_report.context ->> 'room')
        returning r
    )
    select 'frame', account_channels((d.r).reporter), '{"type":"report","report":' || report_json(d.r) || '}' from done d
     where (d.r).reporter is not null;
    perform case_close(v_case);
    if p_action <> 'dismiss' then
        return query
        select * from account_step(v_case.subject, p_action, p_days, coalesce(p_reason, v_report.reason), p_report, p_admin, p_rules);
    end if;
end $$;
