/* lib/filter*.c */
#include "unit.h"

#include "filter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static bool finds(const char *pattern, const char *text)
{
	struct arena arena = {0};
	struct filter_verdict verdict;
	struct filter *filter = filter_new(&(struct filter_word){1, FILTER_BLOCK, pattern}, 1, NULL);
	filter_match(filter, &arena, text, &verdict);
	filter_free(filter);
	arena_free(&arena);
	return verdict.classes != 0;
}

struct finding {
	const char *pattern, *text;
	bool found;
};

static void check(const struct finding *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (finds(cases[i].pattern, cases[i].text) != cases[i].found)
			fail_msg("'%s' in '%s': expected %s", cases[i].pattern, cases[i].text,
			         cases[i].found ? "to be found" : "not to be");
}

static void spelling_does_not_matter(void **state)
{
	(void)state;
	static const struct finding cases[] = {
		{"bad", "bad", true},       {"BAD", "so bad it is", true},
		{"bad", "BaD", true},       {"bad", "ｂａｄ", true}, /* width */
		{"bad", "𝐛𝒂𝖉", true}, /* mathematical letters */
		{"bad", "ⓑⓐⓓ", true},       {"bad", "🅑🅐🅓 🇧🇦🇩", true},
		{"bad", "bád", true},       {"bad", "ba\u0301d\u0336", true}, /* accents by themselves */
		{"bád", "bad", true},       {"straße", "STRASSE", true},
		{"bad", "bаd", true}, /* Cyrillic а */
		{"bad", "ЬАD", true}, /* the soft sign, Cyrillic А */
		{"scope", "ѕсоре", true}, /* all Cyrillic */
		{"cat", "СΑТ", true}, /* Cyrillic and Greek capitals */
		{"bob", "b0b", true},       {"all", "a1l", true},
		{"burn", "burn", true},     {"bum", "burn", false}, /* which a skeleton takes for the same */
		{"burn", "bum", false},     {"надо", "НАДО", true},
		{"йод", "ЙОД", true},       {"坏词", "一个坏词啊", true},
		{"カタカナ", "ｶﾀｶﾅ", true}, {"が", "か\u3099", true},
		{"が", "か", false},        {"か", "が", false},
		{"か", "か\u3099", false},  {"한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8", true},
		{"하", "한", false}, /* no part of a syllable */
		{"f", "ﬁ", false}, /* or of a ligature */
		{"fin", "ﬁn", true},
	};
	check(cases, COUNT(cases));
}

static void what_stands_between_is_ignored(void **state)
{
	(void)state;
	static const struct finding cases[] = {
		{"bad", "b.a.d", true},
		{"bad", "b-a*d", true},
		{"bad", "ba_d", true},
		{"bad", "b\u200Ba\u200Dd\u00AD", true},
		{"bad", "b🙂a🙂d", true},
		{"bad", "b a d", true},
		{"bad", "b  a\td", true},
		{"bad", "b, a, d", true},
		{"bad", "b\na\nd", true},
		{"bad", "ba d", false}, /* parts of words */
		{"bad", "so b ad", false},
		{"penis", "the pen is here", false},
		{"bad", "b a.d", true},
		{"坏词", "坏 词", true},
		{"坏词", "坏*词", true},
		{"坏词", "很坏，词语", false}, /* two sentences */
		{"很坏词", "很，坏，词", true},
		{"kill yourself", "KILL  yourself!", true},
		{"kill yourself", "kill-yourself", true},
		{"kill yourself", "killyourself", true},
		{"kill yourself", "kill your self", false},
		{"b-a-d", "bad", true},
	};
	check(cases, COUNT(cases));
}

static void words_are_whole(void **state)
{
	(void)state;
	static const struct finding cases[] = {
		{"ass", "class", false},   {"ass", "assume", false},  {"ass", "cl\u200Bass", false}, /* nobody sees that */
		{"ass", "ass!", true},     {"ass", "(ass)", true},    {"ass", "bad-ass", true},
		{"ass", "my ass", true},   {"ass", "ass123", true},   {"ass", "你ass他", true},
		{"ass*", "assume", true},  {"ass*", "class", false},  {"*ass", "class", true},
		{"*ass", "assume", false}, {"*ass*", "passed", true}, {"ass", "é ass", true},
		{"ass", "éass", false},    {"рот", "поворот", false}, {"18", "2018", false},
		{"18", "18+", true},       {"18", "v18", true},       {"lol", "101", false}, /* a number is no word */
		{"101", "lol", false},     {"加v", "快加v吧", true},  {"加v", "加video", false},
		{"ขาย", "มาขายของ", true}, /* Thai is found anywhere */
	};
	check(cases, COUNT(cases));
}

static void expressions_are_matched(void **state)
{
	(void)state;
	static const struct finding cases[] = {
		{"/\\bb[a4]d\\b/", "so B4D", true},
		{"/\\bb[a4]d\\b/", "b4dge", false},
		{"/\\d{11}/", "call １３８００１３８０００", true},
		{"/free  ?money/", "FREE \t money", true},
		{"/🍆/", "well 🍆🏻", true},
		{"/https?:\\/\\//", "see HTTPS://x", true},
		{"/加.?微/", "加个微", true},
		{"/^end$/", "the\nend\nof", true},
	};
	check(cases, COUNT(cases));
}

static void patterns_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *code;
	} cases[] = {
		{"bad", NULL},
		{"bad word", NULL},
		{"*bad*", NULL},
		{"坏词", NULL},
		{"18", NULL},
		{"/b[ae]d/", NULL},
		{"", "word_pattern"},
		{"*", "word_pattern"},
		{"**", "word_pattern"},
		{"/", "word_pattern"},
		{"//", "word_pattern"},
		{"...", "word_pattern"},
		{"🍆", "word_pattern"},
		{"@ss", "word_pattern"},
		{"bad!", "word_pattern"},
		{" bad", "word_pattern"},
		{"bad ", "word_pattern"},
		{"b*d", "word_pattern"},
		{"\u0301", "word_pattern"},
		{"/b[ad/", "word_expression"},
		{"/(a)\\1/", "word_expression"}, /* what would need backtracking */
		{"/a*/", "word_expression"}, /* found everywhere */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char detail[200];
		const char *code = filter_refusal(cases[i].pattern, detail, sizeof detail);
		if ((code == NULL) != (cases[i].code == NULL) || (code != NULL && strcmp(code, cases[i].code) != 0))
			fail_msg("'%s': %s, not %s", cases[i].pattern, code, cases[i].code);
		if (code != NULL && strcmp(code, "word_expression") == 0)
			assert_true(strlen(detail) > 0);
	}
	char *longest = calloc(1, FILTER_PATTERN_MAX + 2);
	memset(longest, 'a', FILTER_PATTERN_MAX);
	assert_null(filter_refusal(longest, NULL, 0));
	longest[FILTER_PATTERN_MAX] = 'a';
	assert_string_equal(filter_refusal(longest, NULL, 0), "word_too_long");
	free(longest);
}

static void masks_cover_what_was_found(void **state)
{
	(void)state;
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"nothing here", "nothing here"},
		{"bad", "***"},
		{"a bad day", "a *** day"},
		{"b.a.d", "*****"},
		{"b a d!", "* * *!"},
		{"x b\u200Ba\u0301\u0302d\u0336 y", "x *** y"},
		{"ＢＡＤ", "***"},
		{"🙂 bad 🙂", "🙂 *** 🙂"},
		{"b👩‍👩‍👧a👍🏽d", "*****"},
		{"坏词。", "**。"},
		{"一个坏 词了", "一个* *了"},
		{"bad bad", "*** ***"},
		{"ﬁn", "**"},
		{"é bád ё", "é *** ё"},
		{"👩‍👩‍👧 bad", "👩‍👩‍👧 ***"},
		{"1234 5678", "**** ****"},
	};
	static const struct filter_word words[] = {{1, FILTER_MASK, "bad"},
	                                           {2, FILTER_MASK, "坏词"},
	                                           {3, FILTER_MASK, "fin"},
	                                           {4, FILTER_MASK, "/\\d{4} \\d{4}/"}};
	struct arena arena = {0};
	struct filter *filter = filter_new(words, COUNT(words), NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct filter_verdict verdict;
		filter_match(filter, &arena, cases[i].text, &verdict);
		if (strcmp(verdict.text, cases[i].masked) != 0)
			fail_msg("'%s' became '%s', not '%s'", cases[i].text, verdict.text, cases[i].masked);
		if (strcmp(cases[i].text, cases[i].masked) == 0)
			assert_ptr_equal(verdict.text, cases[i].text);
	}
	filter_free(filter);
	arena_free(&arena);
}

static void verdicts_name_classes_and_patterns(void **state)
{
	(void)state;
	static const struct filter_word words[] = {{9, FILTER_FLAG, "one"},     {4, FILTER_MASK, "two"},
	                                           {7, FILTER_HOLD, "three"},   {2, FILTER_BLOCK, "four"},
	                                           {5, FILTER_FLAG, "/th.ee/"}, {6, FILTER_FLAG, "one"}};
	struct arena arena = {0};
	struct filter_verdict verdict;
	struct filter *filter = filter_new(words, COUNT(words), NULL);
	filter_match(filter, &arena, "one two", &verdict);
	assert_int_equal(verdict.classes, 1 << FILTER_FLAG | 1 << FILTER_MASK);
	assert_true(filter_has(&verdict, FILTER_MASK) && !filter_has(&verdict, FILTER_BLOCK));
	assert_string_equal(verdict.text, "one ***");
	assert_int_equal(verdict.ids_count, 3);
	assert_int_equal(verdict.ids[0], 4);
	assert_int_equal(verdict.ids[1], 6);
	assert_int_equal(verdict.ids[2], 9);
	filter_match(filter, &arena, "four three three", &verdict);
	assert_int_equal(verdict.classes, 1 << FILTER_FLAG | 1 << FILTER_HOLD | 1 << FILTER_BLOCK);
	assert_int_equal(verdict.ids_count, 3);
	filter_match(filter, &arena, "", &verdict);
	assert_int_equal(verdict.classes, 0);
	filter_free(filter);
	arena_free(&arena);
}

/* A list goes on without those of its words that cannot be. */
static void a_bad_word_spoils_no_list(void **state)
{
	(void)state;
	static const struct filter_word words[] = {{1, FILTER_BLOCK, "..."},
	                                           {2, FILTER_BLOCK, "bad"},
	                                           {3, FILTER_BLOCK, "/(/"},
	                                           {4, FILTER_BLOCK, "/w.rse/"},
	                                           {5, FILTER_BLOCK, "/a*/"}};
	static const bool expected[] = {true, false, true, false, true};
	bool bad[COUNT(words)];
	struct arena arena = {0};
	struct filter_verdict verdict;
	struct filter *filter = filter_new(words, COUNT(words), bad);
	assert_memory_equal(bad, expected, sizeof bad);
	filter_match(filter, &arena, "bad, worse", &verdict);
	assert_int_equal(verdict.ids_count, 2);
	filter_free(filter);
	filter = filter_new(NULL, 0, NULL);
	filter_match(filter, &arena, "bad", &verdict);
	assert_int_equal(verdict.classes, 0);
	filter_free(filter);
	arena_free(&arena);
}

static void every_character_folds(void **state)
{
	(void)state;
	for (int32_t c = 1; c < 0x110000; c++) {
		struct fold fold = fold_of(c);
		assert_true(text_valid(fold.letters, fold.size));
		assert_true(text_valid(fold.plain, fold.plain_size));
		assert_true((fold.kind == FOLD_IGNORED || fold.kind >= FOLD_SEPARATOR) == (fold.size == 0));
	}
	static const char same[] = "abcdefghijklmnopqrstuvwxyz23456789";
	for (const char *p = same; *p; p++)
		assert_memory_equal(fold_of(*p).letters, p, 1);
	assert_memory_equal(fold_of('0').letters, "o", 1);
	assert_memory_equal(fold_of('1').letters, "l", 1);
	assert_memory_equal(fold_of('0').plain, "0", 1);
}

/* Words of six letters, each another one. */
static void word_make(char word[8], unsigned n)
{
	for (int i = 0; i < 6; i++, n /= 20)
		word[i] = "bcdfghjklmnpqrstvwxz"[n % 20];
	word[6] = '\0';
}

enum { MANY = 5000 };

static struct filter *many_make(enum filter_class class)
{
	static char texts[MANY][8];
	static struct filter_word words[MANY];
	for (unsigned i = 0; i < MANY; i++) {
		if (texts[i][0] == '\0')
			word_make(texts[i], i * 7919 % 64000000);
		words[i] = (struct filter_word){i + 1, class, texts[i]};
	}
	return filter_new(words, MANY, NULL);
}

static void thousands_are_told_apart(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct filter_verdict verdict;
	struct filter *filter = many_make(FILTER_BLOCK);
	for (unsigned i = 0; i < MANY; i += 13) {
		char word[8];
		word_make(word, i * 7919 % 64000000);
		filter_match(filter, &arena, word, &verdict);
		assert_int_equal(verdict.ids_count, 1);
		assert_int_equal(verdict.ids[0], i + 1);
	}
	filter_free(filter);
	arena_free(&arena);
}

static atomic_bool stopping;
static atomic_long matched;

static void *matcher(void *unused)
{
	struct arena arena = {0};
	struct filter_verdict verdict;
	char word[8];
	word_make(word, 7919);
	while (!stopping) {
		if (!filter_check(&arena, word, &verdict) || verdict.ids_count != 1 ||
		    (verdict.classes != 1 << FILTER_BLOCK && verdict.classes != 1 << FILTER_MASK))
			abort();
		arena_reset(&arena);
		atomic_fetch_add(&matched, 1);
	}
	arena_free(&arena);
	return unused;
}

/* Lists are changed while others match: each match is by one list or the other, and no list is kept or lost. */
static void lists_are_swapped_under_load(void **state)
{
	(void)state;
	pthread_t threads[4];
	struct arena arena = {0};
	struct filter_verdict verdict;
	assert_false(filter_check(&arena, "x", &verdict));
	filter_install(many_make(FILTER_BLOCK));
	stopping = false;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, matcher, NULL), 0);
	for (int i = 0; i < 20; i++) {
		long before = matched;
		filter_install(many_make(i % 2 ? FILTER_BLOCK : FILTER_MASK));
		while (matched < before + 10)
			sched_yield();
	}
	stopping = true;
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	filter_install(filter_new(NULL, 0, NULL));
	assert_true(filter_check(&arena, "x", &verdict));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spelling_does_not_matter),
		cmocka_unit_test(what_stands_between_is_ignored),
		cmocka_unit_test(words_are_whole),
		cmocka_unit_test(expressions_are_matched),
		cmocka_unit_test(patterns_are_refused),
		cmocka_unit_test(masks_cover_what_was_found),
		cmocka_unit_test(verdicts_name_classes_and_patterns),
		cmocka_unit_test(a_bad_word_spoils_no_list),
		cmocka_unit_test(every_character_folds),
		cmocka_unit_test(thousands_are_told_apart),
		cmocka_unit_test(lists_are_swapped_under_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
