-- Erasure. What must be at once is at once: nobody gets in any more, sockets end, name, password, nickname and picture are
-- gone. The rest goes in small portions (api.retain, sql/functions/retention.sql): each mask of the account loses it, and what
-- it wrote loses its text, at a time of its own, or the moment would tie masks of different rooms together. Rows and seqs stay.
set local search_path = driftline;

-- Erases an account: frames and byes. The admin program calls it too. Nothing happens to one that is erased already.
create or replace function account_erase(p_account bigint) returns setof act language plpgsql volatile as $$
begin
    perform from account where id = p_account and erased_at is null for no key update;
    if not found then
        return;
    end if;
    return query select * from account_depart(p_account, '{"type":"bye","reason":"logged_out"}');
    update account
       set name = null, scheme = null, salt = null, hash = null, cost = null, openid_hash = null, openid_sealed = null,
           banned_until = null, ban_reason = null, erased_at = now()
     where id = p_account;
    delete from user_info where account = p_account;
    delete from block where account = p_account;
    delete from media where account = p_account and kind = 'avatar' and member is null;
    delete from upload where account = p_account;
    delete from wechat_check where account = p_account;
    delete from barred where account = p_account;
    perform reports_forget(p_account);
end $$;

-- Erases the caller's own, after p_hash, what the password was checked against; p_openid_hash, by a login of WeChat's just
-- now; or, for a guest, p_confirm. 422 names what is asked for instead.
create or replace function api.me_erase(p_token bytea, p_hash bytea, p_openid_hash bytea, p_confirm boolean) returns setof act
language plpgsql volatile as $$
declare
    a account;
begin
    select * into a from account where id = session_account(p_token) for no key update;
    if a.name is not null then
        if p_hash is null then
            perform fail(422, 'invalid_field', 'password_v2');
        elsif p_hash <> a.hash then
            perform fail(404, 'bad_credentials');
        end if;
    elsif a.openid_hash is not null then
        if p_openid_hash is null then
            perform fail(422, 'invalid_field', 'code');
        elsif p_openid_hash <> a.openid_hash then
            perform fail(404, 'wechat_refused');
        end if;
    elsif not p_confirm then
        perform fail(422, 'invalid_field', 'confirm');
    end if;
    return query select * from account_erase(a.id);
    return next ('reply', 204, null)::act;
end $$;

-- Masks of erased accounts are nobody's from here on, and each gets its time.
create or replace function masks_release(out gone int) language plpgsql volatile as $$
declare
    v_members bigint[] := array(select m.key from account a join member m on m.account = a.id
                                 where a.erased_at is not null limit 500);
begin
    insert into erasure (member, at) select k, now() + make_interval(secs => 60 + 540 * random()) from unnest(v_members) k
    on conflict do nothing;
    update member set account = null where key = any (v_members);
    get diagnostics gone = row_count;
end $$;

-- Erased accounts that no mask is tied to any more go, with all that still names them. Blocks at masks of theirs that have
-- their time to come are waited for, and what they sent, or all of it would be gone at one moment.
create or replace function accounts_drop(out gone int) language plpgsql volatile as $$
declare
    v_account bigint;
    v_rows int;
begin
    gone := 0;
    for v_account in
        select a.id from account a
         where a.erased_at is not null
           and not exists (select from member m where m.account = a.id)
           and not exists (select from media x where x.account = a.id)
           and not exists (select from block b join erasure e on e.member = b.member where b.other = a.id)
         order by a.erased_at limit 10
    loop
        delete from match_log where ctid in (select ctid from match_log where low = v_account
                                             union all select ctid from match_log where high = v_account limit 500);
        get diagnostics v_rows = row_count;
        gone := gone + v_rows;
        continue when v_rows > 0;
        delete from account where id = v_account;
        gone := gone + 1;
    end loop;
end $$;

-- What a mask did for itself and what others did with it goes. Up to p_limit of its reactions too; how many those were.
create or replace function mask_forget(me member, r room, p_limit int) returns int language plpgsql volatile as $$
declare
    v_seqs int[];
begin
    update member
       set nickname = null, avatar = null, revealing = false, keeping = false, pinned = false, silent = false,
           muted_until = null, said_at = null, read_at = null
     where key = me.key;
    delete from media where member = me.key;
    delete from share where member = me.key;
    delete from hidden where member = me.key;
    delete from held where member = me.key;
    delete from block where member = me.key;
    if not exists (select from member m where m.room = r.key and m.key <> me.key) then
        update room set topic = '', description = '', tags = '{}', public = false where key = r.key;
    elsif r.kind = 'private' then
        update room set tags = '{}' where key = r.key;
    end if;
    v_seqs := array(select distinct x.seq from reaction x where x.member = me.key limit p_limit);
    perform from message c where c.room_kind = r.kind and c.room = r.key and c.seq = any (v_seqs)
      order by c.seq for no key update;
    delete from reaction where member = me.key and seq = any (v_seqs);
    update message set reacted_at = clock_timestamp()
     where room_kind = r.kind and room = r.key and seq = any (v_seqs) and recalled_at is null;
    return cardinality(v_seqs);
end $$;

-- Up to p_limit lines of a mask behind the client_id p_after lose their text, as if they had been recalled: a sync tells of
-- it, no frame does. How many those were, and the client_id of the last.
create or replace function lines_erase(me member, r room, p_after uuid, p_limit int, out count int, out last uuid)
language plpgsql volatile as $$
declare
    v_seqs int[];
begin
    select array_agg(l.seq), (array_agg(l.client_id order by l.client_id desc))[1] into v_seqs, last
      from (select c.seq, c.client_id from message c
             where c.room_kind = r.kind and c.member = me.key and (p_after is null or c.client_id > p_after)
             order by c.client_id limit p_limit) l;
    count := coalesce(cardinality(v_seqs), 0);
    perform from message c where c.room_kind = r.kind and c.room = r.key and c.seq = any (v_seqs) order by c.seq for update;
    delete from reaction where room = r.key and seq = any (v_seqs);
    update message set body = null, sent = null, recalled_at = coalesce(recalled_at, clock_timestamp()), reacted_at = null
     where room_kind = r.kind and room = r.key and seq = any (v_seqs);
    update room set changed_at = clock_timestamp() where key = r.key;      -- by which a sync knows where to look
end $$;

-- The next portion of one mask whose time has come. Those that are still in their room, or whose lines somebody else works on
-- just now, get another time.
create or replace function mask_erase(p_limit int, out gone int) language plpgsql volatile as $$
declare
    e erasure;
    me member;
    r room;
    v_last uuid;
begin
    gone := 0;
    select * into e from erasure where at <= now() order by at limit 1;
    if e.member is null then
        return;
    end if;
    select * into me from member where key = e.member;
    select * into r from room where key = me.room for no key update;
    if me.left_at is null and r.ended_at is null then
        update erasure set at = now() + make_interval(secs => 60 + 240 * random()) where member = me.key;
        gone := 1;
        return;
    end if;
    if e.after is null then
        gone := mask_forget(me, r, p_limit);
        if gone = p_limit then
            return;
        end if;
    end if;
    select l.count, l.last into p_limit, v_last from lines_erase(me, r, e.after, p_limit) l;
    gone := gone + p_limit + 1;
    if v_last is null then
        delete from erasure where member = me.key;
    else
        update erasure set after = v_last where member = me.key;
    end if;
end $$;

-- One portion of what is left of erased accounts.
create or replace function retain_erasures(out gone int, out more boolean) language plpgsql volatile as $$
begin
    gone := masks_release();
    if gone = 0 then
        gone := mask_erase(500);
    end if;
    if gone = 0 then
        gone := accounts_drop();
    end if;
    more := gone > 0;
end $$;

-- Guests whom nobody can be any more, since their sessions have run out, and who were not here since p_before.
create or replace function guests_erase(p_before timestamptz) returns setof act language plpgsql volatile as $$
declare
    v_account bigint;
    v_gone int := 0;
begin
    for v_account in
        select a.id from account a
         where a.name is null and a.openid_hash is null and a.erased_at is null and a.seen_at < p_before
           and not exists (select from session s where s.account = a.id)
           and (a.banned_until is null or a.banned_until < now())
         order by a.seen_at limit 20
    loop
        return query select * from account_erase(v_account);
        v_gone := v_gone + 1;
    end loop;
    return next ('reply', 200, v_gone || ' ' || (v_gone = 20)::int)::act;
end $$;
