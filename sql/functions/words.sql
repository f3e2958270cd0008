-- The word filter's list, which the programs match by (lib/filter.h), and what it makes of what it finds. A verdict comes
-- from them as text: the class, a blank, and the words' ids parted by commas.
set local search_path = driftline;

create or replace function word_changed() returns trigger language plpgsql volatile as $$
begin
    update word_list set version = version + 1;
    return null;
end $$;

create or replace trigger word_changed after insert or update or delete or truncate on word
    for each statement execute function word_changed();

-- The whole list, if it is another one than that of p_version; else no row. One row of nulls for a list without words.
create or replace function api.words(p_version bigint)
returns table (version bigint, id bigint, class text, pattern text) language sql stable as $$
    select l.version, w.id, w.class, w.pattern from word_list l left join word w on true
     where l.version <> p_version order by w.id
$$;

create or replace function verdict_words(p_verdict text) returns bigint[] language sql immutable as $$
    select string_to_array(split_part(p_verdict, ' ', 2), ',')::bigint[]
$$;

-- What a line that was masked is known by when it comes again.
create or replace function sent_digest(p_client uuid, p_body text) returns bytea language sql immutable as $$
    select digest(p_client::text || p_body, 'sha256')
$$;

-- Whether a line is the one that is known by its client_id.
create or replace function is_resent(p_client uuid, p_body text, p_reply int, p_known text, p_sent bytea, p_known_reply int)
returns boolean language sql immutable as $$
    select case when p_sent is null then p_known is not distinct from p_body else p_sent = sent_digest(p_client, p_body) end
       and coalesce(p_known_reply, 0) = coalesce(p_reply, 0)
$$;

-- What a report says of the patterns that were found. p_what: a line, topic, nickname …
create or replace function words_note(p_what text, p_words bigint[]) returns text language sql stable as $$
    select p_what || ': ' || coalesce((select string_agg(w.pattern, ', ' order by w.id) from word w where w.id = any (p_words)), '')
$$;

-- The moderators hear of what an account calls itself or a room. p_flag: a call's verdict on its fields, "topic 3,4", or null.
create or replace function field_flag(p_account bigint, p_room bigint, p_flag text) returns void language sql volatile as $$
    insert into report (id, service, subject, room, reason, note, context, case_id, at)
    select random_id(), true, p_account, p_room, 'other', words_note(split_part(p_flag, ' ', 1), verdict_words(p_flag)),
           coalesce((select report_context(r, null) from room r where r.key = p_room), '{}'), (case_open(p_account)).id, clock()
     where p_flag is not null
$$;

-- The lines of a batch that are flagged and were stored at p_now.
create or replace function lines_flag(p_tokens bytea[], p_rooms text[], p_clients uuid[], p_verdicts text[], p_now timestamptz)
returns void
language plpgsql volatile as $$
begin
    perform report_by_service(m.key, array[c.seq], 'other', words_note('line ' || c.seq, verdict_words(i.verdict)))
      from unnest(p_tokens, p_rooms, p_clients, p_verdicts) i(token, room, client_id, verdict)
      join session s on s.token = i.token
      join room r on r.id = i.room
      join member m on m.room = r.key and m.account = s.account
      join message c on c.room_kind = r.kind and c.member = m.key and c.client_id = i.client_id and c.at = p_now
     where i.verdict like 'flag %'
     order by m.account;    -- cases are locked in this order
end $$;

-- A member's lines that wait are 20 at the most: what is more is refused, or nobody could look at them.
create or replace function held_full(p_member bigint) returns boolean language sql stable as $$
    select count(*) >= 20 from held h where h.member = p_member and h.refused_at is null
$$;

create or replace function held_json(p_room text, h held) returns text language sql stable as $$
    select '{"room":"' || p_room || '","client_id":"' || h.client_id || '","body":' || coalesce(to_json(h.body)::text, 'null')
        || coalesce(',"reply_to":' || h.reply_to, '')
        || ',"state":"' || case when h.refused_at is null then 'held' else 'refused' end || '","at":"' || rfc3339(h.at) || '"}'
$$;

-- The caller's own lines that wait for a moderator or were refused, the latest last.
create or replace function api.held(p_token bytea, p_room text) returns setof act language plpgsql stable as $$
declare
    me member := session_member(p_token, p_room);
begin
    return next ('reply', 200, '{"items":[' || coalesce(
        (select string_agg(held_json(p_room, h), ',' order by h.at)
           from (select * from held where member = me.key order by at desc limit 50) h), '') || '],"next":null}')::act;
end $$;

-- What waits goes when the stay ends in which it was sent: whoever has left, is banned or erased, says nothing any more, and
-- nothing is said in a chat that has ended.
create or replace function held_drop() returns trigger language plpgsql volatile as $$
begin
    delete from held where member = new.member and refused_at is null;
    return null;
end $$;

create or replace trigger held_drop after update of to_seq on stay
    for each row when (old.to_seq is null and new.to_seq is not null) execute function held_drop();

-- Puts a line that was held into its room, as of now. Returns its seq. The caller holds the room's row.
create or replace function held_append(h held) returns int language plpgsql volatile as $$
declare
    r room;
    v_now timestamptz;
begin
    select * into r from room where key = h.room;
    v_now := date_trunc('milliseconds', clock_timestamp());
    insert into message (room_kind, room, seq, member, body, sent, reply_to, client_id, at)
    values (r.kind, r.key, r.last_seq + 1, h.member, h.body, h.sent, h.reply_to, h.client_id, v_now);
    update room set last_seq = r.last_seq + 1, last_at = v_now where key = r.key;
    update square set prev = at, at = v_now where room = r.key and at < v_now - interval '11 minutes';
    return r.last_seq + 1;
end $$;

-- A held line, its room locked, since an append that has the same client_id looks for it under that lock, and so does what ends
-- a stay; 404 when it is there no more.
create or replace function held_take(p_id text) returns held language plpgsql volatile as $$
declare
    h held;
begin
    perform from room where key = (select o.room from held o where o.id = p_id) for no key update;
    select * into h from held where id = p_id and refused_at is null for update;
    if h.id is null then
        perform fail(404, 'no_held');
    end if;
    return h;
end $$;

-- What a moderator decides on a held line. Approved it is said now, with the next seq, once. Refused, its sender alone is told.
create or replace function held_decide(p_id text, p_approve boolean) returns setof act language plpgsql volatile as $$
declare
    h held := held_take(p_id);
    r room;
    v_seq int;
begin
    select * into r from room where key = h.room;
    if p_approve then
        delete from held where id = h.id;
        v_seq := held_append(h);
        return query
        select 'frame', room_channels(r.key),
               '{"type":"message","room":"' || r.id || '","message":' || message_json(r.id, c, m) || '}'
          from message c join member m on m.key = c.member
         where c.room_kind = r.kind and c.room = r.key and c.seq = v_seq;
    else
        update held set refused_at = clock(), body = null, sent = coalesce(sent, sent_digest(client_id, h.body)) where id = h.id;
        return next ('frame', (select account_channels(m.account) from member m where m.key = h.member),
                     '{"type":"held","room":"' || r.id || '","client_id":"' || h.client_id || '","state":"refused"}')::act;
    end if;
    return next ('reply', 200, '{"held":"' || h.id || '","state":"' || case when p_approve then 'approved' else 'refused' end || '"'
                               || coalesce(',"seq":' || v_seq, '') || '}')::act;
end $$;

-- A held line as moderators see it.
create or replace function held_case(h held) returns json language sql stable as $$
    select json_build_object('held', h.id, 'room', r.id, 'kind', r.kind, 'topic', r.topic, 'member', m.id,
                             'alias', coalesce(m.nickname, m.alias), 'body', h.body,
                             'words', (select json_agg(w.pattern order by w.id) from word w where w.id = any (h.words)),
                             'at', rfc3339(h.at))
      from room r, member m where r.key = h.room and m.key = h.member
$$;

-- What was refused is told for a week; what nobody has looked at is kept as long as other lines, p_days (0: for ever).
create or replace function retain_held(p_days int, out gone int, out more boolean) language plpgsql volatile as $$
begin
    delete from held where id = any (array(
        select h.id from held h
         where h.refused_at < clock() - interval '7 days'
            or (p_days > 0 and h.refused_at is null and h.at < clock() - make_interval(days => p_days))
         limit 1000 for update skip locked));
    get diagnostics gone = row_count;
    more := gone = 1000;
end $$;
