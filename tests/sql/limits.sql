-- Limits: a proof of work is good once.
create function spend(p_challenge text, p_in interval default interval '5 minutes') returns text language sql as $$
    select call(format('pow_spend(%L, %s)', p_challenge::bytea, extract(epoch from now() + p_in)::bigint))
$$;

select is(spend('one'), '204', 'a proof is used');
select is(spend('one'), '403 pow_invalid', 'once');
select is(spend('two'), '204', 'another is another');
select is((select count(*) from pow_used), 2::bigint, 'each has its row');
select is((select expires - now() <= interval '6 minutes 1 second' and expires - now() > interval '5 minutes' from pow_used where challenge = 'one'),
          true, 'that outlives the proof a little');

-- with what it is asked for
select is(call(format('login_guest(''g1'', ''en'', null, %L, 2000000000)', 'three'::bytea)), '200', 'a guest comes in by a proof');
select is(call(format('login_guest(''g2'', ''en'', null, %L, 2000000000)', 'three'::bytea)), '403 pow_invalid', 'and no other by the same');
select is((select count(*) from session where token in ('g1', 'g2')), 1::bigint, 'nothing of the second one stays');
select is(call('login_guest(''g3'', ''en'', null, null, null)'), '200', 'where none was asked for none is needed');
select is((select count(*) from login_find('nobody', 'four', 2000000000)), 0::bigint, 'a login uses it up, whoever it is for');
select throws_ok($$ select * from login_find('nobody', 'four', 2000000000) $$, 'DL403', 'pow_invalid', 'once');
select is((select relpersistence from pg_class where oid = 'pow_used'::regclass), 'u', 'the rows cost no log');

-- swept
update pow_used set expires = now() - interval '1 second' where challenge = 'one';
select retain('challenges', 0) \g /dev/null
select is((select array_agg(convert_from(challenge, 'UTF8') order by challenge) from pow_used), array['four', 'three', 'two'], 'what is over goes');

-- whose sessions are
select guest('ann') \g /dev/null
insert into session (token, account, expires) select 'ann2', account, now() + interval '1 day' from session where token = tok('ann');
insert into session (token, account, expires) select 'ann3', account, now() - interval '1 day' from session where token = tok('ann');
update account set created = now() - interval '90 seconds' where id = (select account from session where token = tok('ann'));
select is((select array_agg(n order by n) from session_accounts(array[tok('ann'), 'nobody', 'ann2', 'ann3'])), array[1, 3],
          'sessions that are there have their row, by their place');
select is((select count(distinct account) from session_accounts(array[tok('ann'), 'ann2'])), 1::bigint, 'of one account');
select is((select max(age) from session_accounts(array[tok('ann')])), 90::bigint, 'with its age');

-- bans weigh on where they came from
create function from_(p_token text, p_origins bytea[], p_pow text default null) returns text language sql as $$
    select call(format('login_guest(%L, ''en'', null, %L, 2000000000, %L)', p_token::bytea, p_pow::bytea, p_origins))
$$;
select is(from_('w1', array['now', 'before']::bytea[]), '200', 'a guest from somewhere');
select is((select prefix from session where token = 'w1'), 'now'::bytea, 'by the key of now');
select is((select count(*) from address_weight), 0::bigint, 'and nothing weighs');
select account as banned from session where token = 'w1' \gset
select account_ban(:banned, 'infinity', 'spam') \g /dev/null
select account_ban(account_of('ann'), 'infinity', 'spam') \g /dev/null
select is((select array_agg(prefix) from address_weight), array['now'::bytea], 'a ban is remembered where it came from');
select is(from_('w2', array['now', 'before']::bytea[]), '403 pow_required', 'the next from there brings a proof');
select is(from_('w2', array['now', 'before']::bytea[], 'w'), '200', 'and is let in with it');
select is(from_('w3', array['after', 'now']::bytea[]), '403 pow_required', 'by the key of before too');
select is(from_('w3', array['later', 'after']::bytea[]), '200', 'not by older ones');
select is(from_('w4', array['elsewhere', 'before']::bytea[]), '200', 'nor from elsewhere');
select is(from_('w5', null), '200', 'nor where nothing is asked for');
select retain('addresses', 7) \g /dev/null
select is((select count(*) from address_weight), 1::bigint, 'it stays');
update address_weight set at = now() - interval '8 days';
select retain('addresses', 7) \g /dev/null
select is((select count(*) from address_weight), 0::bigint, 'until it is old');
select is((select prefix from session where token = 'w2'), 'now'::bytea, 'sessions keep theirs');
select account_ban((select account from session where token = 'w2'), 'infinity', 'spam') \g /dev/null
select is((select count(*) from address_weight), 1::bigint, 'another ban weighs again');
select is(from_('w6', array['there', 'before', 'device', 'old device']::bytea[]), '200', 'a guest who names a device');
select is((select row(prefix, device)::text from session where token = 'w6'), row('there'::bytea, 'device'::bytea)::text,
          'is kept by both');
select account_ban((select account from session where token = 'w6'), 'infinity', 'spam') \g /dev/null
select is(from_('w7', array['away', 'before', 'device', 'old device']::bytea[]), '403 pow_required', 'the device weighs elsewhere');
select is(from_('w7', array['away', 'before', 'next device', 'device']::bytea[]), '403 pow_required', 'by the key of before too');
select is(from_('w7', array['there', 'before', 'another', 'one']::bytea[]), '403 pow_required', 'and so does the place');
select is(from_('w7', array['away', 'before', 'another', 'one']::bytea[]), '200', 'another device elsewhere is free');
select retain('addresses', 0) \g /dev/null
select is((select count(*) from address_weight) + (select count(*) from session where prefix is not null or device is not null), 0::bigint,
          'where it is off nothing of it is kept');
