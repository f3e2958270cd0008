/*
 * The job that lets go of what is kept no longer. A thread of its own with a connection of its own: it asks the database for
 * small portions, kind by kind, and rests after each as long as that took, so that nobody waits for it.
 */
#include "app.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVERY_SECONDS = 5, REST_MIN_MS = 2, BUSY = 503 };

static struct kind {
	const char *name; /* of api.retain */
	const int *days; /* NULL: it is not a matter of days. 0: for ever */
	atomic_long gone;
	atomic_long done; /* when nothing of it was overdue last, in seconds since 1970 */
	bool always; /* with 0 days too: it is more than those */
	bool more;
} kinds[] = {
	{.name = "erasures"},
	{.name = "guests", .days = &config.keep_guests},
	{.name = "messages", .days = &config.keep_messages},
	{.name = "held", .days = &config.keep_messages, .always = true},
	{.name = "matches", .days = &config.keep_matches},
	{.name = "evidence", .days = &config.keep_evidence},
	{.name = "warnings", .days = &config.keep_warnings},
	{.name = "bans"},
	{.name = "audit", .days = &config.keep_audit},
	{.name = "addresses", .days = &config.ban_memory, .always = true},
	{.name = "sessions"},
	{.name = "tickets"},
	{.name = "tokens"},
	{.name = "challenges"},
	{.name = "waits"},
	{.name = "notices"},
	{.name = "shares"},
	{.name = "uploads"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct {
	atomic_long last_run, failures;
} run;

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}, NULL);
}

/* One portion of a kind. False: it failed. */
static bool portion(struct kind *kind)
{
	char days[16];
	long gone = 0;
	int more = 0;
	struct buf reply = {0};
	snprintf(days, sizeof days, "%d", kind->days != NULL ? *kind->days : 0);
	int status = act_job("retain", &(struct db_params){.count = 2, .values = {kind->name, days}}, &reply);
	bool read = reply.size > 0 && sscanf(reply.text, "%ld %d", &gone, &more) == 2;
	buf_free(&reply);
	atomic_fetch_add(&kind->gone, gone);
	kind->more = more != 0;
	if (status == 200 && read && !more)
		atomic_store(&kind->done, time(NULL));
	return status == BUSY || (status == 200 && read); /* busy: another node is at it */
}

static bool is_for_ever(const struct kind *kind)
{
	return kind->days != NULL && *kind->days == 0 && !kind->always;
}

/* A portion of each kind that has some left, in turn, until none has. What fails is left for the next time. */
static void retain(void)
{
	bool failed = false, more = true;
	for (size_t i = 0; i < KINDS; i++)
		kinds[i].more = !is_for_ever(&kinds[i]);
	while (more) {
		more = false;
		for (size_t i = 0; i < KINDS; i++) {
			if (!kinds[i].more)
				continue;
			long began = now_ms();
			failed = !portion(&kinds[i]) || failed;
			more = more || kinds[i].more;
			rest(now_ms() - began + REST_MIN_MS);
		}
	}
	if (failed)
		atomic_fetch_add(&run.failures, 1);
	else
		atomic_store(&run.last_run, time(NULL));
}

static void *retention_loop(void *unused)
{
	db_reserve();
	for (;;) {
		rest(EVERY_SECONDS * 1000L);
		retain();
	}
	return unused;
}

void retention_start(void)
{
	pthread_t thread;
	for (size_t i = 0; i < KINDS; i++)
		atomic_store(&kinds[i].done, time(NULL));
	if (pthread_create(&thread, NULL, retention_loop, NULL) != 0 || pthread_detach(thread) != 0)
		abort();
}

void retention_metrics(struct buf *out)
{
	if (atomic_load(&kinds[0].done) == 0)
		return;
	buf_printf(out, "# TYPE driftline_retention_last_run_seconds gauge\ndriftline_retention_last_run_seconds %ld\n",
	           atomic_load(&run.last_run));
	buf_printf(out, "# TYPE driftline_retention_failures_total counter\ndriftline_retention_failures_total %ld\n",
	           atomic_load(&run.failures));
	buf_text(out, "# TYPE driftline_retention_rows_total counter\n");
	for (size_t i = 0; i < KINDS; i++)
		buf_printf(out, "driftline_retention_rows_total{kind=\"%s\"} %ld\n", kinds[i].name,
		           atomic_load(&kinds[i].gone));
	buf_text(out, "# TYPE driftline_retention_lag_seconds gauge\n");
	for (size_t i = 0; i < KINDS; i++)
		if (!is_for_ever(&kinds[i]))
			buf_printf(out, "driftline_retention_lag_seconds{kind=\"%s\"} %ld\n", kinds[i].name,
			           (long)time(NULL) - atomic_load(&kinds[i].done));
}
