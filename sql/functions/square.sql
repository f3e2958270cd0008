-- The square: what public groups are found by, its orders, its search. Each call does a bounded amount of work however
-- many rooms there are.
set local search_path = driftline;

-- Text as it is searched: folded, punctuation as blanks, runs of one script and single symbols parted by one blank, a
-- blank at both ends. What stands for many characters elsewhere (% _ \ *) is a symbol like any other.
create or replace function square_text(p_text text) returns text language sql immutable parallel safe as $$
    select ' ' || case when t = '' then '' else t || ' ' end
      from btrim(regexp_replace(regexp_replace(
               fold_text(p_text) collate "C",
               '([\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3040-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+|[%_\\*+&@$\u20a0-\u20bf\u2190-\u2bff]|[\U0001f000-\U0001faff])',
               ' \1 ', 'g'),
               '[\u0001-\u0020!"#''(),./:;<=>?[\]^`{|}~\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\ufe00-\ufe6f\uff00-\uff0f-]+',
               ' ', 'g')) t
$$;

create or replace function is_syllabic(p_token text) returns boolean language sql immutable parallel safe as $$
    select p_token collate "C" ~ '^[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3040-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]'
$$;

-- What is looked up of a text that square_text() has made: of syllabic scripts each character and each two in a row,
-- of other words the beginnings of 3 to 10 letters and the whole.
create or replace function text_terms(p_text text) returns setof text language sql immutable parallel safe as $$
    select distinct x.term
      from unnest(string_to_array(btrim(p_text), ' ')) t(token), is_syllabic(t.token) s(syllabic), length(t.token) l(length),
           lateral (select substr(t.token, n, size) from generate_series(1, l.length) n, generate_series(1, 2) size
                     where s.syllabic and n + size <= l.length + 1
                    union all
                    select left(t.token, size) from generate_series(3, least(l.length - 1, 10)) size where not s.syllabic
                    union all
                    select left(t.token, 60) where not s.syllabic) x(term)
$$;

-- All terms of a room: those of its heading once more behind a ^, each tag as a whole behind a #.
create or replace function room_terms(p_tags text[], p_heading text, p_folded text) returns text[]
language sql immutable parallel safe as $$
    select array(select text_terms(p_folded) union all select '^' || text_terms(p_heading)
                 union all select '#' || unnest(p_tags))
$$;

-- A query, chunk by chunk: patterns that the text must be like, every one of them, and the terms it must have for that.
-- A chunk begins where a word does and may end inside one when it has three letters; syllabic scripts know no words.
create or replace function query_parse(p_query text, out patterns text[], out terms text[])
language sql immutable as $$
    with chunk as (
        select c.n, btrim(square_text(c.text)) as text from string_to_table(p_query, ' ') with ordinality c(text, n)
    ), token as (
        select c.n, t.token, t.i, is_syllabic(t.token) as syllabic, length(t.token) as length,
               t.i = count(*) over (partition by c.n) as last, length(replace(c.text, ' ', '')) >= 3 as open
          from chunk c, string_to_table(c.text, ' ') with ordinality t(token, i)
         where c.text <> ''
    )
    select array(select '%' || case when f.syllabic then '' else ' ' end
                        || regexp_replace(c.text, '([\\%_])', '\\\1', 'g')
                        || case when l.syllabic or l.open then '' else ' ' end || '%'
                   from chunk c join token f on f.n = c.n and f.i = 1 join token l on l.n = c.n and l.last),
           array(select distinct x.term
                   from token t,
                        lateral (select substr(t.token, i, 2) from generate_series(1, greatest(t.length - 1, 1)) i
                                  where t.syllabic
                                 union all
                                 select left(t.token, case when t.last then 10 else 60 end)
                                  where not t.syllabic and not (t.last and t.open and t.length < 3)) x(term))
$$;

-- Keeps the square as a room is made, edited, hidden or ended.
create or replace function square_keep() returns trigger language plpgsql volatile as $$
declare
    v_tags text[];
    v_heading text;
    v_folded text;
begin
    if not new.public or new.ended_at is not null then
        delete from square where room = new.key;
        return null;
    end if;
    v_tags := array(select distinct fold_text(t) from unnest(new.tags) t);
    v_heading := square_text(new.topic || ' ' || array_to_string(new.tags, ' '));
    v_folded := v_heading || square_text(new.description);
    insert into square as q (room, created, at, prev, tags, heading, folded)
    values (new.key, new.created, new.last_at, new.last_at, v_tags, v_heading, v_folded)
    on conflict (room) do update set tags = excluded.tags, heading = excluded.heading, folded = excluded.folded;
    insert into square_terms as s (room, terms) values (new.key, room_terms(v_tags, v_heading, v_folded))
    on conflict (room) do update set terms = excluded.terms;
    return null;
end $$;

create or replace trigger square_insert after insert on room
    for each row when (new.kind = 'group') execute function square_keep();
create or replace trigger square_update after update of topic, description, tags, public, ended_at on room
    for each row when (new.kind = 'group' and (old.topic, old.description, old.tags, old.public, old.ended_at)
                                    is distinct from (new.topic, new.description, new.tags, new.public, new.ended_at))
    execute function square_keep();

-- The next rooms of an order as it stood when the scroll began. What a line moves meanwhile stays where it was: its `at`
-- is then past that moment, and `prev` is the one of before. Lines that were being committed just then are waited for.
create or replace function square_walk(p_sort text, p_begun timestamptz, p_after place, p_rows int)
returns table (room bigint, key timestamptz, tie bigint, tags text[], heading text, folded text)
language plpgsql stable as $$
#variable_conflict use_column
declare
    v_known timestamptz := p_begun - interval '5 seconds';
    v_key timestamptz := least(p_after.key, v_known);
    v_tie bigint := case when p_after.key > v_known then 9223372036854775807 else p_after.tie end;
begin
    if p_sort = 'active' then
        return query
        select * from (
            (select q.room, q.at as key, q.tie, q.tags, q.heading, q.folded from square q
              where (q.at, q.tie) < (v_key, v_tie) and q.listed <= p_begun
              order by q.at desc, q.tie desc limit p_rows)
            union all
            (select q.room, q.prev, q.tie, q.tags, q.heading, q.folded from square q
              where q.at > v_known and (q.prev, q.tie) < (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.prev desc, q.tie desc limit p_rows)) x
         order by x.key desc, x.tie desc limit p_rows;
    elsif p_sort = 'quiet' then
        return query
        select * from (
            (select q.room, q.at as key, q.tie, q.tags, q.heading, q.folded from square q
              where q.at <= v_known and (q.at, q.tie) > (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.at, q.tie limit p_rows)
            union all
            (select q.room, q.prev, q.tie, q.tags, q.heading, q.folded from square q
              where q.at > v_known and (q.prev, q.tie) > (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.prev, q.tie limit p_rows)) x
         order by x.key, x.tie limit p_rows;
    else
        return query
        select q.room, q.created, q.tie, q.tags, q.heading, q.folded from square q
         where (q.created, q.tie) < (p_after.key, p_after.tie) and q.listed <= p_begun
         order by q.created desc, q.tie desc limit p_rows;
    end if;
end $$;

-- Where an order begins.
create or replace function square_top(p_sort text, p_begun timestamptz) returns place language sql immutable as $$
    select (0, case when p_sort = 'quiet' then 'epoch' else p_begun end, 9007199254740992)::place
$$;

-- How common something is: of the first thousand rooms of an order, how many fit, and how many by their heading. Five
-- in a thousand are found soonest by walking on, the others by their terms.
create or replace function square_common(p_sort text, p_begun timestamptz, p_tag text, p_patterns text[],
                                         out overall boolean, out heading boolean)
language sql stable as $$
    select count(*) < 1000 or count(*) filter (where w.folded like all (p_patterns)
                                                 and (p_tag is null or w.tags @> array[p_tag])) >= 5,
           count(*) < 1000 or count(*) filter (where w.heading like all (p_patterns)) >= 5
      from square_walk(p_sort, p_begun, square_top(p_sort, p_begun), 1000) w
$$;

-- Up to p_want rooms behind p_after that have a tag or are like the patterns, with their heading (p_heading) or only by
-- their description (not p_heading). What is not common is taken by its terms; when that turns out to be too much, and
-- for what is common, five thousand rooms are looked at, and the rest is left to the next call.
create or replace function square_find(p_sort text, p_begun timestamptz, p_tag text, p_patterns text[], p_terms text[],
                                       p_heading boolean, p_common boolean, p_after place, p_want int)
returns page language plpgsql stable as $$
declare
    v_page page;
    v_rows int := case when p_tag is null and p_patterns = '{}' then p_want + 1 else 1000 end;
    v_at place := p_after;
    v_walked int;
    v_found place[];
    v_last place[];
begin
    if not p_common then
        with found as materialized (
            select t.room from square_terms t where t.terms @> p_terms limit 5001
        ), placed as (
            select q.room, case when p_sort = 'new' then q.created
                                when q.at <= p_begun - interval '5 seconds' then q.at else q.prev end as key, q.tie
              from found join square q on q.room = found.room
             where q.listed <= p_begun and (p_tag is null or q.tags @> array[p_tag]) and q.folded like all (p_patterns)
               and (p_heading is null or q.heading like all (p_patterns) = p_heading)
        ), behind as (
            (select * from placed where p_sort = 'quiet' and (key, tie) > (p_after.key, p_after.tie)
              order by key, tie limit p_want + 1)
            union all
            (select * from placed where p_sort <> 'quiet' and (key, tie) < (p_after.key, p_after.tie)
              order by key desc, tie desc limit p_want + 1)
        )
        select (select count(*) from found), array(select (room, key, tie)::place from behind) into v_walked, v_page.hits;
        if v_walked <= 5000 then
            v_page.rest := case when cardinality(v_page.hits) > p_want then coalesce(v_page.hits[p_want], p_after) end;
            v_page.hits := v_page.hits[:p_want];
            return v_page;
        end if;
    end if;
    v_page.hits := array[]::place[];
    for chunk in 1 .. 5 loop
        select count(*),
               array_agg((w.room, w.key, w.tie)::place order by w.n)
                   filter (where (p_tag is null or w.tags @> array[p_tag]) and w.folded like all (p_patterns)
                             and (p_heading is null or w.heading like all (p_patterns) = p_heading)),
               (array_agg((w.room, w.key, w.tie)::place order by w.n desc))[:1]
          into v_walked, v_found, v_last
          from square_walk(p_sort, p_begun, v_at, v_rows)
               with ordinality w(room, key, tie, tags, heading, folded, n);
        v_page.hits := v_page.hits || v_found;
        if cardinality(v_page.hits) > p_want then
            v_page.rest := coalesce(v_page.hits[p_want], p_after);
            v_page.hits := v_page.hits[:p_want];
            return v_page;
        elsif v_walked < v_rows then
            return v_page;
        end if;
        v_at := v_last[1];
    end loop;
    v_page.rest := v_at;
    return v_page;
end $$;

-- A cursor: the order it belongs to, when the scroll began, where it has come to. Times in microseconds.
create or replace function square_cursor(p_order text, p_begun timestamptz, p_at place) returns text
language sql immutable as $$
    select p_order || '.' || floor(extract(epoch from p_begun) * 1000000) || '.'
        || floor(extract(epoch from p_at.key) * 1000000) || '.' || p_at.tie
$$;

-- Reads one; 422 when ten minutes have passed. Without one a scroll begins now.
create or replace function square_resume(p_cursor text, p_sort text) returns scroll_state language plpgsql stable as $$
declare
    v_scroll scroll_state;
    v_parts text[] := string_to_array(p_cursor, '.');
begin
    v_scroll.begun := coalesce('epoch'::timestamptz + v_parts[2]::bigint * interval '1 microsecond', now());
    if v_scroll.begun not between now() - interval '10 minutes' and now() then
        perform fail(422, 'invalid_field', 'cursor');
    end if;
    v_scroll.after := case when p_cursor is null then square_top(p_sort, v_scroll.begun)
                  else (0, 'epoch'::timestamptz + v_parts[3]::bigint * interval '1 microsecond', v_parts[4]::bigint)::place end;
    return v_scroll;
end $$;

-- Rooms of the square as an account sees them, in order.
create or replace function square_items(p_account bigint, p_hits place[]) returns text language sql stable as $$
    select coalesce(string_agg(case when m.key is null then room_outside(r) else room_json(m.key) end, ',' order by h.n), '')
      from unnest(p_hits) with ordinality h(room, key, tie, n)
      join room r on r.key = h.room
      left join member m on m.room = r.key and m.account = p_account
$$;

-- The square, by the latest line (active), the oldest (quiet) or by when rooms were made (new).
create or replace function api.rooms_list(p_token bytea, p_sort text, p_tag text, p_cursor text, p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_tag text := fold_text(p_tag);
    v_from scroll_state := square_resume(p_cursor, p_sort);
    v_page page;
begin
    select * into v_page
      from square_find(p_sort, v_from.begun, v_tag, '{}', array['#' || v_tag], null,
                          v_tag is null or (square_common(p_sort, v_from.begun, v_tag, '{}')).overall, v_from.after, p_limit);
    return next ('reply', 200, '{"items":[' || square_items(v_account, v_page.hits) || '],"next":'
                 || coalesce('"' || square_cursor(left(p_sort, 1), v_from.begun, v_page.rest) || '"', 'null') || '}')::act;
end $$;

-- Rooms that have all words of a query: those with all of them in topic and tags first (cursors h), then the others (d).
create or replace function api.rooms_search(p_token bytea, p_query text, p_cursor text, p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_query record;
    v_common record;
    v_from scroll_state := square_resume(p_cursor, 'active');
    v_page page;
    v_more page;
    v_hits place[] := array[]::place[];
    v_next text;
begin
    select * into v_query from query_parse(p_query);
    if v_query.patterns = '{}' then
        return next ('reply', 200, '{"items":[],"next":null}')::act;
        return;
    end if;
    select * into v_common from square_common('active', v_from.begun, null, v_query.patterns);
    if p_cursor is null or p_cursor like 'h%' then
        select * into v_page
          from square_find('active', v_from.begun, null, v_query.patterns,
                           array(select '^' || t from unnest(v_query.terms) t), true, v_common.heading, v_from.after, p_limit);
        v_hits := v_page.hits;
        v_next := square_cursor('h', v_from.begun, v_page.rest);
        v_from.after := square_top('active', v_from.begun);
    end if;
    if v_next is null then
        select * into v_more
          from square_find('active', v_from.begun, null, v_query.patterns, v_query.terms, false, v_common.overall,
                           v_from.after, p_limit - cardinality(v_hits));
        v_hits := v_hits || v_more.hits;
        v_next := square_cursor('d', v_from.begun, v_more.rest);
    end if;
    return next ('reply', 200, '{"items":[' || square_items(v_account, v_hits) || '],"next":'
                               || coalesce('"' || v_next || '"', 'null') || '}')::act;
end $$;
