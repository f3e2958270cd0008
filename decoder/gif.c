/* The first picture of a GIF, by giflib. What follows it is walked through to the end, and not decoded. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

enum { SCREEN = 6, SCREEN_END = 10, TRANSPARENT_NONE = -1 };

struct reading {
	const uint8_t *bytes;
	size_t left;
	GifFileType *gif;
	int transparent; /* a colour, by its number */
	uint8_t *line;
	struct image image;
};

static int on_read(GifFileType *gif, GifByteType *to, int size)
{
	struct reading *r = gif->UserData;
	size_t count = (size_t)size < r->left ? (size_t)size : r->left;
	memcpy(to, r->bytes, count);
	r->bytes += count;
	r->left -= count;
	return (int)count;
}

static bool extension_read(struct reading *r)
{
	int code;
	GifByteType *block;
	GraphicsControlBlock control;
	if (DGifGetExtension(r->gif, &code, &block) != GIF_OK)
		return false;
	if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
		r->transparent = control.TransparentColor;
	while (block != NULL)
		if (DGifGetExtensionNext(r->gif, &block) != GIF_OK)
			return false;
	return true;
}

static bool line_paint(struct reading *r, const ColorMapObject *map, int y)
{
	const GifImageDesc *frame = &r->gif->Image;
	if (DGifGetLine(r->gif, r->line, frame->Width) != GIF_OK)
		return false;
	uint8_t *to = r->image.pixels + ((size_t)(frame->Top + y) * (size_t)r->image.width + (size_t)frame->Left) * 3;
	for (int x = 0; x < frame->Width; x++, to += 3) {
		int colour = r->line[x];
		if (colour >= map->ColorCount)
			return false;
		if (colour != r->transparent)
			memcpy(to, (uint8_t[]){map->Colors[colour].Red, map->Colors[colour].Green, map->Colors[colour].Blue}, 3);
	}
	return true;
}

static bool lines_paint(struct reading *r, const ColorMapObject *map)
{
	static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
	const GifImageDesc *frame = &r->gif->Image;
	if (!frame->Interlace) {
		for (int y = 0; y < frame->Height; y++)
			if (!line_paint(r, map, y))
				return false;
		return true;
	}
	for (int pass = 0; pass < 4; pass++)
		for (int y = starts[pass]; y < frame->Height; y += steps[pass])
			if (!line_paint(r, map, y))
				return false;
	return true;
}

/* Paints the frame onto a white ground of the screen's size, within which it has to lie. */
static bool frame_paint(struct reading *r)
{
	const GifImageDesc *frame = &r->gif->Image;
	const ColorMapObject *map = frame->ColorMap != NULL ? frame->ColorMap : r->gif->SColorMap;
	size_t count = (size_t)r->image.width * (size_t)r->image.height * 3;
	if (map == NULL || frame->Width <= 0 || frame->Height <= 0 || frame->Left < 0 || frame->Top < 0 ||
	    frame->Left + frame->Width > r->image.width || frame->Top + frame->Height > r->image.height)
		return false;
	r->image.pixels = malloc(count);
	r->line = malloc((size_t)frame->Width);
	if (r->image.pixels == NULL || r->line == NULL)
		return false;
	memset(r->image.pixels, 0xFF, count);
	return lines_paint(r, map);
}

static bool frame_skip(GifFileType *gif)
{
	int size;
	GifByteType *block;
	if (DGifGetCode(gif, &size, &block) != GIF_OK)
		return false;
	while (block != NULL)
		if (DGifGetCodeNext(gif, &block) != GIF_OK)
			return false;
	return true;
}

static bool record_read(struct reading *r, GifRecordType type)
{
	if (type == EXTENSION_RECORD_TYPE)
		return extension_read(r);
	if (type != IMAGE_DESC_RECORD_TYPE || DGifGetImageDesc(r->gif) != GIF_OK)
		return false;
	return r->image.pixels == NULL ? frame_paint(r) : frame_skip(r->gif);
}

static bool whole_read(struct reading *r)
{
	GifRecordType type;
	while (DGifGetRecordType(r->gif, &type) == GIF_OK) {
		if (type == TERMINATE_RECORD_TYPE)
			return r->image.pixels != NULL && r->left == 0;
		if (!record_read(r, type))
			return false;
	}
	return false;
}

static int short_of(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

enum decode_status gif_read(const uint8_t *bytes, size_t size, const struct fit *fit, struct image *image)
{
	struct reading r = {.bytes = bytes, .left = size, .transparent = TRANSPARENT_NONE};
	(void)fit;
	if (size < SCREEN_END)
		return DECODE_BAD;
	r.image =
		(struct image){.width = short_of(bytes + SCREEN), .height = short_of(bytes + SCREEN + 2), .orientation = 1};
	enum decode_status status = image_check(r.image.width, r.image.height);
	if (status != DECODE_DONE)
		return status;
	r.gif = DGifOpen(&r, on_read, NULL);
	bool done = r.gif != NULL && whole_read(&r);
	if (r.gif != NULL)
		DGifCloseFile(r.gif, NULL);
	free(r.line);
	if (done)
		*image = r.image;
	else
		free(r.image.pixels);
	return done ? DECODE_DONE : DECODE_BAD;
}
