-- api.room_wish: nothing of a wish is to be seen by the other until both have wished the same.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
update user_info set nickname = 'Ann of ' || account where account = account_of('ann');
select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'one') \g /dev/null
select socket('ann') as a \gset
select socket('bob') as b \gset
create function wish(p_name text, p_room text, p_wish text, p_on boolean default true) returns text language sql as $$
    select call(format('room_wish(%L, %L, %L, %L)', tok(p_name), p_room, p_wish, p_on))
$$;
-- All that somebody gets to see of a room, but for the moment at which the sync was answered.
create function seen(p_name text, p_room text, p_since timestamptz) returns jsonb language plpgsql as $$
declare
    v_seen jsonb := '[]';
    v_call text;
begin
    foreach v_call in array array[format('room(%L, %L)', tok(p_name), p_room),
                                  format('conversations(%L, null, 50)', tok(p_name)),
                                  format('messages(%L, %L, null, null, null, 50)', tok(p_name), p_room),
                                  format('sync(%L, %L, true, null, 15, 15)', tok(p_name), jsonb_build_object(p_room, 0)),
                                  format('sync(%L, %L, true, %L, 15, 15)', tok(p_name), jsonb_build_object(p_room, 0), p_since)] loop
        perform call(v_call);
        v_seen := v_seen || jsonb_build_array(body() - 'since');
    end loop;
    return v_seen;
end $$;
-- The past, as a sync tells it from now on.
create function age() returns void language sql as $$
    update room set last_at = now() - interval '1 hour', changed_at = now() - interval '1 hour', created = now() - interval '1 hour';
    update member set changed_at = now() - interval '1 hour', read_at = now() - interval '1 hour';
$$;

select age() \g /dev/null
select seen('bob', :'room', now() - interval '1 minute')::text as before \gset
select is(jsonb_array_length(:'before'::jsonb -> 4 -> 'conversations'), 0, 'nothing has happened lately');
select is(wish('ann', :'room', 'reveal'), '200', 'a wish');
select is(body() -> 'me' -> 'reveal', 'true', 'is one''s own');
select is(body() -> 'revealed', 'false', 'and does nothing');
select is((select string_agg(kind || ' ' || target, ',') from acts where kind <> 'reply'), 'frame ' || :'a', 'only one''s own sockets hear of it');
select is(frame('room') -> 'detail' -> 'me' -> 'reveal', 'true', 'as part of the room');
select is(wish('ann', :'room', 'keep'), '200', 'the other wish too');
select is(wish('ann', :'room', 'keep'), '200', 'twice');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'which changes nothing');
select call(format('room_pin(%L, %L, true)', tok('ann'), :'room')), call(format('room_silence(%L, %L, true)', tok('ann'), :'room')) \g /dev/null
select is(seen('bob', :'room', now() - interval '1 minute'), :'before'::jsonb, 'nothing that the partner sees has changed, nor of what one pins');
select is(jsonb_array_length(seen('ann', :'room', now() - interval '1 minute') -> 4 -> 'conversations'), 1, 'one''s own sync tells it');
select is(wish('bob', :'room', 'keep', false), '200', 'a wish that is not there can be taken back');
select is((select count(*) from acts where kind = 'frame'), 0::bigint, 'to no effect');
select is(wish('ann', :'room', 'keep', false), '200', 'one that is there too');
select is(body() -> 'me' -> 'keep', 'false', 'then it is gone');
select is(wish('bob', :'room', 'keep'), '200', 'so that the other''s');
select is(body() -> 'kept', 'false', 'meets nothing');
select is((select string_agg(target, ',') from acts where kind = 'frame'), :'b', 'and is told to nobody else');
select is(wish('bob', :'room', 'keep', false), '200', 'nor is its end') ;
select is(body() -> 'peer' ? 'nickname', false, 'the profile is hidden still');

select is(wish('bob', :'room', 'reveal'), '200', 'both wish it');
select is(body() -> 'revealed', 'true', 'so it happens');
select is(body() -> 'peer' ->> 'nickname', 'Ann of ' || account_of('ann'), 'the profile is there');
select is((select body::jsonb -> 'detail' -> 'peer' ->> 'member' from acts where kind = 'frame' and target = :'a'), (member_of('bob', :'room')).id,
          'each is told');
select is((select body::jsonb -> 'detail' -> 'peer' ->> 'nickname' from acts where kind = 'frame' and target = :'b'), 'Ann of ' || account_of('ann'),
          'as seen from there');
select is((select array_agg(distinct body::jsonb ->> 'type') from acts where kind = 'frame'), '{reveal}', 'by its own frame');
select is(jsonb_array_length(seen('bob', :'room', now() - interval '1 minute') -> 4 -> 'conversations'), 1, 'a sync tells it too');
select is(wish('bob', :'room', 'reveal', false), '200', 'it cannot be taken back');
select is(body() -> 'revealed', 'true', 'ever');
select is(body() -> 'me' -> 'reveal', 'true', 'on neither side');
select is(wish('ann', :'room', 'keep') || wish('bob', :'room', 'keep'), '200200', 'keeping works alike');
select is((select array_agg(distinct body::jsonb ->> 'type') from acts where kind = 'frame'), '{keep}', 'by its frame');
select is(row(body() ->> 'kept', body() ->> 'revealed')::text, '(true,true)', 'and both are kept apart');

select is(wish('cy', :'room', 'reveal'), '404 no_room', 'a stranger has no wish');
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(wish('ann', :'room', 'keep', false), '409 room_ended', 'nor has one after the end');
select is(wish('ann', group_of('ann', 'bob'), 'keep'), '403 not_private', 'or in a group');
