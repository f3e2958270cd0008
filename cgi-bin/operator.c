/* What an operator's tools ask. */
#include "app.h"

/* GET /healthz: the process lives. */
int operator_health(struct request *r)
{
	buf_text(&r->reply, "{\"ok\":true}");
	return 200;
}

static bool database_ready(void)
{
	PGresult *result = db_call("ready", &(struct db_params){0});
	bool ready = PQresultStatus(result) == PGRES_TUPLES_OK && PQgetvalue(result, 0, 0)[0] == 't';
	PQclear(result);
	return ready;
}

/* GET /readyz: 200 when the database and the publisher answer, else 503. */
int operator_ready(struct request *r)
{
	bool database = database_ready(), publisher = publish_ready();
	buf_printf(&r->reply, "{\"ok\":%s,\"database\":%s,\"publisher\":%s}", database && publisher ? "true" : "false",
	           database ? "true" : "false", publisher ? "true" : "false");
	if (database && publisher)
		return 200;
	reply_header(r, "Retry-After", "2");
	return 503;
}

/* GET /metrics: Prometheus' text. nginx serves it on its internal socket alone. */
int operator_metrics(struct request *r)
{
	reply_header(r, "Content-Type", "text/plain; version=0.0.4");
	metrics_write(&r->reply);
	retention_metrics(&r->reply);
	return 200;
}
