/* Frames to sockets: a client of Nchan's publisher location on its unix socket. */
#ifndef DRIFTLINE_PUBLISH_H
#define DRIFTLINE_PUBLISH_H

#include "base.h"

/* publish.c */

/* Publishes go to the unix socket at path. Connections are opened when they are first needed. */
void publish_start(const char *path);

/* Frames that go out together, over one connection, one behind the other without waiting. */
struct publish {
	struct buf requests;
	struct publish_part *parts, *last;
	struct arena *arena;
};

void publish_begin(struct publish *publish, struct arena *arena);
/* One frame to each of the channels, comma-separated, however many they are. The frame is JSON, so valid UTF-8: Nchan passes on whatever it gets. */
void publish_frame(struct publish *publish, const char *channels, const char *frame, size_t size);
/* A frame to one connection's channel, then the end of that connection. */
void publish_bye(struct publish *publish, const char *channel, const char *frame);
/*
 * Sends all and waits until Nchan has delivered. False: some did not go out, after one new try over a new connection;
 * clients heal by sync, so a caller need not do more. Connections that nobody seems to be at are left to publish_take_gone().
 */
bool publish_end(struct publish *publish);

/* Leaves connections' channels, comma-separated, to publish_take_gone(). */
void publish_check(const char *channels);
/* Up to max of those channels that turned out to have no subscriber, each ID_SIZE + 1 characters at the most. Returns how many. */
int publish_take_gone(char (*channels)[32], int max);

bool publish_ready(void); /* whether the publisher location answers */

#endif
