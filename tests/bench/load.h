/* The load generator's two halves: load.c drives the users, process.c tells what their messages cost. */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

/* load.c */

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t now(void); /* nanoseconds, monotonic */

/* process.c: CPU and memory of named process trees, and of the whole machine */

void process_add(const char *name_pid); /* "nginx=1234": that process and all below it */
void process_mark(void); /* CPU is counted from here on */
void process_print_cpu(uint64_t nanoseconds, double messages);
void process_mark_memory(void);
void process_print_memory(double connections);

#endif
