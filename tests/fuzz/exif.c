/* EXIF's orientation: one of eight, of any bytes. */
#include "fuzz.h"

#include "core.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));
	if (copy == NULL)
		abort();
	memcpy(copy, bytes, size);
	int orientation = exif_orientation(copy, size);
	check(orientation >= 1 && orientation <= 8, "it is one of eight");
	free(copy);
	return 0;
}
