-- The square: what a text is found by, how the trigger keeps it, its orders while rooms move, its search.
select guest('ann'), guest('bob') \g /dev/null
delete from room;

create function open_room(p_topic text, p_tags text[] default '{}', p_description text default '',
                          p_at timestamptz default now() - interval '1 hour') returns bigint language sql as $$
    insert into room (id, kind, capacity, public, topic, tags, description, last_at, created)
    values (random_id(), 'group', 50, true, p_topic, p_tags, p_description, p_at, p_at) returning key
$$;
create function topics() returns text language sql stable as $$
    select coalesce(string_agg(i ->> 'topic', ' ' order by n), '')
      from jsonb_array_elements(body() -> 'items') with ordinality i(i, n)
$$;
create function find(p_query text, p_limit int default 50, p_cursor text default null) returns text language plpgsql as $$
begin
    perform call(format('rooms_search(%L, %L, %L, %s)', tok('ann'), p_query, p_cursor, p_limit));
    return topics();
end $$;
create function list(p_sort text, p_limit int default 50, p_cursor text default null, p_tag text default null) returns text
language plpgsql as $$
begin
    perform call(format('rooms_list(%L, %L, %L, %L, %s)', tok('ann'), p_sort, p_tag, p_cursor, p_limit));
    return topics();
end $$;

-- text
select is(square_text(t), w, 'the text of ' || t) from (values
    ('Rock''n''Roll', ' rock n roll '), ('  Café–Bar, ÉTÉ! ', ' cafe bar ete '), ('ＦＵＬＬ　ｗｉｄｔｈ', ' full width '),
    ('学chat中文', ' 学 chat 中文 '), ('你好，世界', ' 你好 世界 '), ('100% a_b c\d', ' 100 % a _ b c \ d '),
    ('😀fun', ' 😀 fun '), ('C++ & C#', ' c + + & c '), ('…', ' '), ('', ' '), ('ПРИВЕТ мир', ' привет мир '),
    ('สวัสดี ok', ' สวัสดี ok '), ('안녕 하세요', ' 안녕 하세요 ')) v(t, w);
select is((select string_agg(t, ' ' order by t collate "C") from text_terms(square_text('at music 音乐会'))  t),
          'at mus musi music 乐 乐会 会 音 音乐', 'words by their beginnings, syllables by one and two');
select is((select string_agg(t, ' ' order by length(t)) from text_terms(square_text('internationalisation')) t),
          'int inte inter intern interna internat internati internatio internationalisation', 'beginnings of up to ten letters');
select is((select max(length(t)) from text_terms(square_text(repeat('x', 500))) t), 60, 'nothing is looked up by more than sixty');
select open_room('go', '{Rock music}', 'at night') as go \gset
select is((select string_agg(t, ' ' order by t collate "C") from unnest(place_terms(:go)) t),
          '#rock music ^go ^mus ^musi ^music ^roc ^rock at go mus musi music nig nigh night roc rock',
          'of a room those of its heading stand out, and tags');
delete from room;

-- kept by a trigger
select open_room('Films', '{Cinéma}', 'every evening') as films \gset
select is((select row(tags, heading, folded)::text from square where room = :films),
          '({cinema}," films cinema "," films cinema  every evening ")', 'a public group is on the square');
select is((select at = last_at and prev = at and q.created = r.created from square q join room r on r.key = q.room), true, 'with its times');
update room set topic = 'Books' where key = :films;
select is((select heading from square where room = :films), ' books cinema ', 'edited');
select is((select '^boo' = any (terms) and not '^fil' = any (terms) from place_terms(:films) terms), true, 'its terms too');
update room set public = false where key = :films;
select is((select count(*) from square) + (select count(*) from square_place), 0::bigint, 'hidden');
update room set public = true where key = :films;
select is((select count(*) from square), 1::bigint, 'shown again');
update room set ended_at = now(), ended_why = 'closed' where key = :films;
select is((select count(*) from square), 0::bigint, 'closed');
insert into room (id, kind, capacity, public) values ('p', 'private', 2, false), ('g', 'group', 2, false);
select is((select count(*) from square), 0::bigint, 'never private chats, nor groups that are not public');
delete from room;

-- orders
select open_room('a', '{x}', p_at => now() - interval '4 hours') as a, open_room('b', '{X, y}', p_at => now() - interval '3 hours') as b,
       open_room('c', p_at => now() - interval '2 hours') as c, open_room('d', '{x}', p_at => now() - interval '1 hour') as d \gset
update square set listed = created;
select is(list('active'), 'd c b a', 'active: the latest line first');
select is(body() ->> 'next', null, 'all of them');
select is(list('quiet'), 'a b c d', 'quiet: the longest without one');
update square set at = now(), prev = now() where room = :a;
select is(list('new'), 'd c b a', 'new: the latest made');
update square set at = created, prev = created;
select is(list('active', p_tag => 'X'), 'd b a', 'by a tag, whatever its case');
select is(list('active', p_tag => 'xy'), '', 'which is whole');
select is(body() -> 'items' -> 0 ->> 'me', null, 'none');
select is(call(format('rooms_list(%L, %L, null, null, 50)', 'nobody', 'new')), '401 unauthorized', 'only with a session');

-- a scroll while rooms move: what a line moves stays where it was
create function stir(p_room bigint) returns void language sql as $$
    update square set prev = at, at = now() where room = p_room
$$;
create function next() returns text language sql stable as $$ select body() ->> 'next' $$;
update square set at = created, prev = created;
select is(list('active', 2), 'd c', 'a page');
select matches(next(), '^a\.\d{16}\.\d{16}\.\d+$', 'and where it ended');
select next() as cursor \gset
select stir(:a), open_room('new', p_at => now()) \g /dev/null
update square set listed = now() + interval '1 second' where heading = ' new ';
select is(list('active', 2, :'cursor'), 'b a', 'a room that has moved up since is still there');
select is(next(), null, 'and a new one is left out');
select stir(:d) \g /dev/null
select is(list('active', 2, :'cursor'), 'b a', 'one that was there is not there again');
update square set at = created, prev = created;
select list('quiet', 2) \g /dev/null
select next() as cursor \gset
select stir(:a), stir(:c) \g /dev/null
select is(list('quiet', 2, :'cursor'), 'c d', 'nor in the other direction');
update room set public = false where key = :d;
select is(list('quiet', 2, :'cursor'), 'c', 'what is hidden is gone');
update room set public = true where key = :d;
update square set listed = now() + interval '1 second' where room = :d;
select is(list('quiet', 2, :'cursor'), 'c', 'and comes back for the next scroll');
select is(call(format('rooms_list(%L, ''active'', null, ''a.%s.1.1'', 2)', tok('ann'),
                      floor(extract(epoch from now() - interval '10 minutes 1 second') * 1000000))),
          '422 invalid_field cursor', 'a cursor lives ten minutes');
select is(call(format('rooms_list(%L, ''active'', null, ''a.%s.1.1'', 2)', tok('ann'),
                      floor(extract(epoch from now() + interval '1 second') * 1000000))),
          '422 invalid_field cursor', 'and none is of tomorrow');
delete from room;

-- the append stirs at most once in eleven minutes
select open_room('hot') as hot \gset
select id as hot_id from room where key = :hot \gset
select member_new(:hot, account_of('ann'), 1) \g /dev/null
select say('ann', :'hot_id', 'x') \g /dev/null
select is((select row(at > now() - interval '1 minute', prev = created)::text from square), '(t,t)', 'a line stirs the square');
select say('ann', :'hot_id', 'x') \g /dev/null
select is((select prev = created from square), true, 'once');
select is(list('active'), 'hot', 'one''s own rooms are there too');
select is(body() -> 'items' -> 0 -> 'me' ->> 'role', 'member', 'as one sees them from within');
delete from room;

-- search
select open_room('Jazz'), open_room('Rock music', '{guitar}', 'loud, and jazz sometimes'), open_room('Jazz-Café', p_at => now() - interval '2 hours'),
       open_room('音乐会', '{爵士}', '周末音乐分享'), open_room('50% off_topic', '{}', 'back\slash'), open_room('500 songs'),
       open_room('Go and C++', '{Ünïcode}'), open_room('x', '{}', 'go home'), open_room('😀 smile') \g /dev/null
update square set listed = created;
select is(find(q), w, 'search: ' || q) from (values
    ('jazz', 'Jazz Jazz-Café Rock music'), ('JAZ', 'Jazz Jazz-Café Rock music'), ('ja', ''), ('azz', ''), ('jazzy', ''),
    ('guitar jazz', 'Rock music'), ('loud rock', 'Rock music'), ('jazz-cafe', 'Jazz-Café'), ('cafe jazz', 'Jazz-Café'), ('cafe-jazz', ''),
    ('音乐', '音乐会'), ('乐会', '音乐会'), ('会', '音乐会'), ('音会', ''), ('爵士 音乐', '音乐会'), ('乐分', '音乐会'), ('会爵', ''),
    ('%', '50% off_topic'), ('50%', '50% off_topic'), ('50', 'off'), ('_', '50% off_topic'), ('off_topic', '50% off_topic'), ('off_t', '50% off_topic'), ('off_x', ''),
    ('off%topic', ''), ('\', '50% off_topic'), ('k\s', ''), ('back\slash', '50% off_topic'), ('back\', '50% off_topic'), ('500', '500 songs'),
    ('go', 'Go and C++ x'), ('g', ''), ('c++', 'Go and C++'), ('unicode', 'Go and C++'), ('ÜNÏ', 'Go and C++'), ('#guitar', 'Rock music'),
    ('😀', '😀 smile'), ('...', ''), ('"jazz"', 'Jazz Jazz-Café Rock music'), ('nothing', '')) v(q, w) where w <> 'off';
select is(find('50'), '50% off_topic', 'two letters are a whole word');
select find('jazz', 1) \g /dev/null
select is(topics(), 'Jazz', 'page by page');
select is(find('jazz', 1, next()), 'Jazz-Café', 'the headings');
select is(find('jazz', 1, next()), 'Rock music', 'then the descriptions');
select is(next(), null, 'to the end');
update square set prev = at, at = now() where heading = ' jazz cafe ';
select is(find('jazz'), 'Jazz Jazz-Café Rock music', 'a line just now moves nothing yet');
update square set at = now() - interval '1 minute', prev = now() - interval '1 minute' where heading = ' jazz cafe ';
select is(find('jazz'), 'Jazz-Café Jazz Rock music', 'the latest active first');
select is(call(format('rooms_search(%L, %L, null, 50)', 'nobody', 'x')), '401 unauthorized', 'only with a session');
delete from room;

-- more than is looked at in one go: what is rare is found by its terms, what is common by walking, in the same order
insert into room (id, kind, capacity, public, topic, description, tags, last_at, created)
select 'r' || n, 'group', 50, true, case when n % 4 = 0 then 'common' else 'plain' end || ' ' || n,
       case when n % 4 = 1 then 'common' else '' end || case when n % 997 = 0 then ' rare' else '' end,
       case when n % 3 = 0 then '{odd}' else '{}' end::text[], now() - n * interval '1 hour', now() - n * interval '1 hour'
  from generate_series(1, 4000) n;
update square set listed = created;
create function scroll(p_call text) returns int[] language plpgsql as $$
declare
    v_found int[] := '{}';
    v_next text;
begin
    for page in 1 .. 500 loop
        perform call(format(p_call, v_next));
        v_found := v_found || array(select substr(i ->> 'id', 2)::int from jsonb_array_elements(body() -> 'items') with ordinality i(i, n) order by n);
        v_next := next();
        exit when v_next is null;
    end loop;
    return v_found;
end $$;
select is(scroll(format('rooms_search(%L, ''rare'', %%L, 3)', tok('ann'))), '{997,1994,2991,3988}', 'what is rare');
select is(scroll(format('rooms_search(%L, ''common'', %%L, 50)', tok('ann'))),
          array(select n from generate_series(4, 4000, 4) n) || array(select n from generate_series(1, 4000, 4) n), 'what is common');
select is(scroll(format('rooms_search(%L, ''common rare'', %%L, 50)', tok('ann'))), '{997,3988}', 'both, with one in the description');
select is(scroll(format('rooms_list(%L, ''active'', null, %%L, 50)', tok('ann'))), array(select n from generate_series(1, 4000) n), 'all');
select is(scroll(format('rooms_list(%L, ''quiet'', null, %%L, 50)', tok('ann'))), array(select n from generate_series(4000, 1, -1) n), 'from the end');
select is(scroll(format('rooms_list(%L, ''new'', ''odd'', %%L, 50)', tok('ann'))), array(select n from generate_series(3, 4000, 3) n), 'a common tag');
update room set description = '甲乙丙' where substr(id, 2)::int % 10 = 0;
update room set topic = '甲乙 乙丙' where id in ('r11', 'r20');
update room set topic = '甲乙丙' where id in ('r3001', 'r3500');
select is((scroll(format('rooms_search(%L, ''甲乙丙'', %%L, 1)', tok('ann'))))[:5], '{3001,3500,10,20,30}', 'a rare heading of common characters');
update room set tags = '{one}' where id in ('r3999', 'r5', 'r2500');
select is(scroll(format('rooms_list(%L, ''active'', ''ONE'', %%L, 2)', tok('ann'))), '{5,2500,3999}', 'a rare tag');
select is(scroll(format('rooms_list(%L, ''quiet'', ''one'', %%L, 2)', tok('ann'))), '{3999,2500,5}', 'from the end');
