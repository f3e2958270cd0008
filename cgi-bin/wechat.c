/* WeChat's code2session. Its base URL is a setting; the session_key is dropped unread. And how an openid is kept. */
#include "app.h"

#include <string.h>

#define CODE2SESSION "/sns/jscode2session"

/* What WeChat answers that is about the code, or who it is of. All else is about the applet (its id, its secret, how often it
 * asks) or WeChat itself. */
enum { ERROR_CODE = 40029, ERROR_CODE_USED = 40163, ERROR_BLOCKED = 40226 };

static int answer_read(struct request *r, json_object *answer, const char **openid)
{
	json_object *field;
	int error = wechat_error(answer);
	if (error == ERROR_BLOCKED)
		return fail(r, 403, "wechat_refused");
	if (error == ERROR_CODE || error == ERROR_CODE_USED)
		return fail(r, 404, "wechat_refused");
	const char *text =
		json_object_object_get_ex(answer, "openid", &field) && json_object_is_type(field, json_type_string)
			? json_object_get_string(field)
			: "";
	if (error != 0 || text[0] == '\0' || strlen(text) > 128) {
		log_event(LOG_ERROR, "wechat_refused", "\"call\":\"%s\",\"errcode\":%d", CODE2SESSION, error);
		return fail_down(r);
	}
	*openid = arena_copy(&r->arena, text, strlen(text));
	return 0;
}

int wechat_openid(struct request *r, const char *code, const char **openid)
{
	if (config.wechat_url[0] == '\0' || config.wechat_appid[0] == '\0') {
		reply_header(r, "Retry-After", "3600");
		return fail(r, 503, "not_configured");
	}
	json_object *answer =
		wechat_call(&r->arena,
	                arena_printf(&r->arena, CODE2SESSION "?appid=%s&secret=%s&js_code=%s&grant_type=authorization_code",
	                             wechat_escape(&r->arena, config.wechat_appid),
	                             wechat_escape(&r->arena, config.wechat_secret), wechat_escape(&r->arena, code)),
	                NULL);
	if (answer == NULL)
		return fail_down(r);
	int status = answer_read(r, answer, openid);
	json_object_put(answer);
	return status;
}

const char *wechat_openid_seal(struct request *r, const char *openid)
{
	uint8_t *sealed = arena_alloc(&r->arena, strlen(openid) + 28);
	return act_bytea(r, sealed, secret_seal("openid", openid, strlen(openid), sealed));
}

const char *wechat_openid_open(struct arena *arena, const char *bytea)
{
	size_t digits = strlen(bytea) >= 2 ? strlen(bytea) - 2 : 0;
	uint8_t *sealed = arena_alloc(arena, digits / 2 + 1);
	char *openid = arena_alloc(arena, digits / 2 + 1);
	memset(openid, 0, digits / 2 + 1);
	if (digits == 0 || !hex_decode(bytea + 2, sealed, digits / 2) || !secret_open("openid", sealed, digits / 2, openid))
		return NULL;
	return openid;
}
