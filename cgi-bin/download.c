/* What long answers have in common: a few at a time, sent piece by piece, none for ever. */
#include "download.h"

#include <stdatomic.h>

enum { AT_ONCE = 4, PIECE = 64 * 1024, SECONDS_MAX = 15 * 60, RETRY_SECONDS = 5 };

int download(struct request *r, handler *write)
{
	static atomic_int under_way;
	int status;
	if (atomic_fetch_add(&under_way, 1) < AT_ONCE) {
		status = write(r);
	} else {
		reply_header(r, "Retry-After", "%d", RETRY_SECONDS);
		status = fail(r, 503, "busy");
	}
	atomic_fetch_sub(&under_way, 1);
	return status;
}

bool download_flush(struct request *r)
{
	return r->reply.size <= PIECE || loop_flush(r);
}

bool download_late(const struct request *r)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - r->begin.tv_sec > SECONDS_MAX;
}
