-- What is kept no longer than it has to be. Each function takes a small portion, so that nobody waits for it: `gone` is how
-- many rows went, `more` says that there is more to go.
set local search_path = driftline;

-- Whether lines of a member's stays past p_after were kept once and are no longer.
create or replace function lines_gone(me member, p_first int, p_after int) returns boolean language sql stable as $$
    select exists (select from stay s
                    where s.member = me.key and greatest(s.from_seq, p_after::bigint + 1) <= least(s.to_seq, p_first - 1))
$$;

-- A room that has ended, with its members; the lines are gone already.
create or replace function room_drop(p_room bigint, out gone int, out more boolean) language plpgsql volatile as $$
begin
    delete from member where key in (select m.key from member m where m.room = p_room limit 500);
    get diagnostics gone = row_count;
    more := gone = 500;
    if not more then
        delete from room where key = p_room;
    end if;
end $$;

-- Lines said before p_before, and with the last of them a room that ended before. Of each room a beginning goes, under its
-- lock, up to the first line that is younger. A room at which somebody made a block stays, to tell whom.
create or replace function retain_messages(p_before timestamptz, out gone int, out more boolean) language plpgsql volatile as $$
declare
    c_lines constant int := 500;
    r room;
    v_lines int;
    v_last int;
    v_young int;
    v_young_at timestamptz;
    v_upto int;
    v_left int := c_lines;
    v_rooms int := 0;
    v_members int;
    v_unfinished boolean;
begin
    gone := 0;
    for r in select * from room where aged_at < p_before order by aged_at limit 50 for no key update skip locked loop
        select count(*), max(w.seq), min(w.seq) filter (where w.at >= p_before) into v_lines, v_last, v_young
          from (select c.seq, c.at from message c
                 where c.room_kind = r.kind and c.room = r.key and c.seq >= r.first_seq
                 order by c.seq limit v_left) w;
        if v_young is not null then
            select c.at into v_young_at from message c where c.room_kind = r.kind and c.room = r.key and c.seq = v_young;
        end if;
        v_upto := coalesce(v_young, case when v_lines = v_left then v_last + 1 else r.last_seq + 1 end);
        delete from reaction where room = r.key and seq between r.first_seq and v_upto - 1;
        delete from message where room_kind = r.kind and room = r.key and seq between r.first_seq and v_upto - 1;
        get diagnostics v_lines = row_count;
        gone := gone + v_lines;
        v_left := v_left - v_lines;
        v_rooms := v_rooms + 1;
        v_unfinished := false;
        if v_upto > r.last_seq and r.ended_at < p_before and not exists (select from block b where b.room = r.key) then
            select d.gone, d.more into v_members, v_unfinished from room_drop(r.key) d;
            gone := gone + v_members;
            v_left := v_left - v_members;
        end if;
        update room
           set first_seq = v_upto,
               aged_at = case when v_young is not null then v_young_at
                              when v_upto <= last_seq or v_unfinished then aged_at
                              when ended_at >= p_before then ended_at
                              else clock_timestamp() end
         where key = r.key;
        exit when v_left <= 0;
    end loop;
    more := v_left <= 0 or v_rooms = 50;
end $$;

-- Who met whom.
create or replace function retain_matches(p_before timestamptz, out gone int, out more boolean) language plpgsql volatile as $$
begin
    delete from match_log where ctid in (select l.ctid from match_log l where l.at < p_before limit 1000);
    get diagnostics gone = row_count;
    more := gone = 1000;
end $$;

-- One portion of a kind that is kept for p_days. The reply is two numbers: how many rows went, and 1 while there is more.
-- One node works at a time; another one hears 503.
create or replace function api.retain(p_kind text, p_days int) returns setof act language plpgsql volatile as $$
declare
    v_before timestamptz := now() - make_interval(days => p_days);
    v record;
begin
    if not pg_try_advisory_xact_lock(hashtext('driftline.retention')) then
        return next ('reply', 503, '0 0')::act;
        return;
    end if;
    if p_kind = 'guests' then
        return query select * from guests_erase(v_before);
        return;
    end if;
    case p_kind
        when 'erasures' then v := retain_erasures();
        -- by the hour, or each room with many lines would be looked at all the time
        when 'messages' then v := retain_messages(date_trunc('hour', v_before));
        when 'matches' then v := retain_matches(v_before);
    end case;
    return next ('reply', 200, v.gone || ' ' || v.more::int)::act;
end $$;
