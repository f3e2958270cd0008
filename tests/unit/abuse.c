/* lib/abuse.c */
#include "unit.h"

#include "fake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *name(int number)
{
	static char text[24];
	snprintf(text, sizeof text, "name%d", number);
	return text;
}

static bool is_about(float level, float wanted)
{
	return level > wanted - 0.1F && level <= wanted;
}

static void what_comes_is_counted_by_kind_and_by_whom(void **state)
{
	(void)state;
	abuse_open(NULL, 600);
	for (int i = 0; i < 12; i++)
		abuse_note(ABUSE_GUESTS, "here");
	abuse_note(ABUSE_GUESTS, "there");
	abuse_note(ABUSE_NAMES, "here");
	assert_true(is_about(abuse_level(ABUSE_GUESTS, "here"), 12));
	assert_true(is_about(abuse_level(ABUSE_GUESTS, "there"), 1));
	assert_true(is_about(abuse_level(ABUSE_NAMES, "here"), 1));
	assert_true(abuse_level(ABUSE_LOGINS, "here") == 0);
	abuse_clear(ABUSE_GUESTS, "here");
	assert_true(abuse_level(ABUSE_GUESTS, "here") == 0);
	assert_true(is_about(abuse_level(ABUSE_GUESTS, "there"), 1));
}

static void counts_fade_by_half(void **state)
{
	(void)state;
	abuse_open(NULL, 1);
	for (int i = 0; i < 64; i++)
		abuse_note(ABUSE_GUESTS, "fading");
	struct timespec begin, now;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		usleep(1000);
	} while (now.tv_sec < begin.tv_sec + 2);
	float level = abuse_level(ABUSE_GUESTS, "fading");
	assert_true(level >= 4 && level <= 32);
	abuse_open(NULL, 600);
}

enum { TOGETHER = 2, ROUNDS = 5000 };

static atomic_int arrived;

static void *note_each(void *unused)
{
	char text[24];
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(text, sizeof text, "new%d", i);
		atomic_fetch_add(&arrived, 1);
		while (atomic_load(&arrived) < (i + 1) * TOGETHER) /* no closer together than by spinning */
			;
		abuse_note(ABUSE_NAMES, text);
	}
	return unused;
}

static void those_who_are_first_at_once_are_all_counted(void **state)
{
	(void)state;
	pthread_t threads[TOGETHER];
	char text[24];
	abuse_open(NULL, 86400);
	atomic_store(&arrived, 0);
	for (int i = 0; i < TOGETHER; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, note_each, NULL), 0);
	for (int i = 0; i < TOGETHER; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(text, sizeof text, "new%d", i);
		assert_true(is_about(abuse_level(ABUSE_NAMES, text), TOGETHER));
	}
	abuse_open(NULL, 600);
}

/* The whole table, many times over, leaves the name that is tried again and again in it. */
static void a_flood_of_others_drives_out_no_high_count(void **state)
{
	(void)state;
	abuse_open(NULL, 600);
	for (int i = 0; i < 10; i++)
		abuse_note(ABUSE_NAMES, "victim");
	for (int i = 0; i < 200000; i++)
		abuse_note(ABUSE_NAMES, name(i));
	assert_true(is_about(abuse_level(ABUSE_NAMES, "victim"), 10));
	assert_true(abuse_level(ABUSE_NAMES, "nobody") == 0);
}

static void programs_share_one_table_that_others_cannot_read(void **state)
{
	(void)state;
	char folder[] = "/tmp/driftline-abuse-XXXXXX", path[64];
	struct stat file;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/abuse", folder);
	abuse_open(path, 600);
	abuse_note(ABUSE_LOGINS, "both");
	pid_t child = fork();
	if (child == 0) {
		abuse_open(path, 600);
		for (int i = 0; i < 4; i++)
			abuse_note(ABUSE_LOGINS, "both");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	assert_true(is_about(abuse_level(ABUSE_LOGINS, "both"), 5));
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	unlink(path);
	rmdir(folder);
	abuse_open("/nowhere/at/all", 600);
	abuse_note(ABUSE_LOGINS, "both");
	assert_true(abuse_level(ABUSE_LOGINS, "both") >= 1);
}

static void a_prefix_is_an_address_or_a_network_of_64_bits(void **state)
{
	(void)state;
	static const struct {
		const char *address, *prefix;
	} cases[] = {
		{"127.0.0.1", "7f000001"},
		{"192.0.2.255", "c00002ff"},
		{"2001:db8:1:2:3:4:5:6", "20010db800010002"},
		{"2001:db8:1:2::", "20010db800010002"},
		{"::ffff:192.0.2.255", "c00002ff"},
		{"::1", "0000000000000000"},
		{"unix:", "0000000000000000"},
		{"", "0000000000000000"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fake fake;
		fake_open(&fake, "GET", "/", NULL, 0);
		fake_param(&fake, "REMOTE_ADDR", cases[i].address);
		assert_string_equal(abuse_prefix(&fake.r), cases[i].prefix);
		fake_close(&fake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_is_counted_by_kind_and_by_whom),
		cmocka_unit_test(counts_fade_by_half),
		cmocka_unit_test(those_who_are_first_at_once_are_all_counted),
		cmocka_unit_test(a_flood_of_others_drives_out_no_high_count),
		cmocka_unit_test(programs_share_one_table_that_others_cannot_read),
		cmocka_unit_test(a_prefix_is_an_address_or_a_network_of_64_bits),
	};
	log_threshold = LOG_ERROR;
	return cmocka_run_group_tests_name("abuse", tests, NULL, NULL);
}
