/* A request that came from nowhere: an environment and a body in memory, in the shapes that libfcgi hands over. */
#ifndef DRIFTLINE_FAKE_H
#define DRIFTLINE_FAKE_H

#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_PARAMS_MAX = 24, FAKE_OUT_MAX = 64 * 1024 };

struct fake {
	struct request r;
	char *params[FAKE_PARAMS_MAX + 1];
	int count;
	FCGX_Stream in, out;
	unsigned char sent[FAKE_OUT_MAX];
};

static inline void fake_end(FCGX_Stream *stream)
{
	stream->isClosed = 1;
}

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
	unsigned char *bytes = (unsigned char *)(uintptr_t)body;
	fake->in =
		(FCGX_Stream){.isReader = 1, .fillBuffProc = fake_end, .rdNext = bytes, .wrNext = bytes, .stopUnget = bytes};
	fake->in.stop = body != NULL ? bytes + size : NULL;
	fake->out =
		(FCGX_Stream){.rdNext = fake->sent + FAKE_OUT_MAX, .wrNext = fake->sent, .stop = fake->sent + FAKE_OUT_MAX};
	fake->r.fcgi.envp = fake->params;
	fake->r.fcgi.in = &fake->in;
	fake->r.fcgi.out = &fake->out;
}

static inline void fake_close(struct fake *fake)
{
	request_close(&fake->r);
	arena_free(&fake->r.arena);
	while (fake->count > 0)
		free(fake->params[--fake->count]);
}

#endif
