/* Accounts: coming in, going out, and what one may change about oneself. */
#include "app.h"

#include <ctype.h>
#include <string.h>

/* The database says how long a token lives, from its last use on; the cookie only must not go before it. */
enum { COOKIE_SECONDS = 400 * 24 * 3600, NICKNAME_MAX = 24 };

struct password {
	const char *scheme, *digest;
};

struct stored_password {
	const char *account, *scheme, *cost, *name;
	uint8_t salt[SALT_SIZE], hash[DIGEST_SIZE];
	bool found;
};

static const char *locale(const struct request *r)
{
	return r->chinese ? "zh-Hans" : "en";
}

static bool asks_for_cookie(const struct request *r)
{
	return strcmp(request_param(r, "HTTP_X_SESSION"), "cookie") == 0;
}

static bool is_secure(const struct request *r)
{
	return strcmp(request_param(r, "REQUEST_SCHEME"), "https") == 0 || strncmp(config.public_url, "https:", 6) == 0;
}

static void cookie_set(struct request *r, const char *token, int seconds)
{
	reply_header(r, "Set-Cookie", "driftline_session=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", token,
	             seconds, is_secure(r) ? "; Secure" : "");
}

/* A new session's token for the client; its hash, for the database, is returned. */
static const char *token_make(struct request *r, char token[ID_SIZE + 1])
{
	uint8_t digest[DIGEST_SIZE];
	random_id(token);
	sha256(token, ID_SIZE, digest);
	return act_bytea(r, digest, sizeof digest);
}

/* Turns the reply, a user, into {token, user}, or sets the cookie and leaves the token out. */
static int session_reply(struct request *r, int status, const char *token)
{
	if (status != 200)
		return status;
	struct buf user = r->reply;
	r->reply = (struct buf){.arena = &r->arena};
	if (asks_for_cookie(r)) {
		cookie_set(r, token, COOKIE_SECONDS);
		buf_text(&r->reply, "{\"user\":");
	} else {
		buf_printf(&r->reply, "{\"token\":\"%s\",\"user\":", token);
	}
	buf_add(&r->reply, user.text, user.size);
	buf_text(&r->reply, "}");
	return 200;
}

/* The account's name, lower-cased. Returns whether it has the shape of one. */
static bool name_clean(struct request *r, const char *field, const char **name)
{
	json_object *object;
	if (!json_object_object_get_ex(r->body, field, &object) || !json_object_is_type(object, json_type_string))
		return false;
	const char *text = json_object_get_string(object);
	size_t size = strlen(text);
	char *lower = arena_copy(&r->arena, text, size);
	for (size_t i = 0; i < size; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	*name = lower;
	return size >= 3 && size <= 32 && strspn(lower, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size &&
	       lower[0] != '_' && lower[0] != '-';
}

/* Exactly one of the two schemes must be given. */
static int password_read(struct request *r, const char *md5_field, const char *v2_field, struct password *password)
{
	const char *md5, *v2;
	TRY(field_hex(r, md5_field, OPTIONAL, 32, &md5));
	TRY(field_hex(r, v2_field, OPTIONAL, 64, &v2));
	if ((md5 == NULL) == (v2 == NULL))
		return fail_field(r, v2_field);
	*password = md5 != NULL ? (struct password){"md5", md5} : (struct password){"v2", v2};
	return 0;
}

/* A new password is none of those that everybody tries first. */
static int password_fresh(struct request *r, const char *name, struct password password)
{
	bool common = common_password(password.scheme, name, password.digest);
	return common ? fail(r, 422, "password_common") : 0;
}

static int fail_busy(struct request *r)
{
	reply_header(r, "Retry-After", "5");
	return fail(r, 503, "busy");
}

/* Salts and hashes a new password, as the database takes them. */
static int password_new(struct request *r, struct password password, const char **salt, const char **hash)
{
	uint8_t salt_bytes[SALT_SIZE], hash_bytes[DIGEST_SIZE];
	random_bytes(salt_bytes, sizeof salt_bytes);
	if (password_hash(password.scheme, password.digest, salt_bytes, password_cost, hash_bytes) != PASSWORD_OK)
		return fail_busy(r);
	*salt = act_bytea(r, salt_bytes, sizeof salt_bytes);
	*hash = act_bytea(r, hash_bytes, sizeof hash_bytes);
	return 0;
}

/* Reads a row of api.login_find or api.password_find. No row: a password that nothing fits, at the same cost. */
static int stored_read(struct request *r, PGresult *result, struct stored_password *stored)
{
	*stored = (struct stored_password){.account = "0", .scheme = "v2", .cost = password_cost, .name = ""};
	if (result == NULL || PQresultStatus(result) != PGRES_TUPLES_OK)
		return act_result(r, result);
	stored->found = PQntuples(result) == 1;
	if (stored->found) {
		stored->account = arena_copy(&r->arena, PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0));
		stored->scheme = arena_copy(&r->arena, PQgetvalue(result, 0, 1), (size_t)PQgetlength(result, 0, 1));
		stored->cost = arena_copy(&r->arena, PQgetvalue(result, 0, 4), (size_t)PQgetlength(result, 0, 4));
		stored->name = arena_copy(&r->arena, PQgetvalue(result, 0, 5), (size_t)PQgetlength(result, 0, 5));
		stored->found = hex_decode(PQgetvalue(result, 0, 2) + 2, stored->salt, sizeof stored->salt) &&
		                hex_decode(PQgetvalue(result, 0, 3) + 2, stored->hash, sizeof stored->hash);
	}
	PQclear(result);
	return 0;
}

static int stored_check(struct request *r, struct password password, const struct stored_password *stored)
{
	enum password_result result =
		password_check(stored->scheme, password.digest, stored->salt, stored->cost, stored->hash);
	if (result == PASSWORD_BUSY)
		return fail_busy(r);
	bool right = result == PASSWORD_OK && stored->found && strcmp(stored->scheme, password.scheme) == 0;
	return right ? 0 : fail(r, 404, "bad_credentials");
}

/* The password of the session's account. */
static int stored_own(struct request *r, struct stored_password *stored)
{
	struct db_params params = {.count = 1, .values = {act_bytea(r, r->token, sizeof r->token)}};
	return stored_read(r, db_call("password_find", &params), stored);
}

/* Who a wx.login code is of: the openid, and its keyed hash for the database. */
static int wechat_prove(struct request *r, const char *code, const char **openid, const char **hash)
{
	uint8_t bytes[DIGEST_SIZE];
	TRY(wechat_openid(r, code, openid));
	secret_hash("openid", *openid, bytes);
	*hash = act_bytea(r, bytes, sizeof bytes);
	return 0;
}

/* POST /register {account, password_md5 | password_v2, nickname?, pow?, device?}: 200 {token, user}; 202 account_exists. */
int account_register(struct request *r)
{
	const char *name, *nickname, *salt, *hash, *origins, *flag = NULL;
	char token[ID_SIZE + 1];
	struct password password;
	struct proof proof;
	if (!name_clean(r, "account", &name))
		return fail_field(r, "account");
	TRY(password_read(r, "password_md5", "password_v2", &password));
	TRY(field_text(r, "nickname", OPTIONAL, TEXT_NAME, NICKNAME_MAX, &nickname));
	TRY(words_field(r, "nickname", &nickname, &flag));
	TRY(proof_origins(r, &origins));
	TRY(proof_take(r, ABUSE_REGISTRATIONS, NULL, &proof));
	TRY(password_fresh(r, name, password));
	TRY(proof_spend(r, &proof));
	proof_count(r, ABUSE_REGISTRATIONS);
	TRY(password_new(r, password, &salt, &hash));
	const char *digest = token_make(r, token);
	return session_reply(r,
	                     ACT(r, "register", digest, name, password.scheme, salt, hash, password_cost, nickname,
	                         locale(r), origins, flag),
	                     token);
}

/* A try to log in, whose proof is used up where the password to check is looked up. */
static int login_try(struct request *r, const char *name, struct password password, const struct proof *proof,
                     const char *origins)
{
	char token[ID_SIZE + 1];
	struct stored_password stored;
	struct db_params params = {.count = 3, .values = {name, proof->challenge, proof->expires}};
	TRY(stored_read(r, db_call("login_find", &params), &stored));
	TRY(stored_check(r, password, &stored));
	const char *digest = token_make(r, token);
	return session_reply(
		r, ACT(r, "login", digest, stored.account, act_bytea(r, stored.hash, sizeof stored.hash), origins), token);
}

/* POST /login {account, password_md5 | password_v2, pow?, device?}: 200 {token, user}; 404 bad_credentials; 202 blacklisted. */
int account_login(struct request *r)
{
	const char *name = "", *origins;
	struct password password;
	struct proof proof;
	json_object *account;
	if (!json_object_object_get_ex(r->body, "account", &account) || !json_object_is_type(account, json_type_string))
		return fail_field(r, "account");
	TRY(password_read(r, "password_md5", "password_v2", &password));
	if (!name_clean(r, "account", &name))
		name = ""; /* nobody has that name: the common 404, at the common cost */
	TRY(proof_origins(r, &origins));
	TRY(proof_take(r, ABUSE_LOGINS, name, &proof));
	proof_count_try(name);
	int status = login_try(r, name, password, &proof, origins);
	proof_count_login(r, name, status);
	return status;
}

/*
 * POST /login/guest {pow?, device?}: 200, an account without name or password; 202 blacklisted for a token of a guest who is
 * banned.
 */
int account_guest(struct request *r)
{
	char token[ID_SIZE + 1];
	const char *origins;
	struct proof proof;
	TRY(proof_origins(r, &origins));
	TRY(proof_take(r, ABUSE_GUESTS, NULL, &proof));
	const char *digest = token_make(r, token), *old = r->has_token ? act_bytea(r, r->token, sizeof r->token) : NULL;
	int status = ACT(r, "login_guest", digest, locale(r), old, proof.challenge, proof.expires, origins);
	if (status == 200)
		proof_count(r, ABUSE_GUESTS);
	return session_reply(r, status, token);
}

/* The openid as it is kept where WeChat is asked about what its users say, which it has to be told then; else NULL. */
static const char *openid_sealed(struct request *r, const char *openid)
{
	return wechat_checks_text() ? wechat_openid_seal(r, openid) : NULL;
}

/* POST /login/wechat {code, device?}: 200; 404 or 403 wechat_refused; 503 not_configured. The openid is kept as a keyed hash. */
int account_wechat(struct request *r)
{
	const char *code, *openid, *hash, *origins;
	char token[ID_SIZE + 1];
	TRY(field_text(r, "code", REQUIRED, TEXT_NAME, 128, &code));
	TRY(proof_origins(r, &origins));
	TRY(wechat_prove(r, code, &openid, &hash));
	const char *digest = token_make(r, token);
	int status = ACT(r, "login_wechat", digest, hash, openid_sealed(r, openid), locale(r), origins);
	return session_reply(r, status, token);
}

/* POST /logout, ?all=1: 204. The sockets of what ends are told `logged_out` and closed. */
int account_logout(struct request *r)
{
	const char *all = request_query(r, "all");
	int status = ACT(r, "logout", all != NULL && strcmp(all, "1") == 0 ? "true" : "false");
	if (r->by_cookie && (status == 204 || status == 401))
		cookie_set(r, "", 0);
	return status;
}

/* GET /me: user. */
int account_me(struct request *r)
{
	return ACT0(r, "me");
}

/* POST /me {nickname?, locale?, account? with password_v2?}: user; 202 account_exists; 409 has_account. */
int account_update(struct request *r)
{
	const char *nickname, *language, *digest, *name = NULL, *salt = NULL, *hash = NULL, *flag = NULL;
	TRY(field_text(r, "nickname", OPTIONAL, TEXT_NAME, NICKNAME_MAX, &nickname));
	TRY(words_field(r, "nickname", &nickname, &flag));
	TRY(field_word(r, "locale", OPTIONAL, "en zh-Hans", &language));
	TRY(field_hex(r, "password_v2", OPTIONAL, 64, &digest));
	bool has_name = field_given(r, "account");
	if (has_name && !name_clean(r, "account", &name))
		return fail_field(r, "account");
	if (has_name != (digest != NULL))
		return fail_field(r, has_name ? "password_v2" : "account");
	if (has_name) { /* nothing is hashed for somebody without a session, nor for one who has a name */
		int status = ACT0(r, "me_unnamed");
		if (status != 204)
			return status;
		TRY(password_fresh(r, name, (struct password){"v2", digest}));
		TRY(password_new(r, (struct password){"v2", digest}, &salt, &hash));
	}
	return ACT(r, "me_update", nickname, language, name, salt, hash, has_name ? password_cost : NULL, flag);
}

/* POST /me/password {old_password_md5 | old_password_v2, new_password_v2}: 204; every other session ends. */
int account_password(struct request *r)
{
	const char *digest, *salt, *hash;
	struct password old;
	struct stored_password stored;
	TRY(password_read(r, "old_password_md5", "old_password_v2", &old));
	TRY(field_hex(r, "new_password_v2", REQUIRED, 64, &digest));
	TRY(stored_own(r, &stored));
	TRY(password_fresh(r, stored.name, (struct password){"v2", digest}));
	TRY(stored_check(r, old, &stored));
	TRY(password_new(r, (struct password){"v2", digest}, &salt, &hash));
	return ACT(r, "password_change", act_bytea(r, stored.hash, sizeof stored.hash), salt, hash, password_cost);
}

/*
 * DELETE /me {password_md5 | password_v2}, a guest {confirm: true}, who came by WeChat a fresh {code}: 204. Every session
 * ends. 404 bad_credentials, wechat_refused.
 */
int account_erase(struct request *r)
{
	const char *code, *openid, *hash = NULL, *openid_hash = NULL;
	bool confirm;
	struct password password;
	struct stored_password stored;
	TRY(field_text(r, "code", OPTIONAL, TEXT_NAME, 128, &code));
	TRY(field_bool(r, "confirm", OPTIONAL, false, &confirm));
	if (field_given(r, "password_md5") || field_given(r, "password_v2")) {
		TRY(password_read(r, "password_md5", "password_v2", &password));
		TRY(stored_own(r, &stored));
		TRY(stored_check(r, password, &stored));
		hash = act_bytea(r, stored.hash, sizeof stored.hash);
	} else if (code != NULL) {
		TRY(wechat_prove(r, code, &openid, &openid_hash));
	}
	int status = ACT(r, "me_erase", hash, openid_hash, act_bool(confirm));
	if (r->by_cookie && status == 204)
		cookie_set(r, "", 0);
	return status;
}
