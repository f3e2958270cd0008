-- Rooms and figures, for admins. Nothing here shows what was said, or whose account a mask is.
set local search_path = driftline;

-- Groups, the latest made first. p_state: open, ended or all; p_query: in topic, description or tags, folded.
create or replace function admin_api.rooms_list(p_token bytea, p_role text, p_state text, p_query text, p_cursor text, p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_before bigint := coalesce(cursor_number(p_cursor), 9223372036854775807);
    v_text text := fold_text(p_query);
begin
    perform admin_enter(p_token, p_role);
    return query
    select 'reply', '200', page_json(array_agg(x.item order by x.key desc), array_agg(x.key::text order by x.key desc), p_limit)
      from (select r.key, json_build_object('room', r.id, 'topic', r.topic, 'tags', r.tags, 'members', r.members, 'lines', r.last_seq,
                                            'public', r.public, 'created', rfc3339(r.created), 'last', rfc3339(r.last_at),
                                            'ended', rfc3339(r.ended_at))::text as item
              from room r
             where r.kind = 'group' and r.key < v_before
               and (p_state = 'all' or (r.ended_at is null) = (p_state = 'open'))
               and (p_query is null or position(v_text in fold_text(r.topic || ' ' || r.description || ' ' || array_to_string(r.tags, ' '))) > 0)
             order by r.key desc limit p_limit + 1) x;
end $$;

-- A room; 404 no_room.
create or replace function admin_room(p_room text) returns room language plpgsql stable as $$
declare
    r room;
begin
    select * into r from room where id = p_room;
    if r.key is null then
        perform fail(404, 'no_room');
    end if;
    return r;
end $$;

-- One room of either kind, with the masks that are in it.
create or replace function admin_api.rooms_show(p_token bytea, p_role text, p_room text) returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    r room := admin_room(p_room);
begin
    perform audit_add(me.id, 'rooms show', r.id);
    return next ('reply', 200, json_build_object('room', r.id, 'kind', r.kind, 'topic', r.topic, 'description', r.description,
        'tags', r.tags, 'public', r.public, 'mask', r.mask, 'capacity', r.capacity, 'lines', r.last_seq, 'created', rfc3339(r.created),
        'last', rfc3339(r.last_at), 'ended', rfc3339(r.ended_at), 'reason', r.ended_why,
        'reports', (select count(*) from report p where p.room = r.key), 'members', r.members,
        'masks', (select coalesce(json_agg(json_build_object('member', m.id, 'alias', coalesce(m.nickname, m.alias), 'role', m.role,
                                                             'joined', rfc3339(m.joined_at)) order by m.key), '[]')
                    from (select * from member i where i.room = r.key and i.left_at is null order by i.key limit 200) m)))::act;
end $$;

-- Ends a room for everybody, and says so to those who are in it. 409 room_ended.
create or replace function admin_api.rooms_close(p_token bytea, p_role text, p_room text, p_note text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    r room;
begin
    perform from room where id = p_room for no key update;
    r := admin_room(p_room);
    if r.ended_at is not null then
        perform fail(409, 'room_ended');
    end if;
    return query select * from group_end(r, null, 'closed');
    delete from wait where room = r.key;
    perform audit_add(me.id, 'rooms close', r.id, p_note);
    return next ('reply', 204, null)::act;
end $$;

-- How many rows a table and its partitions have: a few are counted, of more it is what the last vacuum saw.
create or replace function rows_about(p_table regclass) returns bigint language plpgsql stable as $$
declare
    few constant int := 10000;
    n bigint;
begin
    execute format('select count(*) from (select from %s limit %s) counted', p_table, few) into n;
    if n = few then
        select greatest(few, sum(greatest(c.reltuples, 0))) into n
          from pg_class c
         where c.relkind = 'r' and (c.oid = p_table or c.oid in (select i.inhrelid from pg_inherits i where i.inhparent = p_table));
    end if;
    return n;
end $$;

create or replace function admin_api.stats(p_token bytea, p_role text) returns setof act language plpgsql stable as $$
begin
    perform admin_enter(p_token, p_role);
    return next ('reply', 200, json_build_object(
        'accounts', rows_about('account'), 'rooms', rows_about('room'), 'messages', rows_about('message'),
        'reports_open', (select count(*) from report where state = 'open'),
        'oldest_report', (select rfc3339(min(at)) from report where state = 'open'),
        'appeals_open', (select count(*) from appeal where decision is null),
        'held', (select count(*) from held where refused_at is null),
        'checks_pending', (select count(*) from wechat_check where verdict is null),
        'banned', (select count(*) from account where banned_until > clock()),
        'online', (select count(distinct account) from connection), 'sockets', (select count(*) from connection),
        'waiting', (select count(*) from wait where room is null and lease > now()),
        'public_rooms', (select count(*) from square),
        'matches_day', (select count(*) from match_log where at > now() - interval '1 day')))::act;
end $$;
