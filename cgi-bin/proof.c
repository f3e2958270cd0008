/*
 * Proof of work: when it is asked for, the challenge, and what comes back. With `rising` nobody is asked until guests,
 * registrations or failed logins become many, of one address prefix or in all; then the work grows as they do.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { GOOD_SECONDS = 600, PAYLOAD_CHARACTERS = 1024 };

/* As many as have just come are a little fewer already: that still counts as so many. */
static const float FADED = 0.5F;

/* A kind is watched where its limit is on. */
static bool is_watched(enum abuse kind)
{
	const int limits[] = {config.limit_guests, config.limit_registrations, config.limit_logins, config.limit_logins};
	return limits[kind] > 0;
}

/* How many times as much there was of a kind as brings the question up; below 1 nobody is asked. */
static float pressure(enum abuse kind, const char *prefix)
{
	if (!is_watched(kind))
		return 0;
	float here = (abuse_level(kind, prefix) + FADED) / (float)config.pow_prefix;
	float all = (abuse_level(kind, "") + FADED) / (float)config.pow_all;
	return here > all ? here : all;
}

/* Whether somebody has tried to guess the password of that name. */
static bool is_tried(const char *name)
{
	return is_watched(ABUSE_NAMES) && abuse_level(ABUSE_NAMES, name) + FADED >= (float)config.pow_failures;
}

static bool is_asked(struct request *r, enum abuse kind, const char *name)
{
	if (strcmp(config.pow, "rising") != 0)
		return strcmp(config.pow, "always") == 0;
	return pressure(kind, abuse_prefix(r)) >= 1 || (name != NULL && is_tried(name));
}

int proof_take(struct request *r, enum abuse kind, const char *name, struct proof *proof)
{
	const char *payload;
	uint8_t challenge[DIGEST_SIZE];
	int64_t expires;
	*proof = (struct proof){0};
	TRY(field_text(r, "pow", OPTIONAL, TEXT_NAME, PAYLOAD_CHARACTERS, &payload));
	if (strcmp(config.pow, "off") == 0)
		return 0;
	if (payload == NULL)
		return is_asked(r, kind, name) ? fail(r, 403, "pow_required") : 0;
	if (!pow_check(payload, time(NULL), challenge, &expires))
		return fail(r, 403, "pow_invalid");
	proof->challenge = act_bytea(r, challenge, sizeof challenge);
	proof->expires = arena_printf(&r->arena, "%" PRId64, expires);
	return 0;
}

int proof_spend(struct request *r, const struct proof *proof)
{
	if (proof->challenge == NULL)
		return 0;
	int status = ACT(r, "pow_spend", proof->challenge, proof->expires);
	return status == 204 ? 0 : status;
}

/*
 * Adds the hashes of where something comes from, in this period and in the one before, to an array: nobody keeps the key, but
 * it takes the deployment's secret to make one again.
 */
static void origin_add(struct request *r, struct buf *origins, const char *kind, const char *origin)
{
	int64_t period = time(NULL) / 86400 / config.ban_memory;
	for (int back = 0; back < 2; back++) {
		uint8_t digest[DIGEST_SIZE];
		secret_hash(arena_printf(&r->arena, "%s %" PRId64, kind, period - back), origin, digest);
		/* within an array a backslash stands twice */
		buf_printf(origins, "%s\"\\%s\"", origins->size > 1 ? "," : "", act_bytea(r, digest, sizeof digest));
	}
}

int proof_origins(struct request *r, const char **origins)
{
	const char *device = NULL;
	*origins = NULL;
	if (field_given(r, "device"))
		TRY(field_uuid4(r, "device", &device));
	if (config.ban_memory == 0)
		return 0;
	struct buf array = {.arena = &r->arena};
	buf_printf(&array, "{");
	origin_add(r, &array, "prefix", abuse_prefix(r));
	if (device != NULL)
		origin_add(r, &array, "device", device);
	buf_printf(&array, "}");
	*origins = array.text;
	return 0;
}

void proof_count(struct request *r, enum abuse kind)
{
	if (!is_watched(kind))
		return;
	abuse_note(kind, abuse_prefix(r));
	abuse_note(kind, "");
}

void proof_count_try(const char *name)
{
	if (is_watched(ABUSE_NAMES))
		abuse_note(ABUSE_NAMES, name);
}

void proof_count_login(struct request *r, const char *name, int status)
{
	if (status == 404)
		proof_count(r, ABUSE_LOGINS);
	else if (status == 200 || status == 202)
		abuse_clear(ABUSE_NAMES, name);
}

/* The work doubles each time that the pressure does. */
static int number_now(struct request *r)
{
	const char *prefix = abuse_prefix(r);
	float most = 0;
	int number = config.pow_number;
	for (int kind = ABUSE_GUESTS; kind <= ABUSE_LOGINS; kind++) {
		float of_kind = pressure((enum abuse)kind, prefix);
		most = of_kind > most ? of_kind : most;
	}
	for (; most >= 2 && number < config.pow_number_max; most /= 2)
		number = number > config.pow_number_max / 2 ? config.pow_number_max : 2 * number;
	return number;
}

/* GET /challenge: {algorithm, challenge, maxnumber, salt, signature}, good once, for ten minutes. */
int challenge_get(struct request *r)
{
	struct pow_challenge made = {0};
	pow_make(number_now(r), time(NULL) + GOOD_SECONDS, &made);
	buf_printf(&r->reply,
	           "{\"algorithm\":\"SHA-256\",\"challenge\":\"%s\",\"maxnumber\":%d,\"salt\":\"%s\",\"signature\":\"%s\"}",
	           made.challenge, made.maxnumber, made.salt, made.signature);
	return 200;
}
