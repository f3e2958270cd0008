/* Links into a room: making and revoking them, their QR code, and the small page that a link shows to whoever opens it. */
#include "app.h"

#include <qrencode.h>
#include <string.h>

enum { HOURS_DEFAULT = 7 * 24, HOURS_MAX = 365 * 24 };

/* POST /rooms/{room}/share {hours?}: 201 {code, url, expires}; 403 not_shareable, not_owner. */
int share_create(struct request *r)
{
	int hours;
	TRY(field_int(r, "hours", OPTIONAL, 1, HOURS_MAX, &hours));
	return ACT(r, "share_create", r->args[0], act_int(r, hours != 0 ? hours : HOURS_DEFAULT));
}

/* GET /rooms/{room}/share: the live links that the caller may revoke. */
int share_list(struct request *r)
{
	return ACT(r, "shares", r->args[0]);
}

/* DELETE /rooms/{room}/share/{code}: 204; 404 no_share. */
int share_revoke(struct request *r)
{
	return ACT(r, "share_revoke", r->args[0], r->args[1]);
}

/* GET /share/{code}: what the landing shows. No session is asked for. */
int share_get(struct request *r)
{
	return ACT(r, "share", r->args[0]);
}

/* POST /share/{code}/join {mask?}: room. */
int share_join(struct request *r)
{
	bool mask;
	TRY(field_bool(r, "mask", OPTIONAL, true, &mask));
	return ACT(r, "share_join", r->args[0], act_bool(!mask));
}

/* The address that people use, without a slash at its end. */
static const char *public_url(struct request *r)
{
	if (config.public_url[0])
		return config.public_url;
	return arena_printf(&r->arena, "%s://%s", request_param(r, "REQUEST_SCHEME"), request_param(r, "HTTP_HOST"));
}

/* A path that fills the dark modules, run by run. */
static void qr_draw(struct buf *svg, const QRcode *code)
{
	enum { QUIET = 4 };
	int size = code->width + 2 * QUIET;
	buf_printf(svg,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
	           "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
	           size, size, size, size);
	for (int y = 0; y < code->width; y++) {
		const unsigned char *row = code->data + y * code->width;
		for (int x = 0, end; x < code->width; x = end + 1) {
			for (end = x; end < code->width && row[end] & 1; end++)
				;
			if (end > x)
				buf_printf(svg, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
		}
	}
	buf_text(svg, "\"/></svg>");
}

/* GET /rooms/{room}/share/{code}.svg: the link as a QR code. */
int share_picture(struct request *r)
{
	int status = ACT(r, "share_check", r->args[0], r->args[1]);
	if (status != 200)
		return status;
	const char *url = arena_printf(&r->arena, "%s/s/%s", public_url(r), r->args[1]);
	QRcode *code = QRcode_encodeString8bit(url, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return fail(r, 500, "internal");
	qr_draw(&r->reply, code);
	QRcode_free(code);
	reply_header(r, "Content-Type", "image/svg+xml");
	return 200;
}

/* What the page says, in the reader's language. */
struct page {
	const char *language, *title, *about, *action, *lead;
};

static void page_write(struct request *r, const struct page *page, const char *link, bool found)
{
	struct buf *out = &r->reply;
	buf_printf(out,
	           "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
	           "<meta name=\"viewport\" content=\"width=device-width\">\n"
	           "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
	           page->language);
	if (found)
		buf_printf(out, "<meta http-equiv=\"refresh\" content=\"0; url=%s\">\n", link);
	buf_text(out, "<title>");
	buf_html(out, page->title);
	buf_text(out, " · Driftline</title>\n<meta property=\"og:site_name\" content=\"Driftline\">\n"
	              "<meta property=\"og:type\" content=\"website\">\n<meta property=\"og:title\" content=\"");
	buf_html(out, page->title);
	buf_text(out, "\">\n<meta property=\"og:description\" content=\"");
	buf_html(out, page->about);
	buf_text(out, "\">\n<meta property=\"og:url\" content=\"");
	buf_html(out, arena_printf(&r->arena, "%s/s/%s", public_url(r), r->args[0]));
	buf_text(out, "\">\n<meta property=\"og:image\" content=\"");
	buf_html(out, arena_printf(&r->arena, "%s/share.png", public_url(r)));
	buf_text(out, "\">\n<meta property=\"og:image:width\" content=\"1200\">\n"
	              "<meta property=\"og:image:height\" content=\"630\">\n"
	              "<meta name=\"twitter:card\" content=\"summary_large_image\">\n");
	buf_text(out, "<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:18vh auto;padding:0 1.5rem;"
	              "color-scheme:light dark}p{white-space:pre-line}</style>\n<h1>");
	buf_html(out, page->title);
	buf_text(out, "</h1>\n<p>");
	buf_html(out, page->about);
	buf_printf(out, "</p>\n<p>%s</p>\n<p><a href=\"%s\">%s</a></p>\n</html>\n", page->lead, link, page->action);
}

static const char *text_of(json_object *object, const char *name)
{
	json_object *value;
	return json_object_object_get_ex(object, name, &value) ? json_object_get_string(value) : "";
}

/* The landing of a link that is valid. A room that is not public keeps its topic to those who open it. */
static void landing_write(struct request *r, const char *answer)
{
	static const struct page en = {"en", "An invitation to a room",
	                               "A conversation among strangers, each behind a mask.", "Open the room",
	                               "Driftline asks for no name, no phone and no e-mail."};
	static const struct page zh = {"zh-Hans", "邀请你加入一个房间", "陌生人之间的对话，每个人都戴着面具。", "打开房间",
	                               "在 Driftline 聊天，无需姓名、手机或邮箱。"};
	struct page page = r->chinese ? zh : en;
	json_object *share = json_tokener_parse(answer), *room = NULL, *is_public = NULL;
	if (json_object_object_get_ex(share, "room", &room) && json_object_object_get_ex(room, "public", &is_public) &&
	    json_object_get_boolean(is_public)) {
		page.title = text_of(room, "topic");
		if (text_of(room, "description")[0])
			page.about = text_of(room, "description");
	}
	page_write(r, &page, arena_printf(&r->arena, "/#/pages/share/share?code=%s", r->args[0]), true);
	json_object_put(share);
}

static void no_landing_write(struct request *r)
{
	static const struct page en = {"en", "This invitation is not valid", "It may have expired, or been revoked.",
	                               "To Driftline", "You can still meet somebody: no name, no phone, no e-mail."};
	static const struct page zh = {"zh-Hans", "邀请无效", "它可能已过期或被撤销。", "前往 Driftline",
	                               "你仍可在这里遇见他人：无需姓名、手机或邮箱。"};
	page_write(r, r->chinese ? &zh : &en, "/", false);
}

/* GET /s/{code}: a page that leads into the client; one for all codes that open nothing, with 404. */
int share_page(struct request *r)
{
	int status = ACT(r, "share", r->args[0]);
	if (status != 200 && status != 404)
		return status;
	const char *answer = r->reply.text;
	r->reply = (struct buf){.arena = &r->arena};
	if (status == 200)
		landing_write(r, answer);
	else
		no_landing_write(r);
	reply_header(r, "Content-Type", "text/html; charset=utf-8");
	reply_header(r, "X-Robots-Tag", "noindex");
	return status;
}
