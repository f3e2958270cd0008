/*
 * The word filter in the way of requests: what people write and call things is looked at before it is stored. The list is
 * the database's; a thread looks every two seconds whether it has changed, makes the new one ready beside the old, and puts
 * it in force.
 */
#include "app.h"
#include "filter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MILLISECONDS = 2000, FIRST_MILLISECONDS = 200 };

static int64_t version; /* of the list in force; -1: there is none yet */

/* Puts a list in force: rows of version, id, class, pattern; a single one of nulls for one without words. */
static void list_install(const PGresult *result)
{
	struct arena arena = {0};
	size_t rows = (size_t)PQntuples(result), count = PQgetisnull(result, 0, 1) ? 0 : rows;
	struct filter_word *words = arena_alloc(&arena, rows * sizeof *words);
	bool *bad = arena_alloc(&arena, rows * sizeof *bad);
	for (size_t i = 0; i < count; i++)
		words[i] =
			(struct filter_word){strtoll(PQgetvalue(result, (int)i, 1), NULL, 10),
		                         filter_class_read(PQgetvalue(result, (int)i, 2)), PQgetvalue(result, (int)i, 3)};
	filter_install(filter_new(words, count, bad));
	for (size_t i = 0; i < count; i++)
		if (bad[i])
			log_event(LOG_ERROR, "word_unusable", "\"word\":%lld", (long long)words[i].id);
	version = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	log_event(LOG_INFO, "words_loaded", "\"version\":%lld,\"words\":%zu", (long long)version, count);
	arena_free(&arena);
}

/* Takes over the list if it is another one than that in force. What fails is tried again by the next call. */
static void list_load(void)
{
	struct arena arena = {0};
	const char *known = arena_printf(&arena, "%lld", (long long)version);
	PGresult *result = db_call("words", &(struct db_params){.count = 1, .values = {known}});
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0)
		list_install(result);
	PQclear(result);
	arena_free(&arena);
}

static void *list_follow(void *unused)
{
	for (;;) {
		long wait = version < 0 ? FIRST_MILLISECONDS : POLL_MILLISECONDS;
		nanosleep(&(struct timespec){.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000}, NULL);
		list_load();
	}
	return unused;
}

void words_start(void)
{
	pthread_t thread;
	version = -1;
	list_load();
	if (pthread_create(&thread, NULL, list_follow, NULL) != 0 || pthread_detach(thread) != 0)
		abort();
}

static const char *ids_text(struct request *r, const struct filter_verdict *verdict)
{
	struct buf ids = {.arena = &r->arena};
	for (int i = 0; i < verdict->ids_count; i++)
		buf_printf(&ids, "%s%lld", i > 0 ? "," : "", (long long)verdict->ids[i]);
	return ids.size > 0 ? ids.text : "";
}

/* Adds a field to what is flagged: "topic 3" and then "topic,tags 3,5". */
static void flag_add(struct request *r, const char *field, const struct filter_verdict *verdict, const char **flag)
{
	const char *ids = ids_text(r, verdict);
	if (*flag == NULL)
		*flag = arena_printf(&r->arena, "%s %s", field, ids);
	else
		*flag =
			arena_printf(&r->arena, "%.*s,%s%s,%s", (int)strcspn(*flag, " "), *flag, field, strchr(*flag, ' '), ids);
}

int words_field(struct request *r, const char *field, const char **value, const char **flag)
{
	struct filter_verdict verdict;
	if (*value == NULL)
		return 0;
	if (!filter_check(&r->arena, *value, &verdict))
		return fail_down(r);
	if (filter_has(&verdict, FILTER_BLOCK) || filter_has(&verdict, FILTER_HOLD))
		return fail_at(r, 422, "word_blocked", field);
	if (filter_has(&verdict, FILTER_FLAG))
		flag_add(r, field, &verdict, flag);
	*value = verdict.text;
	return 0;
}

/* Before field_tags(), since what is masked may then be too little, or twice the same. */
int words_tags(struct request *r, const char *field, const char **flag)
{
	json_object *list;
	if (!json_object_object_get_ex(r->body, field, &list) || !json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *item = json_object_array_get_idx(list, i);
		if (!json_object_is_type(item, json_type_string))
			return 0;
		const char *tag = json_object_get_string(item), *kept = tag;
		TRY(words_field(r, field, &kept, flag));
		if (kept != tag)
			json_object_array_put_idx(list, i, json_object_new_string(kept));
	}
	return 0;
}

int words_line(struct request *r, const char *body, const char **masked, const char **verdict)
{
	struct filter_verdict found;
	*masked = *verdict = NULL;
	if (!filter_check(&r->arena, body, &found))
		return fail_down(r);
	if (found.text != body)
		*masked = found.text;
	const char *class = filter_has(&found, FILTER_BLOCK)  ? "block"
	                    : filter_has(&found, FILTER_HOLD) ? "hold"
	                    : filter_has(&found, FILTER_FLAG) ? "flag"
	                                                      : NULL;
	if (class != NULL)
		*verdict = arena_printf(&r->arena, "%s %s", class, ids_text(r, &found));
	return 0;
}

/* GET /rooms/{room}/held: the caller's own lines that wait for a moderator, or were refused in the last week. */
int held_list(struct request *r)
{
	return ACT(r, "held", r->args[0]);
}
