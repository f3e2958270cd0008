/*
 * The child that decodes. It is this program's neighbour `decode`, started for one file with nothing but two pipes, and what
 * it says is taken with care: it has read what a stranger sent.
 */
#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_MAX = 10, WAIT_SECONDS = 10, RETRY_SECONDS = 3 };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t given;
	int free, places; /* children that may be started, and uploads that may wait */
	char path[4096];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .given = PTHREAD_COND_INITIALIZER};

/* `decode` lies beside this program. */
static void path_find(void)
{
	static const char name[] = "decode";
	ssize_t size = readlink("/proc/self/exe", pool.path, sizeof pool.path - sizeof name);
	while (size > 0 && pool.path[size - 1] != '/')
		size--;
	memcpy(pool.path + (size > 0 ? size : 0), name, sizeof name);
}

void decoder_pool(int workers, int queue)
{
	pool.free = workers;
	pool.places = queue;
	path_find();
}

static bool turn_wait(void)
{
	struct timespec until;
	int result = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	while (pool.free == 0 && result == 0)
		result = pthread_cond_timedwait(&pool.given, &pool.lock, &until);
	return pool.free > 0;
}

int decoder_enter(struct request *r)
{
	bool taken = false;
	pthread_mutex_lock(&pool.lock);
	if (pool.free > 0) {
		taken = true;
	} else if (pool.places > 0) {
		pool.places--;
		taken = turn_wait();
		pool.places++;
	}
	pool.free -= taken;
	pthread_mutex_unlock(&pool.lock);
	if (taken)
		return 0;
	reply_header(r, "Retry-After", "%d", RETRY_SECONDS);
	return fail(r, 503, "busy");
}

void decoder_leave(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.free++;
	pthread_cond_signal(&pool.given);
	pthread_mutex_unlock(&pool.lock);
}

struct child {
	pid_t pid;
	int in, out; /* our ends; in is -1 once all is written */
	const char *bytes; /* to be written yet */
	size_t size;
	struct buf answer;
};

/* Its ends of the pipes, a clean mask of signals, no other descriptor, no environment. */
static bool child_spawn(struct child *child, enum decode_task task, int in, int out)
{
	char *const arguments[] = {pool.path, (char *)decode_task_names[task], NULL}, *const environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, pipe;
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	int result = posix_spawn(&child->pid, pool.path, &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return result == 0;
}

static bool child_open(struct child *child, enum decode_task task)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) != 0)
		return false;
	bool open = pipe2(out, O_CLOEXEC) == 0;
	bool spawned = open && child_spawn(child, task, in[0], out[1]);
	close(in[0]);
	if (open)
		close(out[1]);
	if (spawned) {
		child->in = in[1];
		child->out = out[0];
		fcntl(child->in, F_SETFL, O_NONBLOCK);
		return true;
	}
	close(in[1]);
	if (open)
		close(out[0]);
	return false;
}

/* Writes what the pipe takes; closes it when all is written, or when the child does not want the rest. */
static void child_write(struct child *child)
{
	ssize_t wrote = write(child->in, child->bytes, child->size);
	if (wrote < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	child->bytes += wrote > 0 ? wrote : 0;
	child->size -= (size_t)(wrote > 0 ? wrote : 0);
	if (wrote > 0 && child->size > 0)
		return;
	close(child->in);
	child->in = -1;
}

/* Reads what is there. False: that was the end, or more than there can be. */
static bool child_read(struct child *child)
{
	static _Thread_local char bytes[64 * 1024];
	ssize_t got = read(child->out, bytes, sizeof bytes);
	if (got <= 0)
		return got < 0 && errno == EINTR;
	buf_add(&child->answer, bytes, (size_t)got);
	return child->answer.size <= sizeof(struct decode_head) + DECODE_OUTPUT_MAX;
}

static int milliseconds_left(const struct timespec *begin)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long passed = (now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
	return passed < SECONDS_MAX * 1000 ? (int)(SECONDS_MAX * 1000 - passed) : 0;
}

static void child_talk(struct child *child)
{
	struct timespec begin;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int left; (left = milliseconds_left(&begin)) > 0;) {
		struct pollfd ends[2] = {{.fd = child->out, .events = POLLIN}, {.fd = child->in, .events = POLLOUT}};
		if (poll(ends, 2, left) < 0)
			continue;
		if (ends[1].revents != 0)
			child_write(child);
		if (ends[0].revents != 0 && !child_read(child))
			return;
	}
}

/* Ends it if it has not. Whether it had, of its own will and without complaint. */
static bool child_close(struct child *child)
{
	int status = 0;
	siginfo_t end = {0};
	if (child->in >= 0)
		close(child->in);
	close(child->out);
	/* Its answer is whole when its end of the pipe is closed, and then it ends at once; else there is nothing to wait for. */
	for (int i = 0;
	     i < 1000 && waitid(P_PID, (id_t)child->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
	if (end.si_pid == 0)
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Takes the answer apart. False: it is none. */
static bool answer_read(const struct buf *answer, struct decoded *decoded)
{
	struct decode_head *head = &decoded->head;
	if (answer->size < sizeof *head)
		return false;
	memcpy(head, answer->text, sizeof *head);
	size_t size = answer->size - sizeof *head;
	if (head->status >= DECODE_STATUSES || head->sizes[0] > size || head->sizes[1] != size - head->sizes[0] ||
	    (head->status == DECODE_DONE) != (head->sizes[0] > 0))
		return false;
	decoded->files[0] = (const uint8_t *)answer->text + sizeof *head;
	decoded->files[1] = decoded->files[0] + head->sizes[0];
	for (int i = 0; i < DECODE_BARS; i++)
		if (head->waveform[i] > 100)
			return false;
	return head->width <= DECODE_SIDE && head->height <= DECODE_SIDE;
}

static int refuse(struct request *r, uint32_t status)
{
	static const struct {
		int status;
		const char *code;
	} refusals[DECODE_STATUSES] = {
		[DECODE_UNKNOWN] = {415, "not_media"},      [DECODE_BAD] = {422, "bad_media"},
		[DECODE_PIXELS] = {422, "too_many_pixels"}, [DECODE_LONG] = {422, "too_long"},
		[DECODE_STEREO] = {422, "not_mono"},
	};
	return fail(r, refusals[status].status, refusals[status].code);
}

int decoder_run(struct request *r, enum decode_task task, const char *bytes, size_t size, struct decoded *decoded)
{
	struct child child = {.bytes = bytes, .size = size, .answer.arena = &r->arena};
	if (!child_open(&child, task)) {
		log_event(LOG_ERROR, "decoder_failed", "\"errno\":%d", errno);
		return fail_down(r);
	}
	metrics_add("decoders_total", 1);
	child_talk(&child);
	if (!child_close(&child) || !answer_read(&child.answer, decoded)) {
		metrics_add("decoders_died_total", 1);
		return fail(r, 422, "bad_media");
	}
	return decoded->head.status == DECODE_DONE ? 0 : refuse(r, decoded->head.status);
}
