/* Pictures of every kind, made by the libraries' other halves: the tests' corpus. */
#ifndef DRIFTLINE_PICTURES_H
#define DRIFTLINE_PICTURES_H

#include "core.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>
#include <png.h>
#include <webp/encode.h>

struct bytes {
	uint8_t *at;
	size_t size;
};

static inline void bytes_add(struct bytes *bytes, const void *more, size_t size)
{
	uint8_t *grown = realloc(bytes->at, bytes->size + size + 1);
	if (grown == NULL)
		abort();
	bytes->at = grown;
	memcpy(grown + bytes->size, more, size);
	bytes->size += size;
}

static inline struct bytes bytes_copy(const struct bytes *from)
{
	struct bytes copy = {0};
	bytes_add(&copy, from->at, from->size);
	return copy;
}

/* Four bytes a pixel: red, green, blue and yellow quarters. */
static inline uint8_t *quarters(int width, int height, int alpha)
{
	static const uint8_t colours[2][2][3] = {{{220, 20, 20}, {20, 200, 20}}, {{20, 20, 220}, {220, 220, 20}}};
	uint8_t *pixels = malloc((size_t)width * (size_t)height * 4), *p = pixels;
	if (pixels == NULL)
		abort();
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++, p += 4) {
			memcpy(p, colours[2 * y >= height][2 * x >= width], 3);
			p[3] = (uint8_t)alpha;
		}
	}
	return pixels;
}

static inline struct bytes make_png(int width, int height, int alpha)
{
	png_image image = {.version = PNG_IMAGE_VERSION,
	                   .width = (png_uint_32)width,
	                   .height = (png_uint_32)height,
	                   .format = PNG_FORMAT_RGBA};
	uint8_t *pixels = quarters(width, height, alpha);
	png_alloc_size_t size = 0;
	struct bytes made = {0};
	if (!png_image_write_get_memory_size(image, size, 0, pixels, 0, NULL))
		abort();
	made.at = malloc(size + 1);
	if (made.at == NULL || !png_image_write_to_memory(&image, made.at, &size, 0, pixels, 0, NULL))
		abort();
	made.size = size;
	free(pixels);
	return made;
}

static inline struct bytes make_jpeg(int width, int height, int alpha)
{
	struct bytes made = {0};
	uint8_t *pixels = quarters(width, height, alpha);
	struct image image = {width, height, pixels, 1};
	image_flatten(pixels, (size_t)width * (size_t)height);
	made.at = jpeg_write(&image, 90, &made.size);
	if (made.at == NULL)
		abort();
	free(pixels);
	return made;
}

static inline struct bytes make_webp(int width, int height, int alpha)
{
	struct bytes made = {0};
	uint8_t *pixels = quarters(width, height, alpha), *out = NULL;
	size_t size = width % 2 ? WebPEncodeRGBA(pixels, width, height, width * 4, 90, &out)
	                        : WebPEncodeLosslessRGBA(pixels, width, height, width * 4, &out);
	bytes_add(&made, out, size);
	WebPFree(out);
	free(pixels);
	return made;
}

static inline int gif_write(GifFileType *gif, const GifByteType *bytes, int size)
{
	bytes_add(gif->UserData, bytes, (size_t)size);
	return size;
}

/* The second of two frames is all of one colour; alpha 0 makes the first quarter's colour transparent. */
static inline struct bytes make_gif(int width, int height, int alpha)
{
	static const GifColorType colours[4] = {{220, 20, 20}, {20, 200, 20}, {20, 20, 220}, {220, 220, 20}};
	struct bytes made = {0};
	int error;
	GifFileType *gif = EGifOpen(&made, gif_write, &error);
	ColorMapObject *map = GifMakeMapObject(4, colours);
	GraphicsControlBlock control = {.TransparentColor = alpha == 0 ? 0 : NO_TRANSPARENT_COLOR};
	GifByteType block[4], *line = malloc((size_t)width);
	if (gif == NULL || map == NULL || line == NULL)
		abort();
	EGifSetGifVersion(gif, true);
	EGifPutScreenDesc(gif, width, height, 4, 0, map);
	for (int frame = 0; frame < 2; frame++) {
		EGifGCBToExtension(&control, block);
		EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof block, block);
		EGifPutImageDesc(gif, 0, 0, width, height, false, NULL);
		for (int y = 0; y < height; y++) {
			for (int x = 0; x < width; x++)
				line[x] = (GifByteType)(frame == 1 ? 3 : 2 * (2 * y >= height) + (2 * x >= width));
			EGifPutLine(gif, line, width);
		}
	}
	EGifCloseFile(gif, &error);
	GifFreeMapObject(map);
	free(line);
	return made;
}

/* A TIFF header whose one entry names an orientation. */
static inline struct bytes make_exif(int orientation, bool big)
{
	const uint8_t big_one[] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (uint8_t)orientation,
	                           0,   0,   0, 0,   0, 0};
	const uint8_t little_one[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (uint8_t)orientation,
	                              0,   0,   0,   0, 0, 0, 0};
	struct bytes made = {0};
	bytes_add(&made, big ? big_one : little_one, sizeof big_one);
	return made;
}

/* Puts it into a JPEG, behind its beginning. */
static inline void add_exif(struct bytes *jpeg, int orientation, bool big)
{
	struct bytes tiff = make_exif(orientation, big), made = {0};
	const uint8_t head[] = {0xFF, 0xE1, 0, (uint8_t)(8 + tiff.size), 'E', 'x', 'i', 'f', 0, 0};
	bytes_add(&made, jpeg->at, 2);
	bytes_add(&made, head, sizeof head);
	bytes_add(&made, tiff.at, tiff.size);
	bytes_add(&made, jpeg->at + 2, jpeg->size - 2);
	free(tiff.at);
	free(jpeg->at);
	*jpeg = made;
}

#endif
