/* JPEG by libjpeg-turbo, both ways. A warning is an error here: what it says is that the data are not what they should be. */
#include "core.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { SCANS_MAX = 64 };

struct escape {
	struct jpeg_error_mgr base;
	jmp_buf to;
};

struct reading {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_progress_mgr progress;
	struct escape escape;
	struct image image;
	enum decode_status status;
};

struct writing {
	struct jpeg_compress_struct jpeg;
	struct escape escape;
	uint8_t *bytes;
	unsigned long size;
};

static _Noreturn void give_up(j_common_ptr common)
{
	longjmp(((struct escape *)(void *)common->err)->to, 1);
}

static void on_message(j_common_ptr common, int level)
{
	if (level < 0)
		give_up(common);
}

/* Each scan of a progressive picture costs time for all of it. */
static void on_progress(j_common_ptr common)
{
	if (((j_decompress_ptr)common)->input_scan_number > SCANS_MAX)
		give_up(common);
}

static struct jpeg_error_mgr *escape_open(struct escape *escape)
{
	jpeg_std_error(&escape->base);
	escape->base.error_exit = give_up;
	escape->base.emit_message = on_message;
	return &escape->base;
}

static int orientation_find(const struct jpeg_decompress_struct *jpeg)
{
	for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker != NULL; marker = marker->next)
		if (marker->data_length > 6 && memcmp(marker->data, "Exif\0", 6) == 0)
			return exif_orientation(marker->data + 6, marker->data_length - 6);
	return 1;
}

/* How much of it the decoder itself may leave out: it does so at a fraction of the cost. */
static unsigned scale_choose(const struct jpeg_decompress_struct *jpeg, const struct fit *fit)
{
	unsigned width = jpeg->image_width, height = jpeg->image_height, denominator = 1;
	unsigned side = fit->square == (width < height) ? width : height;
	while (denominator < 8 && side / (2 * denominator) >= (unsigned)fit->side)
		denominator *= 2;
	return denominator;
}

/* Printers' colours, which Adobe's files hold inverted. */
static void cmyk_convert(uint8_t *pixels, size_t count, bool inverted)
{
	const uint8_t *from = pixels;
	for (uint8_t *to = pixels; count > 0; count--, from += 4, to += 3) {
		int black = inverted ? from[3] : 255 - from[3];
		for (int i = 0; i < 3; i++)
			to[i] = (uint8_t)((inverted ? from[i] : 255 - from[i]) * black / 255);
	}
}

static void rows_read(struct jpeg_decompress_struct *jpeg, uint8_t *pixels)
{
	size_t stride = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
	while (jpeg->output_scanline < jpeg->output_height) {
		JSAMPROW row = pixels + jpeg->output_scanline * stride;
		jpeg_read_scanlines(jpeg, &row, 1);
	}
}

static void whole_read(struct reading *r, const uint8_t *bytes, size_t size, const struct fit *fit)
{
	struct jpeg_decompress_struct *jpeg = &r->jpeg;
	if (setjmp(r->escape.to))
		return;
	jpeg_create_decompress(jpeg);
	jpeg->progress = &r->progress;
	jpeg_mem_src(jpeg, bytes, size);
	jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
	jpeg_read_header(jpeg, TRUE);
	r->status = image_check(jpeg->image_width, jpeg->image_height);
	if (r->status != DECODE_DONE)
		return;
	r->status = DECODE_BAD; /* until it is whole */
	bool cmyk = jpeg->num_components == 4;
	jpeg->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
	jpeg->scale_num = 1;
	jpeg->scale_denom = scale_choose(jpeg, fit);
	r->image.orientation = orientation_find(jpeg);
	jpeg_start_decompress(jpeg);
	r->image.width = (int)jpeg->output_width;
	r->image.height = (int)jpeg->output_height;
	size_t count = (size_t)jpeg->output_width * jpeg->output_height;
	r->image.pixels = malloc(count * (size_t)jpeg->output_components);
	if (r->image.pixels == NULL)
		return;
	rows_read(jpeg, r->image.pixels);
	jpeg_finish_decompress(jpeg);
	if (cmyk)
		cmyk_convert(r->image.pixels, count, jpeg->saw_Adobe_marker);
	if (jpeg->src->bytes_in_buffer == 0)
		r->status = DECODE_DONE;
}

enum decode_status jpeg_read(const uint8_t *bytes, size_t size, const struct fit *fit, struct image *image)
{
	struct reading r = {.status = DECODE_BAD, .progress.progress_monitor = on_progress};
	r.jpeg.err = escape_open(&r.escape);
	whole_read(&r, bytes, size, fit);
	jpeg_destroy_decompress(&r.jpeg);
	if (r.status == DECODE_DONE)
		*image = r.image;
	else
		free(r.image.pixels);
	return r.status;
}

static void whole_write(struct writing *w, const struct image *image, int quality)
{
	struct jpeg_compress_struct *jpeg = &w->jpeg;
	if (setjmp(w->escape.to)) {
		free(w->bytes);
		w->bytes = NULL;
		return;
	}
	jpeg_create_compress(jpeg);
	jpeg_mem_dest(jpeg, &w->bytes, &w->size);
	jpeg->image_width = (JDIMENSION)image->width;
	jpeg->image_height = (JDIMENSION)image->height;
	jpeg->input_components = 3;
	jpeg->in_color_space = JCS_RGB;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, quality, TRUE);
	jpeg->optimize_coding = TRUE;
	jpeg_start_compress(jpeg, TRUE);
	while (jpeg->next_scanline < jpeg->image_height) {
		JSAMPROW row = image->pixels + (size_t)jpeg->next_scanline * (size_t)image->width * 3;
		jpeg_write_scanlines(jpeg, &row, 1);
	}
	jpeg_finish_compress(jpeg);
}

uint8_t *jpeg_write(const struct image *image, int quality, size_t *size)
{
	struct writing w = {0};
	w.jpeg.err = escape_open(&w.escape);
	whole_write(&w, image, quality);
	jpeg_destroy_compress(&w.jpeg);
	*size = w.size;
	return w.bytes;
}
