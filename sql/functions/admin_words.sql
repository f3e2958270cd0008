-- The word filter's list, and lines that wait for a moderator.
set local search_path = driftline;

create or replace function admin_api.words_list(p_token bytea, p_role text, p_class text, p_query text, p_cursor text, p_limit int)
returns setof act language plpgsql stable as $$
declare
    v_after bigint := coalesce(cursor_number(p_cursor), 0);
begin
    perform admin_enter(p_token, p_role);
    return query
    select 'reply', '200', page_json(array_agg(x.item order by x.id), array_agg(x.id::text order by x.id), p_limit)
      from (select w.id, json_build_object('word', w.id, 'class', w.class, 'pattern', w.pattern, 'admin', a.name, 'at', rfc3339(w.at))::text as item
              from word w left join admin a on a.id = w.added_by
             where w.id > v_after and (p_class is null or w.class = p_class)
               and (p_query is null or position(fold_text(p_query) in fold_text(w.pattern)) > 0)
             order by w.id limit p_limit + 1) x;
end $$;

-- A pattern that is there already gets the class. The programs take it up within seconds.
create or replace function admin_api.words_add(p_token bytea, p_role text, p_pattern text, p_class text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    w word;
begin
    insert into word (pattern, class, added_by) values (p_pattern, p_class, me.id)
    on conflict (pattern) do update set class = excluded.class, added_by = excluded.added_by, at = now()
    returning * into w;
    perform audit_add(me.id, 'words add', w.id::text, '', jsonb_build_object('pattern', p_pattern, 'class', p_class));
    return next ('reply', 201, json_build_object('word', w.id, 'class', w.class, 'pattern', w.pattern))::act;
end $$;

-- 404 no_word.
create or replace function admin_api.words_remove(p_token bytea, p_role text, p_pattern text, p_note text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    w word;
begin
    delete from word where pattern = p_pattern returning * into w;
    if w.id is null then
        perform fail(404, 'no_word');
    end if;
    perform audit_add(me.id, 'words remove', w.id::text, p_note, jsonb_build_object('pattern', w.pattern, 'class', w.class));
    return next ('reply', 204, null)::act;
end $$;

-- The whole list, for trying a text on it: [[id, class, pattern] …].
create or replace function admin_api.words_all(p_token bytea, p_role text) returns setof act language plpgsql stable as $$
begin
    perform admin_enter(p_token, p_role);
    return next ('reply', 200, (select coalesce(json_agg(json_build_array(w.id, w.class, w.pattern) order by w.id), '[]') from word w))::act;
end $$;

-- Lines that wait, the oldest first. That they were looked at is on record.
create or replace function admin_api.held_list(p_token bytea, p_role text, p_cursor text, p_limit int) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    v_offset int := least(coalesce(cursor_number(p_cursor), 0), 100000);
    v_items text[];
begin
    select array_agg(held_case(h)::text order by h.at, h.id) into v_items
      from (select * from held where refused_at is null order by at, id limit p_limit + 1 offset v_offset) h;
    perform audit_add(me.id, 'held list', '');
    return next ('reply', 200, page_json(v_items, array_fill((v_offset + p_limit)::text, array[p_limit]), p_limit))::act;
end $$;

create or replace function admin_api.held_show(p_token bytea, p_role text, p_held text) returns setof act language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
    h held;
    a account;
begin
    select * into h from held where id = p_held and refused_at is null;
    if h.id is null then
        perform fail(404, 'no_held');
    end if;
    select o.* into a from account o join member m on m.account = o.id where m.key = h.member;
    perform audit_add(me.id, 'held show', h.id);
    return next ('reply', 200, held_case(h)::jsonb || jsonb_build_object('standing', standing_json(a), 'steps', steps_json(a.id)))::act;
end $$;

create or replace function admin_api.held_decide(p_token bytea, p_role text, p_held text, p_approve boolean, p_note text) returns setof act
language plpgsql volatile as $$
declare
    me admin := admin_enter(p_token, p_role);
begin
    return query select * from held_decide(p_held, p_approve);
    perform audit_add(me.id, case when p_approve then 'held approve' else 'held refuse' end, p_held, p_note);
end $$;
