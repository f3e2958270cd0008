/* lib/publish.c, against a small publisher of our own that answers as Nchan does, or as it must not. */
#include "unit.h"

#include "publish.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { REQUESTS_MAX = 4096, LINE_MAX_ = 64, INPUT_MAX = 1 << 20 };

/* What the double does, and what it has seen. Channels whose name ends in "x" have no subscriber. */
static struct {
	pthread_mutex_t lock;
	char folder[64], path[96];
	int listener;
	int connections; /* accepted so far */
	int last; /* the connection accepted last */
	char seen[REQUESTS_MAX][LINE_MAX_]; /* "POST a,b hello" */
	int count;
	int hold; /* requests that must have arrived on a connection before it answers */
	int close_after; /* answers that the first connection gives; 0: all */
	int status; /* 0: as Nchan would */
	bool drip; /* answers byte by byte */
} nchan = {.lock = PTHREAD_MUTEX_INITIALIZER, .listener = -1};

static int subscribers(const char *channels)
{
	int count = 0;
	for (const char *p = channels; *p; p += strcspn(p, ","), p += *p == ',')
		count += p[strcspn(p, ",") - 1] != 'x';
	return count;
}

static void answer(int fd, const char *method, const char *channels)
{
	char body[128], text[512];
	int listening = subscribers(channels);
	int status = nchan.status != 0                              ? nchan.status
	             : strcmp(method, "GET") == 0 && listening == 0 ? 404
	             : strcmp(method, "POST") == 0 && listening > 0 ? 201
	                                                            : 202;
	snprintf(body, sizeof body,
	         "{\"messages\": 1, \"requested\": 0, \"subscribers\": %d, \"last_message_id\": \"1:0\"}", listening);
	int size = snprintf(text, sizeof text,
	                    "HTTP/1.1 %d X\r\nServer: nginx\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n%s",
	                    status, status == 404 ? 0 : strlen(body), status == 404 ? "" : body);
	for (int i = 0; i < size; i += nchan.drip ? 1 : size)
		if (send(fd, text + i, nchan.drip ? 1 : (size_t)size, MSG_NOSIGNAL) < 0)
			return;
}

/* Takes one request off the input and notes it. Returns its size, or 0 while it is not all there. */
static size_t request_take(const char *input, size_t size, char method[8], char channels[4096])
{
	const char *head_end = memmem(input, size, "\r\n\r\n", 4);
	size_t length = 0;
	if (head_end == NULL || sscanf(input, "%7s /p/%4095s", method, channels) != 2)
		return 0;
	const char *field = memmem(input, (size_t)(head_end - input), "Content-Length: ", 16);
	if (field != NULL)
		length = strtoul(field + 16, NULL, 10);
	size_t total = (size_t)(head_end + 4 - input) + length;
	if (total > size)
		return 0;
	pthread_mutex_lock(&nchan.lock);
	if (nchan.count < REQUESTS_MAX)
		snprintf(nchan.seen[nchan.count++], LINE_MAX_, "%.7s %.20s %.*s", method, channels,
		         (int)(length < 20 ? length : 20), head_end + 4);
	pthread_mutex_unlock(&nchan.lock);
	return total;
}

static void *connection_serve(void *argument)
{
	int fd = (int)(intptr_t)argument, arrived = 0, answered = 0;
	char *input = calloc(1, INPUT_MAX + 1), (*waiting)[2][4096] = calloc(REQUESTS_MAX, sizeof *waiting);
	size_t size = 0, taken;
	pthread_mutex_lock(&nchan.lock);
	bool first = nchan.connections == 1;
	pthread_mutex_unlock(&nchan.lock);
	for (;;) {
		ssize_t got = recv(fd, input + size, INPUT_MAX - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
		while ((taken = request_take(input, size, waiting[arrived][0], waiting[arrived][1])) > 0) {
			arrived++;
			memmove(input, input + taken, size - taken + 1);
			size -= taken;
		}
		for (; arrived >= nchan.hold && answered < arrived; answered++) {
			if (first && nchan.close_after > 0 && answered == nchan.close_after)
				goto done;
			answer(fd, waiting[answered][0], waiting[answered][1]);
		}
	}
done:
	shutdown(fd, SHUT_RDWR); /* closed when the double is: its number must not name another socket meanwhile */
	free(input);
	free(waiting);
	return NULL;
}

static void *accept_all(void *unused)
{
	int fd;
	while ((fd = accept(nchan.listener, NULL, NULL)) >= 0) {
		pthread_t thread;
		pthread_mutex_lock(&nchan.lock);
		nchan.connections++;
		nchan.last = fd;
		pthread_mutex_unlock(&nchan.lock);
		if (pthread_create(&thread, NULL, connection_serve, (void *)(intptr_t)fd) != 0)
			abort();
		pthread_detach(thread);
	}
	return unused;
}

static void nchan_listen(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", nchan.path);
	nchan.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	pthread_t thread;
	if (bind(nchan.listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(nchan.listener, 16) != 0 ||
	    pthread_create(&thread, NULL, accept_all, NULL) != 0)
		abort();
	pthread_detach(thread);
}

static int folder_make(void **state)
{
	(void)state;
	strcpy(nchan.folder, "/tmp/driftline-publish-XXXXXX");
	if (mkdtemp(nchan.folder) == NULL)
		return -1;
	return 0;
}

static int folder_remove(void **state)
{
	(void)state;
	return rmdir(nchan.folder);
}

/* Each test has a publisher of its own, at a path of its own. */
static int nchan_start(void **state)
{
	static int number;
	(void)state;
	snprintf(nchan.path, sizeof nchan.path, "%s/%d", nchan.folder, number++);
	nchan.connections = nchan.count = nchan.hold = nchan.close_after = nchan.status = 0;
	nchan.drip = false;
	publish_start("/nowhere/publish.sock");
	publish_ready(); /* drops what the test before has left */
	publish_start(nchan.path);
	nchan_listen();
	return 0;
}

static int nchan_stop(void **state)
{
	(void)state;
	shutdown(nchan.listener, SHUT_RDWR);
	if (nchan.connections > 0)
		shutdown(nchan.last, SHUT_RDWR);
	return unlink(nchan.path);
}

static struct arena arena;

static bool publish_many(int count, const char *channel, size_t size)
{
	struct publish publish;
	char *frame = arena_alloc(&arena, size + 16);
	publish_begin(&publish, &arena);
	for (int i = 0; i < count; i++) {
		memset(frame, '.', size);
		int digits = snprintf(frame, 16, "%d", i);
		frame[digits] = '.';
		publish_frame(&publish, channel, frame, size > (size_t)digits ? size : (size_t)digits);
	}
	bool done = publish_end(&publish);
	arena_free(&arena);
	return done;
}

static void frames_go_out_in_order_without_waiting(void **state)
{
	(void)state;
	nchan.hold = 20; /* no answer before all are there: one by one they would never come */
	assert_true(publish_many(20, "c1", 1));
	assert_int_equal(nchan.count, 20);
	for (int i = 0; i < 20; i++) {
		char expected[LINE_MAX_];
		snprintf(expected, sizeof expected, "POST c1 %d", i);
		assert_int_equal(strncmp(nchan.seen[i], expected, strlen(expected)), 0);
	}
	assert_int_equal(nchan.connections, 1);
}

static void nothing_to_say_needs_no_connection(void **state)
{
	(void)state;
	struct publish publish;
	publish_begin(&publish, &arena);
	assert_true(publish_end(&publish));
	assert_int_equal(nchan.connections, 0);
}

static void a_connection_is_kept(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(publish_many(2, "c1", 5));
	assert_int_equal(nchan.count, 10);
	assert_int_equal(nchan.connections, 1);
}

static void a_bye_is_told_and_then_closed(void **state)
{
	(void)state;
	struct publish publish;
	publish_begin(&publish, &arena);
	publish_frame(&publish, "g1,c2", "{\"a\":1}", 7);
	publish_bye(&publish, "c2", "{\"bye\":1}");
	assert_true(publish_end(&publish));
	assert_int_equal(nchan.count, 3);
	assert_string_equal(nchan.seen[0], "POST g1,c2 {\"a\":1}");
	assert_string_equal(nchan.seen[1], "POST c2 {\"bye\":1}");
	assert_string_equal(nchan.seen[2], "DELETE c2 ");
	arena_free(&arena);
}

static void a_large_batch_goes_in_portions(void **state)
{
	(void)state;
	assert_true(publish_many(1000, "c1", 1000));
	assert_int_equal(nchan.count, 1000);
	assert_true(publish_many(3, "c1", 200000));
	assert_int_equal(nchan.count, 1003);
	assert_int_equal(nchan.connections, 1);
}

static void answers_may_come_byte_by_byte(void **state)
{
	(void)state;
	nchan.drip = true;
	assert_true(publish_many(5, "c1", 5));
	assert_int_equal(nchan.count, 5);
}

static void what_was_not_answered_is_sent_again(void **state)
{
	(void)state;
	nchan.hold = 1;
	nchan.close_after = 3;
	assert_true(publish_many(10, "c1", 1));
	assert_int_equal(nchan.connections, 2);
	for (int i = 3; i < 10; i++) {
		char expected[LINE_MAX_];
		snprintf(expected, sizeof expected, "POST c1 %d", i);
		assert_int_equal(strncmp(nchan.seen[nchan.count - 10 + i], expected, strlen(expected)), 0);
	}
}

static void a_kept_connection_that_died_is_replaced(void **state)
{
	(void)state;
	assert_true(publish_many(1, "c1", 1));
	nchan_stop(state);
	nchan_listen();
	assert_true(publish_many(1, "c1", 1));
	assert_int_equal(nchan.connections, 2);
}

static void a_publisher_that_is_down_is_told_of(void **state)
{
	(void)state;
	publish_start("/nowhere/publish.sock");
	assert_false(publish_many(2, "c1", 1));
	assert_false(publish_ready());
}

static void a_publisher_that_fails_is_asked_twice(void **state)
{
	(void)state;
	nchan.status = 500;
	assert_false(publish_many(1, "c1", 1));
	assert_int_equal(nchan.count, 2);
	nchan.status = 0;
	assert_true(publish_many(1, "c1", 1));
}

static int gone_take(char found[8][32])
{
	char channels[8][32];
	int count = publish_take_gone(channels, 8);
	memcpy(found, channels, sizeof channels);
	return count;
}

static void connections_without_a_socket_are_reported_once(void **state)
{
	(void)state;
	char gone[8][32];
	assert_true(publish_many(1, "c1,c2x,c3", 1));
	assert_int_equal(gone_take(gone), 1);
	assert_string_equal(gone[0], "c2x");
	assert_int_equal(gone_take(gone), 0);
}

static void a_bye_may_come_late(void **state)
{
	(void)state;
	struct publish publish;
	char gone[8][32];
	publish_begin(&publish, &arena);
	publish_bye(&publish, "c9x", "{}");
	assert_true(publish_end(&publish));
	arena_free(&arena);
	assert_int_equal(gone_take(gone), 0);
}

static void a_frame_to_many_goes_out_in_portions_of_255(void **state)
{
	(void)state;
	char channels[600 * 5], *end = channels;
	for (int i = 0; i < 600; i++)
		end += sprintf(end, "%sc%03d", i == 0 ? "" : ",", i);
	nchan.count = 0;
	assert_true(publish_many(1, channels, 1));
	assert_int_equal(nchan.count, 3);
	assert_memory_equal(nchan.seen[0], "POST c000,c001", 14);
	assert_memory_equal(nchan.seen[1], "POST c255,c256", 14);
	assert_memory_equal(nchan.seen[2], "POST c510,c511", 14);
}

static void who_cannot_be_asked_about_counts_as_there(void **state)
{
	(void)state;
	char gone[8][32];
	assert_true(publish_many(1, "c1x,c2x,c3x", 1));
	nchan_stop(state);
	assert_int_equal(gone_take(gone), 0);
	nchan_listen();
	assert_true(publish_many(1, "c1", 1)); /* no broken connection was kept */
}

static void it_is_ready_when_it_answers(void **state)
{
	assert_true(publish_ready());
	assert_string_equal(nchan.seen[0], "GET ready ");
	nchan_stop(state);
	assert_false(publish_ready());
	nchan_listen();
	assert_true(publish_many(1, "c1", 1));
	nchan_stop(state);
	nchan_listen();
	assert_true(publish_ready()); /* what was kept is dead, and the publisher is not */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, nchan_start, nchan_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_go_out_in_order_without_waiting),
		TEST(nothing_to_say_needs_no_connection),
		TEST(a_connection_is_kept),
		TEST(a_bye_is_told_and_then_closed),
		TEST(a_large_batch_goes_in_portions),
		TEST(answers_may_come_byte_by_byte),
		TEST(what_was_not_answered_is_sent_again),
		TEST(a_kept_connection_that_died_is_replaced),
		TEST(a_publisher_that_is_down_is_told_of),
		TEST(a_publisher_that_fails_is_asked_twice),
		TEST(connections_without_a_socket_are_reported_once),
		TEST(a_bye_may_come_late),
		TEST(a_frame_to_many_goes_out_in_portions_of_255),
		TEST(who_cannot_be_asked_about_counts_as_there),
		TEST(it_is_ready_when_it_answers),
	};
	return cmocka_run_group_tests_name("publish", tests, folder_make, folder_remove);
}
