-- api.block_add, block_remove, blocks, departures: who is blocked learns nothing but that somebody left.
select guest('ann'), guest('bob'), guest('cy'), guest('dot') \g /dev/null
select pair('ann', 'bob') as r1 \gset
delete from match_log;
select pair('bob', 'ann') as r2 \gset
delete from match_log;
select pair('ann', 'bob') as r3 \gset
select pair('ann', 'cy') as other \gset
select group_of('cy', 'ann', 'bob') as grp \gset
select say('bob', :'grp', 'hello') \g /dev/null
select socket('ann') as a \gset
select socket('bob') as b \gset
select socket('cy') as c \gset
create function mask(p_name text, p_room text) returns text language sql stable as $$ select (member_of(p_name, p_room)).id $$;
create function block(p_name text, p_room text, p_member text) returns text language sql as $$
    select call(format('block_add(%L, %L, %L)', tok(p_name), p_room, p_member))
$$;
create function unblock(p_name text, p_room text, p_member text) returns text language sql as $$
    select call(format('block_remove(%L, %L, %L)', tok(p_name), p_room, p_member))
$$;
create function blocked(p_name text, p_cursor text default null, p_limit int default 50) returns text language plpgsql as $$
begin
    perform call(format('blocks(%L, %L, %s)', tok(p_name), p_cursor, p_limit));
    return coalesce((select string_agg(i ->> 'member', ',') from jsonb_array_elements(body() -> 'items') i), '');
end $$;
create function room_of(p_name text, p_room text) returns jsonb language plpgsql as $$
begin
    perform call(format('room(%L, %L)', tok(p_name), p_room));
    return body();
end $$;

select is(block('ann', :'r1', 'nobody'), '404 no_member', 'only who is there');
select is(block('ann', :'r1', mask('ann', :'r1')), '409 yourself', 'but oneself');
select is(block('dot', :'r1', mask('ann', :'r1')), '404 no_room', 'by who is there');
select is(block('ann', 'nowhere', mask('bob', :'r1')), '404 no_room', 'in a room that is there');
select is(block('ann', :'r1', mask('bob', :'r2')), '404 no_member', 'by the mask of that room');
select is((select count(*) from block) + (select count(*) from departure), 0::bigint, 'so far nobody is');

select is(block('ann', :'r1', mask('bob', :'r1')), '204', 'the partner of a private chat is blocked');
select is((select body::jsonb - 'at' from acts where kind = 'frame'), jsonb_build_object('type', 'member', 'room', :'r1', 'member',
          mask('ann', :'r1'), 'event', 'left', 'reason', 'left'), 'which looks like leaving');
select is(room_of('bob', :'r1') -> 'ended' ->> 'by', 'peer', 'to the partner');
select is(room_of('ann', :'r1') -> 'ended' ->> 'by', 'me', 'and to oneself');
select is((select array_agg(o.id order by o.key) from departure d join room o on o.key = d.room), array[:'r2', :'r3'], 'other chats of the two are to end');
select is((select bool_and(at between now() + interval '1 minute' and now() + interval '10 minutes') from departure), true, 'in one to ten minutes');
select isnt((select min(at) from departure), (select max(at) from departure), 'each at a time of its own');
select at as planned from departure d join room o on o.key = d.room where o.id = :'r2' \gset
select is(room_of('bob', :'r2') -> 'ended', 'null', 'until then nothing is to be seen there');
select is(say('bob', :'r2', 'still here'), '200 1', 'they go on');
select is(room_of('bob', :'grp') -> 'members', '3', 'and groups stay as they are');

select is(block('ann', :'r1', mask('bob', :'r1')), '204', 'twice is once');
select is((select count(*) from block), 1::bigint, 'one row');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'no frame');
select is(block('ann', :'r2', mask('bob', :'r2')), '204', 'another mask of the same account');
select is((select count(*) from block), 2::bigint, 'is another row');
select is((select at from departure d join room o on o.key = d.room where o.id = :'r3') is not null, true, 'what is planned stays');

select is(call('departures()'), 'none', 'nothing is due');
select is((select count(*) from acts), 0::bigint, 'so nothing ends');
update departure set at = now() - interval '1 second';
select is(call('departures()'), 'none', 'when it is');
select is((select array_agg(row(target, body::jsonb ->> 'member', body::jsonb ->> 'event', body::jsonb ->> 'reason')::text order by target)
             from acts where body::jsonb ->> 'room' = :'r3'),
          (select array_agg(x order by x) from unnest(array[row(:'a'::text, mask('bob', :'r3'), 'left', 'left')::text,
                                                            row(:'b'::text, mask('ann', :'r3'), 'left', 'left')::text]) x),
          'each hears that the other has left');
select is((room_of('ann', :'r3') -> 'ended') || (room_of('bob', :'r3') -> 'ended') ->> 'by', 'peer', 'and sees it so');
select is(room_of('ann', :'r3') -> 'ended', room_of('bob', :'r3') -> 'ended', 'both the same');
select is(say('bob', :'r3', 'x'), '409 room_ended', 'it has ended');
select is((select count(*) from departure), 0::bigint, 'and is done');
select is(call('departures()'), 'none', 'once');
select is((select count(*) from acts), 0::bigint, 'and for all');
select is(room_of('ann', :'other') -> 'ended', 'null', 'chats with others are untouched');

delete from wait; delete from match_log;
select wait_for('ann') \g /dev/null
select is(wait_for('bob'), 'waiting', 'the two do not meet again');
select is(unblock('ann', :'r1', mask('bob', :'r1')), '204', 'one block is taken back');
select is(wait_for('bob'), 'waiting', 'the other one stands');
select is(unblock('ann', :'r2', mask('bob', :'r2')), '204', 'when that is gone too');
select is(wait_for('bob'), 'matched', 'they may');
select is(unblock('ann', :'r2', mask('bob', :'r2')), '204', 'what is not there can be taken back');
select is(room_of('ann', :'r1') -> 'ended' ->> 'by', 'me', 'what has ended stays so');
select is(unblock('ann', :'r1', 'nobody'), '404 no_member', 'who is not there cannot');

-- a group
update member set changed_at = now() - interval '1 hour';
select is(block('ann', :'grp', mask('bob', :'grp')), '204', 'in a group');
select is((select string_agg(target, ',') from acts where kind <> 'reply'), :'a', 'one''s own sockets hear of it');
select is(frame('room') -> 'detail' -> 'me' -> 'blocked', jsonb_build_array(mask('bob', :'grp')), 'by the list in the room');
select is(frame('room') -> 'detail' -> 'unread', '0', 'whose lines do not count');
select is(room_of('bob', :'grp') -> 'me' -> 'blocked', '[]', 'nobody else does');
select is((select changed_at < now() - interval '1 minute' from member_of('bob', :'grp')), true, 'or could');
select is((select count(*) from block), 0::bigint, 'no account is blocked');
select is(block('ann', :'grp', mask('bob', :'grp')), '204', 'twice');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'is once');
select call(format('room_leave(%L, %L)', tok('bob'), :'grp')), call(format('room_leave(%L, %L)', tok('ann'), :'grp')) \g /dev/null
select is(block('ann', :'grp', mask('cy', :'grp')), '204', 'who has left may still block');
select is(block('cy', :'grp', mask('bob', :'grp')), '204', 'and be blocked');
select is(unblock('ann', :'grp', mask('bob', :'grp')), '204', 'or not any more');
select is(room_of('ann', :'grp') -> 'me' -> 'blocked', jsonb_build_array(mask('cy', :'grp')), 'as the room says');

-- the list
select block('ann', :'r1', mask('bob', :'r1')), block('ann', :'grp', mask('bob', :'grp')), block('ann', :'other', mask('cy', :'other')) \g /dev/null
update block set at = now() - interval '1 minute' where member = (member_of('bob', :'r1')).key;
update block set at = now() - interval '3 minutes' where member = (member_of('cy', :'other')).key;
update hidden set at = now() - interval '2 minutes' where member = (member_of('ann', :'grp')).key;
select is(blocked('cy'), mask('bob', :'grp'), 'one''s own blocks');
select is(split_part(blocked('ann'), ',', 1), mask('bob', :'r1'), 'the latest first');
select is(body() -> 'items' -> 0, jsonb_build_object('room', :'r1', 'kind', 'private', 'member', m.id, 'alias', m.alias, 'alias_zh', m.alias_zh,
          'avatar', avatar_url(m.id), 'at', rfc3339(now() - interval '1 minute')), 'by mask, and nothing else')
  from member_of('bob', :'r1') m;
select is(split_part(blocked('ann'), ',', 4), mask('cy', :'other'), 'of both kinds');
select blocked('ann') as all_of_them \gset
select is(blocked('ann', null, 2), split_part(:'all_of_them', ',', 1) || ',' || split_part(:'all_of_them', ',', 2), 'by pages');
select is(blocked('ann', body() ->> 'next', 2), split_part(:'all_of_them', ',', 3) || ',' || split_part(:'all_of_them', ',', 4), 'also where two are of one moment');
select is(body() -> 'next', 'null', 'to the end');
select is(blocked('bob'), '', 'who is blocked has none');
