/*
 * Matching: all words of a list at once, by Vectorscan, over the letters of a text; then each place that it reports is
 * looked at for whether it is that word to a reader. Expressions are matched over the text's plain form.
 *
 * A thread has a desk of its own: Vectorscan's scratch memory and the text as it is read. Nothing is allocated for a text
 * once a thread has seen one as long.
 */
#include "filter_list.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct desk {
	hs_scratch_t *scratch;
	unsigned serial; /* of the filter that scratch is enough for */
	struct view view;
	uint8_t *marked; /* for each byte of the text, whether it is masked */
	size_t marked_room;
};

struct search {
	const struct filter *filter;
	struct desk *desk;
	struct filter_verdict *verdict;
	bool marks;
};

static pthread_key_t desk_key;
static struct {
	pthread_mutex_t lock;
	struct filter *filter;
} current = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void desk_free(void *bytes)
{
	struct desk *desk = bytes;
	hs_free_scratch(desk->scratch);
	view_free(&desk->view);
	free(desk->marked);
	free(desk);
}

static void desk_start(void)
{
	if (pthread_key_create(&desk_key, desk_free) != 0)
		abort();
}

/* The thread's desk, with scratch enough for the filter. */
static struct desk *desk_of(const struct filter *filter)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, desk_start);
	struct desk *desk = pthread_getspecific(desk_key);
	if (desk == NULL) {
		desk = calloc(1, sizeof *desk);
		if (desk == NULL || pthread_setspecific(desk_key, desk) != 0)
			abort();
	}
	if (desk->serial == filter->serial)
		return desk;
	if ((filter->words != NULL && hs_alloc_scratch(filter->words, &desk->scratch) != HS_SUCCESS) ||
	    (filter->expressions != NULL && hs_alloc_scratch(filter->expressions, &desk->scratch) != HS_SUCCESS))
		abort();
	desk->serial = filter->serial;
	return desk;
}

/* Whether b goes on with the word that a is of. */
static bool joins(enum fold_kind a, enum fold_kind b)
{
	return b == FOLD_LETTER ? a == FOLD_LETTER || a == FOLD_MARK : a == FOLD_DIGIT && b == FOLD_DIGIT;
}

static bool ends_fit(const struct view *view, const struct pattern *pattern, size_t first, size_t last)
{
	const struct view_letter *letter = view->letter;
	if (!pattern->goes_on_before && first > 0 && letter[first].gap == FOLD_IGNORED &&
	    joins((enum fold_kind)letter[first - 1].kind, pattern->first))
		return false;
	if (pattern->goes_on_behind || last + 1 == view->count || letter[last + 1].gap != FOLD_IGNORED)
		return true;
	enum fold_kind next = (enum fold_kind)letter[last + 1].kind;
	return next != FOLD_MARK && !joins(pattern->last, next);
}

/*
 * Between letters of a word separators may stand anywhere; blanks only if every letter stands by itself (`b a d`, and not
 * `so bad`), and stops if there are three such letters at the least: else half of what people write would be found.
 */
static bool gaps_fit(const struct view *view, const struct pattern *pattern, size_t from, size_t to)
{
	enum fold_kind widest = FOLD_IGNORED;
	bool apart = true;
	for (size_t i = from + 1; i < to; i++) {
		const struct view_letter *letter = &view->letter[view->owner[i]];
		if (view->owner[i] == view->owner[i - 1] || pattern->gaps[i - from])
			continue;
		widest = letter->gap > widest ? (enum fold_kind)letter->gap : widest;
		apart = apart && (letter->gap != FOLD_IGNORED || letter->kind == FOLD_MARK);
	}
	size_t steps = view->owner[to - 1] - view->owner[from];
	return widest < FOLD_BLANK || (apart && (widest == FOLD_BLANK || steps >= 2));
}

/* 0 and 1 look like letters: a number is found in numbers alone, and a word in none. */
static bool digits_fit(const struct view *view, const struct pattern *pattern, size_t first, size_t last)
{
	bool number = true;
	for (size_t i = first; i <= last; i++)
		number = number && view->letter[i].kind == FOLD_DIGIT;
	return number == pattern->is_number;
}

static void id_add(struct filter_verdict *verdict, int64_t id)
{
	int at = verdict->ids_count;
	while (at > 0 && verdict->ids[at - 1] > id)
		at--;
	if ((at > 0 && verdict->ids[at - 1] == id) || at == FILTER_IDS_MAX)
		return;
	int kept = verdict->ids_count < FILTER_IDS_MAX ? verdict->ids_count : FILTER_IDS_MAX - 1;
	memmove(&verdict->ids[at + 1], &verdict->ids[at], (size_t)(kept - at) * sizeof *verdict->ids);
	verdict->ids[at] = id;
	verdict->ids_count = kept + 1;
}

static void mark(struct search *search, size_t begin, size_t end)
{
	struct desk *desk = search->desk;
	if (!search->marks) {
		if (desk->view.size > desk->marked_room) {
			free(desk->marked);
			desk->marked_room = 2 * desk->view.size;
			desk->marked = malloc(desk->marked_room);
			if (desk->marked == NULL)
				abort();
		}
		memset(desk->marked, 0, desk->view.size);
	}
	search->marks = true;
	memset(desk->marked + begin, 1, end - begin);
}

/* A pattern was found at bytes [begin, end) of the text. */
static void found(struct search *search, const struct pattern *pattern, size_t begin, size_t end)
{
	search->verdict->classes |= 1u << pattern->class;
	id_add(search->verdict, pattern->id);
	if (pattern->class == FILTER_MASK)
		mark(search, begin, end);
}

static int word_found(unsigned id, unsigned long long unused, unsigned long long to, unsigned flags, void *context)
{
	struct search *search = context;
	const struct view *view = &search->desk->view;
	const struct pattern *pattern = &search->filter->patterns[id];
	size_t end = (size_t)to, from = end - pattern->size, first = view->owner[from], last = view->owner[end - 1];
	(void)unused;
	(void)flags;
	bool whole = (from == 0 || view->owner[from - 1] != first) &&
	             (end == view->letters_size || view->owner[end] != last); /* no part of a character */
	if (whole && ends_fit(view, pattern, first, last) && gaps_fit(view, pattern, from, end) &&
	    digits_fit(view, pattern, first, last))
		found(search, pattern, view->letter[first].begin, view->letter[last].end);
	return 0;
}

static int expression_found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	struct search *search = context;
	const struct view *view = &search->desk->view;
	(void)flags;
	if (to > from)
		found(search, &search->filter->patterns[id], view->plain_begin[from], view->plain_end[to - 1]);
	return 0;
}

void filter_match(const struct filter *filter, struct arena *arena, const char *text, struct filter_verdict *verdict)
{
	*verdict = (struct filter_verdict){.text = text};
	if (filter->words == NULL && filter->expressions == NULL)
		return;
	struct desk *desk = desk_of(filter);
	struct view *view = &desk->view;
	struct search search = {.filter = filter, .desk = desk, .verdict = verdict};
	view_read(view, text, filter->expressions != NULL);
	if (filter->words != NULL && view->letters_size > 0)
		hs_scan(filter->words, view->letters, (unsigned)view->letters_size, 0, desk->scratch, word_found, &search);
	if (filter->expressions != NULL && view->plain_size > 0)
		hs_scan(filter->expressions, view->plain, (unsigned)view->plain_size, 0, desk->scratch, expression_found,
		        &search);
	if (search.marks)
		verdict->text = mask_text(arena, text, view->size, desk->marked);
}

/* The list in force */

static void filter_give(struct filter *filter)
{
	pthread_mutex_lock(&current.lock);
	bool last = --filter->users == 0;
	pthread_mutex_unlock(&current.lock);
	if (last)
		filter_free(filter);
}

void filter_install(struct filter *filter)
{
	filter->users = 1;
	pthread_mutex_lock(&current.lock);
	struct filter *old = current.filter;
	current.filter = filter;
	pthread_mutex_unlock(&current.lock);
	if (old != NULL)
		filter_give(old);
}

bool filter_check(struct arena *arena, const char *text, struct filter_verdict *verdict)
{
	pthread_mutex_lock(&current.lock);
	struct filter *filter = current.filter;
	if (filter != NULL)
		filter->users++;
	pthread_mutex_unlock(&current.lock);
	if (filter == NULL)
		return false;
	filter_match(filter, arena, text, verdict);
	filter_give(filter);
	return true;
}
