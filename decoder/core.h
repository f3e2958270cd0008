/*
 * What the jailed child does: pictures and voice, decoded, checked and made anew, in memory. Nothing here opens a file or
 * trusts a byte. Whatever fails gives back its memory, so that fuzzers can call it a million times.
 */
#ifndef DRIFTLINE_CORE_H
#define DRIFTLINE_CORE_H

#include "decode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	int width, height;
	uint8_t *pixels; /* malloc'd; three bytes each, row after row */
	int orientation; /* 1 to 8, as EXIF has it */
};

/* What a picture is for: its sides may be scaled down to about this, never below. */
struct fit {
	int side;
	bool square; /* the shorter side counts, not the longer one */
};

/* core.c */

/* Does a task. outputs[0] and outputs[1] are malloc'd, or NULL, and the caller's to free. */
void core_run(enum decode_task task, const uint8_t *bytes, size_t size, struct decode_head *head, uint8_t *outputs[2]);

/* Readers: the whole file and nothing else must be one picture of that kind. Image is set only when it is DECODE_DONE. */

typedef enum decode_status image_reader(const uint8_t *bytes, size_t size, const struct fit *fit, struct image *image);
image_reader jpeg_read, png_read, webp_read, gif_read;

/* jpeg.c */

/* A JPEG without any metadata, malloc'd, and its size; NULL when there is no memory for it. */
uint8_t *jpeg_write(const struct image *image, int quality, size_t *size);

/* exif.c */

/* The orientation that a TIFF header's first directory names; 1 where it names none. */
int exif_orientation(const uint8_t *bytes, size_t size);

/* image.c */

enum decode_status image_check(long width, long height); /* DECODE_DONE: from 1 to DECODE_SIDE_MAX each way */
/* Turns rows of four bytes a pixel into three, over white, in place. */
void image_flatten(uint8_t *pixels, size_t count);
/* The rectangle of an image, scaled to width by height. False: no memory. */
bool image_scale(const struct image *from, int left, int top, int from_width, int from_height, int width, int height,
                 struct image *to);
bool image_upright(struct image *image); /* as its orientation says. False: no memory */

/* voice.c */

enum decode_status voice_read(const uint8_t *bytes, size_t size, struct decode_head *head, uint8_t **output);

#endif
