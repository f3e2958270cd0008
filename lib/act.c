/* A call of the database and what it answers, carried out: commit (in the database), publish, answer. */
#include "publish.h"
#include "web.h"

#include <stdlib.h>
#include <string.h>

const char *act_bytea(struct request *r, const uint8_t *bytes, size_t size)
{
	char *text = arena_alloc(&r->arena, 2 * size + 3);
	text[0] = '\\';
	text[1] = 'x';
	hex_encode(bytes, size, text + 2);
	return text;
}

const char *act_int(struct request *r, int value)
{
	return arena_printf(&r->arena, "%d", value);
}

const char *act_bool(bool value)
{
	return value ? "true" : "false";
}

/* Where an error says in how many seconds to come again. */
static void retry_read(struct request *r, const char *more)
{
	const char *at = more != NULL ? strstr(more, "\"retry_after\": ") : NULL;
	if (at != NULL)
		reply_header(r, "Retry-After", "%d", atoi(at + strlen("\"retry_after\": ")));
}

/* Errors of ours carry SQLSTATE DLnnn and their code; of all others only the SQLSTATE is ever seen, in the log. */
static int act_error(struct request *r, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (state != NULL && strncmp(state, "DL", 2) == 0) {
		const char *field = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
		int status = atoi(state + 2);
		const char *code = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		if (field != NULL && field[0])
			return fail_field(r, arena_copy(&r->arena, field, strlen(field)));
		const char *more = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
		fail(r, status, code);
		fail_extend(r, more);
		retry_read(r, more);
		return status;
	}
	log_event(LOG_ERROR, "database_error", "\"route\":\"%s %s\",\"sqlstate\":\"%s\"", r->route->method, r->route->path,
	          state != NULL ? state : "");
	if (state == NULL)
		return fail(r, 500, "internal");
	if (strncmp(state, "22", 2) == 0)
		return fail(r, 400, "malformed");
	/* Out of resources, shutting down, cancelled, deadlocked: a later try may do. */
	static const char *const passing[] = {"53", "57", "40", "55", "08", "58", "25"};
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (strncmp(state, passing[i], 2) == 0)
			return fail_down(r);
	return fail(r, 500, "internal");
}

/* Publishes what the rows say, and adds the reply to *reply. Returns its status. */
static int acts_publish(const PGresult *result, struct arena *arena, struct buf *reply)
{
	int status = 204;
	struct publish publish;
	publish_begin(&publish, arena);
	for (int i = 0; i < PQntuples(result); i++) {
		const char *kind = PQgetvalue(result, i, 0), *target = PQgetvalue(result, i, 1);
		const char *body = PQgetvalue(result, i, 2);
		if (strcmp(kind, "reply") == 0) {
			status = atoi(target);
			buf_add(reply, body, (size_t)PQgetlength(result, i, 2));
		} else if (target[0] && strcmp(kind, "frame") == 0) {
			publish_frame(&publish, target, body, (size_t)PQgetlength(result, i, 2));
		} else if (target[0] && strcmp(kind, "bye") == 0) {
			publish_bye(&publish, target, body);
		} else if (strcmp(kind, "check") == 0) {
			publish_check(target);
		}
	}
	publish_end(&publish);
	return status;
}

int act_result(struct request *r, PGresult *result)
{
	if (result == NULL)
		return fail_down(r);
	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		int status = act_error(r, result);
		PQclear(result);
		return status;
	}
	int status = acts_publish(result, &r->arena, &r->reply);
	PQclear(result);
	return status;
}

int act_call(struct request *r, const char *function, const struct db_params *rest)
{
	struct db_params params = {0};
	if (r->route->who != ANYONE)
		params.values[params.count++] = act_bytea(r, r->token, sizeof r->token);
	if (r->route->who == MODERATOR || r->route->who == OWNER)
		params.values[params.count++] = r->route->who == OWNER ? "owner" : "moderator";
	for (int i = 0; i < rest->count; i++)
		params.values[params.count++] = rest->values[i];
	return act_result(r, db_call(function, &params));
}

int act_job(const char *function, const struct db_params *params, struct buf *reply)
{
	struct arena arena = {0};
	int status = 0;
	PGresult *result = db_call(function, params);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		status = acts_publish(result, &arena, reply);
	PQclear(result);
	arena_free(&arena);
	return status;
}

void act_background(const char *function)
{
	struct buf reply = {0};
	act_job(function, &(struct db_params){0}, &reply);
	buf_free(&reply);
}
