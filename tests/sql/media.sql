-- Pictures, voice, avatars: who may send and see them, how a repeat is known, and what goes when they are no longer used.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
create function t.picture(p_name text, p_room text, p_client uuid default gen_random_uuid(), p_source text default 'sent',
                          p_file text default 'file', p_reply int default null) returns text language sql as $$
    select call(format('media_append(%L, %L, %L, ''image'', %L, %L, %L, %L, %L)', tok(p_name), p_room, p_client, p_reply,
                       sha256(p_source::bytea), sha256(p_file::bytea), sha256((p_file || ' small')::bytea), '{"width":800,"height":600}'))
$$;
create function t.begin(p_name text, p_room text, p_client uuid, p_source text, p_size int default 10, p_files int default 0,
                        p_mib int default 0) returns text language sql as $$
    select call(format('upload_begin(%L, %L, %L, ''image'', null, %L, %s, %s, %s)', tok(p_name), p_room, p_client,
                       sha256(p_source::bytea), p_size, p_files, p_mib))
$$;
create function t.see(p_name text, p_url text, p_preview boolean default false) returns text language sql as $$
    select call(format('media(%L, %L, %L)', tok(p_name), split_part(p_url, '/', 3), p_preview))
$$;

-- a line of its own
select socket('ann') as a \gset
select socket('bob') as b \gset
select is(picture('ann', :'room'), '200', 'a picture is taken');
select body() as line \gset
select is(:'line'::jsonb - array['member', 'alias', 'alias_zh', 'avatar', 'client_id', 'at', 'media'],
          jsonb_build_object('room', :'room', 'seq', 1, 'kind', 'image', 'body', null), 'it is a line');
select is((:'line'::jsonb -> 'media') - array['url', 'preview'], '{"width":800,"height":600}', 'with its size');
select matches(:'line'::jsonb #>> '{media,url}', '^/media/[\w-]{22}$', 'under a random address');
select is(frame('message') -> 'message', :'line'::jsonb, 'both are told just that');
select is((select array_agg(c order by c) from unnest(string_to_array(frame_channels('message'), ',')) c),
          (select array_agg(c order by c) from unnest(array[:'a', :'b']) c), 'by their sockets');
select is(say('bob', :'room', 'text', gen_random_uuid(), 1), '200 2', 'it can be replied to');
select is(call(format('media_append(%L, %L, gen_random_uuid(), ''voice'', null, %L, %L, null, %L)', tok('bob'), :'room',
                      sha256('v'), sha256('voice'), '{"duration":1500,"waveform":[0,50,100]}')), '200', 'a voice message is taken');
select is(body() -> 'media' -> 'waveform', '[0, 50, 100]', 'with how loud it is');
select is((body() ->> 'duration')::int, 1500, 'and how long');
select is(picture('ann', :'room', gen_random_uuid(), 'x', 'x', 99), '422 invalid_field reply_to', 'a reply to nothing is refused');
select is(picture('cy', :'room'), '404 no_room', 'a stranger sends nothing there');
select is((select count(*) from media), 2::bigint, 'and leaves nothing');

-- repeats
select is(begin('ann', :'room', '00000000-0000-4000-8000-000000000001', 'one'), '204', 'a new one may be');
select is(picture('ann', :'room', '00000000-0000-4000-8000-000000000001', 'one'), '200', 'and is');
select body() as line \gset
select is(begin('ann', :'room', '00000000-0000-4000-8000-000000000001', 'one'), '200', 'again it is known before it is decoded');
select is(body(), :'line'::jsonb, 'as the same line');
select is(picture('ann', :'room', '00000000-0000-4000-8000-000000000001', 'one'), '200', 'of two at once the later one');
select is(body(), :'line'::jsonb, 'is the same line too');
select is(frame('message'), null, 'and is not told again');
select is(begin('ann', :'room', '00000000-0000-4000-8000-000000000001', 'two'), '409 client_id_used', 'another content is a conflict');
select is(picture('ann', :'room', '00000000-0000-4000-8000-000000000001', 'two'), '409 client_id_used', 'however late');
select is(say('ann', :'room', 'x', '00000000-0000-4000-8000-000000000001'), '409 client_id_used', 'so is a text');
select is((select count(*) from message c join room r on r.key = c.room where r.id = :'room'), 4::bigint, 'no line too many');
select is((select count(*) from media where seq is not null), 3::bigint, 'no use too many');

-- who may see it
select :'line'::jsonb #>> '{media,url}' as url \gset
select is(see('bob', :'url'), '200', 'the other sees it');
select is((select body from acts where kind = 'reply'), encode(sha256('file'), 'hex') || ' image', 'the file');
select is(see('bob', :'url', true), '200', 'and its preview');
select is((select body from acts where kind = 'reply'), encode(sha256('file small'), 'hex') || ' image', 'which is another');
select is(see('cy', :'url'), '404 not_found', 'a stranger does not');
select is(see('nobody', :'url'), '401 unauthorized', 'nor nobody');
select is((select count(*) from file), 3::bigint, 'the same content is one file');

-- files that are being removed
update file set doomed = now() where digest = sha256('file');
select is(picture('ann', :'room'), '0', 'a file that is being removed is not taken up');
select is((select last_seq from room where id = :'room'), 4, 'and nothing is stored');
update file set doomed = null;
insert into file values (sha256('nobody'), null), (sha256('left'), now() - interval '1 hour');
select results_eq($$ select * from files_doom(array[sha256('file'), sha256('nobody'), sha256('unknown'), sha256('file small')]) order by 1 $$,
                  $$ select d from unnest(array[sha256('nobody'), sha256('unknown')]) d order by 1 $$,
                  'what nobody uses is doomed, known or not');
select results_eq('select * from files_left(10)', $$ select sha256('left') $$, 'what was doomed long ago is found');
select files_gone(array[sha256('nobody'), sha256('unknown'), sha256('left'), sha256('file')]) \g /dev/null
select is((select count(*) from file), 3::bigint, 'what is removed is forgotten, and nothing else');

-- recalled, erased, past its time
select call(format('message_recall(%L, %L, 4, 120)', tok('ann'), :'room')) \g /dev/null
select is(see('ann', :'url'), '404 not_found', 'of what is recalled nothing is seen');
select call(format('messages(%L, %L, null, 3, null, 1)', tok('bob'), :'room')) \g /dev/null
select is(body() #> '{items,0,media}', null, 'nor said');
select is(begin('ann', :'room', '00000000-0000-4000-8000-000000000001', 'two'), '200', 'a repeat of it is answered whatever it holds');
delete from message c using room r where r.key = c.room and r.id = :'room' and c.seq = 3;
select is((select count(*) from media where seq = 3), 0::bigint, 'what is deleted takes its use along');

-- quotas
select is(begin('cy', 'nowhere', gen_random_uuid(), 'x', 10, 3), '404 no_room', 'what is refused counts nothing');
select is(call(format('upload_begin_avatar(%L, 1048576, 3, 3)', tok('cy'))), '204', 'the first of a day');
select is(call(format('upload_begin_avatar(%L, 1048576, 3, 3)', tok('cy'))), '204', 'the second');
select is(call(format('upload_begin_avatar(%L, 1048577, 3, 3)', tok('cy'))), '429 upload_quota', 'too many bytes');
select is((select (body::jsonb ->> 'retry_after')::int between 1 and 86400 from acts), true, 'and when there are more');
select is(call(format('upload_begin_avatar(%L, 10, 3, 3)', tok('cy'))), '204', 'what was refused has not counted');
select is(call(format('upload_begin_avatar(%L, 10, 3, 3)', tok('cy'))), '429 upload_quota', 'too many files');
select is(call(format('upload_begin_avatar(%L, 10, 0, 0)', tok('cy'))), '204', 'or no limit');
update upload set day = day - 2;
select retain('uploads', 0) \g /dev/null
select is((select count(*) from upload), 0::bigint, 'days that have passed are forgotten');

-- avatars
create function t.avatar(p_name text, p_file text) returns text language sql as $$
    select call(format('avatar_set(%L, %L, %L)', tok(p_name), sha256(p_file::bytea), sha256(p_file::bytea)))
$$;
create function t.own(p_name text) returns text language sql as $$ select avatar from user_info where account = account_of(p_name) $$;
select is(avatar('ann', 'face'), '200', 'an avatar is set');
select is(body() ->> 'avatar', own('ann'), 'and told');
select own('ann') as face \gset
select is(see('ann', :'face'), '200', 'its owner sees it');
select is(see('bob', :'face'), '404 not_found', 'nobody else does');
select is(see('ann', :'face', true), '404 not_found', 'it has no preview');
select is(avatar('ann', 'face'), '200', 'the same again');
select isnt(own('ann'), :'face'::text, 'has another address');
select is(see('ann', :'face'), '404 not_found', 'and the old one none');

-- in rooms: an address for each
select call(format('room_create(%L, ''x'', '''', ''{}'', 10, true, ''choice'', true)', tok('ann'))) \g /dev/null
select body() ->> 'id' as one, body() #>> '{me,avatar}' as shown \gset
select call(format('room_create(%L, ''y'', '''', ''{}'', 10, true, ''choice'', true)', tok('ann'))) \g /dev/null
select body() ->> 'id' as other, body() #>> '{me,avatar}' as shown2 \gset
select matches(:'shown'::text, '^/media/', 'a profile that is shown has its picture');
select is((select count(distinct u) from unnest(array[:'shown', :'shown2', own('ann')]) u), 3::bigint, 'under an address for each room');
select is(see('cy', :'shown'), '404 not_found', 'who is not there does not see it');
select call(format('room_join(%L, %L, false)', tok('cy'), :'one')) \g /dev/null
select is(see('cy', :'shown'), '200', 'who is there does');
select is(see('cy', :'shown2'), '404 not_found', 'there, and nowhere else');
select call(format('room_create(%L, ''z'', '''', ''{}'', 10, true, ''choice'', true)', tok('bob'))) \g /dev/null
select is(body() #>> '{me,avatar}', avatar_url(body() #>> '{me,member}'), 'without a picture of one''s own it is the mask''s');

-- revealed
select call(format('room_wish(%L, %L, ''reveal'', true)', tok('ann'), :'room')) \g /dev/null
select is((select count(*) from media m join room r on r.key = m.room where r.id = :'room' and m.member is not null), 0::bigint, 'a wish shows nothing');
select call(format('room_wish(%L, %L, ''reveal'', true)', tok('bob'), :'room')) \g /dev/null
select body() #>> '{peer,profile_avatar}' as revealed \gset
select matches(:'revealed'::text, '^/media/', 'who is revealed shows the picture');
select is(see('bob', :'revealed'), '200', 'to the other');
select call(format('room(%L, %L)', tok('ann'), :'room')) \g /dev/null
select is(body() #>> '{peer,profile_avatar}', avatar_url((member_of('bob', :'room')).id), 'and without one the mask''s');
select is(avatar('ann', 'new face'), '200', 'a new picture');
select call(format('room(%L, %L)', tok('bob'), :'room')) \g /dev/null
select isnt(body() #>> '{peer,profile_avatar}', :'revealed'::text, 'is seen by who was shown the old one');
select is(see('bob', body() #>> '{peer,profile_avatar}'), '200', 'and can be fetched');
select is(see('cy', :'shown'), '200', 'in groups it stays as it was');

select is(call(format('avatar_reset(%L)', tok('ann'))), '200', 'an avatar is taken off');
select matches(own('ann'), '^/avatar/[0-9a-f]{16}\.svg$', 'and one is drawn');
select call(format('room(%L, %L)', tok('bob'), :'room')) \g /dev/null
select is(body() #>> '{peer,profile_avatar}', avatar_url((member_of('ann', :'room')).id), 'for the other too');

-- all of one account's
select avatar('ann', 'last face') \g /dev/null
select media_erase(account_of('ann')) \g /dev/null
select is((select count(*) from media where account = account_of('ann')), 0::bigint, 'everything goes');
select is((select count(*) from member where account = account_of('ann') and avatar is not null), 0::bigint, 'from rooms too');
select matches(own('ann'), '^/avatar/', 'and from the account');
