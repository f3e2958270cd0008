/* lib/crypto.c */
#include "unit.h"

#include "crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

static const char secret_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static void secret_write(char path[32], const char *text)
{
	strcpy(path, "/tmp/driftline-secret-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int secret_set(void **state)
{
	(void)state;
	char path[32];
	secret_write(path, secret_hex);
	bool loaded = secret_load(path);
	unlink(path);
	return loaded ? 0 : -1;
}

static void digests_are_those_of_the_standard(void **state)
{
	(void)state;
	static const struct {
		const char *text, *digest; /* FIPS 180-2, appendix B, and the empty message */
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t digest[DIGEST_SIZE];
		char hex[2 * DIGEST_SIZE + 1];
		sha256(cases[i].text, strlen(cases[i].text), digest);
		hex_encode(digest, sizeof digest, hex);
		assert_string_equal(hex, cases[i].digest);
	}
}

static void hex_goes_there_and_back(void **state)
{
	(void)state;
	uint8_t bytes[256], again[256];
	char hex[513];
	for (int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof bytes, hex);
	assert_true(hex_decode(hex, again, sizeof again));
	assert_memory_equal(bytes, again, sizeof bytes);
}

static void what_is_not_lower_case_hex_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "0", "00000", "000g", "00 0", "00FF", "0x00", "00:0", "/0@0"};
	uint8_t bytes[2];
	for (size_t i = 0; i < COUNT(cases); i++)
		if (hex_decode(cases[i], bytes, sizeof bytes))
			fail_msg("\"%s\" was taken", cases[i]);
	assert_true(hex_decode("00ff", bytes, sizeof bytes));
}

static void ids_are_url_safe_and_differ(void **state)
{
	(void)state;
	enum { IDS = 2000 };
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static char ids[IDS][ID_SIZE + 1];
	bool seen[128] = {false};
	for (int i = 0; i < IDS; i++) {
		random_id(ids[i]);
		assert_int_equal(strlen(ids[i]), ID_SIZE);
		assert_int_equal(strspn(ids[i], alphabet), ID_SIZE);
		for (int k = 0; k < ID_SIZE; k++)
			seen[(int)ids[i][k]] = true;
	}
	for (const char *p = alphabet; *p; p++)
		assert_true(seen[(int)*p]);
	qsort(ids, IDS, sizeof *ids, (int (*)(const void *, const void *))(uintptr_t)strcmp);
	for (int i = 1; i < IDS; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
}

static void bytes_are_compared_whole(void **state)
{
	(void)state;
	assert_true(bytes_equal("abc", "abc", 3));
	assert_false(bytes_equal("abc", "abd", 3));
	assert_false(bytes_equal("\0bc", "\0bd", 3));
}

static void a_secret_is_64_digits_in_a_file(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{secret_hex, true},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", true},
		{"", false},
		{"\n", false},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1", false},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0", false},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1x", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char path[32];
		secret_write(path, cases[i].text);
		assert_int_equal(secret_load(path), cases[i].good);
		unlink(path);
		assert_false(secret_load(path));
	}
	assert_int_equal(secret_set(state), 0);
}

static void a_keyed_hash_is_hmac_of_hmac(void **state)
{
	(void)state;
	uint8_t key[DIGEST_SIZE], expected[DIGEST_SIZE], got[DIGEST_SIZE], other[DIGEST_SIZE], secret[DIGEST_SIZE];
	unsigned size = DIGEST_SIZE;
	assert_true(hex_decode(secret_hex, secret, sizeof secret));
	HMAC(EVP_sha256(), secret, sizeof secret, (const unsigned char *)"openid", 6, key, &size);
	HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)"o1234", 5, expected, &size);
	secret_hash("openid", "o1234", got);
	assert_memory_equal(got, expected, sizeof got);
	secret_hash("password", "o1234", other);
	assert_memory_not_equal(got, other, sizeof got);
}

static void what_is_sealed_opens_again_unless_touched(void **state)
{
	(void)state;
	static const char openid[] = "oABC-1234567890abcdefghijkl_";
	uint8_t sealed[sizeof openid + 28], again[sizeof openid + 28];
	char text[sizeof openid + 16];
	size_t size = secret_seal("openid", openid, strlen(openid), sealed);
	assert_int_equal(size, strlen(openid) + 28);
	assert_true(secret_open("openid", sealed, size, text));
	assert_memory_equal(text, openid, strlen(openid));
	assert_int_equal(secret_seal("openid", openid, strlen(openid), again), size);
	assert_memory_not_equal(sealed, again, size);
	assert_false(secret_open("other", sealed, size, text));
	assert_false(secret_open("openid", sealed, 27, text));
	sealed[size / 2] ^= 1;
	assert_false(secret_open("openid", sealed, size, text));
}

static void a_sha1_is_compared_whole(void **state)
{
	(void)state;
	static const char digest[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
	assert_true(sha1_matches("abc", 3, digest));
	assert_false(sha1_matches("abd", 3, digest));
	assert_false(sha1_matches("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89e"));
	assert_false(sha1_matches("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d0"));
	assert_false(sha1_matches("abc", 3, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(what_is_not_lower_case_hex_is_refused),
		cmocka_unit_test(ids_are_url_safe_and_differ),
		cmocka_unit_test(bytes_are_compared_whole),
		cmocka_unit_test(a_secret_is_64_digits_in_a_file),
		cmocka_unit_test(a_keyed_hash_is_hmac_of_hmac),
		cmocka_unit_test(what_is_sealed_opens_again_unless_touched),
		cmocka_unit_test(a_sha1_is_compared_whole),
	};
	return cmocka_run_group_tests_name("crypto", tests, secret_set, NULL);
}
