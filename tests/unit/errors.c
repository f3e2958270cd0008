/* lib/errors.c: every code that C and SQL answer has a message in both languages. */
#include "unit.h"

#include "web.h"

#include <glob.h>
#include <regex.h>

enum { CODES_MAX = 256 };

static char codes[CODES_MAX][64];
static size_t codes_count;

static char *file_read(const char *path)
{
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		fail_msg("%s is not there: run this from the checkout", path);
		return NULL;
	}
	char *text = calloc(1, 1 << 20);
	size_t size = fread(text, 1, (1 << 20) - 1, file);
	assert_true(size > 0 && size < (1 << 20) - 1);
	fclose(file);
	return text;
}

static void code_add(const char *code, size_t size)
{
	for (size_t i = 0; i < codes_count; i++)
		if (strlen(codes[i]) == size && strncmp(codes[i], code, size) == 0)
			return;
	assert_true(codes_count < CODES_MAX);
	snprintf(codes[codes_count++], sizeof *codes, "%.*s", (int)size, code);
}

/* Collects what the pattern's first group finds in the files. */
static void collect(const char *files, const char *pattern)
{
	glob_t found;
	regex_t expression;
	assert_int_equal(glob(files, 0, NULL, &found), 0);
	assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text = file_read(found.gl_pathv[i]);
		regmatch_t match[2];
		for (const char *p = text; regexec(&expression, p, 2, match, 0) == 0; p += match[0].rm_eo)
			code_add(p + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so));
		free(text);
	}
	regfree(&expression);
	globfree(&found);
}

static int codes_find(void **state)
{
	(void)state;
	collect("lib/*.c", "fail[(]r, [0-9]+, \"([a-z0-9_]+)\"");
	collect("lib/reply.c", "fail_with[(]r, [0-9]+, \"([a-z0-9_]+)\"");
	collect("cgi-bin/*.c", "fail[(][a-z>-]*r, [0-9]+, \"([a-z0-9_]+)\"");
	collect("sql/functions/*.sql", "fail[(][0-9]+, '([a-z0-9_]+)'");
	/* api.message_append judges line by line, in a CASE. */
	collect("sql/functions/messages.sql", "when 4[0-9][0-9] then '([a-z_]+)'");
	collect("sql/functions/messages.sql", "is not null then '([a-z_]+)' else");
	collect("sql/functions/messages.sql", "else '([a-z_]+)' end");
	return 0;
}

static bool is_code(const char *code)
{
	for (size_t i = 0; i < codes_count; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

static void every_code_in_use_is_explained_in_both_languages(void **state)
{
	(void)state;
	assert_true(codes_count > 20);
	assert_true(is_code("invalid_field") && is_code("no_room") && is_code("busy"));
	for (size_t i = 0; i < codes_count; i++) {
		const char *en = error_message(codes[i], false), *zh = error_message(codes[i], true);
		if (strcmp(en, codes[i]) == 0 || strcmp(zh, codes[i]) == 0 || strcmp(en, zh) == 0)
			fail_msg("%s has no message", codes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_in_use_is_explained_in_both_languages),
	};
	return cmocka_run_group_tests_name("errors", tests, codes_find, NULL);
}
