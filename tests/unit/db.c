/* lib/db.c and lib/act.c, with functions of the test's own in a PostgreSQL that PGHOST names (tests/sql/cluster.sh does). */
#include "unit.h"

#include "fake.h"
#include "publish.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 3 };

static const char functions[] =
	"create schema api; create type api.act as (kind text, target text, body text);"
	"create function api.echo(a text, b int) returns table (a text, b int) language sql as 'select a, b';"
	"create function api.pid() returns int language sql as 'select pg_backend_pid()';"
	"create function api.nap(seconds float8) returns void language sql as 'select pg_sleep(seconds)';"
	"create function api.raise(state text, code text, field text, more text) returns setof api.act language plpgsql as "
	"$$"
	" begin raise exception using errcode = state, message = code, column = field, detail = more; end $$;"
	"create function api.reply(status text, body text) returns setof api.act language sql as"
	" $$ select 'frame', 'c1', '{}' union all select 'reply', status, body union all select 'bye', '', '{}' $$;"
	"create function api.silent() returns setof api.act language sql as $$ select 'frame', '', '{}' where false $$;";

static PGconn *admin;
static struct fake fake;
static const struct route route = {"POST", "/x", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL};

static void run(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	PQclear(result);
}

static int database_make(void **state)
{
	(void)state;
	if (getenv("PGHOST") == NULL) {
		print_error("PGHOST names no PostgreSQL: run this by `make unit`\n");
		return -1;
	}
	admin = PQconnectdb("dbname=postgres");
	run(admin, "set client_min_messages = warning");
	run(admin, "drop database if exists driftline_unit_test with (force)");
	run(admin, "create database driftline_unit_test");
	PGconn *pg = PQconnectdb("dbname=driftline_unit_test");
	run(pg, functions);
	PQfinish(pg);
	log_threshold = (enum log_level) - 1; /* what fails here fails on purpose */
	publish_start("/nowhere/publish.sock");
	db_start("dbname=driftline_unit_test", "api", CONNECTIONS);
	return 0;
}

static int database_drop(void **state)
{
	(void)state;
	run(admin, "drop database driftline_unit_test with (force)");
	PQfinish(admin);
	return 0;
}

static int request_make(void **state)
{
	(void)state;
	fake_open(&fake, "POST", "/x", NULL, 0);
	fake.r.headers.arena = fake.r.reply.arena = &fake.r.arena;
	fake.r.route = &route;
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_close(&fake);
	return 0;
}

static PGresult *call1(const char *function, const char *value)
{
	return db_call(function, &(struct db_params){.count = 1, .values = {value}});
}

static int backend_pid(void)
{
	PGresult *result = db_call("pid", &(struct db_params){0});
	int pid = PQresultStatus(result) == PGRES_TUPLES_OK ? atoi(PQgetvalue(result, 0, 0)) : 0;
	PQclear(result);
	return pid;
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

static void a_call_gives_rows(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) { /* prepared once, called often */
		PGresult *result = db_call("echo", &(struct db_params){.count = 2, .values = {"水獭 ' \\", "7"}});
		assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
		assert_string_equal(PQgetvalue(result, 0, 0), "水獭 ' \\");
		assert_string_equal(PQgetvalue(result, 0, 1), "7");
		PQclear(result);
	}
	PGresult *result = db_call("echo", &(struct db_params){.count = 2});
	assert_true(PQgetisnull(result, 0, 0) && PQgetisnull(result, 0, 1));
	PQclear(result);
}

static void a_connection_that_was_cut_is_replaced(void **state)
{
	(void)state;
	int pid = backend_pid();
	assert_int_not_equal(pid, 0);
	run(admin, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'driftline_unit_test'");
	int after = backend_pid();
	assert_int_not_equal(after, 0);
	assert_int_not_equal(after, pid);
}

static void *nap(void *status)
{
	PGresult *result = call1("nap", "0.2");
	*(ExecStatusType *)status = PQresultStatus(result);
	PQclear(result);
	return NULL;
}

static void who_comes_late_waits_for_a_connection(void **state)
{
	(void)state;
	enum { CALLERS = 9 };
	pthread_t threads[CALLERS];
	ExecStatusType statuses[CALLERS];
	for (int i = 0; i < CALLERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, nap, &statuses[i]), 0);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(statuses[i], PGRES_TUPLES_OK);
	}
}

static int naps(void)
{
	PGresult *result =
		PQexec(admin, "select count(*) from pg_stat_activity where state = 'active' and query like '%api.nap%'"
	                  " and pid <> pg_backend_pid()");
	int count = atoi(PQgetvalue(result, 0, 0));
	PQclear(result);
	return count;
}

static void *nap_long(void *unused)
{
	PQclear(call1("nap", "3"));
	return unused;
}

static void but_not_for_ever(void **state)
{
	(void)state;
	pthread_t threads[CONNECTIONS];
	struct timespec begin;
	for (int i = 0; i < CONNECTIONS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, nap_long, NULL), 0);
	while (naps() < CONNECTIONS)
		usleep(1000);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(backend_pid(), 0);
	assert_true(seconds_since(&begin) < 2.5);
	for (int i = 0; i < CONNECTIONS; i++)
		pthread_join(threads[i], NULL);
	assert_int_not_equal(backend_pid(), 0);
}

/* What act makes of an error of that state. */
static int raised(const char *state, const char *code, const char *field, const char *more)
{
	struct db_params params = {.count = 4, .values = {state, code, field, more}};
	fake.r.reply = (struct buf){.arena = &fake.r.arena};
	fake.r.headers = (struct buf){.arena = &fake.r.arena};
	return act_result(&fake.r, db_call("raise", &params));
}

static void our_errors_are_answered_as_they_say(void **state)
{
	(void)state;
	assert_int_equal(raised("DL404", "no_room", "", "{}"), 404);
	assert_string_equal(fake.r.reply.text, "{\"error\":{\"code\":\"no_room\",\"message\":\"There is no such room.\"}}");
	assert_int_equal(raised("DL422", "invalid_field", "seq", "{}"), 422);
	assert_non_null(strstr(fake.r.reply.text, "\"field\":\"seq\""));
	assert_int_equal(raised("DL202", "blacklisted", "", "{\"until\": null, \"reason\": \"spam\"}"), 202);
	json_object *answer = json_tokener_parse(fake.r.reply.text), *error, *reason;
	assert_true(json_object_object_get_ex(answer, "error", &error) &&
	            json_object_object_get_ex(error, "reason", &reason));
	assert_string_equal(json_object_get_string(reason), "spam");
	json_object_put(answer);
}

static void postgresqls_own_text_is_never_answered(void **state)
{
	(void)state;
	static const struct {
		const char *state;
		int status;
		const char *code;
	} cases[] = {
		{"22P05", 400, "malformed"},   {"22021", 400, "malformed"},   {"22003", 400, "malformed"},
		{"53100", 503, "unavailable"}, {"53300", 503, "unavailable"}, {"57014", 503, "unavailable"},
		{"40P01", 503, "unavailable"}, {"55P03", 503, "unavailable"}, {"25006", 503, "unavailable"},
		{"42P01", 500, "internal"},    {"23505", 500, "internal"},    {"XX000", 500, "internal"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = raised(cases[i].state, "canary", "canary", "{\"canary\":1}");
		if (status != cases[i].status || strstr(fake.r.reply.text, cases[i].code) == NULL ||
		    strstr(fake.r.reply.text, "canary") != NULL)
			fail_msg("%s: %d %s", cases[i].state, status, fake.r.reply.text);
		bool again = fake.r.headers.size > 0 && strstr(fake.r.headers.text, "Retry-After: ") != NULL;
		assert_int_equal(again, status == 503);
	}
}

static void a_reply_is_answered_though_nobody_publishes(void **state)
{
	(void)state;
	struct db_params params = {.count = 2, .values = {"201", "{\"a\":1}"}};
	assert_int_equal(act_result(&fake.r, db_call("reply", &params)), 201);
	assert_string_equal(fake.r.reply.text, "{\"a\":1}");
}

static void no_reply_is_no_content(void **state)
{
	(void)state;
	assert_int_equal(act_result(&fake.r, db_call("silent", &(struct db_params){0})), 204);
	assert_int_equal(fake.r.reply.size, 0);
}

static void a_database_that_is_down_is_unavailable(void **state)
{
	(void)state;
	run(admin, "alter database driftline_unit_test with allow_connections false");
	run(admin, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'driftline_unit_test'");
	struct timespec begin;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < CONNECTIONS + 2; i++)
		assert_int_equal(act_call(&fake.r, "silent", &(struct db_params){0}), 503);
	assert_non_null(strstr(fake.r.reply.text, "unavailable"));
	assert_true(seconds_since(&begin) < 2);
	run(admin, "alter database driftline_unit_test with allow_connections true");
	for (int pid = 0; pid == 0;) { /* each connection tries again after a second */
		pid = backend_pid();
		assert_true(seconds_since(&begin) < 10);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, request_make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_gives_rows),
		TEST(a_connection_that_was_cut_is_replaced),
		TEST(who_comes_late_waits_for_a_connection),
		TEST(but_not_for_ever),
		TEST(our_errors_are_answered_as_they_say),
		TEST(postgresqls_own_text_is_never_answered),
		TEST(a_reply_is_answered_though_nobody_publishes),
		TEST(no_reply_is_no_content),
		TEST(a_database_that_is_down_is_unavailable),
	};
	return cmocka_run_group_tests_name("db", tests, database_make, database_drop);
}
