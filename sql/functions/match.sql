-- Matching one to one. One lock serialises it: a match is a millisecond of work, and "one match for one wait" is
-- then plain to see.
set local search_path = driftline;

create or replace function match_estimate() returns text language sql stable as $$
    select json_build_object(
               'p50', round((percentile_cont(0.5) within group (order by waited))::numeric, 1),
               'p90', round((percentile_cont(0.9) within group (order by waited))::numeric, 1),
               'n', count(*))::text
      from (select waited from match_log where at > now() - interval '1 day' order by at desc limit 200) recent
$$;

create or replace function match_state(p_account bigint) returns text language plpgsql stable as $$
declare
    w wait;
begin
    select * into w from wait where account = p_account;
    if w.room is not null then
        return '{"state":"matched","room":'
            || (select room_json(m.key) from member m where m.room = w.room and m.account = p_account) || '}';
    elsif w.account is null or w.lease <= now() then
        return '{"state":"idle"}';
    end if;
    return '{"state":"waiting","since":"' || rfc3339(w.since) || '","target":"' || w.target || '","tags":' || to_json(w.tags)
        || ',"estimate":' || match_estimate() || '}';
end $$;

-- The best partner for a wait, or null. Both sides must be content: who gave no tags is content with anyone, who
-- gave some wants one in common until p_relax seconds have passed. A shared tag weighs the more the fewer wait
-- with it. Nobody blocked either way; not a partner of the last 24 hours while somebody new waits.
create or replace function match_partner(p_me wait, p_relax int) returns bigint language sql volatile as $$
    with live as materialized (
        select w.* from wait w
         where w.target = 'private' and w.room is null and w.lease > now() and w.account <> p_me.account
           and not exists (select from block b where (b.account, b.other) in ((w.account, p_me.account), (p_me.account, w.account)))
    ), weight as materialized (
        select t.tag, ln(1 + (select count(*) from live) / count(*)::float8) + 0.01 as weight
          from live, unnest(live.tags) t(tag) where t.tag = any (p_me.tags) group by t.tag
    ), judged as (
        select live.account, live.since,
               coalesce((select sum(weight.weight) from weight where weight.tag = any (live.tags)), 0) as score,
               exists (select from match_log l
                        where l.low = least(live.account, p_me.account) and l.high = greatest(live.account, p_me.account)
                          and l.at > now() - interval '24 hours') as met,
               (live.tags = '{}' or live.since <= now() - make_interval(secs => p_relax)) as they_take_anyone
          from live
    )
    select account from judged
     where (score > 0 or (they_take_anyone
                          and (p_me.tags = '{}' or p_me.since <= now() - make_interval(secs => p_relax))))
       and (not met or not exists (select from judged j where not j.met))
     order by met, score desc, random()
     limit 1
$$;

-- Tries to match the caller's wait. True when the wait has its room now; p_other hears of it by a frame.
create or replace function match_try(p_account bigint, p_relax int, out p_matched boolean, out p_other bigint)
language plpgsql volatile as $$
declare
    me wait;
    they wait;
    v_room room;
begin
    select * into me from wait where account = p_account;
    p_matched := me.room is not null;
    if p_matched or me.target <> 'private' then
        return;
    end if;
    p_other := match_partner(me, p_relax);
    -- One who goes into a room just now is not taken.
    select * into they from wait where account = p_other and room is null for no key update skip locked;
    p_other := they.account;
    if p_other is null then
        return;
    end if;
    insert into room (id, kind, capacity, tags)
    values (random_id(), 'private', 2,
            array(select unnest(me.tags) intersect select unnest(they.tags) order by 1))
    returning * into v_room;
    perform member_new(v_room.key, me.account, 1);
    perform member_new(v_room.key, they.account, 1);
    delete from wait_notice where account in (me.account, they.account);
    insert into match_log (low, high, waited)
    values (least(me.account, they.account), greatest(me.account, they.account),
            extract(epoch from now() - least(me.since, they.since)));
    update wait set room = v_room.key, matched_at = now() where account in (me.account, they.account);
    p_matched := true;
end $$;

-- What one's own sockets hear of the wait, in whatever tab or device it was begun or given up.
create or replace function match_frame(p_account bigint) returns act language sql stable as $$
    select ('frame', account_channels(p_account), '{"type":"match","match":' || match_state(p_account) || '}')::act
$$;

-- The caller's state as the answer, and for a match that was just made the frames of both.
create or replace function match_acts(p_account bigint, p_other bigint) returns setof act language plpgsql volatile as $$
begin
    return next ('reply', 200, match_state(p_account))::act;
    update wait set seen = true where account = p_account and room is not null and not seen;
    if p_other is not null then
        return query
        select 'frame', account_channels(w.account),
               '{"type":"matched","room":"' || r.id || '","detail":' || room_json(m.key) || '}'
          from wait w join room r on r.key = w.room join member m on m.room = r.key and m.account = w.account
         where w.account in (p_account, p_other)
         order by w.account = p_account;
    end if;
end $$;

-- Whether a match waits to be heard of: it is answered instead of lost, whatever is asked for.
create or replace function match_unheard(p_account bigint) returns boolean language sql stable as $$
    select exists (select from wait w join room r on r.key = w.room
                    where w.account = p_account and not w.seen and w.matched_at > now() - interval '20 seconds'
                      and r.ended_at is null)
$$;

-- A wait replaces the one that is there; so does a room, which is there at once.
create or replace function api.match_start(p_token bytea, p_target text, p_tags text[], p_lease int, p_relax int,
                                           p_flag text default null)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_matched boolean;
    v_other bigint;
begin
    perform account_hold(v_account);    -- before its wait, as a sync does
    perform match_check(v_account);
    perform field_flag(v_account, null, p_flag);
    delete from wait_notice where account = v_account;     -- who is here need not be called
    if p_target = 'room' then
        delete from wait w where w.account = v_account and (w.room is null or w.seen);  -- a match under way comes first
        if not match_unheard(v_account) then
            if found then
                return next match_frame(v_account);
            end if;
            return query select * from match_room(v_account, p_tags);
            return;
        end if;
        return query select * from match_acts(v_account, null);
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('driftline.match'));
    if not match_unheard(v_account) then
        insert into wait (account, target, tags, lease)
        values (v_account, 'private', p_tags, now() + make_interval(secs => p_lease))
        on conflict (account) do update
           set target = excluded.target, tags = excluded.tags, lease = excluded.lease,
               since = case when wait.room is null and wait.lease > now() and wait.tags = excluded.tags
                            then wait.since else now() end,
               room = null, matched_at = null, seen = false;
        select p_matched, p_other into v_matched, v_other from match_try(v_account, p_relax);
        if not v_matched then
            return next match_frame(v_account);
        end if;
    end if;
    return query select * from match_acts(v_account, v_other);
end $$;

create or replace function api.match_get(p_token bytea, p_lease int, p_relax int) returns setof act
language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_other bigint;
begin
    if exists (select from wait w where w.account = v_account and w.room is null and w.lease > now()) then
        perform pg_advisory_xact_lock(hashtext('driftline.match'));
        update wait set lease = now() + make_interval(secs => p_lease)
         where account = v_account and room is null and lease > now();
        if found then
            select p_other into v_other from match_try(v_account, p_relax);
        end if;
    end if;
    return query select * from match_acts(v_account, v_other);
end $$;

-- A match that its owner had not heard of when the wait was given up is ended, or the partner would sit there alone.
create or replace function api.match_stop(p_token bytea) returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_unheard member;
begin
    perform pg_advisory_xact_lock(hashtext('driftline.match'));
    select m.* into v_unheard
      from wait w join member m on m.room = w.room and m.account = w.account
     where w.account = v_account and not w.seen;
    if v_unheard.key is not null then
        return query select * from private_end(v_unheard);
    end if;
    delete from wait where account = v_account;
    if found then
        return next match_frame(v_account);
    end if;
    return next ('reply', 204, null)::act;
end $$;
