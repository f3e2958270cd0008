-- What goes when its time has come or when somebody asks: up to where lines are gone, accounts that were erased.
set local search_path = driftline;

-- Lines before first_seq are past retention. No line that is kept is older than aged_at: rooms are looked at in its order,
-- and those that were there before this was known come first.
alter table room add column first_seq int not null default 1;
alter table room add column aged_at timestamptz not null default '-infinity';
alter table room alter column aged_at set default now();
create index room_aged on room (aged_at);
-- What was deleted is given back soon, however long a partition is.
alter table chatrecord set (autovacuum_vacuum_scale_factor = 0.02);
alter table roomrecord set (autovacuum_vacuum_scale_factor = 0.02);

-- An erased account holds nothing any more, and goes when none of its masks is tied to it.
alter table account add column erased_at timestamptz;
create index account_erased on account (erased_at) where erased_at is not null;
-- Guests by when they were here last.
create index account_idle on account (seen_at) where name is null and openid_hash is null and erased_at is null;

-- A mask whose account was erased: what is left of it in its room goes then. No account stands here.
create table erasure (
    member bigint primary key references member on delete cascade,
    at     timestamptz not null,
    after  uuid                                     -- the client_id of the last line that is done
);
create index erasure_at on erasure (at);

-- What refers to rooms, masks and accounts is found by them, or each that goes would cost a look at all of it.
create index match_log_high on match_log (high);
create index reaction_member on reaction (member);
create index block_member on block (member);
create index block_room on block (room);
create index hidden_other on hidden (other);
create index share_member on share (member);
