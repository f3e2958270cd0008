-- One message of WeChat's to somebody who asked for it: a stranger waits (cgi-bin/wechat_notice.c sends). Nobody is asked for an
-- account of WeChat's: a guest in the applet is told as well.
set local search_path = driftline;

create or replace function notice_json(p_account bigint) returns text language sql stable as $$
    select json_build_object('until', (select rfc3339(n.expires) from wait_notice n where n.account = p_account and n.expires > clock()))::text
$$;

-- Whether one may ask for it, before WeChat is asked for the openid.
create or replace function api.notice_check(p_token bytea) returns setof act language plpgsql stable as $$
begin
    perform match_check(session_account(p_token));
    return next ('reply', 204, null)::act;
end $$;

-- Asks for it, for a day. Of one that is there already the openid and the day are new.
create or replace function api.notice_set(p_token bytea, p_openid bytea) returns setof act language plpgsql volatile as $$
declare
    v_account bigint;
begin
    -- A session that is being ended takes this along.
    select s.account into v_account from session s where s.token = p_token and s.expires > now() for key share;
    if v_account is null then
        perform fail(401, 'unauthorized');
    end if;
    perform match_check(v_account);
    insert into wait_notice (account, session, openid, expires)
    values (v_account, p_token, p_openid, clock() + interval '24 hours')
    on conflict (account) do update
       set session = excluded.session, openid = excluded.openid, at = excluded.at, expires = excluded.expires;
    return next ('reply', 200, notice_json(v_account))::act;
end $$;

create or replace function api.notice_get(p_token bytea) returns setof act language plpgsql stable as $$
begin
    return next ('reply', 200, notice_json(session_account(p_token)))::act;
end $$;

create or replace function api.notice_unset(p_token bytea) returns setof act language plpgsql volatile as $$
begin
    delete from wait_notice where account = session_account(p_token);
    return next ('reply', 204, null)::act;
end $$;

-- Whom to tell now, who is forgotten with this: while one account alone has waited for p_patience seconds, and nobody was told
-- for p_pace seconds, the one that asked first, of those whom the waiting one could meet. So each asking is told once at the
-- most, whatever becomes of the message.
create or replace function api.notice_take(p_patience int, p_pace int) returns table (openid bytea, locale text)
language plpgsql volatile as $$
#variable_conflict use_column
declare
    v_waiting bigint;
    v_told wait_notice;
begin
    if not exists (select from wait_notice n where n.expires > clock()) then
        return;
    end if;
    select min(w.account) into v_waiting
      from wait w where w.target = 'private' and w.room is null and w.lease > now()
    having count(*) = 1 and min(w.since) <= now() - make_interval(secs => p_patience);
    if v_waiting is null then
        return;
    end if;
    perform from wait_notice_pace p where p.at <= now() - make_interval(secs => p_pace) for update skip locked;
    if not found then
        return;
    end if;
    delete from wait_notice
     where account = (
        select n.account from wait_notice n join account a on a.id = n.account
         where n.expires > clock() and n.account <> v_waiting
           and coalesce(greatest(a.muted_until, a.held_until) <= clock(), true)
           and not exists (select from block b where (b.account, b.other) in ((n.account, v_waiting), (v_waiting, n.account)))
         order by n.at limit 1 for update of n skip locked)
    returning * into v_told;
    if v_told.account is null then
        return;
    end if;
    update wait_notice_pace set at = now();
    return query select v_told.openid, u.locale from user_info u where u.account = v_told.account;
end $$;
