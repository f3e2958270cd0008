/* EXIF, as far as it says which way up a picture is. */
#include "core.h"

#include <string.h>

enum { TIFF_HEAD = 8, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3 };

struct tiff {
	const uint8_t *bytes;
	size_t size;
	bool big; /* the high byte comes first */
};

static uint32_t number(const struct tiff *tiff, size_t at, int size)
{
	uint32_t value = 0;
	for (int i = 0; i < size; i++)
		value |= (uint32_t)tiff->bytes[at + (size_t)i] << 8 * (tiff->big ? size - 1 - i : i);
	return value;
}

int exif_orientation(const uint8_t *bytes, size_t size)
{
	struct tiff tiff = {bytes, size, size > 0 && bytes[0] == 'M'};
	if (size < TIFF_HEAD + 2 || memcmp(bytes, tiff.big ? "MM\0*" : "II*\0", 4) != 0)
		return 1;
	size_t at = number(&tiff, 4, 4);
	if (at > size - 2)
		return 1;
	size_t entries = number(&tiff, at, 2);
	for (at += 2; entries > 0 && size - at >= ENTRY; entries--, at += ENTRY) {
		if (number(&tiff, at, 2) != ORIENTATION)
			continue;
		uint32_t value = number(&tiff, at + 8, 2);
		return number(&tiff, at + 2, 2) == SHORT && value >= 1 && value <= 8 ? (int)value : 1;
	}
	return 1;
}
