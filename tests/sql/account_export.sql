-- api.account_export: all that is held about an account, for itself alone, in pages.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select pair('ann', 'bob') as room \gset
select say('ann', :'room', 'mine ' || n) from generate_series(1, 7) n \g /dev/null
select say('bob', :'room', 'theirs') \g /dev/null
select group_of('ann', 'cy') as grp \gset
select say('ann', :'grp', 'group ' || n) from generate_series(1, 4) n \g /dev/null
select call(format('message_recall(%L, %L, 2, 120)', tok('ann'), :'grp')) \g /dev/null
select call(format('reaction_set(%L, %L, %s, ''like'', true)', tok('ann'), :'room', n)) from generate_series(6, 8) n \g /dev/null
select call(format('block_add(%L, %L, %L)', tok('ann'), :'room', (member_of('bob', :'room')).id)) \g /dev/null
select call(format('block_add(%L, %L, %L)', tok('ann'), :'grp', (member_of('cy', :'grp')).id)) \g /dev/null
select call(format('share_create(%L, %L, 24)', tok('ann'), :'grp')) \g /dev/null
-- A section as it comes by pages of p_count.
create function section(p_name text, p_section text, p_count int default 500) returns jsonb language plpgsql as $$
declare
    v_all jsonb := '[]';
    v_cursor text := '';
    v_rows int;
    p record;
begin
    loop
        v_rows := 0;
        for p in select * from api.account_export(tok(p_name), p_section, v_cursor, p_count) loop
            v_all := v_all || p.json::jsonb;
            v_cursor := p.cursor;
            v_rows := v_rows + 1;
        end loop;
        exit when v_rows < p_count;
    end loop;
    return v_all;
end $$;

select is(call(format('account_export_head(%L)', tok('ann'))), '200', 'it has a head');
select is(body() -> 'account' ->> 'guest', 'true', 'with the account');
select is(call('account_export_head(''nobody'')'), '401 unauthorized', 'for a session alone');
select throws_ok($$ select * from api.account_export('nobody', 'rooms', '', 9) $$, 'DL401', 'unauthorized', 'each page');
select is(jsonb_array_length(section('ann', 'sessions')), 1, 'sessions');
select is(section('ann', 'sessions') -> 0 ->> 'current', 'true', 'one''s own is known');
select is(section('ann', 'sockets'), '[]', 'sockets');
select socket('ann'), socket('ann') \g /dev/null
select is(jsonb_array_length(section('ann', 'sockets', 1)), 2, 'that are open');
select is(jsonb_array_length(section('ann', 'matches')), 1, 'matches, by their times');
select wait_for('ann', '{cats}') \g /dev/null
select is(section('ann', 'waits') -> 0 -> 'tags', '["cats"]', 'the wait');
select is((select array_agg(x ->> 'room') from jsonb_array_elements(section('ann', 'rooms', 1)) x), array[:'room', :'grp'], 'rooms, page by page');
select is(section('ann', 'rooms') -> 1 ->> 'member', (member_of('ann', :'grp')).id, 'with the mask there');
select is(section('ann', 'rooms') -> 0 -> 'stays', '[[1, 8]]', 'and the stays');
select is(section('ann', 'rooms') -> 1 -> 'hidden', to_jsonb(array[(member_of('cy', :'grp')).id]), 'and whom one hides');
select is(section('ann', 'messages', n), section('ann', 'messages'), 'messages are the same by pages of ' || n) from unnest(array[1, 2, 3, 7, 11]) n;
select is((select string_agg(x ->> 'body', ',' order by x ->> 'room' = :'grp', (x ->> 'seq')::int) from jsonb_array_elements(section('ann', 'messages')) x),
          'mine 1,mine 2,mine 3,mine 4,mine 5,mine 6,mine 7,group 1,group 3,group 4', 'one''s own, and nobody else''s');
select is((select count(*) from jsonb_array_elements(section('ann', 'messages')) x where (x ->> 'recalled')::boolean), 1::bigint, 'a recalled one says so');
select is((select array_agg((x ->> 'seq')::int) from jsonb_array_elements(section('ann', 'reactions', 2)) x), array[6, 7, 8], 'reactions');
select is(section('ann', 'blocks') -> 0 ->> 'member', (member_of('bob', :'room')).id, 'blocks, by the mask');
select is(section('ann', 'shares') -> 0 ->> 'room', :'grp', 'links');
select is(section('ann', s), '[]', s || ': none') from unnest(array['reports', 'warnings']) s;
insert into warning (id, account, reason) values ('w1', account_of('ann'), 'why'), ('w2', account_of('bob'), 'why');
select is((select string_agg(x ->> 'id', ',') from jsonb_array_elements(section('ann', 'warnings')) x), 'w1', 'warnings of one''s own');
select is((select jsonb_agg(section('cy', s)) from unnest(array['messages', 'reactions', 'blocks', 'shares', 'warnings']) s), '[[], [], [], [], []]', 'of others nothing');

-- what else is held
select status from api.message_append(array[tok('ann')], array[:'grp'], array[gen_random_uuid()], array['let me'], array[null]::int[],
                                 null, array[null], array['hold 1']) \g /dev/null
insert into upload (account, day, files, bytes) select account_of('ann'), '2026-01-01'::date + n, n, 10 from generate_series(1, 3) n;
update session set prefix = 'hash', device = 'device' where token = tok('ann');
select is(section('ann', 'held') -> 0 ->> 'body', 'let me', 'lines that wait for a moderator');
select is((select array_agg((x ->> 'files')::int) from jsonb_array_elements(section('ann', 'uploads', 2)) x), array[1, 2, 3], 'how much was sent, by days');
select is(section('ann', 'sessions') -> 0 ->> 'prefix', encode('hash', 'hex'), 'the hash of where a session was begun');
select is(section('ann', 'sessions') -> 0 ->> 'device', 'true', 'and that there is one of its device, which would tie accounts together');
select is(section('cy', 'held'), '[]', 'nobody else''s');
