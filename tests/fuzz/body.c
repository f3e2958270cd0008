/* A request's JSON body, read, checked and taken apart by every kind of field. */
#include "fuzz.h"

#include "fake.h"

#include <limits.h>

static const struct route routes[] = {
	{"POST", "/x", NULL, ANYONE, "text word hex n id tags map", RATE_NONE, POOL_ALL},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};

static void fields_read(struct request *r)
{
	const char *text, *word, *hex, *id, *tags;
	int n;
	if (field_text(r, "text", OPTIONAL, TEXT_BODY, 4000, &text) == 0 && text != NULL)
		check(text_valid(text, strlen(text)) && text_length(text) <= 4000, "a text is valid and bounded");
	if (field_word(r, "word", REQUIRED, "private room", &word) == 0)
		check(strcmp(word, "private") == 0 || strcmp(word, "room") == 0, "a word is one of the list");
	if (field_hex(r, "hex", REQUIRED, 32, &hex) == 0)
		check(strlen(hex) == 32, "hex has its length");
	if (field_int(r, "n", REQUIRED, 1, 50, &n) == 0)
		check(n >= 1 && n <= 50, "a number is within its bounds");
	if (field_uuid4(r, "id", &id) == 0)
		check(strlen(id) == 36 && id[14] == '4', "an id is a random UUID");
	if (field_tags(r, "tags", &tags) == 0)
		check(tags[0] == '{' && tags[strlen(tags) - 1] == '}' && text_valid(tags, strlen(tags)),
		      "tags are an array literal");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct fake fake;
	char *text = text_of(bytes, size);
	fake_open(&fake, "POST", "/x", text, size);
	int status = request_open(&fake.r, routes, POOL_API);
	check(status == 0 || status == 400 || status == 413 || status == 422, "a body is taken, or refused with a 4xx");
	check(status == 0 || text_valid(fake.r.reply.text, fake.r.reply.size), "an answer is valid UTF-8");
	if (status == 0 && size > 0) {
		check(text_valid(text, size), "what is taken is valid UTF-8");
		fields_read(&fake.r);
	}
	fake_close(&fake);
	free(text);
	return 0;
}
