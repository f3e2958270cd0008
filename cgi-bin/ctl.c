/*
 * ctl: the part of driftctl that is not shell. Arguments reach it as an array, and no shell sees them again.
 *
 *   ctl request ARGUMENT...          what to ask: path, body and the rest, a line each
 *   ctl show STATUS|cgi [--json|--raw]  the answer on standard input: a table, JSON, or as it came
 *   ctl field NAME                   a member of the JSON object on standard input
 *   ctl help [COMMAND...]
 *   ctl completion bash
 */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	if (strcmp(mode, "request") == 0)
		return ctl_request(argc - 2, argv + 2);
	if (strcmp(mode, "show") == 0 && argc > 2)
		return ctl_show(atoi(argv[2]), argc > 3 ? argv[3] : "");
	if (strcmp(mode, "field") == 0 && argc > 2)
		return ctl_field(argv[2]);
	if (strcmp(mode, "help") == 0)
		return ctl_help(argv + 2, argc - 2);
	if (strcmp(mode, "completion") == 0)
		return ctl_completion(argc > 2 ? argv[2] : "");
	fputs("usage: ctl request|show|field|help|completion …; driftctl calls it\n", stderr);
	return 2;
}
