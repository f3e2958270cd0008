-- Warnings, and the ladder that they are the steps of: a warning, a mute, bans that grow. Appeals against them.
-- docs/data.md says how they count.
set local search_path = driftline;

-- A step against an account. p_kind: warn, mute, ban; p_until: when a mute or a ban ends, else null; p_days: how long after
-- its end it counts on the ladder.
create or replace function warning_new(p_account bigint, p_kind text, p_until timestamptz, p_reason text, p_report text,
                                       p_admin bigint, p_days int)
returns warning language sql volatile as $$
    insert into warning (id, account, kind, until, reason, report, admin, at, expires, code)
    values (random_id(), p_account, p_kind, p_until, p_reason, p_report, p_admin, clock(),
            coalesce(p_until, clock()) + make_interval(days => p_days), case p_kind when 'ban' then random_id() end)
    returning *
$$;

create or replace function time_json(p_at timestamptz) returns text language sql stable as $$
    select case when isfinite(p_at) then rfc3339(p_at) end
$$;

-- `warning` of docs/api.md, for whom it is about. It says nothing of a room, a report or who made one.
create or replace function warning_json(w warning) returns text language sql stable as $$
    select jsonb_build_object('id', w.id, 'kind', w.kind, 'reason', w.reason, 'at', rfc3339(w.at), 'until', time_json(w.until),
                              'expires', time_json(w.expires), 'seen', w.seen_at is not null, 'lifted', w.lifted is not null,
                              'over', w.lifted is not null or coalesce(w.expires <= clock(), false),
                              'appeal', (select appeal_json(p) from appeal p where p.warning = w.id))::text
$$;

create or replace function warning_frame(w warning) returns act language sql stable as $$
    select ('frame', account_channels(w.account), '{"type":"warning","warning":' || warning_json(w) || '}')::act
$$;

-- The steps of a ladder such as "warn mute:1h ban:1d ban". lasts: in seconds; 0 for a warning, infinity for a ban for good.
create or replace function ladder_steps(p_ladder text) returns table (n int, kind text, lasts float8) language sql stable as $$
    select s.n::int, split_part(s.word, ':', 1),
           coalesce(extract(epoch from nullif(split_part(s.word, ':', 2), '')::interval)::float8,
                    case when s.word = 'ban' then 'infinity'::float8 else 0 end)
      from unnest(string_to_array(p_ladder, ' ')) with ordinality s(word, n)
     where s.word <> ''
$$;

-- The step that comes next for an account: as many further as it has had steps that count still, and past all that it had
-- by somebody's own choice. The last one stays the last.
create or replace function ladder_next(p_account bigint, p_ladder text) returns table (n int, kind text, lasts float8)
language sql stable as $$
    with ladder as (
        select s.*, position(s.kind in 'warn mute ban') as rank from ladder_steps(p_ladder) s
    ), standing as (
        select position(w.kind in 'warn mute ban') as rank,
               coalesce((extract(epoch from w.until) - extract(epoch from w.at))::float8, 0) as lasts
          from warning w
         where w.account = p_account and w.lifted is null and w.expires > clock()
    ), reached as (
        select greatest((select count(*) from standing),
                        (select max(l.n) from ladder l join standing s on (l.rank, l.lasts) <= (s.rank, s.lasts))) as n
    )
    select l.n, l.kind, l.lasts from ladder l, reached
     where l.n = least(reached.n + 1, (select max(m.n) from ladder m))
$$;

-- Tells somebody off. The frame; 404 no_account.
create or replace function warning_give(p_account bigint, p_reason text, p_report text default null, p_admin bigint default null,
                                        p_days int default 90)
returns setof act language plpgsql volatile as $$
begin
    perform account_pin(p_account);
    return next warning_frame(warning_new(p_account, 'warn', null, p_reason, p_report, p_admin, p_days));
end $$;

-- Sets until when no room takes an account's lines; null: at once again. Its sessions carry it, for the append.
create or replace function mute_set(p_account bigint, p_until timestamptz) returns void language sql volatile as $$
    update account set muted_until = p_until where id = p_account;
    update session set muted_until = p_until where account = p_account;
$$;

-- Until p_until no room takes what the account writes, and nobody is matched with it. The frame; 404 no_account.
create or replace function account_mute(p_account bigint, p_until timestamptz, p_reason text, p_report text default null,
                                        p_admin bigint default null, p_days int default 90)
returns setof act language plpgsql volatile as $$
declare
    v_account account := account_pin(p_account);
begin
    perform mute_set(p_account, greatest(p_until, v_account.muted_until));
    perform wait_drop(p_account);
    return next warning_frame(warning_new(p_account, 'mute', p_until, p_reason, p_report, p_admin, p_days));
end $$;

-- Gives a wait up that has no room yet.
create or replace function wait_drop(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(hashtext('driftline.match'));
    delete from wait where account = p_account and room is null;
end $$;

-- Ends a mute before its time. 404 no_account.
create or replace function account_unmute(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform account_pin(p_account);
    update warning set lifted = clock() where account = p_account and kind = 'mute' and lifted is null and until > clock();
    perform mute_set(p_account, null);
end $$;

-- 403 muted for somebody whose lines no room takes.
create or replace function mute_check(p_account bigint) returns void language plpgsql stable as $$
declare
    v_until timestamptz := (select a.muted_until from account a where a.id = p_account);
begin
    if v_until > clock() then
        perform fail(403, 'muted', '', jsonb_build_object('until', rfc3339(v_until), 'everywhere', true));
    end if;
end $$;

-- 403 for somebody who is not matched now.
create or replace function match_check(p_account bigint) returns void language plpgsql stable as $$
declare
    v_until timestamptz := (select a.held_until from account a where a.id = p_account);
begin
    perform mute_check(p_account);
    if v_until > clock() then
        perform fail(403, 'matching_paused', '', jsonb_build_object('until', rfc3339(v_until)));
    end if;
end $$;

-- What an action of an admin comes to: `next` is the ladder's next step; a mute without days lasts as long as the ladder's
-- first, a ban without days is for good.
create or replace function action_step(p_account bigint, p_action text, p_days int, p_rules jsonb, out kind text, out until timestamptz)
language sql stable as $$
    select s.kind, case when s.kind = 'warn' then null when s.lasts = 'infinity' then 'infinity'
                        else clock() + make_interval(secs => s.lasts) end
      from (select n.kind, n.lasts from ladder_next(p_account, p_rules ->> 'ladder') n where p_action = 'next'
            union all
            select p_action, coalesce(p_days * 86400.0,
                                      case when p_action = 'ban' then 'infinity'::float8
                                      else coalesce((select l.lasts from ladder_steps(p_rules ->> 'ladder') l
                                                      where l.kind = 'mute' order by l.n limit 1), 3600) end)
             where p_action <> 'next') s
$$;

-- Takes a step against an account: warn, mute, ban or next. Frames and byes; 404 no_account.
create or replace function account_step(p_account bigint, p_action text, p_days int, p_reason text, p_report text, p_admin bigint,
                                        p_rules jsonb)
returns setof act language plpgsql volatile as $$
declare
    v_step record;
    v_keep int := (p_rules ->> 'warning_days')::int;
begin
    perform account_pin(p_account);
    select * into v_step from action_step(p_account, p_action, p_days, p_rules);
    case v_step.kind
        when 'warn' then
            return query select * from warning_give(p_account, p_reason, p_report, p_admin, v_keep);
        when 'mute' then
            return query select * from account_mute(p_account, v_step.until, p_reason, p_report, p_admin, v_keep);
        when 'ban' then
            return query select * from account_ban(p_account, v_step.until, p_reason, p_report, p_admin, v_keep);
    end case;
end $$;

-- The caller's steps, the latest first. The cursor is the id that the last page ended with.
create or replace function api.warnings(p_token bytea, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_after warning;
begin
    select * into v_after from warning w where w.id = p_cursor and w.account = v_account;
    if p_cursor is not null and v_after.id is null then
        perform fail(422, 'invalid_field', 'cursor');
    end if;
    return query
    with page as (
        select w as w, row_number() over (order by w.at desc, w.id desc) as n
          from warning w
         where w.account = v_account and (p_cursor is null or (w.at, w.id) < (v_after.at, v_after.id))
         order by w.at desc, w.id desc limit p_limit + 1
    )
    select 'reply', '200',
           '{"items":[' || coalesce(string_agg(warning_json(w), ',' order by n) filter (where n <= p_limit), '') || '],"next":'
           || coalesce((select '"' || (last.w).id || '"' from page last
                         where last.n = p_limit and exists (select from page where n > p_limit)), 'null') || '}'
      from page;
end $$;

-- One of the caller's own; 404 no_warning.
create or replace function warning_own(p_token bytea, p_warning text) returns warning language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    w warning;
begin
    select * into w from warning where id = p_warning and account = v_account for no key update;
    if w.id is null then
        perform fail(404, 'no_warning');
    end if;
    return w;
end $$;

create or replace function api.warning_seen(p_token bytea, p_warning text) returns setof act language plpgsql volatile as $$
declare
    w warning := warning_own(p_token, p_warning);
begin
    update warning set seen_at = clock() where id = w.id and seen_at is null returning * into w;
    if found then
        return next warning_frame(w);
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- One text against a step that counts still.
create or replace function appeal_new(w warning, p_text text) returns warning language plpgsql volatile as $$
begin
    if w.lifted is not null or w.expires <= clock() then
        perform fail(409, 'warning_over');
    end if;
    insert into appeal (warning, text, at) values (w.id, p_text, clock()) on conflict do nothing;
    if not found then
        perform fail(409, 'appealed');
    end if;
    update warning set code = null, seen_at = coalesce(seen_at, clock()) where id = w.id returning * into w;
    return w;
end $$;

create or replace function api.warning_appeal(p_token bytea, p_warning text, p_text text) returns setof act
language plpgsql volatile as $$
declare
    w warning := appeal_new(warning_own(p_token, p_warning), p_text);
begin
    return next warning_frame(w);
    return next ('reply', 200, warning_json(w))::act;
end $$;

-- By somebody who is banned: with the code that a login answered.
create or replace function api.appeal_by_code(p_code text, p_text text) returns setof act language plpgsql volatile as $$
declare
    w warning;
begin
    select * into w from warning where code = p_code and lifted is null and until > clock() for no key update;
    if w.id is null then
        perform fail(404, 'no_warning');
    end if;
    w := appeal_new(w, p_text);
    return next ('reply', 200, warning_json(w))::act;
end $$;

-- Answers an appeal. p_decision: uphold, or lift, which ends the step. 404 no_appeal; 409 appeal_answered.
create or replace function appeal_answer(p_warning text, p_decision text, p_answer text, p_admin bigint default null)
returns setof act language plpgsql volatile as $$
declare
    w warning;
begin
    select * into w from warning where id = p_warning;
    if not exists (select from appeal where warning = w.id) then
        perform fail(404, 'no_appeal');
    end if;
    perform account_pin(w.account);
    update appeal set decision = p_decision, answer = p_answer, admin = p_admin, decided = clock()
     where warning = w.id and decision is null;
    if not found then
        perform fail(409, 'appeal_answered');
    end if;
    if p_decision = 'lift' then
        update warning set lifted = clock() where id = w.id;
        perform step_lift(w);
    end if;
    select * into w from warning where id = p_warning;
    return next warning_frame(w);
end $$;

-- What a step did ends; what others did goes on.
create or replace function step_lift(w warning) returns void language plpgsql volatile as $$
begin
    if w.kind = 'mute' then
        perform mute_set(w.account, (select max(o.until) from warning o
                                      where o.account = w.account and o.kind = 'mute' and o.lifted is null and o.until > clock()));
    elsif w.kind = 'ban' and exists (select from account a where a.id = w.account and a.banned_until = w.until) then
        perform account_unban(w.account);
    end if;
end $$;
