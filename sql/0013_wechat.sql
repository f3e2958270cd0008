-- WeChat's content checks: what it is to be asked about, and what it has not answered yet.
set local search_path = driftline;

-- A line's text (room, seq), a line's picture or voice (media besides), or an avatar (media alone). It is gone half an hour after
-- it came, a text's as soon as there is an answer; of a file that has gone media is null.
create table wechat_check (
    id       bigint generated always as identity primary key,
    account  bigint not null references account on delete cascade,
    room     bigint references room on delete cascade,
    seq      int,
    media    text collate "C" unique references media on delete set null,
    at       timestamptz not null default now(),
    due      timestamptz not null default now(),    -- when it may be asked: a lease while somebody does, then a pause
    attempts int not null default 0,
    ticket   text collate "C" unique,               -- of a file: where WeChat fetches it, 128 random bits
    trace    text collate "C" unique,               -- of a file: what WeChat will answer by
    verdict  text check (verdict in ('pass', 'review', 'risky')),   -- of a file: the answer came; it may come again
    unique (room, seq)
);
create index wechat_check_due on wechat_check (due) where trace is null;
create index wechat_check_account on wechat_check (account);
create index wechat_check_at on wechat_check (at);

-- By which they are forgotten where nothing is checked.
create index account_openid on account (id) where openid_sealed is not null;
