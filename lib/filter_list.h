/* What a list is made of, between the file that makes it and the one that matches by it. */
#ifndef DRIFTLINE_FILTER_LIST_H
#define DRIFTLINE_FILTER_LIST_H

#include "filter.h"

#include <hs/hs.h>

struct pattern {
	int64_t id;
	enum filter_class class;
	char *letters; /* an expression's source */
	size_t size;
	bool *gaps; /* for each byte: whether words may be parted before it, since the pattern itself is */
	enum fold_kind first, last;
	bool goes_on_before, goes_on_behind; /* `*` */
	bool is_number, is_expression;
};

struct filter {
	struct pattern *patterns;
	size_t count;
	struct arena arena;
	hs_database_t *words, *expressions;
	unsigned serial; /* no two filters have the same */
	int users;
};

#endif
