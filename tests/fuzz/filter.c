/* The word filter: whatever the pattern and the text, what is masked is valid text with `*` in it, and no longer. */
#include "fuzz.h"

#include "filter.h"

/* A text after the first line, which is a pattern. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	char *pattern = text_of(bytes, size), *text = strchr(pattern, '\n');
	struct filter_verdict verdict;
	if (text != NULL && text_valid(pattern, size) && size < 4000) {
		*text++ = '\0';
		bool bad;
		struct filter *filter = filter_new(&(struct filter_word){1, FILTER_MASK, pattern}, 1, &bad);
		check(bad == (filter_refusal(pattern, NULL, 0) != NULL), "what is refused is left out");
		filter_match(filter, &arena, text, &verdict);
		check((verdict.classes != 0) == (verdict.text != text), "what is found is masked");
		check(text_valid(verdict.text, strlen(verdict.text)), "what is masked is valid UTF-8");
		check(strlen(verdict.text) <= strlen(text), "and no longer than before");
		check(verdict.classes == 0 || strchr(verdict.text, '*') != NULL, "a mask is seen");
		filter_free(filter);
	}
	free(pattern);
	arena_free(&arena);
	return 0;
}
