-- Blocks. At a mask of a private chat: its account and the caller's never meet again, and what they share ends, this chat
-- at once and others minutes later, so that nobody can tell which masks are one person's. At a mask of a group: the
-- caller sees nothing of it any more, there alone, and nobody else notices.
set local search_path = driftline;

-- One's own view of a group changes by whom one hides there.
create or replace function hidden_changed(me member) returns setof act language plpgsql volatile as $$
begin
    update member set changed_at = clock_timestamp() where key = me.key;
    return next room_frame_own(me);
end $$;

-- Private chats of two accounts are to end at moments that have nothing to do with each other.
create or replace function departures_plan(p_one bigint, p_other bigint) returns void language sql volatile as $$
    insert into departure (room, at)
    select r.key, departure_time()
      from member a join member b on b.room = a.room and b.account = p_other join room r on r.key = a.room
     where a.account = p_one and r.kind = 'private' and r.ended_at is null
    on conflict do nothing
$$;

create or replace function api.block_add(p_token bytea, p_room text, p_member text) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    v_other member := member_other(me, p_member);
begin
    if exists (select from room r where r.key = me.room and r.kind = 'group') then
        insert into hidden (member, other) values (me.key, v_other.key) on conflict do nothing;
        if found then
            return query select * from hidden_changed(me);
        end if;
    else
        perform pg_advisory_xact_lock(hashtext('driftline.match'));     -- the two are not being matched meanwhile
        insert into block (account, other, room, member)
        select me.account, v_other.account, me.room, v_other.key where v_other.account is not null
        on conflict do nothing;
        return query select * from private_end(me);
        perform departures_plan(me.account, v_other.account);
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- Takes this one block back. What has ended stays so.
create or replace function api.block_remove(p_token bytea, p_room text, p_member text) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    v_other member := member_other(me, p_member);
begin
    delete from block where account = me.account and member = v_other.key;
    delete from hidden where member = me.key and other = v_other.key;
    if found then
        return query select * from hidden_changed(me);
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- The masks that one has blocked, the latest first. The cursor is when the last one of the page was, and which.
create or replace function api.blocks(p_token bytea, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_after text[] := string_to_array(p_cursor, '.');
    v_items text;
    v_next text;
begin
    with blocked as (
        select b.member, b.at from block b where b.account = v_account
        union all
        select h.other, h.at from member m join hidden h on h.member = m.key where m.account = v_account
    ), page as (
        select m as m, r.id as room, r.kind, b.at, floor(extract(epoch from b.at) * 1000000)::bigint as moment,
               row_number() over (order by b.at desc, m.id desc) as n
          from blocked b join member m on m.key = b.member join room r on r.key = m.room
         where p_cursor is null
            or (floor(extract(epoch from b.at) * 1000000), m.id) < (v_after[1]::numeric, v_after[2])
         order by b.at desc, m.id desc
         limit p_limit + 1
    )
    select string_agg('{"room":"' || room || '","kind":"' || kind || '",' || mask_json(m) || ',"at":"' || rfc3339(at) || '"}',
                      ',' order by n) filter (where n <= p_limit),
           (select last.moment || '.' || (last.m).id from page last
             where last.n = p_limit and exists (select from page where n > p_limit))
      into v_items, v_next
      from page;
    return next ('reply', 200, '{"items":[' || coalesce(v_items, '') || '],"next":'
                               || coalesce('"' || v_next || '"', 'null') || '}')::act;
end $$;
