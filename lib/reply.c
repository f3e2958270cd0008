/* What goes out. */
#include "web.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_SECONDS = 2 };

int fail_at(struct request *r, int status, const char *code, const char *field)
{
	r->reply = (struct buf){.arena = &r->arena};
	buf_text(&r->reply, "{\"error\":{\"code\":");
	buf_json(&r->reply, code);
	buf_text(&r->reply, ",\"message\":");
	buf_json(&r->reply, error_message(code, r->chinese));
	if (field != NULL && field[0]) {
		buf_text(&r->reply, ",\"field\":");
		buf_json(&r->reply, field);
	}
	buf_text(&r->reply, "}}");
	return status;
}

int fail(struct request *r, int status, const char *code)
{
	return fail_at(r, status, code, NULL);
}

int fail_field(struct request *r, const char *field)
{
	return fail_at(r, 422, "invalid_field", field);
}

void fail_extend(struct request *r, const char *more)
{
	if (more == NULL || strlen(more) <= 2)
		return;
	r->reply.size -= 2;
	buf_text(&r->reply, ",");
	buf_add(&r->reply, more + 1, strlen(more) - 1);
	buf_text(&r->reply, "}");
}

int fail_down(struct request *r)
{
	reply_header(r, "Retry-After", "%d", RETRY_SECONDS);
	return fail(r, 503, "unavailable");
}

int fail_wait(struct request *r, int seconds)
{
	if (seconds == 0)
		return 0;
	reply_header(r, "Retry-After", "%d", seconds);
	return fail(r, 429, "too_many");
}

void reply_header(struct request *r, const char *name, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int size = vsnprintf(NULL, 0, format, list);
	va_end(list);
	char *value = arena_alloc(&r->arena, (size_t)size + 1);
	va_start(list, format);
	vsnprintf(value, (size_t)size + 1, format, list);
	va_end(list);
	buf_printf(&r->headers, "%s: %s\r\n", name, value);
}

static void head_write(struct request *r, int status, struct buf *out)
{
	const char *own = r->headers.size > 0 ? r->headers.text : "";
	buf_printf(out, "Status: %d\r\n%s", status, own);
	if (strstr(own, "Cache-Control:") == NULL)
		buf_text(out, "Cache-Control: no-store\r\n");
	if (r->reply.size > 0 && strstr(own, "Content-Type:") == NULL)
		buf_text(out, "Content-Type: application/json; charset=utf-8\r\n");
}

void reply_head(struct request *r, int status, struct buf *out)
{
	head_write(r, status, out);
	buf_text(out, "\r\n");
}

void reply_write(struct request *r, int status, struct buf *out)
{
	head_write(r, status, out);
	if (r->reply.size > 0)
		buf_printf(out, "Content-Length: %zu\r\n", r->reply.size);
	buf_text(out, "\r\n");
	if (r->reply.size > 0)
		buf_add(out, r->reply.text, r->reply.size);
}
