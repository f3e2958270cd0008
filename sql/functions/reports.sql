-- Reports: who reports whom or what, and the evidence, copied when the report is made, so that recalling, leaving, closing or
-- erasing changes nothing of it. All open reports about one account are one case. docs/data.md says what reports weigh.
-- p_rules, here and elsewhere: the settings that such things are judged by, as cgi-bin/rules.c writes them.
set local search_path = driftline;

-- `report` of docs/api.md, for who made it.
create or replace function report_json(p report) returns text language sql stable as $$
    select (jsonb_build_object('id', p.id, 'state', p.state, 'outcome', p.outcome, 'reason', p.reason, 'note', p.note,
                               'room', p.context ->> 'room', 'topic', p.context ->> 'topic',
                               'seqs', (select coalesce(jsonb_agg(e.seq order by e.seq), '[]') from evidence e
                                         where e.report = p.id and e.chosen),
                               'at', rfc3339(p.at), 'resolved', rfc3339(p.resolved))
            || case when p.context -> 'subject' is null then '{"member":null}' else p.context -> 'subject' end)::text
$$;

-- What a reporter sees of a room and of who is reported there (null: the room itself is).
create or replace function report_context(r room, p_subject member) returns jsonb language sql stable as $$
    select jsonb_build_object('room', r.id, 'kind', r.kind) || ('{' || room_facts(r) || '}')::jsonb
           || case when p_subject.key is null then '{}'
              else jsonb_build_object('subject', ('{' || mask_json(p_subject) || '}')::jsonb
                   || case when r.revealed_at is null then '{}'
                      else coalesce((select jsonb_build_object('nickname', u.nickname) from user_info u
                                      where u.account = p_subject.account), '{}') end) end
$$;

-- The lines that a report shows: three before and after each chosen one; where none was chosen the latest twenty, and the
-- latest five by who is reported. None but those that the reporter (me; its key null: the service) may see.
create or replace function report_seqs(me member, r room, p_subject bigint, p_chosen int[]) returns setof int
language sql stable as $$
    select distinct c.seq
      from unnest(p_chosen) q(seq), generate_series(greatest(q.seq - 3, 1), least(q.seq + 3, r.last_seq)) c(seq)
     where me.key is null or during_stay(me.key, c.seq)
    union
    (select l.seq from lines_before(me, r.kind, 2147483647, 20) l where p_chosen = '{}')
    union
    (select l.seq from lines_before(me, r.kind, 2147483647, 500) l where p_chosen = '{}' and l.member = p_subject
      order by l.seq desc limit 5)
$$;

-- Holds files until the end of the transaction, so that none of them is removed before it is known that a report needs it.
create or replace function files_pin(p_digests bytea[]) returns void language sql volatile as $$
    select from file f where f.digest = any (p_digests) order by f.digest for key share
$$;

-- Copies lines into a report, by their masks' words alone. What was copied before stays as it was then.
create or replace function evidence_add(p_report text, r room, me member, p_subject bigint, p_chosen int[]) returns void
language sql volatile as $$
    select files_pin(array_agg(w.file) || array_agg(w.preview))
      from report_seqs(me, r, p_subject, p_chosen) s(seq) join media w on w.room = r.key and w.seq = s.seq;
    insert into evidence (report, seq, member, alias, alias_zh, side, chosen, kind, body, file, preview, facts, reply_to, recalled, at)
    select p_report, c.seq, m.id, m.alias, m.alias_zh,
           case when m.key = p_subject then 'subject' when m.key = me.key then 'reporter' else 'other' end,
           c.seq = any (p_chosen), c.kind, c.body, w.file, w.preview,
           case when w.id is not null then jsonb_build_object('width', w.width, 'height', w.height, 'duration', w.duration, 'waveform', w.waveform) end,
           c.reply_to, c.recalled_at is not null, c.at
      from report_seqs(me, r, p_subject, p_chosen) s(seq)
      join message c on c.room_kind = r.kind and c.room = r.key and c.seq = s.seq
      join member m on m.key = c.member
      left join media w on w.room = c.room and w.seq = c.seq
    on conflict (report, seq) do update set chosen = evidence.chosen or excluded.chosen
$$;

-- The open case about an account, held until the end of the transaction; a new one where there is none.
create or replace function case_open(p_subject bigint) returns report_case language sql volatile as $$
    insert into report_case (id, subject, opened) values (encode(gen_random_bytes(8), 'hex'), p_subject, clock())
    on conflict (subject) where closed is null do update set subject = excluded.subject
    returning *
$$;

-- Who is meant: a mask; without one the partner of a private chat, or the owner of a group, whose topic it is then.
create or replace function report_subject(r room, me member, p_member text) returns member language plpgsql stable as $$
declare
    v_subject member;
begin
    if p_member is not null then
        select * into v_subject from member m where m.room = r.key and m.id = p_member and me.key is not null;
    elsif r.kind = 'private' then
        select * into v_subject from member m where m.room = r.key and m.key <> me.key;
    else
        select * into v_subject from member m where m.room = r.key and m.role = 'owner' order by m.left_at desc nulls first limit 1;
    end if;
    if v_subject.key is null then
        perform fail(404, 'no_member');
    elsif v_subject.key = me.key then
        perform fail(409, 'yourself');
    end if;
    return v_subject;
end $$;

-- 422 unless the reporter may see every chosen line.
create or replace function report_chosen_check(r room, me member, p_chosen int[]) returns void language plpgsql stable as $$
begin
    if (select count(*) from message c
         where c.room_kind = r.kind and c.room = r.key and c.seq = any (p_chosen) and during_stay(me.key, c.seq))
       < (select count(distinct q) from unnest(p_chosen) q) then
        perform fail(422, 'invalid_field', 'seqs');
    end if;
end $$;

-- So many reports an hour and account.
create or replace function report_budget(p_account bigint, p_hourly int) returns void language plpgsql stable as $$
declare
    v_oldest timestamptz;
begin
    select r.at into v_oldest from report r
     where r.reporter = p_account and r.at > clock() - interval '1 hour'
     order by r.at desc offset greatest(p_hourly - 1, 0) limit 1;
    if v_oldest is not null and p_hourly > 0 then
        perform fail(429, 'too_many', '', jsonb_build_object('retry_after',
                     ceil(extract(epoch from v_oldest + interval '1 hour' - clock()))));
    end if;
end $$;

-- The same again while one is open: the graver reason counts, a note is added.
create or replace function report_again(p_report report, p_reason text, p_note text) returns report language sql volatile as $$
    update report
       set reason = case when severity(p_reason) > severity(reason) then p_reason else reason end,
           note = case when note = '' then p_note
                       when p_note = '' or position(p_note in note) > 0 then note
                       else left(note || E'\n' || p_note, 4000) end
     where id = p_report.id
    returning *
$$;

-- What is left of a report's context when the one it is about has been erased: the mask, without the nickname that it showed.
create or replace function report_bare(p report) returns jsonb language sql stable as $$
    select jsonb_build_object('room', p.context -> 'room', 'kind', p.context -> 'kind', 'topic', '')
           || case when p.context -> 'subject' is null then '{}'
              when p.context #> '{subject,profile}' is null then jsonb_build_object('subject', (p.context -> 'subject') - 'nickname')
              else jsonb_build_object('subject', jsonb_build_object('member', p.context #> '{subject,member}',
                       'alias', coalesce((select m.alias from member m where m.key = p.member), ''),
                       'alias_zh', coalesce((select m.alias_zh from member m where m.key = p.member), ''),
                       'avatar', avatar_url(p.context #>> '{subject,member}'))) end
$$;

-- Whether there is nobody behind a number any more.
create or replace function account_gone(p_account bigint) returns boolean language sql stable as $$
    select not exists (select from account a where a.id = p_account and a.erased_at is null)
$$;

-- Somebody has been erased: what reports know of it besides lines goes, where they are decided. What a moderator has still
-- to read stays until then.
create or replace function reports_forget(p_account bigint) returns void language sql volatile as $$
    update report set note = '' where reporter = p_account and state <> 'open' and not hold;
    update report r set context = report_bare(r), picture = null where r.subject = p_account and r.state <> 'open' and not r.hold;
$$;

-- A report by an account, or by the service (p_reporter null).
create or replace function report_new(p_reporter bigint, r room, p_subject member, p_whole boolean, p_reason text, p_note text)
returns report language plpgsql volatile as $$
declare
    v_case report_case := case_open(p_subject.account);
    v_report report;
begin
    perform files_pin(array(select w.file from media w where w.member = p_subject.key));
    insert into report (id, reporter, service, subject, room, member, reason, note, context, picture, case_id, at)
    values (random_id(), p_reporter, p_reporter is null, p_subject.account, r.key, case when not p_whole then p_subject.key end,
            p_reason, p_note, report_context(r, case when not p_whole then p_subject end),
            (select w.file from media w where w.member = p_subject.key), v_case.id, clock())
    returning * into v_report;
    return v_report;
end $$;

-- p_member null: the room as a whole. p_seqs: lines that the reporter chose, at most 20. Whom it is about learns nothing.
create or replace function api.report_add(p_token bytea, p_room text, p_member text, p_seqs int[], p_reason text, p_note text,
                                          p_rules jsonb)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    r room;
    me member;
    v_subject member;
    v_whole boolean;
    v_report report;
begin
    select * into r from room where id = p_room;
    select * into me from member m where m.room = r.key and m.account = v_account;
    if r.key is null or (me.key is null and not (r.public and r.ended_at is null)) then
        perform fail(404, 'no_room');
    end if;
    v_subject := report_subject(r, me, p_member);
    v_whole := p_member is null and r.kind = 'group';
    perform report_chosen_check(r, me, p_seqs);
    perform from account where id in (v_account, v_subject.account) order by id for no key update;
    perform account_hold(v_account);    -- the same report twice at once is one
    perform account_lock(v_subject.account);    -- before its case, which may take a step
    select * into v_report from report q
     where q.reporter = v_account and q.state = 'open' and q.room = r.key
       and coalesce(q.member, 0) = case when v_whole then 0 else v_subject.key end;
    if v_report.id is not null then
        v_report := report_again(v_report, p_reason, p_note);
    else
        perform report_budget(v_account, (p_rules ->> 'hourly')::int);
        v_report := report_new(v_account, r, v_subject, v_whole, p_reason, p_note);
    end if;
    if me.key is not null then
        perform evidence_add(v_report.id, r, me, v_subject.key, p_seqs);
    end if;
    perform case_step(v_report.case_id, p_rules);
    return next ('reply', 201, report_json(v_report))::act;
end $$;

-- A report by the service itself, such as the word filter's: about lines of one member, as many as p_seqs names. One that is
-- open about the same mask takes them in.
create or replace function report_by_service(p_member bigint, p_seqs int[], p_reason text, p_note text) returns void
language plpgsql volatile as $$
declare
    v_subject member;
    v_nobody member;
    r room;
    v_report report;
begin
    select * into v_subject from member where key = p_member;
    select * into r from room where key = v_subject.room;
    perform case_open(v_subject.account);
    select * into v_report from report q where q.service and q.state = 'open' and q.member = p_member;
    if v_report.id is not null then
        v_report := report_again(v_report, p_reason, p_note);
    else
        v_report := report_new(null, r, v_subject, false, p_reason, p_note);
    end if;
    perform evidence_add(v_report.id, r, v_nobody, p_member, p_seqs);
end $$;

-- The caller's reports, the latest first. The cursor is the id that the last page ended with.
create or replace function api.reports(p_token bytea, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_after report;
begin
    select * into v_after from report r where r.id = p_cursor and r.reporter = v_account;
    if p_cursor is not null and v_after.id is null then
        perform fail(422, 'invalid_field', 'cursor');
    end if;
    return query
    with page as (
        select r as r, row_number() over (order by r.at desc, r.id desc) as n
          from report r
         where r.reporter = v_account and (p_cursor is null or (r.at, r.id) < (v_after.at, v_after.id))
         order by r.at desc, r.id desc limit p_limit + 1
    )
    select 'reply', '200',
           '{"items":[' || coalesce(string_agg(report_json(r), ',' order by n) filter (where n <= p_limit), '') || '],"next":'
           || coalesce((select '"' || (last.r).id || '"' from page last
                         where last.n = p_limit and exists (select from page where n > p_limit)), 'null') || '}'
      from page;
end $$;
