-- What accounts that came by WeChat say and show, as WeChat judges it (cgi-bin/wechat_check.c asks). It is said and shown at
-- once and looked at after; what is risky is taken back.
set local search_path = driftline;

-- The texts of a batch that were stored at p_now, of accounts that WeChat knows.
create or replace function lines_check(p_tokens bytea[], p_rooms text[], p_clients uuid[], p_now timestamptz) returns void
language sql volatile as $$
    insert into wechat_check (account, room, seq)
    select a.id, r.key, c.seq
      from unnest(p_tokens, p_rooms, p_clients) i(token, room, client_id)
      join session s on s.token = i.token
      join account a on a.id = s.account and a.openid_sealed is not null
      join room r on r.id = i.room
      join member m on m.room = r.key and m.account = a.id
      join message c on c.room_kind = r.kind and c.member = m.key and c.client_id = i.client_id and c.at = p_now
    on conflict do nothing
$$;

-- A picture, a voice line or an avatar that was stored just now, if it is of an account that WeChat knows.
create or replace function media_check(p_media text) returns void language sql volatile as $$
    insert into wechat_check (account, room, seq, media)
    select a.id, m.room, m.seq, m.id
      from media m join account a on a.id = m.account
     where m.id = p_media and a.openid_sealed is not null
$$;

-- Up to p_limit checks that are due, leased for p_lease seconds, twice as long with each attempt: who took them and died
-- leaves them to others. kind: text, image, voice or avatar; a text has its body, null once it is taken back, a file its ticket.
create or replace function api.wechat_take(p_limit int, p_lease int)
returns table (id bigint, openid bytea, kind text, body text, ticket text) language plpgsql volatile as $$
#variable_conflict use_column
begin
    return query
    with taken as (
        update wechat_check w
           set attempts = attempts + 1, due = now() + make_interval(secs => p_lease * 2 ^ least(attempts, 5)),
               ticket = case when media is not null then coalesce(ticket, random_id()) end
         where id in (select o.id from wechat_check o where o.trace is null and o.due <= now()
                       order by o.due limit p_limit for update skip locked)
        returning w.*
    )
    select t.id, a.openid_sealed, coalesce(f.kind, 'text'), c.body, t.ticket
      from taken t join account a on a.id = t.account
      left join media f on f.id = t.media
      left join room r on r.key = t.room and t.media is null
      left join message c on c.room_kind = r.kind and c.room = r.key and c.seq = t.seq
     order by t.id;
end $$;

-- WeChat will answer about a file by p_trace.
create or replace function api.wechat_asked(p_id bigint, p_trace text) returns setof act language plpgsql volatile as $$
begin
    update wechat_check set trace = p_trace where id = p_id and trace is null;
    return next ('reply', 204, null)::act;
end $$;

-- The file that a ticket stands for, as api.media says it, while WeChat may look at it: half an hour, until it has answered.
create or replace function api.wechat_media(p_ticket text) returns setof act language plpgsql stable as $$
declare
    v_file text;
begin
    select encode(m.file, 'hex') || ' ' || m.kind into v_file
      from wechat_check w join media m on m.id = w.media
     where w.ticket = p_ticket and w.verdict is null and w.at > now() - interval '30 minutes';
    if v_file is null then
        perform fail(404, 'not_found');
    end if;
    return next ('reply', 200, v_file)::act;
end $$;

-- The service takes a line back, as its author or an owner does. The room is locked.
create or replace function line_withdraw(p_room bigint, p_seq int) returns setof act language plpgsql volatile as $$
declare
    r room;
begin
    select * into r from room where key = p_room;
    delete from reaction where room = p_room and seq = p_seq;
    update message set body = null, sent = null, recalled_at = clock_timestamp(), reacted_at = null
     where room_kind = r.kind and room = p_room and seq = p_seq and recalled_at is null;
    if found then
        return next ('frame', line_channels(p_room, p_seq), '{"type":"recall","room":"' || r.id || '","seq":' || p_seq || '}')::act;
    end if;
end $$;

-- An avatar, reported with its picture; p_withdraw: taken off wherever it is shown.
create or replace function avatar_judge(p_media text, p_note text, p_withdraw boolean) returns void language plpgsql volatile as $$
declare
    f media;
begin
    select * into f from media where id = p_media;
    perform files_pin(array[f.file]);
    insert into report (id, service, subject, reason, note, picture, case_id, at)
    values (random_id(), true, f.account, 'other', p_note, f.file, (case_open(f.account)).id, clock());
    if p_withdraw then
        perform avatar_set(f.account, null, null);
        update member set avatar = null
         where key in (select m.member from media m where m.account = f.account and m.kind = 'avatar' and m.file = f.file);
        delete from media where account = f.account and kind = 'avatar' and file = f.file;
    end if;
end $$;

-- What WeChat says, carried out: pass, review or risky. The moderators see what is not passed; what is risky goes; of what has gone
-- meanwhile nothing is said. What the check is about is locked.
create or replace function check_carry_out(w wechat_check, p_verdict text) returns setof act language plpgsql volatile as $$
declare
    v_note text := case when w.room is null then 'avatar' else 'line ' || w.seq end || ': WeChat says ' || p_verdict;
begin
    if p_verdict = 'pass' or (w.trace is not null and w.media is null) then
        return;
    elsif w.room is null then
        perform avatar_judge(w.media, v_note, p_verdict = 'risky');
    else
        perform report_by_service(m.key, array[w.seq], 'other', v_note) from member m where m.room = w.room and m.account = w.account;
        if p_verdict = 'risky' then
            return query select * from line_withdraw(w.room, w.seq);
        end if;
    end if;
end $$;

-- Locks what a check is about, in the order in which whatever takes that away does, and then the check. Nothing for one that
-- has gone or was answered.
create or replace function check_pin(p_id bigint) returns wechat_check language plpgsql volatile as $$
declare
    w wechat_check;
begin
    select * into w from wechat_check where id = p_id;
    perform from user_info where w.room is null and account = w.account for no key update;
    perform from room where key = w.room for no key update;
    select * into w from wechat_check where id = p_id and verdict is null for update;
    return w;
end $$;

-- The answer about a text, or that there is none to be had about something (pass).
create or replace function api.wechat_settle(p_id bigint, p_verdict text) returns setof act language plpgsql volatile as $$
declare
    w wechat_check := check_pin(p_id);
begin
    if w.id is not null then
        return query select * from check_carry_out(w, p_verdict);
        delete from wechat_check where id = w.id;
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- The answer about a file. Once it has been taken it is taken again, and does nothing; 404 for a trace that is not known, or not
-- yet: WeChat comes again.
create or replace function api.wechat_push(p_trace text, p_verdict text) returns setof act language plpgsql volatile as $$
declare
    v_id bigint := (select id from wechat_check where trace = p_trace);
    w wechat_check;
begin
    if v_id is null then
        perform fail(404, 'not_found');
    end if;
    w := check_pin(v_id);
    if w.id is not null then
        update wechat_check set verdict = p_verdict where id = w.id;
        return query select * from check_carry_out(w, p_verdict);
    end if;
    return next ('reply', 200, 'success')::act;
end $$;

-- Half an hour after they came checks end: how many of them without an answer.
create or replace function api.wechat_age() returns int language sql volatile as $$
    with gone as (
        delete from wechat_check where id in (select id from wechat_check where at < now() - interval '30 minutes' limit 1000)
        returning verdict
    )
    select count(*)::int from gone where verdict is null
$$;

-- Where nothing is checked no openid is kept that could be read: forgets some. True when none is left.
create or replace function api.wechat_forget() returns boolean language plpgsql volatile as $$
declare
    v_rows int;
begin
    update account set openid_sealed = null where id in (select id from account where openid_sealed is not null limit 1000);
    get diagnostics v_rows = row_count;
    return v_rows < 1000;
end $$;
