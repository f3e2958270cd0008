/* The formats of an export: plain text and HTML for people, CSV for spreadsheets, JSON for programs. */
#include "export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cell(const struct export *export, int row, int column)
{
	return PQgetvalue(export->page, row, column);
}

static bool is_true(const struct export *export, int row, int column)
{
	return cell(export, row, column)[0] == 't';
}

static const char *alias(const struct export *export, int row)
{
	return cell(export, row, export->chinese ? EXPORT_ALIAS_ZH : EXPORT_ALIAS);
}

/* Words of the formats that people read. */
struct words {
	const char *language, *exported, *utc, *me, *recalled, *picture, *voice;
};

static const struct words *words(const struct export *export)
{
	static const struct words en = {
		"en", "Exported", "Times are in UTC.", " (me)", "This message was recalled.", "[Picture]", "Voice message"};
	static const struct words zh = {"zh-Hans", "导出于",  "时间为协调世界时 (UTC)。", "（我）", "此消息已撤回。",
	                                "[图片]",  "语音消息"};
	return export->chinese ? &zh : &en;
}

/* What was said; of a picture or a voice message, whose file is not here, a word and how long it was. */
static const char *said(struct export *export, int row)
{
	const struct words *w = words(export);
	const char *kind = cell(export, row, EXPORT_KIND);
	if (strcmp(kind, "image") == 0)
		return w->picture;
	if (strcmp(kind, "voice") != 0)
		return cell(export, row, EXPORT_BODY);
	int seconds = (atoi(cell(export, row, EXPORT_DURATION)) + 500) / 1000;
	snprintf(export->said, sizeof export->said, "[%s %d:%02d]", w->voice, seconds / 60, seconds % 60);
	return export->said;
}

/* Whether a line is the first of its day. */
static bool is_new_day(struct export *export, int row)
{
	const char *at = cell(export, row, EXPORT_AT);
	if (strncmp(export->day, at, sizeof export->day - 1) == 0)
		return false;
	memcpy(export->day, at, sizeof export->day - 1);
	return true;
}

/* Plain text. Further lines of a body are indented, so that nobody can write what looks like somebody else's line. */

static void txt_begin(struct export *export)
{
	const struct words *w = words(export);
	buf_printf(export->out, "%s\n%s %.10s %.8s UTC. %s\n", export->title, w->exported, export->exported,
	           export->exported + 11, w->utc);
}

static void txt_body(struct buf *out, const char *text)
{
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		buf_add(out, text, (size_t)(end - text));
		buf_text(out, "\n    ");
	}
	buf_text(out, text);
	buf_text(out, "\n");
}

static void txt_line(struct export *export, int row)
{
	const struct words *w = words(export);
	bool recalled = is_true(export, row, EXPORT_RECALLED);
	if (is_new_day(export, row))
		buf_printf(export->out, "\n%s\n\n", export->day);
	buf_printf(export->out, "[%.8s] %s%s: ", cell(export, row, EXPORT_AT) + 11, alias(export, row),
	           is_true(export, row, EXPORT_OWN) ? w->me : "");
	txt_body(export->out, recalled ? w->recalled : said(export, row));
}

static void no_end(struct export *export)
{
	(void)export;
}

/* CSV as RFC 4180 has it, with the mark by which spreadsheets know UTF-8. */

static void csv_begin(struct export *export)
{
	buf_text(export->out, "\xEF\xBB\xBFseq,at,member,alias,alias_zh,own,recalled,reply_to,body\r\n");
}

static void csv_line(struct export *export, int row)
{
	struct buf *out = export->out;
	buf_printf(out, "%s,%s,", cell(export, row, EXPORT_SEQ), cell(export, row, EXPORT_AT));
	buf_csv(out, cell(export, row, EXPORT_MEMBER));
	buf_text(out, ",");
	buf_csv(out, cell(export, row, EXPORT_ALIAS));
	buf_text(out, ",");
	buf_csv(out, cell(export, row, EXPORT_ALIAS_ZH));
	buf_printf(out, ",%s,%s,%s,", is_true(export, row, EXPORT_OWN) ? "true" : "false",
	           is_true(export, row, EXPORT_RECALLED) ? "true" : "false", cell(export, row, EXPORT_REPLY_TO));
	buf_csv(out, is_true(export, row, EXPORT_RECALLED) ? "" : said(export, row));
	buf_text(out, "\r\n");
}

/* JSON: the shapes of docs/api.md, a line each. */

static void json_begin(struct export *export)
{
	buf_printf(export->out, "{\"room\":%s,\n\"exported\":\"%s\",\n\"messages\":[", export->room, export->exported);
}

static void json_line(struct export *export, int row)
{
	buf_text(export->out, export->begun ? ",\n" : "\n");
	buf_text(export->out, cell(export, row, EXPORT_JSON));
}

static void json_end(struct export *export)
{
	buf_text(export->out, "\n]}\n");
}

/* HTML: one file that looks like the chat, reads nothing from elsewhere and runs nothing. */

static const char html_style[] =
	":root{--paper:#f3efe6;--surface:#fffdf8;--ink:#14282d;--soft:#50636a;--line:#dad2c1;--tide:#d5e6e1;--face:62%,68%;"
	"color-scheme:light dark}"
	"@media(prefers-color-scheme:dark){:root{--paper:#0d1b1f;--surface:#15272c;--ink:#e8ede8;--soft:#9fb2b2;"
	"--line:#273b40;--tide:#1a3c3e;--face:38%,52%}}"
	"body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,"
	"'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
	"header,main{max-width:720px;margin:auto;padding:16px}header{border-bottom:1px solid var(--line)}"
	"h1{margin:0;font-size:26px;overflow-wrap:anywhere}header p{margin:4px 0 0;color:var(--soft);font-size:14px}"
	"h2{margin:24px 0 8px;text-align:center;font-size:14px;font-weight:400;color:var(--soft)}"
	"article{display:flex;gap:8px;margin:8px 0;align-items:flex-start}article.own{flex-direction:row-reverse}"
	"article i{flex:none;width:36px;height:36px;border-radius:50%;background:hsl(var(--hue),var(--face))}"
	"article div{max-width:78%;padding:8px 12px;border-radius:14px;background:var(--surface)}"
	".own div{background:var(--tide)}article b{font-size:14px;color:var(--soft)}"
	"article p{margin:2px 0;white-space:pre-wrap;overflow-wrap:anywhere}"
	".gone{color:var(--soft);font-style:italic}"
	".quote{display:block;padding-left:8px;border-left:3px solid var(--line);color:var(--soft);font-size:14px;"
	"text-decoration:none;overflow-wrap:anywhere}"
	"time{font-size:12px;color:var(--soft)}:target div{outline:2px solid var(--soft)}";

static void html_begin(struct export *export)
{
	const struct words *w = words(export);
	struct buf *out = export->out;
	buf_printf(
		out,
		"<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
		w->language);
	buf_html(out, export->title);
	buf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1 dir=\"auto\">", html_style);
	buf_html(out, export->title);
	buf_printf(out, "</h1>\n<p>%s %.10s %.8s UTC. %s</p>\n</header>\n<main>\n", w->exported, export->exported,
	           export->exported + 11, w->utc);
}

/* The ground of a mask's picture, as avatar.c draws it. */
static int hue(const char *member)
{
	uint8_t id[8], seed[DIGEST_SIZE];
	if (!hex_decode(member, id, sizeof id))
		return 0;
	sha256(id, sizeof id, seed);
	return (seed[0] << 8 | seed[1]) % 360;
}

static void html_line(struct export *export, int row)
{
	struct buf *out = export->out;
	const char *seq = cell(export, row, EXPORT_SEQ), *at = cell(export, row, EXPORT_AT);
	if (is_new_day(export, row))
		buf_printf(out, "<h2>%s</h2>\n", export->day);
	buf_printf(out, "<article id=\"m%s\"%s><i style=\"--hue:%d\"></i><div><b dir=\"auto\">", seq,
	           is_true(export, row, EXPORT_OWN) ? " class=\"own\"" : "", hue(cell(export, row, EXPORT_MEMBER)));
	buf_html(out, alias(export, row));
	buf_text(out, "</b>");
	if (!PQgetisnull(export->page, row, EXPORT_QUOTE)) {
		buf_printf(out, "<a class=\"quote\" dir=\"auto\" href=\"#m%s\">", cell(export, row, EXPORT_REPLY_TO));
		buf_html(out, cell(export, row, EXPORT_QUOTE));
		buf_text(out, "</a>");
	}
	if (is_true(export, row, EXPORT_RECALLED)) {
		buf_printf(out, "<p class=\"gone\">%s</p>", words(export)->recalled);
	} else {
		buf_text(out, "<p dir=\"auto\">");
		buf_html(out, said(export, row));
		buf_text(out, "</p>");
	}
	buf_printf(out, "<time datetime=\"%s\">%.5s</time></div></article>\n", at, at + 11);
}

static void html_end(struct export *export)
{
	buf_text(export->out, "</main>\n</body>\n</html>\n");
}

const struct export_format *export_format(const char *name)
{
	static const struct export_format formats[] = {
		{"txt", "text/plain", txt_begin, txt_line, no_end},
		{"json", "application/json", json_begin, json_line, json_end},
		{"csv", "text/csv", csv_begin, csv_line, no_end},
		{"html", "text/html", html_begin, html_line, html_end},
	};
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
