/* Plain CGI: a process for one request, with the environment for its parameters. For what is asked rarely. */
#include "web.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Up to size bytes of standard input; returns how many there were. */
static size_t input_read(char *bytes, size_t size)
{
	size_t have = 0;
	while (have < size) {
		ssize_t got = read(STDIN_FILENO, bytes + have, size - have);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return have;
}

/* The environment. A web server says the path in PATH_INFO, nginx and its like in DOCUMENT_URI, which routes go by. */
static char **params_make(struct arena *arena)
{
	size_t count = 0;
	while (environ[count] != NULL)
		count++;
	char **params = arena_alloc(arena, (count + 2) * sizeof *params);
	memcpy(params, environ, count * sizeof *params);
	const char *path = getenv("PATH_INFO");
	if (getenv("DOCUMENT_URI") == NULL && path != NULL)
		params[count] = arena_printf(arena, "DOCUMENT_URI=%s", path);
	return params;
}

static bool output_write(const struct buf *out)
{
	return fwrite(out->text, 1, out->size, stdout) == out->size && fflush(stdout) == 0;
}

int cgi_run(const struct route *routes, enum pool pool)
{
	struct request r = {0};
	struct buf out = {.arena = &r.arena};
	signal(SIGPIPE, SIG_IGN);
	r.params = params_make(&r.arena);
	/* One byte more than allowed tells that there is more. */
	size_t size = strtoul(request_param(&r, "CONTENT_LENGTH"), NULL, 10);
	size = size > BODY_MAX ? BODY_MAX + 1 : size;
	char *content = arena_alloc(&r.arena, size + 1);
	r.content_size = input_read(content, size);
	r.content = content;
	int status = request_open(&r, routes, pool);
	if (status == 0)
		status = r.route->handle(&r);
	reply_write(&r, status, &out);
	bool written = output_write(&out);
	json_object_put(r.body);
	arena_free(&r.arena);
	return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
