/*
 * The one table of what admins may do: each row says whose it is. MODERATOR is any admin's, OWNER an owner's alone; that
 * goes to the function along with the token, which checks both in the call that acts. docs/moderation.md is the reference.
 */
#include "admin.h"

#include <string.h>

#define ADMIN "/admin/v1"

/* clang-format off */
const struct route admin_routes[] = {
	{"POST", ADMIN "/login", admin_login, ANYONE, "name password", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/logout", admin_logout, MODERATOR, NULL, RATE_NONE, POOL_ADMIN},

	{"POST", ADMIN "/reports/list", admin_reports_list, MODERATOR, "state subject cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/reports/show", admin_reports_show, MODERATOR, "report", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/reports/file", admin_reports_file, MODERATOR, "report seq", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/reports/resolve", admin_reports_resolve, MODERATOR, "report action days reason note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/reports/hold", admin_reports_hold, MODERATOR, "report note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/reports/release", admin_reports_release, MODERATOR, "report note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/appeals/list", admin_appeals_list, MODERATOR, "state cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/appeals/answer", admin_appeals_answer, MODERATOR, "appeal decision text note", RATE_NONE, POOL_ADMIN},

	{"POST", ADMIN "/users/show", admin_users_show, MODERATOR, "subject room member", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/warn", admin_users_warn, MODERATOR, "subject room member reason note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/mute", admin_users_mute, MODERATOR, "subject room member days reason note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/ban", admin_users_ban, MODERATOR, "subject room member days reason note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/unmute", admin_users_unmute, MODERATOR, "subject room member note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/unban", admin_users_unban, MODERATOR, "subject room member note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/name", admin_users_name, OWNER, "subject room member note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/users/erase", admin_users_erase, OWNER, "subject room member note", RATE_NONE, POOL_ADMIN},

	{"POST", ADMIN "/rooms/list", admin_rooms_list, MODERATOR, "state query cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/rooms/show", admin_rooms_show, MODERATOR, "room", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/rooms/close", admin_rooms_close, MODERATOR, "room note", RATE_NONE, POOL_ADMIN},

	{"POST", ADMIN "/words/list", admin_words_list, MODERATOR, "class query cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/words/test", admin_words_test, MODERATOR, "text", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/words/add", admin_words_add, OWNER, "pattern class", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/words/remove", admin_words_remove, OWNER, "pattern note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/held/list", admin_held_list, MODERATOR, "cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/held/show", admin_held_show, MODERATOR, "held", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/held/approve", admin_held_approve, MODERATOR, "held note", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/held/refuse", admin_held_refuse, MODERATOR, "held note", RATE_NONE, POOL_ADMIN},

	{"POST", ADMIN "/stats", stats_show, MODERATOR, NULL, RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/audit", audit_list, OWNER, "admin command target cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/admins/list", admins_list, OWNER, "cursor limit", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/admins/add", admins_add, OWNER, "name role", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/admins/disable", admins_disable, OWNER, "name", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/admins/enable", admins_enable, OWNER, "name", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/admins/rotate", admins_rotate, OWNER, "name", RATE_NONE, POOL_ADMIN},
	{"POST", ADMIN "/rotate", admins_rotate, MODERATOR, NULL, RATE_NONE, POOL_ADMIN},
	{NULL, NULL, NULL, ANYONE, NULL, RATE_NONE, POOL_ALL},
};
/* clang-format on */

enum { NOTE_MAX = 1000, CURSOR_MAX = 100, PAGE_MAX = 50 };

int admin_page(struct request *r, const char **cursor, const char **limit)
{
	int number;
	TRY(field_text(r, "cursor", OPTIONAL, TEXT_NAME, CURSOR_MAX, cursor));
	TRY(field_int(r, "limit", OPTIONAL, 1, PAGE_MAX, &number));
	*limit = act_int(r, number != 0 ? number : PAGE_MAX);
	return 0;
}

int admin_id(struct request *r, const char *name, enum need need, const char **value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	TRY(field_text(r, name, need, TEXT_NAME, 64, value));
	return *value == NULL || strspn(*value, allowed) == strlen(*value) ? 0 : fail_field(r, name);
}

int admin_note(struct request *r, const char **value)
{
	return field_text(r, "note", OPTIONAL, TEXT_BODY, NOTE_MAX, value);
}
