-- Rooms as their members see them. A private chat is a room of two.
set local search_path = driftline;

create or replace function api.room(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
begin
    return next ('reply', 200, room_json(me.key))::act;
end $$;

-- The caller's rooms, pinned ones first, then the latest. The cursor is where the last page ended.
create or replace function api.conversations(p_token bytea, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_after text[] := string_to_array(p_cursor, '.');
    v_items text;
    v_next text;
begin
    with mine as (
        select m.key, m.pinned, r.id, extract(epoch from r.last_at) as at
          from member m join room r on r.key = m.room
         where m.account = v_account
           and (p_cursor is null
                or (m.pinned::int, floor(extract(epoch from r.last_at) * 1000000), r.id)
                   < (v_after[1]::int, v_after[2]::numeric, v_after[3]))
         order by m.pinned desc, r.last_at desc, r.id desc
         limit p_limit + 1
    ), page as (
        select *, row_number() over (order by pinned desc, at desc, id desc) as n from mine
    )
    select string_agg(room_json(key), ',' order by n) filter (where n <= p_limit),
           (select last.pinned::int || '.' || floor(last.at * 1000000) || '.' || last.id from page last
             where last.n = p_limit and exists (select from page where n > p_limit))
      into v_items, v_next
      from page;
    return next ('reply', 200, '{"items":[' || coalesce(v_items, '') || '],"next":'
                               || coalesce('"' || v_next || '"', 'null') || '}')::act;
end $$;

-- Leaving a private chat ends it for both; the partner is told at once. Again: nothing more happens.
create or replace function api.room_leave(p_token bytea, p_room text) returns setof act language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
begin
    if exists (select from room r where r.key = me.room and r.kind <> 'private') then
        perform fail(404, 'no_room');
    end if;
    return query select * from private_end(me);
    return next ('reply', 204, null)::act;
end $$;
