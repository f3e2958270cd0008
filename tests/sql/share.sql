-- Links into a group.
select guest('ann'), guest('bob'), guest('cy'), guest('dan') \g /dev/null
select call(format('room_create(%L, ''tea'', '''', ''{}'', 10, false, ''always'', false)', tok('ann'))) \g /dev/null
select body() ->> 'id' as room \gset
create function t.share_new(p_name text, p_room text) returns text language plpgsql as $$
declare
    v_status text := call(format('share_create(%L, %L, 24)', tok(p_name), p_room));
begin
    return case when v_status = '201' then body() ->> 'code' else v_status end;
end $$;
create function t.share_use(p_name text, p_code text) returns text language sql as $$
    select call(format('share_join(%L, %L, false)', tok(p_name), p_code))
$$;
select share_new('ann', :'room') as code \gset
select matches(:'code'::text, '^[A-Za-z0-9_-]{22}$', 'a code of 128 bits');
select is(call(format('share(%L)', :'code')), '200', 'it shows');
select is(body() -> 'room' ->> 'topic', 'tea', 'the topic');
select is(body() -> 'room' ->> 'members', '1', 'and the head-count, in a bucket');
select is(body() -> 'room' ? 'id', false, 'but not the room''s id');
select is(share_new('bob', :'room'), '404 no_room', 'a stranger makes none');
select is(share_use('bob', :'code'), '200', 'it opens a room that is not public');
select is(share_new('bob', :'room'), '403 not_owner', 'whose owner alone makes links');
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(call(format('room_join(%L, %L, false)', tok('bob'), :'room')), '403 invite_only', 'who left does not come back by the id');
select is(share_use('bob', :'code'), '200', 'but by a link');
select is(call(format('share_revoke(%L, %L, %L)', tok('bob'), :'room', :'code')), '404 no_share', 'it is its maker''s to revoke');
select is(call(format('share_check(%L, %L, %L)', tok('bob'), :'room', :'code')), '404 no_share', 'and to show');
select is(call(format('share_revoke(%L, %L, %L)', tok('ann'), :'room', :'code')), '204', 'which ends it');
select is(share_use('cy', :'code'), '404 no_share', 'for everybody');
select is(share_use('cy', 'guessed'), '404 no_share', 'like one that never was');
select share_new('ann', :'room') as old \gset
update share set expires = now() - interval '1 second' where code = :'old';
select is(share_use('cy', :'old'), '404 no_share', 'or one too old');
select is(call(format('share(%L)', :'old')), '404 no_share', 'on the landing as well');
select call(format('shares(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() -> 'items', '[]', 'no link is live');

-- public: anybody in it; made private: the owner's alone
select call(format('room_update(%L, %L, null, null, null, null, true, null)', tok('ann'), :'room')) \g /dev/null
select share_new('bob', :'room') as bobs \gset
select share_new('ann', :'room') as anns \gset
select call(format('shares(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 1, 'one sees one''s own');
select call(format('shares(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(jsonb_array_length(body() -> 'items'), 2, 'the owner all');
select call(format('room_update(%L, %L, null, null, null, null, false, null)', tok('ann'), :'room')) \g /dev/null
select is(share_use('cy', :'bobs'), '404 no_share', 'others'' links end when it is made private');
select is(share_use('cy', :'anns'), '200', 'the owner''s do not');
select call(format('member_kick(%L, %L, %L)', tok('ann'), :'room', (member_of('cy', :'room')).id)) \g /dev/null
select is(share_use('cy', :'anns'), '403 banned_from_room', 'no link is a way back');
select share_new('ann', :'room') as handed \gset
select call(format('member_promote(%L, %L, %L)', tok('ann'), :'room', (member_of('bob', :'room')).id)) \g /dev/null
select is(share_use('dan', :'handed'), '404 no_share', 'nor do the owner''s, once the room is somebody else''s');
select share_new('bob', :'room') as bobs \gset
select call(format('room_leave(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(share_use('dan', :'bobs'), '404 no_share', 'or its owner has left');
select share_new('ann', :'room') from generate_series(1, 25) \g /dev/null
select is((select count(*) from share), 20::bigint, 'twenty live links are enough');
select call(format('room_close(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(share_use('cy', :'anns'), '404 no_share', 'a room that has ended has none');
select pair('ann', 'bob') as chat \gset
select is(share_new('ann', :'chat'), '403 not_shareable', 'a private chat is not shared');
