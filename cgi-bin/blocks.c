/* Blocks: whom one does not want to meet or see again, by their masks. sql/functions/blocks.sql does the work. */
#include "app.h"

#include <string.h>

static int block_set(struct request *r, const char *function)
{
	enum { ID_MAX = 64 };
	const char *room, *member;
	TRY(field_text(r, "room", REQUIRED, TEXT_NAME, ID_MAX, &room));
	TRY(field_text(r, "member", REQUIRED, TEXT_NAME, ID_MAX, &member));
	return ACT(r, function, room, member);
}

/* POST /blocks {room, member}: 204, repeated too; 404 no_room, no_member; 409 yourself. */
int block_add(struct request *r)
{
	return block_set(r, "block_add");
}

/* DELETE /blocks {room, member}: 204, also where there was none. */
int block_remove(struct request *r)
{
	return block_set(r, "block_remove");
}

/* A cursor of api.blocks: microseconds and a mask's id. */
static bool is_cursor(const char *text)
{
	enum { MASK_SIZE = 16 };
	size_t digits = strspn(text, "0123456789");
	const char *mask = text + digits + 1;
	return digits > 0 && digits <= 18 && text[digits] == '.' && strlen(mask) == MASK_SIZE &&
	       strspn(mask, "0123456789abcdef") == MASK_SIZE;
}

/* GET /blocks?cursor=&limit=: the masks that the caller has blocked, the latest first. */
int blocks_list(struct request *r)
{
	const char *limit, *cursor = request_query(r, "cursor");
	TRY(query_int(r, "limit", 1, 50, &limit));
	if (cursor != NULL && !is_cursor(cursor))
		return fail_field(r, "cursor");
	return ACT(r, "blocks", cursor, limit != NULL ? limit : "50");
}
