/* Messages: sending, history, recall, reactions, read marks, typing. */
#include "app.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_CHARACTERS = 4000 };

/*
 * POST /rooms/{room}/messages {client_id, kind: text, body, reply_to?}: message, once for each client_id; 202 held; 422
 * word_blocked.
 */
int message_send(struct request *r)
{
	const char *kind;
	struct writing writing = {.room = r->args[0]};
	TRY(field_uuid4(r, "client_id", &writing.client_id));
	TRY(field_word(r, "kind", REQUIRED, "text", &kind));
	TRY(field_text(r, "body", REQUIRED, TEXT_BODY, BODY_CHARACTERS, &writing.body));
	TRY(field_int(r, "reply_to", OPTIONAL, 1, INT_MAX, &writing.reply_to));
	TRY(words_line(r, writing.body, &writing.masked, &writing.verdict));
	TRY(fail_wait(r, rate_wait(RATE_ROOM, writing.room)));
	return writer_append(r, &writing);
}

/* ?q=&cursor=&limit=: {items, next}, the newest page first; next while there are older lines to look at. */
static int message_search(struct request *r, const char *q, const char *limit)
{
	const char *cursor;
	TRY(query_int(r, "cursor", 1, INT_MAX, &cursor));
	TRY(request_draw(r, RATE_SEARCHES));
	return ACT(r, "message_search", r->args[0], q, cursor, limit);
}

/*
 * GET /rooms/{room}/messages?before=|after=|around=&limit=: {items, next, more}, ascending by seq. With q=: what holds
 * that text.
 */
int message_list(struct request *r)
{
	enum { QUERY_CHARACTERS = 100 };
	const char *q, *before, *after, *around, *limit;
	TRY(query_text(r, "q", QUERY_CHARACTERS, &q));
	TRY(query_int(r, "before", 1, INT_MAX, &before));
	TRY(query_int(r, "after", 0, INT_MAX, &after));
	TRY(query_int(r, "around", 1, INT_MAX, &around));
	TRY(query_int(r, "limit", 1, 50, &limit));
	limit = limit != NULL ? limit : "50";
	if ((before != NULL) + (after != NULL) + (around != NULL) + (q != NULL) > 1)
		return fail_field(r, before != NULL ? "before" : after != NULL ? "after" : "around");
	if (q != NULL)
		return message_search(r, q, limit);
	return ACT(r, "messages", r->args[0], before, after, around, limit);
}

static const char *seq_argument(const char *text)
{
	return strspn(text, "0123456789") == strlen(text) && strlen(text) < 10 ? text : NULL;
}

/* DELETE /rooms/{room}/messages/{seq}: 204; 403 not_yours, too_late; 404 no_message. */
int message_recall(struct request *r)
{
	const char *seq = seq_argument(r->args[1]);
	if (seq == NULL)
		return fail(r, 404, "no_message");
	return ACT(r, "message_recall", r->args[0], seq, act_int(r, config.recall_window));
}

static int reaction_set(struct request *r, const char *on)
{
	const char *name, *seq = seq_argument(r->args[1]);
	TRY(field_word(r, "name", REQUIRED, "like love laugh wow sad thanks", &name));
	if (seq == NULL)
		return fail(r, 404, "no_message");
	return ACT(r, "reaction_set", r->args[0], seq, name, on);
}

/* POST /rooms/{room}/messages/{seq}/reactions {name}: 204; 403 not_member; 404 no_message; 409 room_ended. */
int reaction_add(struct request *r)
{
	return reaction_set(r, "true");
}

/* DELETE /rooms/{room}/messages/{seq}/reactions {name}: 204, as above. */
int reaction_remove(struct request *r)
{
	return reaction_set(r, "false");
}

/* POST /rooms/{room}/read {seq}: 204. */
int message_read(struct request *r)
{
	int seq;
	TRY(field_int(r, "seq", REQUIRED, 0, INT_MAX, &seq));
	return ACT(r, "message_read", r->args[0], act_int(r, seq));
}

/* POST /rooms/{room}/typing: 204, nothing is stored. */
int room_typing(struct request *r)
{
	return ACT(r, "room_typing", r->args[0]);
}
