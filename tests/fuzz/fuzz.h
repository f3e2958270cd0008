/* What every fuzzer starts with. A finding is a crash: check() makes one of a broken promise. */
#ifndef DRIFTLINE_FUZZ_H
#define DRIFTLINE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static inline void check(bool kept, const char *promise)
{
	if (kept)
		return;
	fprintf(stderr, "broken: %s\n", promise);
	abort();
}

/* A copy that ends with a NUL right behind the last byte, so that a read past it is seen. */
static inline char *text_of(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	if (text == NULL)
		abort();
	memcpy(text, bytes, size);
	text[size] = '\0';
	return text;
}

#endif
