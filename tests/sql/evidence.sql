-- Pictures and voice as evidence: kept whatever becomes of their lines.
select guest('ann'), guest('bob') \g /dev/null
select pair('ann', 'bob') as room \gset
create function picture(p_name text, p_file text) returns text language sql as $$
    select call(format('media_append(%L, %L, %L, ''image'', null, %L, %L, %L, ''{"width":800,"height":600}'')', tok(p_name), current_setting('t.room'),
                       gen_random_uuid(), sha256(p_file::bytea), sha256(p_file::bytea), sha256((p_file || ' small')::bytea)))
$$;
create function doomed(p_file text) returns int language sql as $$
    select count(*)::int from api.files_doom(array[sha256(p_file::bytea)])
$$;
select set_config('t.room', :'room', true) \g /dev/null
\set rules '{"ladder":"warn","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":0}'

select is(picture('bob', 'ugly'), '200', 'a picture');
select is(picture('bob', 'other'), '200', 'and another');
select is(call(format('report_add(%L, %L, %L, ''{1}'', ''sexual'', '''', %L)', tok('ann'), :'room', (member_of('bob', :'room')).id, :'rules')), '201', 'are reported');
select is((select row(kind, file, preview, facts ->> 'width')::text from evidence where seq = 1), row('image'::text, sha256('ugly'), sha256('ugly small'), '800')::text, 'by what is in them');
select call(format('message_recall(%L, %L, 1, 120)', tok('bob'), :'room')), call(format('message_recall(%L, %L, 2, 120)', tok('bob'), :'room')) \g /dev/null
select is((select count(*) from media), 0::bigint, 'their lines are taken back');
select is(doomed('ugly') + doomed('ugly small') + doomed('other'), 0, 'the files stay');
delete from evidence where seq = 1;
select is(doomed('ugly') || ' ' || doomed('other'), '1 0', 'until the evidence goes');

-- the picture of a profile
select api.avatar_set(tok('bob'), 'me', null) \g /dev/null
select files_take(array[sha256('face')]) \g /dev/null
select call(format('avatar_set(%L, ''me'', %L)', tok('bob'), sha256('face'))) \g /dev/null
select group_of('ann', 'bob') as grp \gset
select profile_show(member_of('bob', :'grp')) \g /dev/null
select call(format('report_add(%L, %L, %L, ''{}'', ''sexual'', '''', %L)', tok('ann'), :'grp', (member_of('bob', :'grp')).id, :'rules')) \g /dev/null
select call(format('avatar_reset(%L)', tok('bob'))) \g /dev/null
delete from media;
select is(doomed('face'), 0, 'a profile''s picture that was reported stays');
delete from report;
select is(doomed('face'), 1, 'until the report goes');

-- muted
select mute_set(account_of('bob'), now() + interval '1 hour') \g /dev/null
select is(picture('bob', 'late'), '403 muted', 'the muted send no pictures');
select is((select body::jsonb ->> 'everywhere' from acts), 'true', 'and are told as with a line');
