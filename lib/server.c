/* What the two ways of serving share: the socket, signals (taken by the main thread alone), counting, the end. */
#include "web.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, DRAIN_SECONDS = 10, BACKGROUND_SECONDS = 5 };

static struct {
	const struct route *routes;
	enum pool pool;
	atomic_int under_way;
	atomic_bool stopping;
} server;

size_t server_body_max(void)
{
	return server.pool == POOL_MEDIA ? UPLOAD_MAX : BODY_MAX;
}

int server_open(struct request *r)
{
	atomic_fetch_add(&server.under_way, 1);
	clock_gettime(CLOCK_MONOTONIC, &r->begin);
	return request_open(r, server.routes, server.pool);
}

void server_close(struct request *r, int status)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long microseconds = (now.tv_sec - r->begin.tv_sec) * 1000000 + (now.tv_nsec - r->begin.tv_nsec) / 1000;
	metrics_count(r->route, status, microseconds);
	if (r->has_token && r->route != NULL && r->route->who == SESSION && status >= 200 && status < 300)
		rate_seen(r->token);
	log_event(status >= 500 ? LOG_WARN : LOG_DEBUG, "request",
	          "\"method\":\"%s\",\"route\":\"%s\",\"status\":%d,\"us\":%ld", r->route != NULL ? r->route->method : "",
	          r->route != NULL ? r->route->path : "", status, microseconds);
	atomic_fetch_sub(&server.under_way, 1);
}

static void *background_loop(void *background)
{
	while (!server.stopping) {
		sleep(BACKGROUND_SECONDS);
		((void (*)(void))(uintptr_t)background)();
	}
	return NULL;
}

static int listener_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	umask(0007);
	unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	return fd;
}

/* Lets the requests under way end. Kept connections that wait for a next one end with the process. */
static void drain(int listener)
{
	server.stopping = true;
	shutdown(listener, SHUT_RDWR);
	for (int i = 0; i < DRAIN_SECONDS * 100 && server.under_way > 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

static void ends(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
}

void server_begin(void)
{
	sigset_t signals;
	/* Threads that wait for a next request are still there at the end: nothing is taken from under them. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	ends(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int server_run(const char *path, const struct route *routes, enum pool pool, void (*start)(int socket, int threads),
               int threads, void (*background)(void))
{
	sigset_t signals;
	pthread_t thread;
	server.routes = routes;
	server.pool = pool;
	ends(&signals);
	int listener = listener_open(path);
	if (listener < 0) {
		log_event(LOG_ERROR, "socket_failed", "\"errno\":%d", errno);
		return EXIT_FAILURE;
	}
	start(listener, threads);
	if (background != NULL && pthread_create(&thread, NULL, background_loop, (void *)(uintptr_t)background) != 0)
		return EXIT_FAILURE;
	log_event(LOG_INFO, "started", "\"threads\":%d", threads);
	int received;
	sigwait(&signals, &received);
	drain(listener);
	log_event(LOG_INFO, "stopped", "\"signal\":%d", received);
	return EXIT_SUCCESS;
}
