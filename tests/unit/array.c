/* lib/array.c: what it writes is read back by PostgreSQL, when PGHOST names one (tests/sql/cluster.sh does). */
#include "unit.h"

#include "db.h"

static void the_binary_form_is_that_of_array_recv(void **state)
{
	(void)state;
	static const unsigned char expected[] = {
		0,    0,    0,    1, /* dimensions */
		0,    0,    0,    1, /* there may be nulls */
		0,    0,    0,    23, /* int4 */
		0,    0,    0,    2,    0,    0,    0,    1, /* two elements, numbered from one */
		0,    0,    0,    4,    0xFF, 0xFF, 0xFF, 0xFE, /* -2 */
		0xFF, 0xFF, 0xFF, 0xFF, /* null */
	};
	struct arena arena = {0};
	struct db_array array;
	struct db_params params = {.count = 3};
	db_array_start(&array, &arena, OID_INT4);
	db_array_add_int(&array, -2);
	db_array_add(&array, NULL, 0);
	db_array_param(&array, &params);
	assert_int_equal(params.count, 4);
	assert_int_equal(params.formats[3], 1);
	assert_int_equal(params.lengths[3], sizeof expected);
	assert_memory_equal(params.values[3], expected, sizeof expected);
	arena_free(&arena);
}

/* What `select <sql>` answers to the params. */
static void expect(PGconn *pg, const char *sql, const struct db_params *params, const char *expected)
{
	PGresult *result = PQexecParams(pg, sql, params->count, NULL, params->values, params->lengths, params->formats, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	assert_string_equal(PQgetvalue(result, 0, 0), expected);
	PQclear(result);
}

static void postgresql_reads_it_back(void **state)
{
	(void)state;
	if (getenv("PGHOST") == NULL)
		skip();
	PGconn *pg = PQconnectdb("dbname=postgres");
	assert_int_equal(PQstatus(pg), CONNECTION_OK);
	struct arena arena = {0};
	struct db_array array;

	struct db_params ints = {0};
	db_array_start(&array, &arena, OID_INT4);
	db_array_add_int(&array, 1);
	db_array_add(&array, NULL, 0);
	db_array_add_int(&array, -2147483647);
	db_array_param(&array, &ints);
	expect(pg, "select $1::int[]::text", &ints, "{1,NULL,-2147483647}");

	struct db_params texts = {0};
	db_array_start(&array, &arena, OID_TEXT);
	db_array_add(&array, "a,b\"c\\{}", 8);
	db_array_add(&array, "", 0);
	db_array_add(&array, "水獭 🦦", strlen("水獭 🦦"));
	db_array_add(&array, "NULL", 4);
	db_array_param(&array, &texts);
	expect(pg, "select $1::text[] = array['a,b\"c\\{}', '', '水獭 🦦', 'NULL']", &texts, "t");

	struct db_params bytes = {0};
	db_array_start(&array, &arena, OID_BYTEA);
	db_array_add(&array, "\0\1\xFF", 3);
	db_array_param(&array, &bytes);
	expect(pg, "select encode(($1::bytea[])[1], 'hex')", &bytes, "0001ff");

	struct db_params uuids = {0};
	db_array_start(&array, &arena, OID_UUID);
	db_array_add(&array, "\x01\x23\x45\x67\x89\xab\x4d\xef\x81\x23\x45\x67\x89\xab\xcd\xef", 16);
	db_array_param(&array, &uuids);
	expect(pg, "select ($1::uuid[])[1]", &uuids, "01234567-89ab-4def-8123-456789abcdef");

	PQfinish(pg);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_binary_form_is_that_of_array_recv),
		cmocka_unit_test(postgresql_reads_it_back),
	};
	return cmocka_run_group_tests_name("array", tests, NULL, NULL);
}
