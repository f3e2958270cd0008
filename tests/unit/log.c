/* lib/log.c: each line is one JSON object, whatever goes into it. */
#include "unit.h"

#include "base.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <unistd.h>

static char line[4096];

/* What an event writes to standard error, as it was read back. */
#define LOGGED(...) (capture_begin(), log_event(__VA_ARGS__), capture_end())

static int saved, pipe_ends[2];

static void capture_begin(void)
{
	saved = dup(STDERR_FILENO);
	if (saved < 0 || pipe(pipe_ends) != 0 || dup2(pipe_ends[1], STDERR_FILENO) < 0)
		abort();
	close(pipe_ends[1]);
}

static const char *capture_end(void)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
	ssize_t size = read(pipe_ends[0], line, sizeof line - 1);
	close(pipe_ends[0]);
	line[size > 0 ? size : 0] = '\0';
	return line;
}

static const char *member(const char *text, const char *name)
{
	static char value[64];
	json_object *object = json_tokener_parse(text), *field = NULL;
	if (object == NULL || text[strlen(text) - 1] != '\n' || !json_object_object_get_ex(object, name, &field))
		fail_msg("not a line of JSON with %s: %s", name, text);
	snprintf(value, sizeof value, "%s", json_object_get_string(field));
	json_object_put(object);
	return value;
}

static void an_event_is_a_line_of_json(void **state)
{
	(void)state;
	const char *text = LOGGED(LOG_WARN, "request", "\"status\":%d", 503);
	assert_string_equal(member(text, "level"), "warn");
	assert_string_equal(member(text, "event"), "request");
	assert_string_equal(member(text, "status"), "503");
	assert_int_equal(strlen(member(text, "at")), strlen("2026-01-02T03:04:05.678Z"));
	assert_string_equal(member(LOGGED(LOG_INFO, "started", NULL), "event"), "started");
}

static void what_is_below_the_threshold_is_left_out(void **state)
{
	(void)state;
	assert_true(log_level_parse("error"));
	assert_string_equal(LOGGED(LOG_WARN, "request", NULL), "");
	assert_false(log_level_parse("loud"));
	assert_true(log_level_parse("debug"));
	assert_string_equal(member(LOGGED(LOG_DEBUG, "request", NULL), "level"), "debug");
	assert_true(log_level_parse("info"));
}

static void a_long_line_stays_json(void **state)
{
	(void)state;
	char text[3000];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	const char *logged = LOGGED(LOG_INFO, "long", "\"text\":\"%s\"", text);
	assert_string_equal(member(logged, "event"), "long");
	assert_ptr_equal(strchr(logged, '\n'), logged + strlen(logged) - 1);
	for (size_t size = 900; size < 1024; size++) {
		text[size] = '\0';
		assert_string_equal(member(LOGGED(LOG_INFO, "long", "\"text\":\"%s\"", text), "event"), "long");
		text[size] = 'x';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_line_of_json),
		cmocka_unit_test(what_is_below_the_threshold_is_left_out),
		cmocka_unit_test(a_long_line_stays_json),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
