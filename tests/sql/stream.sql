-- api.stream, api.stream_open: a ticket for one socket, once; eight sockets an account; who is cut.
select guest('ann'), guest('bob') \g /dev/null
select is(call(format('stream(%L, ''ticket'')', tok('ann'))), '200', 'a ticket is given');
select is((select body from acts), rfc3339(now() + interval '30 seconds'), 'for half a minute');
select is(call('stream_open(''ticket'')'), '200', 'it opens a socket');
select matches((select body from acts where kind = 'reply'), '^c[A-Za-z0-9_-]{22}$', 'on a channel of its own');
select is(call('stream_open(''ticket'')'), '404 no_ticket', 'once');
select is(call('stream_open(''never'')'), '404 no_ticket', 'another one opens nothing');
select is(call('stream(''nobody'', ''t'')'), '401 unauthorized', 'only with a session');

select call(format('stream(%L, ''late'')', tok('ann'))) \g /dev/null
update ticket set expires = now() where ticket = 'late';
select is(call('stream_open(''late'')'), '404 no_ticket', 'not after its time');
select call(format('stream(%L, ''out'')', tok('bob'))), call(format('logout(%L, false)', tok('bob'))) \g /dev/null
select is(call('stream_open(''out'')'), '404 no_ticket', 'nor after the session''s end');

-- eight, then the oldest goes
update connection set opened = now() - interval '1 hour';
select channel as first from connection \gset
select count(socket('ann')) from generate_series(1, 7) \g /dev/null
select is((select count(*) from connection where account = account_of('ann')), 8::bigint, 'eight sockets an account');
select is((select count(*) from acts where kind = 'bye'), 0::bigint, 'nobody is cut');
select socket('ann') \g /dev/null
select is((select count(*) from connection where account = account_of('ann')), 8::bigint, 'with the ninth there are still eight');
select is(frame_channels('bye'), :'first', 'the oldest is cut');
select is(frame('bye'), '{"type":"bye","reason":"replaced"}', 'and told why');

-- groups come along on the same channel
select guest('cy') \g /dev/null
select group_of('cy', 'ann') as room \gset
select unalike(socket('cy'), '%,%', 'a socket has one channel, whatever it carries');

-- connections that turned out to be gone
select call(format('stream(%L, ''g'')', tok('cy'))) \g /dev/null
select connections_gone(array_agg(channel)) from connection where account = account_of('cy') \g /dev/null
select is((select count(*) from connection where account = account_of('cy')), 1::bigint, 'young ones are left alone');
update connection set opened = now() - interval '31 seconds' where account = account_of('cy');
select connections_gone(array_agg(channel)) from connection where account = account_of('cy') \g /dev/null
select is((select count(*) from connection where account = account_of('cy')), 0::bigint, 'others are dropped');
