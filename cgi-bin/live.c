/* The live side: tickets, sockets, sync. */
#include "app.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* POST /stream: {url, expires}; the url opens one socket within 30 seconds. */
int live_stream(struct request *r)
{
	char ticket[ID_SIZE + 1];
	uint8_t digest[DIGEST_SIZE];
	random_id(ticket);
	sha256(ticket, ID_SIZE, digest);
	int status = ACT(r, "stream", act_bytea(r, digest, sizeof digest));
	if (status != 200)
		return status;
	const char *expires = r->reply.text;
	r->reply = (struct buf){.arena = &r->arena};
	buf_printf(&r->reply, "{\"url\":\"/ws/%s\",\"expires\":\"%s\"}", ticket, expires);
	return 200;
}

/* Whether a socket is asked for: Nchan would refuse what is none in its own words, and the ticket would be gone. */
static bool is_handshake(const struct request *r)
{
	return strcasecmp(request_param(r, "HTTP_UPGRADE"), "websocket") == 0 &&
	       strcasestr(request_param(r, "HTTP_CONNECTION"), "upgrade") != NULL &&
	       strcmp(request_param(r, "HTTP_SEC_WEBSOCKET_VERSION"), "13") == 0 &&
	       request_param(r, "HTTP_SEC_WEBSOCKET_KEY")[0];
}

/* GET /ws/{ticket}: nginx is sent on to the subscriber location with its channel; 404 no_ticket. */
int live_open(struct request *r)
{
	uint8_t digest[DIGEST_SIZE];
	if (!is_handshake(r))
		return fail(r, 400, "malformed");
	sha256(r->args[0], strlen(r->args[0]), digest);
	int status = ACT(r, "stream_open", act_bytea(r, digest, sizeof digest));
	if (status != 200)
		return status;
	reply_header(r, "X-Accel-Redirect", "/_sub/%s", r->reply.text);
	r->reply = (struct buf){.arena = &r->arena};
	return 200;
}

static int rooms_read(struct request *r, const char **rooms)
{
	enum { ROOMS_MAX = 200 };
	json_object *object;
	if (!json_object_object_get_ex(r->body, "rooms", &object) || !json_object_is_type(object, json_type_object) ||
	    json_object_object_length(object) > ROOMS_MAX)
		return fail_field(r, "rooms");
	json_object_object_foreach (object, id, seq) {
		(void)id;
		if (!json_object_is_type(seq, json_type_int) || json_object_get_int64(seq) < 0 ||
		    json_object_get_int64(seq) > INT_MAX)
			return fail_field(r, "rooms");
	}
	*rooms = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	return 0;
}

/* `since` goes back to the database as it came from there: 2026-01-02T03:04:05.678Z. */
static int since_read(struct request *r, const char **since)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	TRY(field_text(r, "since", OPTIONAL, TEXT_NAME, sizeof form - 1, since));
	for (size_t i = 0; *since != NULL && i < sizeof form; i++) {
		char c = (*since)[i];
		if (form[i] == 'd' ? !isdigit((unsigned char)c) : c != form[i])
			return fail_field(r, "since");
	}
	return 0;
}

/* POST /sync {rooms: {id: last_seq}, match?, since?}: all that the caller lacks; renews session and wait. */
int live_sync(struct request *r)
{
	const char *rooms = "{}", *since = NULL;
	json_object *match = NULL;
	TRY(rooms_read(r, &rooms));
	TRY(since_read(r, &since));
	if (json_object_object_get_ex(r->body, "match", &match) && !json_object_is_type(match, json_type_boolean))
		return fail_field(r, "match");
	return ACT(r, "sync", rooms, match != NULL && json_object_get_boolean(match) ? "true" : "false", since,
	           act_int(r, config.match_lease), act_int(r, config.match_relax));
}

static void gone_drop(void)
{
	enum { PORTION = 256 };
	static char channels[PORTION][32];
	int count = publish_take_gone(channels, PORTION);
	if (count == 0)
		return;
	struct buf list = {0};
	for (int i = 0; i < count; i++)
		buf_printf(&list, "%s%s", i == 0 ? "{" : ",", channels[i]);
	buf_text(&list, "}");
	PQclear(db_call("connections_gone", &(struct db_params){.count = 1, .values = {list.text}}));
	buf_free(&list);
}

void live_tidy(void)
{
	enum { EVERY = 12 };
	static int turn;
	gone_drop();
	act_background("departures");
	if (turn++ % EVERY == 0) {
		char hours[16];
		snprintf(hours, sizeof hours, "%d", config.room_empty);
		PQclear(db_call("tidy", &(struct db_params){.count = 1, .values = {hours}}));
	}
}
