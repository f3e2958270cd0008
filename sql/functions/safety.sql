-- Accounts that are put out: bans, and what bans and erasures have in common. The functions of schema admin_api call these
-- too. What an account loses it loses in the transaction that takes it: after its commit nothing of the account's is appended,
-- matched or joined, since all of that waits for the locks that are held here and looks again afterwards. Locks are taken
-- in this order: accounts by id, sessions, matching, rooms by key, cases by account, connections. (The append, which has
-- rooms, opens cases by what the word filter says: so nobody who holds a case waits for what stands before it.)
set local search_path = driftline;

-- Private chats of an account end. A partner is told at once; of several with one and the same partner that goes for the
-- latest alone, the others end minutes later, or the moment would tie their masks together.
create or replace function chats_depart(p_account bigint) returns setof act language plpgsql volatile as $$
declare
    v record;
begin
    for v in
        select m as me, r.key, r.last_seq,
               row_number() over (partition by coalesce(p.account, -p.key) order by r.last_at desc, r.key desc) = 1 as at_once
          from member m join room r on r.key = m.room join member p on p.room = m.room and p.key <> m.key
         where m.account = p_account and m.left_at is null and r.kind = 'private' and r.ended_at is null
         order by r.key
    loop
        if v.at_once then
            return query select * from private_end(v.me);
        else
            insert into departure (room, at) values (v.key, departure_time()) on conflict do nothing;
            update stay set to_seq = v.last_seq where member = (v.me).key and to_seq is null;
        end if;
    end loop;
end $$;

-- Groups of an account: its stays end, and each group sees it go at a time of its own.
create or replace function groups_depart(p_account bigint) returns void language plpgsql volatile as $$
begin
    insert into departure (room, member, at)
    select r.key, m.key, departure_time() from member m join room r on r.key = m.room
     where m.account = p_account and m.left_at is null and r.kind = 'group' and r.ended_at is null
    on conflict do nothing;
    update stay s set to_seq = r.last_seq
      from member m join room r on r.key = m.room
     where m.account = p_account and m.left_at is null and r.kind = 'group' and r.ended_at is null
       and s.member = m.key and s.to_seq is null;
end $$;

-- Locks an account, its sessions, whose tokens come back, and the matching.
create or replace function account_lock(p_account bigint) returns bytea[] language plpgsql volatile as $$
declare
    v_tokens bytea[];
begin
    perform from account where id = p_account for no key update;
    v_tokens := sessions_lock(p_account, null, null);
    perform pg_advisory_xact_lock(hashtext('driftline.match'));
    return v_tokens;
end $$;

-- The rooms that an account is in.
create or replace function rooms_lock(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform from member m join room r on r.key = m.room
      where m.account = p_account and m.left_at is null and r.ended_at is null
      order by r.key for no key update of r;
end $$;

-- Takes an account out of everything: sessions, sockets and wait end now, private partners are told `left` now, groups see
-- it leave, like anybody, one to ten minutes from now, each at a time of its own; until then its seat is taken and what it
-- owns is its own. What it could read ends now. p_bye: the frame that its sockets get before they are cut. Returns frames
-- and byes. The caller bars or erases the account in the same transaction.
create or replace function account_depart(p_account bigint, p_bye text) returns setof act language plpgsql volatile as $$
declare
    v_tokens bytea[] := account_lock(p_account);
begin
    delete from wait where account = p_account;
    perform rooms_lock(p_account);
    return query delete from connection c where c.account = p_account returning 'bye', c.channel::text, p_bye;
    return query select * from chats_depart(p_account);
    perform groups_depart(p_account);
    delete from session where token = any (v_tokens);
end $$;

-- Who is back before a group has seen it leave has not left it.
create or replace function departures_cancel(p_account bigint) returns void language plpgsql volatile as $$
declare
    v record;
begin
    for v in
        select m.key, r.last_seq, r.key as room
          from member m join departure d on d.member = m.key join room r on r.key = m.room
         where m.account = p_account and m.left_at is null and r.ended_at is null
         order by r.key for no key update of r
    loop
        delete from departure where room = v.room and member = v.key;
        continue when not found;        -- it was carried out meanwhile
        update stay set to_seq = null where member = v.key and to_seq = v.last_seq;
        if not found then
            insert into stay (member, from_seq) values (v.key, v.last_seq + 1);
        end if;
    end loop;
end $$;

-- What became of an appeal, for who made it.
create or replace function appeal_json(p appeal) returns jsonb language sql stable as $$
    select jsonb_build_object('text', p.text, 'at', rfc3339(p.at), 'decision', p.decision,
                              'answer', nullif(p.answer, ''), 'decided', rfc3339(p.decided))
$$;

-- What somebody banned is told: until when, why, and how to appeal. More than the first two stands there for a ban that
-- account_ban made; its code goes when it is used.
create or replace function ban_json(a account) returns jsonb language sql stable as $$
    select jsonb_build_object('until', case when isfinite(a.banned_until) then rfc3339(a.banned_until) end, 'reason', a.ban_reason)
           || coalesce((select case when p.warning is null then jsonb_build_object('appeal_code', w.code)
                               else jsonb_build_object('appeal', appeal_json(p)) end
                          from warning w left join appeal p on p.warning = w.id
                         where w.account = a.id and w.kind = 'ban' and w.lifted is null and w.until = a.banned_until
                         order by w.at desc limit 1), '{}')
$$;

-- Bans an account until p_until, 'infinity' for good: logins answer 202 blacklisted with p_reason, everything else as in
-- account_depart. p_report: the id of the report that led to it, or null. p_admin: who did it. p_days: how long after its
-- end it counts on the ladder. Banned already: this ban takes the other's place. Returns frames and byes; 404 no_account.
create or replace function account_ban(p_account bigint, p_until timestamptz, p_reason text, p_report text default null,
                                       p_admin bigint default null, p_days int default 90)
returns setof act language plpgsql volatile as $$
declare
    v_account account := account_pin(p_account);
begin
    update account set banned_until = p_until, ban_reason = p_reason where id = p_account returning * into v_account;
    update warning set until = least(until, clock()) where account = p_account and kind = 'ban' and until > clock();
    perform warning_new(p_account, 'ban', p_until, p_reason, p_report, p_admin, p_days);
    insert into barred (token, account)
    select s.token, s.account from session s where s.account = p_account and v_account.name is null
    on conflict do nothing;
    perform address_remember(p_account);
    return query
    select * from account_depart(p_account, jsonb_build_object('type', 'bye', 'reason', 'banned', 'ban', ban_json(v_account))::text);
end $$;

-- Ends a ban before its time. Groups that have not seen the account leave never will. 404 no_account.
create or replace function account_unban(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform account_pin(p_account);
    update account set banned_until = null, ban_reason = null where id = p_account;
    update warning set lifted = clock() where account = p_account and kind = 'ban' and lifted is null and until > clock();
    delete from barred where account = p_account;
    perform departures_cancel(p_account);
end $$;

-- Holds an account's row until the end of the transaction; 404 no_account.
create or replace function account_pin(p_account bigint) returns account language plpgsql volatile as $$
declare
    v_account account;
begin
    select * into v_account from account where id = p_account for no key update;
    if v_account.id is null then
        perform fail(404, 'no_account');
    end if;
    return v_account;
end $$;

-- Carries out the departures whose time has come: from a group somebody leaves; a private chat ends, and each side hears
-- that the other has left.
create or replace function api.departures() returns setof act language plpgsql volatile as $$
declare
    v_due departure[] := array(select p from departure p join room o on o.key = p.room
                                where p.at <= clock() order by p.room limit 100 for no key update of o skip locked);
    d departure;
    r room;
    v_member member;
begin
    foreach d in array v_due loop
        delete from departure where room = d.room and member is not distinct from d.member;
        continue when not found;        -- it was taken back meanwhile
        select * into r from room where key = d.room;
        select * into v_member from member where key = d.member;
        if r.ended_at is not null then
            continue;
        elsif d.member is null then
            return query select * from private_depart(r);
        elsif v_member.left_at is null then
            return query select * from member_out(r, v_member, 'left');
        end if;
    end loop;
end $$;

create or replace function private_depart(r room) returns setof act language plpgsql volatile as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    return query
    select 'frame', account_channels(m.account), left_frame(r, p, v_now)
      from member m join member p on p.room = m.room and p.key <> m.key
     where m.room = r.key;
    perform private_close(r, null, v_now);
end $$;
