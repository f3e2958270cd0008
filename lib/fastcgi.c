/*
 * FastCGI's records. libfcgi speaks them too, but by a thread that blocks on each connection; here bytes go in and
 * requests come out, so that one thread can read a thousand connections. The numbers are those of libfcgi's header.
 */
#include "web.h"

#include <fastcgi.h>
#include <string.h>

enum { CHUNK = 65528 }; /* the longest content of a record that needs no padding */

static void record_add(struct buf *out, int type, uint16_t id, const char *content, size_t size)
{
	static const char zeros[8];
	size_t padding = -size & 7;
	FCGI_Header head = {.version = FCGI_VERSION_1,
	                    .type = (unsigned char)type,
	                    .requestIdB1 = (unsigned char)(id >> 8),
	                    .requestIdB0 = (unsigned char)id,
	                    .contentLengthB1 = (unsigned char)(size >> 8),
	                    .contentLengthB0 = (unsigned char)size,
	                    .paddingLength = (unsigned char)padding};
	buf_add(out, (const char *)&head, FCGI_HEADER_LEN);
	buf_add(out, content, size);
	buf_add(out, zeros, padding);
}

void fastcgi_output(struct buf *out, uint16_t id, const char *text, size_t size)
{
	for (; size > CHUNK; text += CHUNK, size -= CHUNK)
		record_add(out, FCGI_STDOUT, id, text, CHUNK);
	if (size > 0) /* an empty record would end the stream */
		record_add(out, FCGI_STDOUT, id, text, size);
}

void fastcgi_end(struct buf *out, uint16_t id)
{
	static const FCGI_EndRequestBody complete = {.protocolStatus = FCGI_REQUEST_COMPLETE};
	record_add(out, FCGI_STDOUT, id, NULL, 0);
	record_add(out, FCGI_END_REQUEST, id, (const char *)&complete, sizeof complete);
}

/* What one record adds to the request. False: it has no place there. */
static bool record_take(struct fastcgi *fastcgi, struct arena *arena, const FCGI_Header *head, const char *content,
                        size_t size, bool *whole)
{
	if (head->type != FCGI_BEGIN_REQUEST && fastcgi->params.arena == NULL)
		return false; /* not begun */
	switch (head->type) {
	case FCGI_BEGIN_REQUEST:
		*fastcgi = (struct fastcgi){.id = (uint16_t)(head->requestIdB1 << 8 | head->requestIdB0),
		                            .keep = size > 2 && (content[2] & FCGI_KEEP_CONN),
		                            .params.arena = arena,
		                            .content.arena = arena};
		return size == sizeof(FCGI_BeginRequestBody) && content[0] == 0 && content[1] == FCGI_RESPONDER;
	case FCGI_PARAMS:
		buf_add(&fastcgi->params, content, size);
		break;
	case FCGI_STDIN:
		buf_add(&fastcgi->content, content, size);
		*whole = size == 0;
		break;
	default:
		return false;
	}
	return fastcgi->params.size + fastcgi->content.size <= FASTCGI_BYTES_MAX;
}

long fastcgi_take(struct fastcgi *fastcgi, struct arena *arena, const char *bytes, size_t size, bool *whole)
{
	size_t at = 0;
	*whole = false;
	while (!*whole && size - at >= FCGI_HEADER_LEN) {
		FCGI_Header head;
		memcpy(&head, bytes + at, sizeof head);
		size_t length = (size_t)head.contentLengthB1 << 8 | head.contentLengthB0;
		size_t total = FCGI_HEADER_LEN + length + head.paddingLength;
		if (head.version != FCGI_VERSION_1)
			return -1;
		if (size - at < total)
			break;
		if (!record_take(fastcgi, arena, &head, bytes + at + FCGI_HEADER_LEN, length, whole))
			return -1;
		at += total;
	}
	return (long)at;
}

/* One length: a byte, or four with the first one's highest bit set. False: the bytes end before it does. */
static bool length_take(const unsigned char **p, const unsigned char *end, size_t *length)
{
	if (*p == end || (**p >= 128 && end - *p < 4))
		return false;
	if (**p < 128) {
		*length = *(*p)++;
		return true;
	}
	*length = (size_t)((*p)[0] & 127) << 24 | (size_t)(*p)[1] << 16 | (size_t)(*p)[2] << 8 | (*p)[3];
	*p += 4;
	return true;
}

char **fastcgi_params(const struct fastcgi *fastcgi, struct arena *arena)
{
	const char *text = fastcgi->params.size > 0 ? fastcgi->params.text : "";
	const unsigned char *p = (const unsigned char *)text, *end = p + fastcgi->params.size;
	char **params = arena_alloc(arena, sizeof *params * (FASTCGI_PARAMS_MAX + 1));
	/* Each pair loses two bytes of lengths at the least, and gains '=' and NUL. */
	char *to = arena_alloc(arena, fastcgi->params.size + 1);
	for (int count = 0; p < end; count++) {
		size_t name, value;
		if (count == FASTCGI_PARAMS_MAX || !length_take(&p, end, &name) || !length_take(&p, end, &value) ||
		    name > (size_t)(end - p) || value > (size_t)(end - p) - name)
			return NULL;
		params[count] = to;
		memcpy(to, p, name);
		to[name] = '=';
		memcpy(to + name + 1, p + name, value);
		to += name + value + 2;
		p += name + value;
	}
	return params;
}
