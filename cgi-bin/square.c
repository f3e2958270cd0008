/* The square: public groups in an order, by tag, by words. The work is done by sql/functions/square.sql. */
#include "app.h"

#include <string.h>

enum { TAG_CHARACTERS = 20, QUERY_CHARACTERS = 100 };

/* Whether text is one of the square's cursors: one of these letters, then three numbers that microseconds fit in. */
static bool is_cursor(const char *text, const char *letters)
{
	if (*text == '\0' || strchr(letters, *text) == NULL)
		return false;
	text++;
	for (int i = 0; i < 3; i++) {
		size_t digits = *text == '.' ? strspn(text + 1, "0123456789") : 0;
		if (digits < 1 || digits > 16)
			return false;
		text += digits + 1;
	}
	return *text == '\0';
}

/* GET /rooms?sort=active|new|quiet&tag=&cursor=&limit=: public groups as their order stood when the scroll began. */
int rooms_list(struct request *r)
{
	const char *sort = request_query(r, "sort"), *cursor = request_query(r, "cursor"), *tag, *limit;
	TRY(query_text(r, "tag", TAG_CHARACTERS, &tag));
	TRY(query_int(r, "limit", 1, 50, &limit));
	sort = sort != NULL ? sort : "active";
	if (strcmp(sort, "active") != 0 && strcmp(sort, "new") != 0 && strcmp(sort, "quiet") != 0)
		return fail_field(r, "sort");
	if (cursor != NULL && !is_cursor(cursor, arena_copy(&r->arena, sort, 1)))
		return fail_field(r, "cursor");
	return ACT(r, "rooms_list", sort, tag, cursor, limit != NULL ? limit : "50");
}

/* GET /rooms/search?q=&cursor=&limit=: public groups that have all words of q, by topic and tags before the others. */
int rooms_search(struct request *r)
{
	const char *cursor = request_query(r, "cursor"), *query, *limit;
	TRY(query_text(r, "q", QUERY_CHARACTERS, &query));
	TRY(query_int(r, "limit", 1, 50, &limit));
	if (query == NULL)
		return fail_field(r, "q");
	if (cursor != NULL && !is_cursor(cursor, "hd"))
		return fail_field(r, "cursor");
	return ACT(r, "rooms_search", query, cursor, limit != NULL ? limit : "50");
}
