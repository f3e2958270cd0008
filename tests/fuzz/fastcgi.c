/* FastCGI's records: whatever comes and however it is cut, the same request comes out, or none. */
#include "fuzz.h"

#include "web.h"

/* Feeds the bytes in portions of `step`. Returns how many were taken, or -1. */
static long feed(struct fastcgi *fastcgi, struct arena *arena, const uint8_t *bytes, size_t size, size_t step,
                 bool *whole)
{
	size_t at = 0, seen = 0;
	*whole = false;
	while (!*whole && seen < size) {
		seen = seen + step < size ? seen + step : size;
		char *portion = text_of(bytes + at, seen - at);
		long taken = fastcgi_take(fastcgi, arena, portion, seen - at, whole);
		free(portion);
		if (taken < 0)
			return -1;
		check((size_t)taken <= seen - at, "no more is taken than there is");
		at += (size_t)taken;
	}
	return (long)at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct fastcgi one = {0}, other = {0};
	bool one_whole, other_whole;
	long one_taken = feed(&one, &arena, bytes, size, size + 1, &one_whole);
	long other_taken = feed(&other, &arena, bytes, size, 7, &other_whole);
	check(one_taken == other_taken && one_whole == other_whole, "portions make no difference");
	if (one_whole && one_taken > 0) {
		check(one.id == other.id && one.keep == other.keep, "nor to id and keep");
		check(one.params.size == other.params.size && one.content.size == other.content.size, "nor to the sizes");
		check(one.params.size + one.content.size <= FASTCGI_BYTES_MAX, "a request is bounded");
		char **params = fastcgi_params(&one, &arena);
		for (int i = 0; params != NULL && params[i] != NULL; i++)
			check(i < FASTCGI_PARAMS_MAX && strlen(params[i]) <= one.params.size, "parameters are bounded text");
	}
	arena_free(&arena);
	return 0;
}
