/* The way of a request: FastCGI in, route, checks, handler, JSON out. */
#ifndef DRIFTLINE_WEB_H
#define DRIFTLINE_WEB_H

#include "base.h"
#include "crypto.h"
#include "db.h"

#include <json-c/json.h>
#include <time.h>

struct request;

/*
 * A handler returns the status. What it answers stands in r->reply; it frees nothing. One that a route row puts into the
 * event loop may return PENDING instead: then some other thread calls loop_answer() in the end. One that has sent a part
 * of its answer by loop_flush() and cannot go on returns BROKEN: the connection ends, so that nobody takes the part for the
 * whole.
 */
enum { PENDING = -1, BROKEN = -2 };
typedef int handler(struct request *r);

/* With a token, an account's or an admin's of at least that role; whether it lives and is one, the database says. */
enum who { ANYONE, SESSION, MODERATOR, OWNER };
/*
 * The program that serves a route. POOL_LOOP: api too, in its event loop itself, since the handler never waits. POOL_MEDIA:
 * a body is an upload, which the handler reads itself.
 */
enum pool { POOL_ALL, POOL_API, POOL_LOOP, POOL_AUTH, POOL_MEDIA, POOL_ADMIN };

/* A budget per account (RATE_ROOM: per room, of all that is written there). */
enum rate { RATE_NONE, RATE_MESSAGES, RATE_MATCHES, RATE_SIGNALS, RATE_SEARCHES, RATE_ROOM, RATE_COUNT };

enum { ROUTE_ARGS_MAX = 2, BODY_MAX = 16 * 1024, UPLOAD_MAX = 4 * 1024 * 1024 + 8 * 1024 };

struct route {
	const char *method;
	const char *path; /* "{name}" stands for one segment, handed over in r->args */
	handler *handle;
	enum who who;
	/* Of the JSON body, parted by blanks; NULL: there is no body; "*": any object, of whatever type. */
	const char *fields;
	enum rate rate;
	enum pool pool;
};

struct request {
	struct arena arena;
	char **params; /* "NAME=value", ends with NULL */
	const char *content; /* the body's bytes, NUL-terminated */
	size_t content_size;
	struct timespec begin;
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

/* The object that text is, which the caller puts; NULL for what is no JSON, no object, or has what json-c lets pass. */
json_object *request_json(const char *text, size_t size);

const char *request_param(const struct request *r, const char *name); /* of FastCGI; "" where there is none */
/* An argument of the query, decoded into the arena; NULL where there is none, "" where it is not valid text. */
const char *request_query(struct request *r, const char *name);

/*
 * Fields of the body. Each returns 0 and sets *value, or returns the 422 that the handler is to return:
 *     TRY(field_text(r, "topic", REQUIRED, TEXT_NAME, 60, &topic));
 * An absent optional field is NULL, 0, or what the call gives for it.
 */
enum need { OPTIONAL, REQUIRED };
int field_text(struct request *r, const char *name, enum need need, enum text_kind kind, size_t max,
               const char **value);
int field_word(struct request *r, const char *name, enum need need, const char *words,
               const char **value); /* one of "a|b" */
int field_hex(struct request *r, const char *name, enum need need, size_t digits, const char **value); /* lower case */
int field_int(struct request *r, const char *name, enum need need, int min, int max, int *value);
int field_bool(struct request *r, const char *name, enum need need, bool otherwise, bool *value);
int field_uuid4(struct request *r, const char *name, const char **value); /* required */
/* Up to 8 tags of 20 characters, without repeats, as a PostgreSQL array literal; "{}" when absent. */
int field_tags(struct request *r, const char *name, const char **value);
bool field_given(const struct request *r, const char *name);
/* An integer argument of the query in [min, max], as text for a call; NULL when absent. */
int query_int(struct request *r, const char *name, int min, int max, const char **value);
/* A text argument of the query, cleaned as a name; NULL when absent. */
int query_text(struct request *r, const char *name, size_t max, const char **value);
int query_word(struct request *r, const char *name, const char *words, const char **value); /* required; one of "a b" */
int query_uuid4(struct request *r, const char *name, const char **value); /* required */
/* Takes one from a budget of the caller's, beside that of the route: 0, or 429. */
int request_draw(struct request *r, enum rate rate);

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
int fail_at(struct request *r, int status, const char *code, const char *field); /* with the field that it is about */
/* Adds members to the error that fail() has just made. more: a JSON object; NULL or "{}" for none. */
void fail_extend(struct request *r, const char *more);
int fail_down(struct request *r); /* 503 unavailable, Retry-After */
void reply_header(struct request *r, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void reply_write(struct request *r, int status, struct buf *out); /* head and body, as CGI wants them */
void reply_head(struct request *r, int status, struct buf *out); /* of a body whose length nobody knows yet */

/* 0 for 0 seconds, else 429 too_many with Retry-After. */
int fail_wait(struct request *r, int seconds);

/* The message of an error code in a language; the code itself for one that is not in the table. */
const char *error_message(const char *code, bool chinese);

/* act.c: a call of a function of schema api, and what it answers carried out. */

/*
 * Calls api.<function>(token, …), then publishes its frames and ends its connections, and puts its reply into r->reply.
 * Returns the reply's status; errors raised there are answered as they say. The session's token goes in first where
 * the route asks for one; where it asks for an admin, the role that it takes behind it.
 */
int act_call(struct request *r, const char *function, const struct db_params *rest);
#define ACT(r, function, ...) \
	act_call(r, function, \
	         &(struct db_params){.count = (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), \
	                             .values = {__VA_ARGS__}})
#define ACT0(r, function) act_call(r, function, &(struct db_params){0})
/* The same for a result that the caller has already. Clears it; NULL is a database that is down. */
int act_result(struct request *r, PGresult *result);
/*
 * The same on no request's behalf: adds the reply to *reply, and returns its status, 0 for a call that failed. params: all of
 * the function's arguments.
 */
int act_job(const char *function, const struct db_params *params, struct buf *reply);
/* The same for a function without arguments. What fails is tried again by the next call. */
void act_background(const char *function);
const char *act_bytea(struct request *r, const uint8_t *bytes, size_t size); /* in PostgreSQL's text form */
const char *act_int(struct request *r, int value);
const char *act_bool(bool value);

/* rate.c: budgets, in this program's memory; bounded, and forgiving when it is full. */

void rate_limit(enum rate rate, int number, int seconds); /* so many in so many seconds; 0: no limit */
/* Accounts younger than so many seconds have so many hundredths of each budget. 0 seconds: all have the whole of it. */
void rate_newcomers(int seconds, int percent);
/* Takes one from the budget of a session's account. Returns 0, or the seconds until there is one again. */
int rate_take(enum rate rate, const uint8_t token[DIGEST_SIZE]);
/* The seconds until the budget of a thing has one, which is not taken; 0: it has. */
int rate_wait(enum rate rate, const char *id);
void rate_spend(enum rate rate, const char *id); /* takes one, whether it has one or not */
/* A session that the database has taken: whose it is shall be learned, if it is not known. */
void rate_seen(const uint8_t token[DIGEST_SIZE]);
int rate_unknown(uint8_t tokens[][DIGEST_SIZE], int max); /* takes some of those; returns how many */
void rate_learn(const uint8_t token[DIGEST_SIZE], const char *account,
                long age); /* whose it is; seconds since that was made */

/* pow.c: proof of work. */

enum { POW_SALT_SIZE = 64 };

struct pow_challenge {
	char salt[POW_SALT_SIZE], challenge[2 * DIGEST_SIZE + 1], signature[2 * DIGEST_SIZE + 1];
	int maxnumber;
};

/* Makes a challenge whose number is one of 0 … maxnumber, good until expires (seconds since 1970). */
void pow_make(int maxnumber, int64_t expires, struct pow_challenge *made);
/*
 * Whether payload (base64 of {algorithm, challenge, number, salt, signature}) answers a challenge of this deployment that
 * is good at now. Then challenge and *expires are set; whether it has been used before is for the database to say.
 */
bool pow_check(const char *payload, int64_t now, uint8_t challenge[DIGEST_SIZE], int64_t *expires);

/* abuse.c: how much has come from where lately, in a table that the programs of one machine share; counts fade. */

enum abuse { ABUSE_GUESTS, ABUSE_REGISTRATIONS, ABUSE_LOGINS, ABUSE_NAMES, ABUSE_COUNT };

/*
 * Opens the table at path, in which counts fade by half in so many seconds. NULL, or a file that cannot be had: a table
 * in this program alone, as before the first call.
 */
void abuse_open(const char *path, int seconds);
void abuse_note(enum abuse kind, const char *whom); /* counts one; whom "": of all */
void abuse_clear(enum abuse kind, const char *whom);
float abuse_level(enum abuse kind, const char *whom); /* how many there were, faded */
/* Where a request comes from, in the arena: its IPv4 address or its IPv6 network of 64 bits, in hex. */
const char *abuse_prefix(struct request *r);

/* metrics.c */

void metrics_count(const struct route *route, int status, long microseconds);
void metrics_add(const char *name, long value); /* name: a literal */
void metrics_write(struct buf *buf);

/* server.c: what the two ways of serving share. */

/*
 * Before any thread is started: SIGTERM and SIGINT are for server_run alone, or one of them would end the process in the
 * middle of what is under way. Before OpenSSL is used, too: it is not to clear itself away at the end.
 */
void server_begin(void);

/*
 * Serves routes of one pool on the unix socket at path until SIGTERM or SIGINT, then ends the requests under way and
 * returns. start is accept_start or loop_start, with so many threads. background, if not NULL, runs in a thread of its
 * own about every five seconds. Returns the program's exit code.
 */
int server_run(const char *path, const struct route *routes, enum pool pool, void (*start)(int socket, int threads),
               int threads, void (*background)(void));
/* How long a body may be in this program. */
size_t server_body_max(void);
/* Opens a request that has arrived: 0, or the status to answer already. */
int server_open(struct request *r);
/* Counts and logs a request that is answered. Its memory may go then. */
void server_close(struct request *r, int status);

/* accept.c: libfcgi's accept loops, a thread for each request. For work that takes a thread anyway. */

void accept_start(int socket, int threads);

/* cgi.c: one request of plain CGI. */

/* Answers the request that stands in the environment and on standard input, on standard output. Returns the exit code. */
int cgi_run(const struct route *routes, enum pool pool);

/* loop.c: one thread reads all connections; handlers run in it (POOL_LOOP) or in worker threads. */

void loop_start(int socket, int workers);
/* Answers a request whose handler returned PENDING. From any thread, once. */
void loop_answer(struct request *r, int status);
/*
 * Sends what stands in r->reply so far, behind a head with status 200 the first time, and empties it: a handler in a
 * worker thread so answers at any length. Waits for whoever reads. False: nobody does, and the handler is to return BROKEN.
 */
bool loop_flush(struct request *r);

/* fastcgi.c: the protocol's records, as nginx sends and wants them: one request at a time on a connection. */

enum { FASTCGI_PARAMS_MAX = 128, FASTCGI_BYTES_MAX = 96 * 1024 };

struct fastcgi {
	uint16_t id;
	bool keep; /* the connection stays open after the answer */
	struct buf params, content; /* in the arena */
};

/*
 * Takes whole records from bytes. Returns how many bytes that were, or -1 for what is not FastCGI or too large.
 * *whole: the request has come to its end; nothing behind that is taken.
 */
long fastcgi_take(struct fastcgi *fastcgi, struct arena *arena, const char *bytes, size_t size, bool *whole);
/* The parameters as "NAME=value" in the arena, ended by NULL; NULL when they are malformed or too many. */
char **fastcgi_params(const struct fastcgi *fastcgi, struct arena *arena);
/* Appends the records of a piece of an answer, and those that end one. */
void fastcgi_output(struct buf *out, uint16_t id, const char *text, size_t size);
void fastcgi_end(struct buf *out, uint16_t id);

#endif
