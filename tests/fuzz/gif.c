/* Pictures by their decoder of this kind, through all that the child does with them. */
#include "pictures.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	return picture_fuzz(bytes, size, gif_read);
}
