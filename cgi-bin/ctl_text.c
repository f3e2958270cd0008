/* Text of others, as a terminal may see it. */
#include "ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum { REPLACEMENT = 0xFFFD, PICTURES = 0x2400, PICTURE_DELETE = 0x2421, JOINER = 0x200D, VARIATION = 0xFE0F };

/* Whether a terminal would do something at c other than to show it. */
static bool is_control(UChar32 c)
{
	int type = u_charType(c);
	return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR || type == U_LINE_SEPARATOR ||
	       type == U_PARAGRAPH_SEPARATOR || type == U_SURROGATE;
}

static UChar32 visible(UChar32 c)
{
	if (!is_control(c))
		return c;
	return c < ' ' ? PICTURES + c : c == 0x7F ? PICTURE_DELETE : REPLACEMENT;
}

static int columns(UChar32 c)
{
	int type = u_charType(c), width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK)
		return 0;
	return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

int ctl_visible(struct buf *out, const char *text)
{
	int32_t size = (int32_t)strlen(text), wide = 0;
	for (int32_t i = 0; i < size;) {
		UChar32 c;
		U8_NEXT_OR_FFFD((const uint8_t *)text, i, size, c);
		if (c == JOINER || c == VARIATION) /* terminals do not agree on how wide what they join is */
			continue;
		c = visible(c);
		char bytes[U8_MAX_LENGTH];
		int32_t length = 0;
		U8_APPEND_UNSAFE(bytes, length, c);
		buf_add(out, bytes, (size_t)length);
		wide += columns(c);
	}
	return wide;
}

static void escape(struct buf *out, UChar32 c)
{
	if (c > 0xFFFF)
		buf_printf(out, "\\u%04x\\u%04x", U16_LEAD(c), U16_TRAIL(c));
	else
		buf_printf(out, "\\u%04x", (unsigned)c);
}

void ctl_json(struct buf *out, const char *text, size_t size)
{
	for (int32_t i = 0, from = 0; i < (int32_t)size; from = i) {
		UChar32 c;
		U8_NEXT_OR_FFFD((const uint8_t *)text, i, (int32_t)size, c);
		if (c >= 0x7F && is_control(c))
			escape(out, c);
		else
			buf_add(out, text + from, (size_t)(i - from));
	}
}

void ctl_complain(const char *format, ...)
{
	struct arena arena = {0};
	struct buf raw = {.arena = &arena}, out = {.arena = &arena};
	char text[1024];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	buf_text(&raw, text);
	ctl_visible(&out, raw.text);
	fprintf(stderr, "driftctl: %s\n", out.text);
	arena_free(&arena);
}
