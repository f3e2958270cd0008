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
    select x.term
      from unnest(string_to_array(btrim(p_text), ' ')) t(token), driftline.is_syllabic(t.token) s(syllabic), length(t.token) l(length),
           lateral (select substr(t.token, n, size) from generate_series(1, l.length) n, generate_series(1, 2) size
                     where s.syllabic and n + size <= l.length + 1
                    union all
                    select left(t.token, size) from generate_series(3, least(l.length - 1, 10)) size where not s.syllabic
                    union all
                    select left(t.token, 60) where not s.syllabic) x(term)
     where t.token <> ''
$$;

-- All terms of a room on the square: those of its heading once more behind a ^, each tag as a whole behind a #. Of a room
-- they never change, as far as the index knows: square_keep() takes a place out and puts it in anew when the text does. So
-- the index holds them, and no table has to. Names are full: a restored database builds the index under no search path.
-- It costs enough that no plan works terms out row by row.
create or replace function place_terms(p_room bigint) returns text[] language sql immutable parallel safe cost 10000 as $$
    select array(select t.term from driftline.text_terms(q.folded) t(term)
                 union all select '^' || t.term from driftline.text_terms(q.heading) t(term)
                 union all select '#' || t.tag from unnest(q.tags) t(tag))
      from driftline.square q where q.room = p_room
$$;
create index if not exists square_place_terms on square_place using gin (place_terms(room)) with (fastupdate = off);

-- A query, chunk by chunk: patterns that the text must be like, every one of them, and the terms it must have for that.
-- A chunk begins where a word does and may end inside one when it has three letters; syllabic scripts know no words.
-- exact: what has the terms is like the patterns.
create or replace function query_parse(p_query text, out patterns text[], out terms text[], out exact boolean)
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
                                  where not t.syllabic and not (t.last and t.open and t.length < 3)) x(term)),
           not exists (select from token t where t.i > 1 or t.length > case when t.syllabic then 2 else 10 end)
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
    delete from square_place where room = new.key;
    insert into square_place (room, tie, created, listed, at, prev)
    select q.room, q.tie, q.created, q.listed, q.at, q.prev from square q where q.room = new.key;
    return null;
end $$;

-- Places are kept twice.
create or replace function square_move() returns trigger language plpgsql volatile as $$
begin
    update square_place set created = new.created, listed = new.listed, at = new.at, prev = new.prev where room = new.room;
    return null;
end $$;

create or replace trigger square_insert after insert on room
    for each row when (new.kind = 'group') execute function square_keep();
create or replace trigger square_update after update of topic, description, tags, public, ended_at on room
    for each row when (new.kind = 'group' and (old.topic, old.description, old.tags, old.public, old.ended_at)
                                    is distinct from (new.topic, new.description, new.tags, new.public, new.ended_at))
    execute function square_keep();

create or replace trigger square_move after update of created, listed, at, prev on square
    for each row execute function square_move();

-- The next rooms of an order as it stood when the scroll began, and of each whether it has the tag and is like the patterns
-- (fits), and whether its heading is like them all. What a line moves meanwhile stays where it was: its `at` is then past
-- that moment, and `prev` is the one of before. Lines that were being committed just then are waited for.
create or replace function square_walk(p_sort text, p_begun timestamptz, p_tag text, p_patterns text[], p_after place, p_rows int)
returns table (room bigint, key timestamptz, tie bigint, fits boolean, heading boolean)
language plpgsql stable as $$
#variable_conflict use_column
declare
    v_known timestamptz := p_begun - interval '5 seconds';
    v_key timestamptz := least(p_after.key, v_known);
    v_tie bigint := case when p_after.key > v_known then 9223372036854775807 else p_after.tie end;
begin
    if p_sort in ('active', 'search') then
        return query
        select * from (
            (select q.room, q.at as key, q.tie, q.folded like all (p_patterns) and (p_tag is null or q.tags @> array[p_tag]),
                    q.heading like all (p_patterns)
               from square q
              where (q.at, q.tie) < (v_key, v_tie) and q.listed <= p_begun
              order by q.at desc, q.tie desc limit p_rows)
            union all
            (select q.room, q.prev, q.tie, q.folded like all (p_patterns) and (p_tag is null or q.tags @> array[p_tag]),
                    q.heading like all (p_patterns)
               from square q
              where q.at > v_known and (q.prev, q.tie) < (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.prev desc, q.tie desc limit p_rows)) x
         order by x.key desc, x.tie desc limit p_rows;
    elsif p_sort = 'quiet' then
        return query
        select * from (
            (select q.room, q.at as key, q.tie, p_tag is null or q.tags @> array[p_tag], false
               from square q
              where q.at <= v_known and (q.at, q.tie) > (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.at, q.tie limit p_rows)
            union all
            (select q.room, q.prev, q.tie, p_tag is null or q.tags @> array[p_tag], false
               from square q
              where q.at > v_known and (q.prev, q.tie) > (p_after.key, p_after.tie) and q.listed <= p_begun
              order by q.prev, q.tie limit p_rows)) x
         order by x.key, x.tie limit p_rows;
    else
        return query
        select q.room, q.created, q.tie, p_tag is null or q.tags @> array[p_tag], false
          from square q
         where (q.created, q.tie) < (p_after.key, p_after.tie) and q.listed <= p_begun
         order by q.created desc, q.tie desc limit p_rows;
    end if;
end $$;

-- Where an order begins. A search is one more order: by heading or not, then by activity.
create or replace function square_top(p_sort text, p_begun timestamptz) returns place language sql immutable as $$
    select (0, p_sort = 'search', case when p_sort = 'quiet' then 'epoch' else p_begun end, 9007199254740992)::place
$$;

-- How common something is: of the first two thousand rooms of an order, how many fit, and how many by their heading. Six
-- of them, three in a thousand, are found soonest by walking on, the others by their terms.
create or replace function square_common(p_sort text, p_begun timestamptz, p_tag text, p_patterns text[],
                                         out overall boolean, out heading boolean)
language sql stable as $$
    select count(*) < 2000 or count(*) filter (where w.fits) >= 6, count(*) < 2000 or count(*) filter (where w.heading) >= 6
      from square_walk(p_sort, p_begun, p_tag, p_patterns, square_top(p_sort, p_begun), 2000) w
$$;

-- Of up to p_want + 1 places the page: what is beyond the last one is for the next call.
create or replace function page_of(p_places place[], p_want int, p_after place) returns page language sql immutable as $$
    select (p_places[:p_want], case when cardinality(p_places) > p_want then coalesce(p_places[p_want], p_after) end)::page
$$;

-- Up to p_want rooms behind p_after by their terms; null when there are more than four thousand, too many to put in order.
-- p_patterns: what they must be like besides, null when the terms say it all. Of a search those whose heading has the
-- terms (p_heading), or the others.
create or replace function square_rare(p_sort text, p_begun timestamptz, p_terms text[], p_patterns text[], p_heading boolean,
                                       p_after place, p_want int)
returns page language plpgsql stable as $$
declare
    v_headings text[] := array(select '^' || t from unnest(p_terms) t where p_heading is not null);
    v_terms text[] := case when p_heading then v_headings else p_terms end;
    v_places place[];
begin
    if (select count(*) from (select from square_place t where place_terms(t.room) @> v_terms limit 4001) f) > 4000 then
        return null;
    end if;
    with apart as materialized (
        select t.room from square_place t where not p_heading and p_patterns is null and place_terms(t.room) @> v_headings
    ), placed as (
        select t.room, t.tie, case when p_sort = 'new' then t.created
                                   when t.at <= p_begun - interval '5 seconds' then t.at else t.prev end as key
          from square_place t
         where place_terms(t.room) @> v_terms and t.listed <= p_begun and t.room not in (select a.room from apart a)
    ), behind as (
        (select * from placed where p_sort = 'quiet' and (key, tie) > (p_after.key, p_after.tie) order by key, tie)
        union all
        (select * from placed where p_sort <> 'quiet' and (key, tie) < (p_after.key, p_after.tie) order by key desc, tie desc)
    ), hit as (     -- patterns are looked at in order, until there are enough
        select b.* from behind b
         where p_patterns is null
            or exists (select from square q
                        where q.room = b.room and q.folded like all (p_patterns) and q.heading like all (p_patterns) = p_heading)
         limit p_want + 1
    )
    select array(select (room, coalesce(p_heading, false), key, tie)::place from hit) into v_places;
    return page_of(v_places, p_want, p_after);
end $$;

-- Up to p_want rooms behind p_after, of all or of those that have a tag or are like the patterns: by their heading
-- (p_heading), or by their description alone (not p_heading). Ten thousand are looked at, the rest is left to the next call.
create or replace function square_find(p_sort text, p_begun timestamptz, p_tag text, p_patterns text[], p_heading boolean,
                                       p_after place, p_want int)
returns page language plpgsql stable as $$
declare
    v_rows int := case when p_tag is null and p_patterns = '{}' then p_want + 1 else 2000 end;
    v_places place[] := array[]::place[];
    v_at place := p_after;
    v_walked int;
    v_found place[];
    v_last place[];
begin
    for chunk in 1 .. 5 loop
        select count(*),
               array_agg((w.room, coalesce(p_heading, false), w.key, w.tie)::place order by w.n)
                   filter (where w.fits and (p_heading is null or w.heading = p_heading)),
               array_agg((w.room, coalesce(p_heading, false), w.key, w.tie)::place) filter (where w.n = v_rows)
          into v_walked, v_found, v_last
          from square_walk(p_sort, p_begun, p_tag, p_patterns, v_at, v_rows) with ordinality w(room, key, tie, fits, heading, n);
        v_places := v_places || v_found;
        if cardinality(v_places) > p_want or v_walked < v_rows then
            return page_of(v_places, p_want, p_after);
        end if;
        v_at := v_last[1];
    end loop;
    return (v_places, v_at)::page;
end $$;

-- A cursor: the order it belongs to, when the scroll began, where it has come to. Times in microseconds. A search has h
-- for headings, d for descriptions.
create or replace function square_cursor(p_sort text, p_begun timestamptz, p_at place) returns text
language sql immutable as $$
    select case when p_sort <> 'search' then left(p_sort, 1) when p_at.heading then 'h' else 'd' end
        || '.' || floor(extract(epoch from p_begun) * 1000000) || '.'
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
                           else (0, v_parts[1] = 'h', 'epoch'::timestamptz + v_parts[3]::bigint * interval '1 microsecond',
                                 v_parts[4]::bigint)::place end;
    return v_scroll;
end $$;

-- Rooms of the square as an account sees them, in order.
create or replace function square_items(p_account bigint, p_hits place[]) returns text language sql stable as $$
    select coalesce(string_agg(case when m.key is null then room_outside(r) else room_json(m.key) end, ',' order by h.n), '')
      from unnest(p_hits) with ordinality h(room, heading, key, tie, n)
      join room r on r.key = h.room
      left join member m on m.room = r.key and m.account = p_account
$$;

-- A page of a search: through the headings first, then through the rest; what is rare by its terms, what is common, or
-- turns out to be, by walking.
create or replace function search_page(p_begun timestamptz, p_patterns text[], p_terms text[], p_exact boolean, p_after place,
                                       p_want int)
returns page language plpgsql stable as $$
declare
    v_patterns text[] := case when not p_exact then p_patterns end;
    v_common record;
    v_places place[] := array[]::place[];
    v_after place := p_after;
    v_page page;
begin
    select * into v_common from square_common('search', p_begun, null, p_patterns);
    if v_after.heading then
        if not v_common.heading then
            v_page := square_rare('search', p_begun, p_terms, v_patterns, true, v_after, p_want);
        end if;
        if v_page.hits is null then
            v_page := square_find('search', p_begun, null, p_patterns, true, v_after, p_want);
        end if;
        if v_page.rest is not null then
            return v_page;
        end if;
        v_places := v_page.hits;
        v_page.hits := null;
        v_after := square_top('search', p_begun);
        v_after.heading := false;
    end if;
    if not v_common.overall then
        v_page := square_rare('search', p_begun, p_terms, v_patterns, false, v_after, p_want - cardinality(v_places));
    end if;
    if v_page.hits is null then
        v_page := square_find('search', p_begun, null, p_patterns, false, v_after, p_want - cardinality(v_places));
    end if;
    v_page.hits := v_places || v_page.hits;
    return v_page;
end $$;

-- A page as the answer.
create or replace function square_reply(p_account bigint, p_sort text, p_begun timestamptz, p_page page) returns act
language sql stable as $$
    select ('reply', 200, '{"items":[' || square_items(p_account, p_page.hits) || '],"next":'
                          || coalesce('"' || square_cursor(p_sort, p_begun, p_page.rest) || '"', 'null') || '}')::act
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
    if v_tag is not null and not (select c.overall from square_common(p_sort, v_from.begun, v_tag, '{}') c) then
        v_page := square_rare(p_sort, v_from.begun, array['#' || v_tag], null, null, v_from.after, p_limit);
    end if;
    if v_page.hits is null then
        v_page := square_find(p_sort, v_from.begun, v_tag, '{}', null, v_from.after, p_limit);
    end if;
    return next square_reply(v_account, p_sort, v_from.begun, v_page);
end $$;

-- Rooms that have all words of a query: those with all of them in topic and tags first, then the others.
create or replace function api.rooms_search(p_token bytea, p_query text, p_cursor text, p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
    v_query record;
    v_from scroll_state := square_resume(p_cursor, 'search');
    v_page page := (array[]::place[], null)::page;
begin
    select * into v_query from query_parse(p_query);
    if v_query.patterns <> '{}' then
        v_page := search_page(v_from.begun, v_query.patterns, v_query.terms, v_query.exact, v_from.after, p_limit);
    end if;
    return next square_reply(v_account, 'search', v_from.begun, v_page);
end $$;
