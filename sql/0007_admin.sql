-- Those who look after the service: their passwords and tokens, and the record of what they did. What they may call is in
-- schema admin_api, which a role of its own may use.
create schema if not exists admin_api;
set local search_path = driftline;

-- The machine's own owner has no password: `./deploy.sh up` makes its token.
alter table admin alter column salt drop not null;
alter table admin alter column hash drop not null;
alter table admin add column cost text;                 -- "N:r:p" of that scrypt
alter table admin add column failed int not null default 0;     -- logins in a row that failed
alter table admin add column failed_at timestamptz;
alter table admin add check (name ~ '^[a-z][a-z0-9_-]{1,31}$');
alter table admin add check ((salt is null) = (hash is null) and (hash is null) = (cost is null));

create table admin_token (
    token   bytea primary key,                          -- SHA-256 of what the admin holds: 256 random bits
    admin   bigint not null references admin,
    created timestamptz not null default now(),
    expires timestamptz not null
);
create index admin_token_admin on admin_token (admin);

-- What was done and looked at, by whom. Rows come in the transaction of the act itself, and none ever changes or goes: a
-- trigger sees to it (sql/functions/admin.sql).
create table audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    admin   bigint not null references admin,
    command text not null,                              -- as driftctl names it: "reports resolve"
    target  text not null default '',                   -- a case, a report, a room, an admin: never an account's name
    note    text not null default '',
    detail  jsonb not null default '{}'
);
create index audit_admin on audit (admin, id);
create index audit_target on audit (target, id) where target <> '';
