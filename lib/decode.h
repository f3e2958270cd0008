/* What `media` and the child that decodes for it say to each other: bytes in by a pipe, this and bytes out by another. */
#ifndef DRIFTLINE_DECODE_H
#define DRIFTLINE_DECODE_H

#include <stdint.h>

enum {
	DECODE_SIDE_MAX = 4096, /* of a picture that is taken at all */
	DECODE_SIDE = 1600, /* of one that is kept, its preview, an avatar */
	DECODE_PREVIEW_SIDE = 320,
	DECODE_AVATAR_SIDE = 256,
	DECODE_BARS = 64,
	DECODE_OUTPUT_MAX = 8 * 1024 * 1024 /* of both files together */
};

/* What is wanted; the child's one argument is its name. */
enum decode_task { DECODE_PICTURE, DECODE_AVATAR, DECODE_VOICE, DECODE_TASKS };
static const char *const decode_task_names[DECODE_TASKS] = {"picture", "avatar", "voice"};

enum decode_status {
	DECODE_DONE,
	DECODE_UNKNOWN, /* of no kind that is taken */
	DECODE_BAD, /* damaged, cut short, or something follows its end */
	DECODE_PIXELS, /* wider or higher than DECODE_SIDE_MAX */
	DECODE_LONG,
	DECODE_STEREO,
	DECODE_STATUSES
};

/* The child's answer; then sizes[0] bytes of the file and, for a picture, sizes[1] bytes of its preview. */
struct decode_head {
	uint32_t status;
	uint32_t width, height;
	uint32_t duration; /* milliseconds */
	uint32_t sizes[2];
	uint8_t waveform[DECODE_BARS]; /* 0 to 100 */
};

#endif
