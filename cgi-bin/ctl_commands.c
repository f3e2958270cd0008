/* The one table of driftctl's commands. Its help and what bash completes are made from it. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#define PAGE \
	{"--limit", "limit", CTL_INT, false, NULL, "how many rows, 1 to 50 (50)"}, \
	{ \
		"--cursor", "cursor", CTL_TEXT, false, NULL, "where to go on, as the page before says" \
	}
#define NOTE \
	{ \
		"--note", "note", CTL_TEXT, false, NULL, "why, for the audit log" \
	}
#define ROOM \
	{ \
		"ROOM", "room", CTL_TEXT, true, NULL, "the room's id" \
	}
#define HELD \
	{ \
		"HELD", "held", CTL_TEXT, true, NULL, "the line's id" \
	}
#define NAME \
	{ \
		"NAME", "name", CTL_TEXT, true, NULL, "the admin's name" \
	}

#define REPORT \
	{ \
		"REPORT", "report", CTL_TEXT, true, NULL, "the report's id" \
	}
#define SUBJECT \
	{ \
		"SUBJECT", "subject", CTL_SUBJECT, true, NULL, "a case (the column SUBJECT of reports), or ROOM/MEMBER" \
	}
#define DAYS \
	{ \
		"--days", "days", CTL_INT, false, NULL, "how long; a ban without is for good" \
	}
#define TOLD \
	{ \
		"--reason", "reason", CTL_TEXT, true, NULL, "what they are told" \
	}

/* clang-format off */
const struct ctl_command ctl_commands[] = {
	{.name = "reports list", .help = "reports that wait for somebody, the gravest first",
	 .params = {{"--state", "state", CTL_WORD, false, "open|resolved", "which of them (open)"},
	            {"--subject", "subject", CTL_TEXT, false, NULL, "those of one case"}, PAGE}},
	{.name = "reports show", .help = "one report with its evidence; the audit log keeps that it was looked at", .params = {REPORT}},
	{.name = "reports file", .help = "the picture or the voice of a line in a report, to standard output; the audit log keeps it",
	 .params = {REPORT, {"SEQ", "seq", CTL_INT, false, NULL, "the line's number; without: the picture that the subject showed"}}},
	{.name = "reports resolve", .help = "end a report and the others of its case about the same room (by a ban: all of the case)",
	 .params = {REPORT, {"--action", "action", CTL_WORD, true, "dismiss|warn|mute|ban|next", "what follows; next: the ladder's next step"},
	            DAYS, {"--reason", "reason", CTL_TEXT, false, NULL, "what the subject is told (the report's reason)"}, NOTE},
	 .final = "Ban for good by report", .final_if = "action=ban", .final_unless = "days"},
	{.name = "reports hold", .help = "keep a report's evidence past its time", .params = {REPORT, NOTE}},
	{.name = "reports release", .help = "let its evidence go in its time", .params = {REPORT, NOTE}},
	{.name = "appeals list", .help = "what is said against steps, the oldest first",
	 .params = {{"--state", "state", CTL_WORD, false, "open|answered", "which of them (open)"}, PAGE}},
	{.name = "appeals answer", .help = "answer an appeal; lift ends the step",
	 .params = {{"APPEAL", "appeal", CTL_TEXT, true, NULL, "the appeal's id"},
	            {"--decision", "decision", CTL_WORD, true, "uphold|lift", "whether the step stays"},
	            {"--text", "text", CTL_TEXT, true, NULL, "what the answer says"}, NOTE}},

	{.name = "users show", .help = "where somebody stands, without a name; the audit log keeps it", .params = {SUBJECT}},
	{.name = "users warn", .help = "warn somebody", .params = {SUBJECT, TOLD, NOTE}},
	{.name = "users mute", .help = "take no lines of somebody's for a while", .params = {SUBJECT, TOLD, DAYS, NOTE}},
	{.name = "users ban", .help = "put somebody out, for days or for good", .params = {SUBJECT, TOLD, DAYS, NOTE},
	 .final = "Ban for good", .final_unless = "days"},
	{.name = "users unmute", .help = "end a mute before its time", .params = {SUBJECT, NOTE}},
	{.name = "users unban", .help = "end a ban before its time", .params = {SUBJECT, NOTE}},
	{.name = "users name", .help = "what somebody's account is called (owners); the audit log keeps it, with why",
	 .params = {SUBJECT, {"--note", "note", CTL_TEXT, true, NULL, "why somebody has to know"}}},

	{.name = "users erase", .help = "erase somebody's account, as if they had done it (owners)", .params = {SUBJECT, NOTE},
	 .final = "Erase"},

	{.name = "rooms list", .help = "groups, the latest made first",
	 .params = {{"--state", "state", CTL_WORD, false, "open|ended|all", "which of them (open)"},
	            {"--query", "query", CTL_TEXT, false, NULL, "what topic, description or tags hold"}, PAGE}},
	{.name = "rooms show", .help = "one room and the masks in it; the audit log keeps that it was looked at", .params = {ROOM}},
	{.name = "rooms close", .help = "end a room for everybody in it", .params = {ROOM, NOTE}, .final = "Close room"},

	{.name = "words list", .help = "the word filter's patterns",
	 .params = {{"--class", "class", CTL_WORD, false, "flag|mask|hold|block", "those of this class"},
	            {"--query", "query", CTL_TEXT, false, NULL, "what patterns hold"}, PAGE}},
	{.name = "words test", .help = "what the list would make of a text", .params = {{"TEXT", "text", CTL_TEXT, true, NULL, "the text"}}},
	{.name = "words add", .help = "add a pattern, or give it another class; in force within seconds (owners)",
	 .params = {{"PATTERN", "pattern", CTL_TEXT, true, NULL, "a word or words, * at an end for what may go on; or /an expression/"},
	            {"--class", "class", CTL_WORD, true, "flag|mask|hold|block", "what becomes of text that it is found in"}}},
	{.name = "words remove", .help = "take a pattern off the list; in force within seconds (owners)",
	 .params = {{"PATTERN", "pattern", CTL_TEXT, true, NULL, "as the list shows it"}, NOTE}},
	{.name = "held list", .help = "lines that the filter holds for a moderator; the audit log keeps that they were looked at", .params = {PAGE}},
	{.name = "held show", .help = "one of them as a whole, with where its sender stands; the audit log keeps it", .params = {HELD}},
	{.name = "held approve", .help = "let a line into its room, as of now", .params = {HELD, NOTE}},
	{.name = "held refuse", .help = "refuse a line; its sender is told", .params = {HELD, NOTE}},

	{.name = "stats", .help = "how much there is and goes on"},
	{.name = "audit", .help = "what was done and looked at, the latest first (owners)",
	 .params = {{"--admin", "admin", CTL_TEXT, false, NULL, "by this admin"},
	            {"--command", "command", CTL_TEXT, false, NULL, "this command, or those that begin with this word"},
	            {"--target", "target", CTL_TEXT, false, NULL, "about this report, case, room or admin"}, PAGE}},

	{.name = "admins list", .help = "who looks after the service (owners)", .params = {PAGE}},
	{.name = "admins add", .help = "a new admin; prints the password, once (owners)",
	 .params = {NAME, {"--role", "role", CTL_WORD, true, "moderator|owner", "what it may do"}}},
	{.name = "admins disable", .help = "end an admin's tokens, and let it in no more (owners)", .params = {NAME},
	 .final = "Disable admin"},
	{.name = "admins enable", .help = "let a disabled admin in again (owners)", .params = {NAME}},
	{.name = "admins rotate", .help = "a new password for an admin, whose tokens end (owners)", .params = {NAME}},
	{.name = "rotate", .help = "a new token for oneself, and a new password for who has one; those of before end"},
	{.name = "login", .help = "exchange a password, read from standard input, for a token; prints the token",
	 .params = {NAME, {"PASSWORD", "password", CTL_SECRET, true, NULL, ""}}},
	{.name = "logout", .help = "end the token in use"},
	{.name = NULL},
};
/* clang-format on */

static const char options_help[] =
	"  --json          the answer as JSON, for programs\n"
	"  --yes           do not ask before what cannot be taken back\n"
	"  --local         run the admin program here, without nginx and its socket (root, or who set the service up)\n"
	"  --socket PATH   ask at this socket, such as one that ssh brings from the service's machine\n"
	"  --help          this; behind a command, its own\n";

static const char usage[] = "usage: driftctl COMMAND [ARGUMENT...] [OPTION...]\n"
							"\n"
							"Looks after a Driftline: asks its admin program, and shows tables.\n\n";

static const char more[] = "\n"
						   "  completion bash                 what bash completes by: . <(driftctl completion bash)\n"
						   "  help [COMMAND]                  this; or a command's own\n";

static const char environment[] =
	"\n"
	"DRIFTLINE_STATE          the state folder, as for deploy.sh (var/ beside driftctl)\n"
	"DRIFTLINE_ADMIN_TOKEN    the token; without it the one in the state folder, which only root reads\n"
	"\n"
	"It ends with 0; 1: refused, or nobody answers; 2: wrong usage.\n";

/* How many of the words the command's name is; 0: it is another. */
static int words_fit(const char *name, char **words, int count)
{
	int used = 0;
	for (; used < count && *name; used++) {
		size_t size = strcspn(name, " ");
		if (strlen(words[used]) != size || strncmp(words[used], name, size) != 0)
			return 0;
		name += size + (name[size] == ' ');
	}
	return *name ? 0 : used;
}

const struct ctl_command *ctl_find(char **words, int count, int *used)
{
	for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++) {
		*used = words_fit(command->name, words, count);
		if (*used > 0)
			return command;
	}
	return NULL;
}

static bool is_option(const struct ctl_param *param)
{
	return param->name[0] == '-';
}

static void print_usage(const struct ctl_command *command)
{
	printf("driftctl %s", command->name);
	for (const struct ctl_param *param = command->params; param->name != NULL; param++) {
		if (param->kind == CTL_SECRET)
			continue;
		const char *value = param->kind == CTL_WORD ? param->values : param->kind == CTL_INT ? "N" : "TEXT";
		printf(param->required ? " %s" : " [%s", param->name);
		if (is_option(param))
			printf(" %s", value);
		fputs(param->required ? "" : "]", stdout);
	}
	puts("");
}

static void help_command(const struct ctl_command *command)
{
	fputs("usage: ", stdout);
	print_usage(command);
	printf("\n%s%s\n\n", command->help, command->final != NULL ? " (asks first)" : "");
	for (const struct ctl_param *param = command->params; param->name != NULL; param++)
		if (param->kind != CTL_SECRET)
			printf("  %-14s  %s\n", param->name, param->help);
	fputs(options_help, stdout);
}

static void list_commands(const char *word)
{
	size_t size = word != NULL ? strlen(word) : 0;
	for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++)
		if (word == NULL || (strncmp(command->name, word, size) == 0 && command->name[size] == ' '))
			printf("  %-30s  %s\n", command->name, command->help);
}

static bool is_group(const char *word)
{
	size_t size = strlen(word);
	for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++)
		if (strncmp(command->name, word, size) == 0 && command->name[size] == ' ')
			return true;
	return false;
}

int ctl_help(char **words, int count)
{
	int used;
	const struct ctl_command *command = ctl_find(words, count, &used);
	if (command != NULL) {
		help_command(command);
	} else if (count > 0 && is_group(words[0])) {
		printf("usage: driftctl %s COMMAND [ARGUMENT...] [OPTION...]\n\n", words[0]);
		list_commands(words[0]);
	} else if (count > 0) {
		ctl_complain("there is no command “%s”; driftctl --help lists them", words[0]);
		return 2;
	} else {
		fputs(usage, stdout);
		list_commands(NULL);
		fputs(more, stdout);
		printf("\nOptions, anywhere:\n%s%s", options_help, environment);
	}
	return 0;
}

/* A case of the completion's function: what may stand behind the words of a pattern. */
static void completion_case(const struct ctl_command *command)
{
	printf("\t\"%s\") words='", command->name);
	for (const struct ctl_param *param = command->params; param->name != NULL; param++)
		if (is_option(param))
			printf("%s ", param->name);
	puts("'\"$globals\" ;;");
	for (const struct ctl_param *param = command->params; param->name != NULL; param++) {
		if (param->kind != CTL_WORD)
			continue;
		printf("\t\"%s %s\") words='", command->name, param->name);
		for (const char *p = param->values; *p; p++)
			putchar(*p == '|' ? ' ' : *p);
		puts("' ;;");
	}
}

/* Whether a command of the same group stands above. */
static bool is_first(const struct ctl_command *command)
{
	size_t size = strcspn(command->name, " ");
	for (const struct ctl_command *other = ctl_commands; other != command; other++)
		if (strncmp(other->name, command->name, size + 1) == 0)
			return false;
	return true;
}

static void completion_groups(void)
{
	fputs("\t'') words='", stdout);
	for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++)
		if (is_first(command))
			printf("%.*s ", (int)strcspn(command->name, " "), command->name);
	puts("completion help '\"$globals\" ;;");
	for (const struct ctl_command *first = ctl_commands; first->name != NULL; first++) {
		size_t size = strcspn(first->name, " ");
		if (first->name[size] == '\0' || !is_first(first))
			continue;
		printf("\t%.*s) words='", (int)size, first->name);
		for (const struct ctl_command *command = first; command->name != NULL; command++)
			if (strncmp(command->name, first->name, size + 1) == 0)
				printf("%s ", command->name + size + 1);
		puts("' ;;");
	}
	puts("\tcompletion) words=bash ;;");
}

int ctl_completion(const char *shell)
{
	if (strcmp(shell, "bash") != 0) {
		ctl_complain("completion is for bash: driftctl completion bash");
		return 2;
	}
	fputs("# What bash completes driftctl by; made by `driftctl completion bash`.\n"
	      "_driftctl() {\n"
	      "\tlocal words='' said='' globals='--json --yes --local --socket --help' word count=0 i\n"
	      "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tfor ((i = 1; i < COMP_CWORD && count < 2; i++)); do\n"
	      "\t\tword=${COMP_WORDS[i]}\n"
	      "\t\t[[ $word != -* ]] || continue\n"
	      "\t\tsaid+=${said:+ }$word count=$((count + 1))\n"
	      "\t\tcase $said in stats | audit | rotate | login | logout) break ;; esac\n"
	      "\tdone\n"
	      "\tcase $before in --socket) COMPREPLY=($(compgen -f -- \"$current\")) && return ;; --json | --yes | --local "
	      "| --help) ;; -*) said+=\" $before\" ;; esac\n"
	      "\tcase $said in\n",
	      stdout);
	completion_groups();
	for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++)
		completion_case(command);
	puts("\tesac\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	     "}\n"
	     "complete -F _driftctl driftctl");
	return 0;
}
