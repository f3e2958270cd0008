/* What the fuzzers of pictures share. A picture that is read has a size that is taken, and comes out as a JPEG. */
#ifndef DRIFTLINE_FUZZ_PICTURES_H
#define DRIFTLINE_FUZZ_PICTURES_H

#include "fuzz.h"

#include "core.h"

static inline void task_check(enum decode_task task, const uint8_t *bytes, size_t size)
{
	struct decode_head head;
	uint8_t *outputs[2];
	core_run(task, bytes, size, &head, outputs);
	check(head.status < DECODE_STATUSES && (head.status == DECODE_DONE) == (outputs[0] != NULL), "it is done or not");
	check(head.width <= DECODE_SIDE && head.height <= DECODE_SIDE, "what comes out is no larger than it may be");
	free(outputs[0]);
	free(outputs[1]);
}

static inline int picture_fuzz(const uint8_t *bytes, size_t size, image_reader *read)
{
	enum { SCALED_MAX = 512 * 512 }; /* pixels: scaling more keeps a fuzzer busy and finds nothing new */
	static const struct fit fit = {DECODE_AVATAR_SIDE, true};
	struct image image = {0};
	uint8_t *copy = (uint8_t *)text_of(bytes, size);
	bool done = read(copy, size, &fit, &image) == DECODE_DONE;
	if (done) {
		check(image_check(image.width, image.height) == DECODE_DONE, "a picture is not too large");
		check(image.orientation >= 1 && image.orientation <= 8, "it lies in one of eight ways");
		check(image.pixels != NULL, "it has pixels");
	}
	if (done && image.width * image.height <= SCALED_MAX) {
		task_check(DECODE_PICTURE, copy, size);
		task_check(DECODE_AVATAR, copy, size);
	}
	free(image.pixels);
	free(copy);
	return 0;
}

#endif
