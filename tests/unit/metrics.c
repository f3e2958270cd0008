/* lib/metrics.c */
#include "unit.h"

#include "web.h"

#include <pthread.h>

static const struct route routes[] = {
	{"GET", "/a", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{"POST", "/b", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};

static void *count_many(void *unused)
{
	for (int i = 0; i < 1000; i++) {
		metrics_count(&routes[i % 2], i % 4 < 2 ? 200 : 503, 500);
		metrics_count(NULL, 404, 1);
		metrics_add("append_lines_total", 2);
	}
	return unused;
}

static void assert_has(const char *text, const char *line)
{
	if (strstr(text, line) == NULL)
		fail_msg("%s is missing in\n%s", line, text);
}

static void counts_of_many_threads_add_up(void **state)
{
	(void)state;
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	struct buf buf = {0};
	metrics_write(&buf);
	assert_has(buf.text, "driftline_requests_total{method=\"GET\",route=\"/a\",status=\"2xx\"} 2000\n");
	assert_has(buf.text, "driftline_requests_total{method=\"GET\",route=\"/a\",status=\"5xx\"} 2000\n");
	assert_has(buf.text, "driftline_requests_total{method=\"POST\",route=\"/b\",status=\"2xx\"} 2000\n");
	assert_has(buf.text, "driftline_requests_total{method=\"\",route=\"\",status=\"4xx\"} 8000\n");
	assert_has(buf.text, "driftline_request_seconds_total{method=\"GET\",route=\"/a\"} 2.000000\n");
	assert_has(buf.text, "driftline_append_lines_total 16000\n");
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_many_threads_add_up),
	};
	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
