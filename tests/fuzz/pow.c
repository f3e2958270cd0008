/* A proof of work as it comes from outside: base64 of JSON with a salt that has a form of its own. */
#include "fuzz.h"

#include "web.h"

#include <openssl/evp.h>

static void payload_check(const char *payload)
{
	uint8_t challenge[DIGEST_SIZE];
	int64_t expires = 0;
	check(!pow_check(payload, 1800000000, challenge, &expires), "nothing holds that has not been signed here");
}

/* As it stands, and as the JSON behind the base64. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = text_of(bytes, size), *encoded = malloc(size / 3 * 4 + 8);
	if (encoded == NULL)
		abort();
	payload_check(text);
	EVP_EncodeBlock((unsigned char *)encoded, bytes, (int)size);
	payload_check(encoded);
	free(encoded);
	free(text);
	return 0;
}
