/* lib/password.c */
#include "unit.h"

#include "crypto.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <time.h>

static const char digest[] = "5f4dcc3b5aa765d61d8327deb882cf995f4dcc3b5aa765d61d8327deb882cf99";
static const uint8_t salt[SALT_SIZE] = "0123456789abcde";
static const char cheap[] = "16:8:1";

static void the_right_password_fits_and_others_do_not(void **state)
{
	(void)state;
	uint8_t hash[DIGEST_SIZE], other_salt[SALT_SIZE] = "another salt!!!";
	password_pool(1, 4);
	assert_int_equal(password_hash("v2", digest, salt, cheap, hash), PASSWORD_OK);
	assert_int_equal(password_check("v2", digest, salt, cheap, hash), PASSWORD_OK);
	assert_int_equal(password_check("md5", digest, salt, cheap, hash), PASSWORD_WRONG);
	assert_int_equal(password_check("v2", "5f4d", salt, cheap, hash), PASSWORD_WRONG);
	assert_int_equal(password_check("v2", "", salt, cheap, hash), PASSWORD_WRONG);
	assert_int_equal(password_check("v2", digest, other_salt, cheap, hash), PASSWORD_WRONG);
	assert_int_equal(password_check("v2", digest, salt, "32:8:1", hash), PASSWORD_WRONG);
	hash[DIGEST_SIZE - 1] ^= 1;
	assert_int_equal(password_check("v2", digest, salt, cheap, hash), PASSWORD_WRONG);
}

static void it_is_scrypt_over_the_keyed_digest(void **state)
{
	(void)state;
	uint8_t hash[DIGEST_SIZE], key[DIGEST_SIZE], expected[DIGEST_SIZE];
	char text[80];
	snprintf(text, sizeof text, "v2:%s", digest);
	secret_hash("password", text, key);
	assert_int_equal(
		EVP_PBE_scrypt((const char *)key, sizeof key, salt, SALT_SIZE, 16, 8, 1, 0, expected, sizeof expected), 1);
	assert_int_equal(password_hash("v2", digest, salt, cheap, hash), PASSWORD_OK);
	assert_memory_equal(hash, expected, sizeof hash);
}

static void new_hashes_cost_what_was_decided(void **state)
{
	(void)state;
	assert_string_equal(password_cost, "32768:8:3");
	struct timespec begin, end;
	uint8_t hash[DIGEST_SIZE];
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(password_hash("v2", digest, salt, password_cost, hash), PASSWORD_OK);
	clock_gettime(CLOCK_MONOTONIC, &end);
	long milliseconds = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
	assert_true(milliseconds > 50); /* about 300 on the machine it was chosen on */
	assert_int_equal(password_check("v2", digest, salt, password_cost, hash), PASSWORD_OK);
}

static void *hash_once(void *result)
{
	uint8_t hash[DIGEST_SIZE];
	*(enum password_result *)result = password_hash("v2", digest, salt, "8192:8:1", hash);
	return NULL;
}

static void who_does_not_fit_the_queue_is_told_at_once(void **state)
{
	(void)state;
	enum { CALLERS = 40, WORKERS = 1, QUEUE = 2 };
	pthread_t threads[CALLERS];
	enum password_result results[CALLERS];
	int counts[3] = {0};
	password_pool(WORKERS, QUEUE);
	for (int i = 0; i < CALLERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_once, &results[i]), 0);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		counts[results[i]]++;
	}
	assert_int_equal(counts[PASSWORD_OK] + counts[PASSWORD_BUSY], CALLERS);
	assert_true(counts[PASSWORD_OK] >= WORKERS + QUEUE);
	assert_true(counts[PASSWORD_BUSY] > 0);
	enum password_result after;
	hash_once(&after); /* the pool is whole again */
	assert_int_equal(after, PASSWORD_OK);
}

static void everybody_is_served_when_the_queue_is_long(void **state)
{
	(void)state;
	enum { CALLERS = 24 };
	pthread_t threads[CALLERS];
	enum password_result results[CALLERS];
	password_pool(3, CALLERS);
	for (int i = 0; i < CALLERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_once, &results[i]), 0);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(results[i], PASSWORD_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_fits_and_others_do_not),
		cmocka_unit_test(it_is_scrypt_over_the_keyed_digest),
		cmocka_unit_test(new_hashes_cost_what_was_decided),
		cmocka_unit_test(who_does_not_fit_the_queue_is_told_at_once),
		cmocka_unit_test(everybody_is_served_when_the_queue_is_long),
	};
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
