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

/* admin_rooms.c */

handler admin_rooms_list, admin_rooms_show, admin_rooms_close;

#endif
