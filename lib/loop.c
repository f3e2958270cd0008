/*
 * The event loop. nginx keeps its connections open and has as many as there are requests under way, a thousand when a
 * thousand people send at once: one thread reads them all. A connection is armed for one event at a time, so while a
 * handler has its request nobody else touches it; whoever answers arms it again.
 */
#include "web.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* REST_MAX: a record's head, content and padding, as long as they can be */
enum { EVENTS_MAX = 256, LINKS_MAX = 1 << 16, READ_SIZE = 64 * 1024, REST_MAX = 8 + 65535 + 255 };
/* An answer is sent in one go, and nginx takes it at once or is in trouble itself. A stream waits for a slow reader. */
enum { SEND_SECONDS = 5, STREAM_SECONDS = 60 };

struct link {
	struct request r; /* first: a request's link is found by its address */
	struct fastcgi fastcgi;
	int fd;
	bool streaming; /* the head of the answer is out */
	char *rest; /* the beginning of a record that has not come whole */
	size_t rest_size;
	struct link *next;
};

static int poller, listener;
static struct link *links[LINKS_MAX]; /* by descriptor */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct link *first, **last;
} work = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER, .last = &work.first};

static void link_free(struct link *link)
{
	links[link->fd] = NULL; /* before the number can be another's */
	close(link->fd);
	request_close(&link->r);
	arena_free(&link->r.arena);
	free(link->rest);
	free(link);
}

static void link_arm(struct link *link, int how)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = link->fd};
	if (epoll_ctl(poller, how, link->fd, &event) < 0)
		link_free(link);
}

static void send_wait(int fd, int seconds)
{
	struct timeval wait = {.tv_sec = seconds};
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

static void link_new(int fd)
{
	send_wait(fd, SEND_SECONDS);
	struct link *link = fd < LINKS_MAX ? calloc(1, sizeof *link) : NULL;
	if (link == NULL) {
		close(fd);
		return;
	}
	link->fd = fd;
	links[fd] = link;
	link_arm(link, EPOLL_CTL_ADD);
}

static bool send_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* On the heap: of a stream's pieces nothing may stay in the arena. */
static bool piece_send(struct link *link, const struct buf *text, bool last)
{
	struct buf out = {0};
	fastcgi_output(&out, link->fastcgi.id, text->text, text->size);
	if (last)
		fastcgi_end(&out, link->fastcgi.id);
	bool sent = send_all(link->fd, out.text, out.size);
	buf_free(&out);
	return sent;
}

bool loop_flush(struct request *r)
{
	struct link *link = (struct link *)r;
	if (!link->streaming) {
		struct buf head = {.arena = &r->arena};
		reply_head(r, 200, &head);
		send_wait(link->fd, STREAM_SECONDS);
		link->streaming = true;
		if (!piece_send(link, &head, false))
			return false;
	}
	bool sent = r->reply.size == 0 || piece_send(link, &r->reply, false);
	r->reply.size = 0;
	return sent;
}

static bool answer_send(struct link *link, int status)
{
	struct request *r = &link->r;
	struct buf text = {.arena = &r->arena};
	if (status == BROKEN)
		return false;
	if (!link->streaming) {
		reply_write(r, status, &text);
		return piece_send(link, &text, true);
	}
	link->streaming = false;
	bool sent = piece_send(link, &r->reply, true);
	send_wait(link->fd, SEND_SECONDS);
	return sent;
}

void loop_answer(struct request *r, int status)
{
	struct link *link = (struct link *)r;
	bool open = answer_send(link, status) && link->fastcgi.keep;
	server_close(r, status == BROKEN ? 500 : status);
	if (open) {
		request_close(r);
		link->fastcgi = (struct fastcgi){0};
		link_arm(link, EPOLL_CTL_MOD);
	} else {
		link_free(link);
	}
}

static void work_add(struct link *link)
{
	link->next = NULL;
	pthread_mutex_lock(&work.lock);
	*work.last = link;
	work.last = &link->next;
	pthread_cond_signal(&work.filled);
	pthread_mutex_unlock(&work.lock);
}

static struct link *work_take(void)
{
	pthread_mutex_lock(&work.lock);
	while (work.first == NULL)
		pthread_cond_wait(&work.filled, &work.lock);
	struct link *link = work.first;
	work.first = link->next;
	if (work.first == NULL)
		work.last = &work.first;
	pthread_mutex_unlock(&work.lock);
	return link;
}

static void *worker_loop(void *unused)
{
	for (;;) {
		struct link *link = work_take();
		loop_answer(&link->r, link->r.route->handle(&link->r));
	}
	return unused;
}

static void link_serve(struct link *link)
{
	struct request *r = &link->r;
	r->params = fastcgi_params(&link->fastcgi, &r->arena);
	r->content = link->fastcgi.content.size > 0 ? link->fastcgi.content.text : "";
	r->content_size = link->fastcgi.content.size;
	if (r->params == NULL) {
		link_free(link);
		return;
	}
	int status = server_open(r);
	if (status == 0 && r->route->pool != POOL_LOOP) {
		work_add(link);
		return;
	}
	if (status == 0)
		status = r->route->handle(r);
	if (status != PENDING)
		loop_answer(r, status);
}

/* Keeps the beginning of a record for the next read. */
static bool rest_keep(struct link *link, const char *bytes, size_t size)
{
	free(link->rest);
	link->rest = NULL;
	link->rest_size = size;
	if (size == 0)
		return true;
	link->rest = malloc(size);
	if (link->rest != NULL)
		memcpy(link->rest, bytes, size);
	return link->rest != NULL;
}

static void link_read(struct link *link)
{
	static char bytes[REST_MAX + READ_SIZE];
	bool whole = false;
	if (link->rest_size > 0)
		memcpy(bytes, link->rest, link->rest_size);
	ssize_t got = recv(link->fd, bytes + link->rest_size, READ_SIZE, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		link_arm(link, EPOLL_CTL_MOD);
		return;
	}
	size_t size = link->rest_size + (got > 0 ? (size_t)got : 0);
	long taken = got > 0 ? fastcgi_take(&link->fastcgi, &link->r.arena, bytes, size, &whole) : -1;
	if (taken < 0 || (whole && (size_t)taken < size) || !rest_keep(link, bytes + taken, size - (size_t)taken))
		link_free(link);
	else if (whole)
		link_serve(link);
	else
		link_arm(link, EPOLL_CTL_MOD);
}

static void *event_loop(void *unused)
{
	struct epoll_event events[EVENTS_MAX];
	for (;;) {
		int count = epoll_wait(poller, events, EVENTS_MAX, -1);
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd != listener) {
				link_read(links[events[i].data.fd]);
				continue;
			}
			int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (fd >= 0)
				link_new(fd);
			else if (errno == EINVAL) /* shut down: the end */
				epoll_ctl(poller, EPOLL_CTL_DEL, listener, NULL);
			else if (errno == EMFILE || errno == ENFILE) /* nginx keeps it in the queue meanwhile */
				nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
		}
	}
	return unused;
}

void loop_start(int socket, int workers)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
	pthread_t thread;
	listener = socket;
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) < 0)
		abort();
	for (int i = 0; i < workers; i++)
		if (pthread_create(&thread, NULL, worker_loop, NULL) != 0 || pthread_detach(thread) != 0)
			abort();
	if (pthread_create(&thread, NULL, event_loop, NULL) != 0 || pthread_detach(thread) != 0)
		abort();
}
