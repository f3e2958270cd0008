/* lib/rate.c */
#include "unit.h"

#include "web.h"

#include <time.h>

static uint8_t *session(int number)
{
	static uint8_t token[DIGEST_SIZE];
	sha256(&number, sizeof number, token);
	return token;
}

static void without_a_limit_all_is_granted(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(1)), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rate_take(RATE_NONE, session(1)), 0);
}

static void a_budget_ends_and_says_when_it_begins_again(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 60);
	for (int i = 0; i < 60; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(2)), 0);
	assert_int_equal(rate_take(RATE_MESSAGES, session(2)), 1);
	rate_limit(RATE_MATCHES, 2);
	assert_int_equal(rate_take(RATE_MATCHES, session(2)), 0);
	assert_int_equal(rate_take(RATE_MATCHES, session(2)), 0);
	assert_in_range(rate_take(RATE_MATCHES, session(2)), 30, 31);
}

static void budgets_of_sessions_and_kinds_are_apart(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 1);
	rate_limit(RATE_MATCHES, 1);
	assert_int_equal(rate_take(RATE_MESSAGES, session(3)), 0);
	assert_int_not_equal(rate_take(RATE_MESSAGES, session(3)), 0);
	assert_int_equal(rate_take(RATE_MATCHES, session(3)), 0);
	assert_int_equal(rate_take(RATE_MESSAGES, session(4)), 0);
}

static void a_refusal_costs_nothing(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 1);
	assert_int_equal(rate_take(RATE_MESSAGES, session(5)), 0);
	for (int i = 0; i < 1000; i++)
		assert_in_range(rate_take(RATE_MESSAGES, session(5)), 60, 61);
}

static void a_budget_fills_with_time(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 100000); /* one in 0.6 ms */
	int taken = 0;
	while (taken < 1000000 && rate_take(RATE_MESSAGES, session(6)) == 0)
		taken++;
	assert_in_range(taken, 100000, 999999);
	struct timespec begin, now;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < 3000000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(6)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_all_is_granted),
		cmocka_unit_test(a_budget_ends_and_says_when_it_begins_again),
		cmocka_unit_test(budgets_of_sessions_and_kinds_are_apart),
		cmocka_unit_test(a_refusal_costs_nothing),
		cmocka_unit_test(a_budget_fills_with_time),
	};
	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
