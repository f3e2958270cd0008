/* Matching: one wait an account, renewed by asking, or a room at once: sql/functions/match.sql, square_match.sql. */
#include "app.h"

#include <string.h>

/* POST /match {target: private|room, tags?}: {state: matched, room} or, private, {state: waiting, since, estimate}. */
int match_start(struct request *r)
{
	const char *target, *tags, *flag = NULL;
	TRY(field_word(r, "target", REQUIRED, "private room", &target));
	TRY(words_tags(r, "tags", &flag));
	TRY(field_tags(r, "tags", &tags));
	return ACT(r, "match_start", target, tags, act_int(r, config.match_lease), act_int(r, config.match_relax), flag);
}

/* GET /match: the state now; renews the wait. */
int match_get(struct request *r)
{
	return ACT(r, "match_get", act_int(r, config.match_lease), act_int(r, config.match_relax));
}

/* DELETE /match: 204. */
int match_stop(struct request *r)
{
	return ACT0(r, "match_stop");
}
