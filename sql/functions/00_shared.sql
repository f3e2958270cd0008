-- What the functions of schema api share: failing, ids, masks, and the JSON shapes of docs/api.md.
set local search_path = driftline;

-- Ends the call: the handler answers p_status with p_code, and nothing of the transaction stays.
-- p_field names the field that is wrong; p_more is JSON to stand beside code and message. It is no trouble of the
-- database's, so it stays out of its log where the owner may say so (./deploy.sh up grants that in its own cluster).
create or replace function fail(p_status int, p_code text, p_field text default '', p_more jsonb default '{}')
returns void language plpgsql as $$
begin
    if has_parameter_privilege('log_min_messages', 'set') then
        perform set_config('log_min_messages', 'fatal', true);
    end if;
    raise exception using errcode = 'DL' || p_status, message = p_code, column = p_field, detail = p_more::text;
end $$;

-- The time, for what lasts for days: tests shift it by the setting driftline.shift, an interval, which nothing else sets.
create or replace function clock() returns timestamptz language sql stable as $$
    select now() + coalesce(nullif(current_setting('driftline.shift', true), '')::interval, '0')
$$;

-- When somebody is to go from a room who has gone in truth: one to ten minutes from now, at random.
create or replace function departure_time() returns timestamptz language sql volatile as $$
    select clock() + make_interval(secs => 60 + 540 * random())
$$;

create or replace function rfc3339(p_at timestamptz) returns text language sql stable as $$
    select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- p_bytes random bytes in URL-safe base64.
create or replace function random_id(p_bytes int default 16) returns text language sql volatile as $$
    select translate(encode(gen_random_bytes(p_bytes), 'base64'), '+/=', '-_')
$$;

-- Text as searches compare it: without regard to case, accents and width. What ICU makes of a sigma at a word's end
-- would hide the beginnings of words.
create or replace function fold_text(p_text text) returns text language sql immutable parallel safe as $$
    select case when octet_length(p_text) = char_length(p_text) then lower(p_text collate "C") collate "und-x-icu"
           else normalize(replace(regexp_replace(lower(normalize(p_text, nfkd) collate "und-x-icu"), '[\u0300-\u036f]', '', 'g'),
                                  'ς', 'σ'), nfc) end
$$;

-- The account behind a session; 401 without one.
create or replace function session_account(p_token bytea) returns bigint language plpgsql stable as $$
declare
    v_account bigint;
begin
    select s.account into v_account from session s where s.token = p_token and s.expires > now();
    if v_account is null then
        perform fail(401, 'unauthorized');
    end if;
    return v_account;
end $$;

-- Tokens live 30 days from here on. Written once a day at the most.
create or replace function session_slide(p_token bytea) returns void language sql volatile as $$
    update session set expires = now() + interval '30 days' where token = p_token and expires < now() + interval '29 days'
$$;

-- The caller's membership of a room; 404 for a room that is not there or never was the caller's.
create or replace function session_member(p_token bytea, p_room text) returns member language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_member member;
begin
    select m.* into v_member from room r join member m on m.room = r.key where r.id = p_room and m.account = v_account;
    if v_member.key is null then
        perform fail(404, 'no_room');
    end if;
    return v_member;
end $$;

-- A pair of words in both languages. Nothing of the account goes into it.
create or replace function alias_new(out alias text, out alias_zh text) language sql volatile as $$
    with pick as materialized (select floor(random() * 64)::int as a, floor(random() * 64)::int as b)
    select x.en || ' ' || y.en, x.zh || y.zh
      from pick
      join alias_word x on x.part = 'adjective' and x.n = pick.a
      join alias_word y on y.part = 'animal' and y.n = pick.b
$$;

-- A new member of a room, with a mask that nobody else wears there.
create or replace function member_new(p_room bigint, p_account bigint, p_from_seq int, p_role text default 'member')
returns member language plpgsql volatile as $$
declare
    v_alias record;
    v_member member;
begin
    for attempt in 1 .. 20 loop
        select * into v_alias from alias_new();
        exit when not exists (select from member m where m.room = p_room and m.alias = v_alias.alias);
    end loop;
    insert into member (id, room, account, alias, alias_zh, role, read_seq)
    values (encode(gen_random_bytes(8), 'hex'), p_room, p_account, v_alias.alias, v_alias.alias_zh, p_role, p_from_seq - 1)
    returning * into v_member;
    insert into stay (member, from_seq) values (v_member.key, p_from_seq);
    update room set members = members + 1 where key = p_room;
    return v_member;
end $$;

create or replace function media_url(p_id text) returns text language sql immutable as $$
    select '/media/' || p_id
$$;

-- The avatar that an account shows, under an address of a member's own in its room; null where the account has none, and
-- the mask's picture stays. An avatar that is being replaced is waited for.
create or replace function avatar_lend(p_me member) returns text language plpgsql volatile as $$
declare
    v_id text;
begin
    perform from user_info where account = p_me.account for share;
    delete from media where member = p_me.key;
    insert into media (id, kind, account, room, member, file, source)
    select random_id(), 'avatar', a.account, p_me.room, p_me.key, a.file, a.source
      from media a where a.account = p_me.account and a.kind = 'avatar' and a.member is null
    returning id into v_id;
    return media_url(v_id);
end $$;

-- The member shows nickname and picture of the account in the mask's place, as they are now.
create or replace function profile_show(p_me member) returns member language sql volatile as $$
    update member m set nickname = u.nickname, avatar = avatar_lend(p_me)
      from user_info u where m.key = p_me.key and u.account = m.account
    returning m.*
$$;

create or replace function avatar_url(p_member text) returns text language sql immutable as $$
    select '/avatar/' || p_member || '.svg'
$$;

-- The mask's part of every shape: member, alias, alias_zh, avatar; profile where the member shows that instead.
create or replace function mask_json(p member) returns text language sql immutable as $$
    select '"member":"' || p.id || '","alias":' || to_json(coalesce(p.nickname, p.alias))
        || ',"alias_zh":' || to_json(coalesce(p.nickname, p.alias_zh))
        || ',"avatar":"' || coalesce(p.avatar, avatar_url(p.id)) || '"'
        || case when p.nickname is null then '' else ',"profile":true' end
$$;

-- Reactions of one message as members of its JSON: how many of each, and which the member p_viewer made. Who left does
-- not see those of later.
create or replace function reactions_json(p_room bigint, p_seq int, p_viewer bigint) returns text language sql stable as $$
    select coalesce('"reactions":' || json_object_agg(x.name, x.count order by x.name), '"reactions":{}')
        || ',"reacted":' || coalesce(json_agg(x.name order by x.name) filter (where x.own), '[]')
      from (select r.name, count(*), bool_or(r.member = p_viewer) as own
              from reaction r
             where r.room = p_room and r.seq = p_seq
               and r.at <= coalesce((select m.left_at from member m where m.key = p_viewer), 'infinity')
             group by r.name) x
$$;

-- The part of `message` that a picture or a voice line has beside a text; nothing once its file is erased.
create or replace function media_json(p_room bigint, p_seq int) returns text language sql stable as $$
    select coalesce((
        select ',"media":{"url":"' || media_url(m.id) || '"'
            || case m.kind when 'image'
                    then ',"preview":"' || media_url(m.id) || '?size=preview","width":' || m.width || ',"height":' || m.height || '}'
                    else ',"waveform":' || to_json(m.waveform) || '},"duration":' || m.duration end
          from media m where m.room = p_room and m.seq = p_seq), '')
$$;

-- `message` as docs/api.md has it, for the member p_viewer. cgi-bin/writer.c writes the same shape for a message just
-- sent, which has no reactions.
create or replace function message_json(p_room text, p message, p_member member, p_viewer bigint default 0)
returns text language sql stable as $$
    select '{"room":"' || p_room || '","seq":' || p.seq || ',' || mask_json(p_member)
        || ',"kind":"' || p.kind || '","body":' || coalesce(to_json(p.body)::text, 'null')
        || case when p.kind = 'text' or p.recalled_at is not null then '' else media_json(p.room, p.seq) end
        || coalesce(',"reply_to":' || p.reply_to, '')
        || case when p.reacted_at is null or p.recalled_at is not null then ''
                else ',' || reactions_json(p.room, p.seq, p_viewer) end
        || case when p.recalled_at is null then '' else ',"recalled":true' end
        || ',"client_id":"' || p.client_id || '","at":"' || rfc3339(p.at) || '"}'
$$;

-- Whether a member may see a seq: only what was said during a stay.
create or replace function during_stay(p_member bigint, p_seq int) returns boolean language sql stable as $$
    select exists (select from stay s where s.member = p_member and p_seq between s.from_seq and coalesce(s.to_seq, p_seq))
$$;

-- How far a room has come for a member: to its last seq, or to the one at which the member left.
create or replace function visible_seq(p_member bigint, p_last_seq int) returns int language sql stable as $$
    select least(p_last_seq, max(coalesce(s.to_seq, p_last_seq))) from stay s where s.member = p_member
$$;

-- Up to p_limit lines past p_after that a member may see, ascending; and those before p_before, descending. They go from
-- stay to stay, so that what was said in between costs nothing, however much it is; and not to where no line is kept.
create or replace function lines_after(me member, p_kind text, p_after int, p_limit int) returns setof message
language plpgsql stable as $$
declare
    v_first int := (select r.first_seq from room r where r.key = me.room);
    s stay;
    v_count int;
begin
    for s in select * from stay where member = me.key and coalesce(to_seq, 2147483647) > p_after order by from_seq loop
        exit when p_limit = 0;
        return query select * from message c
                      where c.room_kind = p_kind and c.room = me.room
                        and c.seq between greatest(s.from_seq, v_first, least(p_after, 2147483646) + 1) and coalesce(s.to_seq, 2147483647)
                      order by c.seq limit p_limit;
        get diagnostics v_count = row_count;
        p_limit := p_limit - v_count;
    end loop;
end $$;

create or replace function lines_before(me member, p_kind text, p_before int, p_limit int) returns setof message
language plpgsql stable as $$
declare
    v_first int := (select r.first_seq from room r where r.key = me.room);
    s stay;
    v_count int;
begin
    for s in select * from stay where member = me.key and from_seq < p_before order by from_seq desc loop
        exit when p_limit = 0;
        return query select * from message c
                      where c.room_kind = p_kind and c.room = me.room
                        and c.seq between greatest(s.from_seq, v_first) and least(s.to_seq, p_before - 1)
                      order by c.seq desc limit p_limit;
        get diagnostics v_count = row_count;
        p_limit := p_limit - v_count;
    end loop;
end $$;

-- What all see of a room, as members of its JSON.
create or replace function room_facts(r room) returns text language sql stable as $$
    select '"topic":' || to_json(r.topic) || ',"description":' || to_json(r.description) || ',"tags":' || to_json(r.tags)
        || ',"capacity":' || r.capacity || ',"public":' || r.public || ',"mask":"' || r.mask || '","slow_mode":' || r.slow_mode
$$;

-- How many are in a room, to those who are not: the lower bound of a bucket.
create or replace function members_about(p_members int) returns int language sql immutable as $$
    select max(b) from unnest(array[0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]) b where b <= p_members
$$;

-- `room` as those see it who never were in it.
create or replace function room_outside(r room) returns text language sql stable as $$
    select '{"id":"' || r.id || '","kind":"' || r.kind || '",' || room_facts(r)
        || ',"members":' || members_about(r.members) || ',"members_about":true,"me":null,"first_seq":1,"last_seq":0,"read_seq":0,'
        || '"unread":0,"last_message":null,"created":"' || rfc3339(r.created) || '","ended":null}'
$$;

create or replace function ended_json(r room, p_me member) returns text language sql stable as $$
    select case when r.ended_at is null then 'null'
           else '{"at":"' || rfc3339(r.ended_at) || '","by":"'
                || case when r.ended_by = p_me.key then 'me'
                        when r.kind = 'private' and r.ended_why = 'left' then 'peer'
                        when r.ended_by is null then 'service'
                        else 'owner' end
                || '","reason":"' || r.ended_why || '"}' end
$$;

-- What a member of a room sees of itself there.
create or replace function me_json(p_kind text, me member) returns text language sql stable as $$
    select '{' || mask_json(me) || ',"role":"' || me.role
        || '","muted_until":' || case when me.muted_until > now() then '"' || rfc3339(me.muted_until) || '"' else 'null' end
        || ',"pinned":' || me.pinned || ',"silent":' || me.silent
        || ',"blocked":' || case when p_kind = 'group'
                then coalesce((select json_agg(o.id order by h.at) from hidden h join member o on o.key = h.other
                                where h.member = me.key)::text, '[]')
                else '[]' end
        || ',"left":' || case when me.left_at is null or p_kind = 'private' then 'null'
                else '{"at":"' || rfc3339(me.left_at) || '","reason":"'
                     || case when me.kicked_at is null then 'left' else 'kicked' end || '"}' end
        || case when p_kind = 'private' then ',"reveal":' || me.revealing || ',"keep":' || me.keeping else '' end
        || '}'
$$;

-- The other one in a private chat, with the profile once both wished it.
create or replace function peer_json(peer member, p_revealed boolean) returns text language sql stable as $$
    select '{' || mask_json(peer) || ',"read_seq":' || peer.read_seq
        || case when p_revealed
                then coalesce((select ',"nickname":' || to_json(u.nickname) || ',"profile_avatar":"'
                                        || coalesce((select media_url(a.id) from media a where a.member = peer.key), avatar_url(peer.id)) || '"'
                                 from user_info u where u.account = peer.account), '')
                else '' end
        || '}'
$$;

-- Lines that a member has not read, counted to 100. Of the newest 200: who has written so much since the last look has
-- seen the rest.
create or replace function unread_count(me member, p_kind text, p_last int) returns int language sql stable as $$
    select least(count(*) filter (where n.member <> me.key
                                  and not exists (select from hidden h where h.member = me.key and h.other = n.member)), 100)
      from (select c.member from message c
             where c.room_kind = p_kind and c.room = me.room and c.seq > me.read_seq and c.seq <= p_last
               and during_stay(me.key, c.seq)
             order by c.seq desc limit 200) n
$$;

-- `room` as its member p_me sees it.
create or replace function room_json(p_me bigint) returns text language plpgsql stable as $$
declare
    me member;
    r room;
    peer member;
    v_last int;
    v_message text;
begin
    select * into me from member m where m.key = p_me;
    select * into r from room where key = me.room;
    if r.kind = 'private' then
        select * into peer from member m where m.room = r.key and m.key <> me.key;
    end if;
    v_last := coalesce(visible_seq(me.key, r.last_seq), 0);
    select message_json(r.id, c, m, me.key) into v_message
      from lines_before(me, r.kind, v_last + 1, 1) c join member m on m.key = c.member;
    return '{"id":"' || r.id || '","kind":"' || r.kind || '",' || room_facts(r)
        || case when r.kind = 'private' or me.left_at is null then ',"members":' || r.members
                else ',"members":' || members_about(r.members) || ',"members_about":true' end
        || ',"me":' || me_json(r.kind, me)
        || coalesce(',"peer":' || peer_json(peer, r.revealed_at is not null), '')
        || ',"first_seq":' || least(r.first_seq, v_last + 1) || ',"last_seq":' || v_last || ',"read_seq":' || me.read_seq
        || ',"unread":' || unread_count(me, r.kind, v_last)
        || ',"last_message":' || coalesce(v_message, 'null') || ',"created":"' || rfc3339(r.created) || '"'
        || ',"ended":' || ended_json(r, me)
        || case when r.kind = 'private'
                then ',"revealed":' || (r.revealed_at is not null) || ',"kept":' || (r.kept_at is not null)
                else '' end
        || '}';
end $$;

-- `user`, for its own owner alone.
create or replace function user_json(p_account bigint) returns text language sql stable as $$
    select json_build_object('account', a.name, 'nickname', u.nickname, 'avatar', u.avatar,
               'guest', a.name is null and a.openid_hash is null, 'locale', u.locale,
               'created', rfc3339(a.created),
               'warnings', (select count(*) from warning w
                             where w.account = a.id and w.seen_at is null and (w.expires is null or w.expires > now())))::text
      from account a join user_info u on u.account = a.id
     where a.id = p_account
$$;

-- Where a frame of a room goes: the channels of its members' own connections. p_except: a member left out.
create or replace function room_channels(p_room bigint, p_except bigint default 0) returns text language sql stable as $$
    select string_agg(c.channel, ',')
      from member m join connection c on c.account = m.account
     where m.room = p_room and m.left_at is null and m.key <> p_except
$$;

create or replace function account_channels(p_account bigint) returns text language sql stable as $$
    select string_agg(c.channel, ',') from connection c where c.account = p_account
$$;

-- A frame that tells one's own sockets how a room looks now.
create or replace function room_frame_own(p_me member) returns act language sql stable as $$
    select ('frame', account_channels(p_me.account),
            '{"type":"room","room":"' || r.id || '","detail":' || room_json(p_me.key) || '}')::act
      from room r where r.key = p_me.room
$$;

create or replace function left_frame(r room, p_who member, p_at timestamptz) returns text language sql stable as $$
    select '{"type":"member","room":"' || r.id || '","member":"' || p_who.id
        || '","event":"left","reason":"left","at":"' || rfc3339(p_at) || '"}'
$$;

-- Ends a private chat, whose row the caller has locked. p_by: the member who did; null: each side sees the other do it.
create or replace function private_close(r room, p_by bigint, p_at timestamptz) returns void language sql volatile as $$
    update room set ended_at = p_at, ended_by = p_by, ended_why = 'left', members = 0 where key = r.key;
    update member set left_at = p_at, changed_at = p_at where room = r.key;
    update stay set to_seq = r.last_seq where to_seq is null and member in (select key from member where room = r.key);
    delete from wait where room = r.key;
$$;

-- Ends a private chat by one of its members, unless it has ended: the frame that tells both.
create or replace function private_end(p_by member) returns setof act language plpgsql volatile as $$
declare
    r room;
    v_now timestamptz;
begin
    select * into r from room where key = p_by.room for no key update;
    v_now := clock_timestamp();
    if r.ended_at is null then
        return next ('frame', room_channels(r.key), left_frame(r, p_by, v_now))::act;
        perform private_close(r, p_by.key, v_now);
    end if;
end $$;

-- Rows that tell the sockets of some sessions why they end, and end them. The connection rows go at once.
create or replace function connections_end(p_tokens bytea[], p_reason text) returns setof act language sql volatile as $$
    delete from connection c where c.token = any (p_tokens)
    returning 'bye'::text, c.channel::text, '{"type":"bye","reason":"' || p_reason || '"}'
$$;
