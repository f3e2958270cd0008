/*
 * Budgets: how large they are, and whose. Whose a session is is learned in the background, many in one call, so that no
 * request waits for it.
 */
#include "app.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORTION = 256 };

static void accounts_ask(uint8_t tokens[][DIGEST_SIZE], int count)
{
	struct arena arena = {0};
	struct db_params params = {0};
	struct db_array array;
	db_array_start(&array, &arena, OID_BYTEA);
	for (int i = 0; i < count; i++)
		db_array_add(&array, tokens[i], DIGEST_SIZE);
	db_array_param(&array, &params);
	PGresult *result = db_call("session_accounts", &params);
	for (int row = 0; PQresultStatus(result) == PGRES_TUPLES_OK && row < PQntuples(result); row++)
		rate_learn(tokens[atoi(PQgetvalue(result, row, 0)) - 1], PQgetvalue(result, row, 1),
		           atol(PQgetvalue(result, row, 2)));
	PQclear(result);
	arena_free(&arena);
}

static void *accounts_learn(void *unused)
{
	static uint8_t tokens[PORTION][DIGEST_SIZE];
	for (;;) {
		int count = rate_unknown(tokens, PORTION);
		if (count > 0)
			accounts_ask(tokens, count);
		if (count < PORTION)
			sleep(1);
	}
	return unused;
}

void budgets_start(void)
{
	pthread_t thread;
	rate_limit(RATE_MESSAGES, config.limit_messages, 60);
	rate_limit(RATE_MATCHES, config.limit_matches, 60);
	rate_limit(RATE_SIGNALS, config.limit_signals, 60);
	rate_limit(RATE_SEARCHES, config.limit_searches, 60);
	rate_limit(RATE_ROOM, config.limit_room, 60);
	rate_newcomers(config.newcomer_minutes * 60, config.newcomer_share);
	if (pthread_create(&thread, NULL, accounts_learn, NULL) != 0)
		abort();
	pthread_detach(thread);
}
