/* lib/mp3.c: frames are found, counted and copied; what is none is left out at the ends and refused in between. */
#include "unit.h"

#include "mp3.h"

enum { SIZE = 64 * 1024, FRAME = 216 };

struct sound {
	uint8_t bytes[SIZE];
	size_t size;
};

static void add(struct sound *sound, const void *bytes, size_t size)
{
	memcpy(sound->bytes + sound->size, bytes, size);
	sound->size += size;
}

/* A silent frame with that head. */
static void add_frame(struct sound *sound, uint32_t head, size_t size)
{
	uint8_t bytes[2048] = {(uint8_t)(head >> 24), (uint8_t)(head >> 16), (uint8_t)(head >> 8), (uint8_t)head};
	add(sound, bytes, size);
}

/* MPEG 2, layer 3, 48 kbit/s, 16 kHz, mono: 36 ms in 216 bytes. */
static void add_frames(struct sound *sound, int count)
{
	for (int i = 0; i < count; i++)
		add_frame(sound, 0xFFF368C0, FRAME);
}

static enum mp3_result walk(const struct sound *sound, struct mp3 *mp3, uint8_t **frames)
{
	uint8_t *bytes = malloc(sound->size + !sound->size), *to = malloc(sound->size + !sound->size);
	assert_non_null(bytes);
	assert_non_null(to);
	memcpy(bytes, sound->bytes, sound->size);
	enum mp3_result result = mp3_walk(bytes, sound->size, to, mp3);
	free(bytes);
	if (frames != NULL)
		*frames = to;
	else
		free(to);
	return result;
}

static void heads_of_all_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint32_t head;
		size_t size;
		int samples, rate;
	} cases[] = {
		{"MPEG 1, 128 kbit/s, 44.1 kHz", 0xFFFB90C0, 417, 1152, 44100},
		{"the same, padded", 0xFFFB92C0, 418, 1152, 44100},
		{"with a checksum", 0xFFFA90C0, 417, 1152, 44100},
		{"320 kbit/s, 32 kHz", 0xFFFBE8C0, 1440, 1152, 32000},
		{"32 kbit/s, 48 kHz", 0xFFFB14C0, 96, 1152, 48000},
		{"MPEG 2, 48 kbit/s, 16 kHz", 0xFFF368C0, 216, 576, 16000},
		{"MPEG 2, 160 kbit/s, 22.05 kHz", 0xFFF3E0C0, 522, 576, 22050},
		{"MPEG 2.5, 8 kbit/s, 8 kHz", 0xFFE318C0, 72, 576, 8000},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sound sound = {0};
		struct mp3 mp3;
		for (int n = 0; n < 3; n++)
			add_frame(&sound, cases[i].head, cases[i].size);
		enum mp3_result result = walk(&sound, &mp3, NULL);
		if (result != MP3_OK || mp3.frames != 3 || mp3.samples != 3L * cases[i].samples || mp3.rate != cases[i].rate ||
		    mp3.size != sound.size)
			fail_msg("%s: %d, %ld frames", cases[i].name, result, mp3.frames);
	}
}

static void tags_are_left_out(void **state)
{
	(void)state;
	uint8_t tail[128] = "TAGsecret", ape[64] = {0}, *frames;
	struct sound sound = {0};
	struct mp3 mp3;
	add(&sound, "ID3\x03\0\0\0\0\0\x06secret", 16);
	add(&sound, "ID3\x04\0\x10\0\0\0\x01s3DI\x04\0\x10\0\0\0\x01", 21);
	add_frames(&sound, 5);
	memcpy(ape + 32, "APETAGEX\xD0\x07\0\0\x20\0\0\0\0\0\0\0\0\0\0\x80", 24);
	memcpy(ape, "secret", 6);
	add(&sound, ape, sizeof ape);
	add(&sound, tail, sizeof tail);
	assert_int_equal(walk(&sound, &mp3, &frames), MP3_OK);
	assert_int_equal(mp3.frames, 5);
	assert_int_equal(mp3.size, 5 * FRAME);
	assert_null(memmem(frames, mp3.size, "secret", 6));
	free(frames);
}

static void a_frame_that_describes_is_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t at;
	} cases[] = {{"Xing", 4 + 9}, {"Info", 4 + 9}, {"VBRI", 4 + 32}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sound sound = {0};
		struct mp3 mp3;
		add_frames(&sound, 4);
		memcpy(sound.bytes + cases[i].at, cases[i].name, 4);
		assert_int_equal(walk(&sound, &mp3, NULL), MP3_OK);
		assert_int_equal(mp3.frames, 3);
		assert_int_equal(mp3.samples, 3 * 576);
	}
}

static void what_is_no_mp3(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"", "\xFF", "\xFF\xFB", "hello, this is a text", "<svg xmlns=", "\xFF\xD8\xFF\xE0 a JPEG", "RIFF....WAVEfmt ",
		"OggS", "\x1A\x45\xDF\xA3webm",
		/* layer 2, no rate, a free rate, a reserved version, a reserved sampling rate */
		"\xFF\xFD\x90\xC0", "\xFF\xFB\xF0\xC0", "\xFF\xFB\x01\xC0", "\xFF\xEB\x90\xC0", "\xFF\xFB\x9C\xC0"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sound sound = {0};
		struct mp3 mp3;
		add(&sound, cases[i], strlen(cases[i]));
		if (walk(&sound, &mp3, NULL) != MP3_UNKNOWN)
			fail_msg("case %zu is taken for an MP3", i);
	}
}

static void what_is_damaged(void **state)
{
	(void)state;
	struct mp3 mp3;
	struct sound cut = {0}, behind = {0}, between = {0}, rates = {0}, stereo = {0}, described = {0}, tag = {0};
	add_frames(&cut, 3);
	cut.size--;
	assert_int_equal(walk(&cut, &mp3, NULL), MP3_BAD);
	add_frames(&behind, 3);
	add(&behind, "<html>", 6);
	assert_int_equal(walk(&behind, &mp3, NULL), MP3_BAD);
	add_frames(&between, 1);
	add(&between, "\0", 1);
	add_frames(&between, 1);
	assert_int_equal(walk(&between, &mp3, NULL), MP3_BAD);
	add_frames(&rates, 1);
	add_frame(&rates, 0xFFFB90C0, 417);
	assert_int_equal(walk(&rates, &mp3, NULL), MP3_BAD);
	add_frames(&stereo, 1);
	add_frame(&stereo, 0xFFF36800, FRAME);
	assert_int_equal(walk(&stereo, &mp3, NULL), MP3_STEREO);
	add_frames(&described, 1);
	memcpy(described.bytes + 13, "Info", 4);
	assert_int_equal(walk(&described, &mp3, NULL), MP3_BAD);
	add(&tag, "ID3\x04\0\0\x7F\x7F\x7F\x7F", 10); /* longer than the file */
	add_frames(&tag, 1);
	assert_int_equal(walk(&tag, &mp3, NULL), MP3_UNKNOWN);
}

static void in_place(void **state)
{
	(void)state;
	struct sound sound = {0};
	struct mp3 mp3;
	add(&sound, "ID3\x03\0\0\0\0\0\x03xyz", 13);
	add_frames(&sound, 3);
	assert_int_equal(mp3_walk(sound.bytes, sound.size, sound.bytes, &mp3), MP3_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(sound.bytes[i * FRAME], 0xFF);
	assert_int_equal(mp3.size, 3 * FRAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(heads_of_all_kinds),
	                                   cmocka_unit_test(tags_are_left_out),
	                                   cmocka_unit_test(a_frame_that_describes_is_left_out),
	                                   cmocka_unit_test(what_is_no_mp3),
	                                   cmocka_unit_test(what_is_damaged),
	                                   cmocka_unit_test(in_place)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
