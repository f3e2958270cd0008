/* The way of a request: FastCGI in, route, checks, handler, JSON out. */
#ifndef DRIFTLINE_WEB_H
#define DRIFTLINE_WEB_H

#include "base.h"
#include "crypto.h"
#include "db.h"

#include <fcgiapp.h>
#include <json-c/json.h>

struct request;

/* A handler returns the status. What it answers stands in r->reply; it frees nothing. */
typedef int handler(struct request *r);

enum who { ANYONE, SESSION }; /* SESSION: with a token; whether it lives, the database says */
enum pool { POOL_ALL, POOL_API, POOL_AUTH }; /* the programs that serve a route */
enum rate { RATE_NONE, RATE_MESSAGES, RATE_MATCHES, RATE_COUNT }; /* a budget per session and minute */

enum { ROUTE_ARGS_MAX = 2 };

struct route {
	const char *method;
	const char *path; /* "{name}" stands for one segment, handed over in r->args */
	handler *handle;
	enum who who;
	const char *fields; /* of the JSON body, parted by blanks; NULL: there is no body */
	enum rate rate;
	enum pool pool;
};

struct request {
	struct arena arena;
	FCGX_Request fcgi;
	const struct route *route;
	const char *args[ROUTE_ARGS_MAX];
	uint8_t token[DIGEST_SIZE]; /* SHA-256 of the session's token, where there is one */
	bool has_token, by_cookie;
	bool chinese; /* the answer's language: zh-Hans, else en */
	json_object *body; /* an object, or NULL where the route has no fields */
	struct buf headers; /* further lines, each with its CRLF */
	struct buf reply; /* JSON, unless headers name another Content-Type */
};

/* request.c: what came in. */

/* Finds the route and settles all that a route row says. Returns 0, or the status to answer. */
int request_open(struct request *r, const struct route *routes, enum pool pool);
void request_close(struct request *r); /* frees all but one block of the arena */

const char *request_param(const struct request *r, const char *name); /* of FastCGI; "" where there is none */
/* An argument of the query, decoded into the arena; NULL where there is none, "" where it is not valid text. */
const char *request_query(struct request *r, const char *name);

/*
 * Fields of the body. Each returns 0 and sets *value, or returns the 422 that the handler is to return:
 *     TRY(field_text(r, "topic", REQUIRED, TEXT_NAME, 60, &topic));
 * An absent optional field is NULL or 0.
 */
enum need { OPTIONAL, REQUIRED };
int field_text(struct request *r, const char *name, enum need need, enum text_kind kind, size_t max,
               const char **value);
int field_word(struct request *r, const char *name, enum need need, const char *words,
               const char **value); /* one of "a|b" */
int field_hex(struct request *r, const char *name, enum need need, size_t digits, const char **value); /* lower case */
int field_int(struct request *r, const char *name, enum need need, int min, int max, int *value);
int field_uuid4(struct request *r, const char *name, const char **value); /* required */
/* Up to 8 tags of 20 characters, without repeats, as a PostgreSQL array literal; "{}" when absent. */
int field_tags(struct request *r, const char *name, const char **value);
bool field_given(const struct request *r, const char *name);
/* An integer argument of the query in [min, max], as text for a call; NULL when absent. */
int query_int(struct request *r, const char *name, int min, int max, const char **value);

/* Returns from the handler with what the check made, if it made something. */
#define TRY(check) \
	do { \
		int status_ = (check); \
		if (status_) \
			return status_; \
	} while (0)

/* reply.c: what goes out. */

/* Replaces the reply by an error in the request's language. Returns status. Codes stand in the table of errors.c. */
int fail(struct request *r, int status, const char *code);
int fail_field(struct request *r, const char *field); /* 422 invalid_field */
int fail_down(struct request *r); /* 503 unavailable, Retry-After */
void reply_header(struct request *r, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void reply_send(struct request *r, int status);

/* The message of an error code in a language; the code itself for one that is not in the table. */
const char *error_message(const char *code, bool chinese);

/* act.c: a call of a function of schema api, and what it answers carried out. */

/*
 * Calls api.<function>(token, …), then publishes its frames and ends its connections, and puts its reply into r->reply.
 * Returns the reply's status; errors raised there are answered as they say. The session's token goes in first where
 * the route asks for one.
 */
int act_call(struct request *r, const char *function, const struct db_params *rest);
#define ACT(r, function, ...) \
	act_call(r, function, \
	         &(struct db_params){.count = (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), \
	                             .values = {__VA_ARGS__}})
#define ACT0(r, function) act_call(r, function, &(struct db_params){0})
/* The same for a result that the caller has already. Clears it; NULL is a database that is down. */
int act_result(struct request *r, PGresult *result);
const char *act_bytea(struct request *r, const uint8_t *bytes, size_t size); /* in PostgreSQL's text form */
const char *act_int(struct request *r, int value);

/* rate.c: budgets per minute, in this program's memory; bounded, and forgiving when it is full. */

/* Takes one from the budget of a session. Returns 0, or the seconds until there is one again. */
int rate_take(enum rate rate, const uint8_t token[DIGEST_SIZE]);
void rate_limit(enum rate rate, int per_minute); /* 0: no limit */

/* metrics.c */

void metrics_count(const struct route *route, int status, long microseconds);
void metrics_add(const char *name, long value); /* name: a literal */
void metrics_write(struct buf *buf, const struct route *routes);

/* server.c */

/*
 * Serves routes of one pool on the unix socket at path, with so many threads, until SIGTERM or SIGINT; then ends the
 * requests under way and returns. background, if not NULL, runs in a thread of its own about every five seconds.
 */
int server_run(const char *path, int threads, const struct route *routes, enum pool pool, void (*background)(void));

#endif
