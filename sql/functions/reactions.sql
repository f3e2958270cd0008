-- Reactions: of those who are in a room, to lines that they have seen.
set local search_path = driftline;

-- Where a frame about a line goes: to those who are there and may see it.
create or replace function line_channels(p_room bigint, p_seq int) returns text language sql stable as $$
    select string_agg(c.channel, ',')
      from member m join connection c on c.account = m.account
     where m.room = p_room and m.left_at is null and during_stay(m.key, p_seq)
$$;

-- Puts a reaction there, or takes it away. What was so before is told to nobody.
create or replace function api.reaction_set(p_token bytea, p_room text, p_seq int, p_name text, p_on boolean)
returns setof act language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    v_kind text;
    v_ended timestamptz;
    v_count int;
begin
    select r.kind, r.ended_at into v_kind, v_ended from room r where r.key = me.room;
    if v_ended is not null then
        perform fail(409, 'room_ended');
    elsif me.left_at is not null then
        perform fail(403, 'not_member');
    end if;
    -- Recalls and other reactions wait for this one, so that counts are true.
    perform from message c
      where c.room_kind = v_kind and c.room = me.room and c.seq = p_seq and c.recalled_at is null
        and during_stay(me.key, p_seq)
      for no key update;
    if not found then
        perform fail(404, 'no_message');
    end if;
    if p_on then
        insert into reaction (room, seq, member, name) values (me.room, p_seq, me.key, p_name) on conflict do nothing;
    else
        delete from reaction where room = me.room and seq = p_seq and member = me.key and name = p_name;
    end if;
    if found then
        update message set reacted_at = clock_timestamp() where room_kind = v_kind and room = me.room and seq = p_seq;
        select count(*) into v_count from reaction where room = me.room and seq = p_seq and name = p_name;
        return next ('frame', line_channels(me.room, p_seq),
                     '{"type":"reaction","room":"' || p_room || '","seq":' || p_seq || ',"member":"' || me.id
                     || '","name":"' || p_name || '","on":' || p_on || ',"count":' || v_count || '}')::act;
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- The lines whose reactions changed since p_since in rooms that an account is in, the latest 200, as part of a sync.
create or replace function reactions_since(p_account bigint, p_since timestamptz) returns text language sql stable as $$
    select coalesce(string_agg('{"room":"' || x.id || '","seq":' || x.seq || ',' || reactions_json(x.room, x.seq, x.viewer) || '}', ','), '')
      from (select r.id, m.room, c.seq, m.key as viewer
              from member m
              join room r on r.key = m.room
              cross join lateral (select c.seq, c.reacted_at from message c
                                   where c.room_kind = r.kind and c.room = m.room and c.reacted_at > p_since
                                     and (m.left_at is null or c.reacted_at <= m.left_at)
                                     and during_stay(m.key, c.seq)
                                   order by c.reacted_at desc limit 200) c
             where m.account = p_account and (m.left_at is null or m.left_at > p_since)
             order by c.reacted_at desc limit 200) x
$$;
