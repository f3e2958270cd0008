/* MP3 as a sequence of frames (ISO 11172-3, 13818-3, and the lower rates that everybody calls MPEG 2.5). */
#include "mp3.h"

#include <stdbool.h>
#include <string.h>

enum { HEAD = 4, ID3_HEAD = 10, ID3V1 = 128, APE_HEAD = 32 };

struct frame {
	size_t size;
	int samples, rate;
	int version; /* 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1 */
	bool mono, crc;
};

static size_t at_most(size_t size, size_t most)
{
	return size < most ? size : most;
}

/* The frame whose head stands there. False: there is none, or of another layer, or without a rate of its own. */
static bool frame_read(const uint8_t *p, size_t size, struct frame *frame)
{
	static const int kilobits[2][15] = {{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	                                    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}};
	static const int rates[4][3] = {{11025, 12000, 8000}, {0}, {22050, 24000, 16000}, {44100, 48000, 32000}};
	if (size < HEAD || p[0] != 0xFF || (p[1] & 0xE0) != 0xE0)
		return false;
	int version = p[1] >> 3 & 3, layer = p[1] >> 1 & 3, bits = p[2] >> 4, rate = p[2] >> 2 & 3, padding = p[2] >> 1 & 1;
	if (version == 1 || layer != 1 || bits == 0 || bits == 15 || rate == 3)
		return false;
	*frame = (struct frame){.version = version,
	                        .rate = rates[version][rate],
	                        .samples = version == 3 ? 1152 : 576,
	                        .mono = p[3] >> 6 == 3,
	                        .crc = (p[1] & 1) == 0};
	frame->size = (size_t)(frame->samples / 8 * kilobits[version == 3][bits] * 1000 / frame->rate) + (size_t)padding;
	return true;
}

/* Whether a frame only describes the others: its tag stands where the sound's side information would end, VBRI's always
 * at the same place. */
static bool is_description(const uint8_t *p, const struct frame *frame)
{
	size_t side = frame->version == 3 ? (frame->mono ? 17 : 32) : frame->mono ? 9 : 17;
	size_t at = HEAD + (frame->crc ? 2 : 0) + side;
	return (frame->size >= at + 4 && (memcmp(p + at, "Xing", 4) == 0 || memcmp(p + at, "Info", 4) == 0)) ||
	       (frame->size >= 40 && memcmp(p + HEAD + 32, "VBRI", 4) == 0);
}

/* How long the ID3v2 tag is that stands there; 0: there is none. */
static size_t id3_size(const uint8_t *p, size_t size)
{
	if (size < ID3_HEAD || memcmp(p, "ID3", 3) != 0 || ((p[6] | p[7] | p[8] | p[9]) & 0x80))
		return 0;
	size_t length = ID3_HEAD + ((size_t)p[6] << 21 | (size_t)p[7] << 14 | (size_t)p[8] << 7 | p[9]);
	return at_most(length + (p[5] & 0x10 ? ID3_HEAD : 0), size);
}

/* How long the tag is that the bytes end with. APE's size counts its foot but not its head. */
static size_t tail_size(const uint8_t *p, size_t size)
{
	if (size >= ID3V1 && memcmp(p + size - ID3V1, "TAG", 3) == 0)
		return ID3V1;
	if (size < APE_HEAD || memcmp(p + size - APE_HEAD, "APETAGEX", 8) != 0)
		return 0;
	const uint8_t *foot = p + size - APE_HEAD;
	size_t length = (size_t)foot[12] | (size_t)foot[13] << 8 | (size_t)foot[14] << 16 | (size_t)foot[15] << 24;
	return at_most(length + (foot[23] & 0x80 ? APE_HEAD : 0), size);
}

/* Takes a frame. False: it is of another kind than those before, or cut short. */
static bool frame_take(const uint8_t *p, size_t size, const struct frame *frame, uint8_t *to, struct mp3 *mp3)
{
	if (frame->size < HEAD || frame->size > size || (mp3->rate != 0 && mp3->rate != frame->rate))
		return false;
	mp3->rate = frame->rate;
	if (mp3->frames == 0 && is_description(p, frame))
		return true;
	memmove(to + mp3->size, p, frame->size);
	mp3->size += frame->size;
	mp3->samples += frame->samples;
	mp3->frames++;
	return true;
}

enum mp3_result mp3_walk(const uint8_t *bytes, size_t size, uint8_t *to, struct mp3 *mp3)
{
	struct frame frame;
	size_t tag;
	*mp3 = (struct mp3){0};
	while ((tag = id3_size(bytes, size)) > 0) {
		bytes += tag;
		size -= tag;
	}
	while ((tag = tail_size(bytes, size)) > 0)
		size -= tag;
	if (!frame_read(bytes, size, &frame))
		return MP3_UNKNOWN;
	for (; size > 0; bytes += frame.size, size -= frame.size) {
		if (!frame_read(bytes, size, &frame))
			return MP3_BAD;
		if (!frame.mono)
			return MP3_STEREO;
		if (!frame_take(bytes, size, &frame, to, mp3))
			return MP3_BAD;
	}
	return mp3->frames > 0 ? MP3_OK : MP3_BAD;
}
