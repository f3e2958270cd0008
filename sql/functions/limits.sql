-- Limits: proofs of work are used up here.
set local search_path = driftline;

-- Uses a proof of work up; 403 for one that has been used. Null: none was asked for. The row outlives the proof by a
-- minute, since nodes' clocks differ.
create or replace function pow_use(p_challenge bytea, p_expires bigint) returns void language plpgsql volatile as $$
begin
    if p_challenge is not null then
        insert into pow_used (challenge, expires) values (p_challenge, to_timestamp(p_expires) + interval '1 minute')
        on conflict do nothing;
        if not found then
            perform fail(403, 'pow_invalid');
        end if;
    end if;
end $$;

-- The same by itself: a registration uses it up before its password is hashed.
create or replace function api.pow_spend(p_challenge bytea, p_expires bigint) returns setof act language plpgsql volatile as $$
begin
    perform pow_use(p_challenge, p_expires);
    return next ('reply', 204, null)::act;
end $$;

-- Whose some sessions are, and for how many seconds there has been that account: so that all of its sessions draw on one
-- budget. A session that is not there has no row.
create or replace function api.session_accounts(p_tokens bytea[]) returns table (n int, account bigint, age bigint)
language sql stable as $$
    select i.n::int, s.account, extract(epoch from now() - a.created)::bigint
      from unnest(p_tokens) with ordinality i(token, n)
      join session s on s.token = i.token and s.expires > now()
      join account a on a.id = s.account
$$;

-- Remembers where the sessions of an account that is being banned were begun from, while they are there.
create or replace function address_remember(p_account bigint) returns void language sql volatile as $$
    insert into address_weight (prefix)
    select distinct o.origin
      from session s, lateral (values (s.prefix), (s.device)) o (origin)
     where s.account = p_account and o.origin is not null
    on conflict (prefix) do update set at = now()
$$;

-- A guest from where somebody was banned brings a proof of work.
create or replace function address_weigh(p_origins bytea[], p_pow bytea) returns void language plpgsql stable as $$
begin
    if p_pow is null and exists (select from address_weight w where w.prefix = any (p_origins)) then
        perform fail(403, 'pow_required');
    end if;
end $$;

-- Forgets what is older than so many days; with none all of it, of sessions too.
create or replace function retain_addresses(p_days int, out gone int, out more boolean) language plpgsql volatile as $$
declare
    v_sessions int := 0;
begin
    delete from address_weight where prefix = any (array(
        select w.prefix from address_weight w where w.at < clock() - make_interval(days => p_days) or p_days = 0 limit 1000));
    get diagnostics gone = row_count;
    if p_days = 0 then
        update session set prefix = null, device = null where token = any (array(
            select s.token from session s where s.prefix is not null limit 1000 for no key update skip locked));
        get diagnostics v_sessions = row_count;
    end if;
    more := gone = 1000 or v_sessions = 1000;
    gone := gone + v_sessions;
end $$;
