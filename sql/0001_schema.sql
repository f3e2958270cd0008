-- The tables. Eight carry the names of the paper that Driftline comes from: account, warning, user_info
-- (its `user`, a reserved word), report, admin, chatrecord, room, roomrecord. docs/data.md draws them.

create schema if not exists driftline;              -- tables, and what the functions share
create schema if not exists api;                    -- what the handlers call, and all that they may call
set local search_path = driftline;
create extension if not exists pgcrypto with schema driftline;

create table account (
    id            bigint generated always as identity primary key,
    name          text collate "C" unique,              -- null: a guest, or somebody who came by WeChat
    scheme        text check (scheme in ('md5', 'v2')), -- what the client sends in place of the password
    salt          bytea,
    hash          bytea,                                -- scrypt over an HMAC with the deployment's pepper
    cost          text,                                 -- "N:r:p" of that scrypt
    openid_hash   bytea unique,
    openid_sealed bytea,
    banned_until  timestamptz,                          -- the blacklist; infinity: for good
    ban_reason    text,
    created       timestamptz not null default now(),
    seen_at       timestamptz not null default now(),
    check ((name is null) = (hash is null))
);

create table user_info (
    account  bigint primary key references account on delete cascade,
    nickname text not null,
    avatar   text not null,
    locale   text not null default 'en' check (locale in ('en', 'zh-Hans'))
);

create table session (
    token   bytea primary key,                          -- SHA-256 of what the client holds
    account bigint not null references account on delete cascade,
    created timestamptz not null default now(),
    expires timestamptz not null
);
create index session_account on session (account);
create index session_expires on session (expires);

-- A ticket opens one socket, once, within half a minute. Losing them all in a crash costs a client one retry.
create unlogged table ticket (
    ticket  bytea primary key,                          -- SHA-256 of the ticket
    token   bytea not null,
    expires timestamptz not null
);
create index ticket_expires on ticket (expires);

-- One row for each open socket: the channel that it alone subscribes, so that closing the channel closes it.
create table connection (
    channel text collate "C" primary key,
    account bigint not null references account on delete cascade,
    token   bytea not null references session on delete cascade,
    opened  timestamptz not null default now()
);
create index connection_account on connection (account);
create index connection_token on connection (token);

create table room (
    key         bigint generated always as identity primary key,
    id          text collate "C" not null unique,       -- 128 random bits, base64url
    kind        text not null check (kind in ('private', 'group')),
    topic       text not null default '',
    description text not null default '',
    tags        text[] not null default '{}',
    capacity    int not null check (capacity between 2 and 1000),
    members     int not null default 0 check (members between 0 and capacity),
    public      boolean not null default false,
    mask        text not null default 'always' check (mask in ('always', 'choice')),
    slow_mode   int not null default 0,
    channel     text collate "C" not null,              -- what a group's sockets subscribe; known to nobody outside
    last_seq    int not null default 0,
    last_at     timestamptz not null default now(),
    created     timestamptz not null default now(),
    ended_at    timestamptz,
    ended_by    bigint,                                 -- the member who ended it
    ended_why   text
) with (fillfactor = 60);

create table member (
    key         bigint generated always as identity primary key,
    id          text collate "C" not null,              -- 64 random bits in hex: the mask's public id
    room        bigint not null references room on delete cascade,
    account     bigint references account on delete set null,
    alias       text not null,
    alias_zh    text not null,
    role        text not null default 'member' check (role in ('owner', 'member')),
    joined_at   timestamptz not null default now(),
    left_at     timestamptz,
    read_seq    int not null default 0,
    changed_at  timestamptz not null default now(),     -- when this member's own view of the room changed last
    pinned      boolean not null default false,
    silent      boolean not null default false,
    muted_until timestamptz,
    unique (room, account),
    unique (room, id)
) with (fillfactor = 80);
create index member_account on member (account);

-- A member reads what was said during the stays, and no more.
create table stay (
    member   bigint not null references member on delete cascade,
    from_seq int not null,
    to_seq   int,                                       -- null: still there
    primary key (member, from_seq)
);

-- Every message, private or group, has one shape and one query path; the paper's two tables are its halves.
create table message (
    room_kind   text not null,
    room        bigint not null,
    seq         int not null,
    member      bigint not null,
    kind        text not null default 'text' check (kind in ('text', 'image', 'voice', 'system')),
    body        text,
    reply_to    int,
    client_id   uuid not null,
    at          timestamptz not null,
    recalled_at timestamptz,
    primary key (room_kind, room, seq),
    unique (room_kind, member, client_id)
) partition by list (room_kind);
create table chatrecord partition of message for values in ('private');
create table roomrecord partition of message for values in ('group');
create index message_recalled on message (room, recalled_at) where recalled_at is not null;

-- An account waits once. A row that has its room is a match which its owner may not have heard of yet.
create table wait (
    account    bigint primary key references account on delete cascade,
    target     text not null check (target in ('private', 'room')),
    tags       text[] not null default '{}',
    since      timestamptz not null default now(),
    lease      timestamptz not null,
    room       bigint references room on delete set null,
    matched_at timestamptz,
    seen       boolean not null default false
);
create index wait_room on wait (room);

-- Who met whom, and how long the one who waited had waited: the source of estimates, and of "not again today".
create table match_log (
    low    bigint not null,
    high   bigint not null,
    at     timestamptz not null default now(),
    waited real not null                                -- seconds
);
create index match_log_pair on match_log (low, high, at);
create index match_log_at on match_log (at);

create table block (
    account bigint not null references account on delete cascade,
    other   bigint not null references account on delete cascade,
    room    bigint references room on delete set null,
    member  bigint references member on delete set null,
    at      timestamptz not null default now(),
    primary key (account, other)
);
create index block_other on block (other);

create table admin (
    id      bigint generated always as identity primary key,
    name    text not null unique,
    role    text not null check (role in ('moderator', 'owner')),
    salt    bytea not null,
    hash    bytea not null,
    created timestamptz not null default now(),
    disabled timestamptz
);

create table report (
    id       text collate "C" primary key,
    reporter bigint references account on delete set null,
    subject  bigint references account on delete set null,
    room     bigint references room on delete set null,
    member   bigint references member on delete set null,
    reason   text not null check (reason in ('harassment', 'sexual', 'minor', 'spam', 'illegal', 'self_harm', 'other')),
    note     text not null default '',
    evidence jsonb not null default '[]',
    state    text not null default 'open',
    at       timestamptz not null default now()
);

create table warning (
    id      text collate "C" primary key,
    account bigint not null references account on delete cascade,
    report  text references report on delete set null,
    admin   bigint references admin on delete set null,
    reason  text not null,
    at      timestamptz not null default now(),
    seen_at timestamptz,
    expires timestamptz
);
create index warning_account on warning (account);

create table alias_word (
    part text not null check (part in ('adjective', 'animal')),
    n    int not null,
    en   text not null,
    zh   text not null,
    primary key (part, n)
);

-- What a function of schema api answers, row by row: at most one 'reply' (target: the status), any number of
-- 'frame' (target: channels, comma-separated), 'bye' (target: one channel, told and then closed) and 'check' (target:
-- channels of connections that may have gone without a word).
create type act as (kind text, target text, body text);
