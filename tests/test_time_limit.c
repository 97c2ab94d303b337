/* SPDX-License-Identifier: MIT */
/* What --time-limit understands, and when a run stops for it. */
#include "host/engine/time_limit.h"
#include "tests/cmocka_all.h"

static void means(const char *text, double expected)
{
    double seconds;
    assert_ok(km_time_limit_parse(text, &seconds));
    assert_near(seconds, expected, 1e-9 * expected);
}

static void times_are_read(void **state)
{
    (void)state;
    means("2h30m", 9000.0);
    means("23h50m", 85800.0);
    means("1d", 86400.0);
    means("1d2h3m4s", 93784.0);
    means("1.5h", 5400.0);
    means("90m", 5400.0);
    means("45s", 45.0);
    means("23:50:00", 85800.0);
    means("50:00", 3000.0);
    means("120", 120.0);
    means("0.5", 0.5);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "",   "soon", "0",   "0s",   "-5",   "-1h",     "2h30", "2h 30m", "30m2h", "2h2h",
        "1w", "nan",  "inf", "infs", "1::2", "1:2:3:4", "1:2:", ":5",     "5ns",   "1e300",
    };
    for (size_t k = 0; k < sizeof nonsense / sizeof nonsense[0]; k++) {
        double seconds;
        if (km_time_limit_parse(nonsense[k], &seconds) != KM_ERROR_USAGE)
            fail_msg("\"%s\" was taken for %g s", nonsense[k], seconds);
    }
}

static void there_is_time_to_reach_the_next_moment(void **state)
{
    (void)state;
    assert_false(km_time_limit_is_near(1e12, 0.0, 1e6)); /* none */
    assert_false(km_time_limit_is_near(94.9, 100.0, 0.0));
    assert_true(km_time_limit_is_near(95.1, 100.0, 0.0));
    assert_true(km_time_limit_is_near(1.0, 3.0, 0.0)); /* shorter than the margin: at once */
}

/* A clock that is only counted: blocks of any length, and that vary by up to the factor two which
 * the rule allows for, never pass the limit, and leave little of it unused. */
static void the_limit_is_kept_and_used(void **state)
{
    (void)state;
    static const double block_seconds[] = {0.01, 1.0, 40.0, 300.0, 1500.0};
    const double limit = 7200.0;
    for (int k = 0; k < 5; k++) {
        double elapsed = 0.0, longest = 0.0;
        for (int n = 0; !km_time_limit_is_near(elapsed, limit, longest); n++) {
            const double block = block_seconds[k] * (n % 7 == 3 ? 2.0 : 1.0);
            elapsed += block;
            longest = block > longest ? block : longest;
        }
        assert_true(elapsed <= limit - KM_TIME_LIMIT_MARGIN);
        assert_true(elapsed >= limit - KM_TIME_LIMIT_MARGIN - 4.0 * block_seconds[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(there_is_time_to_reach_the_next_moment),
        cmocka_unit_test(the_limit_is_kept_and_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
