-- The admin program's own side: who calls, what they may, the record of what they do, admins and their tokens. A function of
-- schema admin_api takes the digest of the caller's token and the role that its row in cgi-bin/admin_routes.c asks for.
set local search_path = driftline;

-- The admin behind a token; 401 for a token that is none, has expired or is a disabled admin's, 403 where a moderator asks
-- for what is an owner's.
create or replace function admin_enter(p_token bytea, p_role text) returns admin language plpgsql stable as $$
declare
    v_admin admin;
begin
    select a.* into v_admin from admin_token t join admin a on a.id = t.admin
     where t.token = p_token and t.expires > now() and a.disabled is null;
    if v_admin.id is null then
        perform fail(401, 'unauthorized');
    elsif p_role = 'owner' and v_admin.role <> 'owner' then
        perform fail(403, 'owners_only');
    end if;
    return v_admin;
end $$;

-- What is in the record stays as it is, whoever asks; what is older than a year may go (api.retain).
create or replace function audit_keep() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < clock_timestamp() - interval '365 days' then
        return old;
    end if;
    raise exception using errcode = '42501', message = 'the audit log is append-only';
end $$;

create or replace trigger audit_keep before update or truncate on audit
    for each statement execute function audit_keep();
create or replace trigger audit_keep_row before delete on audit
    for each row execute function audit_keep();

create or replace function audit_add(p_admin bigint, p_command text, p_target text, p_note text default '', p_detail jsonb default '{}')
returns void language sql volatile as $$
    insert into audit (admin, command, target, note, detail)
    values (p_admin, p_command, coalesce(p_target, ''), coalesce(p_note, ''), jsonb_strip_nulls(p_detail))
$$;

-- A page of a list, whose rows come with what the next page would begin behind: up to one row more than p_limit.
create or replace function page_json(p_items text[], p_keys text[], p_limit int) returns text language sql immutable as $$
    select '{"items":[' || coalesce(array_to_string(p_items[:p_limit], ','), '') || '],"next":'
        || case when cardinality(p_items) > p_limit then to_json(p_keys[p_limit])::text else 'null' end || '}'
$$;

-- A cursor that is a number; null for none, 422 for what is not one.
create or replace function cursor_number(p_cursor text) returns bigint language plpgsql immutable as $$
begin
    if p_cursor !~ '^[0-9]{1,18}$' then
        perform fail(422, 'invalid_field', 'cursor');
    end if;
    return p_cursor::bigint;
end $$;

create or replace function admin_token_add(p_admin bigint, p_token bytea, p_hours int) returns timestamptz language sql volatile as $$
    delete from admin_token where expires <= now();
    insert into admin_token (token, admin, expires) values (p_token, p_admin, now() + make_interval(hours => p_hours))
    returning expires
$$;

-- The machine's own owner, for deploy.sh: whether the token is to be made anew. good: it lives for another week;
-- disabled: another owner has disabled it; else renew.
create or replace function admin_root_state(p_token bytea) returns text language sql stable as $$
    select coalesce((select case when a.disabled is not null then 'disabled'
                                 when exists (select from admin_token t
                                               where t.admin = a.id and t.token = p_token and t.expires > now() + interval '7 days')
                                 then 'good' end
                       from admin a where a.name = 'owner'), 'renew')
$$;

-- Gives it a token in the place of those it had.
create or replace function admin_root_token(p_token bytea, p_hours int) returns void language plpgsql volatile as $$
declare
    v_admin bigint;
begin
    insert into admin (name, role) values ('owner', 'owner') on conflict (name) do nothing;
    select id into v_admin from admin where name = 'owner' for no key update;
    delete from admin_token where admin = v_admin;
    perform admin_token_add(v_admin, p_token, p_hours);
    perform audit_add(v_admin, 'login', 'owner', '', '{"by": "deploy.sh"}');
end $$;

-- What a password is hashed with: the reply is salt and cost, parted by a blank; 404 for no such admin.
create or replace function admin_api.login_salt(p_name text) returns setof act language plpgsql stable as $$
declare
    v_admin admin;
begin
    select * into v_admin from admin where name = p_name and disabled is null and hash is not null;
    if v_admin.id is null then
        return next ('reply', 404, null)::act;
    else
        return next ('reply', 200, encode(v_admin.salt, 'hex') || ' ' || v_admin.cost)::act;
    end if;
end $$;

-- Exchanges a password, hashed, for a token of p_hours. 404 for a wrong one, 429 with the seconds to wait after ten in a
-- row: these are answers and no errors, for what they count has to stay.
create or replace function admin_api.login(p_name text, p_hash bytea, p_token bytea, p_hours int) returns setof act
language plpgsql volatile as $$
declare
    v_admin admin;
    v_expires timestamptz;
begin
    select * into v_admin from admin where name = p_name and disabled is null for no key update;
    if v_admin.failed >= 10 and v_admin.failed_at > now() - interval '15 minutes' then
        return next ('reply', 429, ceil(extract(epoch from v_admin.failed_at + interval '15 minutes' - now()))::int)::act;
    elsif v_admin.hash is distinct from p_hash or p_hash is null then
        update admin set failed = failed + 1, failed_at = now() where id = v_admin.id;
        perform audit_add(v_admin.id, 'login', p_name, '', '{"failed": true}') where v_admin.id is not null;
        return next ('reply', 404, null)::act;
    else
        update admin set failed = 0, failed_at = null where id = v_admin.id;
        v_expires := admin_token_add(v_admin.id, p_token, p_hours);
        perform audit_add(v_admin.id, 'login', p_name);
        return next ('reply', 200, jsonb_build_object('name', p_name, 'role', v_admin.role, 'expires', rfc3339(v_expires)))::act;
    end if;
end $$;

create or replace function admin_api.logout(p_token bytea, p_role text) returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    delete from admin_token where token = p_token;
    perform audit_add(me.id, 'logout', me.name);
    return next ('reply', 204, null)::act;
end $$;

create or replace function admin_api.admins_list(p_token bytea, p_role text, p_cursor text, p_limit int) returns setof act
language plpgsql stable as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    return query
    select 'reply', '200', page_json(array_agg(x.item order by x.name), array_agg(x.name order by x.name), p_limit)
      from (select a.name, json_build_object('name', a.name, 'role', a.role, 'created', rfc3339(a.created), 'disabled', rfc3339(a.disabled),
                                             'password', a.hash is not null, 'self', a.id = me.id,
                                             'tokens', (select count(*) from admin_token t where t.admin = a.id and t.expires > now()))::text as item
              from admin a where p_cursor is null or a.name > p_cursor collate "C"
             order by a.name collate "C" limit p_limit + 1) x;
end $$;

-- A new admin, with a password that the caller hands over. 409 admin_exists.
create or replace function admin_api.admins_add(p_token bytea, p_role text, p_name text, p_new_role text, p_salt bytea, p_hash bytea,
                                                p_cost text)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    insert into admin (name, role, salt, hash, cost) values (p_name, p_new_role, p_salt, p_hash, p_cost) on conflict do nothing;
    if not found then
        perform fail(409, 'admin_exists');
    end if;
    perform audit_add(me.id, 'admins add', p_name, '', jsonb_build_object('role', p_new_role));
    return next ('reply', 201, json_build_object('name', p_name, 'role', p_new_role))::act;
end $$;

-- Another admin; 404 no_admin, 409 yourself.
create or replace function admin_other(me admin, p_name text) returns admin language plpgsql volatile as $$
declare
    v_admin admin;
begin
    select * into v_admin from admin where name = p_name for no key update;
    if v_admin.id is null then
        perform fail(404, 'no_admin');
    elsif v_admin.id = me.id then
        perform fail(409, 'yourself');
    end if;
    return v_admin;
end $$;

-- A disabled admin's tokens are dead, and its password opens nothing.
create or replace function admin_api.admins_disable(p_token bytea, p_role text, p_name text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    v_admin admin := admin_other(me, p_name);
begin
    update admin set disabled = coalesce(disabled, now()) where id = v_admin.id;
    delete from admin_token where admin = v_admin.id;
    perform audit_add(me.id, 'admins disable', p_name);
    return next ('reply', 204, null)::act;
end $$;

create or replace function admin_api.admins_enable(p_token bytea, p_role text, p_name text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    v_admin admin := admin_other(me, p_name);
begin
    update admin set disabled = null, failed = 0, failed_at = null where id = v_admin.id;
    perform audit_add(me.id, 'admins enable', p_name);
    return next ('reply', 204, null)::act;
end $$;

-- Every token of an admin's dies, and whoever has a password has another one: the reply says which of the new ones count.
-- p_name null: one's own, which gets a new token too.
create or replace function admin_api.admins_rotate(p_token bytea, p_role text, p_name text, p_salt bytea, p_hash bytea, p_cost text,
                                                   p_new_token bytea, p_hours int)
returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    v_admin admin;
    v_hours int;
    v_expires timestamptz;
begin
    select * into v_admin from admin where name = coalesce(p_name, me.name) for no key update;
    if v_admin.id is null then
        perform fail(404, 'no_admin');
    end if;
    delete from admin_token where admin = v_admin.id;
    if v_admin.hash is not null then
        update admin set salt = p_salt, hash = p_hash, cost = p_cost, failed = 0, failed_at = null where id = v_admin.id;
    end if;
    if v_admin.id = me.id then
        v_hours := case when v_admin.hash is null then 90 * 24 else p_hours end;
        v_expires := admin_token_add(me.id, p_new_token, v_hours);
    end if;
    perform audit_add(me.id, 'admins rotate', v_admin.name);
    return next ('reply', 200, jsonb_build_object('name', v_admin.name, 'password', v_admin.hash is not null, 'expires', rfc3339(v_expires)))::act;
end $$;

-- What was done, the latest first; p_admin, p_command and p_target narrow it.
create or replace function admin_api.audit(p_token bytea, p_role text, p_admin text, p_command text, p_target text, p_cursor text,
                                           p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_before bigint := coalesce(cursor_number(p_cursor), 9223372036854775807);
begin
    perform admin_enter(p_token, p_role);
    return query
    select 'reply', '200', page_json(array_agg(x.item order by x.id desc), array_agg(x.id::text order by x.id desc), p_limit)
      from (select u.id, json_build_object('at', rfc3339(u.at), 'admin', a.name, 'command', u.command, 'target', u.target,
                                           'note', u.note, 'detail', u.detail)::text as item
              from audit u join admin a on a.id = u.admin
             where u.id < v_before and (p_admin is null or a.name = p_admin) and (p_target is null or u.target = p_target)
               and (p_command is null or u.command = p_command or starts_with(u.command, p_command || ' '))
             order by u.id desc limit p_limit + 1) x;
end $$;
