-- api.messages and api.conversations: pages of history and of rooms.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
select count(say(case n % 2 when 0 then 'ann' else 'bob' end, :'room', 'line ' || n)) from generate_series(1, 10) n \g /dev/null
create function page(p_name text, p_room text, p_before text, p_after text, p_around text, p_limit int) returns text
language plpgsql as $$
declare
    v_status text := call(format('messages(%L, %L, %s, %s, %s, %s)', tok(p_name), p_room, p_before, p_after, p_around, p_limit));
begin
    if v_status <> '200' then
        return v_status;
    end if;
    return concat_ws(' ', (select string_agg(i ->> 'seq', ',') from jsonb_array_elements(body() -> 'items') i),
                     case when (body() ->> 'more')::boolean then 'more' end);
end $$;

select is(page('ann', :'room', 'null', 'null', 'null', 50), '1,2,3,4,5,6,7,8,9,10', 'all, ascending');
select is(page('ann', :'room', 'null', 'null', 'null', 3), '8,9,10 more', 'the newest page by itself');
select is(page('ann', :'room', '8', 'null', 'null', 3), '5,6,7 more', 'the one before, exclusive');
select is(page('ann', :'room', '4', 'null', 'null', 3), '1,2,3', 'the first says that there is no more');
select is(page('ann', :'room', '1', 'null', 'null', 3), '', 'before the first there is nothing');
select is(page('ann', :'room', 'null', '7', 'null', 2), '8,9 more', 'after, exclusive');
select is(page('ann', :'room', 'null', '0', 'null', 2), '1,2 more', 'from the start');
select is(page('ann', :'room', 'null', '10', 'null', 2), '', 'after the last there is nothing');
select is(page('ann', :'room', 'null', '2147483647', 'null', 2), '', 'however far after');
select is(page('ann', :'room', '2147483647', 'null', 'null', 2), '9,10 more', 'however far before');
select is(page('ann', :'room', 'null', 'null', '2147483647', 2), '', 'however far around');
select is(page('ann', :'room', 'null', 'null', '5', 3), '4,5,6 more', 'around is centred');
select is(page('ann', :'room', 'null', 'null', '1', 3), '1,2,3 more', 'around the first');
select is(page('cy', :'room', 'null', 'null', 'null', 3), '404 no_room', 'not for a stranger');
select is(page('nobody', :'room', 'null', 'null', 'null', 3), '401 unauthorized', 'nor without a session');

select page('ann', :'room', '2', 'null', 'null', 1) \g /dev/null
select is(body() -> 'items' -> 0, jsonb_build_object(
              'room', :'room', 'seq', 1, 'member', m.id, 'alias', m.alias, 'alias_zh', m.alias_zh, 'avatar', '/avatar/' || m.id || '.svg',
              'kind', 'text', 'body', 'line 1', 'client_id', c.client_id, 'at', rfc3339(c.at)), 'a message has the shape of the reference')
  from message c join member m on m.key = c.member where c.seq = 1;

-- a group: what was said during one's stays
select group_of('ann', 'bob', 'cy') as room2 \gset
select count(say('ann', :'room2', 'g' || n)) from generate_series(1, 9) n \g /dev/null
delete from stay where member = (member_of('bob', :'room2')).key;
insert into stay (member, from_seq, to_seq) select (member_of('bob', :'room2')).key, f, t from (values (2, 3), (6, null)) s(f, t);
select is(page('bob', :'room2', 'null', 'null', 'null', 50), '2,3,6,7,8,9', 'only what was said during one''s stays');
update stay set to_seq = 7 where to_seq is null and member = (member_of('bob', :'room2')).key;
select is(page('bob', :'room2', 'null', 'null', 'null', 50), '2,3,6,7', 'and after leaving what was said before');

-- conversations
create function rooms(p_name text, p_cursor text, p_limit int) returns text language plpgsql as $$
declare
    v_status text := call(format('conversations(%L, %L, %s)', tok(p_name), p_cursor, p_limit));
begin
    return coalesce((select string_agg(i ->> 'id', ',') from jsonb_array_elements(body() -> 'items') i), '');
end $$;
update room set last_at = now() - interval '2 minutes' where id = :'room';
update room set last_at = now() - interval '1 minute' where id = :'room2';
select is(rooms('cy', null, 50), :'room2', 'one''s own rooms');
select is(rooms('ann', null, 50), :'room2' || ',' || :'room', 'the latest first');
select is(body() -> 'next', 'null'::jsonb, 'no further page');
select is(rooms('ann', null, 1), :'room2', 'a page of one');
select is(rooms('ann', body() ->> 'next', 1), :'room', 'and the next one');
select is(body() -> 'next', 'null'::jsonb, 'which is the last');
update member set pinned = true where key = (member_of('ann', :'room')).key;
select is(rooms('ann', null, 1), :'room', 'pinned ones come first');
select is(rooms('ann', body() ->> 'next', 1), :'room2', 'then the others');
