-- Reports, whom they are about, and appeals, for admins. An account is named by the case that is about it, or by a mask in a
-- room; its own name stands in no answer but that of users_name, which the audit log keeps.
set local search_path = driftline;

-- The account that an admin means: by a case, or by a mask. 404 no_subject, no_member. target is what the audit log calls it.
create or replace function admin_subject(p_case text, p_room text, p_member text, out account bigint, out target text)
language plpgsql stable as $$
begin
    if p_case is not null then
        account := case_subject(p_case);
        target := p_case;
        return;
    end if;
    select m.account into account from room r join member m on m.room = r.key where r.id = p_room and m.id = p_member;
    if account is null then
        perform fail(404, 'no_member');
    end if;
    target := p_room || '/' || p_member;
end $$;

-- The open reports, the gravest first, or those that are resolved, the latest first. p_case: of one case. The cursor is how
-- many rows there were before.
create or replace function admin_api.reports_list(p_token bytea, p_role text, p_state text, p_case text, p_cursor text, p_limit int,
                                                  p_rules jsonb)
returns setof act language plpgsql stable as $$
declare
    v_offset int := least(coalesce(cursor_number(p_cursor), 0), 100000);
    v_items text[];
begin
    perform admin_enter(p_token, p_role);
    if p_state = 'open' then
        select array_agg(x.item order by x.n) into v_items
          from (select row_number() over () as n,
                       json_build_object('report', q.report, 'subject', q.subject, 'reason', q.reason, 'severity', q.severity,
                                         'weight', q.weight, 'reporters', q.reporters, 'lines', q.lines, 'at', rfc3339(q.at),
                                         'step', q.step, 'room', q.room, 'member', q.member, 'note', q.note)::text as item
                  from report_queue(p_rules, case when p_case is null then p_limit + 1 else 10000 end,
                                    case when p_case is null then v_offset else 0 end) q
                 where p_case is null or q.subject = p_case) x;
    else
        select array_agg(x.item order by x.resolved desc, x.id) into v_items
          from (select p.resolved, p.id,
                       json_build_object('report', p.id, 'subject', p.case_id, 'reason', p.reason, 'outcome', p.outcome,
                                         'action', p.action, 'admin', a.name, 'at', rfc3339(p.at), 'resolved', rfc3339(p.resolved),
                                         'hold', p.hold, 'resolution', p.resolution)::text as item
                  from report p left join admin a on a.id = p.admin
                 where p.state = 'resolved' and (p_case is null or p.case_id = p_case)
                 order by p.resolved desc, p.id limit p_limit + 1 offset v_offset) x;
    end if;
    return next ('reply', 200, page_json(v_items, array_fill((v_offset + p_limit)::text, array[p_limit]), p_limit))::act;
end $$;

-- Where an account stands: steps against it that count, what was said of it and what it said of others. No name, no room.
create or replace function standing_json(a account) returns json language plpgsql stable as $$
begin
    return json_build_object(
        'kind', case when a.id is null or a.erased_at is not null then 'erased' when a.openid_hash is not null then 'wechat'
                     when a.name is null then 'guest' else 'account' end,
        'created', to_char(a.created at time zone 'UTC', 'YYYY-MM-DD'),
        'online', exists (select from connection c where c.account = a.id),
        'muted_until', time_json(case when a.muted_until > clock() then a.muted_until end),
        'held_until', time_json(case when a.held_until > clock() then a.held_until end),
        'banned', coalesce(a.banned_until > clock(), false), 'banned_until', time_json(case when a.banned_until > clock() then a.banned_until end),
        'ban_reason', case when a.banned_until > clock() then a.ban_reason end,
        'reported', (select json_build_object('open', count(*) filter (where p.state = 'open'), 'upheld', count(*) filter (where p.outcome = 'upheld'),
                                               'dismissed', count(*) filter (where p.outcome = 'dismissed')) from report p where p.subject = a.id),
        'reporting', (select json_build_object('open', count(*) filter (where p.state = 'open'), 'upheld', count(*) filter (where p.outcome = 'upheld'),
                                                'dismissed', count(*) filter (where p.outcome = 'dismissed')) from report p where p.reporter = a.id));
end $$;

create or replace function steps_json(p_account bigint) returns json language plpgsql stable as $$
begin
    return (select coalesce(json_agg(x.item order by x.at desc), '[]')
      from (select w.at, json_build_object('step', w.id, 'kind', w.kind, 'reason', w.reason, 'at', rfc3339(w.at), 'until', time_json(w.until),
                                            'counts', w.lifted is null and w.expires > clock(), 'seen', w.seen_at is not null,
                                            'report', w.report, 'appeal', (select coalesce(p.decision, 'open') from appeal p where p.warning = w.id)) as item
              from warning w where w.account = p_account order by w.at desc limit 50) x);
end $$;

-- One report with its evidence, as its reporter saw it.
create or replace function admin_api.reports_show(p_token bytea, p_role text, p_report text) returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    p report;
    a account;
begin
    select * into p from report where id = p_report;
    if p.id is null then
        perform fail(404, 'no_report');
    end if;
    select * into a from account where id = p.subject;
    perform audit_add(me.id, 'reports show', p.id);
    return next ('reply', 200, json_build_object('report', p.id, 'subject', p.case_id, 'state', p.state, 'reason', p.reason, 'note', p.note,
        'by', case when p.service then 'service' else 'person' end, 'at', rfc3339(p.at),
        'room', p.context ->> 'room', 'kind', p.context ->> 'kind', 'topic', p.context ->> 'topic', 'tags', p.context -> 'tags',
        'member', p.context #>> '{subject,member}', 'alias', p.context #>> '{subject,alias}',
        'picture', p.picture is not null,
        'outcome', p.outcome, 'action', p.action, 'resolved', rfc3339(p.resolved), 'resolution', p.resolution, 'hold', p.hold,
        'standing', standing_json(a), 'steps', steps_json(a.id),
        'evidence', (select coalesce(json_agg(json_build_object('seq', e.seq, 'at', rfc3339(e.at), 'side', e.side, 'alias', e.alias,
                             'chosen', e.chosen, 'kind', e.kind, 'recalled', e.recalled, 'reply_to', e.reply_to, 'body', e.body) order by e.seq), '[]')
                       from evidence e where e.report = p.id)))::act;
end $$;

-- The picture or the voice of a line that a report shows, without p_seq the picture that its subject showed: the reply is the SHA-256 of its content in hex and its kind, parted
-- by a blank. 404 no_message.
create or replace function admin_api.reports_file(p_token bytea, p_role text, p_report text, p_seq int) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    v_file text;
begin
    if p_seq is null then
        select encode(p.picture, 'hex') || ' image' into v_file from report p where p.id = p_report;
    else
        select encode(e.file, 'hex') || ' ' || e.kind into v_file from evidence e where e.report = p_report and e.seq = p_seq;
    end if;
    if v_file is null then
        perform fail(404, 'no_message');
    end if;
    perform audit_add(me.id, 'reports file', p_report, '', jsonb_build_object('seq', p_seq));
    return next ('reply', 200, v_file)::act;
end $$;

-- Ends a report; see report_resolve.
create or replace function admin_api.reports_resolve(p_token bytea, p_role text, p_report text, p_action text, p_days int, p_reason text,
                                                     p_note text, p_rules jsonb)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    p report;
begin
    return query select * from report_resolve(p_report, p_action, p_days, coalesce(p_note, ''), me.id, p_rules, p_reason);
    select * into p from report where id = p_report;
    perform audit_add(me.id, 'reports resolve', p.id, p_note,
                      jsonb_build_object('action', p_action, 'days', p_days, 'reason', p_reason, 'subject', p.case_id));
    return next ('reply', 200, json_build_object('report', p.id, 'subject', p.case_id, 'outcome', p.outcome, 'action', p.action,
        'open', (select count(*) from report o where o.case_id = p.case_id and o.state = 'open')))::act;
end $$;

-- Keeps a report's evidence past its time, or no longer.
create or replace function admin_api.reports_hold(p_token bytea, p_role text, p_report text, p_on boolean, p_note text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    update report set hold = p_on where id = p_report;
    if not found then
        perform fail(404, 'no_report');
    end if;
    perform audit_add(me.id, case when p_on then 'reports hold' else 'reports release' end, p_report, p_note);
    return next ('reply', 204, null)::act;
end $$;

create or replace function admin_api.users_show(p_token bytea, p_role text, p_case text, p_room text, p_member text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    s record := admin_subject(p_case, p_room, p_member);
    a account;
begin
    select * into a from account where id = s.account;
    perform audit_add(me.id, 'users show', s.target);
    return next ('reply', 200, json_build_object('subject', s.target, 'standing', standing_json(a),
        'cases', (select coalesce(json_agg(json_build_object('subject', c.id, 'opened', rfc3339(c.opened), 'closed', rfc3339(c.closed),
                                                             'reports', (select count(*) from report p where p.case_id = c.id))
                                           order by c.opened desc), '[]')
                    from report_case c where c.subject = a.id),
        'steps', steps_json(a.id)))::act;
end $$;

-- A step against an account without a report: p_action warn, mute, ban or next.
create or replace function admin_api.users_step(p_token bytea, p_role text, p_case text, p_room text, p_member text, p_action text, p_days int,
                                                p_reason text, p_note text, p_rules jsonb)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    s record := admin_subject(p_case, p_room, p_member);
begin
    return query select * from account_step(s.account, p_action, p_days, p_reason, null, me.id, p_rules);
    perform audit_add(me.id, 'users ' || p_action, s.target, p_note, jsonb_build_object('days', p_days, 'reason', p_reason));
    return next ('reply', 200, json_build_object('subject', s.target, 'step', (select w.kind from warning w where w.account = s.account order by w.at desc limit 1),
                                                  'until', (select time_json(w.until) from warning w where w.account = s.account order by w.at desc limit 1)))::act;
end $$;

-- Ends a mute or a ban: p_kind.
create or replace function admin_api.users_lift(p_token bytea, p_role text, p_case text, p_room text, p_member text, p_kind text, p_note text)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    s record := admin_subject(p_case, p_room, p_member);
begin
    if p_kind = 'mute' then
        perform account_unmute(s.account);
    else
        perform account_unban(s.account);
    end if;
    perform audit_add(me.id, 'users un' || p_kind, s.target, p_note);
    return next ('reply', 204, null)::act;
end $$;

-- What an account calls itself. The note says why somebody had to know.
create or replace function admin_api.users_name(p_token bytea, p_role text, p_case text, p_room text, p_member text, p_note text)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    s record := admin_subject(p_case, p_room, p_member);
begin
    perform audit_add(me.id, 'users name', s.target, p_note);
    return next ('reply', 200, (select json_build_object('subject', s.target, 'name', a.name, 'nickname', u.nickname, 'wechat', a.openid_hash is not null)
                                  from account a left join user_info u on u.account = a.id where a.id = s.account))::act;
end $$;

-- Erases an account; see account_erase.
create or replace function admin_api.users_erase(p_token bytea, p_role text, p_case text, p_room text, p_member text, p_note text)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    s record := admin_subject(p_case, p_room, p_member);
begin
    return query select * from account_erase(s.account);
    perform audit_add(me.id, 'users erase', s.target, p_note);
    return next ('reply', 204, null)::act;
end $$;

-- Appeals that wait for an answer, the oldest first, or those that have one, the latest first.
create or replace function admin_api.appeals_list(p_token bytea, p_role text, p_state text, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_offset int := least(coalesce(cursor_number(p_cursor), 0), 100000);
    v_items text[];
begin
    perform admin_enter(p_token, p_role);
    select array_agg(x.item order by x.n) into v_items
      from (select row_number() over (order by case when p_state = 'open' then p.at end, p.decided desc, p.warning) as n,
                   json_build_object('appeal', p.warning, 'step', w.kind, 'reason', w.reason, 'at', rfc3339(p.at), 'until', time_json(w.until),
                                     'report', w.report, 'decision', p.decision, 'admin', a.name, 'text', p.text, 'answer', p.answer)::text as item
              from appeal p join warning w on w.id = p.warning left join admin a on a.id = p.admin
             where (p.decision is null) = (p_state = 'open')
             order by 1 limit p_limit + 1 offset v_offset) x;
    return next ('reply', 200, page_json(v_items, array_fill((v_offset + p_limit)::text, array[p_limit]), p_limit))::act;
end $$;

create or replace function admin_api.appeals_answer(p_token bytea, p_role text, p_appeal text, p_decision text, p_answer text, p_note text)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    return query select * from appeal_answer(p_appeal, p_decision, p_answer, me.id);
    perform audit_add(me.id, 'appeals answer', p_appeal, p_note, jsonb_build_object('decision', p_decision));
    return next ('reply', 204, null)::act;
end $$;
