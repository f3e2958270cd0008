/* lib/pow.c */
#include "unit.h"

#include "web.h"

#include <openssl/evp.h>

static const int64_t NOW = 1800000000;

static struct pow_challenge made;

static int secret_make(void **state)
{
	(void)state;
	char path[] = "/tmp/driftline-secret-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	for (int i = 0; i < 64; i++)
		fputc('7', file);
	fclose(file);
	bool loaded = secret_load(path);
	remove(path);
	pow_make(1000, NOW + 600, &made);
	return loaded ? 0 : -1;
}

/* The number of a challenge, by trying all. */
static int solve(const struct pow_challenge *challenge)
{
	for (int number = 0; number <= challenge->maxnumber; number++) {
		char text[128], hex[2 * DIGEST_SIZE + 1];
		uint8_t digest[DIGEST_SIZE];
		snprintf(text, sizeof text, "%s%d", challenge->salt, number);
		sha256(text, strlen(text), digest);
		hex_encode(digest, sizeof digest, hex);
		if (strcmp(hex, challenge->challenge) == 0)
			return number;
	}
	return -1;
}

static const char *base64(const char *text)
{
	static char out[4096];
	EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)strlen(text));
	return out;
}

static const char *payload(const char *algorithm, const char *challenge, const char *number, const char *salt,
                           const char *signature)
{
	char json[2048];
	snprintf(json, sizeof json,
	         "{\"algorithm\":\"%s\",\"challenge\":\"%s\",\"number\":%s,\"salt\":\"%s\",\"signature\":\"%s\"}",
	         algorithm, challenge, number, salt, signature);
	return base64(json);
}

static const char *number_text(int number)
{
	static char text[16];
	snprintf(text, sizeof text, "%d", number);
	return text;
}

static bool holds(const char *text, int64_t now)
{
	uint8_t challenge[DIGEST_SIZE];
	int64_t expires;
	return pow_check(text, now, challenge, &expires);
}

static void a_challenge_has_the_form_of_altcha(void **state)
{
	(void)state;
	assert_int_equal(strspn(made.salt, "0123456789abcdef"), 24);
	assert_string_equal(made.salt + 24, "?expires=1800000600&");
	assert_int_equal(strspn(made.challenge, "0123456789abcdef"), 64);
	assert_int_equal(strspn(made.signature, "0123456789abcdef"), 64);
	assert_int_equal(made.maxnumber, 1000);
	struct pow_challenge other = {0};
	pow_make(1000, NOW + 600, &other);
	assert_string_not_equal(other.salt, made.salt);
}

static void its_number_holds_until_it_expires(void **state)
{
	(void)state;
	uint8_t challenge[DIGEST_SIZE];
	int64_t expires;
	char hex[2 * DIGEST_SIZE + 1];
	const char *text = payload("SHA-256", made.challenge, number_text(solve(&made)), made.salt, made.signature);
	assert_true(pow_check(text, NOW, challenge, &expires));
	hex_encode(challenge, sizeof challenge, hex);
	assert_string_equal(hex, made.challenge);
	assert_int_equal(expires, NOW + 600);
	assert_true(holds(text, NOW + 599));
	assert_false(holds(text, NOW + 600));
	assert_false(holds(text, NOW + 100000));
}

static void the_number_may_be_any(void **state)
{
	(void)state;
	bool low = false, high = false;
	for (int i = 0; i < 200; i++) {
		struct pow_challenge one = {0};
		pow_make(3, NOW + 600, &one);
		int number = solve(&one);
		assert_in_range(number, 0, 3);
		low = low || number == 0;
		high = high || number == 3;
	}
	assert_true(low && high);
}

static void nothing_of_it_can_be_changed(void **state)
{
	(void)state;
	struct pow_challenge other = {0};
	int number = solve(&made);
	char right[16], later[POW_SALT_SIZE], upper[65];
	snprintf(right, sizeof right, "%d", number);
	pow_make(1000, NOW + 600, &other);
	assert_false(holds(payload("SHA-512", made.challenge, right, made.salt, made.signature), NOW));
	assert_false(holds(payload("SHA-256", other.challenge, right, made.salt, made.signature), NOW));
	assert_false(holds(payload("SHA-256", made.challenge, number_text(number + 1), made.salt, made.signature), NOW));
	assert_false(holds(payload("SHA-256", made.challenge, right, other.salt, made.signature), NOW));
	assert_false(holds(payload("SHA-256", made.challenge, right, made.salt, other.signature), NOW));
	assert_false(holds(payload("SHA-256", made.challenge, right, made.salt, ""), NOW));
	snprintf(later, sizeof later, "%.24s?expires=1900000000&", made.salt);
	assert_false(holds(payload("SHA-256", made.challenge, right, later, made.signature), NOW));
	for (int i = 0; i < 65; i++)
		upper[i] = (char)(made.challenge[i] >= 'a' ? made.challenge[i] - 32 : made.challenge[i]);
	assert_false(holds(payload("SHA-256", upper, right, made.salt, made.signature), NOW));
}

/* What stands before the number has to be the salt and no more, or a digit of it could make the end a later one. */
static void no_digit_moves_from_the_number_to_the_salt(void **state)
{
	(void)state;
	struct pow_challenge one = {0};
	int number;
	do {
		pow_make(1000, NOW + 600, &one);
		number = solve(&one);
	} while (number < 100 || number % 100 < 10);
	char salt[POW_SALT_SIZE + 8];
	snprintf(salt, sizeof salt, "%s%d", one.salt, number / 100);
	assert_false(holds(payload("SHA-256", one.challenge, number_text(number % 100), salt, one.signature), NOW));
}

static void salts_of_another_form_are_refused(void **state)
{
	(void)state;
	static const char *const salts[] = {"",
	                                    "0123456789abcdef01234567",
	                                    "0123456789abcdef01234567?expires=",
	                                    "0123456789abcdef01234567?expires=&",
	                                    "0123456789abcdef01234567?expires=1900000000",
	                                    "0123456789abcdef01234567?expires=1900000000&a=b&",
	                                    "0123456789abcdef01234567?expires=9999999999999&",
	                                    "0123456789abcdef01234567?expires=-1&",
	                                    "0123456789abcdef0123456?expires=1900000000&",
	                                    "0123456789ABCDEF01234567?expires=1900000000&"};
	for (size_t i = 0; i < COUNT(salts); i++) {
		/* as if we had signed it */
		struct pow_challenge forged = {.maxnumber = 0};
		char text[128];
		uint8_t digest[DIGEST_SIZE];
		snprintf(text, sizeof text, "%s0", salts[i]);
		sha256(text, strlen(text), digest);
		hex_encode(digest, sizeof digest, forged.challenge);
		secret_hash("pow", forged.challenge, digest);
		hex_encode(digest, sizeof digest, forged.signature);
		assert_false(holds(payload("SHA-256", forged.challenge, "0", salts[i], forged.signature), NOW));
	}
}

static void what_is_no_payload_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "=", "====", "A", "AAA", "AAAA", "!!!!", "e30=", "e30", " e30=", "e30=\n"};
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(holds(texts[i], NOW));
	static const char *const jsons[] = {"[]", "null", "{}", "{\"number\":1}", "{\"algorithm\":1,\"challenge\":2}"};
	for (size_t i = 0; i < COUNT(jsons); i++)
		assert_false(holds(base64(jsons[i]), NOW));
	static const char *const numbers[] = {"-1",        "1.0", "\"1\"", "null", "[1]", "1e3", "99999999999999999999",
	                                      "2147483648"};
	for (size_t i = 0; i < COUNT(numbers); i++)
		assert_false(holds(payload("SHA-256", made.challenge, numbers[i], made.salt, made.signature), NOW));
	char longest[2048];
	memset(longest, 'A', sizeof longest - 1);
	longest[sizeof longest - 4] = '\0';
	assert_false(holds(longest, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_challenge_has_the_form_of_altcha),
		cmocka_unit_test(its_number_holds_until_it_expires),
		cmocka_unit_test(the_number_may_be_any),
		cmocka_unit_test(nothing_of_it_can_be_changed),
		cmocka_unit_test(no_digit_moves_from_the_number_to_the_salt),
		cmocka_unit_test(salts_of_another_form_are_refused),
		cmocka_unit_test(what_is_no_payload_is_refused),
	};
	return cmocka_run_group_tests_name("pow", tests, secret_make, NULL);
}
