/* SPDX-License-Identifier: MIT */
/* Van Hove functions: against the densities of known walks, of a planted exchange of places, and
 * the same whatever the number of threads. Against MDAnalysis: python/compare_van_hove.py. */
#include <omp.h>

#include "host/analysis/van_hove.h"
#include "tests/made_trajectory.h"

/* Of a walk with variance s^2 along each axis, the part that went less than r: Maxwell's. */
static double maxwell(double r, double s)
{
    const double x = r / s;
    return erf(x / sqrt(2.0)) - sqrt(2.0 / KM_PI) * x * exp(-0.5 * x * x);
}

static double uniform(uint64_t seed, int i, int a)
{
    return km_random_bits(seed, 0, (uint32_t)i, KM_RANDOM_BUILD).v[a] / 4294967296.0;
}

enum { WALKERS = 400, FRAMES = 500 };
static const double SIGMA = 0.05, EDGE = 6.0; /* nm */

/* Brownian walkers that start anywhere in a cell: an ideal gas. */
static void walk(km_van_hove *out)
{
    const made_kind kind = {"K+", "K", WALKERS, 1, 39.1, 1};
    const double sigma[3] = {SIGMA, SIGMA, SIGMA};
    km_labels *labels = made_labels(&kind, 1);
    double *x = made_walk(11, FRAMES, WALKERS, sigma);
    for (int k = 0; k < FRAMES; k++)
        for (int i = 0; i < WALKERS; i++)
            for (int a = 0; a < 3; a++)
                x[((size_t)k * WALKERS + i) * 3 + a] += EDGE * uniform(12, i, a);
    km_displacements *d;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, FRAMES, 2.0, km_box_orthorhombic(EDGE, EDGE, EDGE)));
    assert_ok(km_van_hove_compute(d, out));
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static km_van_hove brownian;

static int begin(void **state)
{
    (void)state;
    walk(&brownian);
    return 0;
}

static int end(void **state)
{
    (void)state;
    km_van_hove_clear(&brownian);
    return 0;
}

static void free_diffusion_has_the_density_of_maxwell(void **state)
{
    (void)state;
    const km_van_hove r = brownian;
    assert_int_equal(r.n_kinds, 1);
    assert_int_equal(r.n_bins, 300);
    assert_int_equal(r.n_lags, KM_VAN_HOVE_LAGS);
    const int frames[KM_VAN_HOVE_LAGS] = {1, 3, 10, 32, 100};
    for (int l = 0; l < r.n_lags; l++) {
        const km_van_hove_lag *lag = &r.kind[0].lag[l];
        assert_near(lag->lag, 2.0 * frames[l], 1e-9);
        /* the drift of the whole, which is taken out, carries 1/N of the variance */
        const double s = SIGMA * sqrt(frames[l] * (1.0 - 1.0 / WALKERS));
        const double independent = (double)WALKERS * (FRAMES - frames[l]) / frames[l];
        double sum = 0.0, gaussian = 0.0, worst = 0.0, apart = 0.0;
        for (int b = 0; b < r.n_bins; b++) {
            sum += lag->self[b] * r.bin_width;
            gaussian += lag->gaussian[b] * r.bin_width;
            const double truth = maxwell((b + 1) * KM_VAN_HOVE_BIN, s);
            worst = fmax(worst, fabs(sum - truth));
            apart = fmax(apart, fabs(gaussian - truth));
        }
        assert_near(sum, 1.0 - lag->beyond, 1e-12);
        /* Kolmogorov: above this once in a thousand */
        assert_true(worst < 1.95 / sqrt(independent));
        assert_true(apart < 1.95 / sqrt(independent));
        /* a sample of a normal vector has alpha_2 with variance 8/15 per vector; four sigma */
        assert_near(lag->alpha2.value, 0.0, 4.0 * sqrt(8.0 / 15.0 / independent));
        assert_true(lag->alpha2.low < 0.0 && lag->alpha2.high > 0.0);
    }
}

/* Expected pairs in every shell. 160 000 pairs, each there twice (i j and j i): four sigma. */
static void ideal_gas_has_no_structure(void **state)
{
    (void)state;
    const km_van_hove r = brownian;
    for (int l = 0; l < r.n_lags; l++) {
        double pairs = 0.0, expected = 0.0;
        for (int b = 50; b < r.n_bins; b++) {
            const double middle = (b + 0.5) * KM_VAN_HOVE_BIN;
            const double shell = middle * middle * KM_VAN_HOVE_BIN * 4.0 * KM_PI;
            pairs += r.kind[0].lag[l].distinct[b] * shell;
            expected += shell;
        }
        const double inside = 0.5 * WALKERS * (WALKERS - 1) * expected / (EDGE * EDGE * EDGE);
        assert_near(pairs / expected, 1.0, 4.0 / sqrt(inside));
    }
}

/* A ring of ions, each of which takes the place of the next in every frame; something else rests,
 * so that nothing is taken for a drift. */
static void ions_that_follow_each_other_stand_at_zero(void **state)
{
    (void)state;
    enum { RING = 10, LONG = 20 };
    const double step = 0.305, edge = RING * step;
    const made_kind kind[2] = {{"K+", "K", RING, 1, 39.1, 1}, {"O", "O", 1, 1, 16.0, -1}};
    km_labels *labels = made_labels(kind, 2);
    double x[LONG][RING + 1][3] = {0};
    for (int k = 0; k < LONG; k++)
        for (int i = 0; i < RING; i++)
            x[k][i][0] = step * (i + k);
    km_displacements *d;
    km_van_hove r;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, &x[0][0][0], LONG, 1.0, km_box_orthorhombic(edge, edge, edge)));
    assert_ok(km_van_hove_compute(d, &r));
    const km_van_hove_lag *lag = &r.kind[0].lag[0];
    assert_near(lag->mean_square, 100.0 * step * step, 1e-4);
    assert_near(lag->self[30] * r.bin_width, 1.0, 1e-12); /* 3.05 A */
    assert_near(lag->alpha2.value, -0.4, 1e-6);           /* 3/5 - 1: one length only */
    const double first = 4.0 / 3.0 * KM_PI * pow(KM_VAN_HOVE_BIN, 3.0);
    assert_near(lag->distinct[0] * first * (RING - 1) / (edge * edge * edge), 1.0, 1e-9);
    assert_true(isnan(r.kind[1].lag[0].alpha2.value)); /* rests, alone */
    assert_null(r.kind[1].lag[0].gaussian);
    assert_null(r.kind[1].lag[0].distinct);
    km_van_hove_clear(&r);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
}

static void threads_do_not_show(void **state)
{
    (void)state;
    const int threads = omp_get_max_threads(), other = threads == 1 ? 3 : 1;
    km_van_hove again;
    omp_set_num_threads(other);
    walk(&again);
    omp_set_num_threads(threads);
    for (int l = 0; l < again.n_lags; l++) {
        const km_van_hove_lag *a = &again.kind[0].lag[l], *b = &brownian.kind[0].lag[l];
        const size_t size = (size_t)again.n_bins * sizeof(double);
        assert_memory_equal(a->self, b->self, size);
        assert_memory_equal(a->distinct, b->distinct, size);
        assert_memory_equal(&a->alpha2, &b->alpha2, sizeof a->alpha2);
    }
    km_van_hove_clear(&again);
}

static void cells_that_change_have_no_distinct_part(void **state)
{
    (void)state;
    const made_kind kind = {"K+", "K", 2, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    for (int n_frames = 4; n_frames < 6; n_frames++) {
        km_displacements *d;
        km_van_hove r;
        assert_ok(km_displacements_create(0, &d));
        assert_ok(km_displacements_begin(d, labels));
        for (int k = 0; k < n_frames; k++) {
            const double x[6] = {0.1 * k, 0.0, 0.0, 1.0, 0.1 * k, 0.0};
            const km_frame frame = {.time = k,
                                    .n = 2,
                                    .box = km_box_orthorhombic(3.0 + 0.01 * k, 3.0, 3.0),
                                    .position = x};
            assert_ok(km_displacements_frame(d, &frame));
        }
        km_displacements_end(d);
        assert_ok(km_van_hove_compute(d, &r));
        assert_int_equal(r.n_lags, n_frames == 4 ? 0 : 1);
        if (r.n_lags > 0)
            assert_null(r.kind[0].lag[0].distinct);
        km_van_hove_clear(&r);
        km_displacements_destroy(d);
    }
    km_labels_destroy(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_diffusion_has_the_density_of_maxwell),
        cmocka_unit_test(ideal_gas_has_no_structure),
        cmocka_unit_test(ions_that_follow_each_other_stand_at_zero),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(cells_that_change_have_no_distinct_part),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
