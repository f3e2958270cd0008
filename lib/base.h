/* What everything stands on: memory of one request, growing text, checks of what people type, the log. */
#ifndef DRIFTLINE_BASE_H
#define DRIFTLINE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* arena.c: memory that is given back all at once. */

struct arena {
	struct arena_block *blocks;
};

/* Returns size zeroed bytes, aligned for any type, that live until arena_free(). Never NULL: out of memory ends the process. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *bytes, size_t size); /* A copy with a NUL behind it. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Gives everything back but one block, so that the next request of this thread starts without malloc. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

/* buf.c: text that grows, in an arena (or on the heap where arena is NULL; then buf_free() gives it back). */

struct buf {
	struct arena *arena;
	char *text; /* NUL-terminated once something was added; NULL before */
	size_t size;
	size_t room;
};

void buf_add(struct buf *buf, const char *bytes, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_json(struct buf *buf, const char *text); /* text as a JSON string, quotes included; NULL as null */
void buf_html(struct buf *buf, const char *text); /* escaped for an element or an attribute in double quotes */
/* a field of RFC 4180, in quotes; one that a spreadsheet would take for a formula begins with an apostrophe */
void buf_csv(struct buf *buf, const char *text);
void buf_free(struct buf *buf);

/* text.c: what people type. All text is UTF-8. */

/* Whether size bytes are valid UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF, no NUL. */
bool text_valid(const char *bytes, size_t size);
size_t text_length(const char *text); /* characters (code points) of valid UTF-8 */

enum text_kind {
	TEXT_NAME, /* one line: nicknames, topics, tags. NFC, trimmed, inner white space folded to one blank */
	TEXT_BODY, /* many lines: messages, notes. Line ends become \n, the ends are trimmed */
};

/*
 * Cleans text into the arena. Returns NULL for what is refused: control characters, bidi overrides, more than four
 * combining marks in a row (names only), text with nothing visible in it, more than max characters, non-characters.
 */
char *text_clean(struct arena *arena, const char *text, enum text_kind kind, size_t max);

/* log.c: one JSON object a line on standard error. Never pass bodies, names, tokens, ids or addresses. */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

extern enum log_level log_threshold;
bool log_level_parse(const char *name);
/* format makes further members, e.g. log_event(LOG_INFO, "request", "\"status\":%d", 200). NULL: none. */
void log_event(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
