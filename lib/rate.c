/*
 * Budgets: token buckets in tables of fixed size. Of two keys that fall on one bucket the later takes it over once the
 * budget there is whole again; until then they share it, so that nobody gets a new one by a made-up token.
 *
 * Sessions of one account share its budget: which account a token belongs to is learned in the background, from then on
 * its budget is found by a keyed hash of the account. Until then the token has a newcomer's budget of its own, and what it
 * spent is carried over.
 */
#include "web.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 1 << 16, OWNERS = 1 << 16, WAYS = 4, UNKNOWN_MAX = 1024 };

struct bucket {
	uint64_t key;
	float left;
	uint32_t at; /* milliseconds, wrapping */
};

/* Whose a session is. */
struct owner {
	uint64_t session, account;
	int64_t grown; /* the second from which on it is no newcomer */
	uint32_t used; /* milliseconds, wrapping */
};

static struct bucket buckets[RATE_COUNT][BUCKETS];
static struct {
	float most, per_millisecond;
} limits[RATE_COUNT];
static struct owner owners[OWNERS];
static struct {
	int count;
	uint8_t tokens[UNKNOWN_MAX][DIGEST_SIZE];
} unknown;
static struct {
	int seconds;
	float share;
} newcomers = {.share = 1};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct moment {
	int64_t seconds;
	uint32_t milliseconds;
};

static struct moment moment_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct moment){.seconds = now.tv_sec,
	                       .milliseconds = (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000)};
}

void rate_limit(enum rate rate, int number, int seconds)
{
	limits[rate].most = (float)number;
	limits[rate].per_millisecond = (float)number / (float)seconds / 1000;
}

void rate_newcomers(int seconds, int percent)
{
	newcomers.seconds = seconds;
	newcomers.share = seconds > 0 ? (float)percent / 100 : 1;
}

static uint64_t key_of(const uint8_t digest[DIGEST_SIZE])
{
	uint64_t key;
	memcpy(&key, digest, sizeof key);
	return key | 1; /* 0 is nobody's */
}

static uint64_t key_of_account(const char *account)
{
	uint8_t digest[DIGEST_SIZE];
	secret_hash("budget", account, digest);
	return key_of(digest);
}

/* Of a room's id: FNV-1a, since it is asked for with each message and ids are random anyway. */
static uint64_t key_of_id(const char *id)
{
	uint64_t key = 0xcbf29ce484222325;
	for (; *id; id++)
		key = (key ^ (unsigned char)*id) * 0x100000001b3;
	return key | 1;
}

/* What a budget holds at the most, at least one. */
static float most_of(enum rate rate, float share)
{
	float most = limits[rate].most * share;
	return most < 1 ? 1 : most;
}

/* The bucket of a key, filled up to now. */
static struct bucket *bucket_find(enum rate rate, uint64_t key, float share, uint32_t at)
{
	struct bucket *bucket = &buckets[rate][(key >> 1) % BUCKETS];
	float most = most_of(rate, share);
	bucket->left += (float)(at - bucket->at) * limits[rate].per_millisecond * share;
	bucket->left = bucket->left > most ? most : bucket->left;
	bucket->at = at;
	if (bucket->key != key && (bucket->key == 0 || bucket->left >= most))
		*bucket = (struct bucket){.key = key, .left = most, .at = at};
	return bucket;
}

/* The seconds until a bucket has one; 0 where it has. */
static int bucket_wait(enum rate rate, const struct bucket *bucket, float share)
{
	return bucket->left >= 1 ? 0 : (int)((1 - bucket->left) / (limits[rate].per_millisecond * share) / 1000) + 1;
}

static struct owner *owner_find(uint64_t session)
{
	struct owner *set = &owners[(session >> 1) % (OWNERS / WAYS) * WAYS];
	for (int i = 0; i < WAYS; i++)
		if (set[i].session == session)
			return &set[i];
	return NULL;
}

/* The place of the one that has been used least lately. */
static struct owner *owner_place(uint64_t session, uint32_t at)
{
	struct owner *set = &owners[(session >> 1) % (OWNERS / WAYS) * WAYS], *place = set;
	for (int i = 0; i < WAYS && place->session != 0; i++)
		if (set[i].session == 0 || at - set[i].used > at - place->used)
			place = &set[i];
	return place;
}

static float share_of(const struct owner *owner, struct moment now)
{
	return owner != NULL && owner->grown <= now.seconds ? 1 : newcomers.share;
}

int rate_take(enum rate rate, const uint8_t token[DIGEST_SIZE])
{
	if (limits[rate].most == 0)
		return 0;
	struct moment now = moment_now();
	uint64_t session = key_of(token);
	pthread_mutex_lock(&lock);
	struct owner *owner = owner_find(session);
	float share = share_of(owner, now);
	struct bucket *bucket = bucket_find(rate, owner != NULL ? owner->account : session, share, now.milliseconds);
	if (owner != NULL)
		owner->used = now.milliseconds;
	int seconds = bucket_wait(rate, bucket, share);
	if (seconds == 0)
		bucket->left -= 1;
	pthread_mutex_unlock(&lock);
	return seconds;
}

int rate_wait(enum rate rate, const char *id)
{
	if (limits[rate].most == 0)
		return 0;
	uint64_t key = key_of_id(id);
	pthread_mutex_lock(&lock);
	int seconds = bucket_wait(rate, bucket_find(rate, key, 1, moment_now().milliseconds), 1);
	pthread_mutex_unlock(&lock);
	return seconds;
}

void rate_spend(enum rate rate, const char *id)
{
	if (limits[rate].most == 0)
		return;
	uint64_t key = key_of_id(id);
	pthread_mutex_lock(&lock);
	bucket_find(rate, key, 1, moment_now().milliseconds)->left -= 1;
	pthread_mutex_unlock(&lock);
}

static bool is_waited_for(const uint8_t token[DIGEST_SIZE])
{
	for (int i = 0; i < unknown.count; i++)
		if (memcmp(unknown.tokens[i], token, DIGEST_SIZE) == 0)
			return true;
	return false;
}

void rate_seen(const uint8_t token[DIGEST_SIZE])
{
	pthread_mutex_lock(&lock);
	if (owner_find(key_of(token)) == NULL && unknown.count < UNKNOWN_MAX && !is_waited_for(token))
		memcpy(unknown.tokens[unknown.count++], token, DIGEST_SIZE);
	pthread_mutex_unlock(&lock);
}

int rate_unknown(uint8_t tokens[][DIGEST_SIZE], int max)
{
	pthread_mutex_lock(&lock);
	int count = unknown.count < max ? unknown.count : max;
	unknown.count -= count;
	memcpy(tokens, unknown.tokens[unknown.count], (size_t)count * DIGEST_SIZE);
	pthread_mutex_unlock(&lock);
	return count;
}

/* What a session has spent of the budget that it had for itself is spent of the account's, down to one budget of debt. */
static void spent_carry(enum rate rate, uint64_t session, const struct owner *owner, struct moment now)
{
	const struct bucket *own = &buckets[rate][(session >> 1) % BUCKETS];
	if (limits[rate].most == 0 || own->key != session)
		return;
	float spent = most_of(rate, newcomers.share) - bucket_find(rate, session, newcomers.share, now.milliseconds)->left;
	float share = share_of(owner, now), most = most_of(rate, share);
	struct bucket *bucket = bucket_find(rate, owner->account, share, now.milliseconds);
	bucket->left -= spent;
	bucket->left = bucket->left < -most ? -most : bucket->left;
}

void rate_learn(const uint8_t token[DIGEST_SIZE], const char *account, long age)
{
	struct moment now = moment_now();
	uint64_t session = key_of(token), key = key_of_account(account);
	pthread_mutex_lock(&lock);
	if (owner_find(session) == NULL) {
		struct owner *owner = owner_place(session, now.milliseconds);
		*owner = (struct owner){.session = session,
		                        .account = key,
		                        .grown = now.seconds + newcomers.seconds - age,
		                        .used = now.milliseconds};
		for (int rate = 0; rate < RATE_COUNT; rate++)
			spent_carry((enum rate)rate, session, owner, now);
	}
	pthread_mutex_unlock(&lock);
}
