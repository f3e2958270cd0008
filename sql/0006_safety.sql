-- Safety: cases and their evidence, the steps that follow, appeals; accounts that are muted, held or banned, and how groups
-- see somebody go.
set local search_path = driftline;

alter table account add column muted_until timestamptz;     -- whose lines no room takes
alter table account add column held_until timestamptz;      -- who is not matched: an automatic step, until somebody looked
-- The account's, where an append looks anyway.
alter table session add column muted_until timestamptz;

-- A guest's tokens that a ban ended: who comes again with one is told why.
create table barred (
    token   bytea primary key,
    account bigint not null references account on delete cascade
);
create index barred_account on barred (account);

-- One that is banned or erased goes from each group at a time of its own: member. null: the private chat ends.
alter table departure drop constraint departure_pkey;
alter table departure add column member bigint references member on delete cascade;
alter table departure add unique nulls not distinct (room, member);
create index departure_member on departure (member) where member is not null;

-- All reports about one account while there is one open. `id` is what the account is called in it: admins see no other
-- name, and it is another one in the next case.
create table report_case (
    id      text collate "C" primary key,
    subject bigint references account on delete set null,
    opened  timestamptz not null,
    closed  timestamptz,
    step    text,               -- what was done automatically: match, mute
    step_at timestamptz
);
create unique index report_case_open on report_case (subject) where closed is null;
create index report_case_subject on report_case (subject);

alter table report rename column evidence to context;       -- room and mask, as they were shown
alter table report alter column context set default '{}';
alter table report add column case_id text collate "C" references report_case;
alter table report add column service boolean not null default false;   -- the word filter's, nobody's
alter table report add column outcome text check (outcome in ('upheld', 'dismissed'));
alter table report add column action text check (action in ('dismiss', 'warn', 'mute', 'ban'));
alter table report add column resolved timestamptz;
alter table report add column admin bigint references admin on delete set null;
alter table report add column resolution text not null default '';      -- what the admin noted
alter table report add column picture bytea;        -- SHA-256 of the picture that the reported one showed in the mask's place
alter table report add column hold boolean not null default false;      -- its evidence is kept past its time
alter table report add check (state in ('open', 'resolved') and (state = 'open') = (resolved is null));
create unique index report_open on report (reporter, room, coalesce(member, 0)) where state = 'open';
create index report_reporter on report (reporter, at);
create index report_resolved on report (reporter, resolved) where resolved is not null;
create index report_picture on report (picture) where picture is not null;
create index report_case_id on report (case_id);
create index report_subject on report (subject);
create index report_room on report (room);
create index report_member on report (member);

-- The lines that a report shows, as its reporter saw them, whatever becomes of them in the room.
create table evidence (
    report   text collate "C" not null references report on delete cascade,
    seq      int not null,
    member   text not null,                 -- the mask's id and words
    alias    text not null,
    alias_zh text not null,
    side     text not null check (side in ('subject', 'reporter', 'other')),
    chosen   boolean not null,              -- by the reporter; the others stood around it
    kind     text not null,
    body     text,
    file     bytea,                         -- SHA-256 of a picture or a voice line, and of its preview: while they stand
    preview  bytea,                         -- here they are kept
    facts    jsonb,                         -- width, height, duration, waveform
    reply_to int,
    recalled boolean not null,
    at       timestamptz not null,          -- when it was said
    primary key (report, seq)
);
create index evidence_file on evidence (file) where file is not null;
create index evidence_preview on evidence (preview) where preview is not null;

-- A step on the ladder. It counts until it expires or is lifted.
alter table warning add column kind text not null default 'warn' check (kind in ('warn', 'mute', 'ban'));
alter table warning add column until timestamptz;       -- when a mute or a ban ends
alter table warning add column lifted timestamptz;
alter table warning add column code text collate "C" unique;     -- what a banned account may appeal with, once
create index warning_report on warning (report);

create table appeal (
    warning  text collate "C" primary key references warning on delete cascade,
    text     text not null,
    at       timestamptz not null,
    decision text check (decision in ('uphold', 'lift')),
    answer   text not null default '',
    admin    bigint references admin on delete set null,
    decided  timestamptz,
    check ((decision is null) = (decided is null))
);
create index appeal_open on appeal (at) where decision is null;
