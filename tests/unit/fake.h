/* A request that came from nowhere: an environment and a body in memory, in the shapes that the servers hand over. */
#ifndef DRIFTLINE_FAKE_H
#define DRIFTLINE_FAKE_H

#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_PARAMS_MAX = 24 };

struct fake {
	struct request r;
	char *params[FAKE_PARAMS_MAX + 1];
	int count;
};

static inline void fake_param(struct fake *fake, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char *param = malloc(size);
	if (param == NULL || fake->count == FAKE_PARAMS_MAX)
		abort();
	snprintf(param, size, "%s=%s", name, value);
	fake->params[fake->count++] = param;
}

/* Sets up a request of that method and path. body NULL: none. */
static inline void fake_open(struct fake *fake, const char *method, const char *path, const char *body, size_t size)
{
	memset(fake, 0, sizeof *fake);
	fake_param(fake, "REQUEST_METHOD", method);
	fake_param(fake, "DOCUMENT_URI", path);
	if (body != NULL) {
		char length[24];
		snprintf(length, sizeof length, "%zu", size);
		fake_param(fake, "CONTENT_LENGTH", length);
		fake_param(fake, "CONTENT_TYPE", "application/json");
	}
	fake->r.params = fake->params;
	fake->r.content = arena_copy(&fake->r.arena, body != NULL ? body : "", size);
	fake->r.content_size = size;
}

static inline void fake_close(struct fake *fake)
{
	request_close(&fake->r);
	arena_free(&fake->r.arena);
	while (fake->count > 0)
		free(fake->params[--fake->count]);
}

#endif
