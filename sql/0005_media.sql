-- Pictures, voice and avatars: files, told apart by what is in them, and their uses, each under an address of its own.
set local search_path = driftline;

-- A file in the media folder, by the SHA-256 of its content. What is not here is there by accident, and goes.
create table file (
    digest bytea primary key,
    doomed timestamptz                          -- nobody uses it and it is being removed: it is nobody's to take up again
);

-- A use of a file: a line's (room, seq), an account's own avatar, or the picture of a profile that a member shows (member).
create table media (
    id       text collate "C" primary key,      -- 128 random bits, base64url
    kind     text not null check (kind in ('image', 'voice', 'avatar')),
    account  bigint not null references account on delete cascade,
    room     bigint references room on delete cascade,
    seq      int,
    member   bigint references member on delete cascade,
    file     bytea not null references file,
    preview  bytea references file,
    source   bytea not null,                    -- SHA-256 of what was sent, by which a repeat is known
    width    int,
    height   int,
    duration int,                               -- milliseconds
    waveform smallint[],
    unique (room, seq),
    unique (member),
    check (case when kind = 'avatar' then seq is null else room is not null and seq is not null and member is null end)
);
create unique index media_avatar on media (account) where kind = 'avatar' and member is null;
create index media_account on media (account);
create index media_file on media (file);
create index media_preview on media (preview) where preview is not null;

-- What an account has sent on a day, for its quota.
create table upload (
    account bigint not null references account on delete cascade,
    day     date not null,
    files   int not null,
    bytes   bigint not null,
    primary key (account, day)
);
create index upload_day on upload (day);

-- Profiles that are shown without a picture of their own keep the mask's, which is another in each room.
update member set avatar = null where avatar is not null;
