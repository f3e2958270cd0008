/* The application: its route table and its handlers, grouped by the file that holds them. */
#ifndef DRIFTLINE_APP_H
#define DRIFTLINE_APP_H

#include "config.h"
#include "decode.h"
#include "publish.h"
#include "web.h"

/* routes.c */

extern const struct route routes[]; /* ends with a row whose method is NULL */

/* app.c: what the programs share. */

/* Reads settings and secret, sets up database, publisher and limits, serves one pool. The program's exit code. */
int app_run(enum pool pool, void (*background)(void));

/* account.c */

handler account_register, account_login, account_guest, account_wechat, account_logout, account_me, account_update,
	account_password, account_erase;

/* proof.c */

/* A proof of work as calls of the database take it, to be used up there: both NULL where none was given. */
struct proof {
	const char *challenge, *expires;
};

/*
 * Takes the field pow, before anything that costs. Returns 0, or the 403 that fail() made: pow_required where one is asked
 * for, pow_invalid. name: the account's that a login is for, whether there is one or not; else NULL.
 */
int proof_take(struct request *r, enum abuse kind, const char *name, struct proof *proof);
/* Uses it up by itself, before a password is hashed for it. Returns 0, or the status to answer. */
int proof_spend(struct request *r, const struct proof *proof);
/* What makes the question rise: one more guest, registration or failed login. */
void proof_count(struct request *r, enum abuse kind);
/* A login that is about to be tried: counted before its password is hashed, so that many at once are seen. */
void proof_count_try(const char *name);
/* A login that has been answered with status. The right password clears what was tried before. */
void proof_count_login(struct request *r, const char *name, int status);

/*
 * Where a request comes from, as sessions and bans keep it where the deployment asks for that, else NULL: an array, in the
 * request's arena, of the address prefix's keyed hashes by the key of now and by the one before, then of the field `device`,
 * the name that a client made up for its device, where there is one. Returns 0, or the 422 of a bad field.
 */
int proof_origins(struct request *r, const char **origins);

handler challenge_get;

/* budgets.c */

/* Sets the budgets, and starts the thread that learns whose the sessions are. */
void budgets_start(void);

/* wechat.c */

/* Exchanges a wx.login code. Returns 0 and the openid, in the request's arena, or the status that fail() made. */
int wechat_openid(struct request *r, const char *code, const char **openid);
/* An openid as it is kept where WeChat is to be asked or told by it later: encrypted, a bytea. */
const char *wechat_openid_seal(struct request *r, const char *openid);
/* Opens it. NULL: it was sealed with another deployment's secret, or is gone. */
const char *wechat_openid_open(struct arena *arena, const char *bytea);

/* wechat_http.c: calls of WeChat's API. */

/*
 * GET path, or POST of body, which is JSON, below the configured base URL. Returns the answer, an object that the caller
 * puts, or NULL where none came within five seconds.
 */
json_object *wechat_call(struct arena *arena, const char *path, const char *body);
int wechat_error(json_object *answer); /* its errcode; 0 for none */
const char *wechat_escape(struct arena *arena, const char *text); /* for a query */
/* A POST with the access token, which is kept until shortly before it expires; one that has ended early is renewed, once. */
json_object *wechat_ask(struct arena *arena, const char *path, const char *body);

/* wechat_check.c */

/* Starts the thread that asks WeChat, or, where it is not to be asked, lets go of what that would take. */
void wechat_check_start(void);

/* wechat_push.c: what WeChat is to look at, and what it answers. */

/* What the settings ask for: texts; pictures, voice and avatars too. */
bool wechat_checks_text(void);
bool wechat_checks_media(void);
/* "pass", "review" or "risky" out of a result of WeChat's; NULL: it says none of these. */
const char *wechat_verdict(json_object *answer);

handler wechat_push, wechat_hello, wechat_media;

/* wechat_notice.c */

/* Starts the thread that tells who asked for it, where the settings name a template. */
void wechat_notice_start(void);

handler wechat_notice_set, wechat_notice_get, wechat_notice_unset;

/* match.c */

handler match_start, match_get, match_stop;

/* rooms.c */

handler room_create, room_get, room_update, room_close, room_join, room_leave, room_members, room_pin, room_silence,
	room_reveal, room_keep, member_kick, member_mute, member_promote, conversations_list;

/* share.c */

handler share_create, share_list, share_revoke, share_get, share_join, share_picture, share_page;

/* square.c */

handler rooms_list, rooms_search;

/* messages.c */

handler message_send, message_list, message_recall, message_read, reaction_add, reaction_remove, room_typing;

/* uploads.c */

handler media_send, avatar_set, avatar_reset, media_get;
/* Sends nginx to the file that the reply names: "<hex digits> <kind>". Returns 200. */
int media_redirect(struct request *r);

/* decoder.c: the jailed child, and how many of it there are. */

struct decoded {
	struct decode_head head;
	const uint8_t *files[2]; /* head.sizes bytes each, in the request's arena */
};

void decoder_pool(int workers, int queue); /* children at a time, and uploads that may wait for one */
/* Waits for a turn. 0, or the 503 that the handler is to return; after 0 decoder_leave() has to follow. */
int decoder_enter(struct request *r);
void decoder_leave(void);
/* Has a file made anew by a child. 0, or the status to answer: 415, 422, or 503 when no child can be had. */
int decoder_run(struct request *r, enum decode_task task, const char *bytes, size_t size, struct decoded *decoded);

/* files.c: the media folder, where a file is called by the SHA-256 of what is in it. */

void files_open(const char *folder);
/* Puts a file there, for good: it survives a crash after this. False: it is not there, and nothing of it. */
bool files_put(const uint8_t *bytes, size_t size, const uint8_t digest[DIGEST_SIZE]);
/* Removes some of what nobody uses any more. For the background thread. */
void files_tidy(void);

/* blocks.c */

handler block_add, block_remove, blocks_list;

/* reports.c */

handler report_add, reports_list, warnings_list, warning_seen, warning_appeal, appeal_add;

/* rules.c */

/* The settings that reports are judged by, as JSON, in the arena: p_rules of sql/functions/cases.sql and reports.sql. */
const char *rules_json(struct arena *arena);

/* export.c */

handler export_get;

/* words.c: the word filter. */

handler held_list;
/* Loads the list, and follows its changes from then on. Until it is loaded what is to be looked at gets 503. */
void words_start(void);
/*
 * Looks at the text of a field, NULL for one that is absent. Returns 0, with *value masked where that is so, and the field
 * added to *flag, what the database is told of words that only flag (NULL before the first one); or the status of a refusal:
 * words that hold a line refuse a field.
 */
int words_field(struct request *r, const char *field, const char **value, const char **flag);
/* The same for a field of tags, before it is read. */
int words_tags(struct request *r, const char *field, const char **flag);
/* Looks at a line. *masked: what is to be stored, NULL for the body as it is; *verdict: as sql/functions/words.sql has it, or NULL. */
int words_line(struct request *r, const char *body, const char **masked, const char **verdict);

/* writer.c */

/* Starts the threads that append messages. */
void writer_start(void);
/* What is sent to a room. reply_to 0: none; masked and verdict are the word filter's, NULL where it has nothing to say. */
struct writing {
	const char *room, *client_id, *body, *masked, *verdict;
	int reply_to;
};
/* Hands a line to them, who answer it. Returns PENDING. */
int writer_append(struct request *r, const struct writing *writing);

/* live.c */

handler live_stream, live_open, live_sync;
/* Drops connections that turned out to have nobody at them, and what has run out; ends what is due. For the background thread. */
void live_tidy(void);

/* account_export.c */

handler account_export;

/* settings.c */

handler settings_get;

/* retention.c */

/* Starts the thread that lets go of what is kept no longer. */
void retention_start(void);
/* When it last had nothing to do, how much went, how far it is behind: Prometheus' text. Nothing where it was not started. */
void retention_metrics(struct buf *out);

/* avatar.c */

handler avatar_get;

/* operator.c */

handler operator_health, operator_ready, operator_metrics;

#endif
