-- The word filter: the operator's list, and lines that wait for a moderator.
set local search_path = driftline;

-- A pattern as lib/filter.h has it.
create table word (
    id       bigint generated always as identity primary key,
    pattern  text collate "C" not null unique,
    class    text not null check (class in ('flag', 'mask', 'hold', 'block')),
    added_by bigint references admin on delete set null,
    at       timestamptz not null default now()
);

-- One row. It counts the changes of the list, in the transactions that make them: by it the programs know theirs is old.
create table word_list (
    version bigint not null
);
insert into word_list values (1);

-- A line that a word holds back. Approved, it goes into its room and from here; refused, its body goes.
create table held (
    n          bigint generated always as identity,
    id         text collate "C" primary key,    -- 128 random bits, base64url: what moderators call it by
    room       bigint not null references room on delete cascade,
    member     bigint not null references member on delete cascade,
    client_id  uuid not null,
    body       text,                            -- as it would be stored; null once refused
    sent       bytea,                           -- as of a message
    reply_to   int,
    words      bigint[] not null default '{}',  -- that hold it
    at         timestamptz not null,
    refused_at timestamptz,
    unique (member, client_id),
    check ((body is null) = (refused_at is not null))
);
create index held_room on held (room);
create index held_waiting on held (n) where refused_at is null;
create index held_refused on held (refused_at) where refused_at is not null;

-- Where words are masked, SHA-256 of client_id and body as they were sent: a repeat is known by it.
alter table message add column sent bytea;
