-- Proofs of work that have been used: each is good once. Losing them all in a crash makes those of the last ten minutes
-- good once more.
set local search_path = driftline;

create unlogged table pow_used (
    challenge bytea primary key,
    expires   timestamptz not null      -- when it is good no longer, so that the row may go
);
create index pow_used_expires on pow_used (expires);

-- Where a deployment asks for it (DRIFTLINE_BAN_MEMORY): the keyed hash of the address prefix that a session was begun from,
-- and those of the banned, for a while. The key changes with time, so that old hashes say nothing any more.
alter table session add column prefix bytea;
create table address_weight (
    prefix bytea primary key,
    at     timestamptz not null default now()   -- of the latest ban
);
create index address_weight_at on address_weight (at);
