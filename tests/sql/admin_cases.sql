-- Reports, whom they are about, and appeals, as admins see and end them.
select guest('ann'), guest('bob'), admin_new('mia'), admin_new('olga', 'owner') \g /dev/null
create function t.rules() returns text language sql immutable as $$
    select quote_literal('{"ladder":"warn mute:1h ban:1d ban","warning_days":90,"step":"","step_weight":150,"new_days":3,"hourly":30}')
$$;
select pair('ann', 'bob') as chat \gset
select say('ann', :'chat', 'one'), say('ann', :'chat', 'two') \g /dev/null
select (member_of('ann', :'chat')).id as mask \gset
select call(format('report_add(%L, %L, %L, ''{2}'', ''spam'', ''ads'', %s)', tok('bob'), :'chat', :'mask', rules())) \g /dev/null
select body() ->> 'id' as report \gset
select case_id as subject from report where id = :'report' \gset

select is(admin_call('mia', 'reports_list', format('''open'', null, null, 50, %s', rules())), '200', 'the queue');
select is(body() #>> '{items,0,subject}', :'subject', 'names cases');
select is(admin_call('mia', 'reports_show', quote_literal(:'report')), '200', 'a report is shown');
select is((select string_agg(e ->> 'body', ',') from jsonb_array_elements(body() -> 'evidence') e), 'one,two', 'with its lines');
select is(audited(), 'mia reports show ' || :'report', 'on record');
select is(admin_call('mia', 'reports_show', '''x'''), '404 no_report', 'none is not there');
select is(admin_call('nobody', 'reports_show', quote_literal(:'report')), '401 unauthorized', 'and it is for admins');
select is((select count(*) from audit where target = 'x'), 0::bigint, 'what is refused leaves no row');

select is(admin_call('mia', 'users_show', format('%L, null, null', :'subject')), '200', 'by a case');
select is(body() #>> '{standing,kind}', 'guest', 'what kind of account it is');
select is(admin_call('mia', 'users_show', format('null, %L, %L', :'chat', :'mask')), '200', 'by a mask');
select is(audited(), 'mia users show ' || :'chat' || '/' || :'mask', 'on record by that');
select is(admin_call('mia', 'users_name', format('%L, null, null, ''why''', :'subject'), 'owner'), '403 owners_only', 'a name is an owner''s to see');
select is(admin_call('olga', 'users_name', format('%L, null, null, ''why''', :'subject'), 'owner'), '200', 'who says why');
select is(audited(), 'olga users name ' || :'subject' || ' why', 'on record');

select is(admin_call('mia', 'users_step', format('%L, null, null, ''mute'', 2, ''pause'', ''n'', %s', :'subject', rules())), '200', 'a mute');
select is(body() ->> 'step', 'mute', 'of two days');
select is(audited(), 'mia users mute ' || :'subject' || ' n', 'on record');
select is(say('ann', :'chat', 'x'), '403 muted', 'takes effect');
select is(admin_call('mia', 'users_lift', format('%L, null, null, ''mute'', null', :'subject')), '204', 'and ends');
select is(audited(), 'mia users unmute ' || :'subject', 'on record');
select is(say('ann', :'chat', 'x'), '200 3', 'at once');

select is(admin_call('mia', 'reports_resolve', format('%L, ''ban'', 1, null, ''bad'', %s', :'report', rules())), '200', 'a report ends');
select is(body() ->> 'action', 'ban', 'by a ban');
select is((select detail from audit order by id desc limit 1), jsonb_build_object('action', 'ban', 'days', 1, 'subject', :'subject'), 'on record');
select is(admin_call('mia', 'reports_resolve', format('%L, ''ban'', 1, null, ''bad'', %s', :'report', rules())), '409 report_resolved', 'once');
select is((select count(*) from audit where command = 'reports resolve'), 1::bigint, 'what was refused is not on record');
select is(admin_call('mia', 'reports_list', format('''resolved'', null, null, 50, %s', rules())), '200', 'those that have ended');
select is(body() #>> '{items,0,admin}', 'mia', 'by whom');

select id, code from warning where kind = 'ban' \gset
select call(format('appeal_by_code(%L, ''no'')', :'code')) \g /dev/null
select is(admin_call('mia', 'appeals_list', '''open'', null, 50'), '200', 'appeals');
select is(body() #>> '{items,0,appeal}', :'id', 'that wait');
select is(admin_call('mia', 'appeals_answer', format('%L, ''lift'', ''yes'', null', :'id')), '204', 'are answered');
select is(audited(), 'mia appeals answer ' || :'id', 'on record');
select is((select banned_until from account where id = (select account from warning where id = :'id')), null, 'with what follows');
select is(admin_call('mia', 'reports_hold', format('%L, true, null', :'report')), '204', 'evidence is held');
select is((select hold from report where id = :'report'), true, 'past its time');
select is(audited(), 'mia reports hold ' || :'report', 'on record');
select is(admin_call('mia', 'users_erase', format('null, %L, %L, null', :'chat', (member_of('bob', :'chat')).id), 'owner'), '403 owners_only', 'erasing is an owner''s');
select is(admin_call('olga', 'users_erase', format('null, %L, %L, ''asked''', :'chat', (member_of('bob', :'chat')).id), 'owner'), '204', 'who does it');
select is(audited() like 'olga users erase % asked', true, 'on record');
select is((select erased_at is not null from account a join member m on m.account = a.id join room r on r.key = m.room where r.id = :'chat' and m.id <> :'mask'), true, 'at once');
