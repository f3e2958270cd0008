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

-- The square: a row for each public group that is open (sql/functions/square.sql keeps it). `at` and `prev` are what
-- the order of a scroll is known by: lines move `at` at most once in eleven minutes, and a cursor lives ten.
create table square (
    room    bigint primary key references room on delete cascade,
    created timestamptz not null,
    listed  timestamptz not null default now(), -- since when it is here without a break
    at      timestamptz not null,   -- of the latest line, as of eleven minutes ago at the worst
    prev    timestamptz not null,   -- what `at` was before
    tie     bigint not null default floor(random() * 9007199254740992)::bigint, -- between rooms of one moment
    tags    text[] collate "C" not null,
    heading text collate "C" not null,          -- topic and tags, folded
    folded  text collate "C" not null           -- the description too
);
create index square_at on square (at, tie);
create index square_created on square (created, tie);
-- The places once more, with the index of terms on them (sql/functions/square.sql): narrow, since of many candidates few
-- are shown, and with nothing that a line changes indexed.
create table square_place (
    room    bigint primary key references square on delete cascade,
    tie     bigint not null,
    created timestamptz not null,
    listed  timestamptz not null,
    at      timestamptz not null,
    prev    timestamptz not null
) with (fillfactor = 90);
-- Where a room stands in an order of the square. heading: whether it is found by topic and tags; those come first.
create type place as (room bigint, heading boolean, key timestamptz, tie bigint);
create type scroll_state as (begun timestamptz, after place);
create type page as (hits place[], rest place);             -- rest: where to go on, null when there is no more
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
