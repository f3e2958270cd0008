/* The admin program: its route table and its handlers, grouped by the file that holds them. */
#ifndef DRIFTLINE_ADMIN_H
#define DRIFTLINE_ADMIN_H

#include "config.h"
#include "web.h"

/* admin_routes.c */

extern const struct route admin_routes[]; /* ends with a row whose method is NULL */

/* What lists take: where to go on, and how many rows ("50" without the field). */
int admin_page(struct request *r, const char **cursor, const char **limit);
/* A field of letters, digits, - and _, as ids and names of admins are. Returns 0 or the 422 to return. */
int admin_id(struct request *r, const char *name, enum need need, const char **value);
/* A field `note`, for the record alone. */
int admin_note(struct request *r, const char **value);

/* admin_admins.c */

handler admin_login, admin_logout, admins_list, admins_add, admins_disable, admins_enable, admins_rotate, audit_list,
	stats_show;

/* admin_cases.c */

handler admin_reports_list, admin_reports_show, admin_reports_file, admin_reports_resolve, admin_reports_hold,
	admin_reports_release, admin_users_show, admin_users_warn, admin_users_mute, admin_users_ban, admin_users_unmute,
	admin_users_unban, admin_users_name, admin_users_erase, admin_appeals_list, admin_appeals_answer;

/* admin_rooms.c */

handler admin_rooms_list, admin_rooms_show, admin_rooms_close;

/* admin_words.c */

handler admin_words_list, admin_words_add, admin_words_remove, admin_words_test, admin_held_list, admin_held_show,
	admin_held_approve, admin_held_refuse;

#endif
