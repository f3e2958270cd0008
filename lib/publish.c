/*
 * Frames to sockets. Requests of one batch are written one behind the other, then their answers are read: a batch costs
 * one write and few reads however many frames it has.
 */
#include "publish.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK = 48 * 1024,
	IDLE_MAX = 8,
	GONE_MAX = 1024,
	ANSWER_MAX = 32 * 1024,
	CHANNELS_MAX = 255, /* that Nchan takes in one request; their names fit into nginx's line of 8 kB */
	GATHER = 4,
	GATHER_MICROSECONDS = 400
};

struct publish_part {
	struct publish_part *next;
	size_t end; /* where its request ends among all requests */
	const char *channels; /* NULL: not a frame to connections, nothing to learn from the answer */
	int count; /* of channels */
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int idle[IDLE_MAX], idle_count;
static char gone[GONE_MAX][32];
static int gone_count;

void publish_start(const char *path)
{
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
}

void publish_begin(struct publish *publish, struct arena *arena)
{
	*publish = (struct publish){.requests.arena = arena, .arena = arena};
}

static void part_add(struct publish *publish, const char *channels, int count)
{
	struct publish_part *part = arena_alloc(publish->arena, sizeof *part);
	part->end = publish->requests.size;
	part->channels = channels;
	part->count = count;
	if (publish->last == NULL)
		publish->parts = part;
	else
		publish->last->next = part;
	publish->last = part;
}

/* One request, to count channels that take size bytes, comma-separated. */
static void frame_add(struct publish *publish, const char *channels, size_t size, int count, const char *frame,
                      size_t frame_size)
{
	channels = arena_copy(publish->arena, channels, size);
	buf_printf(&publish->requests,
	           "POST /p/%s HTTP/1.1\r\nHost: n\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
	           "Content-Length: %zu\r\n\r\n",
	           channels, frame_size);
	buf_add(&publish->requests, frame, frame_size);
	part_add(publish, channels, count);
}

void publish_frame(struct publish *publish, const char *channels, const char *frame, size_t size)
{
	while (*channels) {
		const char *end = channels;
		int count = 0;
		do {
			end += end[0] == ',' ? 1 : 0;
			end += strcspn(end, ",");
			count++;
		} while (*end && count < CHANNELS_MAX);
		frame_add(publish, channels, (size_t)(end - channels), count, frame, size);
		channels = end + (*end == ',');
	}
}

void publish_bye(struct publish *publish, const char *channel, const char *frame)
{
	publish_frame(publish, channel, frame, strlen(frame));
	publish->last->channels = NULL;
	buf_printf(&publish->requests, "DELETE /p/%s HTTP/1.1\r\nHost: n\r\n\r\n", channel);
	part_add(publish, NULL, 1);
}

static int connection_take(bool fresh)
{
	int fd = -1;
	pthread_mutex_lock(&lock);
	if (fresh) /* whatever broke one has broken the others */
		while (idle_count > 0)
			close(idle[--idle_count]);
	else if (idle_count > 0)
		fd = idle[--idle_count];
	pthread_mutex_unlock(&lock);
	if (fd >= 0)
		return fd;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval wait = {.tv_sec = 2};
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void connection_give(int fd)
{
	pthread_mutex_lock(&lock);
	if (idle_count < IDLE_MAX) {
		idle[idle_count++] = fd;
		fd = -1;
	}
	pthread_mutex_unlock(&lock);
	if (fd >= 0)
		close(fd);
}

static bool send_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

struct answers {
	int fd;
	int expected; /* how many are still to come */
	size_t begin, end; /* of what was read and not yet taken */
	char bytes[ANSWER_MAX];
};

/* Reads more. False: there is no more, or no room for it. */
static bool answers_fill(struct answers *answers)
{
	memmove(answers->bytes, answers->bytes + answers->begin, answers->end - answers->begin);
	answers->end -= answers->begin;
	answers->begin = 0;
	if (answers->end >= ANSWER_MAX - 1)
		return false;
	/* Woken for each answer, nginx and we would both pay for it: let a few gather. */
	if (answers->expected > GATHER)
		nanosleep(&(struct timespec){.tv_nsec = GATHER_MICROSECONDS * 1000}, NULL);
	ssize_t got = recv(answers->fd, answers->bytes + answers->end, ANSWER_MAX - 1 - answers->end, 0);
	if (got <= 0)
		return false;
	answers->end += (size_t)got;
	answers->bytes[answers->end] = '\0';
	return true;
}

/* Takes one HTTP answer from what was read. Returns its size, or 0 when it is not there whole. */
static size_t answer_parse(const char *answer, size_t size, int *status, int *subscribers)
{
	const char *head_end = size > 0 ? strstr(answer, "\r\n\r\n") : NULL;
	if (head_end == NULL)
		return 0;
	const char *field = strstr(answer, "Content-Length: ");
	size_t length = field != NULL && field < head_end ? strtoul(field + 16, NULL, 10) : 0;
	size_t total = (size_t)(head_end + 4 - answer) + length;
	if (length > ANSWER_MAX || total > size)
		return 0;
	const char *count = strstr(head_end, "\"subscribers\": ");
	*status = strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
	*subscribers = count != NULL && count < answer + total ? atoi(count + 15) : -1;
	return total;
}

/* Reads one HTTP answer. Returns its status, or 0; *subscribers: what Nchan says of them, or -1. */
static int answer_read(struct answers *answers, int *subscribers)
{
	int status = 0;
	size_t size;
	while ((size = answer_parse(answers->bytes + answers->begin, answers->end - answers->begin, &status,
	                            subscribers)) == 0)
		if (!answers_fill(answers))
			return 0;
	answers->begin += size;
	answers->expected--;
	return status;
}

void publish_check(const char *channels)
{
	pthread_mutex_lock(&lock);
	for (const char *p = channels; *p && gone_count < GONE_MAX; p += strcspn(p, ","), p += *p == ',')
		snprintf(gone[gone_count++], sizeof *gone, "%.*s", (int)strcspn(p, ","), p);
	pthread_mutex_unlock(&lock);
}

/* Sends from *part on, chunk by chunk; *part is moved past what was answered. */
static bool parts_send(struct publish *publish, struct publish_part **part, size_t *begin, int fd)
{
	struct answers answers = {.fd = fd};
	while (*part != NULL) {
		struct publish_part *end = *part;
		for (answers.expected = 1; end->next != NULL && end->next->end - *begin < CHUNK; answers.expected++)
			end = end->next;
		if (!send_all(fd, publish->requests.text + *begin, end->end - *begin))
			return false;
		for (struct publish_part *stop = end->next; *part != stop; *part = (*part)->next) {
			int subscribers, status = answer_read(&answers, &subscribers);
			if (status == 0 || status >= 500)
				return false;
			if ((*part)->channels != NULL && subscribers >= 0 && subscribers < (*part)->count)
				publish_check((*part)->channels);
			*begin = (*part)->end;
		}
	}
	return true;
}

bool publish_end(struct publish *publish)
{
	struct publish_part *part = publish->parts;
	size_t begin = 0;
	for (int attempt = 0; part != NULL && attempt < 2; attempt++) {
		int fd = connection_take(attempt > 0);
		if (fd < 0)
			continue;
		if (parts_send(publish, &part, &begin, fd))
			connection_give(fd);
		else
			close(fd);
	}
	if (part != NULL)
		log_event(LOG_ERROR, "publish_failed", NULL);
	return part == NULL;
}

/* Asks Nchan about one channel: how many subscribe it. -1: there was no answer, the connection is of no use any more. */
static int subscribers_count(int fd, const char *channel)
{
	char request[160];
	int size =
		snprintf(request, sizeof request, "GET /p/%s HTTP/1.1\r\nHost: n\r\nAccept: application/json\r\n\r\n", channel);
	struct answers answers = {.fd = fd};
	int subscribers = -1;
	if (!send_all(fd, request, (size_t)size) || answer_read(&answers, &subscribers) == 0)
		return -1;
	return subscribers > 0 ? subscribers : 0;
}

int publish_take_gone(char (*channels)[32], int max)
{
	int count = 0, subscribers = 0;
	int fd = connection_take(false);
	while (fd >= 0 && subscribers >= 0 && count < max) {
		char channel[32] = "";
		pthread_mutex_lock(&lock);
		if (gone_count > 0)
			memcpy(channel, gone[--gone_count], sizeof channel);
		pthread_mutex_unlock(&lock);
		if (channel[0] == '\0')
			break;
		subscribers = subscribers_count(fd, channel);
		if (subscribers == 0)
			memcpy(channels[count++], channel, sizeof channel);
	}
	if (subscribers >= 0 && fd >= 0)
		connection_give(fd);
	else if (fd >= 0)
		close(fd);
	return count;
}

bool publish_ready(void)
{
	static const char request[] = "GET /p/ready HTTP/1.1\r\nHost: n\r\n\r\n";
	bool ready = false;
	for (int attempt = 0; !ready && attempt < 2; attempt++) { /* an idle connection may be older than nginx is */
		int fd = connection_take(attempt > 0);
		struct answers answers = {.fd = fd};
		int subscribers;
		ready = fd >= 0 && send_all(fd, request, sizeof request - 1) && answer_read(&answers, &subscribers) != 0;
		if (ready)
			connection_give(fd);
		else if (fd >= 0)
			close(fd);
	}
	return ready;
}
