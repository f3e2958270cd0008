/*
 * Reports, what came of them, and the caller's own warnings with what can be said against them. The work is done in
 * sql/functions/reports.sql, cases.sql and warnings.sql.
 */
#include "app.h"

#include <limits.h>

enum { ID_MAX = 64, NOTE_MAX = 1000 };

/* Up to 20 seqs, as a PostgreSQL array literal; "{}" when absent. */
static int seqs_read(struct request *r, const char **seqs)
{
	enum { SEQS_MAX = 20 };
	json_object *list = NULL;
	struct buf array = {.arena = &r->arena};
	size_t count = 0;
	*seqs = "{}";
	if (json_object_object_get_ex(r->body, "seqs", &list)) {
		if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) > SEQS_MAX)
			return fail_field(r, "seqs");
		count = json_object_array_length(list);
	}
	buf_text(&array, "{");
	for (size_t i = 0; i < count; i++) {
		json_object *seq = json_object_array_get_idx(list, i);
		int64_t number = json_object_is_type(seq, json_type_int) ? json_object_get_int64(seq) : 0;
		if (number < 1 || number > INT_MAX - SEQS_MAX)
			return fail_field(r, "seqs");
		buf_printf(&array, "%s%d", i == 0 ? "" : ",", (int)number);
	}
	buf_text(&array, "}");
	*seqs = array.text;
	return 0;
}

/*
 * POST /reports {room, member?, seqs?, reason, note?}: 201 report; without a member the room itself. Open already: the
 * same one, with the lines added. 404 no_room, no_member; 409 yourself; 422 seqs that the caller may not see.
 */
int report_add(struct request *r)
{
	const char *room, *member, *seqs, *reason, *note;
	TRY(field_text(r, "room", REQUIRED, TEXT_NAME, ID_MAX, &room));
	TRY(field_text(r, "member", OPTIONAL, TEXT_NAME, ID_MAX, &member));
	TRY(seqs_read(r, &seqs));
	TRY(field_word(r, "reason", REQUIRED, "harassment sexual minor spam illegal self_harm other", &reason));
	TRY(field_text(r, "note", OPTIONAL, TEXT_BODY, NOTE_MAX, &note));
	return ACT(r, "report_add", room, member, seqs, reason, note != NULL ? note : "", rules_json(&r->arena));
}

/* A page of one's own reports or warnings; its cursor is an id. */
static int page_answer(struct request *r, const char *function)
{
	const char *limit, *cursor;
	TRY(query_int(r, "limit", 1, 50, &limit));
	TRY(query_text(r, "cursor", ID_MAX, &cursor));
	return ACT(r, function, cursor, limit != NULL ? limit : "50");
}

/* GET /reports?cursor=&limit=: the caller's, the latest first, with what came of them. */
int reports_list(struct request *r)
{
	return page_answer(r, "reports");
}

/* GET /warnings?cursor=&limit=: the caller's, the latest first. */
int warnings_list(struct request *r)
{
	return page_answer(r, "warnings");
}

/* POST /warnings/{warning}/seen: 204, repeated too; 404 no_warning. */
int warning_seen(struct request *r)
{
	return ACT(r, "warning_seen", r->args[0]);
}

/* POST /warnings/{warning}/appeal {text}: warning; 404 no_warning; 409 appealed, warning_over. */
int warning_appeal(struct request *r)
{
	const char *text;
	TRY(field_text(r, "text", REQUIRED, TEXT_BODY, NOTE_MAX, &text));
	return ACT(r, "warning_appeal", r->args[0], text);
}

/* POST /appeals {code, text}: warning. By somebody banned, who has the code from a login; good once. 404 no_warning. */
int appeal_add(struct request *r)
{
	const char *code, *text;
	TRY(field_text(r, "code", REQUIRED, TEXT_NAME, ID_MAX, &code));
	TRY(field_text(r, "text", REQUIRED, TEXT_BODY, NOTE_MAX, &text));
	return ACT(r, "appeal_by_code", code, text);
}
