/* multipart/form-data: the type up to the first NUL, then the body. What is found lies within, between two boundaries. */
#include "fuzz.h"

#include "multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = text_of(bytes, size);
	size_t type = strlen(text), rest = type < size ? type + 1 : size;
	char *body = malloc(size - rest + (size == rest));
	const char *file = NULL;
	size_t file_size = 0;
	if (body == NULL)
		abort();
	memcpy(body, text + rest, size - rest);
	if (multipart_file(text, body, size - rest, &file, &file_size) == MULTIPART_OK) {
		check(file >= body && file_size <= size - rest && file - body <= (ptrdiff_t)(size - rest - file_size),
		      "the file lies within the body");
		check(memcmp(body, "--", 2) == 0 && memcmp(file - 4, "\r\n\r\n", 4) == 0, "it follows a head");
		check(memcmp(file + file_size, "\r\n--", 4) == 0, "a boundary follows it");
	}
	free(body);
	free(text);
	return 0;
}
