/*
 * The load generator: one thread, one epoll, many users. Each has a WebSocket; in Driftline and in raw Nchan messages
 * are sent by POST over a connection of the user's own, to the peer they go over the socket.
 *
 *   load --target driftline|peer|nchan --port PORT --rooms R --members M [--senders S,…] [--seconds T]
 *   load --target … --port PORT --idle N
 *
 * The first S members of each room send a text of 100 bytes, wait until it has come back over their own socket (and
 * their POST is answered), and send the next. One line is printed for each S of the list:
 *   senders messages_s deliveries_s own_p50_ms own_p99_ms p50_ms p99_ms (own: back at who sent it; else: at anybody)
 *   lost (deliveries that never came; below 0: that came twice), and what process.c says.
 * --idle opens N sockets that stay silent and prints bytes a connection, connects a second.
 *
 * Driftline's users, rooms and sessions are those of seed.sql. --process name=pid: whose CPU and memory is told.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY = 100, WIDTH = 64, WARM = 500, EVENTS = 512, INPUT = 256 * 1024, BUCKETS = 200000, BUCKET_NS = 50000 };

enum target { DRIFTLINE, PEER, NCHAN };

struct conn {
	int fd;
	enum { HTTP, OPENING, SOCKET } kind;
	struct user *user;
	char *rest; /* the beginning of what has not come whole */
	size_t rest_size;
	struct conn *next; /* among those that are free */
};

struct user {
	int number;
	struct conn *http, *socket;
	char ticket[64]; /* the path that opens the socket */
	bool waits_answer, waits_frame;
};

static struct {
	enum target target;
	int port, rooms, members, idle;
	double seconds, warm_up;
	const char *senders;
} options = {.rooms = 1, .members = 2, .seconds = 8, .warm_up = 2};

static int epoll;
static struct user *users;
static int user_count;
static struct conn *conns, *conns_free;
static int conn_count;
static char input[INPUT];

/* What is counted between two marks. */
static struct {
	uint64_t messages, deliveries;
	uint32_t own[BUCKETS], all[BUCKETS];
} counted;
static bool measuring, sending;
static int under_way; /* users with a message that has not come back */
static uint64_t sent_ever, delivered_ever;

/* Set-up: users done of a phase, and the next one to begin. */
static int phase_done, phase_next, phase_end;
static void (*phase_begin)(struct user *user);

void die(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	fputs("load: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	exit(1);
}

uint64_t now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

/* Connections */

static struct conn *conn_open(struct user *user, int kind)
{
	struct conn *conn = conns_free;
	if (conn != NULL)
		conns_free = conn->next;
	else if (conn_count < user_count * 2)
		conn = &conns[conn_count++];
	else
		die("more connections than two a user");
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*conn = (struct conn){.fd = socket(AF_INET, SOCK_STREAM, 0), .kind = kind, .user = user};
	if (conn->fd < 0 || connect(conn->fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("no connection to port %d: %s", options.port, strerror(errno));
	/* Ended by RST: ten thousand ports in TIME_WAIT would be in the next run's way. */
	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, conn->fd, &event) < 0)
		die("epoll: %s", strerror(errno));
	return conn;
}

/* Only while one of its own events is looked at: conn_read frees it after that. */
static void conn_close(struct conn *conn)
{
	close(conn->fd);
	conn->fd = -1;
	conn->user->http = NULL;
}

/* What is under way on one connection is small: the kernel takes it whole. */
static void conn_write(struct conn *conn, const char *bytes, size_t size)
{
	if (send(conn->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		die("a connection of user %d broke: %s", conn->user->number, strerror(errno));
}

static void request_send(struct user *user, const char *method, const char *path, const char *body, size_t size)
{
	char request[1024], session[64] = "";
	if (user->http == NULL)
		user->http = conn_open(user, HTTP);
	if (options.target == DRIFTLINE)
		snprintf(session, sizeof session, "Authorization: Bearer bench-%d\r\n", user->number);
	int head = snprintf(
		request, sizeof request,
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		method, path, options.port, session, size);
	if ((size_t)head + size > sizeof request)
		die("a request is too long");
	memcpy(request + head, body, size);
	user->waits_answer = true;
	conn_write(user->http, request, (size_t)head + size);
}

static void frame_send(struct user *user, const char *text, size_t size)
{
	/* A mask of zeros is one, too. */
	char frame[6 + BODY] = {(char)0x81, (char)(0x80 | size)};
	memcpy(frame + 6, text, size);
	conn_write(user->socket, frame, 6 + size);
}

/* Users */

static int room_of(const struct user *user)
{
	return user->number / options.members;
}

/* 100 bytes that tell who sent them and when: "@@", 8 digits, 16 hex digits, filled up. */
static void message_send(struct user *user)
{
	char text[BODY + 1], path[128], body[512];
	memset(text, '.', BODY);
	text[BODY] = '\0';
	snprintf(text, sizeof text, "@@%08d%016llx", user->number, (unsigned long long)now());
	text[26] = '.';
	user->waits_frame = true;
	under_way++;
	sent_ever++;
	int room = room_of(user);
	if (options.target == PEER) {
		frame_send(user, text, BODY);
	} else if (options.target == NCHAN) {
		snprintf(path, sizeof path, "/publish/room-%d", room);
		request_send(user, "POST", path, text, BODY);
	} else {
		snprintf(path, sizeof path, "/api/v1/rooms/bench-%d/messages", room);
		int size = snprintf(body, sizeof body,
		                    "{\"client_id\":\"%08x-%04x-4000-8000-%012llx\",\"kind\":\"text\",\"body\":\"%s\"}",
		                    (unsigned)user->number, (unsigned)getpid() & 0xffff, (unsigned long long)sent_ever, text);
		request_send(user, "POST", path, body, (size_t)size);
	}
}

static void user_next(struct user *user)
{
	if (user->waits_answer || user->waits_frame)
		return;
	under_way--;
	if (sending)
		message_send(user);
}

static void bucket_add(uint32_t *buckets, uint64_t nanoseconds)
{
	uint64_t bucket = nanoseconds / BUCKET_NS;
	buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static void delivered(struct user *user, const char *frame, size_t size)
{
	const char *mark = memmem(frame, size, "@@", 2);
	if (mark == NULL || (size_t)(frame + size - mark) < 26)
		return; /* not one of our texts */
	char digits[17] = "";
	memcpy(digits, mark + 10, 16);
	uint64_t took = now() - strtoull(digits, NULL, 16);
	bool own = atoi((memcpy(digits, mark + 2, 8), digits[8] = '\0', digits)) == user->number;
	delivered_ever++;
	if (measuring) {
		counted.deliveries++;
		bucket_add(counted.all, took);
		if (own) {
			counted.messages++;
			bucket_add(counted.own, took);
		}
	}
	if (own && user->waits_frame) {
		user->waits_frame = false;
		user_next(user);
	}
}

/* Set-up goes user by user, WIDTH at a time. */

static void phase_step(struct user *user)
{
	phase_done++;
	if (phase_next == phase_end)
		return;
	struct user *next = &users[phase_next++];
	if (user->http != NULL && next->http == NULL) { /* tickets need few connections */
		next->http = user->http;
		next->http->user = next;
		user->http = NULL;
	}
	phase_begin(next);
}

static void ticket_fetch(struct user *user)
{
	request_send(user, "POST", "/api/v1/stream", "", 0);
}

static void socket_open(struct user *user)
{
	char request[512], path[32];
	snprintf(path, sizeof path, options.target == NCHAN ? "/subscribe/room-%d" : "/room-%d", room_of(user));
	user->socket = conn_open(user, OPENING);
	int size = snprintf(request, sizeof request,
	                    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
	                    options.target == DRIFTLINE ? user->ticket : path, options.port);
	conn_write(user->socket, request, (size_t)size);
}

/* What comes in */

static void answered(struct conn *conn, int status, const char *body)
{
	struct user *user = conn->user;
	if (conn->kind == OPENING) {
		if (status != 101)
			die("user %d: the socket was refused with %d", user->number, status);
		conn->kind = SOCKET;
		phase_step(user);
		return;
	}
	user->waits_answer = false;
	if (status < 200 || status > 299)
		die("a request of user %d was answered with %d: %.200s", user->number, status, body);
	const char *url = status == 200 ? strstr(body, "\"url\":\"") : NULL;
	if (url != NULL) {
		snprintf(user->ticket, sizeof user->ticket, "%.*s", (int)strcspn(url + 7, "\""), url + 7);
		phase_step(user);
	} else {
		user_next(user);
	}
}

/* One HTTP answer at bytes: returns its size, or 0 while it is not whole. */
static size_t answer_take(struct conn *conn, char *bytes, size_t size)
{
	const char *end = memmem(bytes, size, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	size_t head = (size_t)(end + 4 - bytes);
	const char *length = memmem(bytes, head, "Content-Length: ", 16);
	size_t whole = head + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
	if (whole > size)
		return 0;
	char after = bytes[whole];
	bytes[whole] = '\0';
	if (conn->kind == HTTP && memmem(bytes, head, "Connection: close", 17) != NULL)
		conn_close(conn); /* the user's next request opens another */
	answered(conn, atoi(bytes + 9), bytes + head);
	bytes[whole] = after;
	return whole;
}

/* One WebSocket frame at bytes: returns its size, or 0 while it is not whole. */
static size_t frame_take(struct conn *conn, const char *bytes, size_t size)
{
	const unsigned char *p = (const unsigned char *)bytes;
	if (size < 2)
		return 0;
	size_t head = 2, length = p[1] & 127;
	if (length == 126) {
		if (size < 4)
			return 0;
		head = 4, length = (size_t)p[2] << 8 | p[3];
	} else if (length == 127) {
		die("a frame of more than 64 KiB came");
	}
	if (size < head + length)
		return 0;
	switch (p[0] & 15) {
	case 1:
	case 2:
		delivered(conn->user, bytes + head, length);
		break;
	case 8:
		die("user %d: the socket was closed (%d)", conn->user->number, length > 1 ? p[head] << 8 | p[head + 1] : 0);
	case 9:
		conn_write(conn, (const char[]){(char)0x8a, (char)0x80, 0, 0, 0, 0}, 6);
		break;
	default:
		break;
	}
	return head + length;
}

static void conn_free(struct conn *conn)
{
	free(conn->rest);
	conn->next = conns_free;
	conns_free = conn;
}

static void rest_keep(struct conn *conn, const char *bytes, size_t size)
{
	free(conn->rest);
	conn->rest = NULL;
	conn->rest_size = size;
	if (size == 0)
		return;
	conn->rest = malloc(size);
	if (conn->rest == NULL)
		die("no memory");
	memcpy(conn->rest, bytes, size);
}

static void conn_read(struct conn *conn)
{
	if (conn->rest_size > 0)
		memcpy(input, conn->rest, conn->rest_size);
	ssize_t got = recv(conn->fd, input + conn->rest_size, INPUT - 1 - conn->rest_size, 0);
	if (got <= 0) {
		if (conn->kind != HTTP || conn->user->waits_answer)
			die("user %d: a connection was ended by the other side", conn->user->number);
		conn_close(conn);
		conn_free(conn);
		return;
	}
	size_t size = conn->rest_size + (size_t)got, at = 0, taken = 1;
	while (at < size && taken > 0 && conn->fd >= 0) {
		taken =
			conn->kind == SOCKET ? frame_take(conn, input + at, size - at) : answer_take(conn, input + at, size - at);
		at += taken;
	}
	if (conn->fd < 0)
		conn_free(conn);
	else
		rest_keep(conn, input + at, size - at);
}

static void events_take(int milliseconds)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(epoll, events, EVENTS, milliseconds);
	for (int i = 0; i < count; i++)
		conn_read(events[i].data.ptr);
}

static void run_until(uint64_t end)
{
	for (uint64_t at; (at = now()) < end;)
		events_take((int)((end - at) / 1000000) + 1);
}

/* Runs one phase of the set-up for users from first to end, and returns its seconds. */
static double phase_run(void (*begin)(struct user *user), int first, int end)
{
	enum { STALLED_MS = 10000 };
	uint64_t start = now();
	phase_begin = begin;
	phase_done = phase_next = first;
	phase_end = end;
	for (int i = 0; i < WIDTH && phase_next < end; i++)
		begin(&users[phase_next++]);
	while (phase_done < end) {
		int before = phase_done;
		uint64_t at = now();
		events_take(STALLED_MS);
		if (phase_done == before && now() - at >= (uint64_t)STALLED_MS * 1000000)
			die("the set-up has stalled at user %d", phase_done);
	}
	return (double)(now() - start) / 1e9;
}

/* Rows */

static double percentile(const uint32_t *buckets, double share)
{
	uint64_t total = 0, seen = 0;
	for (int i = 0; i < BUCKETS; i++)
		total += buckets[i];
	for (int i = 0; i < BUCKETS; i++)
		if ((double)(seen += buckets[i]) >= share * (double)total && total > 0)
			return (i + 0.5) * BUCKET_NS / 1e6;
	return 0;
}

static void drain(void)
{
	sending = false;
	for (uint64_t end = now() + 10000000000;
	     now() < end && (under_way > 0 || delivered_ever < sent_ever * (uint64_t)options.members);)
		events_take(100);
}

static void step_run(int senders)
{
	sending = true;
	for (int i = 0; i < user_count; i++)
		if (i % options.members < senders)
			message_send(&users[i]);
	uint64_t start = now();
	run_until(start + (uint64_t)(options.warm_up * 1e9));
	memset(&counted, 0, sizeof counted);
	process_mark();
	measuring = true;
	start = now();
	run_until(start + (uint64_t)(options.seconds * 1e9));
	uint64_t took = now() - start;
	measuring = false;
	printf("senders=%d messages_s=%.0f deliveries_s=%.0f own_p50_ms=%.1f own_p99_ms=%.1f p50_ms=%.1f p99_ms=%.1f",
	       senders, (double)counted.messages * 1e9 / (double)took, (double)counted.deliveries * 1e9 / (double)took,
	       percentile(counted.own, 0.5), percentile(counted.own, 0.99), percentile(counted.all, 0.5),
	       percentile(counted.all, 0.99));
	process_print_cpu(took, (double)counted.messages);
	drain();
	printf(" lost=%lld\n", (long long)(sent_ever * (uint64_t)options.members - delivered_ever));
	fflush(stdout);
	if (under_way > 0)
		die("%d users still wait for what they sent", under_way);
}

static void rooms_run(void)
{
	if (options.target == DRIFTLINE)
		phase_run(ticket_fetch, 0, user_count);
	phase_run(socket_open, 0, user_count);
	for (const char *p = options.senders; p != NULL; p = strchr(p, ',') != NULL ? strchr(p, ',') + 1 : NULL)
		step_run(atoi(p));
}

/* The first WARM users only wake the service up: pools, threads and arenas are not what a connection costs. */
static void idle_run(void)
{
	double ticket_seconds = 0;
	if (options.target == DRIFTLINE)
		phase_run(ticket_fetch, 0, WARM);
	phase_run(socket_open, 0, WARM);
	process_mark_memory();
	process_mark();
	if (options.target == DRIFTLINE)
		ticket_seconds = phase_run(ticket_fetch, WARM, user_count);
	double open_seconds = phase_run(socket_open, WARM, user_count);
	int count = user_count - WARM;
	printf("connections=%d connects_s=%.0f with_ticket_s=%.0f", count, count / open_seconds,
	       count / (open_seconds + ticket_seconds));
	process_print_cpu((uint64_t)((open_seconds + ticket_seconds) * 1e9), count);
	run_until(now() + 3000000000);
	process_print_memory(count);
	putchar('\n');
}

static void options_read(int argc, char **argv)
{
	static const struct option names[] = {{"target", 1, 0, 't'},  {"port", 1, 0, 'p'},
	                                      {"rooms", 1, 0, 'r'},   {"members", 1, 0, 'm'},
	                                      {"senders", 1, 0, 's'}, {"seconds", 1, 0, 'd'},
	                                      {"warm-up", 1, 0, 'w'}, {"idle", 1, 0, 'i'},
	                                      {"process", 1, 0, 'P'}, {0}};
	static const char *const targets[] = {"driftline", "peer", "nchan"};
	int option;
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 't':
			while (options.target <= NCHAN && strcmp(targets[options.target], optarg) != 0)
				options.target++;
			break;
		case 'p':
			options.port = atoi(optarg);
			break;
		case 'r':
			options.rooms = atoi(optarg);
			break;
		case 'm':
			options.members = atoi(optarg);
			break;
		case 's':
			options.senders = optarg;
			break;
		case 'd':
			options.seconds = atof(optarg);
			break;
		case 'w':
			options.warm_up = atof(optarg);
			break;
		case 'i':
			options.idle = atoi(optarg);
			break;
		case 'P':
			process_add(optarg);
			break;
		default:
			die("see the head of load.c");
		}
	}
	if (options.port == 0 || options.target > NCHAN || options.members < 1 ||
	    (options.idle == 0 && options.senders == NULL))
		die("see the head of load.c");
}

int main(int argc, char **argv)
{
	options_read(argc, argv);
	user_count = options.idle > 0 ? options.idle + WARM : options.rooms * options.members;
	users = calloc((size_t)user_count, sizeof *users);
	conns = calloc((size_t)user_count * 2, sizeof *conns);
	epoll = epoll_create1(0);
	if (users == NULL || conns == NULL || epoll < 0)
		die("no memory");
	for (int i = 0; i < user_count; i++)
		users[i].number = i;
	if (options.idle > 0)
		idle_run();
	else
		rooms_run();
	return 0;
}
