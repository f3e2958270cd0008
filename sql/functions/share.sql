-- Links into a group: 128 random bits that open it to whoever has them, until they expire or are revoked. One that was
-- guessed, one revoked, one too old and one of a room that has ended are the same: not there.
set local search_path = driftline;

create or replace function share_json(s share) returns text language sql stable as $$
    select '{"code":"' || s.code || '","url":"/s/' || s.code || '","expires":"' || rfc3339(s.expires) || '"}'
$$;

-- The caller as somebody who may share the room: anyone in a public group, the owner of another.
create or replace function share_maker(p_token bytea, p_room text) returns member language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
    r room;
begin
    select * into r from room where key = me.room;
    if r.kind = 'private' then
        perform fail(403, 'not_shareable');
    elsif r.ended_at is not null then
        perform fail(409, 'room_ended');
    elsif me.left_at is not null then
        perform fail(403, 'not_member');
    elsif not r.public and me.role <> 'owner' then
        perform fail(403, 'not_owner');
    end if;
    return me;
end $$;

-- A member has 20 live links to a room at the most: the oldest go.
create or replace function api.share_create(p_token bytea, p_room text, p_hours int) returns setof act
language plpgsql volatile as $$
declare
    me member;
    s share;
begin
    perform from room where id = p_room for share;  -- neither closed nor made one for invited people meanwhile, nobody put out
    me := share_maker(p_token, p_room);
    perform from member where key = me.key for no key update;
    delete from share where code in (select o.code from share o where o.room = me.room and o.member = me.key
                                      order by o.created desc offset 19);
    insert into share (code, room, member, expires)
    values (random_id(), me.room, me.key, now() + make_interval(hours => p_hours))
    returning * into s;
    return next ('reply', 201, share_json(s))::act;
end $$;

-- The live links that one may revoke: one's own, the owner all.
create or replace function api.shares(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    me member := share_maker(p_token, p_room);
begin
    return next ('reply', 200, '{"items":[' || coalesce(
        (select string_agg(share_json(s), ',' order by s.created desc)
           from (select * from share s
                  where s.room = me.room and s.expires > now() and (s.member = me.key or me.role = 'owner')
                  order by s.created desc limit 100) s), '') || '],"next":null}')::act;
end $$;

create or replace function api.share_revoke(p_token bytea, p_room text, p_code text) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
begin
    delete from share s where s.code = p_code and s.room = me.room and (s.member = me.key or (me.role = 'owner' and me.left_at is null));
    if not found then
        perform fail(404, 'no_share');
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- Whether a link of the room is live and the caller's to show; its picture is drawn by the handler.
create or replace function api.share_check(p_token bytea, p_room text, p_code text) returns setof act
language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
begin
    if not exists (select from share s where s.code = p_code and s.room = me.room and s.expires > now()
                      and (s.member = me.key or me.role = 'owner')) then
        perform fail(404, 'no_share');
    end if;
    return next ('reply', 200, '')::act;
end $$;

-- The room that a code opens now; 404 without one.
create or replace function share_room(p_code text) returns room language plpgsql stable as $$
declare
    r room;
begin
    select r_.* into r from share s join room r_ on r_.key = s.room
     where s.code = p_code and s.expires > now() and r_.ended_at is null;
    if r.key is null then
        perform fail(404, 'no_share');
    end if;
    return r;
end $$;

-- What the landing shows before anybody joins. Whoever has the code may know what it opens.
create or replace function api.share(p_code text) returns setof act language plpgsql stable as $$
declare
    r room := share_room(p_code);
begin
    return next ('reply', 200, '{"code":"' || p_code || '","expires":"'
        || (select rfc3339(s.expires) from share s where s.code = p_code) || '","room":{' || room_facts(r)
        || ',"members":' || members_about(r.members) || ',"members_about":true}}')::act;
end $$;

create or replace function api.share_join(p_token bytea, p_code text, p_profile boolean) returns setof act
language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    r room := share_room(p_code);
begin
    return query select * from room_enter(v_account, r.key, p_profile, true);
exception when sqlstate 'DL409' then
    if sqlerrm = 'room_ended' then      -- closed this very moment
        perform fail(404, 'no_share');
    end if;
    raise;
end $$;
