/* driftctl's arguments: which command, its body as JSON, and what is to be asked before. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USAGE = 2, WORDS_MAX = 16, SECRET_MAX = 256, ID_SIZE = 22 };

struct arguments {
	struct arena arena;
	char *words[WORDS_MAX]; /* what is no option */
	int count;
	const struct ctl_command *command;
	const char *values[CTL_PARAMS_MAX];
	const char *socket;
	bool json, yes, local, help;
	bool bare; /* a group's name stands for its list */
};

static int usage(const struct arguments *a, const char *what, const char *name)
{
	ctl_complain("%s “%s”; driftctl %s --help says how", what, name, a->command != NULL ? a->command->name : "");
	return USAGE;
}

/* An option without a value that goes with every command. */
static bool flag_take(struct arguments *a, const char *argument)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"--json", &a->json}, {"--yes", &a->yes}, {"--local", &a->local}, {"--help", &a->help}, {"-h", &a->help}};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(flags[i].name, argument) != 0)
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

/* Where the value of an option goes; NULL: the command has no such option. */
static const char **value_find(struct arguments *a, const char *option, size_t size)
{
	if (size == strlen("--socket") && strncmp(option, "--socket", size) == 0)
		return &a->socket;
	for (int i = 0; a->command != NULL && a->command->params[i].name != NULL; i++)
		if (strlen(a->command->params[i].name) == size && strncmp(a->command->params[i].name, option, size) == 0)
			return &a->values[i];
	return NULL;
}

/* "--name value" or "--name=value". Returns how many arguments that took, or 0 with a complaint made. */
static int option_take(struct arguments *a, int argc, char **argv)
{
	size_t size = strcspn(argv[0], "=");
	const char **value = value_find(a, argv[0], size);
	if (value == NULL)
		return usage(a, "there is no option", argv[0]), 0;
	if (*value != NULL)
		return usage(a, "given twice:", argv[0]), 0;
	bool joined = argv[0][size] == '=';
	if (!joined && argc < 2)
		return usage(a, "a value is missing behind", argv[0]), 0;
	*value = joined ? argv[0] + size + 1 : argv[1];
	return joined ? 1 : 2;
}

/* Ids may begin with dashes: what has their length and is no option is one. */
static bool is_id(struct arguments *a, const char *argument)
{
	return argument[1] != '-' || (strlen(argument) == ID_SIZE && value_find(a, argument, ID_SIZE) == NULL);
}

/* The words that stand before the first option name the command: it says which options there are. "appeals" is "appeals list". */
static void command_find(struct arguments *a, int argc, char **argv)
{
	char *words[2];
	int count = 0, used, places[2];
	for (int i = 0; i < argc && count < 2 && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--socket") == 0) {
			i++;
		} else if (argv[i][0] != '-') {
			places[count] = i;
			words[count++] = argv[i];
		}
	}
	a->command = ctl_find(words, count, &used);
	if (a->command == NULL && (count == 1 || (count == 2 && places[1] > places[0] + 1))) {
		char list[] = "list";
		a->command = ctl_find((char *[]){words[0], list}, 2, &used);
		a->bare = a->command != NULL;
	}
}

static int arguments_read(struct arguments *a, int argc, char **argv)
{
	bool options = true;
	command_find(a, argc, argv);
	for (int i = 0; i < argc; i++) {
		if (!text_valid(argv[i], strlen(argv[i])))
			return usage(a, "not UTF-8: argument", arena_printf(&a->arena, "%d", i + 1));
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && argv[i][0] == '-' && (strcmp(argv[i], "-h") == 0 || !is_id(a, argv[i]))) {
			int taken = flag_take(a, argv[i]) ? 1 : option_take(a, argc - i, argv + i);
			if (taken == 0)
				return USAGE;
			i += taken - 1;
		} else if (a->count < WORDS_MAX) {
			a->words[a->count++] = argv[i];
		}
	}
	return 0;
}

/* What stands without an option, in the order of the table. */
static int words_assign(struct arguments *a, int used)
{
	for (int i = 0; a->command->params[i].name != NULL; i++)
		if (a->command->params[i].name[0] != '-' && a->command->params[i].kind != CTL_SECRET && used < a->count)
			a->values[i] = a->words[used++];
	return used < a->count ? usage(a, "one argument too many:", a->words[used]) : 0;
}

static void member_add(struct buf *body, const char *field, const char *value, bool is_number)
{
	buf_text(body, body->size == 0 ? "{" : ",");
	buf_json(body, field);
	buf_text(body, ":");
	if (is_number)
		buf_text(body, value);
	else
		buf_json(body, value);
}

static bool is_among(const char *words, const char *value)
{
	size_t size = strlen(value);
	for (const char *p = words; *p; p += strspn(p, "|")) {
		size_t length = strcspn(p, "|");
		if (length == size && strncmp(p, value, size) == 0)
			return true;
		p += length;
	}
	return false;
}

static bool is_number(const char *value)
{
	size_t size = strlen(value);
	return size > 0 && size < 10 && strspn(value, "0123456789") == size && (size == 1 || value[0] != '0');
}

static void subject_add(struct arguments *a, struct buf *body, const char *value)
{
	const char *slash = strchr(value, '/');
	if (slash == NULL) {
		member_add(body, "subject", value, false);
		return;
	}
	member_add(body, "room", arena_copy(&a->arena, value, (size_t)(slash - value)), false);
	member_add(body, "member", slash + 1, false);
}

/* One line, which never stands in the arguments. */
static const char *secret_read(struct arguments *a)
{
	char line[SECRET_MAX];
	if (fgets(line, sizeof line, stdin) == NULL)
		return "";
	return arena_copy(&a->arena, line, strcspn(line, "\n"));
}

static int param_add(struct arguments *a, struct buf *body, const struct ctl_param *param, const char *value)
{
	switch (param->kind) {
	case CTL_INT:
		if (!is_number(value))
			return usage(a, "give a number for", param->name);
		member_add(body, param->field, value, true);
		return 0;
	case CTL_WORD:
		if (!is_among(param->values, value))
			return usage(a, arena_printf(&a->arena, "%s is one of %s, not", param->name, param->values), value);
		break;
	case CTL_SUBJECT:
		subject_add(a, body, value);
		return 0;
	case CTL_SECRET:
		value = secret_read(a);
		break;
	case CTL_TEXT:
		break;
	}
	member_add(body, param->field, value, false);
	return 0;
}

static int body_make(struct arguments *a, struct buf *body)
{
	for (int i = 0; a->command->params[i].name != NULL; i++) {
		const struct ctl_param *param = &a->command->params[i];
		if (a->values[i] == NULL && param->kind != CTL_SECRET) {
			if (param->required)
				return usage(a, "missing:", param->name);
			continue;
		}
		int status = param_add(a, body, param, a->values[i]);
		if (status != 0)
			return status;
	}
	buf_text(body, body->size == 0 ? "{}" : "}");
	return 0;
}

/* The value that the arguments give a field; NULL: none. */
static const char *field_value(const struct arguments *a, const char *field, size_t size)
{
	for (int i = 0; a->command->params[i].name != NULL; i++)
		if (strlen(a->command->params[i].field) == size && strncmp(a->command->params[i].field, field, size) == 0)
			return a->values[i];
	return NULL;
}

static bool is_final(const struct arguments *a)
{
	const struct ctl_command *command = a->command;
	if (command->final == NULL ||
	    (command->final_unless != NULL && field_value(a, command->final_unless, strlen(command->final_unless)) != NULL))
		return false;
	if (command->final_if == NULL)
		return true;
	size_t size = strcspn(command->final_if, "=");
	const char *value = field_value(a, command->final_if, size);
	return value != NULL && strcmp(value, command->final_if + size + 1) == 0;
}

static int request_print(struct arguments *a, const struct buf *body)
{
	printf("command %s\npath /admin/v1/", a->command->name);
	for (const char *p = a->command->name; *p; p++)
		putchar(*p == ' ' ? '/' : *p);
	printf("\nbody %s\n", body->text);
	if (a->json)
		puts("json yes");
	if (a->local)
		puts("local yes");
	if (a->socket != NULL && strpbrk(a->socket, "\n\r") == NULL)
		printf("socket %s\n", a->socket);
	if (is_final(a) && !a->yes) {
		struct buf what = {.arena = &a->arena};
		ctl_visible(&what, a->values[0] != NULL ? a->values[0] : "");
		printf("confirm %s %s?\n", a->command->final, what.size > 0 ? what.text : "");
	}
	return fflush(stdout) == 0 ? 0 : USAGE;
}

int ctl_request(int argc, char **argv)
{
	struct arguments a = {0};
	struct buf body = {.arena = &a.arena};
	int used = 0, status = arguments_read(&a, argc, argv);
	if (status == 0 && (a.help || a.count == 0)) {
		printf("help");
		for (int i = 0; i < a.count && i < 2 && strspn(a.words[i], "abcdefghijklmnopqrstuvwxyz") == strlen(a.words[i]);
		     i++)
			printf(" %s", a.words[i]);
		puts("");
		return a.help ? 0 : USAGE;
	}
	used = 1;
	if (status == 0 && !a.bare && (a.command == NULL || ctl_find(a.words, a.count, &used) != a.command)) {
		ctl_complain("there is no command “%s%s%s”; driftctl --help lists them", a.words[0], a.count > 1 ? " " : "",
		             a.count > 1 ? a.words[1] : "");
		status = USAGE;
	}
	status = status != 0 ? status : words_assign(&a, used);
	status = status != 0 ? status : body_make(&a, &body);
	status = status != 0 ? status : request_print(&a, &body);
	arena_free(&a.arena);
	return status;
}
