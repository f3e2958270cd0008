/*
 * Uploads: pictures, voice, avatars, and the way to what was uploaded. An upload asks the database twice: whether it may be,
 * before anything is decoded for it; then, with its files in their place, the act.
 */
#include "app.h"
#include "multipart.h"

#include <limits.h>
#include <string.h>

enum { PICTURE_MAX = 4 * 1024 * 1024, VOICE_MAX = 1024 * 1024 };

struct upload {
	enum decode_task task;
	const char *bytes; /* the file as it was sent */
	size_t size;
	const char *source; /* its SHA-256, as the database takes it */
	struct decoded decoded;
	uint8_t digests[2][DIGEST_SIZE]; /* of what was made of it */
};

/* Finds the file in the body. */
static int upload_read(struct request *r, struct upload *upload)
{
	uint8_t digest[DIGEST_SIZE];
	switch (
		multipart_file(request_param(r, "CONTENT_TYPE"), r->content, r->content_size, &upload->bytes, &upload->size)) {
	case MULTIPART_OTHER:
		return fail(r, 415, "not_multipart");
	case MULTIPART_MALFORMED:
		return fail(r, 400, "malformed");
	case MULTIPART_FIELD:
		return fail_field(r, "file");
	case MULTIPART_OK:
		break;
	}
	if (upload->size > (upload->task == DECODE_VOICE ? VOICE_MAX : PICTURE_MAX))
		return fail(r, 413, "too_large");
	sha256(upload->bytes, upload->size, digest);
	upload->source = act_bytea(r, digest, sizeof digest);
	return 0;
}

/* The file's digest as the database takes it; NULL where the upload has no such file. */
static const char *file_name(struct request *r, const struct upload *upload, int n)
{
	return upload->decoded.head.sizes[n] > 0 ? act_bytea(r, upload->digests[n], DIGEST_SIZE) : NULL;
}

static int upload_decode(struct request *r, struct upload *upload)
{
	TRY(decoder_run(r, upload->task, upload->bytes, upload->size, &upload->decoded));
	for (int n = 0; n < 2; n++)
		sha256(upload->decoded.files[n], upload->decoded.head.sizes[n], upload->digests[n]);
	return 0;
}

static bool upload_store(const struct upload *upload)
{
	for (int n = 0; n < 2; n++)
		if (upload->decoded.head.sizes[n] > 0 &&
		    !files_put(upload->decoded.files[n], upload->decoded.head.sizes[n], upload->digests[n]))
			return false;
	return true;
}

/*
 * Puts the files in their place, then writes them down by `act`. That answers 0 where a file of the same content is being
 * removed just then: it has to be put there again once that is done.
 */
static int upload_finish(struct request *r, const struct upload *upload,
                         int (*act)(struct request *r, const struct upload *upload, const void *use), const void *use)
{
	enum { TRIES = 20, WAIT_MS = 100 };
	int status = 0;
	for (int i = 0; i < TRIES && status == 0; i++) {
		if (i > 0)
			nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000 * 1000}, NULL);
		if (!upload_store(upload))
			return fail_down(r);
		status = act(r, upload, use);
	}
	return status != 0 ? status : fail_down(r);
}

struct line {
	const char *kind, *client_id, *reply_to;
};

static int line_decode(struct request *r, struct upload *upload, const struct line *line)
{
	int status =
		ACT(r, "upload_begin", r->args[0], line->client_id, line->kind, line->reply_to, upload->source,
	        act_int(r, (int)upload->size), act_int(r, config.limit_uploads), act_int(r, config.limit_upload_mib));
	return status == 204 ? upload_decode(r, upload) : status;
}

static const char *facts_write(struct request *r, const struct upload *upload)
{
	const struct decode_head *head = &upload->decoded.head;
	struct buf facts = {.arena = &r->arena};
	if (upload->task != DECODE_VOICE)
		return arena_printf(&r->arena, "{\"width\":%u,\"height\":%u}", head->width, head->height);
	buf_printf(&facts, "{\"duration\":%u,\"waveform\":[", head->duration);
	for (int i = 0; i < DECODE_BARS; i++)
		buf_printf(&facts, "%s%d", i > 0 ? "," : "", head->waveform[i]);
	buf_text(&facts, "]}");
	return facts.text;
}

static int line_append(struct request *r, const struct upload *upload, const void *use)
{
	const struct line *line = use;
	return ACT(r, "media_append", r->args[0], line->client_id, line->kind, line->reply_to, upload->source,
	           file_name(r, upload, 0), file_name(r, upload, 1), facts_write(r, upload),
	           act_bool(wechat_checks_media()));
}

/*
 * POST /rooms/{room}/media?kind=image|voice&client_id=&reply_to=, multipart with one part `file`: message, once for each
 * client_id. 413, 415 and 422 for what is no such file, 429 upload_quota.
 */
int media_send(struct request *r)
{
	struct line line;
	struct upload upload = {0};
	TRY(query_word(r, "kind", "image voice", &line.kind));
	TRY(query_uuid4(r, "client_id", &line.client_id));
	TRY(query_int(r, "reply_to", 1, INT_MAX, &line.reply_to));
	upload.task = strcmp(line.kind, "voice") == 0 ? DECODE_VOICE : DECODE_PICTURE;
	TRY(upload_read(r, &upload));
	TRY(decoder_enter(r));
	int status = line_decode(r, &upload, &line);
	decoder_leave();
	return status != 0 ? status : upload_finish(r, &upload, line_append, &line);
}

static int avatar_decode(struct request *r, struct upload *upload)
{
	int status = ACT(r, "upload_begin_avatar", act_int(r, (int)upload->size), act_int(r, config.limit_uploads),
	                 act_int(r, config.limit_upload_mib));
	return status == 204 ? upload_decode(r, upload) : status;
}

static int avatar_replace(struct request *r, const struct upload *upload, const void *use)
{
	(void)use;
	return ACT(r, "avatar_set", upload->source, file_name(r, upload, 0), act_bool(wechat_checks_media()));
}

/* POST /me/avatar, multipart with one part `file`: {avatar}, the picture's middle. Errors as above. */
int avatar_set(struct request *r)
{
	struct upload upload = {.task = DECODE_AVATAR};
	TRY(upload_read(r, &upload));
	TRY(decoder_enter(r));
	int status = avatar_decode(r, &upload);
	decoder_leave();
	return status != 0 ? status : upload_finish(r, &upload, avatar_replace, NULL);
}

/* DELETE /me/avatar: {avatar}, a drawn one. */
int avatar_reset(struct request *r)
{
	return ACT0(r, "avatar_reset");
}

int media_redirect(struct request *r)
{
	const char *name = r->reply.text, *kind = strchr(name, ' ') + 1;
	reply_header(r, "X-Accel-Redirect", "/_media/%.2s/%.*s", name, 2 * DIGEST_SIZE, name);
	reply_header(r, "Content-Type", "%s", strcmp(kind, "voice") == 0 ? "audio/mpeg" : "image/jpeg");
	r->reply = (struct buf){.arena = &r->arena};
	return 200;
}

/*
 * GET /media/{id}, ?size=preview: nginx is sent to the file; 404 not_found for those who may not see it. Nothing that the
 * answer says of the file is the same for two of its uses, but what is in it.
 */
int media_get(struct request *r)
{
	const char *size = request_query(r, "size");
	if (size != NULL && strcmp(size, "preview") != 0)
		return fail_field(r, "size");
	int status = ACT(r, "media", r->args[0], act_bool(size != NULL));
	if (status != 200)
		return status;
	reply_header(r, "Cache-Control", "private, max-age=31536000, immutable");
	return media_redirect(r);
}
