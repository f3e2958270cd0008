-- api.message_search: what one may see that holds a text, in portions.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select group_of('ann', 'bob', 'cy') as room \gset
create function search(p_name text, p_room text, p_q text, p_cursor text default 'null', p_limit int default 50) returns text
language plpgsql as $$
declare
    v_status text := call(format('message_search(%L, %L, %L, %s, %s)', tok(p_name), p_room, p_q, p_cursor, p_limit));
begin
    if v_status <> '200' then
        return v_status;
    end if;
    return concat_ws(' ', (select string_agg(i ->> 'seq', ',') from jsonb_array_elements(body() -> 'items') i),
                     'next ' || (body() ->> 'next'));
end $$;
select say('ann', :'room', b) from unnest(array['Hello there', 'héllo again', 'ＨＥＬＬＯ', '你好，漂流瓶', '100% _sure\', 'Ελλάδα ΟΔΟΣ',
                                                 'bob''s ŻÓŁW', 'hel lo', 'hello']) b \g /dev/null

select is(search('bob', :'room', 'hello'), '1,2,3,9', 'without regard to case, accents, width');
select is(search('bob', :'room', 'HÉLLO'), '1,2,3,9', 'on both sides');
select is(search('bob', :'room', '漂流'), '4', 'characters in a row');
select is(search('bob', :'room', '%'), '5', 'what LIKE reads is plain');
select is(search('bob', :'room', '_'), '5', 'all of it');
select is(search('bob', :'room', '\'), '5', 'the backslash too');
select is(search('bob', :'room', 'h.llo'), '', 'and regular expressions are');
select is(search('bob', :'room', 'οδος'), '6', 'a sigma is a sigma');
select is(search('bob', :'room', 'ŻÓ'), '7', 'within words');
select is(search('bob', :'room', 'hello', 'null', 2), '3,9 next 3', 'the newest page first, ascending');
select is(search('bob', :'room', 'hello', '3', 2), '1,2', 'then what is older');
select is(search('bob', :'room', 'hello', '1'), '', 'nothing before the first');
select is(search('bob', :'room', E'\u0301'), '422 invalid_field q', 'what folds to nothing finds nothing');
select is(search('dot', :'room', 'hello'), '401 unauthorized', 'not without a session');
select guest('dot') \g /dev/null
select is(search('dot', :'room', 'hello'), '404 no_room', 'nor by a stranger');

select search('bob', :'room', '漂流') \g /dev/null
select is(body() -> 'items' -> 0 ->> 'body', '你好，漂流瓶', 'a line as history has it');
select call(format('message_recall(%L, %L, 9, 120)', tok('ann'), :'room')) \g /dev/null
select is(search('bob', :'room', 'hello'), '1,2,3', 'recalled lines hold nothing');
insert into hidden (member, other) select (member_of('cy', :'room')).key, (member_of('ann', :'room')).key;
select is(search('cy', :'room', 'hello'), '', 'masks that one has hidden are left out');
select is(search('bob', :'room', 'hello'), '1,2,3', 'for oneself alone');
update stay set to_seq = 2 where member = (member_of('bob', :'room')).key;
insert into stay (member, from_seq, to_seq) values ((member_of('bob', :'room')).key, 4, 5), ((member_of('bob', :'room')).key, 8, null);
select is(search('bob', :'room', 'l'), '1,2,8', 'only what was said during one''s stays');
select is(search('bob', :'room', 'l', 'null', 1), '8 next 6', 'a page may end between them');
select is(search('bob', :'room', 'l', '6', 2), '1,2', 'and go on there');

-- portions
select pair('ann', 'bob') as long \gset
insert into message (room_kind, room, seq, member, body, client_id, at)
select 'private', m.room, n, m.key, case when n in (1, 4000, 9000) then 'needle' else 'hay ' || n end, gen_random_uuid(), now()
  from generate_series(1, 10000) n, member_of('ann', :'long') m;
update room set last_seq = 10000 where id = :'long';
select is(search('bob', :'long', 'needle'), '9000 next 6001', 'a call looks at a portion');
select is(search('bob', :'long', 'needle', '6001'), '4000 next 2001', 'the next one at the next');
select is(search('bob', :'long', 'nothing', '6001'), 'next 2001', 'though there was nothing');
select is(search('bob', :'long', 'needle', '2001'), '1', 'until the beginning');
update message m set body = repeat('x', 4000) from member_of('ann', :'long') o where m.room = o.room and m.seq > 9000;
select is(search('bob', :'long', 'needle'), 'next 9935', 'fewer lines where they are long');
