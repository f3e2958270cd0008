-- Matching with a room: which one, what a new one is, what becomes of a wait.
select guest(n) from unnest(array['ann', 'bob', 'cy']) n \g /dev/null
delete from room;
create function match(p_name text, p_tags text[] default '{}') returns text language plpgsql as $$
begin
    return call(format('match_start(%L, ''room'', %L, 15, 15)', tok(p_name), p_tags));
end $$;
create function room() returns text language sql stable as $$ select body() -> 'room' ->> 'topic' $$;
-- A group with so many in it, none of them anybody.
create function crowd(p_topic text, p_members int, p_capacity int default 50, p_tags text[] default '{}') returns bigint language plpgsql as $$
declare
    v_room bigint;
begin
    insert into room (id, kind, topic, capacity, public, tags)
    values (random_id(), 'group', p_topic, p_capacity, true, p_tags) returning key into v_room;
    perform member_new(v_room, null, 1) from generate_series(1, p_members);
    return v_room;
end $$;
-- Leaves again, as if never there.
create function undo() returns void language plpgsql as $$
declare
    v_room bigint := (select key from room where id = body() -> 'room' ->> 'id');
begin
    delete from member where room = v_room and account is not null;
    update room set members = members - 1 where key = v_room;
end $$;

select is(match('ann'), '200', 'where there is nothing');
select is(body() ->> 'state', 'matched', 'one is matched at once');
select is((select row(kind, public, mask, capacity, members, tags)::text from room), '(group,t,always,20,1,{})', 'with a new room');
select is(body() -> 'room' -> 'me' ->> 'role', 'owner', 'of one''s own');
select isnt(room(), body() -> 'room' -> 'me' ->> 'alias', 'not called like the one in it');
select isnt(room(), '', 'but like something');
select body() -> 'room' ->> 'id' as first \gset
select is(match('bob'), '200', 'the next one');
select is(body() -> 'room' ->> 'id', :'first', 'finds it');
select is(body() -> 'room' ->> 'members', '2', 'and is in it');
select match('bob') \g /dev/null
select isnt(body() -> 'room' ->> 'id', :'first', 'who is in is not matched with it again');
delete from room;

select is(match('ann', array['Sea', 'Salt & Pepper']), '200', 'with tags');
select is(room(), 'Sea · Salt & Pepper', 'a new room is called like them');
select is(body() -> 'room' -> 'tags', '["Sea", "Salt & Pepper"]', 'and has them');
select match('bob', array['sea']) \g /dev/null
select is(body() -> 'room' ->> 'members', '2', 'found by one of them, whatever its case');
select match('cy', array['se']) \g /dev/null
select is(room(), 'se', 'tags are whole');
select is(match_topic(account_of('ann'), array(select repeat(c, 20) from unnest(array['a', 'b', 'c', 'd']) c)),
          repeat('a', 20) || ' · ' || repeat('b', 20), 'a topic is of sixty characters at most');
update user_info set locale = 'zh-Hans' where account = account_of('ann');
select is(match_topic(account_of('ann'), '{}') !~ '[a-z]', true, 'in the account''s language');
delete from room;

-- which one
select crowd('full', 3, 3), crowd('nobody', 0), crowd('three', 3), crowd('two', 2), crowd('two as well', 2) \g /dev/null
select crowd('hidden', 1), crowd('closed', 1) \g /dev/null
update room set public = false where topic = 'hidden';
update room set ended_at = now(), ended_why = 'closed' where topic = 'closed';
create temp table met on commit drop as select ''::text as topic limit 0;
do $$ begin
    for i in 1 .. 30 loop
        perform match('ann');
        insert into met values (room());
        perform undo();
    end loop;
end $$;
select is((select string_agg(distinct topic, ',' order by topic) from met), 'two,two as well', 'the emptiest with people, at random');
select match('ann') \g /dev/null
select room() as topic \gset
update member set left_at = now(), kicked_at = now() where account = account_of('ann');
update room set members = members - 1 where topic = :'topic';
select match('ann') \g /dev/null
select isnt(room(), :'topic', 'never one that one was put out of');
delete from room;

select crowd('rare', 9, p_tags => '{Rare,often}') \g /dev/null
select crowd('often ' || n, n, p_tags => '{often,other}') from generate_series(1, 8) n \g /dev/null
select crowd('empty', 1) \g /dev/null
select match('ann', '{often,rare}') \g /dev/null
select is(room(), 'rare', 'the best overlap');
select undo(), match('ann', '{often}') \g /dev/null
select is(room(), 'often 1', 'the emptiest of those that share as much');
select undo() \g /dev/null
update room set tags = '{other,x}' where topic = 'often 1';
select match('ann', '{rare,other}') \g /dev/null
select is(room(), 'rare', 'a rarer tag weighs more');
select undo() \g /dev/null
select match('ann', '{none}') \g /dev/null
select is(room(), 'none', 'and what is asked for in vain is made');
delete from room;

-- a rare tag among many rooms
insert into room (id, kind, capacity, public, topic, members, tags)
select 'r' || n, 'group', 50, true, 'r' || n, 1 + n % 5, case when n in (1999, 2999) then '{rare,odd}' when n % 2 = 1 then '{odd}' else '{}' end::text[]
  from generate_series(0, 3000) n;
select match('ann', '{odd,rare}') \g /dev/null
select is(room() in ('r1999', 'r2999'), true, 'is met however many there are');
select match('bob', '{odd}') \g /dev/null
select is((select members from room where topic = room()), 2, 'a common one in one of the emptiest');
delete from room;

-- a wait
select is(wait_for('ann', '{x}'), 'waiting', 'who waits for somebody');
select match('ann') \g /dev/null
select is((select count(*) from wait), 0::bigint, 'waits no more when matched with a room');
select is(wait_for('bob', '{x}') || wait_for('ann', '{x}'), 'waitingmatched', 'whose match is not heard of yet');
select body() -> 'room' ->> 'id' as private \gset
select match('bob') \g /dev/null
select is(body() -> 'room' ->> 'id', :'private', 'hears of it first');
delete from room;
insert into room (id, kind, capacity, public, members) select 'g' || n, 'group', 2, false, 0 from generate_series(1, 200) n;
select member_new(key, account_of('ann'), 1) from room \g /dev/null
select is(match('ann'), '409 too_many_rooms', 'in two hundred groups at most');
select is(call('match_start(''nobody'', ''room'', ''{}'', 15, 15)'), '401 unauthorized', 'only with a session');
