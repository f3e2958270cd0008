/* What people type: valid, normalised, visible, bounded. Unicode's properties come from ICU. */
#include "base.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum { MARKS_MAX = 4 };

bool text_valid(const char *bytes, size_t size)
{
	if (size > INT32_MAX)
		return false;
	for (int32_t i = 0; i < (int32_t)size;) {
		UChar32 c;
		U8_NEXT((const uint8_t *)bytes, i, (int32_t)size, c);
		if (c <= 0)
			return false;
	}
	return true;
}

size_t text_length(const char *text)
{
	size_t length = 0;
	for (; *text; text++)
		length += ((unsigned char)*text & 0xC0) != 0x80;
	return length;
}

static bool is_bidi_control(UChar32 c)
{
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Joiners and variation selectors shape emoji and scripts; alone they show nothing. */
static bool is_invisible(UChar32 c)
{
	return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || u_isUWhiteSpace(c) || c == 0x2800 ||
	       c == 0x3164;
}

/* Whether c may stand in text of this kind. White space other than a blank has been folded before. */
static bool is_allowed(UChar32 c, enum text_kind kind)
{
	if (c == '\n' || c == '\t')
		return kind == TEXT_BODY;
	if (u_charType(c) == U_CONTROL_CHAR || u_charType(c) == U_SURROGATE || U_IS_UNICODE_NONCHAR(c))
		return false;
	return kind == TEXT_BODY || !is_bidi_control(c);
}

/* Copies white space in its one form: a blank in names, \n for each line end in bodies. Trims both ends. */
static int32_t fold_space(const UChar *from, int32_t size, UChar *to, enum text_kind kind)
{
	int32_t length = 0;
	for (int32_t i = 0; i < size; i++) {
		UChar c = from[i];
		if (kind == TEXT_BODY) {
			if (c == '\r' && i + 1 < size && from[i + 1] == '\n')
				continue;
			c = c == '\r' || c == 0x2028 || c == 0x2029 ? '\n' : c;
			if (length == 0 && u_isUWhiteSpace(c))
				continue;
		} else if (c != 0x85 && c >= 0x20 && u_isUWhiteSpace(c)) {
			if (length == 0 || to[length - 1] == ' ')
				continue;
			c = ' ';
		}
		to[length++] = c;
	}
	while (length > 0 && u_isUWhiteSpace(to[length - 1]))
		length--;
	return length;
}

static bool is_acceptable(const UChar *text, int32_t size, enum text_kind kind, size_t max)
{
	size_t length = 0;
	int marks = 0;
	bool visible = false;
	for (int32_t i = 0; i < size; length++) {
		UChar32 c;
		U16_NEXT(text, i, size, c);
		if (!is_allowed(c, kind))
			return false;
		bool is_mark = (U_MASK(u_charType(c)) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
		marks = is_mark ? marks + 1 : 0;
		if (kind == TEXT_NAME && marks > MARKS_MAX)
			return false;
		visible = visible || (!is_mark && !is_invisible(c));
	}
	return visible && length <= max;
}

char *text_clean(struct arena *arena, const char *text, enum text_kind kind, size_t max)
{
	size_t bytes = strlen(text);
	if (!text_valid(text, bytes))
		return NULL;
	UErrorCode error = U_ZERO_ERROR;
	int32_t room = (int32_t)bytes + 1, size;
	UChar *wide = arena_alloc(arena, sizeof *wide * (size_t)room);
	u_strFromUTF8(wide, room, &size, text, (int32_t)bytes, &error);
	UChar *folded = arena_alloc(arena, sizeof *folded * (size_t)room);
	size = fold_space(wide, size, folded, kind);
	if (kind == TEXT_NAME) {
		/* NFC triples the length at the most. */
		UChar *normal = arena_alloc(arena, sizeof *normal * (size_t)room * 3);
		size = unorm2_normalize(unorm2_getNFCInstance(&error), folded, size, normal, room * 3, &error);
		folded = normal;
	}
	if (U_FAILURE(error) || !is_acceptable(folded, size, kind, max))
		return NULL;
	char *clean = arena_alloc(arena, (size_t)size * 3 + 1);
	u_strToUTF8(clean, size * 3 + 1, NULL, folded, size, &error);
	return U_FAILURE(error) ? NULL : clean;
}
