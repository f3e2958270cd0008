/* FastCGI's records, as nginx writes them. */
#ifndef DRIFTLINE_RECORDS_H
#define DRIFTLINE_RECORDS_H

#include "base.h"

static inline void record(struct buf *buf, int type, int id, const char *content, size_t size, int padding)
{
	char head[] = {1, (char)type, (char)(id >> 8), (char)id, (char)(size >> 8), (char)size, (char)padding, 0};
	buf_add(buf, head, sizeof head);
	buf_add(buf, content, size);
	for (int i = 0; i < padding; i++)
		buf_add(buf, "p", 1);
}

static inline void begin(struct buf *buf, int id, bool keep)
{
	char content[] = {0, 1, (char)keep, 0, 0, 0, 0, 0};
	record(buf, 1, id, content, sizeof content, 0);
}

static inline void pair(struct buf *buf, const char *name, const char *value)
{
	char lengths[] = {(char)strlen(name), (char)strlen(value)};
	buf_add(buf, lengths, sizeof lengths);
	buf_text(buf, name);
	buf_text(buf, value);
}

#endif
