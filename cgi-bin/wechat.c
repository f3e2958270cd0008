/* WeChat's code2session, by libcurl. Its base URL is a setting; the session_key is dropped unread. */
#include "app.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

enum { ANSWER_MAX = 16 * 1024, ERROR_BUSY = -1, ERROR_BLOCKED = 40226 };

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

static bool fetch(struct request *r, const char *code, struct buf *answer)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, library_start);
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		return false;
	char *appid = curl_easy_escape(curl, config.wechat_appid, 0);
	char *secret = curl_easy_escape(curl, config.wechat_secret, 0);
	char *escaped = curl_easy_escape(curl, code, 0);
	const char *url =
		arena_printf(&r->arena, "%s/sns/jscode2session?appid=%s&secret=%s&js_code=%s&grant_type=authorization_code",
	                 config.wechat_url, appid, secret, escaped);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	long status = 0;
	bool done = curl_easy_perform(curl) == CURLE_OK &&
	            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200 &&
	            answer->size > 0;
	curl_free(appid);
	curl_free(secret);
	curl_free(escaped);
	curl_easy_cleanup(curl);
	return done;
}

static int answer_read(struct request *r, json_object *answer, const char **openid)
{
	json_object *field;
	int error = json_object_object_get_ex(answer, "errcode", &field) ? json_object_get_int(field) : 0;
	if (error == ERROR_BUSY)
		return fail_down(r);
	if (error == ERROR_BLOCKED)
		return fail(r, 403, "wechat_refused");
	if (!json_object_object_get_ex(answer, "openid", &field) || !json_object_is_type(field, json_type_string))
		return fail(r, 404, "wechat_refused");
	const char *text = json_object_get_string(field);
	if (text[0] == '\0' || strlen(text) > 128)
		return fail(r, 404, "wechat_refused");
	*openid = arena_copy(&r->arena, text, strlen(text));
	return 0;
}

int wechat_openid(struct request *r, const char *code, const char **openid)
{
	if (config.wechat_url[0] == '\0' || config.wechat_appid[0] == '\0') {
		reply_header(r, "Retry-After", "3600");
		return fail(r, 503, "not_configured");
	}
	struct buf text = {.arena = &r->arena};
	if (!fetch(r, code, &text)) {
		log_event(LOG_ERROR, "wechat_unreachable", NULL);
		return fail_down(r);
	}
	json_object *answer = json_tokener_parse(text.text);
	if (!json_object_is_type(answer, json_type_object)) {
		json_object_put(answer);
		return fail_down(r);
	}
	int status = answer_read(r, answer, openid);
	json_object_put(answer);
	return status;
}
