/*
 * The send path. The event loop hands lines to a writer; a writer takes all that have come together, appends them in
 * one transaction, publishes them over one connection and answers each. While it waits for the disk, the next
 * ones gather. A room always falls to the same writer, so writers never wait for each other's rooms.
 */
#include "app.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WRITERS = 2, BATCH_MAX = 256 };

struct line {
	struct line *next;
	struct request *r;
	struct writing what;
	uint8_t client_id[16];
};

struct writer {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct line *first, **last;
};

static struct writer writers[WRITERS];

/* The columns of api.message_append, whose rows come in the batch's order. */
enum {
	COLUMN_N,
	COLUMN_STATUS,
	COLUMN_CODE,
	COLUMN_SEQ,
	COLUMN_AT,
	COLUMN_BODY,
	COLUMN_REPLY,
	COLUMN_MEMBER,
	COLUMN_ALIAS,
	COLUMN_ALIAS_ZH,
	COLUMN_AVATAR,
	COLUMN_PROFILE,
	COLUMN_FRESH,
	COLUMN_CHANNELS,
	COLUMN_RETRY,
	COLUMN_UNTIL,
	COLUMN_EVERYWHERE
};

static void queue_add(struct writer *writer, struct line *line)
{
	line->next = NULL;
	pthread_mutex_lock(&writer->lock);
	*writer->last = line;
	writer->last = &line->next;
	pthread_cond_signal(&writer->filled);
	pthread_mutex_unlock(&writer->lock);
}

static int queue_take(struct writer *writer, struct line *batch[BATCH_MAX])
{
	int count = 0;
	pthread_mutex_lock(&writer->lock);
	while (writer->first == NULL)
		pthread_cond_wait(&writer->filled, &writer->lock);
	for (; writer->first != NULL && count < BATCH_MAX; writer->first = writer->first->next)
		batch[count++] = writer->first;
	if (writer->first == NULL)
		writer->last = &writer->first;
	pthread_mutex_unlock(&writer->lock);
	return count;
}

/* `message` of docs/api.md, as message_json of sql/functions writes it too. */
static void message_write(struct buf *buf, const struct line *line, const PGresult *result, int row)
{
	bool recalled = PQgetisnull(result, row, COLUMN_BODY);
	buf_printf(buf, "{\"room\":\"%s\",\"seq\":%s,\"member\":\"%s\",\"alias\":", line->what.room,
	           PQgetvalue(result, row, COLUMN_SEQ), PQgetvalue(result, row, COLUMN_MEMBER));
	buf_json(buf, PQgetvalue(result, row, COLUMN_ALIAS));
	buf_text(buf, ",\"alias_zh\":");
	buf_json(buf, PQgetvalue(result, row, COLUMN_ALIAS_ZH));
	buf_printf(buf, ",\"avatar\":\"%s\"%s,\"kind\":\"text\",\"body\":", PQgetvalue(result, row, COLUMN_AVATAR),
	           PQgetvalue(result, row, COLUMN_PROFILE)[0] == 't' ? ",\"profile\":true" : "");
	buf_json(buf, recalled ? NULL : PQgetvalue(result, row, COLUMN_BODY));
	if (!PQgetisnull(result, row, COLUMN_REPLY))
		buf_printf(buf, ",\"reply_to\":%s", PQgetvalue(result, row, COLUMN_REPLY));
	buf_printf(buf, "%s,\"client_id\":\"%s\",\"at\":\"%s\"}", recalled ? ",\"recalled\":true" : "",
	           line->what.client_id, PQgetvalue(result, row, COLUMN_AT));
}

/* Where the frame of a fresh line goes: what stands at the first fresh line of its room, in this row or before it. */
static const char *channels_of(struct line *const *batch, const PGresult *result, int row)
{
	const char *room = batch[row]->what.room;
	for (; row >= 0; row--)
		if (strcmp(batch[row]->what.room, room) == 0 && !PQgetisnull(result, row, COLUMN_CHANNELS))
			return PQgetvalue(result, row, COLUMN_CHANNELS);
	return "";
}

static void message_publish(struct publish *publish, struct line *const *batch, const PGresult *result, int row)
{
	const struct line *line = batch[row];
	if (PQgetvalue(result, row, COLUMN_FRESH)[0] != 't')
		return;
	rate_spend(RATE_ROOM, line->what.room);
	struct buf frame = {.arena = publish->arena};
	buf_printf(&frame, "{\"type\":\"message\",\"room\":\"%s\",\"message\":", line->what.room);
	buf_add(&frame, line->r->reply.text, line->r->reply.size);
	buf_text(&frame, "}");
	publish_frame(publish, channels_of(batch, result, row), frame.text, frame.size);
}

static void text_add(struct db_array *array, const char *text)
{
	db_array_add(array, text, text != NULL ? strlen(text) : 0);
}

static PGresult *batch_append(struct arena *arena, struct line *const *batch, int count)
{
	struct db_array tokens, rooms, client_ids, bodies, replies, masked, verdicts;
	struct db_params params = {0};
	db_array_start(&tokens, arena, OID_BYTEA);
	db_array_start(&rooms, arena, OID_TEXT);
	db_array_start(&client_ids, arena, OID_UUID);
	db_array_start(&bodies, arena, OID_TEXT);
	db_array_start(&replies, arena, OID_INT4);
	db_array_start(&masked, arena, OID_TEXT);
	db_array_start(&verdicts, arena, OID_TEXT);
	for (int i = 0; i < count; i++) {
		db_array_add(&tokens, batch[i]->r->token, DIGEST_SIZE);
		const struct writing *what = &batch[i]->what;
		text_add(&rooms, what->room);
		db_array_add(&client_ids, batch[i]->client_id, sizeof batch[i]->client_id);
		text_add(&bodies, what->body);
		if (what->reply_to == 0)
			db_array_add(&replies, NULL, 0);
		else
			db_array_add_int(&replies, what->reply_to);
		text_add(&masked, what->masked);
		text_add(&verdicts, what->verdict);
	}
	db_array_param(&tokens, &params);
	db_array_param(&rooms, &params);
	db_array_param(&client_ids, &params);
	db_array_param(&bodies, &params);
	db_array_param(&replies, &params);
	params.count++; /* kinds: all are text */
	db_array_param(&masked, &params);
	db_array_param(&verdicts, &params);
	params.values[params.count++] = act_bool(wechat_checks_text());
	return db_call("message_append", &params);
}

static void line_refuse(struct request *r, int status, const PGresult *result, int row)
{
	if (status == 429)
		reply_header(r, "Retry-After", "%s", PQgetvalue(result, row, COLUMN_RETRY));
	const char *code = PQgetvalue(result, row, COLUMN_CODE);
	if (status == 422)
		fail_at(r, status, code, strcmp(code, "word_blocked") == 0 ? "body" : "reply_to");
	else
		fail(r, status, code);
	if (!PQgetisnull(result, row, COLUMN_UNTIL))
		fail_extend(r, arena_printf(&r->arena, "{\"until\":\"%s\",\"everywhere\":%s}",
		                            PQgetvalue(result, row, COLUMN_UNTIL),
		                            act_bool(PQgetvalue(result, row, COLUMN_EVERYWHERE)[0] == 't')));
}

/* Judges each line of a batch that the database took, publishes what is new, then lets the requests go on. */
static void batch_finish(struct writer *writer, struct arena *arena, struct line *const *batch, int count,
                         const PGresult *result)
{
	int statuses[BATCH_MAX] = {0};
	struct publish publish;
	publish_begin(&publish, arena);
	for (int row = 0; row < count && row < PQntuples(result); row++) {
		struct line *line = batch[row];
		statuses[row] = atoi(PQgetvalue(result, row, COLUMN_STATUS));
		if (statuses[row] == 200) {
			message_write(&line->r->reply, line, result, row);
			message_publish(&publish, batch, result, row);
		} else if (statuses[row] != 0) {
			line_refuse(line->r, statuses[row], result, row);
		}
	}
	publish_end(&publish);
	for (int i = 0; i < count; i++) {
		if (statuses[i] != 0)
			loop_answer(batch[i]->r, statuses[i]);
		else
			queue_add(writer, batch[i]);
	}
}

/* Whether a batch failed by what one of its lines holds: that is not the others' trouble, and each is tried by itself. */
static bool is_of_data(const PGresult *result)
{
	const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	return state != NULL && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0);
}

static void batch_run(struct writer *writer, struct arena *arena, struct line *const *batch, int count)
{
	PGresult *result = batch_append(arena, batch, count);
	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		batch_finish(writer, arena, batch, count, result);
		PQclear(result);
	} else if (count > 1 && is_of_data(result)) {
		PQclear(result);
		for (int i = 0; i < count; i++)
			batch_run(writer, arena, batch + i, 1);
	} else {
		for (int i = 0; i < count; i++)
			loop_answer(batch[i]->r, act_result(batch[i]->r, i == 0 ? result : NULL));
	}
}

static void *writer_loop(void *argument)
{
	struct writer *writer = argument;
	struct arena arena = {0};
	struct line *batch[BATCH_MAX];
	db_reserve();
	for (;;) {
		int count = queue_take(writer, batch);
		metrics_add("append_batches_total", 1);
		metrics_add("append_lines_total", count);
		batch_run(writer, &arena, batch, count);
		arena_reset(&arena);
	}
	return NULL;
}

void writer_start(void)
{
	for (int i = 0; i < WRITERS; i++) {
		pthread_t thread;
		pthread_mutex_init(&writers[i].lock, NULL);
		pthread_cond_init(&writers[i].filled, NULL);
		writers[i].last = &writers[i].first;
		if (pthread_create(&thread, NULL, writer_loop, &writers[i]) != 0)
			abort();
		pthread_detach(thread);
	}
}

static void uuid_read(const char *text, uint8_t bytes[16])
{
	char hex[33];
	size_t size = 0;
	for (const char *p = text; *p; p++)
		if (*p != '-')
			hex[size++] = *p;
	hex[size] = '\0';
	hex_decode(hex, bytes, 16);
}

int writer_append(struct request *r, const struct writing *writing)
{
	struct line *line = arena_alloc(&r->arena, sizeof *line);
	*line = (struct line){.r = r, .what = *writing};
	uuid_read(writing->client_id, line->client_id);
	unsigned hash = 5381;
	for (const char *p = writing->room; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	queue_add(&writers[hash % WRITERS], line);
	return PENDING;
}
