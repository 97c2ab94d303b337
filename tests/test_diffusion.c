/* SPDX-License-Identifier: MIT */
/* Statistics against tables and closed forms; diffusion coefficients, their windows and warnings;
 * the finite-size correction against published data. */
#include <omp.h>

#include "host/analysis/diffusion.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

/* Student's t, two-sided, from printed tables (Abramowitz & Stegun table 26.10). */
static void t_factors_are_those_of_the_tables(void **state)
{
    (void)state;
    assert_near(km_t_factor(1, 0.95), 12.706, 5e-4);
    assert_near(km_t_factor(2, 0.95), 4.303, 5e-4);
    assert_near(km_t_factor(4, 0.95), 2.776, 5e-4);
    assert_near(km_t_factor(9, 0.95), 2.262, 5e-4);
    assert_near(km_t_factor(30, 0.95), 2.042, 5e-4);
    assert_near(km_t_factor(120, 0.95), 1.980, 5e-4);
    assert_near(km_t_factor(5, 0.99), 4.032, 5e-4);
    assert_near(km_t_factor(100000, 0.95), 1.960, 3e-3);
}

static void a_weighted_line_is_exact_and_honest(void **state)
{
    (void)state;
    const double x[4] = {1, 2, 4, 7}, exact[4] = {5, 7, 11, 17}, w[4] = {1, 4, 0.25, 2};
    km_line line;
    assert_ok(km_line_fit(x, exact, w, 4, &line));
    assert_near(line.slope, 2.0, 1e-13);
    assert_near(line.intercept, 3.0, 1e-13);
    /* x = -1, 0, 1 with unit weights: slope (y2 - y0)/2, error 1/sqrt 2, intercept the mean */
    const double x3[3] = {-1, 0, 1}, y3[3] = {2, 7, 3}, w3[3] = {1, 1, 1};
    assert_ok(km_line_fit(x3, y3, w3, 3, &line));
    assert_near(line.slope, 0.5, 1e-14);
    assert_near(line.intercept, 4.0, 1e-14);
    assert_near(line.slope_error, sqrt(0.5), 1e-14);
    assert_near(line.intercept_error, sqrt(1.0 / 3.0), 1e-14);
    double c[3];
    assert_ok(km_line_slope_coefficients(x3, w3, 3, c));
    assert_near(c[0] * 2 + c[1] * 7 + c[2] * 3, 0.5, 1e-14);
    const double same[2] = {1, 1}, zero[2] = {1, 0};
    assert_int_equal(km_line_fit(same, y3, w3, 2, &line), KM_ERROR_VALUE);
    assert_int_equal(km_line_fit(x3, y3, zero, 2, &line), KM_ERROR_VALUE);
}

static void block_averages_see_correlation(void **state)
{
    (void)state;
    const double pairs[8] = {1, 1, 3, 3, 5, 5, 7, 7};
    km_estimate e;
    assert_ok(km_block_average(pairs, 8, 4, &e));
    assert_near(e.value, 4.0, 1e-15);
    assert_near(e.standard_error, sqrt(20.0 / 3.0 / 4.0), 1e-14); /* of 1 3 5 7 */
    assert_near(e.high - e.value, 3.182446 * e.standard_error, 1e-5);
    assert_int_equal(km_block_average(pairs, 8, 9, &e), KM_ERROR_VALUE);
    /* autoregressive series x' = 0.9 x + noise: true variance of the mean of n is
     * sigma^2/((1 - 0.9)^2 n) */
    enum { N = 40000 };
    static double x[N];
    for (int k = 1; k < N; k++) {
        double normal[4];
        made_normal3(5, k, 0, normal);
        x[k] = 0.9 * x[k - 1] + normal[0];
    }
    assert_ok(km_block_average(x, N, 100, &e));
    assert_near(e.standard_error, 10.0 / sqrt(N), 3.0 * 0.05 / sqrt(2.0) * 2.0 / sqrt(N) * 10.0);
    assert_true(km_standard_error(x, N) < 0.3 * e.standard_error);
}

static void bootstrap_gives_the_standard_error(void **state)
{
    (void)state;
    double x[40];
    for (int k = 0; k < 40; k++) {
        double normal[4];
        made_normal3(8, k, 0, normal);
        x[k] = 5.0 + 2.0 * normal[0];
    }
    km_estimate e, again, other;
    assert_ok(km_bootstrap_mean(x, 40, 4000, 1, 0, &e));
    const double error = km_standard_error(x, 40);
    /* the error of a standard deviation from 4000 resamples is 1.1 %: four of them */
    assert_near(e.standard_error, error, 0.045 * error);
    assert_near(e.high - e.low, 2 * 2.0227 * error, 0.08 * 2 * 2.0227 * error);
    assert_near(e.value, km_mean(x, 40), 1e-14);
    assert_ok(km_bootstrap_mean(x, 40, 4000, 1, 0, &again));
    assert_memory_equal(&e, &again, sizeof e);
    assert_ok(km_bootstrap_mean(x, 40, 4000, 2, 0, &other));
    assert_true(e.low != other.low);
    assert_ok(km_bootstrap_mean(x, 1, 100, 1, 0, &e));
    assert_true(e.value == x[0] && isnan(e.low));
}

/* n particles along x (n_frames x n x 3) through the whole chain. */
static km_diffusion analyse(const double *x, int n_frames, int n, double interval)
{
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    int *index = made_range(n);
    km_displacements *d;
    km_msd msd;
    km_exponent exponent;
    km_diffusion out;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, n_frames, interval, km_box_orthorhombic(1e4, 1e4, 1e4)));
    assert_ok(km_msd_compute(d, index, n, &msd));
    assert_ok(km_exponent_compute(&msd, &exponent));
    assert_ok(km_diffusion_compute(d, index, n, &msd, &exponent, 1, 0, &out));
    km_exponent_clear(&exponent);
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(index);
    return out;
}

/* MSD of slope 6 A^2/ps is D = 1e-8 m^2/s; D along x, y and z apart. */
static void anisotropic_walk_gives_three_coefficients(void **state)
{
    (void)state;
    const int n = 400, n_frames = 400;
    /* 2 D dt = sigma^2 with 2 ps: D = 0.25, 1 and 1.75 e-8 m^2/s, on average 1e-8 */
    const double d[3] = {0.25e-8, 1.0e-8, 1.75e-8};
    double sigma[3];
    for (int a = 0; a < 3; a++)
        sigma[a] = sqrt(2.0 * d[a] * 1e6 * 2.0);
    double *x = made_walk(21, n_frames, n, sigma);
    const km_diffusion out = analyse(x, n_frames, n, 2.0);
    assert_true(out.available && out.diffusive);
    /* standard errors are reported and honest (brownian_diffusion): four of them; 1/n for drift */
    for (int a = 0; a < 3; a++)
        assert_near(out.axis[a].value, d[a] * (1.0 - 1.0 / n), 4.0 * out.axis[a].standard_error);
    assert_near(out.total.value, 1e-8 * (1.0 - 1.0 / n), 4.0 * out.total.standard_error);
    assert_true(out.total.standard_error < 0.03e-8);
    assert_near(out.total.value, (out.axis[0].value + out.axis[1].value + out.axis[2].value) / 3.0,
                1e-20);
    assert_near(out.beta, 1.0, 0.05);
    assert_true(out.fit_to >= 2.0 * out.fit_from && out.fit_to <= n_frames / 5 * 2.0);
    assert_true(out.msd_from >= 30.0);
    assert_string_equal(out.warning, "");
    free(x);
}

static void ballistic_motion_is_not_diffusion(void **state)
{
    (void)state;
    const int n = 8, n_frames = 200;
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * n * 3, sizeof *x));
    for (int k = 0; k < n_frames; k++)
        for (int i = 0; i < n; i++) {
            x[(k * n + i) * 3] = 0.05 * k * (i - 3.5);
            x[(k * n + i) * 3 + 1] = 0.02 * k * (i % 2 ? 1 : -1);
        }
    const km_diffusion out = analyse(x, n_frames, n, 1.0);
    assert_true(out.available);
    assert_false(out.diffusive);
    assert_near(out.beta, 2.0, 1e-3);
    assert_non_null(strstr(out.warning, "apparent"));
    assert_non_null(strstr(out.warning, "beta = 2.00"));
    assert_non_null(strstr(out.warning, "ballistic"));
    free(x);
}

/* Ions rattling in cages: MSD saturates, beta goes to 0. */
static void caged_motion_is_not_diffusion(void **state)
{
    (void)state;
    const int n = 16, n_frames = 400;
    const double sigma[3] = {0.03, 0.03, 0.03};
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * n * 3, sizeof *x));
    for (int k = 0; k < n_frames; k++)
        for (int i = 0; i < n; i++) {
            double normal[4];
            made_normal3(4, k, i, normal);
            for (int a = 0; a < 3; a++) {
                const size_t at = ((size_t)k * n + i) * 3 + a;
                x[at] = (k > 0 ? 0.95 * x[at - 3 * (size_t)n] : 0.0) + sigma[a] * normal[a];
            }
        }
    const km_diffusion out = analyse(x, n_frames, n, 1.0);
    assert_false(out.diffusive);
    assert_true(out.beta < 0.3);
    assert_true(out.longer_run >= 2.0);
    assert_non_null(strstr(out.warning, "not diffusive yet"));
    assert_non_null(strstr(out.warning, "longer"));
    free(x);
}

/* Inside a soft cage motion is diffusive at first, too fast; beta then falls to 0.8 and would come
 * back to 1 long after the run: MSD = 6 w^2 (1 - exp(-t/10)) + 3 s^2 t. The early window, of more
 * than an octave, must not be taken for diffusion (it gives twice the true coefficient). */
static void the_way_into_a_cage_is_not_diffusion(void **state)
{
    (void)state;
    const int n = 256, n_frames = 200;
    const double s = sqrt(0.0006), w = sqrt(0.0006 * 10.0 / 2.0), memory = exp(-0.1);
    const double sigma[3] = {s, s, s};
    double *x = made_walk(51, n_frames, n, sigma), *cage;
    assert_ok(km_allocate((void **)&cage, (size_t)n * 3, sizeof *cage));
    for (int k = -50; k < n_frames; k++) /* from its stationary state */
        for (int i = 0; i < n; i++) {
            double normal[4];
            made_normal3(52, k + 50, i, normal);
            for (int a = 0; a < 3; a++) {
                double *c = &cage[3 * i + a];
                *c = memory * *c + w * sqrt(1.0 - memory * memory) * normal[a];
                if (k >= 0)
                    x[((size_t)k * n + i) * 3 + a] += *c;
            }
        }
    const km_diffusion out = analyse(x, n_frames, n, 1.0);
    assert_false(out.diffusive);
    assert_near(out.beta, 0.80, 0.05); /* at 20 to 40 frames */
    assert_non_null(strstr(out.warning, "apparent"));
    free(x);
    free(cage);
}

static void short_or_still_runs_get_a_sentence(void **state)
{
    (void)state;
    const double sigma[3] = {0.1, 0.1, 0.1};
    double *x = made_walk(2, 60, 4, sigma);
    for (int n_frames = 0; n_frames < KM_DIFFUSION_LEAST_FRAMES; n_frames++) {
        const km_diffusion out = analyse(x, n_frames, 4, 1.0);
        assert_false(out.available);
        assert_non_null(strstr(out.warning, "no diffusion coefficient"));
    }
    for (int n_frames = KM_DIFFUSION_LEAST_FRAMES; n_frames < 60; n_frames++) {
        const km_diffusion out = analyse(x, n_frames, 4, 1.0);
        assert_true(out.available && isfinite(out.total.low) && isfinite(out.total.high));
        assert_true(out.n_blocks == 0 || out.block_length > out.fit_to);
    }
    memset(x, 0, 60 * 12 * sizeof *x);
    const km_diffusion still = analyse(x, 60, 4, 1.0);
    assert_false(still.available);
    assert_non_null(strstr(still.warning, "do not move"));
    free(x);
    x = made_walk(2, 400, 1, sigma); /* one particle: blocks alone */
    const km_diffusion lonely = analyse(x, 400, 1, 1.0);
    assert_true(lonely.available && lonely.blocks_decide && lonely.n_blocks >= 3);
    assert_true(lonely.total.low < lonely.total.value && isfinite(lonely.total.high));
    free(x);
}

/* Standard formula at 298.15 K (values of kB T xi/(6 pi eta L), three digits), and the published
 * diffusion of TIP3P water in five boxes (Yeh & Hummer 2004): a straight line in 1/L whose slope is
 * the viscosity of the model. Expected numbers: weighted straight line of those data. */
static void finite_size_correction_matches_published_water(void **state)
{
    (void)state;
    assert_near(km_yeh_hummer_shift(298.15, 0.455e-3, 4.0), 3.40e-10, 0.005e-10);
    assert_near(km_yeh_hummer_shift(298.15, 0.455e-3, 6.0), 2.27e-10, 0.005e-10);
    assert_near(km_yeh_hummer_shift(298.15, 2.52e-3, 6.0), 4.10e-11, 0.005e-11);
    assert_near(km_yeh_hummer_shift(298.15, 20e-3, 6.0), 5.16e-12, 0.005e-12);
    const double edge[5] = {18.58, 23.42, 29.51, 37.19, 46.86}; /* A */
    const double d[5] = {4.884, 5.123, 5.315, 5.466, 5.590};    /* 1e-9 m^2/s */
    const double error[5] = {0.032, 0.027, 0.014, 0.011, 0.013};
    double x[5], weight[5];
    for (int k = 0; k < 5; k++) {
        x[k] = 10.0 / edge[k]; /* 1/nm */
        weight[k] = 1.0 / (error[k] * error[k]);
    }
    km_line line;
    assert_ok(km_line_fit(x, d, weight, 5, &line));
    assert_near(line.intercept, 6.053, 0.001);
    assert_near(line.intercept_error, 0.026, 0.001);
    const double viscosity = -km_yeh_hummer_shift(298.0, 1.0, 1.0) / (line.slope * 1e-9); /* Pa s */
    assert_near(viscosity, 0.285e-3, 0.001e-3);
    /* corrected with that viscosity, the five boxes agree within three of their errors */
    for (int k = 0; k < 5; k++)
        assert_near(d[k] + 1e9 * km_yeh_hummer_shift(298.0, viscosity, 0.1 * edge[k]), 6.053,
                    3.0 * error[k]);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    const double sigma[3] = {0.1, 0.1, 0.1};
    double *x = made_walk(31, 1200, 19, sigma);
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    const km_diffusion one = analyse(x, 1200, 19, 1.0);
    omp_set_num_threads(4);
    const km_diffusion many = analyse(x, 1200, 19, 1.0);
    omp_set_num_threads(before);
    assert_memory_equal(&one.total, &many.total, sizeof one.total);
    assert_memory_equal(one.axis, many.axis, sizeof one.axis);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t_factors_are_those_of_the_tables),
        cmocka_unit_test(a_weighted_line_is_exact_and_honest),
        cmocka_unit_test(block_averages_see_correlation),
        cmocka_unit_test(bootstrap_gives_the_standard_error),
        cmocka_unit_test(anisotropic_walk_gives_three_coefficients),
        cmocka_unit_test(ballistic_motion_is_not_diffusion),
        cmocka_unit_test(caged_motion_is_not_diffusion),
        cmocka_unit_test(the_way_into_a_cage_is_not_diffusion),
        cmocka_unit_test(short_or_still_runs_get_a_sentence),
        cmocka_unit_test(finite_size_correction_matches_published_water),
        cmocka_unit_test(bits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
