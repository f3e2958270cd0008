/* text_clean: what comes out is valid, bounded, and stays as it is when it is cleaned again. */
#include "fuzz.h"

#include "base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const size_t most[] = {[TEXT_NAME] = 24, [TEXT_BODY] = 400};
	struct arena arena = {0};
	char *text = text_of(bytes, size);
	for (int kind = TEXT_NAME; kind <= TEXT_BODY; kind++) {
		const char *clean = text_clean(&arena, text, (enum text_kind)kind, most[kind]);
		if (clean == NULL)
			continue;
		check(text_valid(clean, strlen(clean)), "clean text is valid UTF-8");
		check(text_length(clean) > 0 && text_length(clean) <= most[kind], "clean text is bounded");
		check(kind == TEXT_BODY || strpbrk(clean, "\n\r\t") == NULL, "a name is one line");
		const char *again = text_clean(&arena, clean, (enum text_kind)kind, most[kind]);
		check(again != NULL && strcmp(again, clean) == 0, "clean text stays as it is");
	}
	arena_free(&arena);
	free(text);
	return 0;
}
