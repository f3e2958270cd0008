/* The picture of a mask: a moon over drifting water, drawn from the mask's id and from nothing else. */
#include "app.h"

#include <string.h>

/* GET /avatar/{mask}.svg: the same picture for ever. 404 for what is not sixteen hex digits. */
int avatar_get(struct request *r)
{
	uint8_t id[8], seed[DIGEST_SIZE];
	if (!hex_decode(r->args[0], id, sizeof id))
		return fail(r, 404, "not_found");
	sha256(id, sizeof id, seed); /* ids are random, but neighbours should differ too */
	int hue = (seed[0] << 8 | seed[1]) % 360, water = (hue + 140 + seed[2] % 80) % 360;
	int moon_x = 18 + seed[3] % 28, moon_y = 13 + seed[4] % 12, moon_r = 6 + seed[5] % 6;
	int level = 34 + seed[6] % 8, swell = 4 + seed[7] % 6, shift = seed[8] % 32;
	bool crescent = seed[9] % 2;
	reply_header(r, "Content-Type", "image/svg+xml");
	reply_header(r, "Cache-Control", "public, max-age=31536000, immutable");
	buf_printf(&r->reply,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">"
	           "<rect width=\"64\" height=\"64\" fill=\"hsl(%d,58%%,78%%)\"/>"
	           "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"hsl(%d,80%%,95%%)\"/>",
	           hue, moon_x, moon_y, moon_r, hue);
	if (crescent)
		buf_printf(&r->reply, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"hsl(%d,58%%,78%%)\"/>", moon_x + moon_r / 2,
		           moon_y - 1, moon_r - 1, hue);
	for (int i = 0; i < 3; i++)
		buf_printf(&r->reply, "<path d=\"M%d %dq16 %d 32 0t32 0t32 0t32 0V64H%dz\" fill=\"hsl(%d,%d%%,%d%%)\"/>",
		           -64 + (shift + i * (11 + seed[10] % 9)) % 32, level + i * 9, i % 2 ? swell : -swell, -64,
		           (water + i * 8) % 360, 46 - i * 4, 58 - i * 12);
	buf_text(&r->reply, "</svg>");
	return 200;
}
