-- What groups need: the square and its search, stays that end by a kick, shares, reactions, blocks of one mask,
-- wishes in private chats.
set local search_path = driftline;

-- Every frame goes to the channels of its members' own connections, a group's too.
alter table room drop column channel;
alter table room add column changed_at timestamptz not null default now();  -- when what all members see of it changed
alter table room add column emptied_at timestamptz;                         -- since when a group has nobody in it
alter table room add column revealed_at timestamptz;                        -- private: both wished it
alter table room add column kept_at timestamptz;
alter table room add check (last_seq >= 0 and slow_mode between 0 and 3600);
create index room_emptied on room (emptied_at) where emptied_at is not null and ended_at is null;

alter table member add column nickname text;        -- shown in the mask's place where a room leaves the choice
alter table member add column avatar text;          -- null: the mask's own
alter table member add column kicked_at timestamptz;    -- and never comes back
alter table member add column revealing boolean not null default false;
alter table member add column keeping boolean not null default false;
alter table member add column said_at timestamptz;      -- kept where a room has slow mode
create index member_present on member (room, key) include (account) where left_at is null;
-- The channels of a room's members are read off indexes alone.
drop index connection_account;
create index connection_account on connection (account) include (channel);

-- The square: a row for each public group that is open, with what it is found by (sql/functions/square.sql).
create table square (
    room    bigint primary key references room on delete cascade,
    created timestamptz not null,
    at      timestamptz not null,   -- of the latest line, as of ten minutes ago at the worst
    prev    timestamptz not null,   -- what `at` was before
    heading text[] not null,        -- terms of topic and tags
    terms   text[] not null,        -- those of the description too
    folded  text not null           -- all of the text, folded
) with (fillfactor = 80);
create index square_at on square (at, room);
create index square_created on square (created, room);
create index square_terms on square using gin (terms);
-- Open groups with people and with room for more, the emptiest first.
create index room_open on room (members, key) where kind = 'group' and public and ended_at is null and members > 0;

create table share (
    code    text collate "C" primary key,           -- 128 random bits, base64url
    room    bigint not null references room on delete cascade,
    member  bigint not null references member on delete cascade,
    created timestamptz not null default now(),
    expires timestamptz not null
);
create index share_room on share (room);
create index share_expires on share (expires);

create table reaction (
    room   bigint not null references room on delete cascade,
    seq    int not null,
    member bigint not null references member on delete cascade,
    name   text not null check (name in ('like', 'love', 'laugh', 'wow', 'sad', 'thanks')),
    at     timestamptz not null default now(),
    primary key (room, seq, member, name)
);
alter table message add column reacted_at timestamptz;      -- when its reactions changed last; null: it never had one
create index message_reacted on message (room, reacted_at) where reacted_at is not null;

-- A block is account-wide, but is told apart by the mask that it was made at: two masks of one account are two rows.
alter table block drop constraint block_pkey;
alter table block add unique (account, member);
create index block_account on block (account, other);

-- In a group a block hides one mask from one member, and says nothing of anybody's account.
create table hidden (
    member bigint not null references member on delete cascade,     -- who does not want to see it
    other  bigint not null references member on delete cascade,
    at     timestamptz not null default now(),
    primary key (member, other)
);

-- Private chats that are to end later, by somebody who cannot be told from the one who left.
create table departure (
    room bigint primary key references room on delete cascade,
    at   timestamptz not null
);
create index departure_at on departure (at);
