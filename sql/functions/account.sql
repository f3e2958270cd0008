-- Accounts and their sessions. Passwords are hashed by the handlers; what arrives here is scrypt's output.
set local search_path = driftline;

create or replace function account_new(p_locale text, p_nickname text) returns bigint language plpgsql volatile as $$
declare
    v_account bigint;
    v_alias record;
begin
    select * into v_alias from alias_new();
    insert into account default values returning id into v_account;
    insert into user_info (account, nickname, avatar, locale)
    values (v_account,
            coalesce(p_nickname, case p_locale when 'zh-Hans' then v_alias.alias_zh else v_alias.alias end),
            avatar_url(encode(gen_random_bytes(8), 'hex')), p_locale);
    return v_account;
end $$;

-- p_origins: where it is begun from: the address prefix's hash of now, that of before, and the device's two where it gave a
-- name of itself; null where the deployment does not ask for that.
create or replace function session_new(p_account bigint, p_token bytea, p_origins bytea[] default null) returns void
language sql volatile as $$
    insert into session (token, account, expires, muted_until, prefix, device)
    select p_token, a.id, now() + interval '30 days', a.muted_until, p_origins[1], p_origins[3]
      from account a where a.id = p_account
$$;

-- 202 when the name is taken.
create or replace function account_name(p_account bigint, p_name text, p_scheme text, p_salt bytea, p_hash bytea, p_cost text)
returns void language plpgsql volatile as $$
begin
    update account set name = p_name, scheme = p_scheme, salt = p_salt, hash = p_hash, cost = p_cost where id = p_account;
exception when unique_violation then
    perform fail(202, 'account_exists');
end $$;

create or replace function api.register(p_token bytea, p_name text, p_scheme text, p_salt bytea, p_hash bytea, p_cost text,
                                        p_nickname text, p_locale text, p_origins bytea[] default null, p_flag text default null)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := account_new(p_locale, p_nickname);
begin
    perform account_name(v_account, p_name, p_scheme, p_salt, p_hash, p_cost);
    perform field_flag(v_account, null, p_flag);
    perform session_new(v_account, p_token, p_origins);
    return next ('reply', 200, user_json(v_account))::act;
end $$;

-- p_old: the token that the caller had before, or null. A guest who was banned is told so.
create or replace function api.login_guest(p_token bytea, p_locale text, p_old bytea default null, p_pow bytea default null,
                                           p_pow_expires bigint default null, p_origins bytea[] default null)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint;
begin
    perform ban_check(a) from barred b join account a on a.id = b.account where b.token = p_old;
    perform address_weigh(p_origins, p_pow);
    perform pow_use(p_pow, p_pow_expires);
    v_account := account_new(p_locale, null);
    perform session_new(v_account, p_token, p_origins);
    return next ('reply', 200, user_json(v_account))::act;
end $$;

-- What a login is checked against; no row for a name that is not there. A proof of work is used up here, since after
-- this a password is hashed for it.
create or replace function api.login_find(p_name text, p_pow bytea default null, p_pow_expires bigint default null)
returns table (account bigint, scheme text, salt bytea, hash bytea, cost text, name text) language plpgsql volatile as $$
begin
    perform pow_use(p_pow, p_pow_expires);
    return query select a.id, a.scheme, a.salt, a.hash, a.cost, a.name from account a where a.name = p_name;
end $$;

-- The same for the account of a session, which must have a password.
create or replace function api.password_find(p_token bytea)
returns table (account bigint, scheme text, salt bytea, hash bytea, cost text, name text) language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
begin
    return query select a.id, a.scheme, a.salt, a.hash, a.cost, a.name from account a where a.id = v_account and a.name is not null;
    if not found then
        perform fail(409, 'no_password');
    end if;
end $$;

-- 202 for the blacklisted, who are told what ban_json says.
create or replace function ban_check(a account) returns void language plpgsql volatile as $$
begin
    if a.banned_until > clock() then
        perform fail(202, 'blacklisted', '', ban_json(a));
    end if;
end $$;

-- Opens a session, unless the account is banned. The caller holds its row `for share`: a ban waits for that, or is seen.
create or replace function session_open(p_account account, p_token bytea, p_origins bytea[]) returns setof act
language plpgsql volatile as $$
begin
    perform ban_check(p_account);
    if p_account.banned_until is not null then      -- a ban that is over
        perform departures_cancel(p_account.id);
    end if;
    perform session_new(p_account.id, p_token, p_origins);
    return next ('reply', 200, user_json(p_account.id))::act;
end $$;

-- After the right password: p_hash is what it was checked against, so that a password changed meanwhile opens nothing.
create or replace function api.login(p_token bytea, p_account bigint, p_hash bytea, p_origins bytea[] default null)
returns setof act
language plpgsql volatile as $$
declare
    v_account account;
begin
    select * into v_account from account a where a.id = p_account and a.hash = p_hash for share;
    if v_account.id is null then
        perform fail(404, 'bad_credentials');
    end if;
    return query select * from session_open(v_account, p_token, p_origins);
end $$;

-- p_openid_sealed: only where WeChat is asked about what its users say, else null.
create or replace function api.login_wechat(p_token bytea, p_openid_hash bytea, p_openid_sealed bytea, p_locale text,
                                            p_origins bytea[] default null)
returns setof act language plpgsql volatile as $$
declare
    v_account account;
begin
    perform pg_advisory_xact_lock(hashtextextended(encode(p_openid_hash, 'hex'), 0));
    select * into v_account from account a where a.openid_hash = p_openid_hash for share;
    if v_account.id is null then
        v_account.id := account_new(p_locale, null);
        update account set openid_hash = p_openid_hash, openid_sealed = p_openid_sealed
         where id = v_account.id returning * into v_account;
    elsif (v_account.openid_sealed is null) <> (p_openid_sealed is null) then
        update account set openid_sealed = p_openid_sealed where id = v_account.id;
    end if;
    return query select * from session_open(v_account, p_token, p_origins);
end $$;

-- The account's sessions (p_only, or all but p_except), held until the end of the transaction: a socket that is being
-- opened with one of them is there when this returns, and is ended with the others.
create or replace function sessions_lock(p_account bigint, p_only bytea, p_except bytea) returns bytea[]
language sql volatile as $$
    select array_agg(held.token)
      from (select s.token from session s
             where s.account = p_account and (p_only is null or s.token = p_only)
               and (p_except is null or s.token <> p_except)
             order by s.token for update) held
$$;

create or replace function api.logout(p_token bytea, p_all boolean) returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_tokens bytea[];
begin
    v_tokens := sessions_lock(v_account, case when p_all then null else p_token end, null);
    return query select * from connections_end(v_tokens, 'logged_out');
    delete from session where token = any (v_tokens);
    -- Nobody is left to hear of a match.
    delete from wait where account = v_account and not exists (select from session s where s.account = v_account);
    return next ('reply', 204, null)::act;
end $$;

create or replace function api.me(p_token bytea) returns setof act language sql stable as $$
    select 'reply'::text, '200'::text, user_json(session_account(p_token))
$$;

-- 204 for a guest, who may take a name: asked before a password is hashed.
create or replace function api.me_unnamed(p_token bytea) returns setof act language plpgsql stable as $$
declare
    v_account bigint := session_account(p_token);
begin
    if exists (select from account a where a.id = v_account and a.name is not null) then
        perform fail(409, 'has_account');
    end if;
    return next ('reply', 204, null)::act;
end $$;

-- Changes what is not null. A name with a password makes a guest an account. One's own sockets hear that there is something
-- to ask for, and not what: no frame carries a name.
create or replace function api.me_update(p_token bytea, p_nickname text, p_locale text,
                                         p_name text, p_salt bytea, p_hash bytea, p_cost text, p_flag text default null)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
begin
    if p_name is not null then
        perform 1 from account a where a.id = v_account and a.name is null for no key update;
        if not found then
            perform fail(409, 'has_account');
        end if;
        perform account_name(v_account, p_name, 'v2', p_salt, p_hash, p_cost);
    end if;
    update user_info set nickname = coalesce(p_nickname, nickname), locale = coalesce(p_locale, locale)
     where account = v_account;
    perform field_flag(v_account, null, p_flag);
    return next ('frame', account_channels(v_account), '{"type":"me"}')::act;
    return next ('reply', 200, user_json(v_account))::act;
end $$;

-- Every other session of the account ends, and its sockets with it.
create or replace function api.password_change(p_token bytea, p_old_hash bytea, p_salt bytea, p_hash bytea, p_cost text)
returns setof act language plpgsql volatile as $$
declare
    v_account bigint := session_account(p_token);
    v_tokens bytea[];
begin
    update account set scheme = 'v2', salt = p_salt, hash = p_hash, cost = p_cost where id = v_account and hash = p_old_hash;
    if not found then
        perform fail(404, 'bad_credentials');
    end if;
    v_tokens := sessions_lock(v_account, null, p_token);
    return query select * from connections_end(v_tokens, 'logged_out');
    delete from session where token = any (v_tokens);
    return next ('reply', 204, null)::act;
end $$;
