/* The publisher's answers, whatever they are and however they are cut: read without a word of trust. */
#include "fuzz.h"

#include "../../lib/publish.c" /* for what is static there */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	enum { SIZE_MAX_ = 32 * 1024 };
	int ends[2];
	if (size > SIZE_MAX_ || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return 0;
	if (send(ends[1], bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		abort();
	shutdown(ends[1], SHUT_WR);
	struct answers answers = {.fd = ends[0]};
	int subscribers = 0;
	for (int i = 0; i < 64 && answer_read(&answers, &subscribers) != 0; i++)
		continue;
	close(ends[0]);
	close(ends[1]);
	return 0;
}
