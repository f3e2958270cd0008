/* Admins: logging in, their passwords and tokens, the record of what they did, figures. */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A token and a password are random, the one of 256 bits, the other of 128: people hand passwords on, and type them. */
enum { TOKEN_SIZE = 2 * ID_SIZE, NAME_MAX_LENGTH = 32, PASSWORD_MAX = 100, COST_MAX = 32 };

struct secrets {
	char token[TOKEN_SIZE + 1], password[ID_SIZE + 1];
	uint8_t salt[SALT_SIZE], hash[DIGEST_SIZE];
};

/* The digest that the database keeps, in its text form. */
static const char *token_make(struct request *r, char token[TOKEN_SIZE + 1])
{
	uint8_t digest[DIGEST_SIZE];
	random_id(token);
	random_id(token + ID_SIZE);
	sha256(token, TOKEN_SIZE, digest);
	return act_bytea(r, digest, sizeof digest);
}

/* scrypt over the password's digest. Returns 0, or the 503 to return. */
static int password_derive(struct request *r, const char *password, const uint8_t *salt, const char *cost,
                           uint8_t *hash)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];
	sha256(password, strlen(password), digest);
	hex_encode(digest, sizeof digest, hex);
	return password_hash("admin", hex, salt, cost, hash) == PASSWORD_BUSY ? fail(r, 503, "busy") : 0;
}

static int password_make(struct request *r, struct secrets *s)
{
	random_id(s->password);
	random_bytes(s->salt, sizeof s->salt);
	return password_derive(r, s->password, s->salt, password_cost, s->hash);
}

/* Puts a member in front of those of the reply, a JSON object. */
static void reply_member(struct request *r, const char *name, const char *value)
{
	struct buf rest = r->reply;
	r->reply = (struct buf){.arena = &r->arena};
	buf_printf(&r->reply, "{\"%s\":", name);
	buf_json(&r->reply, value);
	buf_printf(&r->reply, ",%s", rest.text + 1);
}

/* What the name's password is hashed with; for a name that nobody has, something random, which takes as long. */
static int salt_find(struct request *r, const char *name, uint8_t salt[SALT_SIZE], char cost[COST_MAX])
{
	random_bytes(salt, SALT_SIZE);
	snprintf(cost, COST_MAX, "%s", password_cost);
	int status = ACT(r, "login_salt", name);
	if (status == 200) {
		char hex[2 * SALT_SIZE + 1];
		snprintf(hex, sizeof hex, "%.*s", 2 * SALT_SIZE, r->reply.text);
		snprintf(cost, COST_MAX, "%s", r->reply.text + 2 * SALT_SIZE + 1);
		if (!hex_decode(hex, salt, SALT_SIZE))
			return fail(r, 500, "internal");
	}
	r->reply = (struct buf){.arena = &r->arena};
	return status == 200 || status == 404 ? 0 : fail_down(r);
}

/*
 * /login {name, password}: {token, name, role, expires}. 404 bad_credentials, alike for a wrong name and a wrong password;
 * 429 too_many after ten wrong ones in a row.
 */
int admin_login(struct request *r)
{
	const char *name, *password;
	uint8_t salt[SALT_SIZE], hash[DIGEST_SIZE];
	char cost[COST_MAX], token[TOKEN_SIZE + 1];
	TRY(admin_id(r, "name", REQUIRED, &name));
	TRY(field_text(r, "password", REQUIRED, TEXT_NAME, PASSWORD_MAX, &password));
	TRY(salt_find(r, name, salt, cost));
	TRY(password_derive(r, password, salt, cost, hash));
	const char *digest = token_make(r, token);
	int status = ACT(r, "login", name, act_bytea(r, hash, sizeof hash), digest, act_int(r, config.admin_hours));
	if (status == 200)
		reply_member(r, "token", token);
	if (status == 404)
		return fail(r, 404, "bad_credentials");
	if (status == 429 && r->reply.size < sizeof "999999") {
		reply_header(r, "Retry-After", "%s", r->reply.text);
		return fail(r, 429, "too_many");
	}
	return status;
}

/* /logout: 204, the token is dead. */
int admin_logout(struct request *r)
{
	return ACT0(r, "logout");
}

/* /admins/list {cursor?, limit?}: {name, role, created, disabled, password, self, tokens}, by name. */
int admins_list(struct request *r)
{
	const char *cursor, *limit;
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "admins_list", cursor, limit);
}

/* /admins/add {name, role: "moderator" | "owner"}: 201 {password, name, role}; 409 admin_exists. The password is told once. */
int admins_add(struct request *r)
{
	const char *name, *role;
	struct secrets s;
	TRY(admin_id(r, "name", REQUIRED, &name));
	TRY(field_word(r, "role", REQUIRED, "moderator owner", &role));
	size_t shape = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
	if (name[shape] != '\0' || strspn(name, "0123456789-_") > 0 || shape < 2 || shape > NAME_MAX_LENGTH)
		return fail_field(r, "name");
	TRY(password_make(r, &s));
	int status = ACT(r, "admins_add", name, role, act_bytea(r, s.salt, sizeof s.salt),
	                 act_bytea(r, s.hash, sizeof s.hash), password_cost);
	if (status == 201)
		reply_member(r, "password", s.password);
	return status;
}

/* /admins/disable {name}: 204, the admin's tokens are dead and its password opens nothing; 404 no_admin, 409 yourself. */
int admins_disable(struct request *r)
{
	const char *name;
	TRY(admin_id(r, "name", REQUIRED, &name));
	return ACT(r, "admins_disable", name);
}

/* /admins/enable {name}: 204, the password opens again; 404 no_admin, 409 yourself. */
int admins_enable(struct request *r)
{
	const char *name;
	TRY(admin_id(r, "name", REQUIRED, &name));
	return ACT(r, "admins_enable", name);
}

/* Puts the secrets into a reply that says which of them count: password true or false, expires for a token. */
static int rotated_reply(struct request *r, const struct secrets *s)
{
	json_object *reply = json_tokener_parse(r->reply.text), *part = NULL;
	bool has_password = json_object_object_get_ex(reply, "password", &part) && json_object_get_boolean(part);
	bool is_self = json_object_object_get_ex(reply, "expires", &part) && part != NULL;
	json_object_object_del(reply, "password");
	if (has_password)
		json_object_object_add(reply, "password", json_object_new_string(s->password));
	if (is_self)
		json_object_object_add(reply, "token", json_object_new_string(s->token));
	r->reply = (struct buf){.arena = &r->arena};
	buf_text(&r->reply, json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN));
	json_object_put(reply);
	return 200;
}

/*
 * /admins/rotate {name} (an owner), /rotate (anybody, for oneself): the tokens and the password of before are dead.
 * {name, password?, token?, expires?}: a password for who has one, a token for oneself. 404 no_admin.
 */
int admins_rotate(struct request *r)
{
	const char *name;
	struct secrets s;
	TRY(admin_id(r, "name", OPTIONAL, &name));
	if (name == NULL && r->route->who == OWNER)
		return fail_field(r, "name");
	TRY(password_make(r, &s));
	const char *digest = token_make(r, s.token);
	int status = ACT(r, "admins_rotate", name, act_bytea(r, s.salt, sizeof s.salt), act_bytea(r, s.hash, sizeof s.hash),
	                 password_cost, digest, act_int(r, config.admin_hours));
	return status == 200 ? rotated_reply(r, &s) : status;
}

/* /audit {admin?, command?, target?, cursor?, limit?}: what was done, the latest first. */
int audit_list(struct request *r)
{
	const char *admin, *command, *target, *cursor, *limit;
	TRY(admin_id(r, "admin", OPTIONAL, &admin));
	TRY(field_text(r, "command", OPTIONAL, TEXT_NAME, 40, &command));
	TRY(field_text(r, "target", OPTIONAL, TEXT_NAME, 200, &target));
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "audit", admin, command, target, cursor, limit);
}

/* /stats: figures; those of large tables are about right. */
int stats_show(struct request *r)
{
	return ACT0(r, "stats");
}
