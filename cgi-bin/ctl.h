/* What driftctl leaves to C: its one table of commands, arguments into JSON, answers into tables. */
#ifndef DRIFTLINE_CTL_H
#define DRIFTLINE_CTL_H

#include "base.h"

/* ctl_commands.c */

/* WORD: one of values, which are parted by |. SUBJECT: a case, or ROOM/MEMBER. SECRET: read from standard input. */
enum ctl_kind { CTL_TEXT, CTL_INT, CTL_WORD, CTL_SUBJECT, CTL_SECRET };

struct ctl_param {
	const char *name; /* "--days", or "REPORT" for what stands without an option; NULL ends a command's */
	const char *field; /* of the body */
	enum ctl_kind kind;
	bool required;
	const char *values, *help;
};

enum { CTL_PARAMS_MAX = 8 };

struct ctl_command {
	const char *name; /* "reports resolve"; its path is /admin/v1/reports/resolve */
	const char *help;
	struct ctl_param params[CTL_PARAMS_MAX];
	const char *final; /* what cannot be taken back: asked before it is done, unless --yes is given; NULL: nothing */
	const char *final_if; /* "action=ban": only with that; NULL: always */
	const char *final_unless; /* a field that, given, makes it no final thing; NULL: none */
};

extern const struct ctl_command ctl_commands[]; /* ends with a row whose name is NULL */

/* The command that the words begin with; *used is how many of them it takes. NULL: none. */
const struct ctl_command *ctl_find(char **words, int count, int *used);
/* Help for a command, for those whose name begins with word, or for all (NULL). Returns the exit code. */
int ctl_help(char **words, int count);
int ctl_completion(const char *shell);

/* ctl_request.c */

/*
 * Reads driftctl's arguments and prints what to ask: lines "path", "body" and, as they apply, "json", "local", "socket",
 * "confirm", "command", each with its value behind a blank; or one line "help" with the words to show help for. Returns the
 * exit code: 0, or 2 with a word on standard error.
 */
int ctl_request(int argc, char **argv);

/* ctl_show.c */

/*
 * Shows the answer on standard input: as a table, as JSON ("--json") or its bytes ("--raw"). status: HTTP's; 0: the answer is
 * CGI's. Returns 0 or 1.
 */
int ctl_show(int status, const char *how);
/* Prints a member of the JSON object on standard input, if it is text. Returns 0 or 1. */
int ctl_field(const char *name);

/* ctl_text.c */

/* Adds text as a terminal may see it: no control characters, no marks that turn its direction. Returns its columns. */
int ctl_visible(struct buf *out, const char *text);
/* The same as JSON, with what a terminal may not see escaped. */
void ctl_json(struct buf *out, const char *text, size_t size);
void ctl_complain(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a line on standard error */

#endif
