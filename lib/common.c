/*
 * The passwords that everybody tries first. The service never sees a password, only what a client makes of it; it does the
 * same with each of the words, which takes a few milliseconds, a hundredth of what hashing one takes.
 */
#include "crypto.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* lib/common-passwords.txt as it stands: a word a line, behind lines with # that say where they come from. */
__asm__(".section .rodata\n"
        ".global common_words\n"
        "common_words: .incbin \"lib/common-passwords.txt\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char common_words[];

static void digest_of(EVP_MD_CTX *context, const EVP_MD *kind, const char *prefix, const char *word, size_t size,
                      uint8_t digest[EVP_MAX_MD_SIZE])
{
	if (EVP_DigestInit_ex2(context, kind, NULL) != 1 || EVP_DigestUpdate(context, prefix, strlen(prefix)) != 1 ||
	    EVP_DigestUpdate(context, word, size) != 1 || EVP_DigestFinal_ex(context, digest, NULL) != 1)
		abort();
}

static bool is_among(EVP_MD *kind, const char *prefix, const uint8_t *wanted)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = 0, digest_size = (size_t)EVP_MD_get_size(kind);
	bool found = false;
	for (const char *word = common_words; *word && !found; word += size + (word[size] == '\n')) {
		size = strcspn(word, "\n");
		if (word[0] != '#') {
			digest_of(context, kind, prefix, word, size, digest);
			found = memcmp(digest, wanted, digest_size) == 0;
		}
	}
	EVP_MD_CTX_free(context);
	return found;
}

bool common_password(const char *scheme, const char *account, const char *digest)
{
	bool is_md5 = strcmp(scheme, "md5") == 0;
	uint8_t wanted[DIGEST_SIZE];
	char prefix[64] = "";
	if (!hex_decode(digest, wanted, is_md5 ? 16 : DIGEST_SIZE))
		return false;
	if (!is_md5)
		snprintf(prefix, sizeof prefix, "driftline:v2:%s:", account);
	EVP_MD *kind = EVP_MD_fetch(NULL, is_md5 ? "MD5" : "SHA256", NULL);
	bool found = is_among(kind, prefix, wanted);
	EVP_MD_free(kind);
	return found;
}
