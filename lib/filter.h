/*
 * The word filter: an operator's list of patterns, looked for in text as people would read it, whatever letters it is
 * written in. A pattern is
 *   - a word or some words, such as `bad`, `b-a-d` or `坏词`: compared by its letters alone, without regard to case, width,
 *     accents, look-alikes and whatever stands between the letters. One in letters that form words by blanks (Latin, Greek,
 *     Cyrillic …) is found as a whole word, and `*` before or behind it lets the word go on there; Chinese and the like is
 *     found anywhere.
 *   - /an expression/ of Vectorscan's (PCRE without backtracking): matched against the text in NFKC, in lower case, without
 *     invisible characters, each run of blanks one blank; look-alikes and separators stay as they are.
 */
#ifndef DRIFTLINE_FILTER_H
#define DRIFTLINE_FILTER_H

#include "base.h"

enum filter_class { FILTER_FLAG, FILTER_MASK, FILTER_HOLD, FILTER_BLOCK };

struct filter_word {
	int64_t id;
	enum filter_class class;
	const char *pattern;
};

enum { FILTER_PATTERN_MAX = 200, FILTER_IDS_MAX = 32 }; /* characters of a pattern; patterns that a verdict names */

struct filter_verdict {
	unsigned classes; /* 1 << class, for each class that was found */
	const char *text; /* what to keep: the text itself, or a copy in the arena with `*` in place of what is masked */
	int64_t ids[FILTER_IDS_MAX]; /* of the patterns that were found, ascending, the first FILTER_IDS_MAX of them */
	int ids_count;
};

static inline bool filter_has(const struct filter_verdict *verdict, enum filter_class class)
{
	return (verdict->classes & 1u << class) != 0;
}

/* filter_list.c: a list, made ready for matching. */

/* "flag", "mask", "hold" or "block"; anything else is a block. */
enum filter_class filter_class_read(const char *name);

struct filter;

/*
 * Compiles a list. A word that does not compile is left out, and its place in bad (count of them, may be NULL) is set: a
 * list is never worse for one of its words. Takes milliseconds for thousands. Never NULL.
 */
struct filter *filter_new(const struct filter_word *words, size_t count, bool *bad);
void filter_free(struct filter *filter);
/*
 * Why a pattern cannot be in a list, as an error code of errors.c, or NULL. detail, if not NULL, gets the compiler's own
 * words on an expression ("" where it has none).
 */
const char *filter_refusal(const char *pattern, char *detail, size_t size);

/* filter.c: matching. */

/* Looks for all that the list has in text, which is valid UTF-8. From any number of threads. */
void filter_match(const struct filter *filter, struct arena *arena, const char *text, struct filter_verdict *verdict);

/*
 * The list in force. A new one takes the place of the old, which goes when the last one who is at it has finished.
 */
void filter_install(struct filter *filter);
/* filter_match by the list in force. False: there is none yet. */
bool filter_check(struct arena *arena, const char *text, struct filter_verdict *verdict);

/* filter_fold.c: what a character is to the filter. */

/*
 * Ignored characters are as if they were not there. Between letters may stand separators, blanks, or stops (what ends a
 * line or parts sentences); in this order each is less likely to be there to hide a word.
 */
enum fold_kind {
	FOLD_IGNORED,
	FOLD_LETTER,
	FOLD_IDEOGRAPH, /* a letter of a script that puts no blanks between words */
	FOLD_DIGIT,
	FOLD_MARK, /* belongs to the letter before it */
	FOLD_SEPARATOR,
	FOLD_BLANK,
	FOLD_STOP
};

struct fold {
	enum fold_kind kind;
	const char *letters; /* what it is compared by; "" for what is no letter, digit or mark */
	size_t size;
	const char *plain; /* in NFKC and lower case */
	size_t plain_size;
};

/* Of any code point; the texts live as long as the program. Fast but for the first look at each 256 code points. */
struct fold fold_of(int32_t c);

/* filter_view.c: a text as the filter reads it. */

struct view_letter {
	uint32_t begin, end; /* of the character, in the text's bytes */
	uint8_t kind, gap; /* fold_kind; gap: FOLD_IGNORED, or the strongest of what stands before it */
};

struct view {
	const char *text;
	size_t size;
	char *letters; /* of all characters, one behind the other */
	uint32_t *owner; /* for each of their bytes, the index of its letter */
	size_t letters_size, letters_room;
	struct view_letter *letter;
	size_t count, count_room;
	char *plain;
	uint32_t *plain_begin, *plain_end; /* for each byte of plain, the character that it comes from */
	size_t plain_size, plain_room;
};

/* Reads text. The view's memory grows as needed and is used again; view_free() gives it back. plain: whether that is wanted. */
void view_read(struct view *view, const char *text, bool plain);
void view_free(struct view *view);

/* filter_mask.c */

/* Whether c is a part of what the reader sees as one character with that before it. */
bool mask_extends(int32_t c, int32_t before);
/*
 * A copy of text in the arena in which each visible character whose first byte is set in marked is one `*`. What belongs
 * to a marked character goes with it; blanks stay.
 */
const char *mask_text(struct arena *arena, const char *text, size_t size, const uint8_t *marked);

#endif
