/* lib/loop.c and lib/server.c: connections as nginx opens them, to handlers of every kind. */
#include "unit.h"

#include "records.h"
#include "web.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static sem_t entered, released;

static int answer_body(struct request *r)
{
	buf_add(&r->reply, r->content, r->content_size);
	return 200;
}

static int wait_for_release(struct request *r)
{
	sem_post(&entered);
	while (sem_wait(&released) != 0)
		continue;
	return answer_body(r);
}

static void *answer_later(void *request)
{
	struct request *r = request;
	while (sem_wait(&released) != 0)
		continue;
	loop_answer(r, answer_body(r));
	return NULL;
}

static int go_on_elsewhere(struct request *r)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, answer_later, r) != 0 || pthread_detach(thread) != 0)
		abort();
	return PENDING;
}

static int answer_much(struct request *r)
{
	for (int i = 0; i < 30000; i++)
		buf_printf(&r->reply, "%09d\n", i);
	return 200;
}

enum { PIECES = 300, PIECE = 20000 };

static int answer_in_pieces(struct request *r)
{
	for (int i = 0; i < PIECES; i++) {
		for (int k = 0; k < PIECE / 10; k++)
			buf_printf(&r->reply, "%09d\n", i);
		if (!loop_flush(r))
			return BROKEN;
	}
	buf_text(&r->reply, "end");
	return 200;
}

static int break_off(struct request *r)
{
	buf_text(&r->reply, "half");
	return loop_flush(r) ? BROKEN : 500;
}

static const struct route routes[] = {
	{"POST", "/loop", answer_body, ANYONE, "n", RATE_NONE, POOL_LOOP},
	{"POST", "/worker", answer_body, ANYONE, "n", RATE_NONE, POOL_API},
	{"POST", "/wait", wait_for_release, ANYONE, "n", RATE_NONE, POOL_API},
	{"POST", "/later", go_on_elsewhere, ANYONE, "n", RATE_NONE, POOL_LOOP},
	{"POST", "/much", answer_much, ANYONE, "n", RATE_NONE, POOL_API},
	{"POST", "/pieces", answer_in_pieces, ANYONE, "n", RATE_NONE, POOL_API},
	{"POST", "/break", break_off, ANYONE, "n", RATE_NONE, POOL_API},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};

static char folder[] = "/tmp/driftline-loop-XXXXXX", path[64];
static pthread_t server;
static int exit_code = -1;

static void *serve(void *unused)
{
	exit_code = server_run(path, routes, POOL_API, loop_start, 4, NULL);
	return unused;
}

static int client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = 20};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static int server_start(void **state)
{
	(void)state;
	log_threshold = LOG_ERROR;
	server_begin();
	sem_init(&entered, 0, 0);
	sem_init(&released, 0, 0);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/s", folder);
	if (pthread_create(&server, NULL, serve, NULL) != 0)
		return -1;
	for (int fd; (fd = client()) < 0 || close(fd) != 0;)
		usleep(1000);
	return 0;
}

static int server_stop(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static struct buf request_bytes(const char *route, const char *body, bool keep)
{
	struct buf bytes = {0}, params = {0};
	char length[24];
	snprintf(length, sizeof length, "%zu", strlen(body));
	pair(&params, "REQUEST_METHOD", "POST");
	pair(&params, "DOCUMENT_URI", route);
	pair(&params, "CONTENT_TYPE", "application/json");
	pair(&params, "CONTENT_LENGTH", length);
	begin(&bytes, 1, keep);
	record(&bytes, 4, 1, params.text, params.size, 0);
	record(&bytes, 4, 1, "", 0, 0);
	record(&bytes, 5, 1, body, strlen(body), 0);
	record(&bytes, 5, 1, "", 0, 0);
	buf_free(&params);
	return bytes;
}

static void ask(int fd, const char *route, const char *body, bool keep)
{
	struct buf bytes = request_bytes(route, body, keep);
	assert_int_equal(send(fd, bytes.text, bytes.size, MSG_NOSIGNAL), bytes.size);
	buf_free(&bytes);
}

static bool read_all(int fd, unsigned char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t got = recv(fd, bytes, size, 0);
		if (got <= 0)
			return false;
		bytes += got;
		size -= (size_t)got;
	}
	return true;
}

/* The next answer's text, or NULL when the connection has ended. For the caller to free. */
static char *listen_to(int fd)
{
	static unsigned char bytes[8 + 65535 + 255];
	struct buf text = {0};
	buf_add(&text, "", 0);
	for (;;) {
		if (!read_all(fd, bytes, 8)) {
			buf_free(&text);
			return NULL;
		}
		size_t size = (size_t)bytes[4] << 8 | bytes[5];
		assert_true(read_all(fd, bytes + 8, size + bytes[6]));
		if (bytes[1] == 3)
			return text.text;
		buf_add(&text, (char *)bytes + 8, size);
	}
}

static void expect(int fd, int status, const char *end)
{
	char start[32];
	char *text = listen_to(fd);
	snprintf(start, sizeof start, "Status: %d\r\n", status);
	if (text == NULL || strncmp(text, start, strlen(start)) != 0 || strlen(text) < strlen(end) ||
	    strcmp(text + strlen(text) - strlen(end), end) != 0)
		fail_msg("expected %d … %s, got %s", status, end, text != NULL ? text : "an end");
	free(text);
}

static void a_connection_carries_one_request_after_the_other(void **state)
{
	(void)state;
	int fd = client();
	for (int i = 0; i < 50; i++) {
		char body[32];
		snprintf(body, sizeof body, "{\"n\":%d}", i);
		ask(fd, i % 2 ? "/loop" : "/worker", body, true);
		expect(fd, 200, body);
	}
	ask(fd, "/nowhere", "{}", true);
	expect(fd, 404, "}}");
	ask(fd, "/loop", "{\"m\":1}", true);
	expect(fd, 422, "\"field\":\"m\"}}");
	ask(fd, "/loop", "{}", false);
	expect(fd, 200, "{}");
	assert_null(listen_to(fd));
	close(fd);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	(void)state;
	int fd = client();
	struct buf bytes = request_bytes("/worker", "{\"n\":7}", true);
	for (size_t i = 0; i < bytes.size; i++)
		assert_int_equal(send(fd, bytes.text + i, 1, MSG_NOSIGNAL), 1);
	expect(fd, 200, "{\"n\":7}");
	buf_free(&bytes);
	close(fd);
}

static void the_longest_record_may_come_in_pieces(void **state)
{
	(void)state;
	static char content[65535];
	int fd = client();
	struct buf bytes = {0};
	begin(&bytes, 1, true);
	record(&bytes, 5, 1, content, sizeof content, 255);
	size_t most = bytes.size - 1;
	for (size_t at = 0; at < most;) {
		size_t size = most - at < 16000 ? most - at : 16000;
		ssize_t sent = send(fd, bytes.text + at, size, MSG_NOSIGNAL);
		assert_true(sent > 0);
		at += (size_t)sent;
	}
	usleep(20000); /* so that its beginning is kept, whole but for a byte */
	assert_int_equal(send(fd, "p", 1, MSG_NOSIGNAL), 1);
	ask(fd, "/loop", "{}", true); /* begins anew */
	expect(fd, 200, "{}");
	buf_free(&bytes);
	close(fd);
}

static void many_connections_ask_at_once(void **state)
{
	(void)state;
	enum { CLIENTS = 300 };
	int fds[CLIENTS];
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = client();
		ask(fds[i], i % 2 ? "/worker" : "/loop", "{\"n\":1}", true);
	}
	for (int i = 0; i < CLIENTS; i++) {
		expect(fds[i], 200, "{\"n\":1}");
		close(fds[i]);
	}
}

static void an_answer_may_come_later_from_elsewhere(void **state)
{
	(void)state;
	int waiting = client(), other = client();
	ask(waiting, "/later", "{\"n\":1}", true);
	ask(other, "/loop", "{\"n\":2}", true);
	expect(other, 200, "{\"n\":2}"); /* nobody waits for it */
	sem_post(&released);
	expect(waiting, 200, "{\"n\":1}");
	ask(waiting, "/loop", "{\"n\":3}", true);
	expect(waiting, 200, "{\"n\":3}");
	close(waiting);
	close(other);
}

static void busy_workers_do_not_hold_up_the_loop(void **state)
{
	(void)state;
	int busy[6], other = client();
	for (int i = 0; i < 6; i++)
		ask(busy[i] = client(), "/wait", "{}", true);
	ask(other, "/loop", "{}", true);
	expect(other, 200, "{}");
	for (int i = 0; i < 6; i++)
		sem_post(&released);
	for (int i = 0; i < 6; i++) {
		sem_wait(&entered);
		expect(busy[i], 200, "{}");
		close(busy[i]);
	}
	close(other);
}

static void a_long_answer_comes_whole(void **state)
{
	(void)state;
	int fd = client();
	ask(fd, "/much", "{}", true);
	expect(fd, 200, "000029998\n000029999\n");
	close(fd);
}

static void who_has_gone_is_no_trouble(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		int gone = client(), half = client(), nonsense = client();
		ask(gone, "/wait", "{}", true);
		sem_wait(&entered);
		close(gone);
		sem_post(&released);
		assert_int_equal(send(half, "\x01\x01\x00", 3, MSG_NOSIGNAL), 3);
		close(half);
		assert_int_equal(send(nonsense, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 18);
		assert_null(listen_to(nonsense));
		close(nonsense);
	}
	int fd = client();
	ask(fd, "/loop", "{}", true);
	expect(fd, 200, "{}");
	close(fd);
}

static void an_end_waits_for_what_is_under_way(void **state)
{
	(void)state;
	int fd = client();
	ask(fd, "/wait", "{\"n\":9}", true);
	sem_wait(&entered);
	pthread_kill(server, SIGTERM);
	for (int late; (late = client()) >= 0;) {
		close(late);
		usleep(1000);
	}
	assert_int_equal(exit_code, -1);
	sem_post(&released);
	expect(fd, 200, "{\"n\":9}");
	pthread_join(server, NULL);
	assert_int_equal(exit_code, 0);
	close(fd);
}

static void an_answer_may_be_sent_in_pieces(void **state)
{
	(void)state;
	int fd = client();
	for (int n = 0; n < 2; n++) {
		ask(fd, "/pieces", "{}", true);
		usleep(20000); /* longer than any buffer: the handler waits for us */
		char *text = listen_to(fd);
		assert_non_null(text);
		assert_null(strstr(text, "Content-Length"));
		const char *body = strstr(text, "\r\n\r\n") + 4;
		assert_int_equal(strlen(body), PIECES * PIECE + 3);
		for (int i = 0; i < PIECES; i++)
			assert_int_equal(atoi(body + i * PIECE), i);
		assert_string_equal(body + PIECES * PIECE, "end");
		free(text);
		ask(fd, "/loop", "{\"n\":1}", true);
		expect(fd, 200, "{\"n\":1}");
	}
	close(fd);
}

static void an_answer_that_breaks_off_has_no_end(void **state)
{
	(void)state;
	int fd = client();
	ask(fd, "/break", "{}", true);
	assert_null(listen_to(fd));
	close(fd);
	fd = client();
	ask(fd, "/pieces", "{}", true);
	close(fd); /* nobody reads */
	fd = client();
	ask(fd, "/worker", "{\"n\":1}", true);
	expect(fd, 200, "{\"n\":1}");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_carries_one_request_after_the_other),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(the_longest_record_may_come_in_pieces),
		cmocka_unit_test(many_connections_ask_at_once),
		cmocka_unit_test(an_answer_may_come_later_from_elsewhere),
		cmocka_unit_test(busy_workers_do_not_hold_up_the_loop),
		cmocka_unit_test(a_long_answer_comes_whole),
		cmocka_unit_test(an_answer_may_be_sent_in_pieces),
		cmocka_unit_test(an_answer_that_breaks_off_has_no_end),
		cmocka_unit_test(who_has_gone_is_no_trouble),
		cmocka_unit_test(an_end_waits_for_what_is_under_way), /* the last one */
	};
	return cmocka_run_group_tests_name("loop", tests, server_start, server_stop);
}
