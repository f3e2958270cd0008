-- Matching with a room: one of the open groups with few people, at once, or a new one.
set local search_path = driftline;

-- Up to twenty rooms for an account, the best first: of those with people and a free seat that it neither is in nor was
-- put out of. Without tags the emptiest, at random among their like: a thousand of them are looked at, half of them from
-- a random one on. With tags (folded) only rooms that share one: a tag weighs the more the fewer rooms have it. Tags that
-- five in a thousand have are met among those looked at; of a rarer one a thousand rooms are taken by it.
create or replace function match_rooms(p_account bigint, p_tags text[]) returns setof bigint language plpgsql volatile as $$
declare
    v_key bigint := random() * (select max(r.key) from room r);
    v_members int := (select min(r.members) from room r where r.kind = 'group' and r.public and r.ended_at is null and r.members > 0);
begin
    return query
    with near as materialized (
        select n.key, q.tags
          from (
            (select r.key from room r
              where r.kind = 'group' and r.public and r.ended_at is null and r.members > 0 and (r.members, r.key) >= (v_members, v_key)
              order by r.members, r.key limit 500)
            union
            (select r.key from room r
              where r.kind = 'group' and r.public and r.ended_at is null and r.members > 0
              order by r.members, r.key limit 500)) n
          join square q on q.room = n.key
    ), looked as materialized (
        select count(*)::float8 as rooms,
               greatest((select c.reltuples from pg_class c where c.oid = 'square'::regclass), count(*)) as total
          from near
    ), asked as materialized (
        select t.tag, count(n.key) as rooms from unnest(p_tags) t(tag) left join near n on n.tags @> array[t.tag] group by t.tag
    ), rare as materialized (
        select a.tag, s.room
          from asked a, looked l,
               lateral (select t.room from square_place t where place_terms(t.room) @> array['#' || a.tag] limit 1000) s
         where a.rooms < l.rooms * 0.005
    ), weight as materialized (
        select a.tag, ln(1 + l.total / coalesce(nullif((select count(*) from rare x where x.tag = a.tag), 0),
                                                greatest(a.rooms, 1) * l.total / greatest(l.rooms, 1))) as weight
          from asked a, looked l
    )
    select r.key
      from (select n.key from near n where p_tags = '{}' or n.tags && p_tags
            union
            select x.room from rare x) c(key)
      join room r on r.key = c.key
      join square q on q.room = c.key
     where r.members > 0 and r.members < r.capacity
       and not exists (select from member m where m.room = r.key and m.account = p_account
                                              and (m.left_at is null or m.kicked_at is not null))
     order by (select sum(w.weight) from weight w where w.tag = any (q.tags)) desc nulls last, r.members, random()
     limit 20;
end $$;

-- What a new room is called: its tags, as many as fit, or a pair of words in the account's language.
create or replace function match_topic(p_account bigint, p_tags text[]) returns text language sql volatile as $$
    select coalesce((select string_agg(t.tag, ' · ' order by t.n)
                       from (select u.tag, u.n, sum(length(u.tag) + 3) over (order by u.n) - 3 as length
                               from unnest(p_tags) with ordinality u(tag, n)) t
                      where t.length <= 60),
                    (select case when u.locale = 'zh-Hans' then a.alias_zh else a.alias end
                       from alias_new() a, user_info u where u.account = p_account))
$$;

-- A new room with the account in it. What it is called says nothing of the one who is in it.
create or replace function match_room_new(p_account bigint, p_tags text[]) returns member language plpgsql volatile as $$
declare
    v_topic text := match_topic(p_account, p_tags);
    me member := group_new(p_account, v_topic, '', p_tags, 20, true, 'always', false);
begin
    while v_topic in (me.alias, me.alias_zh) loop
        v_topic := match_topic(p_account, '{}');
        update room set topic = v_topic where key = me.room;
    end loop;
    return me;
end $$;

-- Puts an account into a room that fits, and answers it. A seat may be taken meanwhile: then the next room is tried. New
-- rooms are made one by one, so that those who come at once find the first one's.
create or replace function match_room(p_account bigint, p_tags text[]) returns setof act language plpgsql volatile as $$
declare
    v_folded text[] := array(select distinct fold_text(t) from unnest(p_tags) t);
    v_room bigint;
    me member;
begin
    perform groups_check(p_account);    -- locks the account, before any room
    for attempt in 1 .. 2 loop
        for v_room in select * from match_rooms(p_account, v_folded) loop
            begin
                return query
                select e.kind, e.target,
                       case when e.kind = 'reply' then '{"state":"matched","room":' || e.body || '}' else e.body end
                  from room_enter(p_account, v_room, false, false) e;
                return;
            exception when sqlstate 'DL409' or sqlstate 'DL404' or sqlstate 'DL403' then
                null;       -- full, closed or hidden by now; its lock is given back
            end;
        end loop;
        perform pg_advisory_xact_lock(hashtext('driftline.match_room'));
    end loop;
    me := match_room_new(p_account, p_tags);
    return next room_frame_own(me);
    return next ('reply', 200, '{"state":"matched","room":' || room_json(me.key) || '}')::act;
end $$;
