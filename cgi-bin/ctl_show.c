/* Answers of the admin program: JSON as it comes, or tables for people, made from the shape of what was answered. */
#include "ctl.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 24, INPUT_MAX = 8 << 20, CELL_MAX = 60, GAP = 2 };

static struct arena arena;

static bool input_read(struct buf *in)
{
	char bytes[65536];
	size_t size;
	buf_add(in, "", 0);
	while ((size = fread(bytes, 1, sizeof bytes, stdin)) > 0 && in->size < INPUT_MAX)
		buf_add(in, bytes, size);
	return !ferror(stdin) && in->size < INPUT_MAX;
}

/* "2026-01-02T03:04:05.678Z" as people read it. */
static const char *time_short(const char *text)
{
	size_t size = strlen(text);
	if (size < 20 || size > 24 || text[4] != '-' || text[10] != 'T' || text[13] != ':' || text[size - 1] != 'Z')
		return text;
	return arena_printf(&arena, "%.10s %.8s", text, text + 11);
}

static void value_text(struct buf *out, json_object *value);

static void array_text(struct buf *out, json_object *array)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		buf_text(out, i > 0 ? ", " : "");
		value_text(out, json_object_array_get_idx(array, i));
	}
	buf_text(out, json_object_array_length(array) == 0 ? "-" : "");
}

static void object_text(struct buf *out, json_object *object)
{
	size_t before = out->size;
	json_object_object_foreach (object, name, member) {
		buf_printf(out, "%s%s=", out->size == before ? "" : " ", name);
		value_text(out, member);
	}
	buf_text(out, out->size == before ? "-" : "");
}

static void value_text(struct buf *out, json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		buf_text(out, "-");
		break;
	case json_type_boolean:
		buf_text(out, json_object_get_boolean(value) ? "yes" : "no");
		break;
	case json_type_string:
		buf_text(out, json_object_get_string_len(value) == 0 ? "-" : time_short(json_object_get_string(value)));
		break;
	case json_type_array:
		array_text(out, value);
		break;
	case json_type_object:
		object_text(out, value);
		break;
	case json_type_int:
	case json_type_double:
		buf_text(out, json_object_get_string(value));
		break;
	}
}

struct cell {
	const char *text;
	int columns;
};

static struct cell cell_make(json_object *value)
{
	struct buf raw = {.arena = &arena}, out = {.arena = &arena};
	value_text(&raw, value);
	struct cell cell = {.columns = ctl_visible(&out, raw.text)};
	cell.text = out.text;
	return cell;
}

/* Cuts what is longer than a column of a list is wide. */
static struct cell cell_cut(struct cell cell)
{
	if (cell.columns <= CELL_MAX)
		return cell;
	size_t size = strlen(cell.text);
	do {
		while (((unsigned char)cell.text[--size] & 0xC0) == 0x80) {
		}
		struct buf out = {.arena = &arena};
		cell.columns = ctl_visible(&out, arena_copy(&arena, cell.text, size)) + 1;
	} while (cell.columns > CELL_MAX);
	cell.text = arena_printf(&arena, "%.*s…", (int)size, cell.text);
	return cell;
}

static struct cell title_make(const char *name)
{
	char *text = arena_copy(&arena, name, strlen(name));
	for (char *p = text; *p; p++)
		*p = *p == '_' ? ' ' : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	return (struct cell){text, (int)strlen(text)};
}

static void row_print(const struct cell *cells, const int *widths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s%*s", cells[i].text, i + 1 < count ? widths[i] - cells[i].columns + GAP : 0, "");
	puts("");
}

/* A table of an array of objects, whose members are the columns. whole: nothing is cut, however long. */
static void table_print(json_object *items, bool whole)
{
	size_t rows = json_object_array_length(items), count = 0;
	const char *names[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	struct cell titles[COLUMNS_MAX];
	if (rows == 0)
		return;
	json_object *first = json_object_array_get_idx(items, 0);
	json_object_object_foreach (first, name, member) {
		(void)member;
		if (count == COLUMNS_MAX)
			break;
		names[count] = name;
		titles[count] = title_make(name);
		widths[count] = titles[count].columns;
		count++;
	}
	struct cell *cells = arena_alloc(&arena, rows * count * sizeof *cells + 1);
	for (size_t i = 0; i < rows * count; i++) {
		json_object *value = NULL;
		json_object_object_get_ex(json_object_array_get_idx(items, i / count), names[i % count], &value);
		cells[i] = whole ? cell_make(value) : cell_cut(cell_make(value));
		if (cells[i].columns > widths[i % count])
			widths[i % count] = cells[i].columns;
	}
	row_print(titles, widths, count);
	for (size_t i = 0; i < rows; i++)
		row_print(cells + i * count, widths, count);
}

static bool is_table(json_object *value)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) > 0 &&
	       json_object_is_type(json_object_array_get_idx(value, 0), json_type_object);
}

static bool is_block(json_object *value)
{
	return is_table(value) || json_object_is_type(value, json_type_object);
}

/* A member of a thing, its further lines below the first. */
static void member_print(const char *name, int width, json_object *value)
{
	struct buf raw = {.arena = &arena};
	value_text(&raw, value);
	printf("%-*s  ", width, name);
	for (const char *line = raw.text; *line;) {
		size_t size = strcspn(line, "\n");
		struct buf out = {.arena = &arena};
		ctl_visible(&out, arena_copy(&arena, line, size));
		printf("%s\n", out.size > 0 ? out.text : "");
		line += size + (line[size] == '\n');
		if (*line)
			printf("%*s", width + GAP, "");
	}
}

/* One thing: its members below each other, the longest texts whole; what it holds of lists and things, behind them. */
static void thing_print(json_object *thing)
{
	int width = 0;
	json_object_object_foreach (thing, name, value)
		if (!is_block(value) && (int)strlen(name) > width)
			width = (int)strlen(name);
	json_object_object_foreach (thing, key, member)
		if (!is_block(member))
			member_print(key, width, member);
	json_object_object_foreach (thing, title, block) {
		if (!is_block(block))
			continue;
		printf("\n%s:\n", title);
		if (is_table(block))
			table_print(block, true);
		else
			thing_print(block);
	}
}

static void reply_print(json_object *reply)
{
	json_object *items = NULL, *next = NULL;
	if (!json_object_object_get_ex(reply, "items", &items)) {
		thing_print(reply);
		return;
	}
	if (json_object_array_length(items) == 0)
		fputs("driftctl: there are none\n", stderr);
	table_print(items, false);
	if (json_object_object_get_ex(reply, "next", &next) && next != NULL) {
		struct cell cell = cell_make(next);
		fprintf(stderr, "driftctl: there are more: --cursor %s\n", cell.text);
	}
}

static void json_print(const char *text, size_t size)
{
	struct buf out = {.arena = &arena};
	ctl_json(&out, text, size);
	puts(out.size > 0 ? out.text : "{}");
}

static void error_print(json_object *reply, int status)
{
	json_object *error = NULL, *code = NULL, *message = NULL, *field = NULL, *detail = NULL;
	if (!json_object_object_get_ex(reply, "error", &error)) {
		ctl_complain("the admin program does not answer (status %d)", status);
		return;
	}
	json_object_object_get_ex(error, "code", &code);
	json_object_object_get_ex(error, "message", &message);
	bool has_field = json_object_object_get_ex(error, "field", &field);
	ctl_complain("%s (%s%s%s)", json_object_get_string(message), json_object_get_string(code), has_field ? ": " : "",
	             has_field ? json_object_get_string(field) : "");
	if (json_object_object_get_ex(error, "detail", &detail))
		ctl_complain("%s", json_object_get_string(detail));
}

/* Takes CGI's head off, and its status out of it. */
static const char *cgi_body(const char *text, int *status)
{
	const char *body = strstr(text, "\r\n\r\n");
	*status = strncmp(text, "Status: ", 8) == 0 ? atoi(text + 8) : 500;
	return body != NULL ? body + 4 : "";
}

int ctl_show(int status, const char *how)
{
	bool json = strcmp(how, "--json") == 0, raw = strcmp(how, "--raw") == 0;
	struct buf in = {.arena = &arena};
	if (!input_read(&in))
		return 1;
	const char *text = status == 0 ? cgi_body(in.text, &status) : in.text;
	json_object *reply = raw && status == 200 ? NULL : json_tokener_parse(text);
	bool good = status >= 200 && status < 300;
	if (!good)
		error_print(reply, status);
	if (raw && good)
		fwrite(text, 1, in.size - (size_t)(text - in.text), stdout);
	else if (json && (good || reply != NULL))
		json_print(text, strlen(text));
	else if (good && reply != NULL)
		reply_print(reply);
	else if (good)
		puts("done");
	json_object_put(reply);
	arena_free(&arena);
	return good && fflush(stdout) == 0 ? 0 : 1;
}

int ctl_field(const char *name)
{
	struct buf in = {.arena = &arena};
	json_object *reply, *value = NULL;
	int status = 1;
	if (!input_read(&in))
		return 1;
	reply = json_tokener_parse(strchr(in.text, '{') != NULL ? strchr(in.text, '{') : "");
	if (json_object_object_get_ex(reply, name, &value) && json_object_is_type(value, json_type_string)) {
		puts(json_object_get_string(value));
		status = 0;
	}
	json_object_put(reply);
	arena_free(&arena);
	return status;
}
