/* SPDX-License-Identifier: MIT */
/* Activation energies: exact points give back what they were made of; of many noisy sets the
 * intervals hold the truth as often as they say, with known errors and with errors estimated from a
 * few repeats; a bent line is told. */
#include "tests/cmocka_all.h"

#include <math.h>
#include <string.h>

#include "host/analysis/arrhenius.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"

#define ENERGY 27.3 /* kJ/mol */
#define PREFACTOR 4e-8
#define SETS 1000
#define MOST_REPEATS 16

static const double temperature[] = {500, 600, 700, 800, 1000};
static const double noise[] = {0.30, 0.15, 0.10, 0.06, 0.04}; /* of ln D: slow is noisy */
#define N_POINTS 5

static double truth(double t)
{
    return PREFACTOR * exp(-ENERGY / (KM_GAS_CONSTANT * t));
}

static double normal(int set, int point, int repeat)
{
    const km_random4 bits =
        km_random_bits(20240, (uint64_t)set, (uint32_t)(point * 1000 + repeat), KM_RANDOM_ANALYSIS);
    const double u = km_random_uniform(bits.v[0]), v = km_random_uniform(bits.v[1]);
    return sqrt(-2.0 * log(1.0 - u)) * cos(2.0 * KM_PI * v);
}

/* D of one run, its error known: noise in the logarithm. */
static km_estimate known_error(int set, int k)
{
    const double value = truth(temperature[k]) * exp(noise[k] * normal(set, k, 0));
    const double error = noise[k] * value, half = km_t_factor(1000, 0.95) * error;
    return (km_estimate){value, error, value - half, value + half};
}

/* D as the mean of repeats, its error from their scatter. */
static km_estimate estimated_error(int set, int k, int repeats)
{
    double d[MOST_REPEATS];
    for (int r = 0; r < repeats; r++)
        d[r] = truth(temperature[k]) * (1.0 + noise[k] * normal(set, k, r + 1));
    const double value = km_mean(d, repeats), error = km_standard_error(d, repeats);
    const double half = km_t_factor(repeats - 1, 0.95) * error;
    return (km_estimate){value, error, value - half, value + half};
}

static bool holds(const km_estimate *e, double value)
{
    return e->low <= value && value <= e->high;
}

/* Percent of the sets whose intervals hold Ea (0) and D(300 K) (1). repeats 0: known errors. */
static void coverage(int repeats, double percent[2])
{
    int hits[2] = {0, 0};
    for (int set = 0; set < SETS; set++) {
        km_arrhenius_point point[N_POINTS];
        km_arrhenius fit;
        for (int k = 0; k < N_POINTS; k++)
            point[k] =
                (km_arrhenius_point){temperature[k], repeats > 0 ? estimated_error(set, k, repeats)
                                                                 : known_error(set, k)};
        assert_int_equal(km_arrhenius_compute(point, N_POINTS, 300.0, &fit), KM_OK);
        assert_true(fit.available);
        hits[0] += holds(&fit.energy, ENERGY);
        hits[1] += holds(&fit.extrapolated, truth(300.0));
    }
    for (int q = 0; q < 2; q++)
        percent[q] = 100.0 * hits[q] / SETS;
    print_message("%d repeats: Ea %.1f %%, D(300 K) %.1f %%\n", repeats, percent[0], percent[1]);
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    const int repeats[] = {0, 16, 8, 5};
    for (int k = 0; k < 4; k++) {
        double percent[2];
        coverage(repeats[k], percent);
        for (int q = 0; q < 2; q++)
            assert_true(percent[q] >= 92.0 && percent[q] <= 98.0);
    }
}

static void exact_points(void **state)
{
    (void)state;
    km_arrhenius_point point[N_POINTS + 1];
    km_arrhenius fit;
    for (int k = 0; k < N_POINTS; k++) {
        const double d = truth(temperature[k]);
        point[k] = (km_arrhenius_point){temperature[k], {d, 0.1 * d, 0.804 * d, 1.196 * d}};
    }
    point[N_POINTS] = (km_arrhenius_point){400.0, {-1e-12, 1e-12, 0.0, 0.0}}; /* left out */
    assert_int_equal(km_arrhenius_compute(point, N_POINTS + 1, 300.0, &fit), KM_OK);
    assert_int_equal(fit.n_points, N_POINTS);
    assert_true(fabs(fit.energy.value / ENERGY - 1.0) < 1e-10);
    assert_true(fabs(fit.prefactor.value / PREFACTOR - 1.0) < 1e-10);
    assert_true(fabs(fit.extrapolated.value / truth(300.0) - 1.0) < 1e-10);
    /* equal errors of 10 %: s(Ea) = R 0.1 / sqrt(sum (x - mean x)^2) */
    double mean = 0.0, square = 0.0;
    for (int k = 0; k < N_POINTS; k++)
        mean += 1.0 / temperature[k] / N_POINTS;
    for (int k = 0; k < N_POINTS; k++)
        square += pow(1.0 / temperature[k] - mean, 2.0);
    const double expected = KM_GAS_CONSTANT * 0.1 / sqrt(square);
    assert_true(fabs(fit.energy.standard_error / expected - 1.0) < 0.02);
    assert_false(fit.enlarged);
}

static void bent_line_is_told(void **state)
{
    (void)state;
    km_arrhenius_point point[N_POINTS];
    km_arrhenius fit;
    for (int k = 0; k < N_POINTS; k++) {
        const double d = truth(temperature[k]) * (k < 2 ? 0.5 : 1.0);
        point[k] = (km_arrhenius_point){temperature[k], {d, 0.02 * d, 0.96 * d, 1.04 * d}};
    }
    assert_int_equal(km_arrhenius_compute(point, N_POINTS, 300.0, &fit), KM_OK);
    assert_true(fit.enlarged);
    assert_non_null(strstr(fit.note, "off the straight line"));
    assert_int_equal(km_arrhenius_compute(point, 1, 300.0, &fit), KM_OK);
    assert_false(fit.available);
    assert_non_null(strstr(fit.note, "two temperatures"));
    point[1].temperature = point[0].temperature;
    assert_int_equal(km_arrhenius_compute(point, 2, 300.0, &fit), KM_OK);
    assert_false(fit.available);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_points),
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(bent_line_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
