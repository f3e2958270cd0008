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
	rate_limit(RATE_MESSAGES, 0, 60);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(1)), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rate_take(RATE_NONE, session(1)), 0);
}

static void a_budget_ends_and_says_when_it_begins_again(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 60, 60);
	for (int i = 0; i < 60; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(2)), 0);
	assert_int_equal(rate_take(RATE_MESSAGES, session(2)), 1);
	rate_limit(RATE_MATCHES, 2, 60);
	assert_int_equal(rate_take(RATE_MATCHES, session(2)), 0);
	assert_int_equal(rate_take(RATE_MATCHES, session(2)), 0);
	assert_in_range(rate_take(RATE_MATCHES, session(2)), 30, 31);
}

static void budgets_of_sessions_and_kinds_are_apart(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 1, 60);
	rate_limit(RATE_MATCHES, 1, 60);
	assert_int_equal(rate_take(RATE_MESSAGES, session(3)), 0);
	assert_int_not_equal(rate_take(RATE_MESSAGES, session(3)), 0);
	assert_int_equal(rate_take(RATE_MATCHES, session(3)), 0);
	assert_int_equal(rate_take(RATE_MESSAGES, session(4)), 0);
}

static void a_refusal_costs_nothing(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 1, 60);
	assert_int_equal(rate_take(RATE_MESSAGES, session(5)), 0);
	for (int i = 0; i < 1000; i++)
		assert_in_range(rate_take(RATE_MESSAGES, session(5)), 60, 61);
}

static void a_budget_fills_with_time(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 100000, 60); /* one in 0.6 ms */
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

static int takes(enum rate rate, uint8_t *token)
{
	int count = 0;
	while (count < 100000 && rate_take(rate, token) == 0)
		count++;
	return count;
}

static void a_budget_may_be_of_an_hour(void **state)
{
	(void)state;
	rate_limit(RATE_SEARCHES, 30, 3600);
	assert_int_equal(takes(RATE_SEARCHES, session(10)), 30);
	assert_in_range(rate_take(RATE_SEARCHES, session(10)), 119, 121);
}

static void sessions_of_one_account_share_its_budget(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 80, 3600);
	for (int i = 0; i < 8; i++)
		rate_learn(session(20 + i), "1", 0);
	rate_learn(session(28), "2", 0);
	int taken = 0;
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < 20; k++)
			taken += rate_take(RATE_MESSAGES, session(20 + i)) == 0;
	assert_int_equal(taken, 80);
	assert_int_equal(takes(RATE_MESSAGES, session(28)), 80);
}

static void what_a_session_spent_before_is_carried_over(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 80, 3600);
	for (int i = 0; i < 50; i++)
		assert_int_equal(rate_take(RATE_MESSAGES, session(30)), 0);
	rate_learn(session(30), "3", 0);
	assert_int_equal(takes(RATE_MESSAGES, session(30)), 30);
	/* The next session of it begins in debt, down to one budget and no further. */
	for (int i = 31; i < 36; i++) {
		assert_int_equal(takes(RATE_MESSAGES, session(i)), 80);
		rate_learn(session(i), "3", 0);
	}
	assert_in_range(rate_take(RATE_MESSAGES, session(35)), 80 * 45, 82 * 45);
	rate_learn(session(35), "3", 0); /* known already: nothing is spent twice */
	assert_in_range(rate_take(RATE_MESSAGES, session(35)), 80 * 45, 82 * 45);
}

static void newcomers_have_a_share(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 80, 3600);
	rate_limit(RATE_MATCHES, 1, 3600);
	rate_newcomers(1800, 25);
	assert_int_equal(takes(RATE_MESSAGES, session(40)), 20); /* not known yet */
	rate_learn(session(41), "4", 1700);
	assert_int_equal(takes(RATE_MESSAGES, session(41)), 20);
	rate_learn(session(42), "5", 1800);
	assert_int_equal(takes(RATE_MESSAGES, session(42)), 80);
	assert_int_equal(takes(RATE_MATCHES, session(41)), 1); /* one is not less than one */
	rate_newcomers(0, 25);
	rate_learn(session(43), "6", 0);
	assert_int_equal(takes(RATE_MESSAGES, session(43)), 80);
}

static void a_newcomer_grows_up(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 80000, 3600); /* 22 a second */
	rate_newcomers(3, 1);
	rate_learn(session(44), "7", 2);
	assert_in_range(takes(RATE_MESSAGES, session(44)), 800, 810);
	struct timespec begin, now;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec < begin.tv_sec + 2);
	assert_in_range(takes(RATE_MESSAGES, session(44)), 20, 70); /* at the pace of a grown one */
	rate_newcomers(0, 100);
}

static void sessions_that_are_not_known_are_asked_for_once(void **state)
{
	(void)state;
	static uint8_t tokens[2048][DIGEST_SIZE];
	assert_int_equal(rate_unknown(tokens, 2048), 0);
	rate_learn(session(50), "8", 0);
	rate_seen(session(50));
	assert_int_equal(rate_unknown(tokens, 2048), 0);
	for (int i = 0; i < 3; i++)
		rate_seen(session(51));
	rate_seen(session(52));
	assert_int_equal(rate_unknown(tokens, 1), 1);
	assert_int_equal(rate_unknown(tokens + 1, 2048), 1);
	assert_memory_not_equal(tokens[0], tokens[1], DIGEST_SIZE);
	for (int i = 1000; i < 5000; i++)
		rate_seen(session(i));
	assert_in_range(rate_unknown(tokens, 2048), 512, 2048);
	assert_int_equal(rate_unknown(tokens, 2048), 0);
}

static void it_forgives_what_it_has_no_room_for(void **state)
{
	(void)state;
	rate_limit(RATE_MESSAGES, 80, 3600);
	for (int i = 0; i < 200000; i++)
		rate_learn(session(100000 + i), "9", 0);
	rate_learn(session(60), "10", 0);
	assert_int_equal(takes(RATE_MESSAGES, session(60)), 80);
	rate_learn(session(61), "10", 0);
	assert_int_not_equal(rate_take(RATE_MESSAGES, session(61)), 0);
}

static void a_thing_has_a_budget_that_is_asked_before_and_spent_after(void **state)
{
	(void)state;
	rate_limit(RATE_ROOM, 3, 3600);
	for (int i = 0; i < 10; i++)
		assert_int_equal(rate_wait(RATE_ROOM, "one"), 0);
	for (int i = 0; i < 3; i++)
		rate_spend(RATE_ROOM, "one");
	assert_in_range(rate_wait(RATE_ROOM, "one"), 1199, 1201);
	rate_spend(RATE_ROOM, "one");
	assert_in_range(rate_wait(RATE_ROOM, "one"), 2399, 2401);
	assert_int_equal(rate_wait(RATE_ROOM, "other"), 0);
	rate_limit(RATE_ROOM, 0, 60);
	assert_int_equal(rate_wait(RATE_ROOM, "one"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_all_is_granted),
		cmocka_unit_test(a_budget_ends_and_says_when_it_begins_again),
		cmocka_unit_test(budgets_of_sessions_and_kinds_are_apart),
		cmocka_unit_test(a_refusal_costs_nothing),
		cmocka_unit_test(a_budget_fills_with_time),
		cmocka_unit_test(a_budget_may_be_of_an_hour),
		cmocka_unit_test(sessions_of_one_account_share_its_budget),
		cmocka_unit_test(what_a_session_spent_before_is_carried_over),
		cmocka_unit_test(newcomers_have_a_share),
		cmocka_unit_test(a_newcomer_grows_up),
		cmocka_unit_test(sessions_that_are_not_known_are_asked_for_once),
		cmocka_unit_test(it_forgives_what_it_has_no_room_for),
		cmocka_unit_test(a_thing_has_a_budget_that_is_asked_before_and_spent_after),
	};
	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
