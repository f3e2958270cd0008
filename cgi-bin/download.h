/* Long answers that are made of many pages of the database. They stay within bounds, and chat never waits for them. */
#ifndef DRIFTLINE_DOWNLOAD_H
#define DRIFTLINE_DOWNLOAD_H

#include "app.h"

/* Answers by write, which sends what it has as it goes; 503 busy while a few others are at theirs. */
int download(struct request *r, handler *write);
/* Sends what has been written so far if it is much. False: nobody reads any more, and write is to return BROKEN. */
bool download_flush(struct request *r);
/* Whether it has taken too long already: then write is to return BROKEN. */
bool download_late(const struct request *r);

#endif
