/* Randomness, digests, tokens, passwords. All by OpenSSL. */
#ifndef DRIFTLINE_CRYPTO_H
#define DRIFTLINE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* crypto.c */

enum { DIGEST_SIZE = 32, ID_SIZE = 22, SALT_SIZE = 16 };

void random_bytes(void *bytes, size_t size); /* never fails: ends the process instead */
void random_id(char id[ID_SIZE + 1]); /* 128 random bits in URL-safe base64 */
void sha256(const void *bytes, size_t size, uint8_t digest[DIGEST_SIZE]);
void hex_encode(const uint8_t *bytes, size_t size, char *hex); /* hex takes 2 * size + 1 */
bool hex_decode(const char *hex, uint8_t *bytes, size_t size); /* false: not exactly 2 * size hex digits */
bool bytes_equal(const void *a, const void *b, size_t size); /* in constant time */

/* Reads the deployment's secret, 64 hex digits, from a file. Once, before any of what follows. */
bool secret_load(const char *path);
/* HMAC-SHA256 of text under the secret; purpose keeps the uses apart. */
void secret_hash(const char *purpose, const char *text, uint8_t digest[DIGEST_SIZE]);
/* AES-256-GCM under a key made from the secret: nonce, ciphertext, tag. sealed takes size + 28. Returns its size. */
size_t secret_seal(const char *purpose, const void *bytes, size_t size, uint8_t *sealed);
/* Opens what was sealed for the same purpose. bytes takes size - 28. False: it is not that, or was altered. */
bool secret_open(const char *purpose, const uint8_t *sealed, size_t size, void *bytes);
/* Whether hex is the SHA-1 of the bytes, in lower case: what WeChat signs with. Takes the same time wherever they differ. */
bool sha1_matches(const void *bytes, size_t size, const char *hex);

/* password.c: scrypt in a pool with an end, so that a flood of logins costs logins and nothing else. */

enum password_result { PASSWORD_OK, PASSWORD_WRONG, PASSWORD_BUSY };

extern const char password_cost[]; /* "N:r:p" for new hashes */

void password_pool(int workers, int queue); /* hashes at a time, and callers that may wait for one */
/*
 * scrypt(HMAC(secret, scheme ":" digest), salt, cost). cost: "N:r:p". PASSWORD_BUSY: the queue is full, nothing
 * was done. Takes about 0.3 s and 32 MiB.
 */
enum password_result password_hash(const char *scheme, const char *digest, const uint8_t salt[SALT_SIZE],
                                   const char *cost, uint8_t hash[DIGEST_SIZE]);
/* Hashes and compares in constant time: PASSWORD_OK, PASSWORD_WRONG or PASSWORD_BUSY. */
enum password_result password_check(const char *scheme, const char *digest, const uint8_t salt[SALT_SIZE],
                                    const char *cost, const uint8_t hash[DIGEST_SIZE]);

/* common.c: the passwords that everybody tries first. */

/*
 * Whether what a client sent in place of a password is that of one of the 20,000 commonest. digest: in hex, the MD5 of the
 * password for scheme md5, for v2 the SHA-256 of "driftline:v2:" account ":" password.
 */
bool common_password(const char *scheme, const char *account, const char *digest);

#endif
