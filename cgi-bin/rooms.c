/* Rooms: opening, entering and leaving them, and what their owners may do. sql/functions/rooms.sql does the work. */
#include "app.h"

#include <string.h>

enum { TOPIC_MAX = 60, DESCRIPTION_MAX = 500, CAPACITY_DEFAULT = 50, CAPACITY_MAX = 1000 };
enum { SLOW_MODE_MAX = 3600, MUTE_MINUTES = 60, MUTE_MINUTES_MAX = 7 * 24 * 60 };

/* An empty description is one too. */
static int description_read(struct request *r, const char **value)
{
	json_object *object;
	*value = "";
	if (json_object_object_get_ex(r->body, "description", &object) && json_object_is_type(object, json_type_string) &&
	    json_object_get_string_len(object) == 0)
		return 0;
	return field_text(r, "description", OPTIONAL, TEXT_BODY, DESCRIPTION_MAX, value);
}

/* POST /rooms {topic, description?, tags?, capacity?, public?, mask?, show_profile?}: 201 room, the caller owns it. */
int room_create(struct request *r)
{
	const char *topic, *description, *tags, *mask, *flag = NULL;
	bool is_public, show_profile;
	int capacity;
	TRY(field_text(r, "topic", REQUIRED, TEXT_NAME, TOPIC_MAX, &topic));
	TRY(words_field(r, "topic", &topic, &flag));
	TRY(description_read(r, &description));
	TRY(words_field(r, "description", &description, &flag));
	TRY(words_tags(r, "tags", &flag));
	TRY(field_tags(r, "tags", &tags));
	TRY(field_int(r, "capacity", OPTIONAL, 2, CAPACITY_MAX, &capacity));
	TRY(field_bool(r, "public", OPTIONAL, true, &is_public));
	TRY(field_word(r, "mask", OPTIONAL, "always choice", &mask));
	TRY(field_bool(r, "show_profile", OPTIONAL, false, &show_profile));
	return ACT(r, "room_create", topic, description != NULL ? description : "", tags,
	           act_int(r, capacity != 0 ? capacity : CAPACITY_DEFAULT), act_bool(is_public),
	           mask != NULL ? mask : "always", act_bool(show_profile), flag);
}

/* GET /rooms/{room}: room; 404 no_room for one that is not there or not the caller's to see. */
int room_get(struct request *r)
{
	return ACT(r, "room", r->args[0]);
}

/* POST /rooms/{room} {topic?, description?, tags?, capacity?, public?, slow_mode?}: room; 403 not_owner. */
int room_update(struct request *r)
{
	const char *topic, *description, *tags, *flag = NULL;
	bool is_public;
	int capacity, slow_mode;
	TRY(field_text(r, "topic", OPTIONAL, TEXT_NAME, TOPIC_MAX, &topic));
	TRY(words_field(r, "topic", &topic, &flag));
	TRY(description_read(r, &description));
	TRY(words_field(r, "description", &description, &flag));
	TRY(words_tags(r, "tags", &flag));
	TRY(field_tags(r, "tags", &tags));
	TRY(field_int(r, "capacity", OPTIONAL, 2, CAPACITY_MAX, &capacity));
	TRY(field_bool(r, "public", OPTIONAL, false, &is_public));
	TRY(field_int(r, "slow_mode", OPTIONAL, 0, SLOW_MODE_MAX, &slow_mode));
	return ACT(r, "room_update", r->args[0], topic, description, field_given(r, "tags") ? tags : NULL,
	           field_given(r, "capacity") ? act_int(r, capacity) : NULL,
	           field_given(r, "public") ? act_bool(is_public) : NULL,
	           field_given(r, "slow_mode") ? act_int(r, slow_mode) : NULL, flag);
}

/* DELETE /rooms/{room}: 204; nobody writes there any more. 403 not_owner. */
int room_close(struct request *r)
{
	return ACT(r, "room_close", r->args[0]);
}

/* POST /rooms/{room}/join {mask?}: room. mask false shows the profile, where the room leaves the choice. */
int room_join(struct request *r)
{
	bool mask;
	TRY(field_bool(r, "mask", OPTIONAL, true, &mask));
	return ACT(r, "room_join", r->args[0], act_bool(!mask));
}

/* POST /rooms/{room}/leave: 204. A private chat ends for both, the partner is told at once. */
int room_leave(struct request *r)
{
	return ACT(r, "room_leave", r->args[0]);
}

/* GET /rooms/{room}/members?cursor=&limit=: those who are in a group, by their masks. */
int room_members(struct request *r)
{
	const char *limit, *cursor = request_query(r, "cursor");
	TRY(query_int(r, "limit", 1, 50, &limit));
	return ACT(r, "room_members", r->args[0], cursor, limit != NULL ? limit : "50");
}

/* POST /rooms/{room}/members/{member}/kick: 204, out and not in again. 403 not_owner, 404 no_member, 409 yourself. */
int member_kick(struct request *r)
{
	return ACT(r, "member_kick", r->args[0], r->args[1]);
}

/* POST /rooms/{room}/members/{member}/mute {minutes?}: 204; an hour, or so many; 0 ends it. */
int member_mute(struct request *r)
{
	int minutes;
	TRY(field_int(r, "minutes", OPTIONAL, 0, MUTE_MINUTES_MAX, &minutes));
	if (!field_given(r, "minutes"))
		minutes = MUTE_MINUTES;
	return ACT(r, "member_mute", r->args[0], r->args[1], act_int(r, minutes));
}

/* POST /rooms/{room}/members/{member}/promote: 204, the room is theirs now. */
int member_promote(struct request *r)
{
	return ACT(r, "member_promote", r->args[0], r->args[1]);
}

static int switch_turn(struct request *r, const char *function)
{
	bool on;
	TRY(field_bool(r, "on", REQUIRED, false, &on));
	return ACT(r, function, r->args[0], act_bool(on));
}

/* POST /rooms/{room}/pin {on}: 204. */
int room_pin(struct request *r)
{
	return switch_turn(r, "room_pin");
}

/* POST /rooms/{room}/silence {on}: 204. */
int room_silence(struct request *r)
{
	return switch_turn(r, "room_silence");
}

static int room_wish(struct request *r, const char *wish)
{
	bool on;
	TRY(field_bool(r, "on", OPTIONAL, true, &on));
	return ACT(r, "room_wish", r->args[0], wish, act_bool(on));
}

/* POST /rooms/{room}/reveal {on?}: room. Both see the other's profile once both wished it. 403 not_private. */
int room_reveal(struct request *r)
{
	return room_wish(r, "reveal");
}

/* POST /rooms/{room}/keep {on?}: room. The same for keeping the chat. */
int room_keep(struct request *r)
{
	return room_wish(r, "keep");
}

/* A cursor of api.conversations: pinned or not, microseconds, the room's id. */
static bool is_cursor(const char *text)
{
	static const char digits[] = "0123456789";
	size_t at = strspn(text, digits);
	if (at != 1 || text[at] != '.')
		return false;
	text += at + 1;
	at = strspn(text, digits);
	return at > 0 && at <= 18 && text[at] == '.' && strlen(text + at + 1) == ID_SIZE;
}

/* GET /conversations?cursor=&limit=: the caller's rooms, pinned, then latest first. */
int conversations_list(struct request *r)
{
	const char *limit, *cursor = request_query(r, "cursor");
	TRY(query_int(r, "limit", 1, 50, &limit));
	if (cursor != NULL && !is_cursor(cursor))
		return fail_field(r, "cursor");
	return ACT(r, "conversations", cursor, limit != NULL ? limit : "50");
}
