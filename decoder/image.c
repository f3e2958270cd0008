/* Pictures in memory: over white, scaled, upright. */
#include "core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ONE = 1 << 14 }; /* of a weight */

enum decode_status image_check(long width, long height)
{
	if (width <= 0 || height <= 0)
		return DECODE_BAD;
	return width <= DECODE_SIDE_MAX && height <= DECODE_SIDE_MAX ? DECODE_DONE : DECODE_PIXELS;
}

void image_flatten(uint8_t *pixels, size_t count)
{
	const uint8_t *from = pixels;
	for (uint8_t *to = pixels; count > 0; count--, from += 4, to += 3) {
		int alpha = from[3];
		for (int i = 0; i < 3; i++)
			to[i] = (uint8_t)((from[i] * alpha + 255 * (255 - alpha) + 127) / 255);
	}
}

/* How one axis is scaled: for each place of the result which places it is mixed of, and how much of each. */
struct axis {
	int *first;
	int *weights; /* `most` for each place; they add up to ONE */
	int most;
};

static void axis_free(struct axis *axis)
{
	free(axis->first);
	free(axis->weights);
}

/* A triangle as wide as the step: mixes when it shrinks, interpolates when it grows. */
static void place_weigh(struct axis *axis, int from, int to, int place)
{
	double step = (double)from / to, reach = step > 1 ? step : 1, centre = (place + 0.5) * step - 0.5, sum = 0;
	int first = (int)ceil(centre - reach), last = (int)floor(centre + reach);
	first = first < 0 ? 0 : first;
	last = last > from - 1 ? from - 1 : last;
	int *weights = axis->weights + (size_t)place * (size_t)axis->most, rest = ONE, middle = (int)(centre + 0.5) - first;
	for (int i = first; i <= last; i++)
		sum += 1 - fabs(i - centre) / reach;
	for (int i = first; i <= last; i++) {
		weights[i - first] = (int)((1 - fabs(i - centre) / reach) / sum * ONE);
		rest -= weights[i - first];
	}
	middle = middle < 0 ? 0 : middle > last - first ? last - first : middle;
	weights[middle] += rest;
	axis->first[place] = first;
}

static bool axis_plan(struct axis *axis, int from, int to)
{
	axis->most = 2 * (from / to + 1) + 3;
	axis->first = calloc((size_t)to, sizeof *axis->first);
	axis->weights = calloc((size_t)to * (size_t)axis->most, sizeof *axis->weights);
	if (axis->first == NULL || axis->weights == NULL)
		return false;
	for (int place = 0; place < to; place++)
		place_weigh(axis, from, to, place);
	return true;
}

/* Mixes one place of three bytes; `step` lies between two places of the source, of which there are `count`. */
static void mix(const uint8_t *from, size_t step, int count, const struct axis *axis, int place, uint8_t *to)
{
	const int *weights = axis->weights + (size_t)place * (size_t)axis->most;
	int first = axis->first[place], red = ONE / 2, green = ONE / 2, blue = ONE / 2;
	const uint8_t *p = from + (size_t)first * step;
	for (int i = 0; i < axis->most && first + i < count; i++, p += step) {
		red += p[0] * weights[i];
		green += p[1] * weights[i];
		blue += p[2] * weights[i];
	}
	to[0] = (uint8_t)(red / ONE);
	to[1] = (uint8_t)(green / ONE);
	to[2] = (uint8_t)(blue / ONE);
}

static void rows_mix(const struct image *from, int left, int top, int from_width, int from_height,
                     const struct axis *across, int width, uint8_t *rows)
{
	for (int y = 0; y < from_height; y++) {
		const uint8_t *row = from->pixels + ((size_t)(top + y) * (size_t)from->width + (size_t)left) * 3;
		for (int x = 0; x < width; x++)
			mix(row, 3, from_width, across, x, rows + ((size_t)y * (size_t)width + (size_t)x) * 3);
	}
}

bool image_scale(const struct image *from, int left, int top, int from_width, int from_height, int width, int height,
                 struct image *to)
{
	struct axis across = {0}, down = {0};
	uint8_t *rows = malloc((size_t)from_height * (size_t)width * 3);
	*to = (struct image){.width = width, .height = height, .orientation = from->orientation};
	to->pixels = malloc((size_t)width * (size_t)height * 3);
	bool done = rows != NULL && to->pixels != NULL && axis_plan(&across, from_width, width) &&
	            axis_plan(&down, from_height, height);
	if (done) {
		rows_mix(from, left, top, from_width, from_height, &across, width, rows);
		for (int y = 0; y < height; y++)
			for (int x = 0; x < width; x++)
				mix(rows + (size_t)x * 3, (size_t)width * 3, from_height, &down, y,
				    to->pixels + ((size_t)y * (size_t)width + (size_t)x) * 3);
	} else {
		free(to->pixels);
		*to = (struct image){0};
	}
	axis_free(&across);
	axis_free(&down);
	free(rows);
	return done;
}

/* Orientations 5 to 8 swap the sides; the others mirror one or both of them. */
bool image_upright(struct image *image)
{
	int o = image->orientation, width = o > 4 ? image->height : image->width,
		height = o > 4 ? image->width : image->height;
	bool from_right = o == 2 || o == 3 || o == 7 || o == 8, from_bottom = o == 3 || o == 4 || o == 6 || o == 7;
	if (o == 1)
		return true;
	uint8_t *pixels = malloc((size_t)width * (size_t)height * 3), *to = pixels;
	if (pixels == NULL)
		return false;
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++, to += 3) {
			int from_x = o > 4 ? y : x, from_y = o > 4 ? x : y;
			from_x = from_right ? image->width - 1 - from_x : from_x;
			from_y = from_bottom ? image->height - 1 - from_y : from_y;
			memcpy(to, image->pixels + ((size_t)from_y * (size_t)image->width + (size_t)from_x) * 3, 3);
		}
	}
	free(image->pixels);
	*image = (struct image){.width = width, .height = height, .pixels = pixels, .orientation = 1};
	return true;
}
