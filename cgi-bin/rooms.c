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

static bool is_cursor(const char *text)
{
	int dots = 0;
	for (const char *p = text; *p; p++)
		dots += *p == '.';
	return dots == 2 && strlen(text) < 48 && strspn(text, "0123456789.") == strlen(text) &&
	       strstr(text, "..") == NULL && text[0] != '.' && text[strlen(text) - 1] != '.' && strcspn(text, ".") == 1 &&
	       strlen(strrchr(text, '.')) < 18;
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
