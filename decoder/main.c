/*
 * decode: makes one file of what comes by standard input, in a jail, and ends. `media` starts one for each upload.
 *
 *   decode picture|avatar|voice
 *
 * The answer is a struct decode_head and the files behind it. A child that ends in any other way than by 0 has found what
 * it was not meant to find.
 */
#include "core.h"
#include "jail.h"

#include <mpg123.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { INPUT_MAX = 4 * 1024 * 1024, BACKGROUND = 10, USAGE = 2, NO_JAIL = 3, NO_PIPE = 4 };

static uint8_t *input_read(size_t *size)
{
	uint8_t *bytes = malloc(INPUT_MAX);
	ssize_t got = 1;
	for (*size = 0; bytes != NULL && got > 0 && *size < INPUT_MAX; *size += (size_t)(got > 0 ? got : 0))
		got = read(STDIN_FILENO, bytes + *size, INPUT_MAX - *size);
	return bytes != NULL && got >= 0 ? bytes : NULL;
}

static void output_write(const void *bytes, size_t size)
{
	for (const char *p = bytes; size > 0;) {
		ssize_t wrote = write(STDOUT_FILENO, p, size);
		if (wrote <= 0)
			_exit(NO_PIPE);
		p += wrote;
		size -= (size_t)wrote;
	}
}

int main(int argc, char **argv)
{
	struct decode_head head;
	uint8_t *outputs[2];
	size_t size;
	int task = 0;
	while (task < DECODE_TASKS && (argc != 2 || strcmp(argv[1], decode_task_names[task]) != 0))
		task++;
	if (task == DECODE_TASKS)
		return USAGE;
	setpriority(PRIO_PROCESS, 0, BACKGROUND); /* chat goes first */
	mpg123_init(); /* looks at the processor */
	if (!jail_enter())
		return NO_JAIL;
	const uint8_t *bytes = input_read(&size);
	if (bytes == NULL)
		return NO_PIPE;
	core_run((enum decode_task)task, bytes, size, &head, outputs);
	output_write(&head, sizeof head);
	for (int i = 0; i < 2; i++)
		output_write(outputs[i], head.sizes[i]);
	_exit(0);
}
