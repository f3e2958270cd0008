/* Passwords: scrypt over what the client sends, keyed with the deployment's secret. */
#include "crypto.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char password_cost[] = "32768:8:3";

static struct {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int workers, queue;
	int working, waiting;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER, .workers = 1, .queue = 16};

void password_pool(int workers, int queue)
{
	pool.workers = workers;
	pool.queue = queue;
}

static bool pool_enter(void)
{
	pthread_mutex_lock(&pool.lock);
	bool admitted = pool.working < pool.workers || pool.waiting < pool.queue;
	if (admitted) {
		pool.waiting++;
		while (pool.working >= pool.workers)
			pthread_cond_wait(&pool.freed, &pool.lock);
		pool.waiting--;
		pool.working++;
	}
	pthread_mutex_unlock(&pool.lock);
	return admitted;
}

static void pool_leave(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.working--;
	pthread_cond_signal(&pool.freed);
	pthread_mutex_unlock(&pool.lock);
}

static void scrypt(const uint8_t *key, const uint8_t *salt, const char *cost, uint8_t *hash)
{
	uint64_t n = 0;
	unsigned r = 0, p = 0;
	if (sscanf(cost, "%" SCNu64 ":%u:%u", &n, &r, &p) != 3)
		abort(); /* costs come from password_cost, by way of the database */
	uint64_t maxmem = 128 * (uint64_t)r * (n + p + 2) + (1 << 20);
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)key, DIGEST_SIZE),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, SALT_SIZE),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &maxmem),
		OSSL_PARAM_END,
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	if (context == NULL || EVP_KDF_derive(context, hash, DIGEST_SIZE, params) != 1)
		abort();
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

enum password_result password_hash(const char *scheme, const char *digest, const uint8_t salt[SALT_SIZE],
                                   const char *cost, uint8_t hash[DIGEST_SIZE])
{
	if (!pool_enter())
		return PASSWORD_BUSY;
	uint8_t key[DIGEST_SIZE];
	char text[80];
	snprintf(text, sizeof text, "%s:%s", scheme, digest);
	secret_hash("password", text, key);
	scrypt(key, salt, cost, hash);
	OPENSSL_cleanse(key, sizeof key);
	OPENSSL_cleanse(text, sizeof text);
	pool_leave();
	return PASSWORD_OK;
}

enum password_result password_check(const char *scheme, const char *digest, const uint8_t salt[SALT_SIZE],
                                    const char *cost, const uint8_t hash[DIGEST_SIZE])
{
	uint8_t now[DIGEST_SIZE];
	enum password_result result = password_hash(scheme, digest, salt, cost, now);
	if (result == PASSWORD_OK && !bytes_equal(now, hash, sizeof now))
		result = PASSWORD_WRONG;
	return result;
}
