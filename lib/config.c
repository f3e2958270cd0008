/*
 * The one table of settings, and the one way to read them. deploy.sh, the
 * FastCGI programs and docs/configuration.md all take theirs from here.
 */
#include "config.h"

#include "base.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

extern char **environ;

struct config config;

#define LINE_LENGTH 4096

#define STRING(name, field, value, help) \
	{ \
		name, SETTING_STRING, &config.field, value, 0, 0, NULL, help \
	}
#define CHOICE(name, field, value, choices, help) \
	{ \
		name, SETTING_STRING, &config.field, value, 0, 0, choices, help \
	}
#define PATH(name, field, value, help) \
	{ \
		name, SETTING_PATH, &config.field, value, 0, 0, NULL, help \
	}
#define INT(name, field, value, min, max, help) \
	{ \
		name, SETTING_INT, &config.field, value, min, max, NULL, help \
	}
#define BOOL(name, field, value, help) \
	{ \
		name, SETTING_BOOL, &config.field, value, 0, 0, NULL, help \
	}

/* clang-format off */
const struct setting config_settings[] = {
	INT("DRIFTLINE_PORT", port, "8080", 1, 65535,
	    "The port it is served on: http, or https when a certificate is set."),
	STRING("DRIFTLINE_LISTEN", listen, "127.0.0.1",
	    "The addresses it listens on, parted by spaces: `0.0.0.0 [::]` is all of them. Beyond loopback it asks for TLS, or for DRIFTLINE_PLAIN_HTTP."),
	INT("DRIFTLINE_REDIRECT_PORT", redirect_port, "0", 0, 65535,
	    "With TLS: a plain http port that only sends browsers on to https; 0 for none."),
	INT("DRIFTLINE_ADMIN_PORT", admin_port, "0", 0, 65535,
	    "A port of 127.0.0.1 with the moderators' page, for whoever has a token or a password of an admin's; 0 for none."),
	STRING("DRIFTLINE_PUBLIC_URL", public_url, "",
	    "The address people use, such as `https://chat.example.org`. Needed when something in front of it speaks TLS; empty: taken from each request's Host."),
	STRING("DRIFTLINE_ORIGINS", origins, "",
	    "Further values of the Origin header that may use the service, parted by spaces; its own is always allowed."),
	STRING("DRIFTLINE_TRUSTED_PROXIES", trusted_proxies, "",
	    "Addresses and networks (`192.0.2.1 2001:db8::/32`) of proxies in front of it, whose X-Forwarded-For says where a request comes from."),
	PATH("DRIFTLINE_STATE", state, "",
	    "The folder of everything it keeps: database, secrets, logs, built pages. Empty: `var` in the checkout."),
	PATH("DRIFTLINE_RUN", run, "",
	    "The folder of its sockets. Empty: `/run/driftline-<hash of the state folder>`, for other users than root below `$XDG_RUNTIME_DIR` or `/tmp`."),
	PATH("DRIFTLINE_MEDIA", media, "",
	    "The folder of pictures and voice messages; several nodes share one by a common mount. Empty: `media` in the state folder."),
	STRING("DRIFTLINE_DATABASE_URL", database_url, "",
	    "A PostgreSQL (15 or newer) of yours, as a libpq URL or connection string. Empty: one of its own in the state folder."),
	STRING("DRIFTLINE_DATABASE_OWNER_URL", database_owner_url, "",
	    "What migrations connect with, if not DRIFTLINE_DATABASE_URL."),
	STRING("DRIFTLINE_DATABASE_ADMIN_URL", database_admin_url, "",
	    "What the admin program connects with, if not DRIFTLINE_DATABASE_URL: needed with DRIFTLINE_DATABASE_OWNER_URL."),
	PATH("DRIFTLINE_TLS_CERTIFICATE", tls_certificate, "",
	    "The certificate with its chain, in PEM. With it the port speaks https (TLS 1.2 and 1.3, HTTP/2, HSTS)."),
	PATH("DRIFTLINE_TLS_KEY", tls_key, "",
	    "The certificate's key, in PEM."),
	BOOL("DRIFTLINE_PLAIN_HTTP", plain_http, "off",
	    "`on` serves plain http beyond loopback: only behind something that speaks TLS."),
	BOOL("DRIFTLINE_NGINX", nginx, "on",
	    "`off` starts no nginx of its own: include the files of `nginx/` in yours."),
	INT("DRIFTLINE_THREADS", threads, "32", 2, 512,
	    "Requests that may wait for the database at a time; messages are not among them, they go together."),
	INT("DRIFTLINE_DB_CONNECTIONS", db_connections, "12", 2, 200,
	    "Connections that the service keeps to PostgreSQL."),
	INT("DRIFTLINE_HASH_WORKERS", hash_workers, "2", 1, 64,
	    "Passwords that are hashed at a time: each takes 32 MiB and a core for about 0.3 s."),
	INT("DRIFTLINE_HASH_QUEUE", hash_queue, "64", 0, 10000,
	    "Passwords that may wait for a worker; more are refused with 503."),
	INT("DRIFTLINE_DECODERS", decoders, "2", 1, 64,
	    "Uploads that are decoded at a time: each takes up to 256 MiB and 2 s of a core."),
	INT("DRIFTLINE_DECODE_QUEUE", decode_queue, "16", 0, 1000,
	    "Uploads that may wait for that; more are refused with 503."),
	INT("DRIFTLINE_ADMIN_HOURS", admin_hours, "12", 1, 720,
	    "Hours that the token of an admin who has logged in is good for."),
	STRING("DRIFTLINE_WECHAT_URL", wechat_url, "https://api.weixin.qq.com",
	    "Where WeChat's API is."),
	STRING("DRIFTLINE_WECHAT_APPID", wechat_appid, "",
	    "The applet's id. Empty: no login by WeChat."),
	STRING("DRIFTLINE_WECHAT_SECRET", wechat_secret, "",
	    "The applet's secret."),
	CHOICE("DRIFTLINE_WECHAT_CHECKS", wechat_checks, "off", "off|text|all",
	    "What WeChat is asked to check of what people say and show who came by it: nothing, `text`, or `all`, pictures, voice and avatars too. Nobody waits for it: docs/moderation.md."),
	STRING("DRIFTLINE_WECHAT_TOKEN", wechat_token, "",
	    "With DRIFTLINE_WECHAT_CHECKS=all: the token set for message pushes in WeChat's console, where the address is `<public url>/api/v1/wechat/push`, the format JSON, in plain text."),
	STRING("DRIFTLINE_WECHAT_WAIT_TEMPLATE", wechat_wait_template, "",
	    "The id of the subscribe message template by which WeChat tells, once, who asked for it in the applet that a stranger waits: docs/wechat.md. Empty: nobody is offered that."),
	STRING("DRIFTLINE_WECHAT_WAIT_FIELDS", wechat_wait_fields, "",
	    "What that template's fields say, by their keys: `thing1=有人在等人聊天;time2={time}`, where `{time}` is the time of sending in China."),
	INT("DRIFTLINE_LIMIT_GUESTS", limit_guests, "120", 0, 100000,
	    "New guests a minute from one address prefix (an IPv4 address, an IPv6 /64); 0 is off, here and below."),
	INT("DRIFTLINE_LIMIT_REGISTRATIONS", limit_registrations, "30", 0, 100000,
	    "Registrations a minute from one address prefix."),
	INT("DRIFTLINE_LIMIT_LOGINS", limit_logins, "30", 0, 100000,
	    "Tries to log in a minute from one address prefix."),
	INT("DRIFTLINE_LIMIT_REQUESTS", limit_requests, "6000", 0, 1000000,
	    "Calls of any kind a minute from one address prefix: many people may share one."),
	INT("DRIFTLINE_LIMIT_SOCKETS", limit_sockets, "1000", 0, 65535,
	    "Sockets open at a time from one address prefix."),
	INT("DRIFTLINE_LIMIT_SHARES", limit_shares, "120", 0, 100000,
	    "Invitations looked at a minute from one address prefix."),
	INT("DRIFTLINE_LIMIT_UPLOADS_ADDRESS", limit_uploads_address, "120", 0, 100000,
	    "Pictures and voice messages sent up a minute from one address prefix."),
	INT("DRIFTLINE_LIMIT_MESSAGES", limit_messages, "60", 0, 100000,
	    "Messages a minute from one account."),
	INT("DRIFTLINE_LIMIT_MATCHES", limit_matches, "20", 0, 100000,
	    "Matches, rooms made or joined, links into them and exports a minute by one account."),
	INT("DRIFTLINE_LIMIT_SIGNALS", limit_signals, "240", 0, 100000,
	    "Read marks, typing signs, reactions and changes to rooms a minute by one account."),
	INT("DRIFTLINE_LIMIT_SEARCHES", limit_searches, "60", 0, 100000,
	    "Searches of rooms and of messages a minute by one account."),
	INT("DRIFTLINE_LIMIT_UPLOADS", limit_uploads, "200", 0, 100000,
	    "Pictures, voice messages and avatars a day (UTC) from one account."),
	INT("DRIFTLINE_LIMIT_UPLOAD_MIB", limit_upload_mib, "200", 0, 100000,
	    "MiB that those of a day may have together, as they are sent."),
	INT("DRIFTLINE_LIMIT_ROOM", limit_room, "600", 0, 100000,
	    "Lines of text a minute into one room, of all its members together."),
	INT("DRIFTLINE_NEWCOMER_MINUTES", newcomer_minutes, "30", 0, 100000,
	    "How old an account has to be for the whole of these budgets; 0: all have it from the beginning."),
	INT("DRIFTLINE_NEWCOMER_SHARE", newcomer_share, "50", 1, 100,
	    "Hundredths of each of these budgets that a younger account has."),
	CHOICE("DRIFTLINE_POW", pow, "rising", "off|always|rising",
	    "Whether a proof of work is asked for of guests, registrations and logins: `off`, `always`, or `rising`: of nobody until there are many of them, then the more the more there are. What DRIFTLINE_LIMIT_GUESTS, _REGISTRATIONS and _LOGINS leave unlimited is not watched."),
	INT("DRIFTLINE_POW_NUMBER", pow_number, "50000", 1, 100000000,
	    "Hashes that a proof takes at the most, half of them on average: 50000 are a blink on a computer and about a second on a phone."),
	INT("DRIFTLINE_POW_NUMBER_MAX", pow_number_max, "1000000", 1, 100000000,
	    "How far that rises: it doubles each time that what comes in doubles."),
	INT("DRIFTLINE_POW_PREFIX", pow_prefix, "30", 1, 1000000,
	    "With `rising`: guests, registrations or failed logins of one address prefix from which on it is asked for; counts fade by half in DRIFTLINE_POW_WINDOW."),
	INT("DRIFTLINE_POW_ALL", pow_all, "600", 1, 1000000,
	    "The same of all addresses together."),
	INT("DRIFTLINE_POW_FAILURES", pow_failures, "10", 1, 1000000,
	    "With `rising`: failed logins of one account name after which it is asked for there."),
	INT("DRIFTLINE_POW_WINDOW", pow_window, "600", 1, 86400,
	    "Seconds in which these counts fade by half."),
	INT("DRIFTLINE_BAN_MEMORY", ban_memory, "0", 0, 90,
	    "Days for which a ban weighs at most on where it came from: new guests of the same address prefix or device bring a proof of work, and are never refused. Keyed hashes of both are kept for it, with each session and with bans; 0: nothing of the kind is kept."),
	INT("DRIFTLINE_MATCH_RELAX", match_relax, "15", 0, 3600,
	    "Seconds of waiting after which shared tags are no longer asked for."),
	INT("DRIFTLINE_MATCH_LEASE", match_lease, "15", 3, 3600,
	    "Seconds after which a wait that nobody renews has ended."),
	INT("DRIFTLINE_RECALL_WINDOW", recall_window, "120", 0, 86400,
	    "Seconds in which a message can be recalled by who wrote it."),
	INT("DRIFTLINE_ROOM_EMPTY", room_empty, "24", 0, 8760,
	    "Hours after which a room with nobody in it ends."),
	INT("DRIFTLINE_LIMIT_REPORTS", limit_reports, "30", 0, 100000,
	    "Reports an hour by one account."),
	STRING("DRIFTLINE_LADDER", ladder, "warn mute:1h ban:1d ban:7d ban",
	    "The steps that follow one another, parted by spaces: `warn`, `mute:` or `ban:` with a time (`30m`, `1h`, `7d`), `ban` for good."),
	INT("DRIFTLINE_WARNING_DAYS", warning_days, "90", 1, 3650,
	    "Days after its end in which a step counts for the next one."),
	STRING("DRIFTLINE_REPORT_STEP", report_step, "match:1h",
	    "What reports bring about by themselves, until somebody has looked: `match:` (no matches) or `mute:` with a time; empty: nothing."),
	INT("DRIFTLINE_REPORT_STEP_WEIGHT", report_step_weight, "150", 1, 100000,
	    "How much the word of credible reporters, each 0 to 100, must weigh together for that."),
	INT("DRIFTLINE_REPORT_NEWCOMER_DAYS", report_newcomer_days, "3", 0, 365,
	    "Days in which a new account's reports weigh a tenth and bring nothing about."),
	INT("DRIFTLINE_AGE", age, "18", 0, 120,
	    "The age that people say they have reached before they start; 0 asks nobody."),
	STRING("DRIFTLINE_CONTACT", contact, "",
	    "Who runs this and how to reach them, as the pages on privacy and terms say it."),
	INT("DRIFTLINE_KEEP_MESSAGES", keep_messages, "90", 0, 36500,
	    "Days that messages are kept, and rooms that have ended; 0 is for ever."),
	INT("DRIFTLINE_KEEP_MATCHES", keep_matches, "7", 1, 36500,
	    "Days that it is kept who was matched with whom: for estimates, and not to match the same two again."),
	INT("DRIFTLINE_KEEP_GUESTS", keep_guests, "90", 0, 36500,
	    "Days after its last use that a guest's account is kept into which nobody can get any more; then it is erased. 0 is for ever."),
	INT("DRIFTLINE_KEEP_EVIDENCE", keep_evidence, "180", 0, 36500,
	    "Days after it was decided that a report is kept, with its evidence; 0 is for ever. What is held (`driftctl reports hold`) stays, and what belongs to a case that is still open."),
	INT("DRIFTLINE_KEEP_WARNINGS", keep_warnings, "90", 0, 36500,
	    "Days after it counts no more that a warning, a mute or a ban is kept, with its appeal; 0 is for ever."),
	INT("DRIFTLINE_KEEP_AUDIT", keep_audit, "1825", 0, 36500,
	    "Days that the audit log is kept, a year at the least; 0 is for ever."),
	INT("DRIFTLINE_KEEP_LOGS", keep_logs, "10", 1, 1000,
	    "Days that logs are kept, ten files of a megabyte for each part at the most."),
	CHOICE("DRIFTLINE_LOG_LEVEL", log_level, "info", "error|warn|info|debug",
	    "How much the service logs: `error`, `warn`, `info` or `debug`."),
};
/* clang-format on */

const size_t config_settings_count = sizeof config_settings / sizeof *config_settings;

__attribute__((format(printf, 3, 4))) static bool refuse(char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return false;
}

static const struct setting *find(const char *name)
{
	for (size_t i = 0; i < config_settings_count; i++)
		if (strcmp(config_settings[i].name, name) == 0)
			return &config_settings[i];
	return NULL;
}

static bool one_of(const char *choices, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = choices; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, value, length) == 0 && (at[length] == '|' || !at[length]))
			return length > 0;
	}
	return false;
}

static bool read_bool(const char *value, bool *target)
{
	if (!strcasecmp(value, "on") || !strcasecmp(value, "yes") || !strcasecmp(value, "true") || !strcmp(value, "1"))
		*target = true;
	else if (!strcasecmp(value, "off") || !strcasecmp(value, "no") || !strcasecmp(value, "false") ||
	         !strcmp(value, "0"))
		*target = false;
	else
		return false;
	return true;
}

static bool read_int(const char *value, int min, int max, int *target)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (!*value || *end || errno || number < min || number > max || strspn(value, "0123456789") != strlen(value))
		return false;
	*target = (int)number;
	return true;
}

/* `where` is what the message names: the environment, or a file and its line. */
static bool set(const struct setting *setting, const char *value, const char *where, char *error, size_t size)
{
	static struct arena forever; /* settings stay as long as the program */
	const char *name = setting->name;

	for (const char *at = value; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return refuse(error, size, "%s (%s): control characters are not allowed", name, where);
	switch (setting->type) {
	case SETTING_INT:
		if (!read_int(value, setting->min, setting->max, setting->target))
			return refuse(error, size, "%s=%s (%s): give a number from %d to %d", name, value, where, setting->min,
			              setting->max);
		return true;
	case SETTING_BOOL:
		if (!read_bool(value, setting->target))
			return refuse(error, size, "%s=%s (%s): give on or off", name, value, where);
		return true;
	case SETTING_PATH:
		if (*value && *value != '/')
			return refuse(error, size, "%s=%s (%s): give a path that begins with /", name, value, where);
		/* nginx would read these, even in quotes */
		if (strpbrk(value, "\"\\$`"))
			return refuse(error, size, "%s=%s (%s): a path with one of \" \\ $ ` is not usable", name, value, where);
		break;
	case SETTING_STRING:
		if (setting->choices && !one_of(setting->choices, value))
			return refuse(error, size, "%s=%s (%s): give one of %s", name, value, where, setting->choices);
		break;
	}
	*(const char **)setting->target = arena_copy(&forever, value, strlen(value));
	return true;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

/* NAME=value, where quotes of one kind around the whole value are taken off. */
static bool read_line(char *line, const char *where, char *error, size_t size)
{
	const struct setting *setting;
	char *value, *name;
	size_t length;

	name = trim(line);
	if (!*name || *name == '#')
		return true;
	value = strchr(name, '=');
	if (!value)
		return refuse(error, size, "%s: write NAME=value, or # before a remark", where);
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	length = strlen(value);
	if (length > 1 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
		value[length - 1] = '\0';
		value++;
	}
	setting = find(name);
	if (!setting)
		return refuse(error, size, "%s: there is no setting %s; docs/configuration.md has them all", where, name);
	return set(setting, value, where, error, size);
}

static bool read_file(const char *path, bool must, char *error, size_t size)
{
	char line[LINE_LENGTH], where[PATH_MAX + 32];
	unsigned number = 0;
	bool good = true;
	FILE *file = fopen(path, "re");

	if (!file)
		return (!must && errno == ENOENT) ||
		       refuse(error, size, "the settings in %s cannot be read: %s", path, strerror(errno));
	while (good && fgets(line, sizeof line, file)) {
		snprintf(where, sizeof where, "%s, line %u", path, ++number);
		if (!strchr(line, '\n') && !feof(file))
			good = refuse(error, size, "%s: a line has at most %d characters", where, LINE_LENGTH - 2);
		else
			good = read_line(line, where, error, size);
	}
	fclose(file);
	return good;
}

static bool is_loopback(const char *address, size_t length)
{
	return (length >= 4 && !strncmp(address, "127.", 4)) || (length == 3 && !strncmp(address, "::1", 3)) ||
	       (length == 5 && !strncmp(address, "[::1]", 5)) || (length == 9 && !strncmp(address, "localhost", 9));
}

static bool listens_beyond_loopback(void)
{
	const char *at = config.listen;

	while (*(at += strspn(at, " "))) {
		size_t length = strcspn(at, " ");

		if (!is_loopback(at, length))
			return true;
		at += length;
	}
	return false;
}

/* A step with its time: kind, ':', digits and one of m, h, d. */
static bool is_timed(const char *step, size_t length, const char *kind)
{
	size_t size = strlen(kind), digits = length > size ? strspn(step + size, "0123456789") : 0;

	return digits >= 1 && digits <= 4 && !strncmp(step, kind, size) && size + digits + 1 == length &&
	       strchr("mhd", step[length - 1]) != NULL;
}

static bool is_ladder(const char *at)
{
	for (size_t length; *(at += strspn(at, " ")); at += length) {
		length = strcspn(at, " ");
		if (!(length == 4 && !strncmp(at, "warn", 4)) && !(length == 3 && !strncmp(at, "ban", 3)) &&
		    !is_timed(at, length, "mute:") && !is_timed(at, length, "ban:"))
			return false;
	}
	return true;
}

/* What follows from reports. */
static bool check_safety(char *error, size_t size)
{
	size_t length = strlen(config.report_step);

	if (!config.ladder[strspn(config.ladder, " ")] || !is_ladder(config.ladder))
		return refuse(error, size, "DRIFTLINE_LADDER=%s: give steps such as warn, mute:1h, ban:7d and ban",
		              config.ladder);
	if (length && !is_timed(config.report_step, length, "match:") && !is_timed(config.report_step, length, "mute:"))
		return refuse(error, size, "DRIFTLINE_REPORT_STEP=%s: give match:1h, mute:1h or nothing", config.report_step);
	return true;
}

/* "key=words;key=words": keys as WeChat names a template's fields, and some words for each. */
static bool is_fields(const char *at)
{
	for (;;) {
		size_t name = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
		size_t key = name + strspn(at + name, "0123456789");
		if (name == 0 || key == name || at[key] != '=')
			return false;
		size_t words = strcspn(at + key + 1, ";");
		if (words == 0)
			return false;
		at += key + 1 + words;
		if (*at++ == '\0')
			return true;
	}
}

/* What no single setting can know. */
static bool check(char *error, size_t size)
{
	size_t length = strlen(config.public_url);

	if (!*(config.listen + strspn(config.listen, " ")))
		return refuse(error, size, "DRIFTLINE_LISTEN is empty: give an address, such as 127.0.0.1");
	if (strspn(config.listen, "0123456789abcdefABCDEFlocalhost.:[] ") != strlen(config.listen))
		return refuse(error, size, "DRIFTLINE_LISTEN=%s: give addresses such as 127.0.0.1 or [::1], parted by spaces",
		              config.listen);
	if (strspn(config.trusted_proxies, "0123456789abcdefABCDEF.:/ ") != strlen(config.trusted_proxies))
		return refuse(error, size,
		              "DRIFTLINE_TRUSTED_PROXIES=%s: give addresses or networks such as 192.0.2.1 2001:db8::/32, "
		              "parted by spaces",
		              config.trusted_proxies);
	if (config.keep_audit && config.keep_audit < 365)
		return refuse(error, size, "DRIFTLINE_KEEP_AUDIT=%d: give 365 or more, or 0 for ever", config.keep_audit);
	if (config.ban_memory && strcmp(config.pow, "off") == 0)
		return refuse(error, size,
		              "DRIFTLINE_BAN_MEMORY asks for proofs of work: set DRIFTLINE_POW=rising, or leave both off");
	if (!*config.tls_certificate != !*config.tls_key)
		return refuse(error, size, "DRIFTLINE_TLS_CERTIFICATE and DRIFTLINE_TLS_KEY are set together or not at all");
	if (!*config.tls_certificate && !config.plain_http && listens_beyond_loopback())
		return refuse(error, size,
		              "DRIFTLINE_LISTEN=%s is more than loopback: set DRIFTLINE_TLS_CERTIFICATE and "
		              "DRIFTLINE_TLS_KEY, or DRIFTLINE_PLAIN_HTTP=on if something in front speaks TLS",
		              config.listen);
	if (config.redirect_port && !*config.tls_certificate)
		return refuse(
			error, size,
			"DRIFTLINE_REDIRECT_PORT leads to https: set DRIFTLINE_TLS_CERTIFICATE and DRIFTLINE_TLS_KEY too");
	if (config.redirect_port == config.port)
		return refuse(error, size, "DRIFTLINE_REDIRECT_PORT and DRIFTLINE_PORT are both %d", config.port);
	if (config.admin_port && (config.admin_port == config.port || config.admin_port == config.redirect_port))
		return refuse(error, size, "DRIFTLINE_ADMIN_PORT=%d is the public's port", config.admin_port);
	if (length && ((strncmp(config.public_url, "http://", 7) != 0 && strncmp(config.public_url, "https://", 8) != 0) ||
	               config.public_url[length - 1] == '/'))
		return refuse(error, size, "DRIFTLINE_PUBLIC_URL=%s: give http:// or https://, a host, and no path",
		              config.public_url);
	if (*config.database_owner_url && !*config.database_admin_url)
		return refuse(error, size, "DRIFTLINE_DATABASE_OWNER_URL is set: set DRIFTLINE_DATABASE_ADMIN_URL too");
	if (!*config.wechat_appid != !*config.wechat_secret)
		return refuse(error, size, "DRIFTLINE_WECHAT_APPID and DRIFTLINE_WECHAT_SECRET are set together or not at all");
	if (strcmp(config.wechat_checks, "off") != 0 && !*config.wechat_appid)
		return refuse(error, size,
		              "DRIFTLINE_WECHAT_CHECKS=%s asks for DRIFTLINE_WECHAT_APPID and DRIFTLINE_WECHAT_SECRET",
		              config.wechat_checks);
	if (strcmp(config.wechat_checks, "all") == 0 && (!*config.wechat_token || !*config.public_url))
		return refuse(
			error, size,
			"DRIFTLINE_WECHAT_CHECKS=all asks for DRIFTLINE_WECHAT_TOKEN, and for DRIFTLINE_PUBLIC_URL, where WeChat "
			"fetches what it checks");
	if (*config.wechat_wait_template && !*config.wechat_appid)
		return refuse(error, size,
		              "DRIFTLINE_WECHAT_WAIT_TEMPLATE asks for DRIFTLINE_WECHAT_APPID and DRIFTLINE_WECHAT_SECRET");
	if ((*config.wechat_wait_template || *config.wechat_wait_fields) && !is_fields(config.wechat_wait_fields))
		return refuse(error, size,
		              "DRIFTLINE_WECHAT_WAIT_FIELDS=%s: give what the template's fields say, such as "
		              "thing1=words;time2={time}",
		              config.wechat_wait_fields);
	return check_safety(error, size);
}

bool config_load(char *error, size_t size)
{
	const char *file = getenv("DRIFTLINE_CONFIG"), *state = getenv("DRIFTLINE_STATE"), *value;
	char path[PATH_MAX];

	for (size_t i = 0; i < config_settings_count; i++)
		if (!set(&config_settings[i], config_settings[i].value, "default", error, size))
			return false;
	if (file && *file) {
		if (!read_file(file, true, error, size))
			return false;
	} else if (state && *state) {
		snprintf(path, sizeof path, "%s/driftline.conf", state);
		if (!read_file(path, false, error, size))
			return false;
	}
	for (size_t i = 0; i < config_settings_count; i++) {
		value = getenv(config_settings[i].name);
		if (value && !set(&config_settings[i], value, "environment", error, size))
			return false;
	}
	return check(error, size);
}

const char *config_stray(void)
{
	static char name[64];

	for (char **at = environ; *at; at++) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(*at, "="), *at);
		if (strncmp(name, "DRIFTLINE_", 10) == 0 && strncmp(name, "DRIFTLINE_TEST_", 15) != 0 &&
		    strcmp(name, "DRIFTLINE_CONFIG") != 0 && !find(name))
			return name;
	}
	return NULL;
}

const char *config_text(const struct setting *setting, char *buffer, size_t size)
{
	switch (setting->type) {
	case SETTING_INT:
		snprintf(buffer, size, "%d", *(const int *)setting->target);
		return buffer;
	case SETTING_BOOL:
		return *(const bool *)setting->target ? "on" : "off";
	case SETTING_STRING:
	case SETTING_PATH:
		break;
	}
	return *(const char **)setting->target;
}
