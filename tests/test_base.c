/* SPDX-License-Identifier: MIT */
/* The ground floor: constants, box, fixed point, random numbers, errors. */
#include <math.h>
#include <string.h>

#include "kernels/base/box.h"
#include "kernels/base/fixed.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static void derived_constants_follow_from_codata(void **state)
{
    (void)state;
    assert_near(KM_GAS_CONSTANT, KM_BOLTZMANN_SI * KM_AVOGADRO * 1e-3, 1e-17);
    const double coulomb = KM_AVOGADRO * KM_ELEMENTARY_CHARGE * KM_ELEMENTARY_CHARGE /
                           (4.0 * KM_PI * KM_VACUUM_PERMITTIVITY) * 1e9 * 1e-3;
    assert_near(KM_COULOMB_CONSTANT, coulomb, 1e-10 * coulomb);
    assert_near(KM_EV, KM_ELEMENTARY_CHARGE * KM_AVOGADRO * 1e-3, 1e-10);
    assert_near(KM_PRESSURE_PER_BAR, 1e5 * 1e-27 * KM_AVOGADRO * 1e-3, 1e-15);
}

static void minimum_image_is_the_nearest_of_all_images(void **state)
{
    (void)state;
    const km_box box = {3.0, 1.2, 2.8, -0.9, 1.1, 3.1};
    for (uint32_t n = 0; n < 2000; n++) {
        const km_random4 bits = km_random_bits(3, n, 0, KM_RANDOM_BUILD);
        const km_vec3 d = {9.0 * km_random_uniform(bits.v[0]) - 4.5,
                           9.0 * km_random_uniform(bits.v[1]) - 4.5,
                           9.0 * km_random_uniform(bits.v[2]) - 4.5};
        double best = 1e30;
        for (int i = -4; i <= 4; i++)
            for (int j = -4; j <= 4; j++)
                for (int k = -4; k <= 4; k++)
                    best =
                        fmin(best, km_vec3_norm(km_vec3_add(d, km_box_image_shift(&box, i, j, k))));
        const double got = km_vec3_norm(km_box_minimum_image(&box, d));
        if (best < 0.5 * km_box_least_height(&box))
            assert_near(got, best, 1e-12);
        else
            assert_true(got >= best - 1e-12);
    }
}

static void fractional_coordinates_round_trip(void **state)
{
    (void)state;
    const km_box box = {3.0, 1.2, 2.8, -0.9, 1.1, 3.1};
    const km_vec3 r = {0.3, -7.1, 12.9};
    const km_vec3 back = km_box_to_cartesian(&box, km_box_to_fractional(&box, r));
    assert_near(km_vec3_norm(km_vec3_sub(r, back)), 0.0, 1e-13);
}

static void fixed_point_keeps_nine_digits_and_never_wraps(void **state)
{
    (void)state;
    assert_near(km_fixed_to(km_fixed_from(-123.456789012)), -123.456789012, 1.2e-10);
    assert_near(km_fixed_to(km_fixed_from(1e30)), KM_FIXED_LIMIT, 1e-3);
    assert_near(km_fixed_to(20 * km_fixed_from(1e30)), 20 * KM_FIXED_LIMIT, 1e-3);
}

/* Known answers of Philox4x32-10 published with Random123 (kat_vectors). */
static void philox_gives_its_published_vectors(void **state)
{
    (void)state;
    const km_random4 zero = km_random_bits(0, 0, 0, 0);
    assert_int_equal(zero.v[0], 0x6627e8d5);
    assert_int_equal(zero.v[1], 0xe169c58d);
    assert_int_equal(zero.v[2], 0xbc57ac4c);
    assert_int_equal(zero.v[3], 0x9b00dbd8);
    const km_random4 ones = km_random_bits(UINT64_MAX, UINT64_MAX, UINT32_MAX, UINT32_MAX);
    assert_int_equal(ones.v[0], 0x408f276d);
    assert_int_equal(ones.v[1], 0x41c83b0e);
    assert_int_equal(ones.v[2], 0xa20bc7c6);
    assert_int_equal(ones.v[3], 0x6d5451fd);
}

static void normals_have_unit_variance_and_gaussian_tails(void **state)
{
    (void)state;
    double sum = 0, square = 0, fourth = 0;
    const int n = 200000;
    for (int k = 0; k < n / 4; k++) {
        double x[4];
        km_random_normal4(km_random_bits(11, (uint64_t)k, 5, KM_RANDOM_LANGEVIN), x);
        for (int c = 0; c < 4; c++) {
            sum += x[c];
            square += x[c] * x[c];
            fourth += x[c] * x[c] * x[c] * x[c];
        }
    }
    /* five standard errors of each moment */
    assert_near(sum / n, 0.0, 5.0 / sqrt(n));
    assert_near(square / n, 1.0, 5.0 * sqrt(2.0 / n));
    assert_near(fourth / n, 3.0, 5.0 * sqrt(96.0 / n));
}

static km_status inner(void)
{
    return KM_FAIL(KM_ERROR_VALUE, "cutoff is %g nm", -1.0);
}
static km_status outer(void)
{
    KM_TRY(inner());
    return KM_OK;
}

static void an_error_carries_message_and_trace(void **state)
{
    (void)state;
    assert_int_equal(outer(), KM_ERROR_VALUE);
    km_error_prefix("%s: ", "x.yaml");
    assert_string_equal(km_last_error()->message, "x.yaml: cutoff is -1 nm");
    assert_int_equal(km_last_error()->n_trace, 2);
    assert_string_equal(km_last_error()->trace[1].function, "outer");
    assert_string_equal(km_last_error()->trace[0].file, "tests/test_base.c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_constants_follow_from_codata),
        cmocka_unit_test(minimum_image_is_the_nearest_of_all_images),
        cmocka_unit_test(fractional_coordinates_round_trip),
        cmocka_unit_test(fixed_point_keeps_nine_digits_and_never_wraps),
        cmocka_unit_test(philox_gives_its_published_vectors),
        cmocka_unit_test(normals_have_unit_variance_and_gaussian_tails),
        cmocka_unit_test(an_error_carries_message_and_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
