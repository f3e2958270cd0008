/*
 * The settings. There is one table of them (config.c); every program reads it
 * by the same code: the environment first, then the one file, then the default.
 */
#ifndef DRIFTLINE_CONFIG_H
#define DRIFTLINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct config {
	/* where it listens and where its things are */
	const char *listen; /* addresses, separated by spaces; IPv6 may stand in brackets */
	int port;
	int redirect_port; /* 0: none */
	int admin_port; /* 0: none */
	const char *public_url; /* without a final slash; "": from the Host header */
	const char *origins; /* further Origins, separated by spaces */
	const char *trusted_proxies; /* addresses and networks, separated by spaces */
	const char *state;
	const char *run;
	const char *media; /* "": media in the state folder */
	const char *database_url;
	const char *database_owner_url;
	const char *database_admin_url;
	const char *tls_certificate;
	const char *tls_key;
	bool plain_http;
	bool nginx;

	/* how much of the machine it takes */
	int threads;
	int db_connections;
	int hash_workers;
	int hash_queue;
	int decoders;
	int decode_queue;
	int admin_hours;

	/* WeChat; wechat_url and wechat_appid empty: not configured */
	const char *wechat_url;
	const char *wechat_appid;
	const char *wechat_secret;
	const char *wechat_checks; /* off, text or all */
	const char *wechat_token; /* that WeChat signs its pushes by */
	const char *wechat_wait_template; /* of the message that a stranger waits; empty: none is sent */
	const char *wechat_wait_fields; /* "key=words;key=words" */

	/* limits, 0 is off; the first seven per address prefix and minute, by nginx */
	int limit_guests;
	int limit_registrations;
	int limit_logins;
	int limit_requests;
	int limit_sockets; /* that are open */
	int limit_shares;
	int limit_uploads_address;
	int limit_messages; /* per account and minute */
	int limit_matches; /* per account and minute */
	int limit_signals; /* per account and minute */
	int limit_uploads; /* per account and day */
	int limit_upload_mib; /* per account and day */
	int limit_searches; /* per account and minute */
	int limit_room; /* per room and minute */
	int newcomer_minutes, newcomer_share; /* how long an account is new, and its hundredths of each budget */

	/* proof of work */
	const char *pow; /* off, always or rising */
	int pow_number, pow_number_max; /* up to which a client has to try, and how far that rises */
	int pow_prefix, pow_all; /* guests, registrations, failed logins: of one address prefix, and in all */
	int pow_failures; /* failed logins of one account name */
	int ban_memory; /* days, 0: off */
	int pow_window; /* seconds in which counts fade by half */

	/* behaviour, in seconds */
	int match_relax;
	int match_lease;
	int room_empty; /* hours */
	int recall_window;

	/* what follows from reports */
	int limit_reports; /* per account and hour */
	const char *ladder; /* steps, parted by spaces: warn, mute:1h, ban:1d, ban */
	int warning_days;
	const char *report_step; /* match:1h, mute:1h or "" */
	int report_step_weight; /* hundredths */
	int report_newcomer_days;

	/* what people are told */
	int age; /* 0: nobody is asked */
	const char *contact;

	/* how long things are kept, in days; 0 is for ever */
	int keep_messages;
	int keep_matches;
	int keep_guests;
	int keep_evidence;
	int keep_warnings;
	int keep_audit;
	int keep_logs; /* by svlogd */

	const char *log_level; /* error, warn, info or debug */
};

extern struct config config;

enum setting_type { SETTING_STRING, SETTING_INT, SETTING_BOOL, SETTING_PATH };

struct setting {
	const char *name;
	enum setting_type type;
	void *target; /* const char **, int * or bool *, by type */
	const char *value; /* the default, as it would be written in the file */
	int min, max; /* SETTING_INT */
	const char *choices; /* SETTING_STRING: the words allowed, parted by '|', or NULL */
	const char *help;
};

extern const struct setting config_settings[];
extern const size_t config_settings_count;

/*
 * Fills `config`: the environment wins over the file, the file over the default.
 * The file is the one named by DRIFTLINE_CONFIG, else driftline.conf in the
 * state folder; only a file that was named has to be there. False: `error` says
 * in one line what is wrong and where. Not for use from several threads.
 */
bool config_load(char *error, size_t size);

/* The name of a variable in the environment that looks like a setting and is
 * none, or NULL. DRIFTLINE_CONFIG and DRIFTLINE_TEST_* are left alone. */
const char *config_stray(void);

/* The setting's present value as the file would say it. `buffer` holds numbers. */
const char *config_text(const struct setting *setting, char *buffer, size_t size);

#endif
