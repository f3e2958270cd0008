/* decoder/: every kind of picture comes out as it should, nothing else comes out at all, and the child is locked in. */
#include "unit.h"

#include "jail.h"
#include "pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct bytes maker(int width, int height, int alpha);

static const struct {
	const char *name;
	maker *make;
} kinds[] = {{"PNG", make_png}, {"JPEG", make_jpeg}, {"WebP", make_webp}, {"GIF", make_gif}};

struct result {
	struct decode_head head;
	uint8_t *outputs[2];
};

static struct result run(enum decode_task task, const struct bytes *bytes)
{
	struct result result;
	/* of its size exactly, so that a sanitizer sees a read past it */
	uint8_t *copy = malloc(bytes->size + !bytes->size);
	assert_non_null(copy);
	if (bytes->size > 0)
		memcpy(copy, bytes->at, bytes->size);
	core_run(task, copy, bytes->size, &result.head, result.outputs);
	free(copy);
	return result;
}

static void result_free(struct result *result)
{
	free(result->outputs[0]);
	free(result->outputs[1]);
}

static void expect(const char *name, const char *what, enum decode_task task, const struct bytes *bytes,
                   enum decode_status status)
{
	struct result result = run(task, bytes);
	if (result.head.status != status)
		fail_msg("%s, %s: %u, not %u", name, what, result.head.status, status);
	result_free(&result);
}

/* What one of the outputs shows, read back. */
static struct image shown(const struct result *result, int n)
{
	static const struct fit whole = {1 << 20, false};
	struct image image = {0};
	assert_int_equal(jpeg_read(result->outputs[n], result->head.sizes[n], &whole, &image), DECODE_DONE);
	return image;
}

static bool is_about(const struct image *image, int x, int y, const uint8_t colour[3])
{
	const uint8_t *pixel = image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
	for (int i = 0; i < 3; i++)
		if (abs(pixel[i] - colour[i]) > 24)
			return false;
	return true;
}

static const uint8_t red[] = {220, 20, 20}, green[] = {20, 200, 20}, blue[] = {20, 20, 220}, yellow[] = {220, 220, 20},
					 white[] = {255, 255, 255};

static bool is_quartered(const struct image *image, const uint8_t *a, const uint8_t *b, const uint8_t *c,
                         const uint8_t *d)
{
	int left = image->width / 4, right = image->width * 3 / 4, top = image->height / 4, bottom = image->height * 3 / 4;
	return is_about(image, left, top, a) && is_about(image, right, top, b) && is_about(image, left, bottom, c) &&
	       is_about(image, right, bottom, d);
}

static void every_kind_is_read(void **state)
{
	(void)state;
	static const struct {
		int width, height, out_width, out_height, preview_width, preview_height;
	} sizes[] = {{40, 30, 40, 30, 40, 30},
	             {41, 31, 41, 31, 41, 31},
	             {2400, 1600, 1600, 1067, 320, 213},
	             {1001, 2002, 800, 1600, 160, 320},
	             {4096, 2, 1600, 1, 320, 1}};
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			struct bytes bytes = kinds[k].make(sizes[i].width, sizes[i].height, 255);
			struct result result = run(DECODE_PICTURE, &bytes);
			if (result.head.status != DECODE_DONE || (int)result.head.width != sizes[i].out_width ||
			    (int)result.head.height != sizes[i].out_height)
				fail_msg("%s of %d x %d: %u, %u x %u", kinds[k].name, sizes[i].width, sizes[i].height,
				         result.head.status, result.head.width, result.head.height);
			struct image picture = shown(&result, 0), preview = shown(&result, 1);
			assert_int_equal(picture.width, sizes[i].out_width);
			assert_int_equal(preview.width, sizes[i].preview_width);
			assert_int_equal(preview.height, sizes[i].preview_height);
			if (sizes[i].height > 2 && (!is_quartered(&picture, red, green, blue, yellow) ||
			                            !is_quartered(&preview, red, green, blue, yellow)))
				fail_msg("%s of %d x %d does not show what it did", kinds[k].name, sizes[i].width, sizes[i].height);
			free(picture.pixels);
			free(preview.pixels);
			result_free(&result);
			free(bytes.at);
		}
	}
}

static void avatars_are_the_middle(void **state)
{
	(void)state;
	static const int sizes[][2] = {{600, 200}, {200, 600}, {256, 256}, {30, 20}, {1, 1}, {3000, 3000}};
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			struct bytes bytes = kinds[k].make(sizes[i][0], sizes[i][1], 255);
			struct result result = run(DECODE_AVATAR, &bytes);
			assert_int_equal(result.head.status, DECODE_DONE);
			assert_int_equal(result.head.sizes[1], 0);
			struct image avatar = shown(&result, 0);
			assert_int_equal(avatar.width, 256);
			assert_int_equal(avatar.height, 256);
			if (sizes[i][0] > 1 && !is_quartered(&avatar, red, green, blue, yellow))
				fail_msg("%s of %d x %d: not the middle", kinds[k].name, sizes[i][0], sizes[i][1]);
			free(avatar.pixels);
			result_free(&result);
			free(bytes.at);
		}
	}
}

static void what_is_transparent_is_white(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct bytes bytes = kinds[k].make(40, 40, 0);
		struct result result = run(DECODE_PICTURE, &bytes);
		struct image picture = shown(&result, 0);
		bool gif = kinds[k].make == make_gif;
		if (!is_quartered(&picture, white, gif ? green : white, gif ? blue : white, gif ? yellow : white))
			fail_msg("%s is not white", kinds[k].name);
		free(picture.pixels);
		result_free(&result);
		free(bytes.at);
	}
}

static void pictures_are_upright(void **state)
{
	(void)state;
	/* which quarter of the stored picture is seen where: top left, top right, bottom left, bottom right */
	static const uint8_t *const seen[9][4] = {{0},
	                                          {red, green, blue, yellow},
	                                          {green, red, yellow, blue},
	                                          {yellow, blue, green, red},
	                                          {blue, yellow, red, green},
	                                          {red, blue, green, yellow},
	                                          {blue, red, yellow, green},
	                                          {yellow, green, blue, red},
	                                          {green, yellow, red, blue}};
	for (int o = 1; o <= 8; o++) {
		for (int big = 0; big < 2; big++) {
			struct bytes bytes = make_jpeg(80, 40, 255);
			add_exif(&bytes, o, big);
			struct result result = run(DECODE_PICTURE, &bytes);
			assert_int_equal(result.head.status, DECODE_DONE);
			assert_int_equal(result.head.width, o > 4 ? 40 : 80);
			struct image picture = shown(&result, 0);
			if (!is_quartered(&picture, seen[o][0], seen[o][1], seen[o][2], seen[o][3]))
				fail_msg("orientation %d", o);
			assert_null(memmem(result.outputs[0], result.head.sizes[0], "Exif", 4));
			free(picture.pixels);
			result_free(&result);
			free(bytes.at);
		}
	}
}

static void odd_exif_is_none(void **state)
{
	(void)state;
	struct bytes tiff = make_exif(6, true);
	assert_int_equal(exif_orientation(tiff.at, tiff.size), 6);
	for (size_t size = 0; size < 22; size++) {
		uint8_t *copy = malloc(size + !size);
		assert_non_null(copy);
		memcpy(copy, tiff.at, size);
		assert_int_equal(exif_orientation(copy, size), 1);
		free(copy);
	}
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{0, 'X'}, {3, 0}, {4, 0xFF}, {7, 0xFF}, {13, 4}, {19, 0}, {19, 9}, {18, 1}};
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct bytes changed = bytes_copy(&tiff);
		changed.at[changes[i].at] = changes[i].value;
		if (exif_orientation(changed.at, changed.size) != 1)
			fail_msg("change %zu", i);
		free(changed.at);
	}
	free(tiff.at);
}

/* Every kind of picture, cut short anywhere or with something behind its end. */
static void what_is_not_whole_is_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct bytes bytes = kinds[k].make(50, 50, 255);
		for (size_t size = 0; size < bytes.size; size++) {
			struct bytes cut = {bytes.at, size};
			struct result result = run(DECODE_PICTURE, &cut);
			if (result.head.status != DECODE_BAD && result.head.status != DECODE_UNKNOWN)
				fail_msg("%s, %zu of %zu bytes: %u", kinds[k].name, size, bytes.size, result.head.status);
			result_free(&result);
		}
		static const char *const behind[] = {"\n",         "<html>", "<?php echo 1; ?>",
		                                     "PK\x03\x04", "GIF89a", "\xFF\xD8\xFF"};
		for (size_t i = 0; i < COUNT(behind); i++) {
			struct bytes more = bytes_copy(&bytes);
			bytes_add(&more, behind[i], strlen(behind[i]));
			expect(kinds[k].name, behind[i], DECODE_PICTURE, &more, DECODE_BAD);
			free(more.at);
		}
		free(bytes.at);
	}
}

static void what_is_no_picture_is_unknown(void **state)
{
	(void)state;
	static const char *const cases[] = {"",
	                                    "x",
	                                    "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
	                                    "<?xml version=\"1.0\"?><svg/>",
	                                    "<!doctype html><html></html>",
	                                    "<script>alert(1)</script>",
	                                    "%PDF-1.7",
	                                    "BM........",
	                                    "II*\0........",
	                                    "GIF88a..........",
	                                    "RIFF....WAVEfmt ",
	                                    "ID3\x04",
	                                    "\0\0\0\x20 ftypavif",
	                                    "\x89PNX\r\n\x1A\n",
	                                    "\xFF\xD8",
	                                    "\x00\x00\x01\x00 an icon"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes bytes = {(uint8_t *)cases[i], strlen(cases[i])};
		expect("no picture", cases[i], DECODE_PICTURE, &bytes, DECODE_UNKNOWN);
		expect("no avatar", cases[i], DECODE_AVATAR, &bytes, DECODE_UNKNOWN);
	}
}

/* Heads that promise 50,000 by 50,000, or one pixel more than is taken. */
static void bombs_are_refused_by_their_heads(void **state)
{
	(void)state;
	static const uint8_t webp[] = "RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x4F\xC3\0\x4F\xC3\0";
	for (int over = 0; over < 2; over++) {
		int side = over ? 4097 : 50000;
		struct bytes png = make_png(4, 4, 255), jpeg = make_jpeg(4, 4, 255), gif = make_gif(4, 4, 255);
		png.at[18] = (uint8_t)(side >> 8);
		png.at[19] = (uint8_t)side;
		uint8_t *frame = memmem(jpeg.at, jpeg.size, "\xFF\xC0", 2);
		assert_non_null(frame);
		frame[5] = frame[7] = (uint8_t)(side >> 8);
		frame[6] = frame[8] = (uint8_t)side;
		gif.at[6] = gif.at[8] = (uint8_t)side;
		gif.at[7] = gif.at[9] = (uint8_t)(side >> 8);
		expect("PNG", "bomb", DECODE_PICTURE, &png, DECODE_PIXELS);
		expect("JPEG", "bomb", DECODE_AVATAR, &jpeg, DECODE_PIXELS);
		expect("GIF", "bomb", DECODE_PICTURE, &gif, DECODE_PIXELS);
		free(png.at);
		free(jpeg.at);
		free(gif.at);
	}
	struct bytes bytes = {(uint8_t *)webp, sizeof webp - 1};
	expect("WebP", "bomb", DECODE_PICTURE, &bytes, DECODE_PIXELS);
}

static void a_moving_webp_is_unknown(void **state)
{
	(void)state;
	static const uint8_t webp[] = "RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\x09\0\0\x09\0\0";
	struct bytes bytes = {(uint8_t *)webp, sizeof webp - 1};
	expect("WebP", "moving", DECODE_PICTURE, &bytes, DECODE_UNKNOWN);
}

/* Any byte may be another one: something is answered, and a sanitizer has nothing to say. */
static void any_byte_may_change(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct bytes bytes = kinds[k].make(24, 24, 255);
		for (size_t at = 0; at < bytes.size; at++) {
			struct bytes changed = bytes_copy(&bytes);
			changed.at[at] ^= (uint8_t)(1 << at % 8);
			struct result result = run(at % 2 ? DECODE_PICTURE : DECODE_AVATAR, &changed);
			assert_true(result.head.status < DECODE_STATUSES);
			result_free(&result);
			free(changed.at);
		}
		free(bytes.at);
	}
}

static struct bytes file_read(const char *path)
{
	struct bytes bytes = {0};
	char portion[4096];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	while ((got = read(fd, portion, sizeof portion)) > 0)
		bytes_add(&bytes, portion, (size_t)got);
	close(fd);
	return bytes;
}

static void voices_are_measured(void **state)
{
	(void)state;
	struct bytes voice = file_read("tests/support/voice.mp3"), cut = {voice.at, voice.size - 1};
	struct result result = run(DECODE_VOICE, &voice);
	assert_int_equal(result.head.status, DECODE_DONE);
	assert_in_range(result.head.duration, 1900, 2300);
	assert_in_range(result.head.waveform[8], 1, 50);
	assert_in_range(result.head.waveform[52], 70, 100);
	result_free(&result);
	expect("voice", "cut short", DECODE_VOICE, &cut, DECODE_BAD);
	expect("voice", "as a picture", DECODE_PICTURE, &voice, DECODE_UNKNOWN);
	struct bytes picture = make_png(4, 4, 255);
	expect("picture", "as voice", DECODE_VOICE, &picture, DECODE_UNKNOWN);
	for (size_t at = 0; at < voice.size; at += 7) {
		struct bytes changed = bytes_copy(&voice);
		changed.at[at] ^= 0x55;
		result = run(DECODE_VOICE, &changed);
		assert_true(result.head.status < DECODE_STATUSES);
		result_free(&result);
		free(changed.at);
	}
	free(picture.at);
	free(voice.at);
}

/* The program `decode` that was built beside this test, with bytes on its standard input. Returns how it ended. */
static int child_run(const char *task, const struct bytes *in, struct bytes *out)
{
	char path[4096];
	int to[2], from[2], status;
	ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
	assert_true(size > 0);
	path[size] = '\0';
	snprintf(strrchr(path, '/'), 16, "/../decode");
	assert_int_equal(pipe(to) | pipe(from), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		close(from[0]);
		execl(path, "decode", task, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(write(to[1], in->at, in->size), in->size); /* small ones fit the pipe */
	close(to[1]);
	uint8_t portion[4096];
	for (ssize_t got; (got = read(from[0], portion, sizeof portion)) > 0;)
		bytes_add(out, portion, (size_t)got);
	close(from[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void the_program_answers(void **state)
{
	(void)state;
	struct bytes png = make_png(100, 50, 255), text = {(uint8_t *)"<svg/>", 6}, out = {0}, refused = {0}, none = {0};
	struct result direct = run(DECODE_PICTURE, &png);
	assert_int_equal(child_run("picture", &png, &out), 0);
	assert_int_equal(out.size, sizeof direct.head + direct.head.sizes[0] + direct.head.sizes[1]);
	assert_memory_equal(out.at, &direct.head, sizeof direct.head);
	assert_memory_equal(out.at + sizeof direct.head, direct.outputs[0], direct.head.sizes[0]);
	assert_int_equal(child_run("avatar", &text, &refused), 0);
	assert_int_equal(refused.size, sizeof direct.head);
	assert_int_equal(refused.at[0], DECODE_UNKNOWN);
	assert_int_not_equal(child_run("passwd", &png, &none), 0);
	assert_int_equal(none.size, 0);
	result_free(&direct);
	free(png.at);
	free(out.at);
	free(refused.at);
}

#ifndef __SANITIZE_ADDRESS__ /* under which there are no such limits */
static void try_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	_exit(fd < 0 ? 9 : 0);
}

static void try_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	_exit(fd < 0 ? 9 : 0);
}

static void try_fork(void)
{
	if (fork() == 0)
		_exit(0);
}

static void try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

static void try_code(void)
{
	/* cppcheck-suppress invalidFunctionArg; it is no file's */
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	_exit(code == MAP_FAILED ? 9 : 0);
}

static void try_kill(void)
{
	kill(getppid(), 0);
}

static void try_error_output(void)
{
	if (write(STDERR_FILENO, "x", 1) < 0)
		_exit(9);
}

static void try_time(void)
{
	for (volatile unsigned long n = 0;; n++)
		continue;
}

static void try_memory(void)
{
	void *volatile memory = malloc(300UL * 1024 * 1024);
	_exit(memory == NULL ? 42 : 0);
}

static int jailed(void (*act)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		if (!jail_enter())
			_exit(8);
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void the_jail_holds(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*act)(void);
	} cases[] = {{"open", try_open},
	             {"socket", try_socket},
	             {"fork", try_fork},
	             {"exec", try_exec},
	             {"code", try_code},
	             {"kill", try_kill},
	             {"error output", try_error_output}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = jailed(cases[i].act);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: it ended by %x", cases[i].name, status);
	}
	int status = jailed(try_time);
	assert_true(WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU));
	assert_int_equal(WEXITSTATUS(jailed(try_memory)), 42);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read),
		cmocka_unit_test(avatars_are_the_middle),
		cmocka_unit_test(what_is_transparent_is_white),
		cmocka_unit_test(pictures_are_upright),
		cmocka_unit_test(odd_exif_is_none),
		cmocka_unit_test(what_is_not_whole_is_refused),
		cmocka_unit_test(what_is_no_picture_is_unknown),
		cmocka_unit_test(bombs_are_refused_by_their_heads),
		cmocka_unit_test(a_moving_webp_is_unknown),
		cmocka_unit_test(any_byte_may_change),
		cmocka_unit_test(voices_are_measured),
		cmocka_unit_test(the_program_answers),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(the_jail_holds),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
