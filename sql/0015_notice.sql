-- Who asked to be told by WeChat, once, that a stranger waits.
set local search_path = driftline;

-- It goes when it is told, with the session that asked, when its account looks for somebody again, and after a day.
create table wait_notice (
    account bigint primary key references account on delete cascade,
    session bytea not null references session on delete cascade,
    openid  bytea not null,                             -- encrypted: WeChat delivers to nothing else
    at      timestamptz not null default now(),
    expires timestamptz not null
);
create index wait_notice_session on wait_notice (session);
create index wait_notice_expires on wait_notice (expires);

-- When somebody was told last: one row.
create table wait_notice_pace (
    id int primary key default 1 check (id = 1),
    at timestamptz not null default '-infinity'
);
insert into wait_notice_pace default values;
