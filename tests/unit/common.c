/* lib/common.c */
#include "unit.h"

#include "crypto.h"

#include <openssl/evp.h>

static const char *md5(const char *text)
{
	static char hex[33];
	uint8_t digest[16];
	EVP_Digest(text, strlen(text), digest, NULL, EVP_md5(), NULL);
	hex_encode(digest, sizeof digest, hex);
	return hex;
}

static const char *v2(const char *account, const char *password)
{
	static char hex[2 * DIGEST_SIZE + 1];
	char text[256];
	uint8_t digest[DIGEST_SIZE];
	snprintf(text, sizeof text, "driftline:v2:%s:%s", account, password);
	sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof digest, hex);
	return hex;
}

static void what_everybody_tries_first_is_found_by_both_schemes(void **state)
{
	(void)state;
	static const char *const words[] = {"123456", "password", "12345678", "qwertyuiop", "iloveyou", "bigpimpin1"};
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_true(common_password("md5", "ann", md5(words[i])));
		assert_true(common_password("v2", "ann", v2("ann", words[i])));
		assert_true(common_password("v2", "a_name-of-thirty-two-characters0",
		                            v2("a_name-of-thirty-two-characters0", words[i])));
	}
}

static void others_are_not(void **state)
{
	(void)state;
	static const char *const words[] = {"", "correct horse battery staple", "#", "# The commonest passwords",
	                                    "密码密码密码"};
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_false(common_password("md5", "ann", md5(words[i])));
		assert_false(common_password("v2", "ann", v2("ann", words[i])));
	}
	assert_false(common_password("v2", "bob", v2("ann", "password")));
	assert_false(common_password("v2", "ann", "not a digest"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_everybody_tries_first_is_found_by_both_schemes),
		cmocka_unit_test(others_are_not),
	};
	return cmocka_run_group_tests_name("common", tests, NULL, NULL);
}
