/* Counters, kept off the path of a message: atomic additions, summed up when somebody asks. */
#include "web.h"

#include <stdatomic.h>
#include <string.h>

enum { ROUTES_MAX = 128, NAMED_MAX = 16, CLASSES = 6 };

static struct {
	_Atomic(const struct route *) route;
	atomic_long count[CLASSES]; /* by the status's first digit */
	atomic_long microseconds;
} counters[ROUTES_MAX];

static struct {
	_Atomic(const char *) name;
	atomic_long value;
} named[NAMED_MAX];

void metrics_count(const struct route *route, int status, long microseconds)
{
	static const struct route none = {.method = "", .path = ""};
	route = route != NULL ? route : &none;
	/* Routes are an array: their addresses tell them apart, and the first to come takes the slot. */
	for (size_t i = 0; i < ROUTES_MAX; i++) {
		const struct route *expected = NULL;
		if (atomic_load(&counters[i].route) != route &&
		    !atomic_compare_exchange_strong(&counters[i].route, &expected, route) && expected != route)
			continue;
		atomic_fetch_add(&counters[i].count[status / 100 % CLASSES], 1);
		atomic_fetch_add(&counters[i].microseconds, microseconds);
		return;
	}
}

void metrics_add(const char *name, long value)
{
	for (size_t i = 0; i < NAMED_MAX; i++) {
		const char *expected = NULL;
		if (atomic_load(&named[i].name) == name || atomic_compare_exchange_strong(&named[i].name, &expected, name) ||
		    expected == name) {
			atomic_fetch_add(&named[i].value, value);
			return;
		}
	}
}

void metrics_write(struct buf *buf)
{
	buf_text(buf, "# TYPE driftline_requests_total counter\n");
	for (size_t i = 0; i < ROUTES_MAX && counters[i].route != NULL; i++)
		for (int class = 1; class < CLASSES; class ++)
			if (counters[i].count[class] > 0)
				buf_printf(buf, "driftline_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %ld\n",
				           counters[i].route->method, counters[i].route->path, class, counters[i].count[class]);
	buf_text(buf, "# TYPE driftline_request_seconds_total counter\n");
	for (size_t i = 0; i < ROUTES_MAX && counters[i].route != NULL; i++)
		buf_printf(buf, "driftline_request_seconds_total{method=\"%s\",route=\"%s\"} %.6f\n", counters[i].route->method,
		           counters[i].route->path, (double)counters[i].microseconds / 1e6);
	for (size_t i = 0; i < NAMED_MAX && named[i].name != NULL; i++)
		buf_printf(buf, "# TYPE driftline_%s counter\ndriftline_%s %ld\n", named[i].name, named[i].name,
		           named[i].value);
}
