/*
 * What a character is to the filter: NFKC and case folding, accents off, and ICU's confusables (its skeleton) made into a
 * table, 256 code points at a time, when one of them is first met. What is compared is always one character's letters
 * behind the other's, so each place in them is known in the text.
 *
 * Departures from the skeleton, which is made for whole identifiers: ASCII letters stay what they are (it makes rn of m),
 * Chinese, Japanese and Korean are left alone, and both cases of a letter become the same.
 */
#include "filter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

enum { PAGE = 256, PAGES = 0x110000 / PAGE, TEXT_MAX = 64 };

struct entry {
	uint16_t letters, plain; /* offsets in the page's text */
	uint8_t size, plain_size;
	uint8_t kind;
};

struct page {
	struct entry entries[PAGE];
	struct buf text;
};

/* UTF-16, as ICU has it. */
struct wide {
	UChar text[TEXT_MAX];
	int32_t size;
};

static _Atomic(struct page *) pages[PAGES];
static const UNormalizer2 *casefold, *decompose;
static USpoofChecker *spoof;
static struct wide skeletons[26]; /* of a to z */

static void wide_add(struct wide *wide, UChar32 c)
{
	UBool error = false;
	if (wide->size < TEXT_MAX - 2)
		U16_APPEND(wide->text, wide->size, TEXT_MAX, c, error);
	(void)error;
}

static struct wide wide_of(UChar32 c)
{
	struct wide wide = {.size = 0};
	wide_add(&wide, c);
	return wide;
}

static struct wide normalized(const UNormalizer2 *normalizer, struct wide from)
{
	struct wide to;
	UErrorCode error = U_ZERO_ERROR;
	to.size = unorm2_normalize(normalizer, from.text, from.size, to.text, TEXT_MAX, &error);
	return U_SUCCESS(error) ? to : from;
}

static struct wide skeleton_raw(UChar32 c)
{
	struct wide from = wide_of(c), to;
	UErrorCode error = U_ZERO_ERROR;
	to.size = uspoof_getSkeleton(spoof, 0, from.text, from.size, to.text, TEXT_MAX, &error);
	return U_SUCCESS(error) && to.size <= TEXT_MAX ? to : from;
}

static void start(void)
{
	UErrorCode error = U_ZERO_ERROR;
	casefold = unorm2_getNFKCCasefoldInstance(&error);
	decompose = unorm2_getNFDInstance(&error);
	spoof = uspoof_open(&error);
	if (U_FAILURE(error))
		abort();
	for (int i = 0; i < 26; i++)
		skeletons[i] = skeleton_raw('a' + i);
}

static bool is_mark(UChar32 c)
{
	return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

static UScriptCode script_of(UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	return uscript_getScript(c, &error);
}

/* Accents and the like; the marks that voice kana make other letters of them. */
static bool is_accent(UChar32 c)
{
	return is_mark(c) && script_of(c) == USCRIPT_INHERITED && c != 0x3099 && c != 0x309A;
}

static bool is_east_asian(UScriptCode script)
{
	return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
	       script == USCRIPT_BOPOMOFO || script == USCRIPT_HANGUL || script == USCRIPT_YI;
}

static bool has_no_blanks(UScriptCode script)
{
	return is_east_asian(script) || script == USCRIPT_THAI || script == USCRIPT_LAO || script == USCRIPT_KHMER ||
	       script == USCRIPT_MYANMAR || script == USCRIPT_TIBETAN;
}

static struct wide without_accents(struct wide from)
{
	struct wide to = {.size = 0};
	for (int32_t i = 0; i < from.size;) {
		UChar32 c;
		U16_NEXT(from.text, i, from.size, c);
		if (!is_accent(c))
			wide_add(&to, c);
	}
	return to;
}

static bool is_same(struct wide a, struct wide b)
{
	return a.size == b.size && u_memcmp(a.text, b.text, a.size) == 0;
}

static bool is_ascii_letter(struct wide wide)
{
	return wide.size == 1 && wide.text[0] < 0x80 && u_isalpha(wide.text[0]);
}

/* A character's skeleton: one ASCII letter in lower case where it looks like one. */
static struct wide skeleton(UChar32 c)
{
	struct wide raw = skeleton_raw(c);
	for (int i = 0; i < 26; i++)
		if (is_same(raw, skeletons[i]))
			return wide_of('a' + i);
	struct wide bare = without_accents(raw);
	return is_ascii_letter(bare) ? wide_of(u_tolower(bare.text[0])) : bare.size > 0 ? bare : wide_of(c);
}

/* What a letter in lower case looks like. One whose capital alone looks like an ASCII letter is that one in both cases. */
static struct wide look(UChar32 c)
{
	if (c < 0x80 || is_east_asian(script_of(c)))
		return wide_of(c);
	struct wide lower = skeleton(c);
	if (is_ascii_letter(lower) || u_toupper(c) == c)
		return lower;
	struct wide upper = skeleton(u_toupper(c));
	return is_ascii_letter(upper) && upper.text[0] != 'l' ? upper : lower;
}

/* Letters in boxes, circles and flags, of which Unicode's normal forms know nothing. */
static UChar32 boxed(UChar32 c)
{
	static const UChar32 firsts[] = {0x1F150, 0x1F170, 0x1F1E6};
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
		if (c >= firsts[i] && c < firsts[i] + 26)
			return 'a' + (c - firsts[i]);
	return c;
}

static UChar32 digit(UChar32 c)
{
	return u_charType(c) == U_DECIMAL_DIGIT_NUMBER ? '0' + u_charDigitValue(c) : c;
}

static bool is_letter(UChar32 c)
{
	return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK)) != 0 || (is_mark(c) && !is_accent(c));
}

static enum fold_kind letter_kind(UChar32 c)
{
	return is_mark(c) || u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE) == U_HST_VOWEL_JAMO ||
	               u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE) == U_HST_TRAILING_JAMO
	           ? FOLD_MARK
	       : u_isdigit(c)                ? FOLD_DIGIT
	       : has_no_blanks(script_of(c)) ? FOLD_IDEOGRAPH
	                                     : FOLD_LETTER;
}

static enum fold_kind gap_kind(UChar32 c)
{
	if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029)
		return FOLD_STOP;
	if (u_isUWhiteSpace(c) || c == 0x2800)
		return FOLD_BLANK;
	return u_hasBinaryProperty(c, UCHAR_TERMINAL_PUNCTUATION) && c != '.' && c != 0xFF0E ? FOLD_STOP : FOLD_SEPARATOR;
}

/* The letters that a character, folded, is compared by. */
static struct wide letters_of(struct wide folded)
{
	struct wide apart = normalized(decompose, folded), to = {.size = 0};
	for (int32_t i = 0; i < apart.size;) {
		UChar32 c;
		U16_NEXT(apart.text, i, apart.size, c);
		c = digit(c);
		if (!is_letter(c))
			continue;
		struct wide seen = c == '0' ? wide_of('o') : c == '1' ? wide_of('l') : look(c);
		for (int32_t k = 0; k < seen.size;) {
			U16_NEXT(seen.text, k, seen.size, c);
			wide_add(&to, c);
		}
	}
	return to;
}

static uint8_t text_add(struct page *page, struct wide wide)
{
	char bytes[3 * TEXT_MAX + 1];
	int32_t size = 0;
	UErrorCode error = U_ZERO_ERROR;
	u_strToUTF8(bytes, sizeof bytes, &size, wide.text, wide.size, &error);
	if (U_FAILURE(error))
		size = 0;
	buf_add(&page->text, bytes, (size_t)size);
	return (uint8_t)size;
}

/* The first of them: of (1), the 1. */
static UChar32 first_letter(struct wide wide)
{
	UChar32 c = 0;
	for (int32_t i = 0; i < wide.size && !is_letter(c);)
		U16_NEXT(wide.text, i, wide.size, c);
	return digit(c);
}

static struct entry entry_make(struct page *page, UChar32 c)
{
	struct entry entry = {.kind = FOLD_IGNORED};
	if (U_IS_SURROGATE(c) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || is_accent(c))
		return entry;
	struct wide folded = normalized(casefold, wide_of(boxed(c)));
	struct wide letters = {.size = 0};
	if (c != 0x2120 && c != 0x2122) /* not ℠, ™ */
		letters = letters_of(folded);
	entry.kind = (uint8_t)(letters.size > 0 ? letter_kind(first_letter(folded)) : gap_kind(c));
	entry.letters = (uint16_t)page->text.size;
	entry.size = text_add(page, letters);
	entry.plain = (uint16_t)page->text.size;
	entry.plain_size = text_add(page, entry.kind == FOLD_BLANK ? wide_of(' ') : folded);
	return entry;
}

static struct page *page_make(size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start);
	struct page *page = calloc(1, sizeof *page), *other = NULL;
	if (page == NULL)
		abort();
	buf_add(&page->text, "", 0);
	for (size_t i = 0; i < PAGE; i++)
		page->entries[i] = entry_make(page, (UChar32)(n * PAGE + i));
	if (atomic_compare_exchange_strong(&pages[n], &other, page))
		return page;
	buf_free(&page->text); /* another thread was faster */
	free(page);
	return other;
}

struct fold fold_of(int32_t c)
{
	struct page *page = atomic_load_explicit(&pages[c / PAGE], memory_order_acquire);
	if (page == NULL)
		page = page_make((size_t)(c / PAGE));
	const struct entry *entry = &page->entries[c % PAGE];
	return (struct fold){
		.kind = (enum fold_kind)entry->kind,
		.letters = page->text.text + entry->letters,
		.size = entry->size,
		.plain = page->text.text + entry->plain,
		.plain_size = entry->plain_size,
	};
}
