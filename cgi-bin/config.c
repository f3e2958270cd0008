/*
 * config: shows the settings, for deploy.sh and for people.
 *
 *   config             NAME='value' lines for a shell; exit 2 and one line on a bad one
 *   config --file      NAME=value lines, the form that the programs read
 *   config --example   the file with every setting and its default, commented out
 *   config --table     name, type, default and help, parted by tabs
 *   config --markdown  the table of docs/configuration.md
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

static const char *type_name(const struct setting *setting, char *buffer, size_t size)
{
	switch (setting->type) {
	case SETTING_INT:
		snprintf(buffer, size, "number, %d to %d", setting->min, setting->max);
		return buffer;
	case SETTING_BOOL:
		return "on or off";
	case SETTING_PATH:
		return "path";
	case SETTING_STRING:
		break;
	}
	return setting->choices ? "word" : "text";
}

static void print_shell(const struct setting *setting)
{
	char buffer[32];

	printf("%s='", setting->name);
	for (const char *at = config_text(setting, buffer, sizeof buffer); *at; at++)
		if (*at == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*at);
	puts("'");
}

static void print_file(const struct setting *setting)
{
	char buffer[32];

	printf("%s=%s\n", setting->name, config_text(setting, buffer, sizeof buffer));
}

static void print_example(const struct setting *setting)
{
	printf("\n# %s\n#%s=%s\n", setting->help, setting->name, setting->value);
}

static void print_table(const struct setting *setting)
{
	char buffer[64];

	printf("%s\t%s\t%s\t%s\n", setting->name, type_name(setting, buffer, sizeof buffer), setting->value, setting->help);
}

static void print_markdown(const struct setting *setting)
{
	char buffer[64];
	bool given = *setting->value;

	printf("| `%s` | %s | %s%s%s | %s |\n", setting->name, type_name(setting, buffer, sizeof buffer), given ? "`" : "",
	       setting->value, given ? "`" : "", setting->help);
}

static const struct mode {
	const char *option;
	const char *head;
	void (*print)(const struct setting *);
	bool values; /* it shows what is set, so the settings are read first */
} modes[] = {
	{"", "", print_shell, true},
	{"--file", "", print_file, true},
	{"--example", "# Driftline's settings. What the environment says wins over this file.\n", print_example, false},
	{"--table", "", print_table, false},
	{"--markdown", "| name | kind | default | what it does |\n| --- | --- | --- | --- |\n", print_markdown, false},
};

static bool load(void)
{
	char error[1024];
	const char *stray = config_stray();

	if (stray) {
		fprintf(stderr, "config: there is no setting %s (environment); docs/configuration.md has them all\n", stray);
		return false;
	}
	if (!config_load(error, sizeof error)) {
		fprintf(stderr, "config: %s\n", error);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (argc > 2 || strcmp(modes[i].option, option) != 0)
			continue;
		if (modes[i].values && !load())
			return 2;
		fputs(modes[i].head, stdout);
		for (size_t j = 0; j < config_settings_count; j++)
			modes[i].print(&config_settings[j]);
		return fflush(stdout) ? 1 : 0;
	}
	fputs("usage: config [--file | --example | --table | --markdown]\n", stderr);
	return 2;
}
