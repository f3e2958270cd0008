-- Warnings, and the ladder that they are the steps of: a warning, a mute, bans that grow. docs/data.md says how they count.
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
