/* Rooms, as admins see them: without what was said, and without whose account a mask is. */
#include "admin.h"

enum { QUERY_MAX = 100 };

/* /rooms/list {state? = "open" | "ended" | "all", query?, cursor?, limit?}: groups, the latest made first. */
int admin_rooms_list(struct request *r)
{
	const char *state, *query, *cursor, *limit;
	TRY(field_word(r, "state", OPTIONAL, "open ended all", &state));
	TRY(field_text(r, "query", OPTIONAL, TEXT_NAME, QUERY_MAX, &query));
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "rooms_list", state != NULL ? state : "open", query, cursor, limit);
}

/* /rooms/show {room}: a room of either kind, with the masks in it; 404 no_room. */
int admin_rooms_show(struct request *r)
{
	const char *room;
	TRY(admin_id(r, "room", REQUIRED, &room));
	return ACT(r, "rooms_show", room);
}

/* /rooms/close {room, note?}: 204, nobody writes there any more; 404 no_room, 409 room_ended. */
int admin_rooms_close(struct request *r)
{
	const char *room, *note;
	TRY(admin_id(r, "room", REQUIRED, &room));
	TRY(admin_note(r, &note));
	return ACT(r, "rooms_close", room, note);
}
