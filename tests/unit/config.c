/* lib/config.c */
#include "unit.h"

#include "config.h"

#include <unistd.h>

extern char **environ;

static char path[] = "/tmp/driftline-config-XXXXXX";
static char error[512];

static int file_make(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int file_remove(void **state)
{
	(void)state;
	return unlink(path);
}

/* A case's settings: those of a file, and those of the environment, each "NAME=value\n…". */
static bool load(const char *file, const char *environment)
{
	FILE *out = fopen(path, "w");
	fputs(file, out);
	fclose(out);
	clearenv();
	setenv("DRIFTLINE_CONFIG", path, 1);
	static char lines[1024];
	snprintf(lines, sizeof lines, "%s", environment);
	char *rest = lines;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		if (line[0] != '\0')
			putenv(line);
	error[0] = '\0';
	return config_load(error, sizeof error);
}

static void every_setting_is_named_typed_and_explained(void **state)
{
	(void)state;
	assert_true(config_settings_count > 20);
	for (size_t i = 0; i < config_settings_count; i++) {
		const struct setting *setting = &config_settings[i];
		assert_int_equal(strncmp(setting->name, "DRIFTLINE_", 10), 0);
		assert_int_equal(strspn(setting->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(setting->name));
		assert_non_null(setting->target);
		assert_true(strlen(setting->help) > 10);
		assert_null(strpbrk(setting->help, "|\t\n"));
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(setting->name, config_settings[k].name);
			assert_ptr_not_equal(setting->target, config_settings[k].target);
		}
	}
}

static void nothing_given_means_the_defaults(void **state)
{
	(void)state;
	assert_true(load("", ""));
	char buffer[32];
	for (size_t i = 0; i < config_settings_count; i++)
		assert_string_equal(config_text(&config_settings[i], buffer, sizeof buffer), config_settings[i].value);
	assert_int_equal(config.port, 8080);
	assert_string_equal(config.listen, "127.0.0.1");
	assert_int_equal(config.limit_messages, 60);
	assert_false(config.plain_http);
}

static void the_environment_wins_over_the_file(void **state)
{
	(void)state;
	assert_true(load("DRIFTLINE_PORT=9000\nDRIFTLINE_LIMIT_MATCHES=7\n", "DRIFTLINE_PORT=9001"));
	assert_int_equal(config.port, 9001);
	assert_int_equal(config.limit_matches, 7);
	assert_true(load("", ""));
	assert_int_equal(config.limit_matches, 20);
}

static void the_file_is_read_as_people_write_it(void **state)
{
	(void)state;
	assert_true(load("# a remark\n\n  DRIFTLINE_PORT = 9000  \r\n\t# another\n"
	                 "DRIFTLINE_WECHAT_URL=\"http://127.0.0.1:9/a=b\"\nDRIFTLINE_ORIGINS='https://a https://b'\n"
	                 "DRIFTLINE_PLAIN_HTTP=Yes\nDRIFTLINE_LOG_LEVEL=debug",
	                 ""));
	assert_int_equal(config.port, 9000);
	assert_string_equal(config.wechat_url, "http://127.0.0.1:9/a=b");
	assert_string_equal(config.origins, "https://a https://b");
	assert_true(config.plain_http);
	assert_string_equal(config.log_level, "debug");
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *file, *environment, *says; /* says: part of the message */
	} cases[] = {
		{"DRIFTLINE_PROT=1\n", "", "line 1: there is no setting DRIFTLINE_PROT"},
		{"\nnonsense\n", "", "line 2: write NAME=value"},
		{"DRIFTLINE_PORT=0\n", "", "give a number from 1 to 65535"},
		{"DRIFTLINE_PORT=65536\n", "", "give a number from 1 to 65535"},
		{"DRIFTLINE_PORT=\n", "", "give a number"},
		{"DRIFTLINE_PORT=80x\n", "", "give a number"},
		{"DRIFTLINE_PORT=+80\n", "", "give a number"},
		{"DRIFTLINE_PORT=99999999999999999999\n", "", "give a number"},
		{"", "DRIFTLINE_PORT=-1", "(environment)"},
		{"", "DRIFTLINE_PLAIN_HTTP=perhaps", "give on or off"},
		{"", "DRIFTLINE_LOG_LEVEL=loud", "give one of error|warn|info|debug"},
		{"", "DRIFTLINE_LOG_LEVEL=war", "give one of"},
		{"", "DRIFTLINE_LOG_LEVEL=", "give one of"},
		{"", "DRIFTLINE_STATE=var", "begins with /"},
		{"", "DRIFTLINE_STATE=/a\"b", "not usable"},
		{"", "DRIFTLINE_ORIGINS=a\tb", "control characters"},
		{"", "DRIFTLINE_LISTEN= ", "DRIFTLINE_LISTEN is empty"},
		{"", "DRIFTLINE_LISTEN=a;b", "give addresses"},
		{"", "DRIFTLINE_LISTEN=0.0.0.0", "more than loopback"},
		{"", "DRIFTLINE_LISTEN=127.0.0.1 [::]", "more than loopback"},
		{"", "DRIFTLINE_TLS_KEY=/k", "are set together"},
		{"", "DRIFTLINE_REDIRECT_PORT=81", "leads to https"},
		{"DRIFTLINE_TLS_KEY=/k\nDRIFTLINE_TLS_CERTIFICATE=/c\nDRIFTLINE_PORT=81\n", "DRIFTLINE_REDIRECT_PORT=81",
	     "are both 81"},
		{"DRIFTLINE_PORT=81\n", "DRIFTLINE_ADMIN_PORT=81", "is the public's port"},
		{"", "DRIFTLINE_PUBLIC_URL=chat.example.org", "give http:// or https://"},
		{"", "DRIFTLINE_PUBLIC_URL=https://chat.example.org/", "no path"},
		{"", "DRIFTLINE_WECHAT_APPID=wx1", "are set together"},
		{"", "DRIFTLINE_WECHAT_CHECKS=text", "asks for DRIFTLINE_WECHAT_APPID"},
		{"", "DRIFTLINE_WECHAT_CHECKS=some", "give one of off|text|all"},
		{"DRIFTLINE_WECHAT_APPID=wx1\nDRIFTLINE_WECHAT_SECRET=s\n", "DRIFTLINE_WECHAT_CHECKS=all",
	     "DRIFTLINE_WECHAT_TOKEN"},
		{"", "DRIFTLINE_LADDER=", "give steps such as"},
		{"", "DRIFTLINE_LADDER=warn mute ban:1d", "give steps such as"},
		{"", "DRIFTLINE_LADDER=warn:1h", "give steps such as"},
		{"", "DRIFTLINE_LADDER=ban:1y", "give steps such as"},
		{"", "DRIFTLINE_LADDER=ban:12345d", "give steps such as"},
		{"", "DRIFTLINE_LADDER=ban:\"d", "give steps such as"},
		{"", "DRIFTLINE_KEEP_AUDIT=364", "365 or more"},
		{"", "DRIFTLINE_REPORT_STEP=ban:1d", "give match:1h"},
		{"", "DRIFTLINE_CONFIG=/nowhere/driftline.conf", "cannot be read"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (load(cases[i].file, cases[i].environment))
			fail_msg("%s%s was taken", cases[i].file, cases[i].environment);
		if (strstr(error, cases[i].says) == NULL || strchr(error, '\n') != NULL)
			fail_msg("%s%s: %s", cases[i].file, cases[i].environment, error);
	}
}

static void listening_beyond_loopback_needs_a_word(void **state)
{
	(void)state;
	static const char *const good[] = {
		"DRIFTLINE_LISTEN=127.0.0.1 ::1 [::1] localhost 127.9.9.9",
		"DRIFTLINE_LISTEN=0.0.0.0\nDRIFTLINE_PLAIN_HTTP=on",
		"DRIFTLINE_LISTEN=[::]\nDRIFTLINE_TLS_KEY=/k\nDRIFTLINE_TLS_CERTIFICATE=/c",
		"DRIFTLINE_TLS_KEY=/k\nDRIFTLINE_TLS_CERTIFICATE=/c\nDRIFTLINE_REDIRECT_PORT=80",
		"DRIFTLINE_PUBLIC_URL=https://chat.example.org",
	};
	for (size_t i = 0; i < COUNT(good); i++)
		if (!load("", good[i]))
			fail_msg("%s: %s", good[i], error);
}

static void only_a_file_that_was_named_has_to_be_there(void **state)
{
	(void)state;
	clearenv();
	setenv("DRIFTLINE_STATE", "/nowhere", 1);
	assert_true(config_load(error, sizeof error));
	assert_string_equal(config.state, "/nowhere");
}

static void a_line_that_is_too_long_is_refused(void **state)
{
	(void)state;
	static char line[6000];
	memset(line, 'x', sizeof line - 1);
	memcpy(line, "DRIFTLINE_ORIGINS=", 18);
	assert_false(load(line, ""));
	assert_non_null(strstr(error, "line 1"));
}

static void a_name_mistaken_in_the_environment_is_found(void **state)
{
	(void)state;
	load("", "DRIFTLINE_TEST_ANYTHING=1\nDRIFTLINE_PORT=1");
	assert_null(config_stray());
	load("", "DRIFTLINE_PROT=1");
	assert_string_equal(config_stray(), "DRIFTLINE_PROT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_named_typed_and_explained),
		cmocka_unit_test(nothing_given_means_the_defaults),
		cmocka_unit_test(the_environment_wins_over_the_file),
		cmocka_unit_test(the_file_is_read_as_people_write_it),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(listening_beyond_loopback_needs_a_word),
		cmocka_unit_test(only_a_file_that_was_named_has_to_be_there),
		cmocka_unit_test(a_line_that_is_too_long_is_refused),
		cmocka_unit_test(a_name_mistaken_in_the_environment_is_found),
	};
	return cmocka_run_group_tests_name("config", tests, file_make, file_remove);
}
