/* MP3: the frames that are kept are a part of the file, and walked again they are the same. */
#include "fuzz.h"

#include "mp3.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct mp3 mp3, again;
	uint8_t *copy = (uint8_t *)text_of(bytes, size), *to = malloc(size + 1), *twice = malloc(size + 1);
	if (to == NULL || twice == NULL)
		abort();
	if (mp3_walk(copy, size, to, &mp3) == MP3_OK) {
		check(mp3.size <= size && mp3.frames > 0 && mp3.rate > 0 && mp3.samples >= mp3.frames * 576, "it is bounded");
		/* a frame that only described the others may have stood before one more like it */
		enum mp3_result result = mp3_walk(to, mp3.size, twice, &again);
		check(result == MP3_OK || result == MP3_BAD || result == MP3_UNKNOWN, "it is mono still");
		check(again.frames <= mp3.frames, "nothing is added");
	}
	free(copy);
	free(to);
	free(twice);
	return 0;
}
