/* PNG by libpng. Chunks that say nothing about the pixels are not even read: many a file has broken ones, and less is read. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

enum { CHUNKS_MAX = 64, CHUNK_BYTES_MAX = 8 * 1024 * 1024, HEAD = 8, SIZES = 16 };

struct reading {
	const uint8_t *bytes;
	size_t left;
	png_structp png;
	png_infop info;
	struct image image;
	png_bytepp rows;
	bool done;
};

static void on_error(png_structp png, png_const_charp message)
{
	(void)message;
	png_longjmp(png, 1);
}

static void on_read(png_structp png, png_bytep to, size_t size)
{
	struct reading *r = png_get_io_ptr(png);
	if (size > r->left)
		png_longjmp(png, 1);
	memcpy(to, r->bytes, size);
	r->bytes += size;
	r->left -= size;
}

static void chunks_choose(png_structp png)
{
	static const char kept[] = "tRNS\0eXIf";
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep)kept, 2);
	png_set_chunk_cache_max(png, CHUNKS_MAX);
	png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
	png_set_user_limits(png, DECODE_SIDE_MAX, DECODE_SIDE_MAX);
}

/* Four bytes a pixel, whatever it was. */
static void form_choose(png_structp png)
{
	png_set_expand(png);
	png_set_scale_16(png);
	png_set_gray_to_rgb(png);
	png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
	png_set_interlace_handling(png);
}

static int orientation_find(struct reading *r)
{
	png_uint_32 size = 0;
	png_bytep exif = NULL;
	if (png_get_eXIf_1(r->png, r->info, &size, &exif) != PNG_INFO_eXIf)
		return 1;
	return exif_orientation(exif, size);
}

static void whole_read(struct reading *r)
{
	if (setjmp(png_jmpbuf(r->png)))
		return;
	png_set_read_fn(r->png, r, on_read);
	chunks_choose(r->png);
	png_read_info(r->png, r->info);
	r->image.width = (int)png_get_image_width(r->png, r->info);
	r->image.height = (int)png_get_image_height(r->png, r->info);
	form_choose(r->png);
	png_read_update_info(r->png, r->info);
	size_t width = (size_t)r->image.width, height = (size_t)r->image.height;
	r->image.pixels = calloc(width * height, 4);
	r->rows = calloc(height, sizeof *r->rows);
	if (r->image.pixels == NULL || r->rows == NULL || png_get_rowbytes(r->png, r->info) != width * 4)
		return;
	for (size_t y = 0; y < height; y++)
		r->rows[y] = r->image.pixels + y * width * 4;
	png_read_image(r->png, r->rows);
	png_read_end(r->png, r->info);
	image_flatten(r->image.pixels, width * height);
	r->image.orientation = orientation_find(r);
	r->done = r->left == 0;
}

static long big_endian(const uint8_t *p)
{
	return (long)p[0] << 24 | (long)p[1] << 16 | (long)p[2] << 8 | (long)p[3];
}

enum decode_status png_read(const uint8_t *bytes, size_t size, const struct fit *fit, struct image *image)
{
	struct reading r = {.bytes = bytes, .left = size};
	(void)fit;
	if (size < SIZES + 2 * 4 || memcmp(bytes + HEAD + 4, "IHDR", 4) != 0)
		return DECODE_BAD;
	enum decode_status status = image_check(big_endian(bytes + SIZES), big_endian(bytes + SIZES + 4));
	if (status != DECODE_DONE)
		return status;
	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_error);
	r.info = r.png != NULL ? png_create_info_struct(r.png) : NULL;
	if (r.info != NULL)
		whole_read(&r);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	free(r.rows);
	if (r.done)
		*image = r.image;
	else
		free(r.image.pixels);
	return r.done ? DECODE_DONE : DECODE_BAD;
}
