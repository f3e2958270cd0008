/*
 * The admin program. Started by a web server for one request (GATEWAY_INTERFACE in its environment) it is plain CGI, else a
 * FastCGI program on admin-cgi.sock, behind the nginx that serves admin.sock. It acts as a role of its own, which may call
 * the functions of schema admin_api alone.
 */
#include "admin.h"
#include "publish.h"

#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, HASHES = 1, HASHES_WAITING = 4, CONNECTIONS = 2 };

int main(void)
{
	static struct arena forever;
	const bool once = getenv("GATEWAY_INTERFACE") != NULL;
	char error[512];
	if (!once)
		server_begin();
	if (!config_load(error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return EXIT_FAILURE;
	}
	log_level_parse(config.log_level);
	if (!secret_load(arena_printf(&forever, "%s/secrets/pepper", config.state))) {
		fprintf(stderr, "secrets/pepper in %s is missing or is not 64 hex digits\n", config.state);
		return EXIT_FAILURE;
	}
	setenv("PGOPTIONS", "-c role=driftline_admin", 1);
	db_start(config.database_admin_url, "admin_api", CONNECTIONS);
	publish_start(arena_printf(&forever, "%s/publish.sock", config.run));
	password_pool(HASHES, HASHES_WAITING);
	if (once)
		return cgi_run(admin_routes, POOL_ADMIN);
	return server_run(arena_printf(&forever, "%s/admin-cgi.sock", config.run), admin_routes, POOL_ADMIN, accept_start,
	                  THREADS, NULL);
}
