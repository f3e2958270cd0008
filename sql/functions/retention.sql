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

-- Reports that were decided before p_before, with their evidence; files that nothing else has are removed then (media.sql). Those
-- that are held stay, and those of a case that is still open or has one that is held.
create or replace function retain_evidence(p_before timestamptz, out gone int, out more boolean) language plpgsql volatile as $$
declare
    v_reports text[] := array(
        select r.id from report r
         where r.resolved < p_before and not r.hold
           and not exists (select from report o where o.case_id = r.case_id and (o.hold or o.state = 'open'))
         order by r.resolved limit 100 for update skip locked);
begin
    delete from report where id = any (v_reports);
    get diagnostics gone = row_count;
    more := gone = 100;
    delete from report_case where id = any (array(
        select c.id from report_case c
         where c.closed < p_before and not exists (select from report r where r.case_id = c.id) limit 100 for update skip locked));
end $$;

-- Steps that have counted no more since before p_before, with their appeals. Where an appeal waits for its answer, or the
-- report that led to it is held, it stays.
create or replace function retain_warnings(p_before timestamptz, out gone int, out more boolean) language plpgsql volatile as $$
begin
    delete from warning where id = any (array(
        select w.id from warning w
         where least(w.lifted, w.expires) < p_before
           and not exists (select from appeal p where p.warning = w.id and p.decision is null)
           and not exists (select from report r where r.id = w.report and r.hold)
         limit 1000 for update skip locked));
    get diagnostics gone = row_count;
    more := gone = 1000;
end $$;

-- Bans, mutes and pauses that are over are no longer to be seen at the account.
create or replace function retain_bans(out gone int, out more boolean) language plpgsql volatile as $$
declare
    v_accounts bigint[] := array(
        select a.id from account a
         where least(a.banned_until, a.muted_until, a.held_until) <= clock()
           and coalesce(a.banned_until, a.muted_until, a.held_until) is not null
         limit 100 for no key update skip locked);
begin
    delete from barred b using account a where a.id = any (v_accounts) and b.account = a.id and a.banned_until <= clock();
    update account
       set ban_reason = case when banned_until > clock() then ban_reason end,
           banned_until = case when banned_until > clock() then banned_until end,
           muted_until = case when muted_until > clock() then muted_until end,
           held_until = case when held_until > clock() then held_until end
     where id = any (v_accounts);
    get diagnostics gone = row_count;
    more := gone = 100;
end $$;

-- What runs out by itself, or is older than p_before.
create or replace function retain_rows(p_kind text, p_before timestamptz, out gone int, out more boolean)
language plpgsql volatile as $$
begin
    case p_kind
        when 'matches' then
            delete from match_log where ctid = any (array(select l.ctid from match_log l where l.at < p_before limit 1000));
        when 'sessions' then
            delete from session where token = any (array(
                select s.token from session s where s.expires < clock() limit 1000 for update skip locked));
        when 'tickets' then
            delete from ticket where ticket = any (array(select t.ticket from ticket t where t.expires < clock() limit 1000));
        when 'challenges' then
            delete from pow_used where challenge = any (array(select u.challenge from pow_used u where u.expires < clock() limit 1000));
        when 'waits' then
            delete from wait where account = any (array(
                select w.account from wait w
                 where w.lease < clock() - interval '1 hour' and (w.room is null or w.matched_at < clock() - interval '1 day')
                 limit 1000 for update skip locked));
        when 'notices' then
            delete from wait_notice where account = any (array(
                select n.account from wait_notice n where n.expires < clock() limit 1000 for update skip locked));
        when 'shares' then
            delete from share where code = any (array(select s.code from share s where s.expires < clock() limit 1000));
        when 'uploads' then
            delete from upload where ctid = any (array(
                select u.ctid from upload u where u.day < (clock() at time zone 'UTC')::date - 1 limit 1000));
        when 'tokens' then
            delete from admin_token where token = any (array(select t.token from admin_token t where t.expires < clock() limit 1000));
        when 'audit' then
            delete from audit where id = any (array(select u.id from audit u where u.at < p_before limit 1000));
    end case;
    get diagnostics gone = row_count;
    more := gone = 1000;
end $$;

-- One portion of a kind that is kept for p_days. The reply is two numbers: how many rows went, and 1 while there is more.
-- One node works at a time; another one hears 503.
create or replace function api.retain(p_kind text, p_days int) returns setof act language plpgsql volatile as $$
declare
    v_before timestamptz := clock() - make_interval(days => p_days);
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
        when 'held' then v := retain_held(p_days);
        when 'evidence' then v := retain_evidence(v_before);
        when 'warnings' then v := retain_warnings(v_before);
        when 'bans' then v := retain_bans();
        when 'addresses' then v := retain_addresses(p_days);
        else v := retain_rows(p_kind, v_before);
    end case;
    return next ('reply', 200, v.gone || ' ' || v.more::int)::act;
end $$;
