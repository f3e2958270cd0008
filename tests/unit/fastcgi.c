/* lib/fastcgi.c */
#include "unit.h"

#include "records.h"
#include "web.h"

#define PARAMS \
	"\x0E\x04REQUEST_METHODPOST\x01\x00" \
	"E\x03\x80\x00\x00\x81" \
	"BIG"

/* A whole request with a body in two pieces, and a parameter of 129 bytes. */
static struct buf request_write(struct arena *arena)
{
	struct buf buf = {.arena = arena}, params = {.arena = arena};
	buf_add(&params, PARAMS, sizeof PARAMS - 1);
	for (int i = 0; i < 129; i++)
		buf_add(&params, "v", 1);
	begin(&buf, 0x1234, true);
	record(&buf, 4, 0x1234, params.text, 20, 4);
	record(&buf, 4, 0x1234, params.text + 20, params.size - 20, 0);
	record(&buf, 4, 0x1234, "", 0, 0);
	record(&buf, 5, 0x1234, "{\"a\":", 5, 3);
	record(&buf, 5, 0x1234, "1}", 2, 6);
	record(&buf, 5, 0x1234, "", 0, 0);
	return buf;
}

static void expect_request(const struct fastcgi *fastcgi, struct arena *arena)
{
	assert_int_equal(fastcgi->id, 0x1234);
	assert_true(fastcgi->keep);
	assert_string_equal(fastcgi->content.text, "{\"a\":1}");
	char **params = fastcgi_params(fastcgi, arena);
	assert_non_null(params);
	assert_string_equal(params[0], "REQUEST_METHOD=POST");
	assert_string_equal(params[1], "E=");
	assert_int_equal(strncmp(params[2], "BIG=vvv", 7), 0);
	assert_int_equal(strlen(params[2]), 4 + 129);
	assert_null(params[3]);
}

static void a_request_is_read_whole_or_in_pieces(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buf bytes = request_write(&arena);
	for (size_t step = 1; step <= bytes.size; step++) {
		struct fastcgi fastcgi = {0};
		bool whole = false;
		size_t at = 0;
		for (size_t seen = step; !whole; seen += step) {
			size_t end = seen < bytes.size ? seen : bytes.size;
			long taken = fastcgi_take(&fastcgi, &arena, bytes.text + at, end - at, &whole);
			assert_true(taken >= 0);
			at += (size_t)taken;
			assert_true(whole || end < bytes.size);
		}
		assert_int_equal(at, bytes.size);
		expect_request(&fastcgi, &arena);
	}
	arena_free(&arena);
}

static void what_follows_a_request_is_left(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buf bytes = request_write(&arena);
	size_t size = bytes.size;
	struct fastcgi fastcgi = {0};
	bool whole;
	begin(&bytes, 2, false);
	assert_int_equal(fastcgi_take(&fastcgi, &arena, bytes.text, bytes.size, &whole), size);
	assert_true(whole);
	expect_request(&fastcgi, &arena);
	arena_free(&arena);
}

static void what_is_not_fastcgi_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *bytes;
		size_t size;
	} cases[] = {
		{"HTTP", "GET / HTTP/1.1\r\n\r\n", 18},
		{"another version", "\x02\x01\x00\x01\x00\x00\x00\x00", 8},
		{"parameters before the beginning", "\x01\x04\x00\x01\x00\x00\x00\x00", 8},
		{"a body before the beginning", "\x01\x05\x00\x01\x00\x01\x00\x00x", 9},
		{"an unknown type", "\x01\x0B\x00\x01\x00\x00\x00\x00", 8},
		{"a beginning that is short", "\x01\x01\x00\x01\x00\x01\x00\x00\x00", 9},
		{"another role", "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00", 16},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena arena = {0};
		struct fastcgi fastcgi = {0};
		bool whole;
		if (fastcgi_take(&fastcgi, &arena, cases[i].bytes, cases[i].size, &whole) != -1)
			fail_msg("%s was taken", cases[i].name);
		arena_free(&arena);
	}
}

static void a_request_is_bounded(void **state)
{
	(void)state;
	static char content[60000];
	struct arena arena = {0};
	struct buf bytes = {.arena = &arena};
	struct fastcgi fastcgi = {0};
	bool whole;
	begin(&bytes, 1, true);
	record(&bytes, 5, 1, content, sizeof content, 0);
	assert_int_equal(fastcgi_take(&fastcgi, &arena, bytes.text, bytes.size, &whole), bytes.size);
	bytes.size = 0;
	record(&bytes, 5, 1, content, sizeof content, 0);
	assert_int_equal(fastcgi_take(&fastcgi, &arena, bytes.text, bytes.size, &whole), -1);
	arena_free(&arena);
}

static void malformed_parameters_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *bytes;
		size_t size;
	} cases[] = {
		{"no second length", "\x01", 1},
		{"a long length cut off", "\x80\x00\x00", 3},
		{"a name past the end",
	     "\x05\x00"
	     "abc",
	     5},
		{"a value past the end",
	     "\x01\x05"
	     "abc",
	     5},
		{"lengths that overflow",
	     "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
	     "abc",
	     11},
	};
	struct arena arena = {0};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fastcgi fastcgi = {.params.arena = &arena};
		buf_add(&fastcgi.params, cases[i].bytes, cases[i].size);
		if (fastcgi_params(&fastcgi, &arena) != NULL)
			fail_msg("%s was taken", cases[i].name);
	}
	struct fastcgi many = {.params.arena = &arena};
	for (int i = 0; i < FASTCGI_PARAMS_MAX; i++)
		buf_add(&many.params,
		        "\x01\x01"
		        "ab",
		        4);
	assert_non_null(fastcgi_params(&many, &arena));
	buf_add(&many.params,
	        "\x01\x01"
	        "ab",
	        4);
	assert_null(fastcgi_params(&many, &arena));
	struct fastcgi none = {0};
	char **params = fastcgi_params(&none, &arena);
	assert_non_null(params);
	assert_null(params[0]);
	arena_free(&arena);
}

/* Reads an answer's records back. Returns the text of its output stream; *ended: there was an end, and nothing behind. */
static struct buf answer_read(struct arena *arena, const struct buf *out, int id, bool *ended)
{
	struct buf text = {.arena = arena};
	bool closed = false;
	buf_add(&text, "", 0);
	*ended = false;
	for (size_t at = 0; at < out->size;) {
		const unsigned char *head = (const unsigned char *)out->text + at;
		size_t size = (size_t)head[4] << 8 | head[5];
		assert_int_equal(head[0], 1);
		assert_int_equal(head[2] << 8 | head[3], id);
		assert_false(*ended);
		if (head[1] == 3) {
			*ended = closed && size == 8 && head[12] == 0;
		} else {
			assert_int_equal(head[1], 6);
			assert_false(closed);
			closed = size == 0;
			buf_add(&text, (const char *)head + 8, size);
		}
		at += 8 + size + head[6];
		assert_true(at <= out->size);
	}
	return text;
}

static void an_answer_is_records_with_an_end(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 7, 8, 1000, 65527, 65528, 65529, 200000};
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct arena arena = {0};
		struct buf out = {.arena = &arena};
		char *text = arena_alloc(&arena, sizes[i] + 1);
		for (size_t k = 0; k < sizes[i]; k++)
			text[k] = (char)(k % 251);
		fastcgi_output(&out, 0xFFFE, text, sizes[i] / 3);
		fastcgi_output(&out, 0xFFFE, text + sizes[i] / 3, sizes[i] - sizes[i] / 3);
		fastcgi_end(&out, 0xFFFE);
		bool ended;
		struct buf read = answer_read(&arena, &out, 0xFFFE, &ended);
		assert_true(ended);
		assert_int_equal(read.size, sizes[i]);
		assert_memory_equal(read.text, text, sizes[i]);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_whole_or_in_pieces), cmocka_unit_test(what_follows_a_request_is_left),
		cmocka_unit_test(what_is_not_fastcgi_is_refused),       cmocka_unit_test(a_request_is_bounded),
		cmocka_unit_test(malformed_parameters_are_refused),     cmocka_unit_test(an_answer_is_records_with_an_end),
	};
	return cmocka_run_group_tests_name("fastcgi", tests, NULL, NULL);
}
