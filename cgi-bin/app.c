/* What the programs share: settings, secret, database, publisher, limits. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>

static const char *path_in(const char *folder, const char *name)
{
	static struct arena forever;
	return arena_printf(&forever, "%s/%s", folder, name);
}

static const char *database_url(void)
{
	static struct arena forever;
	if (config.database_url[0])
		return config.database_url;
	return arena_printf(&forever, "host='%s' dbname=driftline user=driftline_web", config.run);
}

int app_run(enum pool pool, void (*background)(void))
{
	char error[512];
	server_begin();
	if (!config_load(error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return EXIT_FAILURE;
	}
	log_level_parse(config.log_level);
	if (!secret_load(path_in(config.state, "secrets/pepper"))) {
		fprintf(stderr, "secrets/pepper in %s is missing or is not 64 hex digits\n", config.state);
		return EXIT_FAILURE;
	}
	db_start(database_url(), "api", config.db_connections);
	publish_start(path_in(config.run, "publish.sock"));
	password_pool(config.hash_workers, config.hash_queue);
	words_start();
	abuse_open(path_in(config.run, "abuse"), config.pow_window);
	budgets_start();
	if (pool == POOL_API) {
		writer_start();
		retention_start();
		return server_run(path_in(config.run, "api.sock"), routes, pool, loop_start, config.threads, background);
	}
	/* Beside those that work or wait for it, some threads must be free to say that the queue is full. */
	if (pool == POOL_AUTH) {
		wechat_check_start();
		wechat_notice_start();
		return server_run(path_in(config.run, "auth.sock"), routes, pool, accept_start,
		                  config.hash_workers + config.hash_queue + 64, background);
	}
	files_open(config.media[0] ? config.media : path_in(config.state, "media"));
	decoder_pool(config.decoders, config.decode_queue);
	return server_run(path_in(config.run, "media.sock"), routes, pool, accept_start,
	                  config.decoders + config.decode_queue + 16, background);
}
