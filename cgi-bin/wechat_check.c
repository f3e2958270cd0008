/*
 * WeChat's content checks of what accounts say and show that came by it: msg_sec_check (version 2) for texts, which answers at
 * once; media_check_async for files, which answers by a push later (wechat_push.c). All is in its room by then: a thread of the
 * program `auth` asks, for which nothing waits. Several nodes may run one each, since the database leases out what is to be
 * asked. sql/functions/wechat.sql
 */
#include "app.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 20, /* a lease is longer than so many calls that all time out */
	LEASE_SECONDS = 120,
	PIECE_CHARACTERS = 2500, /* of what one call may carry */
	SCENE_PROFILE = 1,
	SCENE_COMMENT = 2,
	PAUSE_SECONDS = 1
};

/* What WeChat answers besides a result. */
enum {
	ERROR_OPENID = 40003,
	ERROR_OPENID_ABSENT = 61010 /* not seen within two hours: nothing to ask about */
};

/* The columns of api.wechat_take. */
enum { CHECK_ID, CHECK_OPENID, CHECK_KIND, CHECK_BODY, CHECK_TICKET };

static bool is_about_openid(int error)
{
	return error == ERROR_OPENID || error == ERROR_OPENID_ABSENT;
}

/* A verdict; NULL: none, it is to be asked again. */
static const char *piece_check(struct arena *arena, const char *openid, const char *text, size_t size)
{
	struct buf body = {.arena = arena};
	buf_printf(&body, "{\"version\":2,\"scene\":%d,\"openid\":", SCENE_COMMENT);
	buf_json(&body, openid);
	buf_text(&body, ",\"content\":");
	buf_json(&body, arena_copy(arena, text, size));
	buf_text(&body, "}");
	json_object *answer = wechat_ask(arena, "/wxa/msg_sec_check", body.text);
	const char *verdict = NULL;
	if (answer != NULL)
		verdict = is_about_openid(wechat_error(answer)) ? "pass" : wechat_verdict(answer);
	json_object_put(answer);
	return verdict;
}

/* The bytes of the first characters of a text, as many as one call may carry. */
static size_t piece_size(const char *text)
{
	size_t size = 0;
	for (int characters = 0; text[size] != '\0'; size++)
		if (((unsigned char)text[size] & 0xC0) != 0x80 && ++characters > PIECE_CHARACTERS)
			break;
	return size;
}

/* The worst that is said of a piece. */
static const char *text_check(struct arena *arena, const char *openid, const char *text)
{
	const char *worst = "pass";
	while (*text != '\0' && strcmp(worst, "risky") != 0) {
		size_t size = piece_size(text);
		const char *verdict = piece_check(arena, openid, text, size);
		if (verdict == NULL)
			return NULL;
		if (strcmp(verdict, "pass") != 0)
			worst = verdict;
		text += size;
	}
	return worst;
}

static void settle(const char *id, const char *verdict)
{
	struct buf reply = {0};
	metrics_add("wechat_checks_total", 1);
	act_job("wechat_settle", &(struct db_params){.count = 2, .values = {id, verdict}}, &reply);
	buf_free(&reply);
}

/* Writes down by what WeChat will answer. */
static void asked(const char *id, json_object *answer)
{
	json_object *trace;
	struct buf reply = {0};
	if (!json_object_object_get_ex(answer, "trace_id", &trace) || !json_object_is_type(trace, json_type_string))
		return;
	act_job("wechat_asked", &(struct db_params){.count = 2, .values = {id, json_object_get_string(trace)}}, &reply);
	buf_free(&reply);
}

static void file_check(struct arena *arena, const char *id, const char *openid, const char *kind, const char *ticket)
{
	struct buf body = {.arena = arena};
	buf_text(&body, "{\"media_url\":");
	buf_json(&body, arena_printf(arena, "%s/api/v1/wechat/media/%s", config.public_url, ticket));
	buf_printf(&body, ",\"media_type\":%d,\"version\":2,\"scene\":%d,\"openid\":", strcmp(kind, "voice") == 0 ? 1 : 2,
	           strcmp(kind, "avatar") == 0 ? SCENE_PROFILE : SCENE_COMMENT);
	buf_json(&body, openid);
	buf_text(&body, "}");
	json_object *answer = wechat_ask(arena, "/wxa/media_check_async", body.text);
	if (answer != NULL && is_about_openid(wechat_error(answer)))
		settle(id, "pass");
	else if (answer != NULL && wechat_error(answer) == 0)
		asked(id, answer);
	json_object_put(answer);
}

/* One row of wechat_take. What gets no answer is left to its lease. */
static void row_check(struct arena *arena, const PGresult *result, int row)
{
	const char *id = PQgetvalue(result, row, CHECK_ID), *kind = PQgetvalue(result, row, CHECK_KIND);
	const char *openid = wechat_openid_open(arena, PQgetvalue(result, row, CHECK_OPENID));
	bool is_text = strcmp(kind, "text") == 0;
	if (openid == NULL || (is_text && PQgetisnull(result, row, CHECK_BODY))) {
		settle(id, "pass"); /* taken back meanwhile, or of nobody whom WeChat knows */
	} else if (is_text) {
		const char *verdict = text_check(arena, openid, PQgetvalue(result, row, CHECK_BODY));
		if (verdict != NULL)
			settle(id, verdict);
	} else {
		file_check(arena, id, openid, kind, PQgetvalue(result, row, CHECK_TICKET));
	}
}

/* Looks at what is due. Returns how much it was. */
static int batch_check(struct arena *arena)
{
	struct db_params params = {.count = 2,
	                           .values = {arena_printf(arena, "%d", BATCH), arena_printf(arena, "%d", LEASE_SECONDS)}};
	PGresult *result = db_call("wechat_take", &params);
	int count = PQresultStatus(result) == PGRES_TUPLES_OK ? PQntuples(result) : 0;
	for (int row = 0; row < count; row++)
		row_check(arena, result, row);
	PQclear(result);
	return count;
}

/* The one value of a call; "" where it failed. */
static const char *value_of(struct arena *arena, const char *function)
{
	PGresult *result = db_call(function, &(struct db_params){0});
	const char *value = PQresultStatus(result) == PGRES_TUPLES_OK ? PQgetvalue(result, 0, 0) : "";
	value = arena_copy(arena, value, strlen(value));
	PQclear(result);
	return value;
}

static void age(struct arena *arena)
{
	long count = strtol(value_of(arena, "wechat_age"), NULL, 10);
	if (count == 0)
		return;
	metrics_add("wechat_unchecked_total", count);
	log_event(LOG_WARN, "wechat_unchecked", "\"checks\":%ld", count);
}

static void pause_for(int seconds)
{
	nanosleep(&(struct timespec){.tv_sec = seconds}, NULL);
}

static void *check_loop(void *unused)
{
	struct arena arena = {0};
	for (;;) {
		int count = batch_check(&arena);
		age(&arena);
		arena_reset(&arena);
		if (count < BATCH)
			pause_for(PAUSE_SECONDS);
	}
	return unused;
}

/* Where nothing is checked, no openid is kept that could be read. */
static void *forget(void *unused)
{
	struct arena arena = {0};
	while (strcmp(value_of(&arena, "wechat_forget"), "t") != 0)
		pause_for(PAUSE_SECONDS);
	arena_free(&arena);
	return unused;
}

void wechat_check_start(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, wechat_checks_text() ? check_loop : forget, NULL) != 0 ||
	    pthread_detach(thread) != 0)
		abort();
}
