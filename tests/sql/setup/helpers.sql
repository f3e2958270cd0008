-- What the tests are written in: people with a name for a token, calls that answer "status code field".
create schema t;
set search_path = t, driftline, api, tap, public;

create table acts (kind text, target text, body text); -- the last call's

create function tok(p_name text) returns bytea language sql immutable as $$ select convert_to(p_name, 'utf8') $$;

-- Someone new, whose session's token is the name.
create function guest(p_name text) returns bigint language plpgsql as $$
begin
    perform api.login_guest(tok(p_name), 'en');
    return (select account from session where token = tok(p_name));
end $$;

create function account_of(p_name text) returns bigint language sql stable as $$
    select account from session where token = tok(p_name)
$$;

-- Calls a function that returns act rows and keeps them in acts. Returns the status, or "status code field" of a failure.
create function run(p_call text) returns text language plpgsql as $$
declare
    v_code text;
    v_field text;
    v_detail text;
begin
    delete from acts;
    begin
        execute 'insert into acts (kind, target, body) select * from ' || p_call;
    exception when others then
        if sqlstate not like 'DL%' then
            raise;
        end if;
        get stacked diagnostics v_code = message_text, v_field = column_name, v_detail = pg_exception_detail;
        insert into acts values ('detail', '', v_detail);
        return concat_ws(' ', substr(sqlstate, 3), v_code, nullif(v_field, ''));
    end;
    return coalesce((select target from acts where kind = 'reply'), 'none');
end $$;

create function call(p_call text) returns text language sql as $$ select run('api.' || p_call) $$;

create function body() returns jsonb language sql stable as $$ select body::jsonb from acts where kind = 'reply' $$;
create function frame(p_type text) returns jsonb language sql stable as $$
    select body::jsonb from acts where kind in ('frame', 'bye') and body::jsonb ->> 'type' = p_type
$$;
create function frame_channels(p_type text) returns text language sql stable as $$
    select target from acts where kind in ('frame', 'bye') and body::jsonb ->> 'type' = p_type
$$;

-- A wait of one's own. Returns the state.
create function wait_for(p_name text, p_tags text[] default '{}', p_relax int default 15) returns text language plpgsql as $$
begin
    perform call(format('match_start(%L, ''private'', %L, 15, %s)', tok(p_name), p_tags, p_relax));
    return body() ->> 'state';
end $$;

-- The room of two people who are matched with each other.
create function pair(p_one text, p_other text) returns text language plpgsql as $$
begin
    delete from wait;
    perform wait_for(p_one);
    perform wait_for(p_other);
    return body() -> 'room' ->> 'id';
end $$;

-- One line. Returns "status seq", or "status code".
create function say(p_name text, p_room text, p_body text, p_client uuid default gen_random_uuid(), p_reply int default null)
returns text language sql as $$
    select a.status || ' ' || coalesce(a.code, a.seq::text)
      from api.message_append(array[tok(p_name)], array[p_room], array[p_client], array[p_body], array[p_reply]) a
$$;

create function socket(p_name text) returns text language plpgsql as $$
declare
    v_ticket bytea := gen_random_bytes(32);
begin
    perform call(format('stream(%L, %L)', tok(p_name), v_ticket));
    perform call(format('stream_open(%L)', v_ticket));
    return (select body from acts where kind = 'reply');
end $$;

create function member_of(p_name text, p_room text) returns member language sql stable as $$
    select m.* from member m join room r on r.key = m.room where r.id = p_room and m.account = account_of(p_name)
$$;

-- A group, which nothing of the API makes yet: its tables and functions are ready for one.
create function group_of(variadic p_names text[]) returns text language plpgsql as $$
declare
    v_room room;
    v_name text;
begin
    insert into room (id, kind, capacity) values (random_id(), 'group', 100) returning * into v_room;
    foreach v_name in array p_names loop
        perform member_new(v_room.key, account_of(v_name), 1, case when v_name = p_names[1] then 'owner' else 'member' end);
    end loop;
    return v_room.id;
end $$;

-- An admin whose token is the name, and a call of a function of schema admin_api by one: p_rest are the arguments behind
-- token and role, as SQL has them.
create function admin_new(p_name text, p_role text default 'moderator') returns void language sql as $$
    insert into admin (name, role) values (p_name, p_role);
    select admin_token_add((select id from admin where name = p_name), tok(p_name), 1);
$$;
create function admin_call(p_name text, p_function text, p_rest text default '', p_asks text default 'moderator') returns text
language sql as $$
    select run(format('admin_api.%I(%L, %L%s)', p_function, tok(p_name), p_asks, coalesce(', ' || nullif(p_rest, ''), '')))
$$;
-- The last thing that the audit log has: "admin command target note".
create function audited() returns text language sql stable as $$
    select concat_ws(' ', a.name, u.command, nullif(u.target, ''), nullif(u.note, '')) from audit u join admin a on a.id = u.admin
     order by u.id desc limit 1
$$;
