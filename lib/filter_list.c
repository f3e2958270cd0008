/* A list: patterns, read and made ready for Vectorscan. */
#include "filter_list.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum filter_class filter_class_read(const char *name)
{
	static const char *const names[] = {"flag", "mask", "hold", "block"};
	int class = FILTER_FLAG;
	while (class < FILTER_BLOCK && strcmp(names[class], name) != 0)
		class ++;
	return (enum filter_class) class;
}

/* Patterns as Vectorscan takes them: parallel arrays, the ids being places in a list. */
struct set {
	struct arena arena;
	const char **texts;
	size_t *sizes;
	unsigned *flags, *ids, count;
};

static void set_start(struct set *set, size_t room)
{
	*set = (struct set){0};
	set->texts = arena_alloc(&set->arena, (room + 1) * sizeof *set->texts);
	set->sizes = arena_alloc(&set->arena, (room + 1) * sizeof *set->sizes);
	set->flags = arena_alloc(&set->arena, (room + 1) * sizeof *set->flags);
	set->ids = arena_alloc(&set->arena, (room + 1) * sizeof *set->ids);
}

static void set_add(struct set *set, const struct pattern *pattern, size_t place)
{
	unsigned flags = HS_FLAG_UTF8 | HS_FLAG_CASELESS | HS_FLAG_MULTILINE | HS_FLAG_SOM_LEFTMOST;
	set->texts[set->count] = pattern->letters;
	set->sizes[set->count] = pattern->size;
	set->flags[set->count] = pattern->is_expression ? flags : 0;
	set->ids[set->count++] = (unsigned)place;
}

static hs_error_t set_compile(const struct set *set, bool expressions, hs_database_t **database,
                              hs_compile_error_t **error)
{
	const char *const *texts = set->texts;
	return expressions ? hs_compile_multi(texts, set->flags, set->ids, set->count, HS_MODE_BLOCK, NULL, database, error)
	                   : hs_compile_lit_multi(texts, set->flags, set->ids, set->sizes, set->count, HS_MODE_BLOCK, NULL,
	                                          database, error);
}

static const char *expression_check(const struct pattern *pattern, char *detail, size_t size)
{
	struct set set;
	hs_database_t *database = NULL;
	hs_compile_error_t *error = NULL;
	set_start(&set, 1);
	set_add(&set, pattern, 0);
	bool good = set_compile(&set, true, &database, &error) == HS_SUCCESS;
	if (!good && detail != NULL)
		snprintf(detail, size, "%s", error->message);
	hs_free_database(database);
	hs_free_compile_error(error);
	arena_free(&set.arena);
	return good ? NULL : "word_expression";
}

/* Whether nothing but ignored characters stands in text. */
static bool is_nothing(const char *text, size_t size)
{
	struct view view = {0};
	char *copy = strndup(text, size);
	if (copy == NULL)
		abort();
	view_read(&view, copy, true);
	bool nothing = view.plain_size == 0;
	view_free(&view);
	free(copy);
	return nothing;
}

static bool word_fill(struct pattern *pattern, struct arena *arena, const struct view *view)
{
	if (view->count == 0 || view->letter[0].gap != FOLD_IGNORED ||
	    !is_nothing(view->text + view->letter[view->count - 1].end, view->size - view->letter[view->count - 1].end))
		return false;
	pattern->size = view->letters_size;
	pattern->letters = arena_copy(arena, view->letters, view->letters_size);
	pattern->gaps = arena_alloc(arena, view->letters_size * sizeof *pattern->gaps);
	pattern->first = (enum fold_kind)view->letter[0].kind;
	pattern->last = (enum fold_kind)view->letter[view->count - 1].kind;
	pattern->is_number = true;
	for (size_t i = 0; i < view->count; i++)
		pattern->is_number = pattern->is_number && view->letter[i].kind == FOLD_DIGIT;
	for (size_t i = 1; i < view->letters_size; i++)
		pattern->gaps[i] = view->owner[i] != view->owner[i - 1] && view->letter[view->owner[i]].gap != FOLD_IGNORED;
	return true;
}

/* Reads a pattern's text into *pattern. Returns NULL, or why it is none. */
static const char *pattern_read(struct pattern *pattern, struct arena *arena, const char *text)
{
	size_t size = strlen(text);
	if (!text_valid(text, size) || text_length(text) > FILTER_PATTERN_MAX)
		return "word_too_long";
	pattern->is_expression = size > 2 && text[0] == '/' && text[size - 1] == '/';
	if (pattern->is_expression) {
		pattern->size = size - 2;
		pattern->letters = arena_copy(arena, text + 1, size - 2);
		return NULL;
	}
	pattern->goes_on_before = size > 0 && text[0] == '*';
	pattern->goes_on_behind = size > 1 && text[size - 1] == '*';
	const char *word =
		arena_copy(arena, text + pattern->goes_on_before, size - pattern->goes_on_before - pattern->goes_on_behind);
	struct view view = {0};
	view_read(&view, word, false);
	bool good = strchr(word, '*') == NULL && word_fill(pattern, arena, &view);
	view_free(&view);
	return good ? NULL : "word_pattern";
}

const char *filter_refusal(const char *pattern, char *detail, size_t size)
{
	struct arena arena = {0};
	struct pattern read = {0};
	if (detail != NULL)
		detail[0] = '\0';
	const char *refusal = pattern_read(&read, &arena, pattern);
	if (refusal == NULL && read.is_expression)
		refusal = expression_check(&read, detail, size);
	arena_free(&arena);
	return refusal;
}

/* Lists */

/* Compiles the words or the expressions of a list. One that does not go with the others is left out, and they are tried again. */
static hs_database_t *list_compile(const struct filter *filter, bool expressions, bool *bad)
{
	for (;;) {
		struct set set;
		hs_database_t *database = NULL;
		hs_compile_error_t *error = NULL;
		set_start(&set, filter->count);
		for (size_t i = 0; i < filter->count; i++)
			if (!bad[i] && filter->patterns[i].is_expression == expressions)
				set_add(&set, &filter->patterns[i], i);
		bool done = set.count == 0 || set_compile(&set, expressions, &database, &error) == HS_SUCCESS;
		for (unsigned i = 0; !done && i < set.count; i++)
			if (error->expression < 0 || (unsigned)error->expression == i)
				bad[set.ids[i]] = true;
		hs_free_compile_error(error);
		arena_free(&set.arena);
		if (done)
			return database;
	}
}

struct filter *filter_new(const struct filter_word *words, size_t count, bool *bad)
{
	static atomic_uint serials;
	struct filter *filter = calloc(1, sizeof *filter);
	bool *unusable = calloc(count + 1, sizeof *unusable);
	if (filter == NULL || unusable == NULL)
		abort();
	filter->serial = atomic_fetch_add(&serials, 1) + 1;
	filter->count = count;
	filter->patterns = arena_alloc(&filter->arena, (count + 1) * sizeof *filter->patterns);
	for (size_t i = 0; i < count; i++) {
		filter->patterns[i].id = words[i].id;
		filter->patterns[i].class = words[i].class;
		unusable[i] = pattern_read(&filter->patterns[i], &filter->arena, words[i].pattern) != NULL;
	}
	filter->words = list_compile(filter, false, unusable);
	filter->expressions = list_compile(filter, true, unusable);
	if (bad != NULL)
		memcpy(bad, unusable, count * sizeof *bad);
	free(unusable);
	return filter;
}

void filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	hs_free_database(filter->words);
	hs_free_database(filter->expressions);
	arena_free(&filter->arena);
	free(filter);
}
