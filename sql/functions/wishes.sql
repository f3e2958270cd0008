-- Wishes in a private chat: to show one's profile, to keep what was said. Only when both wish the same does anything happen.
-- Until then a wish is in what its own owner sees and in nothing else: no frame, time or order tells the other of it.
set local search_path = driftline;

-- Wishes, or takes the wish back as long as the other has not wished it too. p_wish: reveal, keep.
create or replace function api.room_wish(p_token bytea, p_room text, p_wish text, p_on boolean) returns setof act
language plpgsql volatile as $$
declare
    me member := session_member(p_token, p_room);
    r room;
    peer member;
    v_wished boolean;
    v_answered boolean;
begin
    select * into r from room where key = me.room for no key update;    -- two wishes at once come one after the other
    if r.kind <> 'private' then
        perform fail(403, 'not_private');
    elsif r.ended_at is not null then
        perform fail(409, 'room_ended');
    end if;
    select * into me from member where key = me.key;
    select * into peer from member where room = r.key and key <> me.key;
    v_wished := case p_wish when 'reveal' then me.revealing else me.keeping end;
    v_answered := case p_wish when 'reveal' then peer.revealing else peer.keeping end;
    if p_on <> v_wished and not (v_wished and v_answered) then
        update member
           set revealing = case p_wish when 'reveal' then p_on else revealing end,
               keeping = case p_wish when 'keep' then p_on else keeping end,
               changed_at = clock_timestamp()
         where key = me.key;
        if p_on and v_answered then
            update room
               set revealed_at = case p_wish when 'reveal' then clock_timestamp() else revealed_at end,
                   kept_at = case p_wish when 'keep' then clock_timestamp() else kept_at end,
                   changed_at = clock_timestamp()
             where key = r.key;
            if p_wish = 'reveal' then
                perform avatar_lend(m) from member m where m.key in (me.key, peer.key);
            end if;
            return query
            select 'frame', account_channels(m.account),
                   '{"type":"' || p_wish || '","room":"' || p_room || '","detail":' || room_json(m.key) || '}'
              from member m where m.key in (me.key, peer.key);
        else
            return next room_frame_own(me);
        end if;
    end if;
    return next ('reply', 200, room_json(me.key))::act;
end $$;
