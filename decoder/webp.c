/* WebP by libwebp: still pictures, lossy and lossless. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

enum { RIFF_HEAD = 12, CHUNK_HEAD = 8 };

static size_t little_endian(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* Goes through the chunks. Returns the orientation that one of them names, or 0 where they do not fill the file. */
static int chunks_walk(const uint8_t *bytes, size_t size)
{
	int orientation = 1;
	for (size_t at = RIFF_HEAD; at < size;) {
		if (size - at < CHUNK_HEAD)
			return 0;
		size_t length = little_endian(bytes + at + 4), padded = length + (length & 1);
		if (padded > size - at - CHUNK_HEAD)
			return 0;
		const uint8_t *content = bytes + at + CHUNK_HEAD;
		if (memcmp(bytes + at, "EXIF", 4) == 0) {
			bool prefixed = length > 6 && memcmp(content, "Exif\0", 6) == 0;
			orientation = exif_orientation(content + (prefixed ? 6 : 0), length - (prefixed ? 6 : 0));
		}
		at += CHUNK_HEAD + padded;
	}
	return orientation;
}

enum decode_status webp_read(const uint8_t *bytes, size_t size, const struct fit *fit, struct image *image)
{
	WebPBitstreamFeatures features;
	(void)fit;
	if (WebPGetFeatures(bytes, size, &features) != VP8_STATUS_OK)
		return DECODE_BAD;
	if (features.has_animation)
		return DECODE_UNKNOWN;
	enum decode_status status = image_check(features.width, features.height);
	if (status != DECODE_DONE)
		return status;
	int orientation = size == CHUNK_HEAD + little_endian(bytes + 4) ? chunks_walk(bytes, size) : 0;
	size_t count = (size_t)features.width * (size_t)features.height;
	uint8_t *pixels = orientation > 0 ? malloc(count * 4) : NULL;
	if (pixels == NULL || WebPDecodeRGBAInto(bytes, size, pixels, count * 4, features.width * 4) == NULL) {
		free(pixels);
		return DECODE_BAD;
	}
	image_flatten(pixels, count);
	*image = (struct image){features.width, features.height, pixels, orientation};
	return DECODE_DONE;
}
