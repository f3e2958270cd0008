/*
 * How much has come from where lately: guests, registrations, failed logins. A table of fixed size in memory that the
 * programs of one machine share, without locks, so that none ever waits for another. Keys are keyed hashes: no address and
 * no name can be read in it. When it is full the lowest count goes.
 */
#include "web.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 1 << 15, WAYS = 8, HALVINGS_MAX = 40 };

/* A count and the second it was right at, in one word so that they change together. */
union count {
	uint64_t word;
	struct {
		float level;
		uint32_t at;
	};
};

struct slot {
	_Atomic uint64_t key; /* 0: free */
	_Atomic uint64_t count;
};

static struct slot private_slots[SLOTS];
static struct slot *slots = private_slots;
static uint32_t half_life = 600;

static uint32_t seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec;
}

static void slots_map(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	void *map = MAP_FAILED;
	if (fd >= 0 && ftruncate(fd, sizeof private_slots) == 0)
		map = mmap(NULL, sizeof private_slots, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (map != MAP_FAILED)
		slots = map;
	else
		log_event(LOG_WARN, "abuse_table_unshared", NULL);
}

void abuse_open(const char *path, int seconds)
{
	half_life = (uint32_t)seconds;
	if (path != NULL)
		slots_map(path);
}

static uint64_t key_of(enum abuse kind, const char *whom)
{
	uint8_t digest[DIGEST_SIZE];
	char purpose[] = "abuse 0";
	uint64_t key;
	purpose[sizeof purpose - 2] = (char)('0' + kind);
	secret_hash(purpose, whom, digest);
	memcpy(&key, digest, sizeof key);
	return key | 1;
}

/* A count as it is now: half of it a half-life later, and between in a straight line. */
static float level_of(uint64_t word, uint32_t now)
{
	union count count = {.word = word};
	uint32_t age = now - count.at, halvings = age / half_life;
	if (halvings > HALVINGS_MAX)
		return 0;
	for (; halvings > 0; halvings--)
		count.level /= 2;
	return count.level * (1 - (float)(age % half_life) / (float)half_life / 2);
}

static struct slot *slot_find(uint64_t key)
{
	struct slot *set = &slots[(key >> 8) % (SLOTS / WAYS) * WAYS];
	for (int i = 0; i < WAYS; i++)
		if (atomic_load(&set[i].key) == key)
			return &set[i];
	return NULL;
}

/*
 * The slot with the lowest count of those that the key may have; its own, if it has one by now. Counts are read before keys,
 * here and below: one that was counted for this key is never taken for the former one's.
 */
static struct slot *slot_lowest(uint64_t key, uint32_t now)
{
	struct slot *set = &slots[(key >> 8) % (SLOTS / WAYS) * WAYS], *lowest = NULL;
	float least = 0;
	for (int i = 0; i < WAYS; i++) {
		float level = level_of(atomic_load(&set[i].count), now);
		if (atomic_load(&set[i].key) == key)
			return &set[i];
		if (lowest == NULL || level < least) {
			lowest = &set[i];
			least = level;
		}
	}
	return lowest;
}

/* The key's slot, taken from another one if it has none. Of those who take it at once one does. */
static struct slot *slot_claim(uint64_t key, uint32_t now)
{
	for (;;) {
		struct slot *slot = slot_lowest(key, now);
		uint64_t count = atomic_load(&slot->count), former = atomic_load(&slot->key);
		if (former == key || (atomic_compare_exchange_strong(&slot->count, &count, 0) &&
		                      atomic_compare_exchange_strong(&slot->key, &former, key)))
			return slot;
	}
}

void abuse_note(enum abuse kind, const char *whom)
{
	uint64_t key = key_of(kind, whom);
	uint32_t now = seconds_now();
	struct slot *slot = slot_claim(key, now);
	uint64_t old = atomic_load(&slot->count);
	union count new;
	do
		new = (union count){.level = level_of(old, now) + 1, .at = now};
	while (!atomic_compare_exchange_weak(&slot->count, &old, new.word));
}

void abuse_clear(enum abuse kind, const char *whom)
{
	struct slot *slot = slot_find(key_of(kind, whom));
	if (slot != NULL)
		atomic_store(&slot->count, 0);
}

float abuse_level(enum abuse kind, const char *whom)
{
	struct slot *slot = slot_find(key_of(kind, whom));
	return slot != NULL ? level_of(atomic_load(&slot->count), seconds_now()) : 0;
}

const char *abuse_prefix(struct request *r)
{
	const char *address = request_param(r, "REMOTE_ADDR");
	uint8_t bytes[sizeof(struct in6_addr)] = {0};
	char hex[17];
	size_t size = 8;
	if (inet_pton(AF_INET, address, bytes) == 1)
		size = 4;
	else if (inet_pton(AF_INET6, address, bytes) == 1 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(void *)bytes))
		memmove(bytes, bytes + 12, size = 4);
	hex_encode(bytes, size, hex);
	return arena_copy(&r->arena, hex, 2 * size);
}
