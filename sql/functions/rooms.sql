-- Rooms: a private chat is a room of two, a group is what people open, enter and leave. Whoever changes a room holds its
-- row's lock, so that seats, stays and the owner stay right whoever comes and goes at the same time.
set local search_path = driftline;

-- The caller's view of a room: that of a member or a former one, or from outside where the room is public and open.
create or replace function api.room(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    r room;
    v_me bigint;
begin
    select * into r from room where id = p_room;
    select m.key into v_me from member m where m.room = r.key and m.account = v_account;
    if v_me is not null then
        return next ('reply', 200, room_json(v_me))::act;
    elsif r.public and r.ended_at is null then
        return next ('reply', 200, room_outside(r))::act;
    else
        perform fail(404, 'no_room');
    end if;
end $$;

-- The caller's rooms, pinned ones first, then the latest; one that was left stands where it was left, whatever is said
-- there afterwards. The cursor is where the last page ended.
create or replace function api.conversations(p_token bytea, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_after text[] := string_to_array(p_cursor, '.');
    v_items text;
    v_next text;
begin
    with mine as (
        select m.key, m.pinned, r.id, extract(epoch from coalesce(m.left_at, r.last_at)) as at
          from member m join room r on r.key = m.room
         where m.account = v_account
           and (p_cursor is null
                or (m.pinned::int, floor(extract(epoch from coalesce(m.left_at, r.last_at)) * 1000000), r.id)
                   < (v_after[1]::int, v_after[2]::numeric, v_after[3]))
         order by m.pinned desc, coalesce(m.left_at, r.last_at) desc, r.id desc
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

-- Holds an account's row before it goes in somewhere, so that its steps come one by one; 401 when it was banned, erased or
-- logged out meanwhile.
create or replace function account_hold(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform from account where id = p_account for no key update;
    if not exists (select from session s where s.account = p_account) then
        perform fail(401, 'unauthorized');
    end if;
end $$;

-- An account is in 200 groups at the most.
create or replace function groups_check(p_account bigint) returns void language plpgsql volatile as $$
begin
    perform account_hold(p_account);    -- two joins at once are counted one by one
    if (select count(*) from member m join room r on r.key = m.room
         where m.account = p_account and m.left_at is null and r.kind = 'group' and r.ended_at is null) >= 200 then
        perform fail(409, 'too_many_rooms');
    end if;
end $$;

-- A new group with its first member, who owns it. p_profile: the owner shows the profile in the mask's place.
create or replace function group_new(p_account bigint, p_topic text, p_description text, p_tags text[], p_capacity int,
                                     p_public boolean, p_mask text, p_profile boolean)
returns member language plpgsql volatile as $$
declare
    v_room bigint;
    me member;
begin
    perform groups_check(p_account);
    insert into room (id, kind, topic, description, tags, capacity, public, mask)
    values (random_id(), 'group', p_topic, p_description, p_tags, p_capacity, p_public, p_mask)
    returning key into v_room;
    me := member_new(v_room, p_account, 1, 'owner');
    if p_profile then
        me := profile_show(me);
    end if;
    return me;
end $$;

create or replace function api.room_create(p_token bytea, p_topic text, p_description text, p_tags text[], p_capacity int,
                                           p_public boolean, p_mask text, p_profile boolean, p_flag text default null)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    me member;
begin
    if p_profile and p_mask <> 'choice' then
        perform fail(422, 'invalid_field', 'show_profile');
    end if;
    perform mute_check(v_account);
    me := group_new(v_account, p_topic, p_description, p_tags, p_capacity, p_public, p_mask, p_profile);
    perform field_flag(v_account, me.room, p_flag);
    return next room_frame_own(me);
    return next ('reply', 201, room_json(me.key))::act;
end $$;

-- A member comes in: a seat is taken, a stay begins, and who finds nobody there owns the room.
create or replace function member_in(r room, p_me member, p_account bigint, p_profile boolean) returns member
language plpgsql volatile as $$
declare
    me member := p_me;
begin
    if me.key is null then
        me := member_new(r.key, p_account, r.last_seq + 1, case when r.members = 0 then 'owner' else 'member' end);
        if p_profile then
            me := profile_show(me);
        end if;
    else
        update stay set to_seq = null where member = me.key and to_seq = r.last_seq;    -- nothing was said in between
        if not found then
            insert into stay (member, from_seq) values (me.key, r.last_seq + 1);
        end if;
        update member set left_at = null, joined_at = now(), changed_at = clock_timestamp(), read_seq = r.last_seq,
                          role = case when r.members = 0 then 'owner' else 'member' end,
                          muted_until = case when r.members > 0 then muted_until end    -- nobody else could end it
         where key = me.key
        returning * into me;
        update room set members = members + 1 where key = r.key;
    end if;
    update room set emptied_at = null, changed_at = clock_timestamp() where key = r.key;
    return me;
end $$;

-- Joins a group, or says why not. p_invited: by a share, which opens rooms that are not public.
create or replace function room_enter(p_account bigint, p_room bigint, p_profile boolean, p_invited boolean)
returns setof act language plpgsql volatile as $$
declare
    r room;
    me member;
begin
    perform account_hold(p_account);    -- before the room, as everywhere
    select * into r from room where key = p_room for no key update;
    select * into me from member where room = p_room and account = p_account;
    if me.key is null and (r.ended_at is not null or not (r.public or p_invited)) then
        perform fail(404, 'no_room');
    elsif r.ended_at is not null then
        perform fail(409, 'room_ended');
    elsif me.key is not null and me.left_at is null then
        return next ('reply', 200, room_json(me.key))::act;
        return;
    elsif me.kicked_at is not null then
        perform fail(403, 'banned_from_room');
    elsif not (r.public or p_invited) then
        perform fail(403, 'invite_only');
    elsif p_profile and r.mask <> 'choice' then
        perform fail(422, 'invalid_field', 'mask');
    elsif r.members >= r.capacity then
        perform fail(409, 'room_full');
    end if;
    perform groups_check(p_account);
    me := member_in(r, me, p_account, p_profile);
    return next ('frame', room_channels(r.key, me.key),
                 '{"type":"member","room":"' || r.id || '","event":"joined",' || mask_json(me)
                 || ',"members":' || r.members + 1 || ',"at":"' || rfc3339(me.joined_at) || '"}')::act;
    return next room_frame_own(me);
    return next ('reply', 200, room_json(me.key))::act;
end $$;

create or replace function api.room_join(p_token bytea, p_room text, p_profile boolean) returns setof act
language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_room bigint := (select r.key from room r where r.id = p_room);
begin
    if v_room is null then
        perform fail(404, 'no_room');
    end if;
    return query select * from room_enter(v_account, v_room, p_profile, false);
end $$;

-- Of a room that is not public the owner's links alone are live.
create or replace function shares_keep(p_room bigint) returns void language sql volatile as $$
    delete from share s using room r, member m
     where s.room = p_room and r.key = p_room and not r.public and m.key = s.member and m.role <> 'owner'
$$;

-- A member of a group goes: the stay ends, the seat is free, and the longest there takes over from an owner. The frames
-- that tell the others. The caller holds the room's lock.
create or replace function member_out(r room, p_member member, p_reason text) returns setof act
language plpgsql volatile as $$
declare
    v_now timestamptz := clock_timestamp();
    v_owner text;
begin
    update member
       set left_at = v_now, changed_at = v_now, role = 'member',
           kicked_at = case when p_reason = 'kicked' then v_now end
     where key = p_member.key;
    update stay set to_seq = r.last_seq where member = p_member.key and to_seq is null;
    update room set members = members - 1, emptied_at = case when members = 1 then v_now end, changed_at = v_now where key = r.key;
    return next ('frame', room_channels(r.key),
                 '{"type":"member","room":"' || r.id || '","member":"' || p_member.id || '","event":"left","reason":"'
                 || p_reason || '","members":' || r.members - 1 || ',"at":"' || rfc3339(v_now) || '"}')::act;
    if p_member.role = 'owner' then
        update member set role = 'owner', muted_until = null, changed_at = v_now
         where key = (select m.key from member m where m.room = r.key and m.left_at is null order by m.joined_at, m.key limit 1)
        returning id into v_owner;
        perform shares_keep(r.key);
        if v_owner is not null then
            return next owner_frame(r, v_owner);
        end if;
    end if;
end $$;

create or replace function owner_frame(r room, p_owner text) returns act language sql stable as $$
    select ('frame', room_channels(r.key),
            '{"type":"member","room":"' || r.id || '","member":"' || p_owner || '","event":"owner"}')::act
$$;

-- Leaving a private chat ends it for both; the partner is told at once. Again: nothing more happens.
create or replace function api.room_leave(p_token bytea, p_room text) returns setof act language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    r room;
begin
    select * into r from room where key = me.room for no key update;
    select * into me from member where key = me.key;
    if r.kind = 'private' then
        return query select * from private_end(me);
    elsif me.left_at is null then
        return query select * from member_out(r, me, 'left');
        return next room_frame_own(me);
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- The caller as the owner of a room, whose row is locked; 403 for others, 404 for those who may not see it.
create or replace function room_owner(p_token bytea, p_room text) returns member language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    r room;
    me member;
begin
    select * into r from room where id = p_room for no key update;
    select * into me from member m where m.room = r.key and m.account = v_account;
    if r.key is null or (me.key is null and not (r.public and r.ended_at is null)) then
        perform fail(404, 'no_room');
    elsif me.key is null or me.role <> 'owner' or r.kind <> 'group' then
        perform fail(403, 'not_owner');
    elsif r.ended_at is not null then
        perform fail(409, 'room_ended');
    end if;
    return me;
end $$;

-- Somebody else who is or was in the room, by the mask.
create or replace function member_other(me member, p_member text) returns member language plpgsql stable as $$
declare
    m member;
begin
    select * into m from member where room = me.room and id = p_member;
    if m.key is null then
        perform fail(404, 'no_member');
    elsif m.key = me.key then
        perform fail(409, 'yourself');
    end if;
    return m;
end $$;

-- What is null stays as it is. Links made by others than the owner end when the room becomes one for invited people.
create or replace function api.room_update(p_token bytea, p_room text, p_topic text, p_description text, p_tags text[],
                                           p_capacity int, p_public boolean, p_slow_mode int, p_flag text default null)
returns setof act language plpgsql volatile as $$
declare
    me member := room_owner(p_token, p_room);
    r room;
begin
    perform mute_check(me.account);
    select * into r from room where key = me.room;
    if p_capacity < r.members then
        perform fail(422, 'invalid_field', 'capacity');
    end if;
    update room
       set topic = coalesce(p_topic, topic), description = coalesce(p_description, description),
           tags = coalesce(p_tags, tags), capacity = coalesce(p_capacity, capacity),
           public = coalesce(p_public, public), slow_mode = coalesce(p_slow_mode, slow_mode),
           changed_at = clock_timestamp()
     where key = r.key
    returning * into r;
    perform shares_keep(r.key);
    perform field_flag(me.account, r.key, p_flag);
    return next ('frame', room_channels(r.key), '{"type":"room","room":"' || r.id || '","detail":{' || room_facts(r) || '}}')::act;
    return next ('reply', 200, room_json(me.key))::act;
end $$;

-- Ends a group: nobody writes any more, everybody keeps what was said during the stays. p_by null: the service does.
create or replace function group_end(r room, p_by bigint, p_why text) returns setof act language plpgsql volatile as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    return next ('frame', room_channels(r.key),
                 '{"type":"room","room":"' || r.id || '","detail":{"ended":{"at":"' || rfc3339(v_now) || '","by":"'
                 || case when p_by is null then 'service' else 'owner' end || '","reason":"' || p_why || '"},"members":0}}')::act;
    update room set ended_at = v_now, ended_by = p_by, ended_why = p_why, members = 0 where key = r.key;
    update stay set to_seq = r.last_seq
     where to_seq is null and member in (select m.key from member m where m.room = r.key and m.left_at is null);
    update member set left_at = v_now, changed_at = v_now where room = r.key and left_at is null;
    delete from share where room = r.key;
end $$;

create or replace function api.room_close(p_token bytea, p_room text) returns setof act language plpgsql volatile as $$
declare
    me member := room_owner(p_token, p_room);
    r room;
begin
    select * into r from room where key = me.room;
    return query select * from group_end(r, me.key, 'closed');
    return next room_frame_own(me);
    return next ('reply', 204, null)::act;
end $$;

-- Those who are in a group, the first to have come first. The cursor is the mask that the last page ended with.
create or replace function api.room_members(p_token bytea, p_room text, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
    v_after bigint := 0;
    v_items text;
    v_next text;
begin
    if me.left_at is not null then
        perform fail(403, 'not_member');
    elsif p_cursor is not null then
        select m.key into v_after from member m where m.room = me.room and m.id = p_cursor;
        if v_after is null then
            perform fail(422, 'invalid_field', 'cursor');
        end if;
    end if;
    with page as (
        select m as m, row_number() over (order by m.key) as n
          from member m
         where m.room = me.room and m.left_at is null and m.key > v_after
         order by m.key limit p_limit + 1
    )
    select string_agg('{' || mask_json(m) || ',"role":"' || (m).role || '"'
                      || case when (m).key = me.key then ',"me":true' else '' end
                      || case when me.role = 'owner' and (m).muted_until > now()
                              then ',"muted_until":"' || rfc3339((m).muted_until) || '"' else '' end
                      || '}', ',' order by n) filter (where n <= p_limit),
           (select (last.m).id from page last where last.n = p_limit and exists (select from page where n > p_limit))
      into v_items, v_next
      from page;
    return next ('reply', 200, '{"items":[' || coalesce(v_items, '') || '],"next":' || coalesce('"' || v_next || '"', 'null') || '}')::act;
end $$;

-- Puts somebody out of a group, for good. Their sockets are told and closed; they come back for what else they carry.
create or replace function api.member_kick(p_token bytea, p_room text, p_member text) returns setof act
language plpgsql volatile as $$
declare
    me member := room_owner(p_token, p_room);
    r room;
    v_other member;
begin
    select * into r from room where key = me.room;
    v_other := member_other(me, p_member);
    if v_other.left_at is null then
        return query select * from member_out(r, v_other, 'kicked');
        return query
        delete from connection c where c.account = v_other.account
        returning 'bye', c.channel::text, '{"type":"bye","reason":"kicked","room":"' || r.id || '"}';
    else
        update member set kicked_at = coalesce(kicked_at, clock_timestamp()), changed_at = clock_timestamp() where key = v_other.key;
    end if;
    delete from share where room = r.key and member = v_other.key;
    return next ('reply', 204, null)::act;
end $$;

-- For p_minutes nothing that the member writes is taken; 0 ends that. The two of them are told, nobody else.
create or replace function api.member_mute(p_token bytea, p_room text, p_member text, p_minutes int) returns setof act
language plpgsql volatile as $$
declare
    me member := room_owner(p_token, p_room);
    r room;
    v_other member;
begin
    select * into r from room where key = me.room;
    v_other := member_other(me, p_member);
    update member
       set muted_until = case when p_minutes > 0 then now() + make_interval(mins => p_minutes) end, changed_at = clock_timestamp()
     where key = v_other.key
    returning * into v_other;
    return next ('frame', (select string_agg(c.channel, ',') from connection c
                            where c.account = me.account or (c.account = v_other.account and v_other.left_at is null)),
                 '{"type":"member","room":"' || r.id || '","member":"' || v_other.id || '","event":"muted","until":'
                 || coalesce('"' || rfc3339(v_other.muted_until) || '"', 'null') || '}')::act;
    return next ('reply', 204, null)::act;
end $$;

-- Hands the room over to somebody who is in it.
create or replace function api.member_promote(p_token bytea, p_room text, p_member text) returns setof act
language plpgsql volatile as $$
declare
    me member := room_owner(p_token, p_room);
    r room;
    v_other member;
begin
    select * into r from room where key = me.room;
    v_other := member_other(me, p_member);
    if v_other.left_at is not null then
        perform fail(404, 'no_member');
    end if;
    update member set role = case when key = me.key then 'member' else 'owner' end, muted_until = null,
                      changed_at = clock_timestamp()
     where key in (me.key, v_other.key);
    perform shares_keep(r.key);
    return next owner_frame(r, v_other.id);
    return next ('reply', 204, null)::act;
end $$;

-- How one keeps a room in one's own list; null leaves it as it is.
create or replace function room_keep(p_token bytea, p_room text, p_pinned boolean, p_silent boolean) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
begin
    update member set pinned = coalesce(p_pinned, pinned), silent = coalesce(p_silent, silent), changed_at = clock_timestamp()
     where key = me.key and (pinned, silent) <> (coalesce(p_pinned, pinned), coalesce(p_silent, silent));
    if found then
        return next room_frame_own(me);
    end if;
    return next ('reply', 204, null)::act;
end $$;

create or replace function api.room_pin(p_token bytea, p_room text, p_on boolean) returns setof act
language sql volatile as $$
    select * from room_keep(p_token, p_room, p_on, null)
$$;

create or replace function api.room_silence(p_token bytea, p_room text, p_on boolean) returns setof act
language sql volatile as $$
    select * from room_keep(p_token, p_room, null, p_on)
$$;

-- Groups that have had nobody in them for so long end by themselves.
create or replace function rooms_age(p_hours int) returns void language plpgsql volatile as $$
declare
    r room;
begin
    for r in
        select * from room
         where emptied_at < now() - make_interval(hours => p_hours) and ended_at is null
         limit 100 for no key update skip locked
    loop
        perform group_end(r, null, 'empty');
    end loop;
end $$;
