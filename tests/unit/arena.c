/* lib/arena.c */
#include "unit.h"

#include "base.h"

static void memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena arena = {0};
	for (size_t size = 1; size < 200; size += 7) {
		unsigned char *bytes = arena_alloc(&arena, size);
		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xFF, size);
	}
	arena_free(&arena);
	assert_null(arena.blocks);
}

static void pieces_do_not_overlap(void **state)
{
	(void)state;
	enum { PIECES = 500 };
	struct arena arena = {0};
	unsigned char *pieces[PIECES];
	for (int i = 0; i < PIECES; i++)
		memset(pieces[i] = arena_alloc(&arena, (size_t)i % 97 + 1), i, (size_t)i % 97 + 1);
	for (int i = 0; i < PIECES; i++)
		for (int k = 0; k <= i % 97; k++)
			assert_int_equal(pieces[i][k], (unsigned char)i);
	arena_free(&arena);
}

static void what_is_larger_than_a_block_gets_its_own(void **state)
{
	(void)state;
	struct arena arena = {0};
	char *large = arena_alloc(&arena, 1 << 20);
	memset(large, 'x', 1 << 20);
	char *small = arena_copy(&arena, "abc", 3);
	assert_string_equal(small, "abc");
	assert_int_equal(large[(1 << 20) - 1], 'x');
	arena_free(&arena);
}

static void a_copy_ends_with_a_nul(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(&arena, "", 0), "");
	assert_string_equal(arena_printf(&arena, "%s-%d", "room", 7), "room-7");
	arena_free(&arena);
}

static void a_reset_arena_gives_zeroed_memory_again(void **state)
{
	(void)state;
	struct arena arena = {0};
	arena_reset(&arena);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			char *bytes = arena_alloc(&arena, 300);
			for (int k = 0; k < 300; k++)
				assert_int_equal(bytes[k], 0);
			memset(bytes, 'x', 300);
		}
		arena_reset(&arena);
	}
	arena_alloc(&arena, 1 << 20);
	arena_reset(&arena);
	assert_null(arena.blocks);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(what_is_larger_than_a_block_gets_its_own),
		cmocka_unit_test(a_copy_ends_with_a_nul),
		cmocka_unit_test(a_reset_arena_gives_zeroed_memory_again),
	};
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
