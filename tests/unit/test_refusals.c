/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "service/refusals.h"

static unsigned
taken(struct refusals *r, unsigned num, uint64_t now_ms)
{
	unsigned n = 0;

	for (unsigned i = 0; i < num; i++)
		n += refusals_take(r, now_ms);
	return n;
}

static void
a_burst_is_recorded_and_the_rest_is_counted(void **state)
{
	struct refusals r = { 0 };

	(void)state;
	assert_int_equal(taken(&r, REFUSALS_BURST + 7, 5), REFUSALS_BURST);
	assert_int_equal(r.unrecorded, 7);
}

static void
a_flood_of_a_day_gets_the_named_rate(void **state)
{
	struct refusals r = { 0 };
	unsigned n = 0, num = 0;

	(void)state;
	for (uint64_t ms = 12345; ms < 12345 + 24 * 3600 * 1000; ms += 777, num++)
		n += refusals_take(&r, ms);
	assert_in_range(n, 24 * 60 * REFUSALS_PER_MINUTE, 24 * 60 * REFUSALS_PER_MINUTE + REFUSALS_BURST);
	assert_int_equal(r.unrecorded, num - n);
}

static void
quiet_gives_back_no_more_than_the_burst(void **state)
{
	struct refusals r = { 0 };

	(void)state;
	assert_int_equal(taken(&r, REFUSALS_BURST, 0), REFUSALS_BURST);
	assert_int_equal(taken(&r, 9, 60000 / REFUSALS_PER_MINUTE - 1), 0);
	assert_int_equal(taken(&r, 9, 60000 / REFUSALS_PER_MINUTE), 1);
	assert_int_equal(taken(&r, 9, 2 * 60000), 2 * REFUSALS_PER_MINUTE - 1 < 9 ? 2 * REFUSALS_PER_MINUTE - 1 : 9);
	assert_int_equal(taken(&r, 2 * REFUSALS_BURST, UINT64_MAX / 2), REFUSALS_BURST);
}

static void
what_was_not_recorded_is_told_until_it_is_on_disk(void **state)
{
	struct refusals r = { .unrecorded = UINT64_MAX };
	char text[REFUSALS_DETAIL_MAX_LEN + 1], longest[2 * sizeof text];

	(void)state;
	refusals_detail(text, &r, "accepted");
	assert_string_equal(text, "accepted; refusals before this without a record: 18446744073709551615");
	refusals_detail(text, &r, "accepted");
	assert_non_null(strstr(text, "18446744073709551615"));
	refusals_told(&r);
	refusals_detail(text, &r, "accepted");
	assert_string_equal(text, "accepted");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	refusals_detail(text, &r, longest);
	assert_int_equal(strlen(text), REFUSALS_DETAIL_MAX_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_recorded_and_the_rest_is_counted),
		cmocka_unit_test(a_flood_of_a_day_gets_the_named_rate),
		cmocka_unit_test(quiet_gives_back_no_more_than_the_burst),
		cmocka_unit_test(what_was_not_recorded_is_told_until_it_is_on_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
