/*
 * All that is held about an account, for its owner: one JSON document, section by section, page by page, so that it takes the
 * same memory however long somebody has been here.
 */
#include "download.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 500, CURSOR_MAX = 96 };

/* The columns of api.account_export. */
enum { EXPORT_CURSOR, EXPORT_ROW };

static const char *const sections[] = {"sessions", "sockets",  "waits", "notices", "matches",
                                       "rooms",    "messages", "held",  "uploads", "reactions",
                                       "blocks",   "shares",   "media", "reports", "warnings"};
enum { SECTIONS = sizeof sections / sizeof *sections };

/* One page of a section behind the cursor, which moves on. Returns how many rows it had, or -1: it could not go on. */
static int page_write(struct request *r, const char *section, char cursor[CURSOR_MAX])
{
	struct db_params params = {.count = 4,
	                           .values = {act_bytea(r, r->token, sizeof r->token), section, cursor, act_int(r, PAGE)}};
	PGresult *page = db_call("account_export", &params);
	int rows = PQresultStatus(page) == PGRES_TUPLES_OK ? PQntuples(page) : -1;
	for (int row = 0; row < rows; row++) {
		buf_text(&r->reply, cursor[0] ? ",\n" : "\n");
		buf_add(&r->reply, PQgetvalue(page, row, EXPORT_ROW), (size_t)PQgetlength(page, row, EXPORT_ROW));
		snprintf(cursor, CURSOR_MAX, "%s", PQgetvalue(page, row, EXPORT_CURSOR));
		if (!download_flush(r))
			rows = -1;
	}
	PQclear(page);
	return rows;
}

static bool section_write(struct request *r, const char *section)
{
	char cursor[CURSOR_MAX] = "";
	int rows;
	buf_printf(&r->reply, ",\n\"%s\":[", section);
	do {
		rows = download_late(r) ? -1 : page_write(r, section, cursor);
	} while (rows == PAGE);
	buf_text(&r->reply, "]");
	return rows >= 0;
}

/* The head stands in the reply: {exported, account}. */
static int export_write(struct request *r)
{
	int status = ACT0(r, "account_export_head");
	if (status != 200)
		return status;
	reply_header(r, "Content-Disposition", "attachment; filename=\"driftline-account.json\"");
	r->reply.size--; /* its closing brace */
	for (size_t i = 0; i < SECTIONS; i++)
		if (!section_write(r, sections[i]))
			return BROKEN;
	buf_text(&r->reply, "}\n");
	return loop_flush(r) ? 200 : BROKEN;
}

/* GET /me/export: all that is held about the caller, as a download. 503 busy while others are at theirs. */
int account_export(struct request *r)
{
	return download(r, export_write);
}
