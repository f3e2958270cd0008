/* Randomness, digests, the deployment's secret. */
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE_SIZE = 12, TAG_SIZE = 16, SHA1_SIZE = 20 };

static uint8_t secret[DIGEST_SIZE];

void random_bytes(void *bytes, size_t size)
{
	if (RAND_bytes(bytes, (int)size) != 1)
		abort();
}

void random_id(char id[ID_SIZE + 1])
{
	uint8_t bytes[16];
	unsigned char text[25];
	random_bytes(bytes, sizeof bytes);
	EVP_EncodeBlock(text, bytes, sizeof bytes);
	for (int i = 0; i < ID_SIZE; i++)
		id[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	id[ID_SIZE] = '\0';
}

void sha256(const void *bytes, size_t size, uint8_t digest[DIGEST_SIZE])
{
	if (EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL) != 1)
		abort();
}

void hex_encode(const uint8_t *bytes, size_t size, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * size] = '\0';
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(const char *hex, uint8_t *bytes, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool bytes_equal(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

bool secret_load(const char *path)
{
	char hex[2 * DIGEST_SIZE + 2] = "";
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	bool read = fgets(hex, sizeof hex, file) != NULL;
	fclose(file);
	hex[strcspn(hex, "\n")] = '\0';
	bool good = read && hex_decode(hex, secret, sizeof secret);
	OPENSSL_cleanse(hex, sizeof hex);
	return good;
}

void secret_hash(const char *purpose, const char *text, uint8_t digest[DIGEST_SIZE])
{
	uint8_t key[DIGEST_SIZE];
	unsigned size = DIGEST_SIZE;
	if (HMAC(EVP_sha256(), secret, sizeof secret, (const unsigned char *)purpose, strlen(purpose), key, &size) ==
	        NULL ||
	    HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)text, strlen(text), digest, &size) == NULL)
		abort();
	OPENSSL_cleanse(key, sizeof key);
}

size_t secret_seal(const char *purpose, const void *bytes, size_t size, uint8_t *sealed)
{
	uint8_t key[DIGEST_SIZE];
	int part = 0, last = 0;
	secret_hash("seal", purpose, key);
	random_bytes(sealed, NONCE_SIZE);
	uint8_t *out = sealed + NONCE_SIZE;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	if (context == NULL || EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) != 1 ||
	    EVP_EncryptUpdate(context, out, &part, bytes, (int)size) != 1 ||
	    EVP_EncryptFinal_ex(context, out + part, &last) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + size) != 1)
		abort();
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof key);
	return NONCE_SIZE + size + TAG_SIZE;
}

bool secret_open(const char *purpose, const uint8_t *sealed, size_t size, void *bytes)
{
	uint8_t key[DIGEST_SIZE], tag[TAG_SIZE];
	int part = 0, last = 0;
	if (size < NONCE_SIZE + TAG_SIZE)
		return false;
	size -= NONCE_SIZE + TAG_SIZE;
	const uint8_t *in = sealed + NONCE_SIZE;
	memcpy(tag, in + size, TAG_SIZE);
	secret_hash("seal", purpose, key);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	if (context == NULL || EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) != 1)
		abort();
	bool good = EVP_DecryptUpdate(context, bytes, &part, in, (int)size) == 1 &&
	            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
	            EVP_DecryptFinal_ex(context, (uint8_t *)bytes + part, &last) == 1;
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof key);
	return good;
}

bool sha1_matches(const void *bytes, size_t size, const char *hex)
{
	uint8_t digest[SHA1_SIZE];
	char own[2 * SHA1_SIZE + 1];
	if (EVP_Digest(bytes, size, digest, NULL, EVP_sha1(), NULL) != 1)
		abort();
	hex_encode(digest, sizeof digest, own);
	return strlen(hex) == sizeof own - 1 && CRYPTO_memcmp(own, hex, sizeof own - 1) == 0;
}
