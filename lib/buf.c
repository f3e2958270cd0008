/* Text that grows. */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void buf_grow(struct buf *buf, size_t more)
{
	size_t want = buf->size + more + 1;
	if (want <= buf->room)
		return;
	size_t room = buf->room ? buf->room : 512;
	while (room < want)
		room *= 2;
	if (buf->arena != NULL) {
		char *text = arena_alloc(buf->arena, room);
		if (buf->size)
			memcpy(text, buf->text, buf->size);
		buf->text = text;
	} else {
		char *text = realloc(buf->text, room);
		if (text == NULL)
			abort();
		buf->text = text;
	}
	buf->room = room;
}

void buf_add(struct buf *buf, const char *bytes, size_t size)
{
	buf_grow(buf, size);
	if (size)
		memcpy(buf->text + buf->size, bytes, size);
	buf->size += size;
	buf->text[buf->size] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int size = vsnprintf(NULL, 0, format, list);
	va_end(list);
	buf_grow(buf, (size_t)size);
	va_start(list, format);
	vsnprintf(buf->text + buf->size, (size_t)size + 1, format, list);
	va_end(list);
	buf->size += (size_t)size;
}

void buf_json(struct buf *buf, const char *text)
{
	if (text == NULL) {
		buf_text(buf, "null");
		return;
	}
	buf_add(buf, "\"", 1);
	const char *run = text;
	for (const char *p = text;; p++) {
		unsigned char c = (unsigned char)*p;
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(buf, run, (size_t)(p - run));
		run = p + 1;
		if (c == '\0')
			break;
		if (c == '"' || c == '\\')
			buf_add(buf, (char[]){'\\', (char)c}, 2);
		else if (c == '\n')
			buf_text(buf, "\\n");
		else
			buf_printf(buf, "\\u%04x", c);
	}
	buf_add(buf, "\"", 1);
}

void buf_html(struct buf *buf, const char *text)
{
	static const char special[] = "&<>\"'";
	for (;;) {
		size_t run = strcspn(text, special);
		buf_add(buf, text, run);
		text += run;
		if (*text == '\0')
			return;
		buf_printf(buf, "&#%d;", *text++);
	}
}

/* What makes a spreadsheet take a field for a formula, as the first character. */
static bool is_formula(const char *text)
{
	static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(text, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

void buf_csv(struct buf *buf, const char *text)
{
	buf_text(buf, is_formula(text) ? "\"'" : "\"");
	for (;;) {
		size_t run = strcspn(text, "\"");
		buf_add(buf, text, run);
		text += run;
		if (*text == '\0')
			break;
		buf_text(buf, "\"\"");
		text++;
	}
	buf_text(buf, "\"");
}

void buf_free(struct buf *buf)
{
	if (buf->arena == NULL)
		free(buf->text);
	*buf = (struct buf){.arena = buf->arena};
}
