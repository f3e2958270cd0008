-- account_erase and the job behind it: nobody gets in at once; masks leave and lose their texts at times of their own; rows and
-- seqs stay; in the end the account's number is nowhere.
select guest('ann'), guest('bob'), guest('cy') \g /dev/null
select api.register(tok('mia'), 'canary-mia', 'v2', 'salt', 'hash', '2:8:1', 'Canary Nick', 'en') \g /dev/null
select account_of('mia') as mia \gset
create function erase(p_name text, p_hash text default 'null', p_openid text default 'null', p_confirm text default 'false') returns text
language sql as $$ select call(format('me_erase(%L, %s, %s, %s)', tok(p_name), p_hash, p_openid, p_confirm)) $$;
-- Lets the job run until nothing is due; p_by: everything planned so far comes that much sooner.
create function job(p_by interval default '0') returns text language plpgsql as $$
declare
    v_answer text;
    v_rounds int := 0;
begin
    update erasure set at = at - p_by;
    update departure set at = at - p_by;
    perform * from api.departures();
    loop
        select body into v_answer from api.retain('erasures', 0);
        exit when v_answer like '% 0' or v_rounds = 500;
        v_rounds := v_rounds + 1;
    end loop;
    return v_answer;
end $$;

select pair('mia', 'ann') as room \gset
select say('mia', :'room', 'canary one'), say('ann', :'room', 'two'), say('mia', :'room', 'canary three') \g /dev/null
select group_of('bob', 'mia', 'ann') as grp \gset
select say('mia', :'grp', 'canary ' || n) from generate_series(1, 3) n \g /dev/null
select say('bob', :'grp', 'hello'), say('mia', :'grp', 'canary 5') \g /dev/null
select call(format('reaction_set(%L, %L, 4, ''like'', true)', tok('mia'), :'grp')) \g /dev/null
select call(format('reaction_set(%L, %L, 5, ''love'', true)', tok('bob'), :'grp')) \g /dev/null
update member set nickname = 'Canary Nick', avatar = '/media/x' where key = (member_of('mia', :'grp')).key;
select call(format('share_create(%L, %L, 24)', tok('bob'), :'grp')) \g /dev/null
insert into hidden (member, other) values ((member_of('mia', :'grp')).key, (member_of('bob', :'grp')).key);
insert into block (account, other, member) select account_of('cy'), :mia, (member_of('mia', :'room')).key;
insert into block (account, other, member) select :mia, account_of('cy'), null;
insert into warning (id, account, reason) values ('w', :mia, 'canary');
select (member_of('mia', :'room')).key as mask, (member_of('mia', :'grp')).key as mask2, (member_of('mia', :'grp')).id as mask_id \gset
select socket('mia') as s, socket('ann') as a \gset

select is(erase('mia'), '422 invalid_field password_v2', 'who has a password is asked for it');
select is(erase('mia', p_confirm => 'true'), '422 invalid_field password_v2', 'whatever else is sent');
select is(erase('mia', '''other'''), '404 bad_credentials', 'one that was changed meanwhile is none');
select is((select erased_at from account where id = :mia), null, 'nothing has happened');
select is(erase('ann'), '422 invalid_field confirm', 'a guest says that it is meant');
select is(erase('mia', '''hash'''), '204', 'then the account is erased');
select is((select target from acts where kind = 'bye'), :'s', 'its sockets end');
select is(frame('bye') ->> 'reason', 'logged_out', 'as by a log-out');
select is((select target from acts where kind = 'frame' and body::jsonb ->> 'room' = :'room' and body::jsonb ->> 'event' = 'left'), :'a', 'a partner is told at once that it left');
select is((select count(*) from acts where kind = 'frame' and body::jsonb ->> 'room' = :'grp'), 0::bigint, 'a group is not');
select is((select row(name, scheme, salt, hash, cost, openid_hash, openid_sealed)::text from account where id = :mia), '(,,,,,,)', 'nobody gets in');
select is((select count(*) from session where account = :mia) + (select count(*) from user_info where account = :mia)
          + (select count(*) from connection where account = :mia) + (select count(*) from block where account = :mia), 0::bigint, 'what was its own is gone');
select is(call(format('login(%L, %s, ''hash'')', tok('x'), :mia)), '404 bad_credentials', 'a login under way finds nobody');
select is((select count(*) from api.login_find('canary-mia')), 0::bigint, 'a later one neither');
select is((select ended_at is not null from room where id = :'room'), true, 'the chat has ended');
select is((select body from message where room_kind = 'private' and seq = 1), 'canary one', 'its lines are there for the moment');

select is(job(), '0 0', 'the job plans the rest');
select is((select count(*) from member where account = :mia), 0::bigint, 'its masks are nobody''s');
select is((select bool_and(at between now() + interval '1 minute' and now() + interval '10 minutes') from erasure), true, 'each gets a time of one to ten minutes');
select is((select count(distinct at) from erasure), 2::bigint, 'of its own');
select is((select body from message where room_kind = 'private' and seq = 1), 'canary one', 'until then nothing shows');

update erasure set at = now() where member = :mask;
select is(job(), '0 0', 'when the first one''s has come');
select is((select string_agg(coalesce(body, '-'), ',' order by seq) from message where room_kind = 'private'), '-,two,-', 'its own texts are gone, others'' are not');
select is((select string_agg(coalesce(body, '-'), ',' order by seq) from message where room_kind = 'group'), 'canary 1,canary 2,canary 3,hello,canary 5', 'nor those in other rooms');
select call(format('sync(%L, %L, false, now() - interval ''1 minute'', 15, 15)', tok('ann'), jsonb_build_object(:'room', 3))) \g /dev/null
select is(body() -> 'recalls', format('[{"room": "%s", "seq": 3}, {"room": "%s", "seq": 1}]', :'room', :'room')::jsonb, 'a sync tells of it');
select is((select count(*) from block where member = :mask), 0::bigint, 'whoever blocked that mask blocks nobody now');
select is((select count(*) from account where id = :mia), 0::bigint, 'the number goes once no mask and no block names it');

update erasure set at = now();
select is(job(), '0 0', 'the second one''s has come');
select is((select left_at from member where key = :mask2), null, 'but it is still in its room');
select is((select at > now() + interval '30 seconds' from erasure), true, 'so it gets another');
select job('11 minutes') \g /dev/null
select is((select left_at is not null from member where key = :mask2), true, 'once it has left');
select job('11 minutes') \g /dev/null
select is((select string_agg(coalesce(body, '-'), ',' order by seq) from message where room_kind = 'group'), '-,-,-,hello,-', 'its lines go');
select is((select row(last_seq, members)::text from room where id = :'grp'), '(5,2)', 'the order of the room is as it was');
select is((select count(*) from reaction), 0::bigint, 'its reactions are gone, and those to its lines');
select is((select reacted_at is not null from message where room_kind = 'group' and seq = 4), true, 'which a sync tells');
select is((select row(account, nickname, avatar, id)::text from member where key = :mask2), format('(,,,%s)', :'mask_id'), 'the mask stands there without a name');
select is((select count(*) from hidden where member = :mask2), 0::bigint, 'and hides nobody');
select call(format('messages(%L, %L, null, null, null, 50)', tok('ann'), :'grp')) \g /dev/null
select is(body() -> 'items' -> 0 ->> 'recalled', 'true', 'history shows its lines as recalled');
select is((select count(*) from account where id = :mia) + (select count(*) from warning) + (select count(*) from erasure)
          + (select count(*) from match_log where :mia in (low, high)), 0::bigint, 'the account''s number is nowhere');
select is(job('1 day'), '0 0', 'and nothing is left to do');

-- much of it
select guest('dot') \g /dev/null
select group_of('ann', 'dot') as long \gset
insert into message (room_kind, room, seq, member, body, client_id, at)
select 'group', r.key, n, (member_of(case when n % 10 = 0 then 'ann' else 'dot' end, :'long')).key, 'x', gen_random_uuid(), now()
  from room r, generate_series(1, 2000) n where r.id = :'long';
update room set last_seq = 2000 where id = :'long';
insert into reaction (room, seq, member, name)
select r.key, n, (member_of('dot', :'long')).key, 'like' from room r, generate_series(1, 1200) n where r.id = :'long';
select (member_of('dot', :'long')).key as dot \gset
select is(erase('dot', p_confirm => 'true'), '204', 'a guest erases itself');
select body from api.retain('erasures', 0) \g /dev/null
update departure set at = now();
select api.departures() \g /dev/null
update erasure set at = now();
select body from api.retain('erasures', 0) \gset
select is(:'body'::text, '500 1', 'what is much goes by portions');
select is((select count(*) from reaction), 700::bigint, 'reactions first');
select is((select count(*) from message c join room r on r.key = c.room where r.id = :'long' and c.body is null), 0::bigint, 'then lines');
select job() \g /dev/null
select is((select row(count(*), count(*) filter (where c.body is null))::text from message c join room r on r.key = c.room where r.id = :'long'), '(2000,1800)', 'all of its own');
select is((select count(*) from erasure), 0::bigint, 'then it is done');
select call(format('sync(%L, %L, false, now() - interval ''1 minute'', 15, 15)', tok('ann'), jsonb_build_object(:'long', 2000))) \g /dev/null
select is((select count(*) from jsonb_array_elements(body() -> 'recalls') x where x ->> 'room' = :'long'), 200::bigint, 'a sync tells of the newest 200 a room');

-- a room of nobody else's
select guest('eve') \g /dev/null
select call(format('room_create(%L, ''canary topic'', ''canary words'', ''{canary}'', 20, true, ''always'', false)', tok('eve'))) \g /dev/null
select erase('eve', p_confirm => 'true') \g /dev/null
select job() \g /dev/null
select job('11 minutes') \g /dev/null
select is((select count(*) from square s join room r on r.key = s.room where r.topic = ''), 0::bigint, 'a room that says nothing of itself any more leaves the square');
select job('11 minutes') \g /dev/null
select is((select count(*) from room where topic || description || tags::text like '%canary%'), 0::bigint, 'what a room is about goes with the only one who ever was there');

-- by WeChat
select login_wechat(tok('wei'), 'openid', 'sealed', 'zh-Hans') \g /dev/null
select is(erase('wei', p_confirm => 'true'), '422 invalid_field code', 'who came by WeChat proves it anew');
select is(erase('wei', p_openid => '''other'''), '404 wechat_refused', 'as the same');
select is(erase('wei', p_openid => '''openid'''), '204', 'then it is erased');
select login_wechat(tok('wei2'), 'openid', 'sealed', 'zh-Hans') \g /dev/null
select is(account_of('wei2') is not null, true, 'who comes again is somebody new');

-- guests whom nobody can be any more
select guest('fay'), guest('gus'), guest('hal') \g /dev/null
select account_of('fay') as fay \gset
update account set seen_at = now() - interval '91 days' where id in (account_of('fay'), account_of('gus'));
delete from session where account = :fay;
select is((select body from api.retain('guests', 90) where kind = 'reply'), '1 0', 'a guest without a session goes when its time has come');
select is((select erased_at is not null from account where id = :fay), true, 'as if it had asked');
select is((select count(*) from api.retain('guests', 90) where kind = 'reply' and body = '0 0'), 1::bigint, 'one that can still come back does not');
