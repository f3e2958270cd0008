/* Memory of one request: blocks that are filled from the front and given back all at once. */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 8 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	max_align_t bytes[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block = malloc(sizeof *block + size);
	if (block == NULL)
		abort();
	*block = (struct arena_block){.size = size};
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	struct arena_block *block = arena->blocks;
	if (block == NULL || block->size - block->used < size) {
		block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *bytes = (char *)block->bytes + block->used;
	block->used += size;
	return memset(bytes, 0, size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);
	memcpy(copy, bytes, size);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int size = vsnprintf(NULL, 0, format, list);
	va_end(list);
	char *text = arena_alloc(arena, (size_t)size + 1);
	va_start(list, format);
	vsnprintf(text, (size_t)size + 1, format, list);
	va_end(list);
	return text;
}

static void free_from(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;
		free(block);
		block = next;
	}
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->blocks;
	if (keep == NULL)
		return;
	free_from(keep->next);
	keep->next = NULL;
	keep->used = 0;
	if (keep->size > BLOCK_SIZE)
		arena_free(arena);
}

void arena_free(struct arena *arena)
{
	free_from(arena->blocks);
	arena->blocks = NULL;
}
