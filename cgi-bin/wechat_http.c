/* Calls of WeChat's API, by libcurl, and the access token that most of them want. */
#include "app.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What WeChat answers where it knows the access token no more. */
enum { ERROR_TOKEN_OLD = 40001, ERROR_TOKEN_BAD = 40014, ERROR_TOKEN_EXPIRED = 42001 };

enum { ANSWER_MAX = 16 * 1024, TIMEOUT_SECONDS = 5, TOKEN_MARGIN_SECONDS = 300 };

static struct {
	pthread_mutex_t lock;
	char *text;
	time_t expires; /* of the monotonic clock, with a margin */
} token = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t collect(char *bytes, size_t size, size_t count, void *buf)
{
	struct buf *answer = buf;
	if (answer->size + size * count > ANSWER_MAX)
		return 0;
	buf_add(answer, bytes, size * count);
	return size * count;
}

static void library_start(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool perform(CURL *curl, const char *url, const char *body, struct buf *answer)
{
	struct curl_slist *headers = body != NULL ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (body != NULL) {
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	long status = 0;
	bool done = curl_easy_perform(curl) == CURLE_OK &&
	            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
	curl_slist_free_all(headers);
	return done;
}

const char *wechat_escape(struct arena *arena, const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0);
	const char *copy = arena_copy(arena, escaped != NULL ? escaped : "", escaped != NULL ? strlen(escaped) : 0);
	curl_free(escaped);
	return copy;
}

json_object *wechat_call(struct arena *arena, const char *path, const char *body)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, library_start);
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		return NULL;
	struct buf text = {.arena = arena};
	bool done = perform(curl, arena_printf(arena, "%s%s", config.wechat_url, path), body, &text) && text.size > 0;
	curl_easy_cleanup(curl);
	json_object *answer = done && text_valid(text.text, text.size) ? json_tokener_parse(text.text) : NULL;
	if (json_object_is_type(answer, json_type_object))
		return answer;
	json_object_put(answer);
	log_event(LOG_ERROR, "wechat_unreachable", NULL);
	return NULL;
}

int wechat_error(json_object *answer)
{
	json_object *field;
	return json_object_object_get_ex(answer, "errcode", &field) ? json_object_get_int(field) : 0;
}

static time_t seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Fetches a new one; the lock is held, so that a token is fetched once however many want it. */
static void token_fetch(struct arena *arena)
{
	json_object *value, *life;
	json_object *answer =
		wechat_call(arena,
	                arena_printf(arena, "/cgi-bin/token?grant_type=client_credential&appid=%s&secret=%s",
	                             wechat_escape(arena, config.wechat_appid), wechat_escape(arena, config.wechat_secret)),
	                NULL);
	free(token.text);
	token.text = NULL;
	if (answer != NULL && json_object_object_get_ex(answer, "access_token", &value) &&
	    json_object_is_type(value, json_type_string) && json_object_object_get_ex(answer, "expires_in", &life)) {
		token.text = strdup(json_object_get_string(value));
		int seconds = json_object_get_int(life);
		token.expires =
			seconds_now() + (seconds > 2 * TOKEN_MARGIN_SECONDS ? seconds - TOKEN_MARGIN_SECONDS : seconds / 2);
	} else if (answer != NULL) {
		log_event(LOG_ERROR, "wechat_token_refused", "\"errcode\":%d", wechat_error(answer));
	}
	json_object_put(answer);
}

static const char *token_get(struct arena *arena)
{
	pthread_mutex_lock(&token.lock);
	if (token.text == NULL || seconds_now() >= token.expires)
		token_fetch(arena);
	const char *escaped = token.text != NULL ? wechat_escape(arena, token.text) : NULL;
	pthread_mutex_unlock(&token.lock);
	return escaped;
}

static void token_drop(void)
{
	pthread_mutex_lock(&token.lock);
	free(token.text);
	token.text = NULL;
	pthread_mutex_unlock(&token.lock);
}

static bool is_about_token(int error)
{
	return error == ERROR_TOKEN_OLD || error == ERROR_TOKEN_BAD || error == ERROR_TOKEN_EXPIRED;
}

json_object *wechat_ask(struct arena *arena, const char *path, const char *body)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		const char *access = token_get(arena);
		json_object *answer =
			access != NULL ? wechat_call(arena, arena_printf(arena, "%s?access_token=%s", path, access), body) : NULL;
		int error = answer != NULL ? wechat_error(answer) : 0;
		if (error != 0)
			log_event(LOG_WARN, "wechat_refused", "\"call\":\"%s\",\"errcode\":%d", path, error);
		if (!is_about_token(error))
			return answer;
		json_object_put(answer);
		token_drop();
	}
	return NULL;
}
