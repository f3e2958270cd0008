-- Messages: the append that carries many people's lines in one transaction, history, recall, read, typing.
set local search_path = driftline;

-- Appends a batch. One row comes back for each line sent, in order, numbered as in the arrays: status 200 with the message
-- as it is stored (now, or by an earlier call with the same client_id), 0 when the line must be tried again in a later
-- batch (the batch carries its client_id twice, or two lines of one member where that is slow), else a status with its
-- code. The rooms are locked in one order, seq is given out under that lock. fresh: it was stored now, and a frame goes
-- to the channels that stand at the first fresh line of its room. p_kinds: of lines that are no text, which have no body
-- (sql/functions/media.sql). p_masked: of lines in which words are masked, what is
-- stored; p_verdicts: what the word filter says of a line (sql/functions/words.sql). What is known already is answered as it
-- was, whatever the filter says of it by now. p_check: WeChat is to look at the texts of its users (sql/functions/wechat.sql).
-- Each look-up ends in `limit 1` so that all of its conditions go to its index: what a line costs does not grow.
create or replace function api.message_append(p_tokens bytea[], p_rooms text[], p_clients uuid[], p_bodies text[],
                                              p_replies int[], p_kinds text[] default null, p_masked text[] default null,
                                              p_verdicts text[] default null, p_check boolean default false)
returns table (n int, status int, code text, seq int, at text, body text, reply_to int,
               member text, alias text, alias_zh text, avatar text, profile boolean, fresh boolean, channels text, retry int, until text, everywhere boolean)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    v_now timestamptz;
begin
    perform 1 from room r where r.id = any (p_rooms) order by r.key for no key update;
    v_now := date_trunc('milliseconds', clock_timestamp());
    return query
    with line as materialized (
        select i.n::int, i.client_id, coalesce(i.kind, 'text') as kind, i.body, i.reply_to,
               s.account, r.key as room, r.kind as room_kind, r.last_seq,
               r.ended_at, r.slow_mode > 0 and m.role <> 'owner' as is_slow, r.slow_mode,
               m.key as member_key, m.id as member, coalesce(m.nickname, m.alias) as alias,
               coalesce(m.nickname, m.alias_zh) as alias_zh, coalesce(m.avatar, avatar_url(m.id)) as avatar,
               m.nickname is not null as profile, m.left_at, greatest(m.muted_until, s.muted_until) as muted_until, m.said_at,
               s.muted_until > v_now as is_mute_everywhere,
               known.seq as known_seq, known.at as known_at, known.kind as known_kind, known.body as known_body,
               known.reply_to as known_reply,
               known.recalled_at as known_recalled, known.sent as known_sent,
               i.masked, split_part(i.verdict, ' ', 1) as verdict, verdict_words(i.verdict) as words,
               held.id as held_id, held.refused_at as held_refused, held.body as held_body, held.sent as held_sent,
               held.reply_to as held_reply,
               row_number() over (partition by m.key, i.client_id order by i.n) as turn,
               row_number() over (partition by m.key order by i.n) as line_of_member
          from unnest(p_tokens, p_rooms, p_clients, p_bodies, p_replies, p_kinds, p_masked, p_verdicts)
               with ordinality i(token, room, client_id, body, reply_to, kind, masked, verdict, n)
          left join lateral (select s.account, s.muted_until from session s where s.token = i.token and s.expires > v_now limit 1) s on true
          left join lateral (select r.* from room r where r.id = i.room limit 1) r on true
          left join lateral (select m.* from member m where m.room = r.key and m.account = s.account limit 1) m on true
          left join lateral (select k.* from message k where k.room_kind = r.kind and k.member = m.key
                                and k.client_id = i.client_id limit 1) known on true
          left join lateral (select h.* from held h where h.member = m.key and h.client_id = i.client_id limit 1) held on true
    ), judged as materialized (
        select line.*,
               case when account is null then 401
                    when member_key is null then 404
                    when known_seq is not null and known_recalled is null
                         and (known_kind <> kind or not is_resent(client_id, body, reply_to, known_body, known_sent, known_reply)) then 409
                    when known_seq is not null then 200
                    when held_id is not null and not is_resent(client_id, body, reply_to, held_body, held_sent, held_reply) then 409
                    when held_id is not null then case when held_refused is null then 202 else 451 end
                    when ended_at is not null then 409
                    when left_at is not null or muted_until > v_now then 403
                    when reply_to is not null and (reply_to > last_seq or not during_stay(member_key, reply_to)) then 422
                    when turn > 1 or (is_slow and line_of_member > 1) then 0
                    when is_slow and said_at > v_now - make_interval(secs => slow_mode) then 429
                    when verdict = 'block' or (verdict = 'hold' and held_full(member_key)) then 451  -- 422 of another reason
                    when verdict = 'hold' then 202
                    else 200 end as status
          from line
    ), numbered as materialized (
        select judged.*, status = 200 and known_seq is null as is_fresh, status = 202 and held_id is null as is_held,
               case when masked is not null then sent_digest(client_id, body) end as sent,
               last_seq + (count(*) filter (where status = 200 and known_seq is null)
                               over (partition by room order by n))::int as seq,
               row_number() over (partition by room, status = 200 and known_seq is null order by n) as nth
          from judged
    ), stored as (
        insert into message (room_kind, room, seq, member, kind, body, sent, reply_to, client_id, at)
        select f.room_kind, f.room, f.seq, f.member_key, f.kind, coalesce(f.masked, f.body), f.sent, f.reply_to, f.client_id, v_now
          from numbered f where f.is_fresh
    ), kept as (
        insert into held (id, room, member, client_id, body, sent, reply_to, words, at)
        select random_id(), f.room, f.member_key, f.client_id, coalesce(f.masked, f.body), f.sent, f.reply_to, f.words, v_now
          from numbered f where f.is_held
    ), counted as (
        update room r set last_seq = r.last_seq + f.lines, last_at = v_now
          from (select room, count(*)::int as lines from numbered where is_fresh group by room) f
         where r.key = f.room
    ), said as (
        update member m set said_at = v_now from numbered f where (f.is_fresh or f.is_held) and f.is_slow and m.key = f.member_key
    ), stirred as (
        update square q set prev = q.at, at = v_now
          from numbered f
         where f.is_fresh and f.nth = 1 and f.room_kind = 'group' and q.room = f.room
           and q.at < v_now - interval '11 minutes'
    )
    select j.n, case j.status when 451 then 422 else j.status end,
           case j.status when 401 then 'unauthorized' when 404 then 'no_room' when 422 then 'invalid_field'
                when 202 then 'held' when 451 then 'word_blocked'
                when 403 then case when j.left_at is not null then 'not_member' else 'muted' end
                when 429 then 'slow_mode'
                when 409 then case when j.known_seq is not null or j.held_id is not null then 'client_id_used' else 'room_ended' end end,
           coalesce(j.known_seq, j.seq),
           rfc3339(coalesce(j.known_at, v_now)),
           case when j.known_seq is not null then j.known_body else coalesce(j.masked, j.body) end,
           case when j.known_seq is not null then j.known_reply else j.reply_to end,
           j.member, j.alias, j.alias_zh, j.avatar, j.profile, j.is_fresh,
           case when j.is_fresh and j.nth = 1 then room_channels(j.room) end,
           ceil(extract(epoch from j.said_at - v_now) + j.slow_mode)::int,
           case when j.status = 403 and j.left_at is null then rfc3339(j.muted_until) end, coalesce(j.is_mute_everywhere, false)
      from numbered j
     order by j.n;
    if array_to_string(p_verdicts, ' ') ~ '\mflag ' then
        perform lines_flag(p_tokens, p_rooms, p_clients, p_verdicts, v_now);
    end if;
    if p_check then
        perform lines_check(p_tokens, p_rooms, p_clients, v_now);
    end if;
end $$;

-- A page of a room's history, ascending: the newest one, or before, after or around a seq (before and after exclude it).
-- past_retention: lines that would stand here, or before the first one, are no longer kept.
create or replace function api.messages(p_token bytea, p_room text, p_before int, p_after int, p_around int, p_limit int)
returns setof act language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
    r room;
    v_page message[];
    v_items text;
    v_past boolean;
begin
    select * into r from room where key = me.room;
    if p_around is not null then
        p_after := greatest(p_around - p_limit / 2 - 1, 0);
    end if;
    if p_after is not null then
        v_page := array(select c from lines_after(me, r.kind, p_after, p_limit + 1) c);
        v_past := lines_gone(me, r.first_seq, p_after);
    else
        v_page := array(select c from lines_before(me, r.kind, coalesce(p_before, 2147483647), p_limit + 1) c);
        v_past := cardinality(v_page) <= p_limit and lines_gone(me, least(r.first_seq, p_before), 0);
    end if;
    select string_agg(message_json(p_room, c, m, me.key), ',' order by c.seq) into v_items
      from unnest(v_page[:p_limit]) c join member m on m.key = c.member;
    return next ('reply', 200, '{"items":[' || coalesce(v_items, '') || '],"next":null,"more":'
                               || (cardinality(v_page) > p_limit)::text
                               || case when v_past then ',"past_retention":true' else '' end || '}')::act;
end $$;

-- A page of what one may see of a room that holds p_q, ascending within the page, the newest page first; below p_before
-- where that is given. A call looks at some lines and no more, so that it is short however long the room is: `next` is
-- where the following one goes on, whether anything was found or not.
create or replace function api.message_search(p_token bytea, p_room text, p_q text, p_before int, p_limit int)
returns setof act language plpgsql stable as $$
declare
    c_lines constant int := 4000;
    c_bytes constant int := 256 * 1024;
    me member := session_member(p_token, p_room);
    v_kind text := (select r.kind from room r where r.key = me.room);
    v_q text := fold_text(p_q);
    v_hidden bigint[] := array(select h.other from hidden h where h.member = me.key);
    v_lines int := 0;
    v_bytes int := 0;
    v_found int[] := array[]::int[];
    v_next int;
    s record;
    c record;
begin
    if v_q = '' then
        perform fail(422, 'invalid_field', 'q');
    end if;
    <<stays>>
    for s in
        select from_seq, least(to_seq, p_before - 1, 2147483647) as to_seq from stay
         where member = me.key and from_seq < coalesce(p_before, 2147483647) order by from_seq desc
    loop
        for c in
            select l.seq, l.member, l.body from message l
             where l.room_kind = v_kind and l.room = me.room and l.seq between s.from_seq and s.to_seq
             order by l.seq desc
        loop
            if v_lines = c_lines or v_bytes > c_bytes or cardinality(v_found) = p_limit then
                v_next := c.seq + 1;
                exit stays;
            end if;
            v_lines := v_lines + 1;
            v_bytes := v_bytes + coalesce(octet_length(c.body), 0);
            if position(v_q in fold_text(c.body)) > 0 and c.member <> all (v_hidden) then
                v_found := array_append(v_found, c.seq);
            end if;
        end loop;
    end loop;
    return next ('reply', 200,
                 '{"items":['
                 || coalesce((select string_agg(message_json(p_room, l, m, me.key), ',' order by l.seq)
                                from message l join member m on m.key = l.member
                               where l.room_kind = v_kind and l.room = me.room and l.seq = any (v_found)), '')
                 || '],"next":' || coalesce('"' || v_next || '"', 'null') || '}')::act;
end $$;

-- Takes a line back: one's own within p_window seconds, the owner of a group any. The body goes for good, and so do its
-- reactions.
create or replace function api.message_recall(p_token bytea, p_room text, p_seq int, p_window int) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    v_kind text;
    m message;
begin
    select r.kind into v_kind from room r where r.key = me.room for no key update;
    select * into m from message c where c.room_kind = v_kind and c.room = me.room and c.seq = p_seq for update;
    if m.seq is null or not during_stay(me.key, p_seq) then
        perform fail(404, 'no_message');
    elsif m.member <> me.key and me.role <> 'owner' then
        perform fail(403, 'not_yours');
    elsif me.left_at is not null then
        perform fail(403, 'not_member');
    elsif m.member = me.key and me.role <> 'owner' and m.at < now() - make_interval(secs => p_window) then
        perform fail(403, 'too_late');
    end if;
    if m.recalled_at is null then
        delete from reaction where room = me.room and seq = p_seq;
        update message set body = null, sent = null, recalled_at = clock_timestamp(), reacted_at = null
         where room_kind = v_kind and room = me.room and seq = p_seq;
        return next ('frame', line_channels(me.room, p_seq), '{"type":"recall","room":"' || p_room || '","seq":' || p_seq || '}')::act;
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- Moves one's read mark forward. The partner of a private chat sees it; so do one's own other connections.
create or replace function api.message_read(p_token bytea, p_room text, p_seq int) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    r room;
begin
    select * into r from room where key = me.room;
    if p_seq > visible_seq(me.key, r.last_seq) then     -- who left learns nothing of what was said since
        perform fail(422, 'invalid_field', 'seq');
    end if;
    update member
       set read_seq = p_seq, changed_at = clock_timestamp(), read_at = case when r.kind = 'private' then clock_timestamp() end
     where key = me.key and read_seq < p_seq;
    if found then
        return next ('frame',
                     case when r.kind = 'private' then room_channels(r.key) else account_channels(me.account) end,
                     '{"type":"read","room":"' || p_room || '","member":"' || me.id || '","seq":' || p_seq || '}')::act;
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- In a group of more than 50 nobody is told.
create or replace function api.room_typing(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
begin
    if me.left_at is null and exists (select from room r where r.key = me.room and r.ended_at is null and r.members <= 50) then
        return next ('frame', room_channels(me.room, me.key),
                     '{"type":"typing","room":"' || p_room || '","member":"' || me.id || '"}')::act;
    end if;
    return next ('reply', 204, null)::act;
end $$;
