/* Voice: the frames of an MP3, and by libmpg123 how loud it is from its beginning to its end. */
#include "core.h"

#include "mp3.h"

#include <math.h>
#include <stdlib.h>

#include <mpg123.h>

/* Encoders put up to half a second of silence around what was recorded in a minute. */
enum { SECONDS_MAX = 60, PADDING_MS = 500 };

struct loudness {
	double sums[DECODE_BARS]; /* of squares */
	long counts[DECODE_BARS];
	long seen, samples;
};

static void samples_take(struct loudness *loudness, const short *samples, size_t count)
{
	for (size_t i = 0; i < count && loudness->seen < loudness->samples; i++, loudness->seen++) {
		long bar = loudness->seen * DECODE_BARS / loudness->samples;
		loudness->sums[bar] += (double)samples[i] * samples[i];
		loudness->counts[bar]++;
	}
}

/* Decodes all that was fed. False: the decoder found something wrong with it. */
static bool sound_measure(mpg123_handle *decoder, struct loudness *loudness)
{
	static short samples[16 * 1024];
	size_t got = 0;
	int result;
	do {
		result = mpg123_read(decoder, (unsigned char *)samples, sizeof samples, &got);
		samples_take(loudness, samples, got / sizeof *samples);
	} while (result == MPG123_OK || result == MPG123_NEW_FORMAT);
	return result == MPG123_NEED_MORE || result == MPG123_DONE;
}

static bool sound_decode(const uint8_t *bytes, size_t size, struct loudness *loudness)
{
	mpg123_handle *decoder = mpg123_new("generic", NULL);
	bool done =
		decoder != NULL && mpg123_param(decoder, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_SKIP_ID3V2, 0) == MPG123_OK &&
		mpg123_param(decoder, MPG123_RESYNC_LIMIT, 0, 0) == MPG123_OK && mpg123_open_feed(decoder) == MPG123_OK &&
		mpg123_feed(decoder, bytes, size) == MPG123_OK && sound_measure(decoder, loudness);
	mpg123_delete(decoder);
	return done;
}

/* As parts of the loudest bar; silence is flat. */
static void bars_draw(const struct loudness *loudness, uint8_t bars[DECODE_BARS])
{
	enum { AUDIBLE = 8, TOP = 100 };
	double levels[DECODE_BARS], most = AUDIBLE;
	for (int i = 0; i < DECODE_BARS; i++) {
		levels[i] = loudness->counts[i] > 0 ? sqrt(loudness->sums[i] / (double)loudness->counts[i]) : 0;
		most = levels[i] > most ? levels[i] : most;
	}
	for (int i = 0; i < DECODE_BARS; i++)
		bars[i] = most > AUDIBLE ? (uint8_t)lround(levels[i] / most * TOP) : 0;
}

static enum decode_status frames_read(const uint8_t *bytes, size_t size, struct decode_head *head, uint8_t *frames)
{
	static const enum decode_status statuses[] = {
		[MP3_UNKNOWN] = DECODE_UNKNOWN, [MP3_BAD] = DECODE_BAD, [MP3_STEREO] = DECODE_STEREO};
	struct mp3 mp3;
	enum mp3_result result = mp3_walk(bytes, size, frames, &mp3);
	if (result != MP3_OK)
		return statuses[result];
	head->duration = (uint32_t)(mp3.samples * 1000 / mp3.rate);
	head->sizes[0] = (uint32_t)mp3.size;
	if (head->duration > SECONDS_MAX * 1000 + PADDING_MS)
		return DECODE_LONG;
	struct loudness loudness = {.samples = mp3.samples};
	if (!sound_decode(frames, mp3.size, &loudness))
		return DECODE_BAD;
	bars_draw(&loudness, head->waveform);
	return DECODE_DONE;
}

enum decode_status voice_read(const uint8_t *bytes, size_t size, struct decode_head *head, uint8_t **output)
{
	uint8_t *frames = malloc(size + 1);
	enum decode_status status = frames != NULL ? frames_read(bytes, size, head, frames) : DECODE_BAD;
	if (status == DECODE_DONE)
		*output = frames;
	else
		free(frames);
	return status;
}
