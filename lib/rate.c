/*
 * Budgets per session: token buckets in one table of fixed size. Of two sessions that fall on one slot the later takes it
 * over once the budget there is whole again; until then they share it, so that nobody gets a new one by a made-up token.
 */
#include "web.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { SLOTS = 1 << 16 };

static struct bucket {
	uint64_t key;
	float left;
	uint32_t at; /* milliseconds, wrapping */
} buckets[RATE_COUNT][SLOTS];
static int limits[RATE_COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void rate_limit(enum rate rate, int per_minute)
{
	limits[rate] = per_minute;
}

int rate_take(enum rate rate, const uint8_t token[DIGEST_SIZE])
{
	if (limits[rate] == 0)
		return 0;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint32_t at = (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
	uint64_t key;
	memcpy(&key, token, sizeof key);
	float per_millisecond = (float)limits[rate] / 60000, most = (float)limits[rate];
	pthread_mutex_lock(&lock);
	struct bucket *bucket = &buckets[rate][key % SLOTS];
	bucket->left += (float)(at - bucket->at) * per_millisecond;
	bucket->left = bucket->left > most ? most : bucket->left;
	bucket->at = at;
	if (bucket->key != key && (bucket->key == 0 || bucket->left >= most))
		*bucket = (struct bucket){.key = key, .left = most, .at = at};
	bool taken = bucket->left >= 1;
	if (taken)
		bucket->left -= 1;
	int seconds = taken ? 0 : (int)((1 - bucket->left) / per_millisecond / 1000) + 1;
	pthread_mutex_unlock(&lock);
	return seconds;
}
