/*
 * WeChat's side of its content checks: it fetches files by tickets, and tells later, by message pushes that its token signs,
 * what it thinks of them. sql/functions/wechat.sql
 */
#include "app.h"

#include <stdlib.h>
#include <string.h>

bool wechat_checks_text(void)
{
	return strcmp(config.wechat_checks, "off") != 0;
}

bool wechat_checks_media(void)
{
	return strcmp(config.wechat_checks, "all") == 0;
}

static const char *text_of(json_object *object, const char *name)
{
	json_object *value;
	if (!json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

const char *wechat_verdict(json_object *answer)
{
	static const char *const verdicts[] = {"pass", "review", "risky"};
	json_object *result;
	if (!json_object_object_get_ex(answer, "result", &result))
		return NULL;
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		if (strcmp(text_of(result, "suggest"), verdicts[i]) == 0)
			return verdicts[i];
	return NULL;
}

static int text_compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* 404 where there are no such checks; 403 unless the query is signed: SHA-1 over token, timestamp and nonce in their order. */
static int signature_check(struct request *r)
{
	const char *signature = request_query(r, "signature");
	const char *parts[] = {config.wechat_token, request_query(r, "timestamp"), request_query(r, "nonce")};
	struct buf text = {.arena = &r->arena};
	if (!wechat_checks_media())
		return fail(r, 404, "not_found");
	if (signature == NULL || parts[1] == NULL || parts[2] == NULL)
		return fail(r, 403, "wechat_unsigned");
	qsort(parts, sizeof parts / sizeof *parts, sizeof *parts, text_compare);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		buf_text(&text, parts[i]);
	return sha1_matches(text.text, text.size, signature) ? 0 : fail(r, 403, "wechat_unsigned");
}

static int text_reply(struct request *r, const char *text)
{
	r->reply = (struct buf){.arena = &r->arena};
	reply_header(r, "Content-Type", "text/plain");
	buf_text(&r->reply, text);
	return 200;
}

/* GET /wechat/push?signature&timestamp&nonce&echostr: echostr; so WeChat's console sees whose address it is. */
int wechat_hello(struct request *r)
{
	TRY(signature_check(r));
	const char *echo = request_query(r, "echostr");
	return text_reply(r, echo != NULL ? echo : "");
}

/*
 * POST /wechat/push?signature&timestamp&nonce: "success". The answer about a file (event wxa_media_check) is carried out, once;
 * other events are nothing to us. 403 wechat_unsigned; 404 for a file that is not waited for, or not yet: WeChat comes again.
 */
int wechat_push(struct request *r)
{
	TRY(signature_check(r));
	const char *trace = text_of(r->body, "trace_id"), *verdict = wechat_verdict(r->body);
	if (strcmp(text_of(r->body, "Event"), "wxa_media_check") != 0 || trace[0] == '\0')
		return text_reply(r, "success");
	if (wechat_error(r->body) != 0 || verdict == NULL) {
		log_event(LOG_WARN, "wechat_check_failed", "\"errcode\":%d", wechat_error(r->body));
		return text_reply(r, "success");
	}
	int status = ACT(r, "wechat_push", trace, verdict);
	if (status != 200)
		return status;
	metrics_add("wechat_checks_total", 1);
	return text_reply(r, "success");
}

/* GET /wechat/media/{ticket}: the file, for WeChat, until it has answered; 404 not_found after half an hour. */
int wechat_media(struct request *r)
{
	int status = wechat_checks_media() ? ACT(r, "wechat_media", r->args[0]) : fail(r, 404, "not_found");
	reply_header(r, "Cache-Control", "no-store");
	return status == 200 ? media_redirect(r) : status;
}
