-- Where a deployment asks for it (DRIFTLINE_BAN_MEMORY), the device that a session was begun from, as a keyed hash beside its
-- address prefix's. Of the banned both weigh: address_weight.prefix holds either, and not which of them it is.
set local search_path = driftline;

alter table session add column device bytea, add check (device is null or prefix is not null);
-- Their argument has another name now.
drop function if exists session_new (bigint, bytea, bytea[]), session_open (account, bytea, bytea[]), address_weigh (bytea[], bytea);
