/* The word filter's list, trying a text on it, and lines that wait for a moderator. */
#include "admin.h"
#include "filter.h"

#include <string.h>

/* PATTERN_MAX: more than a pattern may have, which is then said of it. */
enum { PATTERN_MAX = 2000, QUERY_MAX = 100, TEXT_MAX = 4000, DETAIL_MAX = 300 };

/* /words/list {class?, query?, cursor?, limit?}: {word, class, pattern, admin, at}. */
int admin_words_list(struct request *r)
{
	const char *class, *query, *cursor, *limit;
	TRY(field_word(r, "class", OPTIONAL, "flag mask hold block", &class));
	TRY(field_text(r, "query", OPTIONAL, TEXT_NAME, QUERY_MAX, &query));
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "words_list", class, query, cursor, limit);
}

/* A pattern that can be in the list; else 422 with the reason, of an expression with the compiler's own words as `detail`. */
static int pattern_check(struct request *r, const char *pattern)
{
	char detail[DETAIL_MAX];
	const char *refusal = filter_refusal(pattern, detail, sizeof detail);
	if (refusal == NULL)
		return 0;
	fail_at(r, 422, refusal, "pattern");
	if (detail[0] != '\0') {
		struct buf more = {.arena = &r->arena};
		buf_text(&more, "{\"detail\":");
		buf_json(&more, detail);
		buf_text(&more, "}");
		fail_extend(r, more.text);
	}
	return 422;
}

/* /words/add {pattern, class}: 201 {word, class, pattern}; 422 word_pattern, word_too_long, word_expression. */
int admin_words_add(struct request *r)
{
	const char *pattern, *class;
	TRY(field_text(r, "pattern", REQUIRED, TEXT_NAME, PATTERN_MAX, &pattern));
	TRY(field_word(r, "class", REQUIRED, "flag mask hold block", &class));
	TRY(pattern_check(r, pattern));
	return ACT(r, "words_add", pattern, class);
}

/* /words/remove {pattern, note?}: 204; 404 no_word. */
int admin_words_remove(struct request *r)
{
	const char *pattern, *note;
	TRY(field_text(r, "pattern", REQUIRED, TEXT_NAME, PATTERN_MAX, &pattern));
	TRY(admin_note(r, &note));
	return ACT(r, "words_remove", pattern, note);
}

/* The list out of the reply: an array of [id, class, pattern], which stays the texts' owner. */
static struct filter *list_make(struct request *r, json_object *list)
{
	size_t count = json_object_array_length(list);
	struct filter_word *words = arena_alloc(&r->arena, (count + 1) * sizeof *words);
	for (size_t i = 0; i < count; i++) {
		json_object *row = json_object_array_get_idx(list, i);
		words[i].id = json_object_get_int64(json_object_array_get_idx(row, 0));
		words[i].class = filter_class_read(json_object_get_string(json_object_array_get_idx(row, 1)));
		words[i].pattern = json_object_get_string(json_object_array_get_idx(row, 2));
	}
	return filter_new(words, count, NULL);
}

static const char *pattern_of(json_object *list, int64_t id)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *row = json_object_array_get_idx(list, i);
		if (json_object_get_int64(json_object_array_get_idx(row, 0)) == id)
			return json_object_get_string(json_object_array_get_idx(row, 2));
	}
	return "";
}

static void verdict_reply(struct request *r, json_object *list, const struct filter_verdict *verdict)
{
	static const char *const names[] = {"flag", "mask", "hold", "block"};
	r->reply = (struct buf){.arena = &r->arena};
	buf_text(&r->reply, "{\"classes\":[");
	for (int i = 0, n = 0; i < 4; i++)
		if ((verdict->classes & 1u << i) != 0)
			buf_printf(&r->reply, "%s\"%s\"", n++ > 0 ? "," : "", names[i]);
	buf_text(&r->reply, "],\"text\":");
	buf_json(&r->reply, verdict->text);
	buf_text(&r->reply, ",\"words\":[");
	for (int i = 0; i < verdict->ids_count; i++) {
		buf_printf(&r->reply, "%s{\"word\":%lld,\"pattern\":", i > 0 ? "," : "", (long long)verdict->ids[i]);
		buf_json(&r->reply, pattern_of(list, verdict->ids[i]));
		buf_text(&r->reply, "}");
	}
	buf_text(&r->reply, "]}");
}

/* /words/test {text}: {classes, text, words}: what the list as it is now would make of a text. */
int admin_words_test(struct request *r)
{
	const char *text;
	struct filter_verdict verdict;
	TRY(field_text(r, "text", REQUIRED, TEXT_BODY, TEXT_MAX, &text));
	int status = ACT0(r, "words_all");
	if (status != 200)
		return status;
	json_object *list = json_tokener_parse(r->reply.text);
	struct filter *filter = list_make(r, list);
	filter_match(filter, &r->arena, text, &verdict);
	verdict_reply(r, list, &verdict);
	filter_free(filter);
	json_object_put(list);
	return 200;
}

/* /held/list {cursor?, limit?}: lines that wait, the oldest first. */
int admin_held_list(struct request *r)
{
	const char *cursor, *limit;
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "held_list", cursor, limit);
}

/* /held/show {held}: one line, with what is known of its room, its words, and where its sender stands; 404 no_held. */
int admin_held_show(struct request *r)
{
	const char *held;
	TRY(admin_id(r, "held", REQUIRED, &held));
	return ACT(r, "held_show", held);
}

static int decide(struct request *r, bool approve)
{
	const char *held, *note;
	TRY(admin_id(r, "held", REQUIRED, &held));
	TRY(admin_note(r, &note));
	return ACT(r, "held_decide", held, act_bool(approve), note);
}

/* /held/approve {held, note?}: {held, state: "approved", seq}, it is said now; 404 no_held. */
int admin_held_approve(struct request *r)
{
	return decide(r, true);
}

/* /held/refuse {held, note?}: {held, state: "refused"}, its sender is told; 404 no_held. */
int admin_held_refuse(struct request *r)
{
	return decide(r, false);
}
