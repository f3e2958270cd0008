/* What came in: route, who asks, language, body. Everything is checked here once, so that a handler starts clean. */
#include "config.h"
#include "web.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 8, TOKEN_MAX = 64 };

const char *request_param(const struct request *r, const char *name)
{
	size_t size = strlen(name);
	for (char **param = r->params; *param != NULL; param++)
		if (strncmp(*param, name, size) == 0 && (*param)[size] == '=')
			return *param + size + 1;
	return "";
}

static bool is_id(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
			return false;
	return size > 0 && size <= 64;
}

/* Whether path fits the pattern, segment by segment; fills r->args. */
static bool path_fits(struct request *r, const char *pattern, const char *path)
{
	int n = 0;
	while (*pattern && *path) {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		const char *close = strchr(pattern, '}');
		size_t suffix = strcspn(close + 1, "/");
		size_t size = strcspn(path, "/");
		if (size < suffix || strncmp(path + size - suffix, close + 1, suffix) != 0 || !is_id(path, size - suffix))
			return false;
		r->args[n++] = arena_copy(&r->arena, path, size - suffix);
		pattern = close + 1 + suffix;
		path += size;
	}
	return *pattern == '\0' && *path == '\0';
}

static bool is_served(const struct route *route, enum pool pool)
{
	return route->pool == POOL_ALL || route->pool == pool || (route->pool == POOL_LOOP && pool == POOL_API);
}

static int route_find(struct request *r, const struct route *routes, enum pool pool)
{
	const char *path = request_param(r, "DOCUMENT_URI");
	const char *method = request_param(r, "REQUEST_METHOD");
	struct buf allowed = {.arena = &r->arena};
	for (const struct route *route = routes; route->method != NULL; route++) {
		if (!is_served(route, pool) || !path_fits(r, route->path, path))
			continue;
		if (strcmp(route->method, method) == 0) {
			r->route = route;
			return 0;
		}
		if (allowed.size > 0)
			buf_text(&allowed, ", ");
		buf_text(&allowed, route->method);
	}
	if (allowed.size == 0)
		return fail(r, 404, "not_found");
	reply_header(r, "Allow", "%s", allowed.text);
	return fail(r, 405, "method_not_allowed");
}

static void language_choose(struct request *r)
{
	/* The first one named that we speak: quality values are in that order in every browser we know. */
	for (const char *p = request_param(r, "HTTP_ACCEPT_LANGUAGE"); *p; p += strcspn(p, ","), p += strspn(p, ", ")) {
		r->chinese = strncasecmp(p, "zh", 2) == 0;
		if (r->chinese || strncasecmp(p, "en", 2) == 0)
			return;
	}
}

/* Whether text stands among words, which are parted by blanks. */
static bool is_among(const char *words, const char *text, size_t size)
{
	for (const char *p = words; *p; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length == size && strncmp(p, text, size) == 0)
			return true;
		p += length;
	}
	return false;
}

static bool is_own_origin(const struct request *r, const char *origin)
{
	if (config.public_url[0] && strcmp(origin, config.public_url) == 0)
		return true;
	const char *scheme = request_param(r, "REQUEST_SCHEME");
	size_t size = strlen(scheme);
	return (size > 0 && strncmp(origin, scheme, size) == 0 && strncmp(origin + size, "://", 3) == 0 &&
	        strcmp(origin + size + 3, request_param(r, "HTTP_HOST")) == 0) ||
	       is_among(config.origins, origin, strlen(origin));
}

static bool is_read(const struct route *route)
{
	return strcmp(route->method, "GET") == 0 || strcmp(route->method, "HEAD") == 0;
}

/* Foreign pages may neither write nor listen. With a cookie, and where one is set, the Origin must be there and ours. */
static int origin_check(struct request *r)
{
	const char *origin = request_param(r, "HTTP_ORIGIN");
	bool reads = is_read(r->route) && strncmp(r->route->path, "/ws/", 4) != 0;
	bool cookie = r->by_cookie || strcmp(request_param(r, "HTTP_X_SESSION"), "cookie") == 0;
	if (reads || (origin[0] ? is_own_origin(r, origin) : !cookie || strncmp(r->route->path, "/ws/", 4) == 0))
		return 0;
	return fail(r, 403, "foreign_origin");
}

static const char *cookie_find(const char *cookies, const char *name, size_t *size)
{
	size_t length = strlen(name);
	for (const char *p = cookies; *p; p += strspn(p, "; ")) {
		size_t pair = strcspn(p, ";");
		if (pair > length && p[length] == '=' && strncmp(p, name, length) == 0) {
			*size = pair - length - 1;
			return p + length + 1;
		}
		p += pair;
	}
	return NULL;
}

static int session_find(struct request *r)
{
	const char *bearer = request_param(r, "HTTP_AUTHORIZATION");
	size_t size = 0;
	const char *cookie = cookie_find(request_param(r, "HTTP_COOKIE"), "driftline_session", &size);
	if (bearer[0] && cookie != NULL)
		return fail(r, 400, "two_sessions");
	const char *token = cookie;
	if (bearer[0]) {
		if (strncasecmp(bearer, "Bearer ", 7) != 0)
			return r->route->who != ANYONE ? fail(r, 401, "unauthorized") : 0;
		token = bearer + 7;
		size = strlen(token);
	}
	r->has_token = token != NULL && size > 0 && size <= TOKEN_MAX;
	r->by_cookie = cookie != NULL;
	if (r->has_token)
		sha256(token, size, r->token);
	return r->route->who != ANYONE && !r->has_token ? fail(r, 401, "unauthorized") : 0;
}

/*
 * What json-c lets pass is seen in the text: an escaped NUL (it cuts keys there), line ends within texts, NaN and
 * Infinity, single quotes, a number that ends with its point. Counts the keys too, by their colons.
 */
static bool json_scan(const char *text, size_t *keys)
{
	bool quoted = false;
	for (const char *p = text; *p; p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (quoted && *p == '\\') {
			if (strncmp(p, "\\u0000", 6) == 0)
				return false;
			p += p[1] != '\0';
		} else if (quoted ? (unsigned char)*p < ' '
		                  : strchr("NI'", *p) != NULL || (*p == '.' && !isdigit((unsigned char)p[1]))) {
			return false;
		} else if (!quoted && *p == ':') {
			++*keys;
		}
	}
	return true;
}

static size_t keys_count(json_object *value)
{
	size_t count = 0;
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach (value, name, member) {
			(void)name;
			count += 1 + keys_count(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += keys_count(json_object_array_get_idx(value, i));
	}
	return count;
}

/* Of a key given twice json-c would keep the last: there are fewer keys than colons. */
json_object *request_json(const char *text, size_t size)
{
	size_t keys = 0;
	if (!text_valid(text, size) || !json_scan(text, &keys))
		return NULL;
	json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json_object *object = json_tokener_parse_ex(tokener, text, (int)size);
	size_t end = json_tokener_get_parse_end(tokener);
	bool whole = json_tokener_get_error(tokener) == json_tokener_success && strspn(text + end, " \t\r\n") == size - end;
	json_tokener_free(tokener);
	if (!whole || !json_object_is_type(object, json_type_object) || keys_count(object) != keys) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

/* Its handler reads the body by itself. */
static bool takes_file(const struct route *route)
{
	return route->pool == POOL_MEDIA && strcmp(route->method, "POST") == 0;
}

/* Others than our clients call it, with more than is asked for. */
static bool is_open(const struct route *route)
{
	return route->fields != NULL && strcmp(route->fields, "*") == 0;
}

static int body_read(struct request *r)
{
	const char *type = request_param(r, "CONTENT_TYPE");
	bool file = takes_file(r->route);
	if (r->content_size > (file ? UPLOAD_MAX : BODY_MAX))
		return fail(r, 413, "too_large");
	if (r->content_size < strtoul(request_param(r, "CONTENT_LENGTH"), NULL, 10))
		return fail(r, 400, "malformed");
	if (r->content_size == 0 || file)
		return 0;
	if (!is_open(r->route) &&
	    (strncasecmp(type, "application/json", 16) != 0 || (type[16] && !strchr("; \t", type[16]))))
		return fail(r, 415, "not_json");
	r->body = request_json(r->content, r->content_size);
	return r->body == NULL ? fail(r, 400, "malformed") : 0;
}

/* Whether a DELETE carries a body is not the same everywhere: where there is none, the query's arguments are the fields. */
static void fields_query(struct request *r, const char *known)
{
	for (const char *p = known; *p; p += strspn(p, " ")) {
		size_t size = strcspn(p, " ");
		const char *name = arena_copy(&r->arena, p, size), *value = request_query(r, name);
		if (value != NULL)
			json_object_object_add(r->body, name, json_object_new_string(value));
		p += size;
	}
}

static int fields_check(struct request *r)
{
	const char *known = r->route->fields != NULL ? r->route->fields : "";
	if (r->body == NULL) {
		r->body = json_object_new_object();
		if (strcmp(r->route->method, "DELETE") == 0)
			fields_query(r, known);
	}
	json_object_object_foreach (r->body, name, value) {
		(void)value;
		if (!is_open(r->route) && !is_among(known, name, strlen(name)))
			return fail_field(r, name);
	}
	return 0;
}

int request_draw(struct request *r, enum rate rate)
{
	return fail_wait(r, r->has_token ? rate_take(rate, r->token) : 0);
}

int request_open(struct request *r, const struct route *routes, enum pool pool)
{
	r->headers.arena = r->reply.arena = &r->arena;
	language_choose(r);
	TRY(route_find(r, routes, pool));
	TRY(session_find(r));
	TRY(origin_check(r));
	if (!is_read(r->route))
		TRY(body_read(r));
	TRY(fields_check(r));
	return request_draw(r, r->route->rate);
}

void request_close(struct request *r)
{
	json_object_put(r->body);
	arena_reset(&r->arena);
	*r = (struct request){.arena = r->arena};
}

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

const char *request_query(struct request *r, const char *name)
{
	size_t length = strlen(name);
	for (const char *p = request_param(r, "QUERY_STRING"); *p; p += strspn(p, "&")) {
		size_t pair = strcspn(p, "&");
		if (pair <= length || p[length] != '=' || strncmp(p, name, length) != 0) {
			p += pair;
			continue;
		}
		char *value = arena_copy(&r->arena, p + length + 1, pair - length - 1), *to = value;
		for (const char *from = value; *from; from++) {
			int high = *from == '%' ? hex_value(from[1]) : -1;
			int low = high >= 0 ? hex_value(from[2]) : -1;
			*to++ = low >= 0 ? (char)(high << 4 | low) : *from == '+' ? ' ' : *from;
			from += low >= 0 ? 2 : 0;
		}
		*to = '\0';
		return text_valid(value, (size_t)(to - value)) ? value : "";
	}
	return NULL;
}

/* Fetches a field of a type. Returns 0 with *value NULL for an optional one that is absent or null. */
static int field_find(struct request *r, const char *name, enum need need, json_type type, json_object **value)
{
	if (!json_object_object_get_ex(r->body, name, value) || *value == NULL)
		return need == REQUIRED ? fail_field(r, name) : 0;
	return json_object_is_type(*value, type) ? 0 : fail_field(r, name);
}

bool field_given(const struct request *r, const char *name)
{
	json_object *value;
	return json_object_object_get_ex(r->body, name, &value) && value != NULL;
}

int field_text(struct request *r, const char *name, enum need need, enum text_kind kind, size_t max, const char **value)
{
	json_object *object = NULL;
	*value = NULL;
	TRY(field_find(r, name, need, json_type_string, &object));
	if (object == NULL)
		return 0;
	*value = text_clean(&r->arena, json_object_get_string(object), kind, max);
	return *value == NULL ? fail_field(r, name) : 0;
}

int field_word(struct request *r, const char *name, enum need need, const char *words, const char **value)
{
	json_object *object = NULL;
	*value = NULL;
	TRY(field_find(r, name, need, json_type_string, &object));
	if (object == NULL)
		return 0;
	*value = json_object_get_string(object);
	return is_among(words, *value, strlen(*value)) ? 0 : fail_field(r, name);
}

int field_hex(struct request *r, const char *name, enum need need, size_t digits, const char **value)
{
	json_object *object = NULL;
	*value = NULL;
	TRY(field_find(r, name, need, json_type_string, &object));
	if (object == NULL)
		return 0;
	*value = json_object_get_string(object);
	return strlen(*value) == digits && strspn(*value, "0123456789abcdef") == digits ? 0 : fail_field(r, name);
}

int field_int(struct request *r, const char *name, enum need need, int min, int max, int *value)
{
	json_object *object = NULL;
	*value = 0;
	TRY(field_find(r, name, need, json_type_int, &object));
	if (object == NULL)
		return 0;
	int64_t number = json_object_get_int64(object);
	*value = (int)number;
	return number >= min && number <= max ? 0 : fail_field(r, name);
}

int field_bool(struct request *r, const char *name, enum need need, bool otherwise, bool *value)
{
	json_object *object = NULL;
	*value = otherwise;
	TRY(field_find(r, name, need, json_type_boolean, &object));
	if (object != NULL)
		*value = json_object_get_boolean(object);
	return 0;
}

static bool is_uuid4(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-4xxx-Nxxx-xxxxxxxxxxxx";
	if (strlen(text) != sizeof form - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		const char *set = form[i] == 'x' ? "0123456789abcdef" : form[i] == 'N' ? "89ab" : form[i] == '4' ? "4" : "-";
		if (strchr(set, text[i]) == NULL)
			return false;
	}
	return true;
}

int field_uuid4(struct request *r, const char *name, const char **value)
{
	json_object *object = NULL;
	TRY(field_find(r, name, REQUIRED, json_type_string, &object));
	*value = json_object_get_string(object);
	return is_uuid4(*value) ? 0 : fail_field(r, name);
}

int field_tags(struct request *r, const char *name, const char **value)
{
	enum { TAGS_MAX = 8, TAG_MAX = 20 };
	json_object *list = NULL;
	const char *tags[TAGS_MAX];
	size_t count = 0;
	*value = "{}";
	TRY(field_find(r, name, OPTIONAL, json_type_array, &list));
	size_t length = list != NULL ? json_object_array_length(list) : 0;
	struct buf array = {.arena = &r->arena};
	for (size_t i = 0; i < length; i++) {
		json_object *item = json_object_array_get_idx(list, i);
		if (!json_object_is_type(item, json_type_string))
			return fail_field(r, name);
		const char *tag = text_clean(&r->arena, json_object_get_string(item), TEXT_NAME, TAG_MAX);
		if (tag == NULL || count == TAGS_MAX)
			return fail_field(r, name);
		bool repeated = false;
		for (size_t k = 0; k < count; k++)
			repeated = repeated || strcmp(tags[k], tag) == 0;
		if (!repeated)
			tags[count++] = tag;
	}
	for (size_t i = 0; i < count; i++) {
		buf_text(&array, i == 0 ? "{\"" : ",\"");
		for (const char *p = tags[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_text(&array, "\\");
			buf_add(&array, p, 1);
		}
		buf_text(&array, "\"");
	}
	if (count > 0) {
		buf_text(&array, "}");
		*value = array.text;
	}
	return 0;
}

int query_int(struct request *r, const char *name, int min, int max, const char **value)
{
	*value = request_query(r, name);
	if (*value == NULL)
		return 0;
	char *end;
	long number = strtol(*value, &end, 10);
	bool digits = isdigit((unsigned char)(*value)[0]) && *end == '\0' && strlen(*value) <= 10;
	return digits && number >= min && number <= max ? 0 : fail_field(r, name);
}

int query_text(struct request *r, const char *name, size_t max, const char **value)
{
	*value = request_query(r, name);
	if (*value == NULL)
		return 0;
	*value = text_clean(&r->arena, *value, TEXT_NAME, max);
	return *value == NULL ? fail_field(r, name) : 0;
}

int query_word(struct request *r, const char *name, const char *words, const char **value)
{
	*value = request_query(r, name);
	return *value != NULL && is_among(words, *value, strlen(*value)) ? 0 : fail_field(r, name);
}

int query_uuid4(struct request *r, const char *name, const char **value)
{
	*value = request_query(r, name);
	return *value != NULL && is_uuid4(*value) ? 0 : fail_field(r, name);
}
