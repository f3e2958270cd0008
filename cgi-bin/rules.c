/* What the functions of reports and cases go by, from the settings: one JSON object, whose texts need no escaping. */
#include "app.h"

const char *rules_json(struct arena *arena)
{
	return arena_printf(arena,
	                    "{\"ladder\":\"%s\",\"warning_days\":%d,\"step\":\"%s\",\"step_weight\":%d,\"new_days\":%d,"
	                    "\"hourly\":%d}",
	                    config.ladder, config.warning_days, config.report_step, config.report_step_weight,
	                    config.report_newcomer_days, config.limit_reports);
}
