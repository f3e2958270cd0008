/*
 * The one table of what the service answers. A row says who may call, which fields the body may have, which budget it
 * draws on and which program serves it; all of that is settled before the handler runs. docs/api.md is the reference.
 */
#include "app.h"

#define API "/api/v1"

/* clang-format off */
const struct route routes[] = {
	{"POST", API "/register", account_register, ANYONE, "account password_md5 password_v2 nickname pow device", RATE_NONE, POOL_AUTH},
	{"POST", API "/login", account_login, ANYONE, "account password_md5 password_v2 pow device", RATE_NONE, POOL_AUTH},
	{"POST", API "/login/wechat", account_wechat, ANYONE, "code device", RATE_NONE, POOL_AUTH},
	{"POST", API "/login/guest", account_guest, ANYONE, "pow device", RATE_NONE, POOL_API},
	{"GET", API "/wechat/push", wechat_hello, ANYONE, NULL, RATE_NONE, POOL_LOOP},
	{"POST", API "/wechat/push", wechat_push, ANYONE, "*", RATE_NONE, POOL_API},
	{"GET", API "/wechat/media/{ticket}", wechat_media, ANYONE, NULL, RATE_NONE, POOL_API},
	{"GET", API "/challenge", challenge_get, ANYONE, NULL, RATE_NONE, POOL_LOOP},
	{"POST", API "/logout", account_logout, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/me", account_me, SESSION, NULL, RATE_NONE, POOL_AUTH},
	{"POST", API "/me", account_update, SESSION, "nickname locale account password_v2", RATE_NONE, POOL_AUTH},
	{"DELETE", API "/me", account_erase, SESSION, "password_md5 password_v2 confirm code", RATE_NONE, POOL_AUTH},
	{"GET", API "/settings", settings_get, ANYONE, NULL, RATE_NONE, POOL_LOOP},
	{"GET", API "/me/export", account_export, SESSION, NULL, RATE_MATCHES, POOL_API},
	{"POST", API "/me/password", account_password, SESSION, "old_password_md5 old_password_v2 new_password_v2", RATE_NONE, POOL_AUTH},

	{"POST", API "/match", match_start, SESSION, "target tags", RATE_MATCHES, POOL_API},
	{"GET", API "/match", match_get, SESSION, NULL, RATE_NONE, POOL_API},
	{"DELETE", API "/match", match_stop, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/match/notice", wechat_notice_set, SESSION, "code", RATE_MATCHES, POOL_AUTH},
	{"GET", API "/match/notice", wechat_notice_get, SESSION, NULL, RATE_NONE, POOL_AUTH},
	{"DELETE", API "/match/notice", wechat_notice_unset, SESSION, NULL, RATE_NONE, POOL_AUTH},

	{"GET", API "/conversations", conversations_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms", room_create, SESSION, "topic description tags capacity public mask show_profile", RATE_MATCHES, POOL_API},
	{"GET", API "/rooms", rooms_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/rooms/search", rooms_search, SESSION, NULL, RATE_SEARCHES, POOL_API},
	{"GET", API "/rooms/{room}", room_get, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}", room_update, SESSION, "topic description tags capacity public slow_mode", RATE_SIGNALS, POOL_API},
	{"DELETE", API "/rooms/{room}", room_close, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/join", room_join, SESSION, "mask", RATE_MATCHES, POOL_API},
	{"GET", API "/rooms/{room}/members", room_members, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/members/{member}/kick", member_kick, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/members/{member}/mute", member_mute, SESSION, "minutes", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/members/{member}/promote", member_promote, SESSION, NULL, RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/pin", room_pin, SESSION, "on", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/silence", room_silence, SESSION, "on", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/reveal", room_reveal, SESSION, "on", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/keep", room_keep, SESSION, "on", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/share", share_create, SESSION, "hours", RATE_MATCHES, POOL_API},
	{"GET", API "/rooms/{room}/share", share_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"DELETE", API "/rooms/{room}/share/{code}", share_revoke, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/rooms/{room}/share/{code}.svg", share_picture, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/share/{code}", share_get, ANYONE, NULL, RATE_NONE, POOL_API},
	{"POST", API "/share/{code}/join", share_join, SESSION, "mask", RATE_MATCHES, POOL_API},
	{"GET", "/s/{code}", share_page, ANYONE, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/leave", room_leave, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/typing", room_typing, SESSION, NULL, RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/read", message_read, SESSION, "seq", RATE_SIGNALS, POOL_API},
	{"POST", API "/rooms/{room}/messages", message_send, SESSION, "client_id kind body reply_to", RATE_MESSAGES, POOL_LOOP},
	{"GET", API "/rooms/{room}/messages", message_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/rooms/{room}/held", held_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"DELETE", API "/rooms/{room}/messages/{seq}", message_recall, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/rooms/{room}/messages/{seq}/reactions", reaction_add, SESSION, "name", RATE_SIGNALS, POOL_API},
	{"DELETE", API "/rooms/{room}/messages/{seq}/reactions", reaction_remove, SESSION, "name", RATE_SIGNALS, POOL_API},
	{"GET", API "/rooms/{room}/export", export_get, SESSION, NULL, RATE_MATCHES, POOL_API},

	{"POST", API "/rooms/{room}/media", media_send, SESSION, NULL, RATE_MESSAGES, POOL_MEDIA},
	{"POST", API "/me/avatar", avatar_set, SESSION, NULL, RATE_SIGNALS, POOL_MEDIA},
	{"DELETE", API "/me/avatar", avatar_reset, SESSION, NULL, RATE_SIGNALS, POOL_MEDIA},
	{"GET", "/media/{id}", media_get, SESSION, NULL, RATE_NONE, POOL_API},
	{"HEAD", "/media/{id}", media_get, SESSION, NULL, RATE_NONE, POOL_API},

	{"POST", API "/blocks", block_add, SESSION, "room member", RATE_SIGNALS, POOL_API},
	{"DELETE", API "/blocks", block_remove, SESSION, "room member", RATE_SIGNALS, POOL_API},
	{"GET", API "/blocks", blocks_list, SESSION, NULL, RATE_NONE, POOL_API},

	{"POST", API "/reports", report_add, SESSION, "room member seqs reason note", RATE_SIGNALS, POOL_API},
	{"GET", API "/reports", reports_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", API "/warnings", warnings_list, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", API "/warnings/{warning}/seen", warning_seen, SESSION, NULL, RATE_SIGNALS, POOL_API},
	{"POST", API "/warnings/{warning}/appeal", warning_appeal, SESSION, "text", RATE_SIGNALS, POOL_API},
	{"POST", API "/appeals", appeal_add, ANYONE, "code text", RATE_NONE, POOL_API},

	{"POST", API "/stream", live_stream, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", "/ws/{ticket}", live_open, ANYONE, NULL, RATE_NONE, POOL_API},
	{"POST", API "/sync", live_sync, SESSION, "rooms match since", RATE_NONE, POOL_API},

	{"GET", "/avatar/{mask}.svg", avatar_get, ANYONE, NULL, RATE_NONE, POOL_LOOP},

	{"GET", "/healthz", operator_health, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{"GET", "/readyz", operator_ready, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{"GET", "/metrics", operator_metrics, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};
/* clang-format on */
