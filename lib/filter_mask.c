/* Putting `*` in place of what is masked, one for each character that a reader sees. */
#include "filter.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { JOINER = 0x200D };

bool mask_extends(int32_t c, int32_t before)
{
	int kind = u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK);
	return before == JOINER || kind == U_GCB_EXTEND || kind == U_GCB_ZWJ || kind == U_GCB_SPACING_MARK ||
	       u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

const char *mask_text(struct arena *arena, const char *text, size_t size, const uint8_t *marked)
{
	char *masked = arena_alloc(arena, size + 1), *to = masked;
	bool hidden = false; /* the character before is masked, and what belongs to it with it */
	UChar32 before = 0;
	for (int32_t i = 0; i < (int32_t)size;) {
		UChar32 c;
		int32_t begin = i;
		U8_NEXT((const uint8_t *)text, i, (int32_t)size, c);
		bool extends = begin > 0 && mask_extends(c, before);
		before = c;
		if (extends && hidden)
			continue;
		hidden = marked[begin] && !u_isUWhiteSpace(c);
		if (hidden)
			*to++ = '*';
		else
			to = (char *)memcpy(to, text + begin, (size_t)(i - begin)) + (i - begin);
	}
	return masked;
}
