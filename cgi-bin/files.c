/*
 * The media folder: ab/abcdef… for each file, by the SHA-256 of its content, and new/ for those that are being written.
 * Several programs, of several nodes too, write to one folder: a file comes to its name whole, by a rename, and is the same
 * whoever wrote it.
 */
#include "app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 256, FOLDER_NAME = 3, NAME_SIZE = 2 * DIGEST_SIZE + 1 };
/* How old a file is before it is looked at: by then the upload that put it there has long ended. */
enum { GRACE_SECONDS = 600 };
/* Of one turn. */
enum { FOLDERS_A_TURN = 32, FILES_A_TURN = 1000, BATCH = 100 };

static int media = -1; /* the folder */

void files_open(const char *folder)
{
	media = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (media < 0)
		log_event(LOG_ERROR, "media_folder", "\"errno\":%d", errno);
}

static bool folder_make(const char *name)
{
	if (mkdirat(media, name, 0750) == 0)
		return fsync(media) == 0;
	return errno == EEXIST;
}

static bool folder_sync(const char *name)
{
	int fd = openat(media, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return done;
}

static bool file_write(const char *name, const uint8_t *bytes, size_t size)
{
	int fd = openat(media, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	bool done = fd >= 0;
	while (done && size > 0) {
		ssize_t wrote = write(fd, bytes, size);
		done = wrote > 0 || (wrote < 0 && errno == EINTR);
		bytes += wrote > 0 ? wrote : 0;
		size -= (size_t)(wrote > 0 ? wrote : 0);
	}
	done = done && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		done = false;
	return done;
}

bool files_put(const uint8_t *bytes, size_t size, const uint8_t digest[DIGEST_SIZE])
{
	char id[ID_SIZE + 1], temporary[sizeof "new/" + ID_SIZE], folder[FOLDER_NAME], hex[NAME_SIZE];
	char name[sizeof folder + sizeof hex];
	hex_encode(digest, DIGEST_SIZE, hex);
	random_id(id);
	snprintf(temporary, sizeof temporary, "new/%s", id);
	snprintf(folder, sizeof folder, "%.2s", hex);
	snprintf(name, sizeof name, "%s/%s", folder, hex);
	if (media >= 0 && folder_make("new") && folder_make(folder) && file_write(temporary, bytes, size) &&
	    renameat(media, temporary, media, name) == 0 && folder_sync(folder))
		return true;
	log_event(LOG_ERROR, "file_failed", "\"errno\":%d", errno);
	unlinkat(media, temporary, 0);
	return false;
}

/* A list of files that the database is asked about together. */
struct batch {
	struct arena arena;
	struct db_array digests;
	int looked_at;
};

static bool is_old(int folder, const char *name)
{
	struct stat file;
	return fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 && file.st_mtime < time(NULL) - GRACE_SECONDS;
}

static void file_remove(const uint8_t digest[DIGEST_SIZE])
{
	char hex[NAME_SIZE], name[FOLDER_NAME + NAME_SIZE];
	hex_encode(digest, DIGEST_SIZE, hex);
	snprintf(name, sizeof name, "%.2s/%s", hex, hex);
	if (unlinkat(media, name, 0) == 0)
		metrics_add("files_removed_total", 1);
	else if (errno != ENOENT)
		log_event(LOG_ERROR, "file_stays", "\"errno\":%d", errno);
}

/* Removes the files of a result's rows and has them forgotten. Clears the result. */
static void rows_remove(PGresult *result)
{
	struct arena arena = {0};
	struct db_array gone;
	struct db_params params = {0};
	db_array_start(&gone, &arena, OID_BYTEA);
	for (int row = 0; row < PQntuples(result); row++) {
		uint8_t digest[DIGEST_SIZE];
		if (!hex_decode(PQgetvalue(result, row, 0) + 2, digest, sizeof digest))
			continue;
		file_remove(digest);
		db_array_add(&gone, digest, sizeof digest);
	}
	db_array_param(&gone, &params);
	if (PQntuples(result) > 0)
		PQclear(db_call("files_gone", &params));
	PQclear(result);
	arena_free(&arena);
}

static void batch_ask(struct batch *batch)
{
	struct db_params params = {0};
	if (batch->digests.count > 0) {
		db_array_param(&batch->digests, &params);
		rows_remove(db_call("files_doom", &params));
	}
	arena_reset(&batch->arena);
	db_array_start(&batch->digests, &batch->arena, OID_BYTEA);
}

/* Goes through a folder; what is no file of ours there is left alone. */
static void folder_walk(const char *name, void (*look)(struct batch *batch, int folder, const char *name),
                        struct batch *batch)
{
	int fd = openat(media, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
	if (entries == NULL && fd >= 0)
		close(fd);
	if (entries == NULL)
		return;
	/* cppcheck-suppress readdirCalled; each thread reads a stream of its own */
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
		look(batch, fd, entry->d_name);
	closedir(entries);
}

static void file_look(struct batch *batch, int folder, const char *name)
{
	uint8_t digest[DIGEST_SIZE];
	batch->looked_at++;
	if (!hex_decode(name, digest, sizeof digest) || !is_old(folder, name))
		return;
	db_array_add(&batch->digests, digest, sizeof digest);
	if (batch->digests.count == BATCH)
		batch_ask(batch);
}

/* What a program left that ended while it wrote. */
static void new_look(struct batch *batch, int folder, const char *name)
{
	(void)batch;
	if (name[0] != '.' && is_old(folder, name))
		unlinkat(folder, name, 0);
}

/*
 * Goes on through the folders from where the last turn ended. Nobody uses a file: the database marks it, so that an upload of
 * the same content waits; then it is removed, then forgotten.
 */
void files_tidy(void)
{
	static int next;
	struct batch batch = {0};
	if (media < 0)
		return;
	rows_remove(db_call("files_left", &(struct db_params){.count = 1, .values = {"100"}}));
	folder_walk("new", new_look, &batch);
	db_array_start(&batch.digests, &batch.arena, OID_BYTEA);
	for (int i = 0; i < FOLDERS_A_TURN && batch.looked_at < FILES_A_TURN; i++, next = (next + 1) % FOLDERS) {
		char name[FOLDER_NAME];
		snprintf(name, sizeof name, "%02x", (unsigned)next);
		folder_walk(name, file_look, &batch);
	}
	batch_ask(&batch);
	arena_free(&batch.arena);
}
