-- The live side: tickets, connections, and the sync that heals whatever a socket lost.
set local search_path = driftline;

create or replace function api.stream(p_token bytea, p_ticket bytea) returns setof act language plpgsql volatile as $$
begin
    perform session_account(p_token);
    perform session_slide(p_token);
    insert into ticket (ticket, token, expires) values (p_ticket, p_token, now() + interval '30 seconds');
    return next ('reply', 200, rfc3339(now() + interval '30 seconds'))::act;
end $$;

-- Redeems a ticket, once: the reply is the channel that the socket subscribes, its own. Of more than eight connections of
-- an account the oldest go.
create or replace function api.stream_open(p_ticket bytea) returns setof act language plpgsql volatile as $$
declare
    v_token bytea;
    v_account bigint;
    v_channel text := 'c' || random_id();
begin
    delete from ticket t where t.ticket = p_ticket and t.expires > now() returning t.token into v_token;
    select s.account into v_account from session s where s.token = v_token and s.expires > now() for key share;
    if v_account is null then
        perform fail(404, 'no_ticket');
    end if;
    perform pg_advisory_xact_lock(v_account);
    insert into connection (channel, account, token) values (v_channel, v_account, v_token);
    -- An append looks up channels under its room's lock. One that has done so without this connection is waited for
    -- here, so that a sync finds its lines; a later one finds the connection.
    perform 1 from member m join room r on r.key = m.room
      where m.account = v_account and m.left_at is null and r.ended_at is null
      order by r.key for share of r;
    -- Whether anybody is still at the others is looked up by the handlers, afterwards.
    return query
    select 'check', string_agg(o.channel, ','), null from connection o
     where o.account = v_account and o.channel <> v_channel having count(*) > 0;
    return query
    delete from connection c
     where c.channel in (select o.channel from connection o where o.account = v_account
                          order by o.opened desc, o.channel offset 8)
    returning 'bye', c.channel, '{"type":"bye","reason":"replaced"}';
    return next ('reply', 200, v_channel)::act;
end $$;

-- What a client lacks. p_rooms: {room: last_seq it has}. 50 messages a room and 200 in all, then more:true; first_seq and
-- past_retention where some of what it lacks is no longer kept; the rooms
-- that changed since p_since (the last answer's `since`, or null), lines recalled and reacted to since. Renews session and
-- wait.
create or replace function api.sync(p_token bytea, p_rooms jsonb, p_match boolean, p_since timestamptz, p_lease int, p_relax int)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_now timestamptz := clock_timestamp();
    v_since timestamptz := p_since - interval '10 seconds';   -- a transaction may have committed late
    v_left int := 200;
    v_more boolean := false;
    v_rooms text := '';
    v_page text;
    v_lines message[];
    v_count int;
    v_first int;
    v_recalls text;
    v_conversations text;
    v_match text := 'null';
    v_room_more boolean;
    m record;
    a act;
begin
    update account set seen_at = v_now where id = v_account and seen_at < v_now - interval '10 minutes';
    perform session_slide(p_token);

    for m in
        select mm as me, r.id, r.kind, r.last_seq, (p_rooms ->> r.id)::int as have
          from jsonb_object_keys(p_rooms) k(id) join room r on r.id = k.id
          join member mm on mm.room = r.key and mm.account = v_account
         where visible_seq(mm.key, r.last_seq) > (p_rooms ->> r.id)::int
         order by coalesce(mm.left_at, r.last_at) desc
    loop
        if v_left = 0 then
            v_more := true;
            exit;
        end if;
        v_lines := array(select c from lines_after(m.me, m.kind, m.have, least(50, v_left) + 1) c);
        v_count := least(cardinality(v_lines), 50, v_left);
        v_room_more := cardinality(v_lines) > v_count;
        select string_agg(message_json(m.id, c, w, (m.me).key), ',' order by c.seq) into v_page
          from unnest(v_lines[:v_count]) c join member w on w.key = c.member;
        select r.first_seq into v_first from room r where r.id = m.id;      -- read after the lines: none can be missed
        v_left := v_left - v_count;
        v_more := v_more or v_room_more;
        v_rooms := v_rooms || case when v_rooms = '' then '' else ',' end
            || '{"id":"' || m.id || '","messages":[' || coalesce(v_page, '') || '],"more":' || v_room_more
            || case when lines_gone(m.me, v_first, m.have)
                    then ',"past_retention":true,"first_seq":' || least(v_first, visible_seq((m.me).key, m.last_seq) + 1)
                    else '' end || '}';
    end loop;

    select string_agg('{"room":"' || r.id || '","seq":' || c.seq || '}', ',') into v_recalls
      from member mm join room r on r.key = mm.room
     cross join lateral (select c.seq from message c
                          where c.room_kind = r.kind and c.room = r.key and c.recalled_at > v_since and during_stay(mm.key, c.seq)
                          order by c.seq desc limit 200) c
     where mm.account = v_account
       -- One's own can be recalled for a day at the most, a group's owner may take any back; an erasure changes the room.
       and (r.kind = 'group' or greatest(r.last_at, r.changed_at) > v_since - interval '25 hours');

    select string_agg(room_json(latest.key), ',' order by latest.last_at desc) into v_conversations
      from (select mm.key, coalesce(mm.left_at, r.last_at) as last_at
              from member mm join room r on r.key = mm.room
             where mm.account = v_account
               and (v_since is null or mm.changed_at > v_since or r.ended_at > v_since
                    or (mm.left_at is null and (r.last_at > v_since or r.changed_at > v_since))
                    -- the partner has read
                    or (r.kind = 'private' and exists (select from member p where p.room = r.key and p.read_at > v_since)))
             order by coalesce(mm.left_at, r.last_at) desc limit 200) latest;

    if p_match then
        for a in select * from api.match_get(p_token, p_lease, p_relax) loop
            if a.kind = 'reply' then
                v_match := a.body;
            else
                return next a;
            end if;
        end loop;
    end if;
    return next ('reply', 200, '{"rooms":[' || v_rooms || '],"more":' || v_more
                               || ',"conversations":[' || coalesce(v_conversations, '')
                               || '],"recalls":[' || coalesce(v_recalls, '')
                               || '],"reactions":[' || reactions_since(v_account, v_since) || '],"match":' || v_match
                               || ',"since":"' || rfc3339(v_now) || '"}')::act;
end $$;

-- Channels that nobody was subscribed to when something was published: their connections are gone. Young ones are
-- left alone, their socket may still be opening.
create or replace function api.connections_gone(p_channels text[]) returns void language sql volatile as $$
    delete from connection where channel = any (p_channels) and opened < now() - interval '10 seconds'
$$;

-- Rooms that nobody comes back to end. p_room_empty: the hours that a group may be without people.
create or replace function api.tidy(p_room_empty int) returns void language plpgsql volatile as $$
begin
    perform rooms_age(p_room_empty);
end $$;

create or replace function api.ready() returns boolean language sql stable as $$
    select exists (select from migration)
$$;
