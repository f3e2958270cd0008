-- Pictures, voice, avatars. The program `media` asks first whether an upload may be, has it decoded, puts the files where
-- they belong, and only then are they written down here. A use goes with its line; a file that nobody uses any more is
-- doomed, removed from the disk and forgotten, in this order, so that an upload of the same content meanwhile is noticed.
set local search_path = driftline;

-- One more upload of an account today; 429 when it has sent its share. 0: no limit.
create or replace function upload_count(p_account bigint, p_size int, p_files int, p_mib int) returns void
language plpgsql volatile as $$
declare
    v_now timestamp := now() at time zone 'UTC';
    u upload;
begin
    -- A count that a crash loses hurts nobody; nobody's line waits for its flush.
    perform set_config('synchronous_commit', 'off', true);
    insert into upload as x (account, day, files, bytes) values (p_account, v_now::date, 1, p_size)
    on conflict (account, day) do update set files = x.files + 1, bytes = x.bytes + p_size
    returning * into u;
    if (p_files > 0 and u.files > p_files) or (p_mib > 0 and u.bytes > p_mib * 1048576::bigint) then
        perform fail(429, 'upload_quota', '', jsonb_build_object(
            'retry_after', ceil(extract(epoch from v_now::date + 1 - v_now))::int));
    end if;
end $$;

-- Whether somebody may send a file into a room: 204, and it counts. What was sent before by this client_id is answered as
-- it was, without a look at the file; 409 when this is another one.
create or replace function api.upload_begin(p_token bytea, p_room text, p_client uuid, p_kind text, p_reply int, p_source bytea,
                                            p_size int, p_files int, p_mib int)
returns setof act language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    c message;
begin
    select m.* into c from message m
     where m.room_kind = (select r.kind from room r where r.key = me.room) and m.member = me.key and m.client_id = p_client;
    if c.seq is null then
        perform upload_count(me.account, p_size, p_files, p_mib);
        return next ('reply', 204, null)::act;
    else
        perform upload_same(c, p_kind, p_reply, p_source);
        return next ('reply', 200, message_json(p_room, c, me, me.key))::act;
    end if;
end $$;

-- The same for an avatar.
create or replace function api.upload_begin_avatar(p_token bytea, p_size int, p_files int, p_mib int) returns setof act
language plpgsql volatile as $$
begin
    perform upload_count(session_account(p_token), p_size, p_files, p_mib);
    return next ('reply', 204, null)::act;
end $$;

-- 409 unless a line is what is being sent again. Of one that was recalled nothing is known any more.
create or replace function upload_same(c message, p_kind text, p_reply int, p_source bytea) returns void
language plpgsql stable as $$
begin
    if c.recalled_at is null
       and (c.kind <> p_kind or c.reply_to is distinct from p_reply
            or exists (select from media m where m.room = c.room and m.seq = c.seq and m.source <> p_source)) then
        perform fail(409, 'client_id_used');
    end if;
end $$;

-- The files of an upload, which are in the media folder already. False: one is being removed just now, and has to be put
-- there again.
create or replace function files_take(p_digests bytea[]) returns boolean language plpgsql volatile as $$
declare
    v_digest bytea;
    v_doomed timestamptz;
begin
    for v_digest in select distinct d from unnest(p_digests) d where d is not null order by d loop
        insert into file as f (digest) values (v_digest)
        on conflict (digest) do update set doomed = f.doomed
        returning f.doomed into v_doomed;
        if v_doomed is not null then
            return false;
        end if;
    end loop;
    return true;
end $$;

-- A picture or a voice line: judged and stored as text is, then told to the room. Status 0: its files have to be put in their
-- place again.
-- p_facts: width, height, duration, waveform, as far as the kind has them. p_check: WeChat is to look at it, if it is of a user
-- of its own.
create or replace function api.media_append(p_token bytea, p_room text, p_client uuid, p_kind text, p_reply int, p_source bytea,
                                            p_file bytea, p_preview bytea, p_facts jsonb, p_check boolean default false)
returns setof act language plpgsql volatile as $$
declare
    a record;
    me member;
    c message;
    v_message text;
begin
    if not files_take(array[p_file, p_preview]) then
        return next ('reply', 0, null)::act;
        return;
    end if;
    select * into a from api.message_append(array[p_token], array[p_room], array[p_client], array[null::text], array[p_reply],
                                            array[p_kind]);
    if a.status <> 200 then
        perform fail(a.status, a.code, case a.status when 422 then 'reply_to' else '' end,
                     jsonb_strip_nulls(jsonb_build_object('retry_after', case a.status when 429 then a.retry end, 'until', a.until,
                                                          'everywhere', case when a.until is not null then a.everywhere end)));
    end if;
    me := session_member(p_token, p_room);
    select m.* into c from message m
     where m.room_kind = (select r.kind from room r where r.key = me.room) and m.room = me.room and m.seq = a.seq;
    if a.fresh then
        insert into media (id, kind, account, room, seq, file, preview, source, width, height, duration, waveform)
        values (random_id(), p_kind, me.account, me.room, a.seq, p_file, p_preview, p_source, (p_facts ->> 'width')::int,
                (p_facts ->> 'height')::int, (p_facts ->> 'duration')::int,
                array(select w::smallint from jsonb_array_elements_text(p_facts -> 'waveform') w));
        perform media_check(w.id) from media w where p_check and w.room = me.room and w.seq = a.seq;
    else
        perform upload_same(c, p_kind, p_reply, p_source);
    end if;
    v_message := message_json(p_room, c, me, me.key);
    if a.fresh then
        return next ('frame', coalesce(a.channels, ''), '{"type":"message","room":"' || p_room || '","message":' || v_message || '}')::act;
    end if;
    return next ('reply', 200, v_message)::act;
end $$;

-- In private chats that are revealed the picture changes with the account's; elsewhere it stays as it was shown.
create or replace function avatar_changed(p_account bigint) returns void language sql volatile as $$
    select avatar_lend(m) from member m join room r on r.key = m.room
     where m.account = p_account and r.kind = 'private' and r.revealed_at is not null and r.ended_at is null
$$;

-- Replaces the account's avatar; p_file null: by a drawn one.
create or replace function avatar_set(p_account bigint, p_file bytea, p_source bytea) returns setof act
language plpgsql volatile as $$
declare
    v_avatar text := avatar_url(encode(gen_random_bytes(8), 'hex'));
    v_id text := random_id();
begin
    perform from user_info where account = p_account for no key update;     -- of two at once the later one stays
    delete from media where account = p_account and kind = 'avatar' and member is null;
    if p_file is not null then
        insert into media (id, kind, account, file, source) values (v_id, 'avatar', p_account, p_file, p_source);
        v_avatar := media_url(v_id);
    end if;
    update user_info set avatar = v_avatar where account = p_account;
    perform avatar_changed(p_account);
    return next ('frame', account_channels(p_account), '{"type":"me"}')::act;
    return next ('reply', 200, '{"avatar":"' || v_avatar || '"}')::act;
end $$;

create or replace function api.avatar_set(p_token bytea, p_source bytea, p_file bytea, p_check boolean default false) returns setof act
language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
begin
    if files_take(array[p_file]) then
        return query select * from avatar_set(v_account, p_file, p_source);
        perform media_check(w.id) from media w where p_check and w.account = v_account and w.kind = 'avatar' and w.member is null;
    else
        return next ('reply', 0, null)::act;
    end if;
end $$;

create or replace function api.avatar_reset(p_token bytea) returns setof act language sql volatile as $$
    select * from avatar_set(session_account(p_token), null, null)
$$;

-- Which file an address stands for, as "<hex digits> <kind>", for those who may see it: a line's to whom the line may be
-- seen by, an avatar to its owner, a profile's picture to those who are or were in its room, where that is shown.
create or replace function api.media(p_token bytea, p_id text, p_preview boolean) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    m media;
    v_me bigint;
begin
    select * into m from media where id = p_id;
    select o.key into v_me from member o where o.room = m.room and o.account = v_account;
    if m.id is null or (p_preview and m.preview is null)
       or not (case when m.seq is not null then v_me is not null and during_stay(v_me, m.seq)
                   when m.member is not null then v_me is not null
                   else m.account = v_account end) then
        perform fail(404, 'not_found');
    end if;
    return next ('reply', 200, encode(case when p_preview then m.preview else m.file end, 'hex') || ' ' || m.kind)::act;
end $$;

-- A line's use goes with it, whatever takes the line away or back.
create or replace function media_gone() returns trigger language plpgsql as $$
begin
    delete from media where room = old.room and seq = old.seq;
    return null;
end $$;
create or replace trigger media_recalled after update of recalled_at on message
    for each row when (new.kind in ('image', 'voice') and new.recalled_at is not null) execute function media_gone();
create or replace trigger media_deleted after delete on message
    for each row when (old.kind in ('image', 'voice')) execute function media_gone();

-- Everything that an account has sent, and every picture of it, is gone; its lines are there without.
create or replace function media_erase(p_account bigint) returns void language sql volatile as $$
    delete from media where account = p_account;
    delete from upload where account = p_account;
    update member set avatar = null where account = p_account and avatar is not null;
    update user_info set avatar = avatar_url(encode(gen_random_bytes(8), 'hex'))
     where account = p_account and avatar like '/media/%'
$$;

-- Of files that have been in the media folder for a while, those that are to be removed: no line, no profile and no
-- report has them. An upload of
-- the same content waits for this, or this for it, by the file's row.
create or replace function api.files_doom(p_digests bytea[]) returns setof bytea language plpgsql volatile as $$
begin
    insert into file (digest) select d from unnest(p_digests) d order by d on conflict do nothing;
    perform from file f where f.digest = any (p_digests) order by f.digest for update;
    return query
    update file f set doomed = now()
     where f.digest = any (p_digests)
       and not exists (select from media m where m.file = f.digest)
       and not exists (select from media m where m.preview = f.digest)
       and not exists (select from evidence e where e.file = f.digest)
       and not exists (select from evidence e where e.preview = f.digest)
       and not exists (select from report r where r.picture = f.digest)
    returning f.digest;
end $$;

-- They are removed.
create or replace function api.files_gone(p_digests bytea[]) returns void language sql volatile as $$
    delete from file where digest = any (p_digests) and doomed is not null
$$;

-- Doomed by somebody who did not come to removing them: a program that ended in between.
create or replace function api.files_left(p_limit int) returns setof bytea language sql stable as $$
    select digest from file where doomed < now() - interval '1 minute' limit p_limit
$$;
