-- What goes when its time has come is found by that time.
set local search_path = driftline;

create index report_decided on report (resolved) where resolved is not null and not hold;
create index report_case_closed on report_case (closed) where closed is not null;
create index warning_over on warning (least(lifted, expires));
create index account_restricted on account (least(banned_until, muted_until, held_until))
    where coalesce(banned_until, muted_until, held_until) is not null;
create index session_prefix on session (token) where prefix is not null;
create index audit_at on audit (at);
create index wait_lease on wait (lease);
