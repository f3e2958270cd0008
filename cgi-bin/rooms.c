/* Rooms as their members see them. */
#include "app.h"

#include <string.h>

/* GET /rooms/{room}: room; 404 no_room for one that is not there or never was the caller's. */
int room_get(struct request *r)
{
	return ACT(r, "room", r->args[0]);
}

/* POST /rooms/{room}/leave: 204. A private chat ends for both, the partner is told at once. */
int room_leave(struct request *r)
{
	return ACT(r, "room_leave", r->args[0]);
}

/* A cursor of api.conversations: pinned or not, microseconds, the room's id. */
static bool is_cursor(const char *text)
{
	static const char digits[] = "0123456789";
	size_t at = strspn(text, digits);
	if (at != 1 || text[at] != '.')
		return false;
	text += at + 1;
	at = strspn(text, digits);
	return at > 0 && at <= 18 && text[at] == '.' && strlen(text + at + 1) == ID_SIZE;
}

/* GET /conversations?cursor=&limit=: the caller's rooms, pinned, then latest first. */
int conversations_list(struct request *r)
{
	const char *limit, *cursor = request_query(r, "cursor");
	TRY(query_int(r, "limit", 1, 50, &limit));
	if (cursor != NULL && !is_cursor(cursor))
		return fail_field(r, "cursor");
	return ACT(r, "conversations", cursor, limit != NULL ? limit : "50");
}
