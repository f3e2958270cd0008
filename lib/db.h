/* PostgreSQL: a pool of connections, calls of functions of one schema, arrays for calls that carry many rows. */
#ifndef DRIFTLINE_DB_H
#define DRIFTLINE_DB_H

#include "base.h"

#include <libpq-fe.h>

/* db.c */

/*
 * Sets up connections that are opened when they are first needed. url: a libpq URL or connection string. schema: whose
 * functions are called.
 */
void db_start(const char *url, const char *schema, int connections);
/* Gives the calling thread a connection of its own beside those, so that it never waits for the others' calls. */
void db_reserve(void);

enum { DB_PARAMS_MAX = 12 };

/* What a function is called with; values in PostgreSQL's text form unless formats[i] is 1. */
struct db_params {
	int count;
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX];
	int formats[DB_PARAMS_MAX];
};

/*
 * Calls `select * from <schema>.<function>($1, …)`, prepared under that name, in a transaction of its own. Returns the
 * result, the caller clears it: rows, or an error with its SQLSTATE. NULL: the database could not be reached within
 * two seconds, or went away during the call, whose outcome is then unknown.
 */
PGresult *db_call(const char *function, const struct db_params *params);

/* array.c: one-dimensional arrays in PostgreSQL's binary form. */

struct db_array {
	struct buf bytes;
	int count;
};

enum { OID_BYTEA = 17, OID_INT4 = 23, OID_TEXT = 25, OID_UUID = 2950 };

void db_array_start(struct db_array *array, struct arena *arena, int oid);
void db_array_add(struct db_array *array, const void *bytes, size_t size); /* bytes NULL: a null */
void db_array_add_int(struct db_array *array, int value);
/* Ends the array and puts it among the params. */
void db_array_param(struct db_array *array, struct db_params *params);

#endif
