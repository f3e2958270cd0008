/* lib/reply.c */
#include "unit.h"

#include "fake.h"

static const char *sent(struct fake *fake, int status)
{
	struct buf out = {.arena = &fake->r.arena};
	reply_write(&fake->r, status, &out);
	return out.text;
}

static void an_answer_is_json_that_nobody_keeps(void **state)
{
	(void)state;
	struct fake fake;
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.reply.arena = fake.r.headers.arena = &fake.r.arena;
	buf_text(&fake.r.reply, "{\"ok\":true}");
	assert_string_equal(sent(&fake, 200), "Status: 200\r\nCache-Control: no-store\r\n"
	                                      "Content-Type: application/json; charset=utf-8\r\nContent-Length: 11\r\n\r\n"
	                                      "{\"ok\":true}");
	fake_close(&fake);
}

static void headers_of_a_handler_come_instead(void **state)
{
	(void)state;
	struct fake fake;
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.reply.arena = fake.r.headers.arena = &fake.r.arena;
	reply_header(&fake.r, "Content-Type", "image/svg+xml");
	reply_header(&fake.r, "Cache-Control", "max-age=%d", 60);
	buf_text(&fake.r.reply, "<svg/>");
	assert_string_equal(sent(&fake, 200), "Status: 200\r\nContent-Type: image/svg+xml\r\nCache-Control: max-age=60\r\n"
	                                      "Content-Length: 6\r\n\r\n<svg/>");
	fake_close(&fake);
}

static void a_header_may_be_long(void **state)
{
	(void)state;
	struct fake fake;
	char channels[200 * 24 + 1];
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.headers.arena = &fake.r.arena;
	memset(channels, 'c', sizeof channels - 1);
	channels[sizeof channels - 1] = '\0';
	reply_header(&fake.r, "X-Accel-Redirect", "/_sub/%s", channels);
	assert_int_equal(fake.r.headers.size, strlen("X-Accel-Redirect: /_sub/\r\n") + sizeof channels - 1);
	fake_close(&fake);
}

static void no_content_has_no_type(void **state)
{
	(void)state;
	struct fake fake;
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.reply.arena = fake.r.headers.arena = &fake.r.arena;
	assert_string_equal(sent(&fake, 204), "Status: 204\r\nCache-Control: no-store\r\n\r\n");
	fake_close(&fake);
}

static void a_failure_replaces_what_was_there(void **state)
{
	(void)state;
	struct fake fake;
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.reply.arena = fake.r.headers.arena = &fake.r.arena;
	buf_text(&fake.r.reply, "{\"half\":");
	assert_int_equal(fail(&fake.r, 404, "no_room"), 404);
	assert_string_equal(fake.r.reply.text, "{\"error\":{\"code\":\"no_room\",\"message\":\"There is no such room.\"}}");
	fake.r.chinese = true;
	assert_int_equal(fail_field(&fake.r, "to\"pic"), 422);
	assert_string_equal(fake.r.reply.text,
	                    "{\"error\":{\"code\":\"invalid_field\",\"message\":\"有字段缺失、有误或无法识别。\","
	                    "\"field\":\"to\\\"pic\"}}");
	fake_close(&fake);
}

static void a_part_that_is_down_says_when_to_come_again(void **state)
{
	(void)state;
	struct fake fake;
	fake_open(&fake, "GET", "/x", NULL, 0);
	fake.r.reply.arena = fake.r.headers.arena = &fake.r.arena;
	assert_int_equal(fail_down(&fake.r), 503);
	assert_string_equal(fake.r.headers.text, "Retry-After: 2\r\n");
	fake_close(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_json_that_nobody_keeps),
		cmocka_unit_test(headers_of_a_handler_come_instead),
		cmocka_unit_test(a_header_may_be_long),
		cmocka_unit_test(no_content_has_no_type),
		cmocka_unit_test(a_failure_replaces_what_was_there),
		cmocka_unit_test(a_part_that_is_down_says_when_to_come_again),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
