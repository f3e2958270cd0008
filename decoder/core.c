/* The tasks: which reader a file's first bytes call for, and what is made of what it reads. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

enum { QUALITY = 82, PREVIEW_QUALITY = 75 };

static image_reader *reader_find(const uint8_t *bytes, size_t size)
{
	static const struct {
		image_reader *read;
		size_t at, size;
		const char *magic;
	} kinds[] = {
		{jpeg_read, 0, 3, "\xFF\xD8\xFF"}, {png_read, 0, 8, "\x89PNG\r\n\x1A\n"},
		{webp_read, 8, 4, "WEBP"},         {gif_read, 0, 6, "GIF87a"},
		{gif_read, 0, 6, "GIF89a"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (size >= kinds[i].at + kinds[i].size && memcmp(bytes + kinds[i].at, kinds[i].magic, kinds[i].size) == 0 &&
		    (kinds[i].at == 0 || memcmp(bytes, "RIFF", 4) == 0))
			return kinds[i].read;
	return NULL;
}

/* Replaces an image by a part of it, scaled. False: no memory. */
static bool cut(struct image *image, int left, int top, int from_width, int from_height, int width, int height)
{
	struct image scaled;
	if (!image_scale(image, left, top, from_width, from_height, width, height, &scaled))
		return false;
	free(image->pixels);
	*image = scaled;
	return true;
}

static int shrunk(int side, int longest, int most)
{
	int size = (int)(((long)side * most + longest / 2) / longest);
	return size > 0 ? size : 1;
}

/* So that no side is longer than that. */
static bool shrink(struct image *image, int most)
{
	int width = image->width, height = image->height, longest = width > height ? width : height;
	return longest <= most ||
	       cut(image, 0, 0, width, height, shrunk(width, longest, most), shrunk(height, longest, most));
}

static bool crop(struct image *image, int side)
{
	int least = image->width < image->height ? image->width : image->height;
	return cut(image, (image->width - least) / 2, (image->height - least) / 2, least, least, side, side);
}

static bool output_write(const struct image *image, int quality, uint32_t *size, uint8_t **output)
{
	size_t written;
	*output = jpeg_write(image, quality, &written);
	*size = (uint32_t)written;
	return *output != NULL;
}

static bool picture_write(struct image *image, struct decode_head *head, uint8_t *outputs[2])
{
	if (!shrink(image, DECODE_SIDE) || !image_upright(image) ||
	    !output_write(image, QUALITY, &head->sizes[0], &outputs[0]))
		return false;
	head->width = (uint32_t)image->width;
	head->height = (uint32_t)image->height;
	return shrink(image, DECODE_PREVIEW_SIDE) && output_write(image, PREVIEW_QUALITY, &head->sizes[1], &outputs[1]);
}

static bool avatar_write(struct image *image, struct decode_head *head, uint8_t *outputs[2])
{
	head->width = head->height = DECODE_AVATAR_SIDE;
	return crop(image, DECODE_AVATAR_SIDE) && image_upright(image) &&
	       output_write(image, QUALITY, &head->sizes[0], &outputs[0]);
}

static enum decode_status picture_read(enum decode_task task, const uint8_t *bytes, size_t size,
                                       struct decode_head *head, uint8_t *outputs[2])
{
	const struct fit fit = {task == DECODE_AVATAR ? DECODE_AVATAR_SIDE : DECODE_SIDE, task == DECODE_AVATAR};
	struct image image = {0};
	image_reader *read = reader_find(bytes, size);
	enum decode_status status = read != NULL ? read(bytes, size, &fit, &image) : DECODE_UNKNOWN;
	if (status == DECODE_DONE && !(task == DECODE_AVATAR ? avatar_write : picture_write)(&image, head, outputs))
		status = DECODE_BAD;
	free(image.pixels);
	return status;
}

void core_run(enum decode_task task, const uint8_t *bytes, size_t size, struct decode_head *head, uint8_t *outputs[2])
{
	*head = (struct decode_head){0};
	outputs[0] = outputs[1] = NULL;
	enum decode_status status = task == DECODE_VOICE ? voice_read(bytes, size, head, &outputs[0])
	                                                 : picture_read(task, bytes, size, head, outputs);
	if (status != DECODE_DONE) {
		free(outputs[0]);
		free(outputs[1]);
		outputs[0] = outputs[1] = NULL;
		*head = (struct decode_head){0};
	}
	head->status = (uint32_t)status;
}
