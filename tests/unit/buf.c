/* lib/buf.c */
#include "unit.h"

#include "base.h"

#include <json-c/json.h>

static void text_is_appended(void **state)
{
	(void)state;
	struct buf buf = {0};
	buf_text(&buf, "one ");
	buf_add(&buf, "two three", 3);
	buf_printf(&buf, " %d", 3);
	assert_string_equal(buf.text, "one two 3");
	assert_int_equal(buf.size, 9);
	buf_free(&buf);
	assert_null(buf.text);
	assert_int_equal(buf.size, 0);
}

static void nothing_added_is_empty_text(void **state)
{
	(void)state;
	struct buf buf = {0};
	buf_add(&buf, NULL, 0);
	assert_string_equal(buf.text, "");
	buf_free(&buf);
}

static void it_grows_on_the_heap_and_in_an_arena(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buf bufs[] = {{0}, {.arena = &arena}};
	for (size_t n = 0; n < COUNT(bufs); n++) {
		for (int i = 0; i < 20000; i++)
			buf_printf(&bufs[n], "%05d", i);
		assert_int_equal(bufs[n].size, 100000);
		assert_memory_equal(bufs[n].text + 5 * 12345, "12345", 5);
		assert_int_equal(bufs[n].text[100000], 0);
		buf_free(&bufs[n]);
	}
	arena_free(&arena);
}

static void text_becomes_a_json_string(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
		{NULL, "null"},
		{"", "\"\""},
		{"plain", "\"plain\""},
		{"say \"hi\"", "\"say \\\"hi\\\"\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"two\nlines", "\"two\\nlines\""},
		{"\ttab\r\x01\x1f", "\"\\u0009tab\\u000d\\u0001\\u001f\""},
		{"安静的水獭 🦦", "\"安静的水獭 🦦\""},
		{"</script>", "\"</script>\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf buf = {0};
		buf_json(&buf, cases[i].text);
		assert_string_equal(buf.text, cases[i].json);
		buf_free(&buf);
	}
}

static void every_byte_survives_a_json_parser(void **state)
{
	(void)state;
	char text[128];
	for (int i = 0; i < 127; i++)
		text[i] = (char)(i + 1);
	text[127] = '\0';
	struct buf buf = {0};
	buf_json(&buf, text);
	json_object *read = json_tokener_parse(buf.text);
	assert_string_equal(json_object_get_string(read), text);
	json_object_put(read);
	buf_free(&buf);
}

static void text_becomes_safe_in_html(void **state)
{
	(void)state;
	struct buf buf = {0};
	buf_html(&buf, "<a href=\"x\" title='y'>&amp; 你好</a>");
	assert_string_equal(buf.text, "&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;amp; 你好&#60;/a&#62;");
	buf_html(&buf, "");
	assert_int_equal(buf.text[buf.size], 0);
	buf_free(&buf);
}

static void text_becomes_a_field_of_csv(void **state)
{
	(void)state;
	static const struct {
		const char *text, *csv;
	} cases[] = {
		{"", "\"\""},        {"plain", "\"plain\""},        {"a, \"b\"\nc", "\"a, \"\"b\"\"\nc\""},
		{"\"", "\"\"\"\""},  {"=1+1", "\"'=1+1\""},         {"+1", "\"'+1\""},
		{"-1", "\"'-1\""},   {"@SUM(A1)", "\"'@SUM(A1)\""}, {"\tx", "\"'\tx\""},
		{"\rx", "\"'\rx\""}, {"\nx", "\"'\nx\""},           {"＝1", "\"'＝1\""},
		{"＋1", "\"'＋1\""}, {"－1", "\"'－1\""},           {"＠x", "\"'＠x\""},
		{"1=1", "\"1=1\""},  {"、好", "\"、好\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf buf = {0};
		buf_csv(&buf, cases[i].text);
		assert_string_equal(buf.text, cases[i].csv);
		buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_appended),
		cmocka_unit_test(nothing_added_is_empty_text),
		cmocka_unit_test(it_grows_on_the_heap_and_in_an_arena),
		cmocka_unit_test(text_becomes_a_json_string),
		cmocka_unit_test(text_becomes_safe_in_html),
		cmocka_unit_test(text_becomes_a_field_of_csv),
		cmocka_unit_test(every_byte_survives_a_json_parser),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
