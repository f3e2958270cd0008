/*
 * multipart/form-data, as browsers and WeChat send one file. What is not exactly that is refused: a body that two parsers
 * could read in two ways is of no use to anybody honest.
 */
#include "multipart.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARY_MAX = 70, HEAD_MAX = 2048, HEAD_LINES_MAX = 8 };

/* A stretch of text that is read from its front. */
struct span {
	const char *at, *end;
};

struct part {
	bool disposed; /* it has its Content-Disposition */
	bool is_file; /* which names it `file` */
};

static size_t left(const struct span *span)
{
	return (size_t)(span->end - span->at);
}

static bool take(struct span *span, const char *text)
{
	size_t size = strlen(text);
	if (left(span) < size || memcmp(span->at, text, size) != 0)
		return false;
	span->at += size;
	return true;
}

static void skip_blanks(struct span *span)
{
	while (span->at < span->end && (*span->at == ' ' || *span->at == '\t'))
		span->at++;
}

static bool is_token(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* A word of RFC 7230: a name or an unquoted value. */
static bool take_token(struct span *span, struct span *token)
{
	token->at = span->at;
	while (span->at < span->end && is_token(*span->at))
		span->at++;
	token->end = span->at;
	return token->end > token->at;
}

static bool is_word(const struct span *span, const char *word)
{
	return left(span) == strlen(word) && strncasecmp(span->at, word, strlen(word)) == 0;
}

/* What stands in double quotes. Browsers write a quote as %22; a backslash escapes as RFC 7230 has it. */
static bool take_quoted(struct span *span, struct span *value)
{
	if (!take(span, "\""))
		return false;
	value->at = span->at;
	for (; span->at < span->end && *span->at != '"'; span->at++)
		if (*span->at == '\\' && ++span->at == span->end)
			return false;
	value->end = span->at;
	return take(span, "\"");
}

/* The next "; name=value". False: the text ends here, or goes on otherwise; then *bad. */
static bool take_parameter(struct span *span, struct span *name, struct span *value, bool *bad)
{
	skip_blanks(span);
	if (left(span) == 0)
		return false;
	*bad = true;
	if (!take(span, ";"))
		return false;
	skip_blanks(span);
	if (!take_token(span, name) || !take(span, "=") || !(take_quoted(span, value) || take_token(span, value)))
		return false;
	*bad = false;
	return true;
}

static bool is_boundary(const struct span *boundary)
{
	for (const char *p = boundary->at; p < boundary->end; p++)
		if (!isalnum((unsigned char)*p) && (*p == '\0' || strchr("'()+_,-./:=? ", *p) == NULL))
			return false;
	return left(boundary) > 0 && left(boundary) <= BOUNDARY_MAX && boundary->end[-1] != ' ';
}

/* The boundary that the type names, once. */
static bool boundary_find(const char *type, struct span *boundary)
{
	static const char form[] = "multipart/form-data";
	struct span rest = {type, type + strlen(type)}, name, value;
	bool bad = false;
	*boundary = (struct span){NULL, NULL};
	if (left(&rest) < sizeof form - 1 || strncasecmp(rest.at, form, sizeof form - 1) != 0)
		return false;
	rest.at += sizeof form - 1;
	while (take_parameter(&rest, &name, &value, &bad)) {
		if (!is_word(&name, "boundary"))
			continue;
		if (boundary->at != NULL)
			return false;
		*boundary = value;
	}
	return !bad && boundary->at != NULL && is_boundary(boundary);
}

/* No path, and nothing that ends a text or a line, is a file's name. */
static bool is_file_name(const struct span *name)
{
	for (const char *p = name->at; p < name->end; p++)
		if (*p == '/' || *p == '\\')
			return false;
	return true;
}

static bool disposition_read(struct span *rest, struct part *part)
{
	struct span word, name, value;
	bool bad = false, named = false;
	if (part->disposed || !take_token(rest, &word) || !is_word(&word, "form-data"))
		return false;
	part->disposed = true;
	while (take_parameter(rest, &name, &value, &bad)) {
		if (is_word(&name, "name")) {
			if (named)
				return false;
			named = true;
			part->is_file = is_word(&value, "file") && memcmp(value.at, "file", 4) == 0;
		} else if (is_word(&name, "filename") && !is_file_name(&value)) {
			return false;
		}
	}
	return !bad && named;
}

/* Content that is encoded somehow would have to be decoded; RFC 7578 knows none that is. */
static bool encoding_read(struct span *rest)
{
	struct span word;
	return take_token(rest, &word) && left(rest) == 0 &&
	       (is_word(&word, "binary") || is_word(&word, "8bit") || is_word(&word, "7bit"));
}

static bool line_read(struct span line, struct part *part)
{
	struct span name;
	for (const char *p = line.at; p < line.end; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return false;
	if (!take_token(&line, &name) || !take(&line, ":"))
		return false;
	skip_blanks(&line);
	if (is_word(&name, "content-disposition"))
		return disposition_read(&line, part);
	return !is_word(&name, "content-transfer-encoding") || encoding_read(&line);
}

/* The lines up to the empty one. */
static bool head_read(struct span *rest, struct part *part)
{
	struct span head = {rest->at, left(rest) < HEAD_MAX ? rest->end : rest->at + HEAD_MAX};
	*part = (struct part){0};
	for (int lines = 0; lines <= HEAD_LINES_MAX; lines++) {
		const char *end = memmem(head.at, left(&head), "\r\n", 2);
		if (end == NULL)
			return false;
		struct span line = {head.at, end};
		head.at = end + 2;
		if (left(&line) == 0) {
			rest->at = head.at;
			return part->disposed;
		}
		if (!line_read(line, part))
			return false;
	}
	return false;
}

/* Where the next boundary's line begins, with the line end that belongs to it. */
static const char *boundary_next(const struct span *rest, const struct span *boundary)
{
	char line[4 + BOUNDARY_MAX] = "\r\n--";
	memcpy(line + 4, boundary->at, left(boundary));
	return memmem(rest->at, left(rest), line, 4 + left(boundary));
}

static enum multipart_result parts_read(struct span rest, const struct span *boundary, const char **file,
                                        size_t *file_size)
{
	struct part part;
	bool found = false;
	for (int parts = 0; parts < 2; parts++) {
		skip_blanks(&rest);
		if (!take(&rest, "\r\n") || !head_read(&rest, &part))
			return MULTIPART_MALFORMED;
		const char *end = boundary_next(&rest, boundary);
		if (end == NULL)
			return MULTIPART_MALFORMED;
		if (!part.is_file || found)
			return MULTIPART_FIELD;
		found = true;
		*file = rest.at;
		*file_size = (size_t)(end - rest.at);
		rest.at = end + 4 + left(boundary);
		if (!take(&rest, "--"))
			continue;
		skip_blanks(&rest);
		take(&rest, "\r\n");
		return left(&rest) == 0 ? MULTIPART_OK : MULTIPART_MALFORMED;
	}
	return MULTIPART_FIELD;
}

enum multipart_result multipart_file(const char *type, const char *body, size_t size, const char **file,
                                     size_t *file_size)
{
	struct span boundary, rest = {body, body + size};
	if (!boundary_find(type, &boundary))
		return MULTIPART_OTHER;
	if (!take(&rest, "--") || left(&rest) < left(&boundary) || memcmp(rest.at, boundary.at, left(&boundary)) != 0)
		return MULTIPART_MALFORMED;
	rest.at += left(&boundary);
	return parts_read(rest, &boundary, file, file_size);
}
