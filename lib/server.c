/* The accept loops: libfcgi's, one a thread. Signals are taken by the main thread alone. */
#include "web.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096, STACK = 512 * 1024, DRAIN_SECONDS = 10, BACKGROUND_SECONDS = 5 };

static struct {
	int socket;
	const struct route *routes;
	enum pool pool;
	atomic_int under_way;
	atomic_bool stopping;
} server;

static long elapsed(const struct timespec *since)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000000 + (now.tv_nsec - since->tv_nsec) / 1000;
}

static void serve(struct request *r)
{
	struct timespec begin;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	int status = request_open(r, server.routes, server.pool);
	if (status == 0)
		status = r->route->handle(r);
	reply_send(r, status);
	FCGX_Finish_r(&r->fcgi);
	long microseconds = elapsed(&begin);
	metrics_count(r->route, status, microseconds);
	log_event(status >= 500 ? LOG_WARN : LOG_DEBUG, "request",
	          "\"method\":\"%s\",\"route\":\"%s\",\"status\":%d,\"us\":%ld", r->route != NULL ? r->route->method : "",
	          r->route != NULL ? r->route->path : "", status, microseconds);
}

static void *loop(void *unused)
{
	struct request r = {0};
	FCGX_InitRequest(&r.fcgi, server.socket, FCGI_FAIL_ACCEPT_ON_INTR);
	while (FCGX_Accept_r(&r.fcgi) >= 0) {
		atomic_fetch_add(&server.under_way, 1);
		serve(&r);
		atomic_fetch_sub(&server.under_way, 1);
		request_close(&r);
	}
	arena_free(&r.arena);
	return unused;
}

static void *background_loop(void *background)
{
	for (;;) {
		sleep(BACKGROUND_SECONDS);
		if (server.stopping)
			return NULL;
		((void (*)(void))(uintptr_t)background)();
	}
}

static bool thread_start(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	bool started = pthread_create(&thread, &attributes, function, argument) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

/* Lets the requests under way end. Kept connections that wait for a next one are simply closed by our end. */
static void drain(void)
{
	server.stopping = true;
	shutdown(server.socket, SHUT_RDWR);
	for (int i = 0; i < DRAIN_SECONDS * 100 && server.under_way > 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

int server_run(const char *path, int threads, const struct route *routes, enum pool pool, void (*background)(void))
{
	server.routes = routes;
	server.pool = pool;
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	FCGX_Init();
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	umask(0007);
	unlink(path);
	server.socket = FCGX_OpenSocket(path, BACKLOG);
	if (server.socket < 0) {
		log_event(LOG_ERROR, "socket_failed", "\"errno\":%d", errno);
		return EXIT_FAILURE;
	}
	for (int i = 0; i < threads; i++)
		if (!thread_start(loop, NULL))
			log_event(LOG_WARN, "thread_failed", "\"threads\":%d", i);
	if (background != NULL)
		thread_start(background_loop, (void *)(uintptr_t)background);
	log_event(LOG_INFO, "started", "\"threads\":%d", threads);
	int received;
	sigwait(&signals, &received);
	drain();
	log_event(LOG_INFO, "stopped", "\"signal\":%d", received);
	return EXIT_SUCCESS;
}
