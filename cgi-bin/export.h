/* What an export is made of: a room as its head, lines page by page, and a format that writes both. */
#ifndef DRIFTLINE_EXPORT_H
#define DRIFTLINE_EXPORT_H

#include "app.h"

/* The columns of api.export_lines. */
enum {
	EXPORT_SEQ,
	EXPORT_MEMBER, /* null: a line that the caller does not want to see */
	EXPORT_ALIAS,
	EXPORT_ALIAS_ZH,
	EXPORT_OWN,
	EXPORT_AT,
	EXPORT_BODY,
	EXPORT_RECALLED,
	EXPORT_REPLY_TO,
	EXPORT_QUOTE,
	EXPORT_JSON,
	EXPORT_KIND,
	EXPORT_DURATION
};

struct export
{
	struct buf *out;
	bool chinese;
	bool begun; /* a line has been written */
	const char *title;
	const char *exported; /* RFC 3339, as all times */
	const char *room; /* `room` as JSON */
	const PGresult *page;
	char day[sizeof "2026-01-02"]; /* of the line before */
	char said[64]; /* a voice message's, in words */
};

struct export_format {
	const char *name, *type;
	void (*begin)(struct export *export);
	void (*line)(struct export *export, int row);
	void (*end)(struct export *export);
};

/* The format of that name, or NULL. export_formats.c */
const struct export_format *export_format(const char *name);

#endif
