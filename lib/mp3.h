/* mp3.c: the frames of an MP3, without a decoder. */
#ifndef DRIFTLINE_MP3_H
#define DRIFTLINE_MP3_H

#include <stddef.h>
#include <stdint.h>

enum mp3_result { MP3_OK, MP3_UNKNOWN, MP3_BAD, MP3_STEREO };

struct mp3 {
	size_t size; /* of the frames, without anything around them */
	long frames;
	long samples;
	int rate; /* samples a second */
};

/*
 * Walks size bytes and copies what are frames of sound to `to`, which has room for as many and may be the same memory.
 * Tags at both ends (ID3, APE) and the frame that only describes the others (Xing, Info, VBRI) are left out. MP3_UNKNOWN:
 * it does not begin like an MP3. MP3_BAD: something else stands between or behind the frames, or the last is cut short, or
 * they are not all of one kind.
 */
enum mp3_result mp3_walk(const uint8_t *bytes, size_t size, uint8_t *to, struct mp3 *mp3);

#endif
