/* PostgreSQL's binary arrays (src/backend/utils/adt/arrayfuncs.c, array_recv): header, then length and bytes of each. */
#include "db.h"

#include <arpa/inet.h>
#include <string.h>

static void add_int(struct buf *buf, int value)
{
	uint32_t wire = htonl((uint32_t)value);
	buf_add(buf, (const char *)&wire, sizeof wire);
}

void db_array_start(struct db_array *array, struct arena *arena, int oid)
{
	*array = (struct db_array){.bytes.arena = arena};
	add_int(&array->bytes, 1); /* dimensions */
	add_int(&array->bytes, 1); /* there may be nulls */
	add_int(&array->bytes, oid);
	add_int(&array->bytes, 0); /* elements: set at the end */
	add_int(&array->bytes, 1); /* the first one's number */
}

void db_array_add(struct db_array *array, const void *bytes, size_t size)
{
	array->count++;
	add_int(&array->bytes, bytes == NULL ? -1 : (int)size);
	if (bytes != NULL)
		buf_add(&array->bytes, bytes, size);
}

void db_array_add_int(struct db_array *array, int value)
{
	uint32_t wire = htonl((uint32_t)value);
	db_array_add(array, &wire, sizeof wire);
}

void db_array_param(struct db_array *array, struct db_params *params)
{
	uint32_t count = htonl((uint32_t)array->count);
	memcpy(array->bytes.text + 12, &count, sizeof count);
	int i = params->count++;
	params->values[i] = array->bytes.text;
	params->lengths[i] = (int)array->bytes.size;
	params->formats[i] = 1;
}
