-- Where a deployment asks for it (DRIFTLINE_BAN_MEMORY), the device that a session was begun from, as a keyed hash beside its
-- address prefix's; of the banned both weigh. Which of them a hash is of is not kept with it.
set local search_path = driftline;

alter table session add column device bytea, add check (device is null or prefix is not null);
alter table address_weight rename to origin_weight;
alter table origin_weight rename column prefix to origin;
alter index address_weight_at rename to origin_weight_at;
alter index address_weight_pkey rename to origin_weight_pkey;
-- Their argument has another name now.
drop function if exists session_new (bigint, bytea, bytea[]), session_open (account, bytea, bytea[]);
