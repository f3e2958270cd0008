/* What stands in a request's lines: path, query, cookie, authorisation, Origin, parted by line ends. */
#include "fuzz.h"

#include "config.h"
#include "fake.h"

static const struct route routes[] = {
	{"GET", "/rooms/{room}", NULL, SESSION, NULL, RATE_NONE, POOL_ALL},
	{"POST", "/rooms/{room}/messages/{seq}", NULL, SESSION, NULL, RATE_NONE, POOL_ALL},
	{"GET", "/avatar/{mask}.svg", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{"GET", "/ws/{ticket}", NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};

static void arguments_check(struct request *r)
{
	static const char *const names[] = {"q", "limit", "cursor"};
	const char *value;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		value = request_query(r, names[i]);
		check(value == NULL || text_valid(value, strlen(value)), "an argument is valid UTF-8");
	}
	if (query_int(r, "limit", 1, 50, &value) == 0 && value != NULL)
		check(atoi(value) >= 1 && atoi(value) <= 50, "a number is within its bounds");
	for (int i = 0; i < ROUTE_ARGS_MAX && r->args[i] != NULL; i++)
		check(strspn(r->args[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
		          strlen(r->args[i]),
		      "an argument of the path is an id");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const params[] = {"QUERY_STRING", "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ORIGIN",
	                                     "HTTP_ACCEPT_LANGUAGE"};
	static struct fake fake;
	char *text = text_of(bytes, size), *rest = text;
	config.public_url = "https://own.example";
	config.origins = "https://other.example";
	const char *path = strsep(&rest, "\n");
	fake_open(&fake, size % 2 ? "GET" : "POST", path, NULL, 0);
	for (size_t i = 0; i < sizeof params / sizeof *params && rest != NULL; i++)
		fake_param(&fake, params[i], strsep(&rest, "\n"));
	int status = request_open(&fake.r, routes, POOL_API);
	check(status == 0 || (status >= 400 && status < 500), "it is taken, or refused with a 4xx");
	check(status != 0 || fake.r.route->who == ANYONE || fake.r.has_token, "a session's route has a token");
	if (status == 0)
		arguments_check(&fake.r);
	fake_close(&fake);
	free(text);
	return 0;
}
