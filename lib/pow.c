/*
 * Proof of work, ALTCHA's scheme, version 1: somewhere in 0 … maxnumber is the number that, behind the salt, has the
 * challenge for its SHA-256. Nothing of it is kept: what comes back carries our signature, and its end stands in the salt.
 */
#include "web.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { PAYLOAD_MAX = 1024, SALT_BYTES = 12 };

static const char expires_mark[] = "?expires=";

static void digest_hex(const char *salt, int64_t number, char hex[2 * DIGEST_SIZE + 1])
{
	char text[POW_SALT_SIZE + 24];
	uint8_t digest[DIGEST_SIZE];
	int size = snprintf(text, sizeof text, "%s%" PRId64, salt, number);
	sha256(text, (size_t)size, digest);
	hex_encode(digest, sizeof digest, hex);
}

static void signature_hex(const char *challenge, char hex[2 * DIGEST_SIZE + 1])
{
	uint8_t digest[DIGEST_SIZE];
	secret_hash("pow", challenge, digest);
	hex_encode(digest, sizeof digest, hex);
}

/* Below bound; which of them are a little likelier does not matter here. */
static int number_random(int bound)
{
	uint64_t random;
	random_bytes(&random, sizeof random);
	return (int)(random % (uint64_t)bound);
}

void pow_make(int maxnumber, int64_t expires, struct pow_challenge *made)
{
	uint8_t bytes[SALT_BYTES];
	char hex[2 * SALT_BYTES + 1];
	random_bytes(bytes, sizeof bytes);
	hex_encode(bytes, sizeof bytes, hex);
	/* The last sign parts the salt from the number: no digit can be moved from the one to the other. */
	snprintf(made->salt, sizeof made->salt, "%s%s%" PRId64 "&", hex, expires_mark, expires);
	digest_hex(made->salt, number_random(maxnumber + 1), made->challenge);
	signature_hex(made->challenge, made->signature);
	made->maxnumber = maxnumber;
}

/* The JSON behind the base64, or NULL. */
static json_object *payload_read(const char *payload)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char text[PAYLOAD_MAX / 4 * 3 + 1];
	size_t size = strlen(payload), letters = strspn(payload, alphabet);
	size_t padding = strspn(payload + letters, "=");
	if (size == 0 || size > PAYLOAD_MAX || size % 4 != 0 || padding > 2 || letters + padding != size)
		return NULL;
	int decoded = EVP_DecodeBlock(text, (const unsigned char *)payload, (int)size);
	if (decoded < (int)padding)
		return NULL;
	size = (size_t)decoded - padding;
	text[size] = '\0';
	return request_json((const char *)text, size);
}

static const char *text_of(json_object *object, const char *name)
{
	json_object *value;
	return json_object_object_get_ex(object, name, &value) && json_object_is_type(value, json_type_string)
	           ? json_object_get_string(value)
	           : "";
}

static bool number_of(json_object *object, int64_t *number)
{
	json_object *value;
	if (!json_object_object_get_ex(object, "number", &value) || !json_object_is_type(value, json_type_int))
		return false;
	*number = json_object_get_int64(value);
	return *number >= 0 && *number <= INT32_MAX;
}

/* The end that stands in a salt of ours; 0 for what is none. */
static int64_t salt_expires(const char *salt)
{
	size_t hex = strspn(salt, "0123456789abcdef"), mark = sizeof expires_mark - 1;
	int64_t expires = 0;
	if (hex != 2 * SALT_BYTES || strncmp(salt + hex, expires_mark, mark) != 0)
		return 0;
	const char *digits = salt + hex + mark;
	size_t count = strspn(digits, "0123456789");
	if (count == 0 || count > 12 || strcmp(digits + count, "&") != 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		expires = expires * 10 + (digits[i] - '0');
	return expires;
}

static bool is_signed(const char *challenge, const char *signature)
{
	char right[2 * DIGEST_SIZE + 1];
	signature_hex(challenge, right);
	return strlen(signature) == sizeof right - 1 && bytes_equal(signature, right, sizeof right - 1);
}

static bool solution_check(json_object *solution, int64_t now, uint8_t challenge[DIGEST_SIZE], int64_t *expires)
{
	const char *given = text_of(solution, "challenge"), *salt = text_of(solution, "salt");
	char right[2 * DIGEST_SIZE + 1];
	int64_t number;
	*expires = salt_expires(salt);
	if (strcmp(text_of(solution, "algorithm"), "SHA-256") != 0 || *expires <= now || !number_of(solution, &number) ||
	    !hex_decode(given, challenge, DIGEST_SIZE) || !is_signed(given, text_of(solution, "signature")))
		return false;
	digest_hex(salt, number, right);
	return strcmp(right, given) == 0;
}

bool pow_check(const char *payload, int64_t now, uint8_t challenge[DIGEST_SIZE], int64_t *expires)
{
	json_object *solution = payload_read(payload);
	bool right = solution != NULL && solution_check(solution, now, challenge, expires);
	json_object_put(solution);
	return right;
}
