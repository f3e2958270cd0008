/* What a client has to know of this deployment before anybody has logged in. */
#include "app.h"

enum { CACHED_SECONDS = 60 };

/* GET /settings: {age, device, wechat, wait_template, recall_window, keep: {messages, …} in days}. The same for everybody, so caches may keep it. */
int settings_get(struct request *r)
{
	reply_header(r, "Cache-Control", "public, max-age=%d", CACHED_SECONDS);
	buf_printf(&r->reply, "{\"age\":%d,\"device\":%s,\"wechat\":%s,\"wait_template\":", config.age,
	           act_bool(config.ban_memory > 0), act_bool(config.wechat_appid[0] != '\0'));
	buf_json(&r->reply, config.wechat_wait_template);
	buf_printf(
		&r->reply, ",\"recall_window\":%d,\"keep\":{\"messages\":%d,\"matches\":%d,\"evidence\":%d,\"warnings\":%d}}",
		config.recall_window, config.keep_messages, config.keep_matches, config.keep_evidence, config.keep_warnings);
	return 200;
}
