-- The export of a room: what one member may read of it, in pages, so that neither side ever holds all of it.
set local search_path = driftline;

-- The first word: the room as the caller sees it, the time, and the seq up to which the pages go.
create or replace function api.export_head(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
begin
    return query
    select 'reply', '200', '{"last":' || coalesce(visible_seq(me.key, r.last_seq), 0)
                           || ',"exported":"' || rfc3339(clock_timestamp()) || '","room":' || room_json(me.key) || '}'
      from room r where r.key = me.room;
end $$;

-- The next p_count lines past p_after, up to p_last, of the caller's stays; the last page is shorter. Lines of masks that
-- the caller has hidden come as their seq and nothing else. quote is what a line replies to, as far as the caller may see
-- it; json is the line as `message`, if that is wanted; duration is a voice message's, in milliseconds.
create or replace function api.export_lines(p_token bytea, p_room text, p_after int, p_last int, p_count int, p_json boolean)
returns table (seq int, member text, alias text, alias_zh text, own boolean, at text, body text, recalled boolean,
               reply_to int, quote text, json text, kind text, duration int)
language plpgsql stable as $$
#variable_conflict use_column
declare
    me member := session_member(p_token, p_room);
    v_kind text := (select r.kind from room r where r.key = me.room);
    v_hidden bigint[] := array(select h.other from hidden h where h.member = me.key);
    v_left int := p_count;
    v_rows int;
    s stay;
begin
    -- Stay by stay: what was said in between is not even looked at. `limit 1`: all conditions go to the index.
    for s in
        select * from stay where member = me.key and coalesce(to_seq, p_last) > p_after order by from_seq
    loop
        return query
        select (p.line).seq, m.id, coalesce(m.nickname, m.alias), coalesce(m.nickname, m.alias_zh), m.key = me.key,
               case when m.key is not null then rfc3339((p.line).at) end, case when m.key is not null then (p.line).body end,
               m.key is not null and (p.line).recalled_at is not null,
               case when m.key is not null then (p.line).reply_to end, q.quote,
               case when p_json and m.key is not null then message_json(p_room, p.line, m, me.key) end,
               case when m.key is not null then (p.line).kind end, d.duration
          from (select c as line from message c
                 where c.room_kind = v_kind and c.room = me.room
                   and c.seq between greatest(s.from_seq, p_after + 1) and least(s.to_seq, p_last)
                 order by c.seq limit v_left) p
          left join member m on m.key = (p.line).member and m.key <> all (v_hidden)
          left join lateral (select a.duration from media a
                              where not p_json and m.key is not null and (p.line).kind = 'voice' and a.room = me.room and a.seq = (p.line).seq
                              limit 1) d on true
          left join lateral (select left(d.body, 120) as quote from message d
                              where not p_json and m.key is not null and d.room_kind = v_kind and d.room = me.room
                                and d.seq = (p.line).reply_to and d.member <> all (v_hidden)
                                and during_stay(me.key, d.seq)
                              limit 1) q on true
         order by 1;
        get diagnostics v_rows = row_count;
        v_left := v_left - v_rows;
        exit when v_left = 0;
    end loop;
end $$;
