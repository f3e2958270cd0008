-- All that is held about an account, for its owner alone: a head, then sections of rows, in pages, so that neither side ever
-- holds all of it. Of others it has nothing but the masks that were shown to the owner.
set local search_path = driftline;

create or replace function api.account_export_head(p_token bytea) returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
begin
    return query
    select 'reply', '200', json_build_object('exported', rfc3339(clock_timestamp()),
               'account', user_json(v_account)::jsonb || jsonb_build_object(
                   'password', a.scheme, 'wechat', a.openid_hash is not null, 'seen', rfc3339(a.seen_at),
                   'banned_until', case when isfinite(a.banned_until) then rfc3339(a.banned_until) else a.banned_until::text end,
                   'ban_reason', a.ban_reason, 'muted_until', rfc3339(a.muted_until), 'paused_until', rfc3339(a.held_until)))::text
      from account a where a.id = v_account;
end $$;

-- An account in one room: how it is seen there, when it was there, what it wished.
create or replace function export_room(me member) returns json language sql stable as $$
    select json_build_object('room', r.id, 'kind', r.kind, 'topic', r.topic,
               'description', r.description, 'tags', r.tags, 'member', me.id, 'alias', me.alias, 'alias_zh', me.alias_zh,
               'nickname', me.nickname, 'avatar', coalesce(me.avatar, avatar_url(me.id)), 'role', me.role,
               'joined', rfc3339(me.joined_at), 'left', rfc3339(me.left_at), 'kicked', rfc3339(me.kicked_at),
               'stays', (select json_agg(json_build_array(s.from_seq, s.to_seq) order by s.from_seq) from stay s where s.member = me.key),
               'read_seq', me.read_seq, 'muted_until', rfc3339(me.muted_until), 'pinned', me.pinned, 'silent', me.silent,
               'reveal', me.revealing, 'keep', me.keeping,
               'hidden', coalesce((select json_agg(o.id order by h.at) from hidden h join member o on o.key = h.other
                                    where h.member = me.key), '[]'))
      from room r where r.key = me.room
$$;

-- The lines that an account wrote, by room; in a room by client_id, as they are found, each with its seq. p_after: mask and
-- client_id of the last one.
create or replace function export_messages(p_account bigint, p_after text, p_count int) returns table (cursor text, json json)
language plpgsql stable as $$
declare
    v_member bigint := coalesce(nullif(split_part(p_after, '.', 1), '')::bigint, 0);
    v_client uuid := nullif(split_part(p_after, '.', 2), '')::uuid;
    v_rows int;
    me record;
begin
    for me in
        select m.key, r.id, r.kind from member m join room r on r.key = m.room
         where m.account = p_account and m.key >= v_member order by m.key
    loop
        return query
        select me.key || '.' || c.client_id,
               json_build_object('room', me.id, 'seq', c.seq, 'kind', c.kind, 'body', c.body, 'reply_to', c.reply_to,
                                 'recalled', c.recalled_at is not null, 'client_id', c.client_id, 'at', rfc3339(c.at))
          from message c
         where c.room_kind = me.kind and c.member = me.key
           and (me.key > v_member or v_client is null or c.client_id > v_client)
         order by c.client_id limit p_count;
        get diagnostics v_rows = row_count;
        p_count := p_count - v_rows;
        exit when p_count = 0;
    end loop;
end $$;

create or replace function export_reactions(p_account bigint, p_after text, p_count int) returns table (cursor text, json json)
language plpgsql stable as $$
declare
    v_member bigint := coalesce(nullif(split_part(p_after, '.', 1), '')::bigint, 0);
    v_seq int := coalesce(nullif(split_part(p_after, '.', 2), '')::int, 0);
    v_name text := split_part(p_after, '.', 3);
begin
    return query
    select m.key || '.' || x.seq || '.' || x.name,
           json_build_object('room', r.id, 'seq', x.seq, 'name', x.name, 'at', rfc3339(x.at))
      from member m join room r on r.key = m.room join reaction x on x.member = m.key
     where m.account = p_account and m.key >= v_member and (m.key, x.seq, x.name) > (v_member, v_seq, v_name)
     order by m.key, x.seq, x.name limit p_count;
end $$;

-- The next p_count rows of a section behind the cursor p_after, '' for the first ones.
create or replace function api.account_export(p_token bytea, p_section text, p_after text, p_count int)
returns table (cursor text, json json) language plpgsql stable as $$
#variable_conflict use_column
declare
    v_account bigint := session_account(p_token);
    v_number bigint := case when p_after ~ '^[0-9]{1,18}$' then p_after::bigint else 0 end;
    v_time timestamptz := case when p_section = 'matches' then coalesce(nullif(p_after, '')::timestamptz, '-infinity') end;
begin
    case p_section
    when 'sessions' then
        return query
        select encode(s.token, 'hex'), json_build_object('created', rfc3339(s.created), 'expires', rfc3339(s.expires),
                                                         'current', s.token = p_token, 'prefix', encode(s.prefix, 'hex'),
                                                         'device', s.device is not null)
          from session s where s.account = v_account and s.token > decode(p_after, 'hex') order by s.token limit p_count;
    when 'sockets' then
        return query
        select c.channel, json_build_object('opened', rfc3339(c.opened))
          from connection c where c.account = v_account and c.channel > p_after order by c.channel limit p_count;
    when 'waits' then
        return query
        select '1', json_build_object('target', w.target, 'tags', w.tags, 'since', rfc3339(w.since), 'matched', rfc3339(w.matched_at))
          from wait w where w.account = v_account and p_after = '';
    when 'notices' then
        return query
        select '1', json_build_object('at', rfc3339(n.at), 'until', rfc3339(n.expires))
          from wait_notice n where n.account = v_account and p_after = '';
    when 'matches' then
        return query
        select l.at::text, json_build_object('at', rfc3339(l.at), 'waited', l.waited)
          from (select at, waited from match_log where low = v_account
                union all select at, waited from match_log where high = v_account) l
         where l.at > v_time order by l.at limit p_count;
    when 'rooms' then
        return query
        select m.key::text, export_room(m)
          from member m where m.account = v_account and m.key > v_number order by m.key limit p_count;
    when 'messages' then
        return query select * from export_messages(v_account, p_after, p_count);
    when 'held' then
        return query
        select h.n::text, held_json(r.id, h)::json
          from member m join held h on h.member = m.key join room r on r.key = m.room
         where m.account = v_account and h.n > v_number order by h.n limit p_count;
    when 'uploads' then
        return query
        select to_char(u.day, 'YYYYMMDD'), json_build_object('day', u.day, 'files', u.files, 'bytes', u.bytes)
          from upload u where u.account = v_account and to_char(u.day, 'YYYYMMDD')::bigint > v_number order by u.day limit p_count;
    when 'reactions' then
        return query select * from export_reactions(v_account, p_after, p_count);
    when 'blocks' then
        return query
        select m.key::text, ('{"room":"' || r.id || '",' || mask_json(m) || ',"at":"' || rfc3339(b.at) || '"}')::json
          from block b join member m on m.key = b.member join room r on r.key = m.room
         where b.account = v_account and m.key > v_number order by m.key limit p_count;
    when 'shares' then
        return query
        select s.code, json_build_object('code', s.code, 'room', r.id, 'created', rfc3339(s.created), 'expires', rfc3339(s.expires))
          from member m join share s on s.member = m.key join room r on r.key = s.room
         where m.account = v_account and s.code > p_after order by s.code limit p_count;
    when 'reports' then
        return query
        select p.id, report_json(p)::json
          from report p
         where p.reporter = v_account and p.id > p_after order by p.id limit p_count;
    when 'media' then
        return query
        select m.id, json_build_object('url', media_url(m.id), 'kind', m.kind, 'room', r.id, 'seq', m.seq, 'width', m.width,
                                       'height', m.height, 'duration', m.duration)
          from media m left join room r on r.key = m.room
         where m.account = v_account and m.id > p_after order by m.id limit p_count;
    when 'warnings' then
        return query
        select w.id, warning_json(w)::json
          from warning w where w.account = v_account and w.id > p_after order by w.id limit p_count;
    end case;
end $$;
