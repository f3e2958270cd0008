/* Reports, whom they are about, and appeals. sql/functions/admin_cases.sql does the work. */
#include "admin.h"
#include "app.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { DAYS_MAX = 3650, REASON_MAX = 200, TEXT_MAX = 1000 };

/* An account: by the case that is about it, or by a mask and its room; one of the two. */
struct subject {
	const char *id, *room, *member;
};

static int subject_read(struct request *r, struct subject *s)
{
	TRY(admin_id(r, "subject", OPTIONAL, &s->id));
	TRY(admin_id(r, "room", s->id == NULL ? REQUIRED : OPTIONAL, &s->room));
	TRY(admin_id(r, "member", s->id == NULL ? REQUIRED : OPTIONAL, &s->member));
	return s->id != NULL && (s->room != NULL || s->member != NULL) ? fail_field(r, "subject") : 0;
}

/* NULL where there is none, which is another thing for each step. */
static int days_read(struct request *r, const char **days)
{
	int number;
	TRY(field_int(r, "days", OPTIONAL, 1, DAYS_MAX, &number));
	*days = number != 0 ? act_int(r, number) : NULL;
	return 0;
}

/* /reports/list {state? = "open" | "resolved", subject?, cursor?, limit?}: the gravest first; resolved: the latest. */
int admin_reports_list(struct request *r)
{
	const char *state, *subject, *cursor, *limit;
	TRY(field_word(r, "state", OPTIONAL, "open resolved", &state));
	TRY(admin_id(r, "subject", OPTIONAL, &subject));
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "reports_list", state != NULL ? state : "open", subject, cursor, limit, rules_json(&r->arena));
}

/* /reports/show {report}: a report with its evidence; 404 no_report. */
int admin_reports_show(struct request *r)
{
	const char *report;
	TRY(admin_id(r, "report", REQUIRED, &report));
	return ACT(r, "reports_show", report);
}

/* Puts the file with this SHA-256 into the reply; false: it is not there. */
static bool file_read(struct request *r, const char *hex)
{
	const char *path = arena_printf(&r->arena, "%s/%.2s/%.64s", config.media, hex, hex);
	FILE *file = fopen(path, "re");
	char bytes[16384];
	size_t size;
	r->reply = (struct buf){.arena = &r->arena};
	if (file == NULL)
		return false;
	while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
		buf_add(&r->reply, bytes, size);
	bool whole = !ferror(file);
	fclose(file);
	return whole && r->reply.size > 0;
}

/*
 * /reports/file {report, seq?}: the picture (image/jpeg) or the voice (audio/mpeg) of a line that a report shows; without seq the
 * picture that its subject showed. 404 no_message.
 */
int admin_reports_file(struct request *r)
{
	const char *report;
	int seq;
	TRY(admin_id(r, "report", REQUIRED, &report));
	TRY(field_int(r, "seq", OPTIONAL, 1, INT_MAX, &seq));
	int status = ACT(r, "reports_file", report, seq != 0 ? act_int(r, seq) : NULL);
	if (status != 200)
		return status;
	const char *found = r->reply.text;
	if (!file_read(r, found))
		return fail(r, 404, "no_message");
	reply_header(r, "Content-Type", "%s", strstr(found, " voice") != NULL ? "audio/mpeg" : "image/jpeg");
	return 200;
}

/*
 * /reports/resolve {report, action: "dismiss" | "warn" | "mute" | "ban" | "next", days?, reason?, note?}: with it the other
 * reports of the case about the same room end, by a ban all. next is the ladder's next step. reason is what the subject is
 * told, the report's without it. 404 no_report, no_subject; 409 report_resolved.
 */
int admin_reports_resolve(struct request *r)
{
	const char *report, *action, *days, *reason, *note;
	TRY(admin_id(r, "report", REQUIRED, &report));
	TRY(field_word(r, "action", REQUIRED, "dismiss warn mute ban next", &action));
	TRY(days_read(r, &days));
	TRY(field_text(r, "reason", OPTIONAL, TEXT_BODY, REASON_MAX, &reason));
	TRY(admin_note(r, &note));
	return ACT(r, "reports_resolve", report, action, days, reason, note, rules_json(&r->arena));
}

static int hold(struct request *r, bool on)
{
	const char *report, *note;
	TRY(admin_id(r, "report", REQUIRED, &report));
	TRY(admin_note(r, &note));
	return ACT(r, "reports_hold", report, act_bool(on), note);
}

/* /reports/hold {report, note?}: 204, its evidence is kept past its time; 404 no_report. */
int admin_reports_hold(struct request *r)
{
	return hold(r, true);
}

/* /reports/release {report, note?}: 204, its evidence goes in its time; 404 no_report. */
int admin_reports_release(struct request *r)
{
	return hold(r, false);
}

/* /users/show {subject | room, member}: where an account stands, without its name; 404 no_subject, no_member. */
int admin_users_show(struct request *r)
{
	struct subject s;
	TRY(subject_read(r, &s));
	return ACT(r, "users_show", s.id, s.room, s.member);
}

static int step(struct request *r, const char *action)
{
	struct subject s;
	const char *days = NULL, *reason, *note;
	TRY(subject_read(r, &s));
	TRY(days_read(r, &days));
	TRY(field_text(r, "reason", REQUIRED, TEXT_BODY, REASON_MAX, &reason));
	TRY(admin_note(r, &note));
	return ACT(r, "users_step", s.id, s.room, s.member, action, days, reason, note, rules_json(&r->arena));
}

/* /users/warn {subject | room, member, reason, note?}: {subject, step, until}; reason is what the subject is told. */
int admin_users_warn(struct request *r)
{
	return step(r, "warn");
}

/* /users/mute {subject | room, member, reason, days?, note?}: as long as the ladder's first mute without days. */
int admin_users_mute(struct request *r)
{
	return step(r, "mute");
}

/* /users/ban {subject | room, member, reason, days?, note?}: for good without days. */
int admin_users_ban(struct request *r)
{
	return step(r, "ban");
}

static int lift(struct request *r, const char *kind)
{
	struct subject s;
	const char *note;
	TRY(subject_read(r, &s));
	TRY(admin_note(r, &note));
	return ACT(r, "users_lift", s.id, s.room, s.member, kind, note);
}

/* /users/unmute {subject | room, member, note?}: 204. */
int admin_users_unmute(struct request *r)
{
	return lift(r, "mute");
}

/* /users/unban {subject | room, member, note?}: 204. */
int admin_users_unban(struct request *r)
{
	return lift(r, "ban");
}

/* /users/name {subject | room, member, note}: {subject, name, nickname, wechat}; the note says why. */
int admin_users_name(struct request *r)
{
	struct subject s;
	const char *note;
	TRY(subject_read(r, &s));
	TRY(field_text(r, "note", REQUIRED, TEXT_BODY, TEXT_MAX, &note));
	return ACT(r, "users_name", s.id, s.room, s.member, note);
}

/* /users/erase {subject | room, member, note?}: 204, as by DELETE /me: what is personal goes, records stay without a name. */
int admin_users_erase(struct request *r)
{
	struct subject s;
	const char *note;
	TRY(subject_read(r, &s));
	TRY(admin_note(r, &note));
	return ACT(r, "users_erase", s.id, s.room, s.member, note);
}

/* /appeals/list {state? = "open" | "answered", cursor?, limit?}: open: the oldest first. */
int admin_appeals_list(struct request *r)
{
	const char *state, *cursor, *limit;
	TRY(field_word(r, "state", OPTIONAL, "open answered", &state));
	TRY(admin_page(r, &cursor, &limit));
	return ACT(r, "appeals_list", state != NULL ? state : "open", cursor, limit);
}

/* /appeals/answer {appeal, decision: "uphold" | "lift", text, note?}: 204, lift ends the step. 404 no_appeal, 409 appeal_answered. */
int admin_appeals_answer(struct request *r)
{
	const char *appeal, *decision, *text, *note;
	TRY(admin_id(r, "appeal", REQUIRED, &appeal));
	TRY(field_word(r, "decision", REQUIRED, "uphold lift", &decision));
	TRY(field_text(r, "text", REQUIRED, TEXT_BODY, TEXT_MAX, &text));
	TRY(admin_note(r, &note));
	return ACT(r, "appeals_answer", appeal, decision, text, note);
}
