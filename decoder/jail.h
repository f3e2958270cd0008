/* jail.c: what is left to a process that decodes other people's bytes. */
#ifndef DRIFTLINE_JAIL_H
#define DRIFTLINE_JAIL_H

#include <stdbool.h>

/*
 * From here on the process reads its standard input, writes its standard output, takes up to 256 MiB of address space and
 * 2 s of a core, and ends; whatever else it tries kills it. False: it could not be locked in, and must not go on.
 */
bool jail_enter(void);

#endif
