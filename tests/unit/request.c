/* lib/request.c: what is settled before a handler runs. */
#include "unit.h"

#include "config.h"
#include "fake.h"

static const struct route routes[] = {
	{"POST", "/notes", NULL, ANYONE, "text word hex n id tags map", RATE_NONE, POOL_ALL},
	{"GET", "/notes", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{"GET", "/rooms/{room}", NULL, SESSION, NULL, RATE_NONE, POOL_API},
	{"POST", "/rooms/{room}/leave", NULL, SESSION, NULL, RATE_MATCHES, POOL_API},
	{"DELETE", "/rooms/{room}/messages/{seq}", NULL, SESSION, NULL, RATE_NONE, POOL_API},
	{"GET", "/ws/{ticket}", NULL, ANYONE, NULL, RATE_NONE, POOL_API},
	{"GET", "/avatar/{mask}.svg", NULL, ANYONE, NULL, RATE_NONE, POOL_API},
	{"POST", "/login", NULL, ANYONE, "account", RATE_NONE, POOL_AUTH},
	{"POST", "/push", NULL, ANYONE, "*", RATE_NONE, POOL_API},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};

static struct fake fake;

static int settings(void **state)
{
	(void)state;
	config.public_url = "";
	config.origins = "https://applet.example https://other.example";
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_close(&fake);
	return 0;
}

static void expect_failure(int status, int expected, const char *code)
{
	char start[96];
	snprintf(start, sizeof start, "{\"error\":{\"code\":\"%s\",", code);
	if (status != expected || strncmp(fake.r.reply.text, start, strlen(start)) != 0)
		fail_msg("expected %d %s, got %d %s", expected, code, status, fake.r.reply.size > 0 ? fake.r.reply.text : "");
}

/* Routes. */

static int open_path(const char *method, const char *path)
{
	fake_close(&fake);
	fake_open(&fake, method, path, NULL, 0);
	fake_param(&fake, "HTTP_AUTHORIZATION", "Bearer token");
	return request_open(&fake.r, routes, POOL_API);
}

static void a_path_finds_its_route_and_arguments(void **state)
{
	(void)state;
	assert_int_equal(open_path("GET", "/rooms/abc_-9"), 0);
	assert_ptr_equal(fake.r.route, &routes[2]);
	assert_string_equal(fake.r.args[0], "abc_-9");
	assert_int_equal(open_path("DELETE", "/rooms/r/messages/12"), 0);
	assert_string_equal(fake.r.args[0], "r");
	assert_string_equal(fake.r.args[1], "12");
	assert_int_equal(open_path("GET", "/avatar/0123456789abcdef.svg"), 0);
	assert_string_equal(fake.r.args[0], "0123456789abcdef");
}

static void other_paths_find_nothing(void **state)
{
	(void)state;
	static const char *const paths[] = {
		"",
		"/",
		"/note",
		"/notes/",
		"/notesx",
		"/rooms",
		"/rooms/",
		"/rooms/a/",
		"/rooms//leave",
		"/rooms/a b",
		"/rooms/a.b",
		"/rooms/a%2Fb",
		"/rooms/é",
		"/rooms/a\nb",
		"/rooms/..",
		"/avatar/ab",
		"/avatar/.svg",
		"/avatar/ab.svgx",
		"/avatar/ab.svg/",
		"//notes",
		"/NOTES",
		"/login",
		"/rooms/01234567890123456789012345678901234567890123456789012345678901234",
	};
	for (size_t i = 0; i < COUNT(paths); i++)
		expect_failure(open_path("GET", paths[i]), 404, "not_found");
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
	(void)state;
	expect_failure(open_path("FOO", "/notes"), 405, "method_not_allowed");
	assert_string_equal(fake.r.headers.text, "Allow: POST, GET\r\n");
	expect_failure(open_path("post", "/notes"), 405, "method_not_allowed");
	expect_failure(open_path("HEAD", "/rooms/a"), 405, "method_not_allowed");
	assert_string_equal(fake.r.headers.text, "Allow: GET\r\n");
}

static void a_program_serves_its_own_pool(void **state)
{
	(void)state;
	fake_close(&fake);
	fake_open(&fake, "POST", "/login", NULL, 0);
	assert_int_equal(request_open(&fake.r, routes, POOL_AUTH), 0);
	fake_close(&fake);
	fake_open(&fake, "GET", "/rooms/a", NULL, 0);
	expect_failure(request_open(&fake.r, routes, POOL_AUTH), 404, "not_found");
}

/* Bodies. */

static int open_body(const char *body, size_t size)
{
	fake_close(&fake);
	fake_open(&fake, "POST", "/notes", body, size);
	return request_open(&fake.r, routes, POOL_API);
}

#define BODY(text) text, sizeof(text) - 1

static void what_is_not_one_json_object_is_malformed(void **state)
{
	(void)state;
	static const struct {
		const char *name, *body;
		size_t size;
	} cases[] = {
		{"a word", BODY("hello")},
		{"an array", BODY("[]")},
		{"a string", BODY("\"text\"")},
		{"a number", BODY("1")},
		{"null", BODY("null")},
		{"cut off", BODY("{\"text\":\"a\"")},
		{"trailing bytes", BODY("{\"text\":\"a\"}x")},
		{"two objects", BODY("{}{}")},
		{"a trailing NUL", BODY("{}\0")},
		{"a comma at the end", BODY("{\"text\":\"a\",}")},
		{"single quotes", BODY("{'text':'a'}")},
		{"a remark", BODY("{/* */}")},
		{"a NUL in a string", BODY("{\"text\":\"a\0b\"}")},
		{"an escaped NUL", BODY("{\"text\":\"a\\u0000b\"}")},
		{"an escaped NUL in a key", BODY("{\"text\\u0000x\":\"a\"}")},
		{"an escaped NUL behind backslashes", BODY("{\"text\":\"\\\\\\u0000\"}")},
		{"overlong UTF-8", BODY("{\"text\":\"\xC0\xAF\"}")},
		{"a surrogate in UTF-8", BODY("{\"text\":\"\xED\xA0\x80\"}")},
		{"broken UTF-8 in a key", BODY("{\"\xFF\":1}")},
		{"a byte order mark", BODY("\xEF\xBB\xBF{}")},
		{"the same key twice", BODY("{\"text\":\"a\",\"text\":\"b\"}")},
		{"the same key twice, once escaped", BODY("{\"text\":\"a\",\"te\\u0078t\":\"b\"}")},
		{"the same key twice, further in", BODY("{\"map\":{\"a\":1,\"a\":2}}")},
		{"nine deep", BODY("{\"map\":[[[[[[[[1]]]]]]]]}")},
		{"nothing but blanks", BODY("   ")},
		{"not a number", BODY("{\"n\":NaN}")},
		{"infinity", BODY("{\"n\":Infinity}")},
		{"minus infinity", BODY("{\"n\":-Infinity}")},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = open_body(cases[i].body, cases[i].size);
		if (status != 400)
			fail_msg("%s: %d %s", cases[i].name, status, fake.r.reply.size > 0 ? fake.r.reply.text : "");
	}
}

static void an_object_is_read(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"{}",
		" {\"text\":\"a\"}\r\n\t ",
		"{\"text\":\"\\\\u0000\"}",
		"{\"text\":\"a:b {\\\"x\\\":1}\",\"map\":{\"a\":1,\"b\":{\"a\":2}}}",
		"{\"map\":[[[[[[1]]]]]]}",
		"{\"tags\":[{\"a\":1},{\"a\":1}]}",
		"{\"text\":\"🦦\",\"n\":-0}",
	};
	for (size_t i = 0; i < COUNT(bodies); i++)
		if (open_body(bodies[i], strlen(bodies[i])) != 0)
			fail_msg("%s: %s", bodies[i], fake.r.reply.text);
	assert_int_equal(open_body(NULL, 0), 0);
	assert_non_null(fake.r.body);
}

static void an_unknown_field_is_named(void **state)
{
	(void)state;
	expect_failure(open_body(BODY("{\"text\":\"a\",\"password\":\"b\"}")), 422, "invalid_field");
	assert_non_null(strstr(fake.r.reply.text, "\"field\":\"password\""));
	expect_failure(open_body(BODY("{\"\":1}")), 422, "invalid_field");
	expect_failure(open_body(BODY("{\"text word\":1}")), 422, "invalid_field");
	expect_failure(open_body(BODY("{\"tex\":1}")), 422, "invalid_field");
}

static void a_body_has_at_most_16_kib(void **state)
{
	(void)state;
	static char body[16 * 1024 + 2];
	memset(body, ' ', sizeof body);
	memcpy(body, "{}", 2);
	assert_int_equal(open_body(body, 16 * 1024), 0);
	expect_failure(open_body(body, 16 * 1024 + 1), 413, "too_large");
}

static void a_body_shorter_than_it_said_is_malformed(void **state)
{
	(void)state;
	fake_close(&fake);
	fake_open(&fake, "POST", "/notes", "{}", 2);
	fake.r.content_size--;
	expect_failure(request_open(&fake.r, routes, POOL_API), 400, "malformed");
}

static void a_body_is_json_by_its_type(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		int status;
	} cases[] = {
		{"application/json", 0},
		{"application/json; charset=utf-8", 0},
		{"Application/JSON", 0},
		{"application/json ;charset=utf-8", 0},
		{"", 415},
		{"text/plain", 415},
		{"application/jsonx", 415},
		{"application/x-www-form-urlencoded", 415},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_close(&fake);
		fake_open(&fake, "POST", "/notes", "{}", 2);
		free(fake.params[--fake.count]);
		fake_param(&fake, "CONTENT_TYPE", cases[i].type);
		int status = request_open(&fake.r, routes, POOL_API);
		if (status != cases[i].status)
			fail_msg("%s: %d", cases[i].type, status);
	}
}

static void an_open_route_takes_any_object_of_any_type(void **state)
{
	(void)state;
	static const char body[] = "{\"whatever\":{\"a\":[1]}}";
	fake_close(&fake);
	fake_open(&fake, "POST", "/push", body, sizeof body - 1);
	free(fake.params[--fake.count]);
	fake_param(&fake, "CONTENT_TYPE", "text/plain");
	assert_int_equal(request_open(&fake.r, routes, POOL_API), 0);
	assert_true(field_given(&fake.r, "whatever"));
	fake_close(&fake);
	fake_open(&fake, "POST", "/push", "<xml/>", 6);
	expect_failure(request_open(&fake.r, routes, POOL_API), 400, "malformed");
}

static void the_body_of_a_get_is_not_read(void **state)
{
	(void)state;
	fake_close(&fake);
	fake_open(&fake, "GET", "/notes", "nonsense", 8);
	assert_int_equal(request_open(&fake.r, routes, POOL_API), 0);
}

/* Fields. */

static void texts_are_cleaned_or_refused(void **state)
{
	(void)state;
	const char *text;
	assert_int_equal(open_body(BODY("{\"text\":\"  a  b \"}")), 0);
	assert_int_equal(field_text(&fake.r, "text", REQUIRED, TEXT_NAME, 10, &text), 0);
	assert_string_equal(text, "a b");
	expect_failure(field_text(&fake.r, "text", REQUIRED, TEXT_NAME, 2, &text), 422, "invalid_field");
	expect_failure(field_text(&fake.r, "word", REQUIRED, TEXT_NAME, 2, &text), 422, "invalid_field");
	assert_int_equal(field_text(&fake.r, "word", OPTIONAL, TEXT_NAME, 2, &text), 0);
	assert_null(text);
	assert_int_equal(open_body(BODY("{\"text\":null,\"word\":7}")), 0);
	assert_int_equal(field_text(&fake.r, "text", OPTIONAL, TEXT_NAME, 2, &text), 0);
	assert_null(text);
	expect_failure(field_text(&fake.r, "text", REQUIRED, TEXT_NAME, 2, &text), 422, "invalid_field");
	expect_failure(field_text(&fake.r, "word", OPTIONAL, TEXT_NAME, 2, &text), 422, "invalid_field");
}

static void a_lone_surrogate_never_becomes_bad_utf8(void **state)
{
	(void)state;
	const char *text;
	int status = open_body(BODY("{\"text\":\"a\\ud800b\"}"));
	if (status == 0 && field_text(&fake.r, "text", REQUIRED, TEXT_BODY, 10, &text) == 0)
		assert_true(text_valid(text, strlen(text)));
	else
		assert_in_set(status, ((LargestIntegralType[]){0, 400}), 2);
}

static void words_are_those_of_the_list(void **state)
{
	(void)state;
	const char *word;
	assert_int_equal(open_body(BODY("{\"word\":\"room\",\"text\":\"roo\",\"hex\":\"private room\",\"id\":\"\"}")), 0);
	assert_int_equal(field_word(&fake.r, "word", REQUIRED, "private room", &word), 0);
	assert_string_equal(word, "room");
	static const char *const wrong[] = {"text", "hex", "id"};
	for (size_t i = 0; i < COUNT(wrong); i++)
		expect_failure(field_word(&fake.r, wrong[i], REQUIRED, "private room", &word), 422, "invalid_field");
}

static void hex_is_of_its_length_and_lower_case(void **state)
{
	(void)state;
	const char *hex;
	assert_int_equal(open_body(BODY("{\"hex\":\"00ff\",\"text\":\"00FF\",\"word\":\"00ff0\",\"id\":\"00fg\"}")), 0);
	assert_int_equal(field_hex(&fake.r, "hex", REQUIRED, 4, &hex), 0);
	assert_string_equal(hex, "00ff");
	static const char *const wrong[] = {"text", "word", "id", "n"};
	for (size_t i = 0; i < COUNT(wrong); i++)
		expect_failure(field_hex(&fake.r, wrong[i], REQUIRED, 4, &hex), 422, "invalid_field");
}

static void numbers_are_whole_and_within_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		int status, value;
	} cases[] = {
		{"{\"n\":1}", 0, 1},
		{"{\"n\":50}", 0, 50},
		{"{\"n\":0}", 422, 0},
		{"{\"n\":51}", 422, 0},
		{"{\"n\":-1}", 422, 0},
		{"{\"n\":1.0}", 422, 0},
		{"{\"n\":1e1}", 422, 0},
		{"{\"n\":\"1\"}", 422, 0},
		{"{\"n\":true}", 422, 0},
		{"{\"n\":[1]}", 422, 0},
		{"{\"n\":4294967297}", 422, 0},
		{"{\"n\":18446744073709551617}", 422, 0},
		{"{\"n\":99999999999999999999999999}", 422, 0},
		{"{\"n\":null}", 422, 0},
		{"{}", 422, 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int value;
		assert_int_equal(open_body(cases[i].body, strlen(cases[i].body)), 0);
		int status = field_int(&fake.r, "n", REQUIRED, 1, 50, &value);
		if (status != cases[i].status || (status == 0 && value != cases[i].value))
			fail_msg("%s: %d %d", cases[i].body, status, value);
	}
	int value = 7;
	assert_int_equal(field_int(&fake.r, "n", OPTIONAL, 1, 50, &value), 0);
	assert_int_equal(value, 0);
}

static void client_ids_are_random_uuids(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		int status;
	} cases[] = {
		{"01234567-89ab-4def-8123-456789abcdef", 0},    {"01234567-89ab-4def-b123-456789abcdef", 0},
		{"01234567-89ab-1def-8123-456789abcdef", 422},  {"01234567-89ab-4def-c123-456789abcdef", 422},
		{"01234567-89AB-4def-8123-456789abcdef", 422},  {"01234567-89ab-4def-8123-456789abcde", 422},
		{"01234567-89ab-4def-8123-456789abcdef0", 422}, {"0123456789ab4def8123456789abcdef", 422},
		{"{1234567-89ab-4def-8123-456789abcde}", 422},  {"", 422},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *id;
		char body[80];
		int size = snprintf(body, sizeof body, "{\"id\":\"%s\"}", cases[i].id);
		assert_int_equal(open_body(body, (size_t)size), 0);
		if (field_uuid4(&fake.r, "id", &id) != cases[i].status)
			fail_msg("%s", cases[i].id);
	}
}

static void tags_become_an_array_literal(void **state)
{
	(void)state;
	static const struct {
		const char *body, *tags; /* NULL: refused */
	} cases[] = {
		{"{}", "{}"},
		{"{\"tags\":[]}", "{}"},
		{"{\"tags\":[\"music\",\"水獭\"]}", "{\"music\",\"水獭\"}"},
		{"{\"tags\":[\" music \",\"music\"]}", "{\"music\"}"},
		{"{\"tags\":[\"a,b\",\"{}\",\"NULL\",\"\\\"\",\"\\\\\"]}", "{\"a,b\",\"{}\",\"NULL\",\"\\\"\",\"\\\\\"}"},
		{"{\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"]}",
	     "{\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"}"},
		{"{\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}", NULL},
		{"{\"tags\":[\"12345678901234567890\"]}", "{\"12345678901234567890\"}"},
		{"{\"tags\":[\"123456789012345678901\"]}", NULL},
		{"{\"tags\":[\"\"]}", NULL},
		{"{\"tags\":[1]}", NULL},
		{"{\"tags\":[null]}", NULL},
		{"{\"tags\":[[\"a\"]]}", NULL},
		{"{\"tags\":\"a\"}", NULL},
		{"{\"tags\":{}}", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *tags;
		assert_int_equal(open_body(cases[i].body, strlen(cases[i].body)), 0);
		int status = field_tags(&fake.r, "tags", &tags);
		if (status != (cases[i].tags != NULL ? 0 : 422) || (status == 0 && strcmp(tags, cases[i].tags) != 0))
			fail_msg("%s: %d %s", cases[i].body, status, tags);
	}
}

/* The query. */

static const char *query(const char *text, const char *name)
{
	fake_close(&fake);
	fake_open(&fake, "GET", "/notes", NULL, 0);
	fake_param(&fake, "QUERY_STRING", text);
	assert_int_equal(request_open(&fake.r, routes, POOL_API), 0);
	return request_query(&fake.r, name);
}

static void the_query_is_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *query, *name, *value;
	} cases[] = {
		{"a=1&b=2", "a", "1"},
		{"a=1&b=2", "b", "2"},
		{"a=1&b=2", "c", NULL},
		{"", "a", NULL},
		{"ab=1&a=2", "a", "2"},
		{"&&a=2&&", "a", "2"},
		{"a=", "a", ""},
		{"a", "a", NULL},
		{"=1", "a", NULL},
		{"a=1&a=2", "a", "1"},
		{"a=x+y%20z", "a", "x y z"},
		{"a=%E6%B0%B4%e7%8d%ad", "a", "水獭"},
		{"a=b=c", "a", "b=c"},
		{"a=%", "a", "%"},
		{"a=%4", "a", "%4"},
		{"a=%zz", "a", "%zz"},
		{"a=%4&b=1", "a", "%4"},
		{"a=%2541", "a", "%41"},
		{"a=%00", "a", ""},
		{"a=b%00c", "a", ""},
		{"a=%FF", "a", ""},
		{"a=%C0%AF", "a", ""},
		{"a=%ED%A0%80", "a", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value = query(cases[i].query, cases[i].name);
		if ((value == NULL) != (cases[i].value == NULL) || (value != NULL && strcmp(value, cases[i].value) != 0))
			fail_msg("%s of %s: %s", cases[i].name, cases[i].query, value != NULL ? value : "nothing");
	}
}

static void numbers_of_the_query_are_digits_within_bounds(void **state)
{
	(void)state;
	static const char *const good[] = {"n=1", "n=50", "n=007"};
	static const char *const bad[] = {"n=0",          "n=51",     "n=",           "n=+1",
	                                  "n=-1",         "n=1x",     "n= 1",         "n=1.0",
	                                  "n=0x1",        "n=%31%00", "n=4294967297", "n=99999999999999999999",
	                                  "n=00000000001"};
	const char *value;
	for (size_t i = 0; i < COUNT(good); i++) {
		query(good[i], "n");
		assert_int_equal(query_int(&fake.r, "n", 1, 50, &value), 0);
		assert_string_equal(value, good[i] + 2);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		query(bad[i], "n");
		if (query_int(&fake.r, "n", 1, 50, &value) != 422)
			fail_msg("%s was taken", bad[i]);
	}
	query("m=1", "n");
	assert_int_equal(query_int(&fake.r, "n", 1, 50, &value), 0);
	assert_null(value);
}

static void texts_of_the_query_are_cleaned(void **state)
{
	(void)state;
	static const char *const bad[] = {"q=", "q=%20", "q=abcdef", "q=%07", "q=%ff", "q=%00"};
	const char *value;
	query("q=+a%20%20b+", "q");
	assert_int_equal(query_text(&fake.r, "q", 5, &value), 0);
	assert_string_equal(value, "a b");
	for (size_t i = 0; i < COUNT(bad); i++) {
		query(bad[i], "q");
		if (query_text(&fake.r, "q", 5, &value) != 422)
			fail_msg("%s was taken", bad[i]);
	}
	query("m=1", "q");
	assert_int_equal(query_text(&fake.r, "q", 5, &value), 0);
	assert_null(value);
}

/* Who asks. */

static int open_as(const char *authorization, const char *cookie)
{
	fake_close(&fake);
	fake_open(&fake, "GET", "/rooms/a", NULL, 0);
	if (authorization != NULL)
		fake_param(&fake, "HTTP_AUTHORIZATION", authorization);
	if (cookie != NULL)
		fake_param(&fake, "HTTP_COOKIE", cookie);
	return request_open(&fake.r, routes, POOL_API);
}

static void a_session_comes_by_token_or_cookie(void **state)
{
	(void)state;
	static const struct {
		const char *authorization, *cookie;
		int status;
		const char *token;
	} cases[] = {
		{"Bearer secret", NULL, 0, "secret"},
		{"bearer secret", NULL, 0, "secret"},
		{NULL, "driftline_session=secret", 0, "secret"},
		{NULL, "a=b; driftline_session=secret; c=d", 0, "secret"},
		{NULL, "a=b;driftline_session=secret", 0, "secret"},
		{"Bearer secret", "theme=dark", 0, "secret"},
		{NULL, NULL, 401, NULL},
		{"Bearer ", NULL, 401, NULL},
		{"Basic c2VjcmV0", NULL, 401, NULL},
		{"secret", NULL, 401, NULL},
		{NULL, "driftline_session=", 401, NULL},
		{NULL, "xdriftline_session=secret", 401, NULL},
		{NULL, "driftline_sessionx=secret", 401, NULL},
		{NULL, "a=driftline_session=secret", 401, NULL},
		{"Bearer 01234567890123456789012345678901234567890123456789012345678901234", NULL, 401, NULL},
		{"Bearer secret", "driftline_session=secret", 400, NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = open_as(cases[i].authorization, cases[i].cookie);
		if (status != cases[i].status)
			fail_msg("%s, %s: %d", cases[i].authorization, cases[i].cookie, status);
		if (cases[i].token != NULL) {
			uint8_t digest[DIGEST_SIZE];
			sha256(cases[i].token, strlen(cases[i].token), digest);
			assert_memory_equal(fake.r.token, digest, sizeof digest);
			assert_int_equal(fake.r.by_cookie, cases[i].authorization == NULL);
		}
	}
}

static void a_foreign_page_may_neither_write_nor_listen(void **state)
{
	(void)state;
	static const struct {
		const char *method, *path, *origin, *cookie, *x_session;
		int status;
	} cases[] = {
		{"POST", "/notes", NULL, NULL, NULL, 0},
		{"POST", "/notes", "https://chat.example", NULL, NULL, 0},
		{"POST", "/notes", "https://applet.example", NULL, NULL, 0},
		{"POST", "/notes", "https://other.example", NULL, NULL, 0},
		{"POST", "/notes", "https://evil.example", NULL, NULL, 403},
		{"POST", "/notes", "http://chat.example", NULL, NULL, 403},
		{"POST", "/notes", "https://chat.example:8443", NULL, NULL, 403},
		{"POST", "/notes", "https://chat.example.evil", NULL, NULL, 403},
		{"POST", "/notes", "null", NULL, NULL, 403},
		{"POST", "/notes", "https://applet.example https://other.example", NULL, NULL, 403},
		{"POST", "/notes", NULL, "driftline_session=a", NULL, 403},
		{"POST", "/notes", NULL, NULL, "cookie", 403},
		{"POST", "/notes", "https://chat.example", "driftline_session=a", NULL, 0},
		{"POST", "/notes", "https://chat.example", NULL, "cookie", 0},
		{"GET", "/notes", "https://evil.example", "driftline_session=a", NULL, 0},
		{"GET", "/notes", NULL, "driftline_session=a", NULL, 0},
		{"GET", "/ws/t", NULL, NULL, NULL, 0},
		{"GET", "/ws/t", NULL, "driftline_session=a", NULL, 0},
		{"GET", "/ws/t", "https://chat.example", NULL, NULL, 0},
		{"GET", "/ws/t", "https://applet.example", NULL, NULL, 0},
		{"GET", "/ws/t", "https://evil.example", NULL, NULL, 403},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_close(&fake);
		fake_open(&fake, cases[i].method, cases[i].path, NULL, 0);
		fake_param(&fake, "REQUEST_SCHEME", "https");
		fake_param(&fake, "HTTP_HOST", "chat.example");
		if (cases[i].origin != NULL)
			fake_param(&fake, "HTTP_ORIGIN", cases[i].origin);
		if (cases[i].cookie != NULL)
			fake_param(&fake, "HTTP_COOKIE", cases[i].cookie);
		if (cases[i].x_session != NULL)
			fake_param(&fake, "HTTP_X_SESSION", cases[i].x_session);
		int status = request_open(&fake.r, routes, POOL_API);
		if (status != cases[i].status)
			fail_msg("case %zu, %s %s from %s: %d", i, cases[i].method, cases[i].path, cases[i].origin, status);
	}
}

static void the_public_address_is_an_own_origin(void **state)
{
	(void)state;
	config.public_url = "https://public.example";
	fake_close(&fake);
	fake_open(&fake, "POST", "/notes", NULL, 0);
	fake_param(&fake, "HTTP_ORIGIN", "https://public.example");
	assert_int_equal(request_open(&fake.r, routes, POOL_API), 0);
	config.public_url = "";
}

static void the_language_is_the_first_one_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool chinese;
	} cases[] = {
		{"zh-CN,zh;q=0.9,en;q=0.8", true}, {"zh-Hans", true}, {"ZH", true},
		{"en-GB,zh;q=0.5", false},         {"", false},       {"*", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_close(&fake);
		fake_open(&fake, "GET", "/nowhere", NULL, 0);
		fake_param(&fake, "HTTP_ACCEPT_LANGUAGE", cases[i].header);
		expect_failure(request_open(&fake.r, routes, POOL_API), 404, "not_found");
		assert_int_equal(fake.r.chinese, cases[i].chinese);
	}
}

static void a_budget_that_is_used_up_says_when(void **state)
{
	(void)state;
	rate_limit(RATE_MATCHES, 1, 60);
	assert_int_equal(open_path("POST", "/rooms/a/leave"), 0);
	expect_failure(open_path("POST", "/rooms/a/leave"), 429, "too_many");
	assert_int_equal(strncmp(fake.r.headers.text, "Retry-After: 6", 14), 0);
	rate_limit(RATE_MATCHES, 0, 60);
}

static void nothing_of_a_request_stays_for_the_next(void **state)
{
	(void)state;
	assert_int_equal(open_body(BODY("{\"text\":\"a\"}")), 0);
	reply_header(&fake.r, "X-Test", "1");
	request_close(&fake.r);
	assert_null(fake.r.body);
	assert_null(fake.r.route);
	assert_null(fake.r.reply.text);
	assert_null(fake.r.headers.text);
	assert_false(fake.r.has_token || fake.r.by_cookie || fake.r.chinese);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_route_and_arguments),
		cmocka_unit_test(other_paths_find_nothing),
		cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
		cmocka_unit_test(a_program_serves_its_own_pool),
		cmocka_unit_test(what_is_not_one_json_object_is_malformed),
		cmocka_unit_test(an_object_is_read),
		cmocka_unit_test(an_unknown_field_is_named),
		cmocka_unit_test(a_body_has_at_most_16_kib),
		cmocka_unit_test(a_body_shorter_than_it_said_is_malformed),
		cmocka_unit_test(a_body_is_json_by_its_type),
		cmocka_unit_test(an_open_route_takes_any_object_of_any_type),
		cmocka_unit_test(the_body_of_a_get_is_not_read),
		cmocka_unit_test(texts_are_cleaned_or_refused),
		cmocka_unit_test(a_lone_surrogate_never_becomes_bad_utf8),
		cmocka_unit_test(words_are_those_of_the_list),
		cmocka_unit_test(hex_is_of_its_length_and_lower_case),
		cmocka_unit_test(numbers_are_whole_and_within_bounds),
		cmocka_unit_test(client_ids_are_random_uuids),
		cmocka_unit_test(tags_become_an_array_literal),
		cmocka_unit_test(the_query_is_decoded),
		cmocka_unit_test(numbers_of_the_query_are_digits_within_bounds),
		cmocka_unit_test(texts_of_the_query_are_cleaned),
		cmocka_unit_test(a_session_comes_by_token_or_cookie),
		cmocka_unit_test(a_foreign_page_may_neither_write_nor_listen),
		cmocka_unit_test(the_public_address_is_an_own_origin),
		cmocka_unit_test(the_language_is_the_first_one_asked_for),
		cmocka_unit_test(a_budget_that_is_used_up_says_when),
		cmocka_unit_test(nothing_of_a_request_stays_for_the_next),
	};
	return cmocka_run_group_tests_name("request", tests, settings, end);
}
