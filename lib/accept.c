/* libfcgi's accept loops: a thread for each request, from its first byte to its last. */
#include "web.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <stdlib.h>

enum { STACK = 512 * 1024 };

static int listener;

/* The body, as far as one is allowed to be long; one byte more tells that it is longer. */
static void content_read(struct request *r, FCGX_Request *fcgi)
{
	long size = strtol(request_param(r, "CONTENT_LENGTH"), NULL, 10), most = (long)server_body_max();
	size = size < 0 ? 0 : size > most ? most + 1 : size;
	char *content = arena_alloc(&r->arena, (size_t)size + 1);
	r->content_size = (size_t)FCGX_GetStr(content, (int)size, fcgi->in);
	r->content = content;
}

static void *accept_loop(void *unused)
{
	FCGX_Request fcgi;
	struct request r = {0};
	FCGX_InitRequest(&fcgi, listener, FCGI_FAIL_ACCEPT_ON_INTR);
	while (FCGX_Accept_r(&fcgi) >= 0) {
		r.params = fcgi.envp;
		content_read(&r, &fcgi);
		int status = server_open(&r);
		if (status == 0)
			status = r.route->handle(&r);
		struct buf out = {.arena = &r.arena};
		reply_write(&r, status, &out);
		FCGX_PutStr(out.text, (int)out.size, fcgi.out);
		FCGX_Finish_r(&fcgi);
		server_close(&r, status);
		request_close(&r);
	}
	arena_free(&r.arena);
	return unused;
}

void accept_start(int socket, int threads)
{
	pthread_attr_t attributes;
	listener = socket;
	FCGX_Init();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < threads; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &attributes, accept_loop, NULL) != 0)
			log_event(LOG_WARN, "thread_failed", "\"threads\":%d", i);
	}
	pthread_attr_destroy(&attributes);
}
