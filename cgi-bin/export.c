/*
 * The export of a room, at any length in the same memory: pages of lines come from the database, are written in a
 * format, and go out before the next one is asked for.
 */
#include "download.h"
#include "export.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 500 };

static const char *text_of(json_object *object, const char *name)
{
	json_object *value;
	return json_object_object_get_ex(object, name, &value) ? json_object_get_string(value) : "";
}

/* A group is called by its topic, a chat by whom it was with. */
static const char *title_of(struct request *r, json_object *room)
{
	json_object *peer;
	if (!json_object_object_get_ex(room, "peer", &peer))
		return text_of(room, "topic");
	const char *name = text_of(peer, "nickname");
	if (!name[0])
		name = text_of(peer, r->chinese ? "alias_zh" : "alias");
	return arena_printf(&r->arena, r->chinese ? "与%s的聊天" : "Chat with %s", name);
}

/* Takes the head out of the reply. Returns the seq of the last line. */
static int head_take(struct request *r, struct export *export)
{
	json_object *head = json_tokener_parse(r->reply.text), *room = NULL;
	json_object_object_get_ex(head, "room", &room);
	const char *title = title_of(r, room), *exported = text_of(head, "exported");
	const char *json = json_object_to_json_string_ext(room, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	export->title = arena_copy(&r->arena, title, strlen(title));
	export->exported = arena_copy(&r->arena, exported, strlen(exported));
	export->room = arena_copy(&r->arena, json, strlen(json));
	int last = atoi(text_of(head, "last"));
	json_object_put(head);
	r->reply.size = 0;
	return last;
}

/* Where the pages have come to. */
struct pages {
	struct db_params params; /* of api.export_lines */
	char after[12]; /* one of them: the last seq that has come */
	bool ended;
};

static void pages_begin(struct pages *pages, struct request *r, int last, bool json)
{
	*pages = (struct pages){.after = "0"};
	pages->params = (struct db_params){.count = 6,
	                                   .values = {act_bytea(r, r->token, sizeof r->token), r->args[0], pages->after,
	                                              act_int(r, last), act_int(r, PAGE), act_bool(json)}};
}

/* Writes the lines of a page. False: nobody reads any more. */
static bool lines_write(struct request *r, struct export *export, const struct export_format *format)
{
	for (int row = 0; row < PQntuples(export->page); row++) {
		if (PQgetisnull(export->page, row, EXPORT_MEMBER))
			continue;
		format->line(export, row);
		export->begun = true;
		if (!download_flush(r))
			return false;
	}
	return true;
}

/* The next page. False: the database failed, or nobody reads any more. */
static bool page_write(struct request *r, struct export *export, const struct export_format *format,
                       struct pages *pages)
{
	PGresult *page = db_call("export_lines", &pages->params);
	export->page = page;
	bool written = PQresultStatus(page) == PGRES_TUPLES_OK && lines_write(r, export, format);
	int rows = PQntuples(page);
	if (rows > 0)
		snprintf(pages->after, sizeof pages->after, "%s", PQgetvalue(page, rows - 1, EXPORT_SEQ));
	pages->ended = rows < PAGE;
	PQclear(page);
	return written;
}

static int export_write(struct request *r)
{
	const char *name = request_query(r, "format");
	const struct export_format *format = export_format(name != NULL ? name : "txt");
	if (format == NULL)
		return fail_field(r, "format");
	struct export export = {.out = &r->reply, .chinese = r->chinese};
	int status = ACT(r, "export_head", r->args[0]);
	if (status != 200)
		return status;
	struct pages pages;
	pages_begin(&pages, r, head_take(r, &export), strcmp(format->name, "json") == 0);
	reply_header(r, "Content-Type", "%s; charset=utf-8", format->type);
	reply_header(r, "Content-Disposition", "attachment; filename=\"driftline-%.10s.%s\"", export.exported,
	             format->name);
	format->begin(&export);
	while (!pages.ended)
		if (download_late(r) || !page_write(r, &export, format, &pages))
			return BROKEN;
	format->end(&export);
	return loop_flush(r) ? 200 : BROKEN;
}

/*
 * GET /rooms/{room}/export?format=txt|json|csv|html: what the caller may read there, as a download. 503 busy while
 * others are at it.
 */
int export_get(struct request *r)
{
	return download(r, export_write);
}
