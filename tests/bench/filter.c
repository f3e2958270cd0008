/*
 * What the word filter costs a message: filter PATTERNS prints, for messages of some lengths, the microseconds of one
 * filter_match() (reading the text among it), the median of rounds, by a list of so many words half of which are Chinese.
 */
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, CALLS = 2000 };

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Words as an operator has them: five to nine letters, or two to four characters. */
static char *word_make(unsigned n)
{
	struct buf word = {0};
	if (n % 2)
		for (unsigned i = 0, k = n * 2654435761u; i < 5 + n % 5; i++, k = k * 1103515245u + 12345)
			buf_printf(&word, "%c", 'a' + (int)(k >> 16) % 26);
	else
		for (unsigned i = 0, k = n * 2654435761u; i < 2 + n % 3; i++, k = k * 1103515245u + 12345) {
			unsigned c = 0x4E00 + (k >> 12) % 0x2000;
			buf_printf(&word, "%c%c%c", (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)));
		}
	return word.text;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double cost(const struct filter *filter, const char *text)
{
	double rounds[ROUNDS];
	struct arena arena = {0};
	struct filter_verdict verdict;
	for (int i = 0; i < ROUNDS; i++) {
		double begin = now();
		for (int k = 0; k < CALLS; k++) {
			filter_match(filter, &arena, text, &verdict);
			arena_reset(&arena);
		}
		rounds[i] = (now() - begin) / CALLS;
	}
	arena_free(&arena);
	qsort(rounds, ROUNDS, sizeof *rounds, by_value);
	return rounds[ROUNDS / 2];
}

int main(int count, char **arguments)
{
	static const char *const texts[] = {
		"ok, see you at eight then?",
		"I was thinking about what you said yesterday, and you may be right: it is b.e.t.t.e.r to wait. Let us talk "
		"again.",
		"今天的天气真不错，我们一起去公园走走吧？顺便买点水果，晚上回来做饭。",
		"Ich weiß nicht, ob das stimmt… 你觉得呢？ Мне кажется, что да! 🙂",
	};
	unsigned patterns = count > 1 ? (unsigned)atoi(arguments[1]) : 5000;
	struct filter_word *words = calloc(patterns + 1, sizeof *words);
	if (words == NULL)
		return 1;
	for (unsigned i = 0; i < patterns; i++)
		words[i] = (struct filter_word){i + 1, (enum filter_class)(i % 4), word_make(i)};
	double begin = now();
	struct filter *filter = filter_new(words, patterns, NULL);
	printf("%u patterns, ready in %.0f ms\n", patterns, (now() - begin) / 1e3);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		printf("%6.2f us  %4zu bytes  %s\n", cost(filter, texts[i]), strlen(texts[i]), texts[i]);
	struct buf longest = {0};
	while (longest.size + strlen(texts[1]) < 4000)
		buf_text(&longest, texts[1]);
	printf("%6.2f us  %4zu bytes  the longest message\n", cost(filter, longest.text), longest.size);
	return 0;
}
