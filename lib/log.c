/* The log: one JSON object a line on standard error, written by one call, so that lines of many threads stay whole. */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum log_level log_threshold = LOG_INFO;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

bool log_level_parse(const char *name)
{
	for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			log_threshold = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
	if (level > log_threshold)
		return;
	char line[1024];
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t size = strftime(line, sizeof line, "{\"at\":\"%Y-%m-%dT%H:%M:%S", &utc);
	size += (size_t)snprintf(line + size, sizeof line - size, ".%03ldZ\",\"level\":\"%s\",\"event\":\"%s\"",
	                         now.tv_nsec / 1000000, level_names[level], event);
	if (format != NULL) {
		line[size++] = ',';
		va_list list;
		va_start(list, format);
		size_t room = sizeof line - size - 2;
		int more = vsnprintf(line + size, room, format, list);
		va_end(list);
		if (more >= 0 && (size_t)more < room)
			size += (size_t)more;
		else
			size--; /* too long: the line stays JSON, without its members */
	}
	line[size++] = '}';
	line[size++] = '\n';
	if (write(STDERR_FILENO, line, size) < 0)
		return; /* there is nobody left to tell */
}
