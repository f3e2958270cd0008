/* A text as the filter reads it: its letters alone, each with its place in the text and what stands before it. */
#include "filter.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

static void *grown(void *bytes, size_t size)
{
	bytes = realloc(bytes, size);
	if (bytes == NULL)
		abort();
	return bytes;
}

static void letters_grow(struct view *view, size_t more)
{
	if (view->letters_size + more > view->letters_room) {
		view->letters_room = 2 * (view->letters_size + more) + 256;
		view->letters = grown(view->letters, view->letters_room);
		view->owner = grown(view->owner, view->letters_room * sizeof *view->owner);
	}
	if (view->count == view->count_room) {
		view->count_room = 2 * view->count_room + 256;
		view->letter = grown(view->letter, view->count_room * sizeof *view->letter);
	}
}

static void plain_grow(struct view *view, size_t more)
{
	if (view->plain_size + more <= view->plain_room)
		return;
	view->plain_room = 2 * (view->plain_size + more) + 256;
	view->plain = grown(view->plain, view->plain_room);
	view->plain_begin = grown(view->plain_begin, view->plain_room * sizeof *view->plain_begin);
	view->plain_end = grown(view->plain_end, view->plain_room * sizeof *view->plain_end);
}

static void letter_add(struct view *view, const struct fold *fold, uint32_t begin, uint32_t end, enum fold_kind gap)
{
	letters_grow(view, fold->size);
	for (size_t i = 0; i < fold->size; i++) {
		view->letters[view->letters_size] = fold->letters[i];
		view->owner[view->letters_size++] = (uint32_t)view->count;
	}
	view->letter[view->count++] = (struct view_letter){begin, end, (uint8_t)fold->kind, (uint8_t)gap};
}

static void plain_add(struct view *view, const struct fold *fold, uint32_t begin, uint32_t end)
{
	if (fold->kind == FOLD_BLANK && view->plain_size > 0 && view->plain[view->plain_size - 1] == ' ') {
		view->plain_end[view->plain_size - 1] = end;
		return;
	}
	plain_grow(view, fold->plain_size);
	for (size_t i = 0; i < fold->plain_size; i++) {
		view->plain[view->plain_size] = fold->plain[i];
		view->plain_begin[view->plain_size] = begin;
		view->plain_end[view->plain_size++] = end;
	}
}

void view_read(struct view *view, const char *text, bool plain)
{
	enum fold_kind gap = FOLD_IGNORED;
	view->text = text;
	view->size = strlen(text);
	view->letters_size = view->count = view->plain_size = 0;
	for (int32_t i = 0; i < (int32_t)view->size;) {
		UChar32 c;
		uint32_t begin = (uint32_t)i;
		U8_NEXT((const uint8_t *)text, i, (int32_t)view->size, c);
		struct fold fold = fold_of(c < 0 ? 0xFFFD : c);
		if (fold.kind >= FOLD_SEPARATOR) {
			gap = fold.kind > gap ? fold.kind : gap;
		} else if (fold.size > 0) {
			letter_add(view, &fold, begin, (uint32_t)i, gap);
			gap = FOLD_IGNORED;
		}
		if (plain)
			plain_add(view, &fold, begin, (uint32_t)i);
	}
}

void view_free(struct view *view)
{
	free(view->letters);
	free(view->owner);
	free(view->letter);
	free(view->plain);
	free(view->plain_begin);
	free(view->plain_end);
	*view = (struct view){0};
}
