/*
 * The one message by WeChat (subscribe message) to somebody who asked to be told that a stranger waits. A thread of the program
 * `auth` looks for a case of it; several nodes may have one each, since the database gives each asking out once.
 * sql/functions/notice.sql
 */
#include "app.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	PATIENCE_SECONDS = 5, /* one who is matched at once needs nobody */
	PACE_SECONDS = 60, /* time for who was told to come, before another one is */
	PAUSE_SECONDS = 1,
	CHINA_SECONDS = 8 * 3600
};

/* The columns of api.notice_take. */
enum { NOTICE_OPENID, NOTICE_LOCALE };

/* The time in China, as WeChat's fields want it. */
static const char *time_text(struct arena *arena)
{
	char text[64];
	struct tm tm;
	time_t now = time(NULL) + CHINA_SECONDS;
	strftime(text, sizeof text, "%Y年%m月%d日 %H:%M", gmtime_r(&now, &tm));
	return arena_copy(arena, text, strlen(text));
}

/* What a field says: the setting's words, with the time in place of {time}. */
static const char *words_of(struct arena *arena, const char *words, size_t size)
{
	static const char mark[] = "{time}";
	const char *copy = arena_copy(arena, words, size), *at = strstr(copy, mark);
	if (at == NULL)
		return copy;
	return arena_printf(arena, "%.*s%s%s", (int)(at - copy), copy, time_text(arena), at + strlen(mark));
}

/* {"thing1":{"value":"…"}, …} out of the setting, whose form has been checked. */
static void fields_write(struct buf *body)
{
	const char *at = config.wechat_wait_fields;
	for (const char *comma = "{"; *at != '\0'; comma = ",") {
		size_t key = strcspn(at, "=");
		const char *words = at + key + 1;
		size_t size = strcspn(words, ";");
		buf_text(body, comma);
		buf_json(body, arena_copy(body->arena, at, key));
		buf_text(body, ":{\"value\":");
		buf_json(body, words_of(body->arena, words, size));
		buf_text(body, "}");
		at = words + size + (words[size] == ';');
	}
	buf_text(body, "}");
}

/* Sends it. Whatever comes of that, the asking is over. */
static void tell(struct arena *arena, const char *openid, const char *locale)
{
	struct buf body = {.arena = arena};
	buf_text(&body, "{\"touser\":");
	buf_json(&body, openid);
	buf_text(&body, ",\"template_id\":");
	buf_json(&body, config.wechat_wait_template);
	buf_printf(&body, ",\"page\":\"pages/match/match\",\"lang\":\"%s\",\"data\":",
	           strcmp(locale, "zh-Hans") == 0 ? "zh_CN" : "en_US");
	fields_write(&body);
	buf_text(&body, "}");
	json_object *answer = wechat_ask(arena, "/cgi-bin/message/subscribe/send", body.text);
	bool told = answer != NULL && wechat_error(answer) == 0;
	metrics_add(told ? "wechat_notices_total" : "wechat_notices_failed_total", 1);
	json_object_put(answer);
}

static void look(struct arena *arena)
{
	const char *patience = arena_printf(arena, "%d", PATIENCE_SECONDS), *pace = arena_printf(arena, "%d", PACE_SECONDS);
	struct db_params params = {.count = 2, .values = {patience, pace}};
	PGresult *result = db_call("notice_take", &params);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
		const char *openid = wechat_openid_open(arena, PQgetvalue(result, 0, NOTICE_OPENID));
		if (openid != NULL)
			tell(arena, openid, PQgetvalue(result, 0, NOTICE_LOCALE));
	}
	PQclear(result);
}

static void *notice_loop(void *unused)
{
	struct arena arena = {0};
	for (;;) {
		look(&arena);
		arena_reset(&arena);
		nanosleep(&(struct timespec){.tv_sec = PAUSE_SECONDS}, NULL);
	}
	return unused;
}

void wechat_notice_start(void)
{
	pthread_t thread;
	if (config.wechat_wait_template[0] == '\0')
		return;
	if (pthread_create(&thread, NULL, notice_loop, NULL) != 0 || pthread_detach(thread) != 0)
		abort();
}

/*
 * POST /match/notice {code}: {until}. WeChat tells the owner of the wx.login code, once within a day, that a stranger waits. 404 or
 * 403 wechat_refused; 503 not_configured; 403 muted or matching_paused for who could not be matched.
 */
int wechat_notice_set(struct request *r)
{
	const char *code, *openid;
	TRY(field_text(r, "code", REQUIRED, TEXT_NAME, 128, &code));
	if (config.wechat_wait_template[0] == '\0') {
		reply_header(r, "Retry-After", "3600");
		return fail(r, 503, "not_configured");
	}
	/* WeChat is asked nothing for somebody without a session, nor for one who is refused. */
	int status = ACT0(r, "notice_check");
	if (status != 204)
		return status;
	TRY(wechat_openid(r, code, &openid));
	return ACT(r, "notice_set", wechat_openid_seal(r, openid));
}

/* GET /match/notice: {until}, null where nothing was asked for. */
int wechat_notice_get(struct request *r)
{
	return ACT0(r, "notice_get");
}

/* DELETE /match/notice: 204. */
int wechat_notice_unset(struct request *r)
{
	return ACT0(r, "notice_unset");
}
