/* The pool: a fixed number of connections, taken for one call each. A broken one is mended by who takes it next. */
#include "db.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FUNCTIONS_MAX = 256, WAIT_SECONDS = 2 };

struct connection {
	PGconn *pg;
	const char *prepared[FUNCTIONS_MAX]; /* function names are literals: they are told apart by strcmp all the same */
	int prepared_count;
	struct timespec retry; /* not tried again before */
	struct connection *next;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct connection *free;
	const char *url, *schema;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .given = PTHREAD_COND_INITIALIZER};

void db_start(const char *url, const char *schema, int connections)
{
	pool.url = url;
	pool.schema = schema;
	for (int i = 0; i < connections; i++) {
		struct connection *connection = calloc(1, sizeof *connection);
		if (connection == NULL)
			abort();
		connection->next = pool.free;
		pool.free = connection;
	}
}

/* The connection that this thread keeps to itself. */
static _Thread_local struct connection *reserved;

void db_reserve(void)
{
	reserved = calloc(1, sizeof *reserved);
	if (reserved == NULL)
		abort();
}

static struct connection *pool_take(void)
{
	if (reserved != NULL)
		return reserved;
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&pool.lock);
	while (pool.free == NULL) {
		if (pthread_cond_timedwait(&pool.given, &pool.lock, &until) == ETIMEDOUT && pool.free == NULL) {
			pthread_mutex_unlock(&pool.lock);
			return NULL;
		}
	}
	struct connection *connection = pool.free;
	pool.free = connection->next;
	pthread_mutex_unlock(&pool.lock);
	return connection;
}

static void pool_give(struct connection *connection)
{
	if (connection == reserved)
		return;
	pthread_mutex_lock(&pool.lock);
	connection->next = pool.free;
	pool.free = connection;
	pthread_cond_signal(&pool.given);
	pthread_mutex_unlock(&pool.lock);
}

static void quiet(void *unused, const PGresult *notice)
{
	(void)unused;
	(void)notice;
}

/* An idle connection has nothing to read: what is there is its end, or the server's word of it. */
static bool is_alive(PGconn *pg)
{
	struct pollfd socket = {.fd = PQsocket(pg), .events = POLLIN};
	return PQstatus(pg) == CONNECTION_OK && poll(&socket, 1, 0) == 0;
}

static bool connection_open(struct connection *connection)
{
	if (connection->pg != NULL && is_alive(connection->pg))
		return true;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < connection->retry.tv_sec)
		return false;
	PQfinish(connection->pg);
	/* What is given here takes the place of PGOPTIONS, which may name the role to take on. */
	char options[512];
	const char *more = getenv("PGOPTIONS");
	snprintf(options, sizeof options,
	         "-c statement_timeout=5s -c lock_timeout=4s -c idle_in_transaction_session_timeout=10s"
	         " -c synchronous_commit=on -c client_min_messages=warning -c jit=off"
	         " -c max_parallel_workers_per_gather=0 %s",
	         more != NULL ? more : "");
	const char *const keys[] = {"dbname", "connect_timeout", "application_name", "options", NULL};
	const char *const values[] = {pool.url, "2", "driftline", options, NULL};
	connection->pg = PQconnectdbParams(keys, values, 1);
	connection->prepared_count = 0;
	if (PQstatus(connection->pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(connection->pg, quiet, NULL);
		return true;
	}
	log_event(LOG_ERROR, "database_unreachable", NULL);
	connection->retry = now;
	connection->retry.tv_sec += 1;
	return false;
}

static bool function_prepare(struct connection *connection, const char *function, int count)
{
	for (int i = 0; i < connection->prepared_count; i++)
		if (strcmp(connection->prepared[i], function) == 0)
			return true;
	char sql[256];
	size_t size = (size_t)snprintf(sql, sizeof sql, "select * from %s.%s(", pool.schema, function);
	for (int i = 1; i <= count; i++)
		size += (size_t)snprintf(sql + size, sizeof sql - size, "%s$%d", i > 1 ? "," : "", i);
	snprintf(sql + size, sizeof sql - size, ")");
	PGresult *result = PQprepare(connection->pg, function, sql, count, NULL);
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!done)
		log_event(LOG_ERROR, "prepare_failed", "\"function\":\"%s\",\"sqlstate\":\"%s\"", function,
		          PQresultErrorField(result, PG_DIAG_SQLSTATE));
	else if (connection->prepared_count < FUNCTIONS_MAX)
		connection->prepared[connection->prepared_count++] = function;
	PQclear(result);
	return done;
}

PGresult *db_call(const char *function, const struct db_params *params)
{
	PGresult *result = NULL;
	struct connection *connection = pool_take();
	if (connection == NULL)
		return NULL;
	if (connection_open(connection) && function_prepare(connection, function, params->count)) {
		result = PQexecPrepared(connection->pg, function, params->count, params->values, params->lengths,
		                        params->formats, 0);
		if (PQstatus(connection->pg) != CONNECTION_OK) {
			PQclear(result);
			result = NULL;
		}
	}
	pool_give(connection);
	return result;
}
