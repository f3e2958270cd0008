/* lib/text.c */
#include "unit.h"

#include "base.h"

#define MARKS_4 "\u0301\u0302\u0303\u0304"

static void utf8_is_valid_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *name, *bytes;
		size_t size;
		bool valid;
	} cases[] = {
		{"nothing", "", 0, true},
		{"ASCII", "abc", 3, true},
		{"two bytes", "é", 2, true},
		{"three bytes", "水", 3, true},
		{"four bytes", "🦦", 4, true},
		{"the last code point", "\xF4\x8F\xBF\xBF", 4, true},
		{"just past it", "\xF4\x90\x80\x80", 4, false},
		{"a NUL", "a\0b", 3, false},
		{"an overlong NUL", "\xC0\x80", 2, false},
		{"an overlong slash", "\xC0\xAF", 2, false},
		{"overlong in three bytes", "\xE0\x80\xAF", 3, false},
		{"overlong in four bytes", "\xF0\x80\x80\xAF", 4, false},
		{"a high surrogate", "\xED\xA0\x80", 3, false},
		{"a low surrogate", "\xED\xBF\xBF", 3, false},
		{"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80", 6, false},
		{"a lone continuation", "\x80", 1, false},
		{"a cut-off character", "\xE6\xB0", 2, false},
		{"an ASCII byte in a character", "\xE6\x41\xB4", 3, false},
		{"five bytes", "\xF8\x88\x80\x80\x80", 5, false},
		{"0xFF", "\xFF", 1, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_valid(cases[i].bytes, cases[i].size) != cases[i].valid)
			fail_msg("%s: expected %s", cases[i].name, cases[i].valid ? "valid" : "invalid");
}

static void length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(text_length(""), 0);
	assert_int_equal(text_length("abc"), 3);
	assert_int_equal(text_length("安静的水獭"), 5);
	assert_int_equal(text_length("🦦é"), 2);
}

struct cleaning {
	const char *name, *text, *clean; /* clean NULL: refused */
};

static void check(const struct cleaning *cases, size_t count, enum text_kind kind, size_t max)
{
	struct arena arena = {0};
	for (size_t i = 0; i < count; i++) {
		const char *clean = text_clean(&arena, cases[i].text, kind, max);
		if ((clean == NULL) != (cases[i].clean == NULL) || (clean != NULL && strcmp(clean, cases[i].clean) != 0))
			fail_msg("%s: got %s", cases[i].name, clean != NULL ? clean : "a refusal");
	}
	arena_free(&arena);
}

static void names_are_cleaned(void **state)
{
	(void)state;
	static const struct cleaning cases[] = {
		{"plain", "Quiet Otter", "Quiet Otter"},
		{"Chinese", "安静的水獭", "安静的水獭"},
		{"Arabic, right to left by itself", "مرحبا", "مرحبا"},
		{"ends are trimmed", "  otter \u3000", "otter"},
		{"white space becomes one blank", "a \u00A0\u2003 b", "a b"},
		{"decomposed becomes composed", "e\u0301", "\u00E9"},
		{"Hangul is composed", "\u1112\u1161\u11AB", "\uD55C"},
		{"a singleton is normalised", "\u212B", "\u00C5"},
		{"a tab", "a\tb", NULL},
		{"a line end", "a\nb", NULL},
		{"a control", "a\x01", NULL},
		{"DEL", "a\x7F", NULL},
		{"a C1 control",
	     "a\xC2\x85"
	     "b",
	     NULL},
		{"a right-to-left override", "a\u202Eb", NULL},
		{"a left-to-right embedding", "\u202Aab\u202C", NULL},
		{"an isolate", "a\u2066b\u2069", NULL},
		{"nothing", "", NULL},
		{"blanks", "   ", NULL},
		{"a zero-width space", "\u200B", NULL},
		{"a joiner alone", "\u200D", NULL},
		{"a variation selector alone", "\uFE0F", NULL},
		{"a Hangul filler", "\u3164", NULL},
		{"a blank Braille cell", "\u2800", NULL},
		{"a byte order mark", "\uFEFF", NULL},
		{"a soft hyphen", "\u00AD", NULL},
		{"tag characters", "\U000E0041\U000E0042", NULL},
		{"marks without a letter", "\u0301\u0301", NULL},
		{"a mark on an invisible one", "\u200B\u0301", NULL},
		{"four marks", "q" MARKS_4, "q" MARKS_4},
		{"five marks", "q" MARKS_4 "\u0305", NULL},
		{"five marks, parted", "q" MARKS_4 "q\u0305", "q" MARKS_4 "q\u0305"},
		{"four marks and one that composes", "e\u0301" MARKS_4, "\u00E9" MARKS_4},
		{"an emoji", "🦦", "🦦"},
		{"a family with joiners", "👨\u200D👩\u200D👧\u200D👦", "👨\u200D👩\u200D👧\u200D👦"},
		{"a heart with its selector", "❤\uFE0F", "❤\uFE0F"},
		{"a flag", "🇨🇳", "🇨🇳"},
		{"a keycap", "1\uFE0F\u20E3", "1\uFE0F\u20E3"},
		{"Persian with a non-joiner", "می\u200Cخواهم", "می\u200Cخواهم"},
		{"a non-character", "a\uFFFE", NULL},
		{"a non-character of another plane", "a\U0001FFFF", NULL},
		{"overlong UTF-8", "a\xC0\xAF", NULL},
		{"private use is somebody's own", "\uE000", "\uE000"},
		{"24 characters", "一二三四五六七八九十一二三四五六七八九十一二三四",
	     "一二三四五六七八九十一二三四五六七八九十一二三四"},
		{"25 characters", "一二三四五六七八九十一二三四五六七八九十一二三四五", NULL},
		{"24 outside the first plane",
	     "🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦",
	     "🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦"},
		{"length is that of the clean form",
	     "   e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"
	     "e\u0301e\u0301   ",
	     "ééééééééééééé"},
	};
	check(cases, COUNT(cases), TEXT_NAME, 24);
}

static void bodies_are_cleaned(void **state)
{
	(void)state;
	static const struct cleaning cases[] = {
		{"plain", "hello", "hello"},
		{"lines stay", "a\nb\n\nc", "a\nb\n\nc"},
		{"a tab stays", "a\tb", "a\tb"},
		{"inner blanks stay", "a   b", "a   b"},
		{"CRLF becomes one line end", "a\r\nb", "a\nb"},
		{"CR becomes a line end", "a\rb\rc", "a\nb\nc"},
		{"line and paragraph separators too", "a\u2028b\u2029c", "a\nb\nc"},
		{"ends are trimmed", "\n\n  hi  \r\n", "hi"},
		{"blank", " \n\t ", NULL},
		{"empty", "", NULL},
		{"nothing visible", "\u200B\u200D\n\uFE0F", NULL},
		{"a control", "a\x08", NULL},
		{"an escape", "\x1B[31m", NULL},
		{"a C1 control",
	     "a\xC2\x9B"
	     "b",
	     NULL},
		{"emoji", "👍🏽 👨\u200D👩\u200D👧", "👍🏽 👨\u200D👩\u200D👧"},
		{"many marks are drawn by who reads", "z" MARKS_4 MARKS_4, "z" MARKS_4 MARKS_4},
		{"not normalised: it is what was said", "e\u0301", "e\u0301"},
		{"markup is text", "<b>&</b>", "<b>&</b>"},
		{"a non-character", "a\uFFFF", NULL},
		{"ten characters", "0123456789", "0123456789"},
		{"eleven", "01234567890", NULL},
	};
	check(cases, COUNT(cases), TEXT_BODY, 10);
}

static void a_body_of_4000_characters_fits(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buf buf = {.arena = &arena};
	for (int i = 0; i < 4000; i++)
		buf_text(&buf, "🦦");
	assert_string_equal(text_clean(&arena, buf.text, TEXT_BODY, 4000), buf.text);
	buf_text(&buf, "x");
	assert_null(text_clean(&arena, buf.text, TEXT_BODY, 4000));
	arena_free(&arena);
}

static void the_longest_expansion_of_nfc_fits(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buf buf = {.arena = &arena};
	/* U+1D160 and U+FB2C are the characters that NFC lengthens most, in UTF-16 and in UTF-8. */
	for (int i = 0; i < 20; i++)
		buf_text(&buf, i % 2 ? "\U0001D160" : "\uFB2C");
	assert_non_null(text_clean(&arena, buf.text, TEXT_NAME, 1000));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_valid_or_not),
		cmocka_unit_test(length_counts_characters),
		cmocka_unit_test(names_are_cleaned),
		cmocka_unit_test(bodies_are_cleaned),
		cmocka_unit_test(a_body_of_4000_characters_fits),
		cmocka_unit_test(the_longest_expansion_of_nfc_fits),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
