/* SPDX-License-Identifier: MIT */
/* Displacements and their mean squares: against the definition, against known walks, and what must
 * be refused. */
#include <omp.h>

#include "host/analysis/msd.h"
#include "tests/made_trajectory.h"

static const km_box wide = {100.0, 0.0, 100.0, 0.0, 0.0, 100.0};

/* The definition, as two loops in double. */
static double direct(const km_displacements *d, int n, int lag, int axis)
{
    double *x, sum = 0.0;
    assert_ok(km_allocate((void **)&x, 3 * (size_t)d->n_frames, sizeof *x));
    for (int i = 0; i < n; i++) {
        km_displacements_gather(d, i, x);
        const double *u = x + (size_t)axis * d->n_frames;
        for (int k = 0; k + lag < d->n_frames; k++)
            sum += (u[k + lag] - u[k]) * (u[k + lag] - u[k]);
    }
    free(x);
    return sum / ((double)n * (d->n_frames - lag));
}

static void fft_equals_the_double_loop(void **state)
{
    (void)state;
    const int counts[][2] = {{1, 2}, {3, 3}, {9, 64}, {17, 300}, {4, 1001}};
    const double sigma[3] = {0.05, 0.1, 0.2};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const int n = counts[c][0], n_frames = counts[c][1];
        const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
        km_labels *labels = made_labels(&kind, 1);
        double *x = made_walk(c, n_frames, n, sigma);
        int *index = made_range(n);
        km_displacements *d;
        km_msd msd;
        assert_ok(km_displacements_create(0, &d));
        assert_ok(made_feed(d, labels, x, n_frames, 2.0, wide));
        assert_ok(km_msd_compute(d, index, n, &msd));
        assert_int_equal(msd.n_lags, n_frames);
        assert_near(msd.interval, 2.0, 1e-12);
        for (int m = 0; m < n_frames; m++) {
            double total = 0.0;
            for (int a = 0; a < 3; a++) {
                const double expected = direct(d, n, m, a);
                /* rounding of the transform: relative to the value, plus of the largest square */
                assert_near(msd.axis[a][m], expected, 1e-10 * expected + 1e-300);
                total += expected;
            }
            assert_near(msd.total[m], total, 1e-10 * total + 1e-300);
        }
        km_msd_clear(&msd);
        km_displacements_destroy(d);
        km_labels_destroy(labels);
        free(index);
        free(x);
    }
}

/* +-1 steps on each axis: MSD(n) = 3 n in expectation; and a walk far from home keeps its short
 * lags. */
static void random_walk_has_its_expectation(void **state)
{
    (void)state;
    const int n = 200, n_frames = 400;
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * n * 3, sizeof *x));
    for (int k = 0; k < n_frames; k++)
        for (int i = 0; i < n; i++) {
            const km_random4 bits = km_random_bits(3, (uint64_t)k, (uint32_t)i, KM_RANDOM_BUILD);
            for (int a = 0; a < 3; a++) {
                const size_t at = ((size_t)k * n + i) * 3 + a;
                x[at] = k == 0 ? 1e4 : x[at - 3 * (size_t)n] + (bits.v[a] & 1 ? 1.0 : -1.0);
            }
        }
    int *index = made_range(n);
    km_displacements *d;
    km_msd msd;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, n_frames, 1.0, wide));
    assert_ok(km_msd_compute(d, index, n, &msd));
    for (int m = 1; m <= 40; m++) {
        /* drift removal takes 1/n; standard error of the mean of correlated squares of n
         * walkers: sqrt(2/3) * sqrt(lag/(n * n_frames)), five of them */
        const double expected = 3.0 * m * (1.0 - 1.0 / n);
        assert_near(msd.total[m], expected,
                    5.0 * expected * sqrt(2.0 / 3.0 * m / ((double)n * (n_frames - m))));
    }
    assert_near(msd.total[1], direct(d, n, 1, 0) + direct(d, n, 1, 1) + direct(d, n, 1, 2), 1e-10);
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(index);
    free(x);
}

/* Centres of mass of molecules: a dumb-bell that turns about its centre stays where it is. */
static void a_molecule_counts_by_its_centre_of_mass(void **state)
{
    (void)state;
    const int n_frames = 40;
    const made_kind kinds[2] = {{"DME", "O", 1, 2, 16.0, 0}, {"K+", "K", 1, 1, 3200.0, 1}};
    km_labels *labels = made_labels(kinds, 2);
    labels->mass[1] = 4.0;
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * 9, sizeof *x));
    for (int k = 0; k < n_frames; k++) {
        double *r = x + 9 * k;
        const double c = cos(0.7 * k), s = sin(0.7 * k), step = 0.01 * k;
        r[0] = step + 0.04 * c, r[1] = 0.04 * s;  /* 16 u */
        r[3] = step - 0.16 * c, r[4] = -0.16 * s; /* 4 u  */
        r[6] = -20.0 / 3200.0 * step;             /* the whole stands still */
    }
    const int molecule = 0;
    km_displacements *d;
    km_msd msd;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, n_frames, 1.0, wide));
    assert_ok(km_msd_compute(d, &molecule, 1, &msd));
    for (int m = 0; m < n_frames; m++)
        assert_near(msd.total[m], 1e-4 * m * m, 1e-7); /* float storage of 0.4 nm: 4e-8 x 2 u */
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static void msd_at(const km_labels *labels, const double *x, int n_frames, km_displacements **d,
                   km_msd *msd)
{
    int *index = made_range(labels->n_molecules);
    assert_ok(km_displacements_create(0, d));
    assert_ok(made_feed(*d, labels, x, n_frames, 1.0, wide));
    assert_ok(km_msd_compute(*d, index, labels->n_molecules, msd));
    free(index);
}

/* Ten atoms walk, and walk again with a motion (nm, of frame k and coordinate j) added: their mean
 * squares are the same. x receives the second walk. */
static void motion_leaves_no_trace(const km_labels *labels, double *x, int n_frames,
                                   double (*motion)(int k, int j), km_displacements **moving)
{
    km_displacements *d;
    km_msd msd, other;
    msd_at(labels, x, n_frames, &d, &msd);
    for (int k = 0; k < n_frames; k++)
        for (int j = 0; j < 30; j++)
            x[30 * k + j] += motion(k, j);
    msd_at(labels, x, n_frames, moving, &other);
    assert_true(d->drift_removed && (*moving)->drift_removed);
    for (int m = 1; m < n_frames; m++)
        assert_near(other.total[m], msd.total[m], 1e-5 * msd.total[m]); /* float storage */
    km_msd_clear(&msd);
    km_msd_clear(&other);
    km_displacements_destroy(d);
}

static double common(int k, int j)
{
    return 0.02 * k * (j % 3 + 1) + sin(0.3 * k);
}

static double sliding_apart(int k, int j)
{
    return (j < 15 ? -0.03 : 0.01) * k;
}

/* A common motion of everything, put in, does not come out; a single particle keeps its motion. */
static void drift_of_the_whole_system_is_removed(void **state)
{
    (void)state;
    const int n_frames = 200;
    const made_kind kinds[2] = {{"K+", "K", 5, 1, 39.1, 1}, {"I-", "I", 5, 1, 126.9, -1}};
    const double sigma[3] = {0.05, 0.05, 0.05};
    km_labels *labels = made_labels(kinds, 2);
    double *x = made_walk(7, n_frames, 10, sigma);
    km_displacements *d, *moving;
    km_msd msd;
    motion_leaves_no_trace(labels, x, n_frames, common, &moving);
    assert_true(moving->drift_length > 10.0); /* 0.02 * 199 * sqrt(14) = 14.9 */
    /* the mass-weighted sum of the remaining displacements vanishes */
    double sum[600] = {0}, path[600];
    for (int i = 0; i < 10; i++) {
        km_displacements_gather(moving, i, path);
        for (int k = 0; k < 600; k++)
            sum[k] += labels->mass[i] * path[k];
    }
    for (int k = 0; k < 600; k++)
        assert_near(sum[k], 0.0, 10 * 127 * 2e-7);
    km_displacements_destroy(moving);
    km_labels_destroy(labels);

    const made_kind one = {"K+", "K", 1, 1, 39.1, 1};
    labels = made_labels(&one, 1);
    for (int k = 0; k < n_frames; k++)
        x[3 * k] = 0.1 * k, x[3 * k + 1] = x[3 * k + 2] = 0.0;
    msd_at(labels, x, n_frames, &d, &msd);
    assert_false(d->drift_removed);
    assert_near(msd.total[50], 25.0, 1e-4);
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

/* A liquid that slides between free slabs, and the slabs the other way: neither comes out, and how
 * far is said. */
static void sliding_against_the_metal_is_removed(void **state)
{
    (void)state;
    const int n_frames = 200;
    const made_kind kinds[2] = {{"K0", "K", 5, 1, 39.1, 0}, {"I-", "I", 5, 1, 126.9, -1}};
    const double sigma[3] = {0.05, 0.05, 0.05};
    km_labels *labels = made_labels(kinds, 2);
    double *x = made_walk(7, n_frames, 10, sigma);
    km_displacements *sliding;
    motion_leaves_no_trace(labels, x, n_frames, sliding_apart, &sliding);
    assert_near(sliding->slide_length, 0.04 * 199 * sqrt(3.0), 3.0); /* and the walks */
    km_displacements_destroy(sliding);
    km_labels_destroy(labels);
    free(x);
}

/* A frozen wall is the frame of reference: nothing is subtracted. */
static void beside_a_frozen_wall_drift_is_kept(void **state)
{
    (void)state;
    const int n_frames = 50;
    const made_kind kinds[2] = {{"K", "K", 4, 1, 39.1, 0}, {"K+", "K", 4, 1, 39.1, 1}};
    km_labels *labels = made_labels(kinds, 2);
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * 24, sizeof *x));
    for (int k = 0; k < n_frames; k++)
        for (int i = 4; i < 8; i++)
            x[24 * k + 3 * i] = 0.1 * k;
    km_displacements *d;
    km_msd msd;
    msd_at(labels, x, n_frames, &d, &msd);
    assert_true(d->anchored);
    assert_false(d->drift_removed);
    assert_near(msd.total[10], 0.5 * 1.0, 1e-5); /* half of them moved by 1 nm; float storage */
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static void expect_refusal(double *x, int n_frames, int n, km_box box, const char *words)
{
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    km_displacements *d;
    assert_ok(km_displacements_create(0, &d));
    assert_true(made_feed(d, labels, x, n_frames, 1.0, box) != KM_OK);
    if (strstr(km_last_error()->message, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, km_last_error()->message);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
}

static void wrapped_positions_are_refused(void **state)
{
    (void)state;
    const int n = 6, n_frames = 400;
    const double sigma[3] = {0.2, 0.2, 0.2};
    double *x = made_walk(5, n_frames, n, sigma);
    const km_box cube = km_box_orthorhombic(3.0, 3.0, 3.0);
    const km_box skew = {3.0, 1.0, 2.8, -0.9, 1.1, 3.1};
    for (int which = 0; which < 2; which++) {
        const km_box box = which == 0 ? cube : skew;
        double *wrapped;
        assert_ok(km_allocate((void **)&wrapped, (size_t)n_frames * n * 3, sizeof *wrapped));
        for (int j = 0; j < n_frames * n; j++) {
            km_vec3 s =
                km_box_to_fractional(&box, km_vec3_make(x[3 * j], x[3 * j + 1], x[3 * j + 2]));
            s = km_vec3_make(s.x - floor(s.x), s.y - floor(s.y), s.z - floor(s.z));
            const km_vec3 r = km_box_to_cartesian(&box, s);
            wrapped[3 * j] = r.x, wrapped[3 * j + 1] = r.y, wrapped[3 * j + 2] = r.z;
        }
        expect_refusal(wrapped, n_frames, n, box, "wrapped");
        free(wrapped);
        const made_kind kind = {"K+", "K", n, 1, 39.1, 1}; /* the unwrapped path is welcome */
        km_labels *labels = made_labels(&kind, 1);
        km_displacements *d;
        assert_ok(km_displacements_create(0, &d));
        assert_ok(made_feed(d, labels, x, n_frames, 1.0, box));
        km_displacements_destroy(d);
        km_labels_destroy(labels);
    }
    x[3 * n * 7 + 4] = NAN;
    expect_refusal(x, n_frames, n, cube, "atom 2 at 12 ps is not a number");
    free(x);
}

static void uneven_spacing_is_refused(void **state)
{
    (void)state;
    const made_kind kind = {"K+", "K", 1, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    const double x[3] = {0.0, 0.0, 0.0};
    const double times[3][4] = {{0, 1, 2, 4}, {0, 1, 2, 2}, {0, 1, 2, 3.01}};
    for (int which = 0; which < 3; which++) {
        km_displacements *d;
        assert_ok(km_displacements_create(0, &d));
        assert_ok(km_displacements_begin(d, labels));
        for (int k = 0; k < 4; k++) {
            const km_frame frame = {.time = times[which][k], .n = 1, .box = wide, .position = x};
            if (k < 3)
                assert_ok(km_displacements_frame(d, &frame));
            else
                assert_int_equal(km_displacements_frame(d, &frame), KM_ERROR_INPUT);
        }
        assert_non_null(strstr(km_last_error()->message,
                               which == 1 ? "in order of time" : "not equally spaced"));
        km_displacements_destroy(d);
    }
    /* times rounded to float, as AMBER files keep them, are even: 100 ns in steps of 1 ps */
    km_displacements *d;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(km_displacements_begin(d, labels));
    for (int k = 0; k < 2000; k++) {
        const km_frame frame = {
            .time = (double)(float)(1e5 + k * 1.1), .n = 1, .box = wide, .position = x};
        assert_ok(km_displacements_frame(d, &frame));
    }
    km_displacements_end(d);
    assert_near(d->interval, 1.1, 1e-5);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
}

/* A lattice gas at rest in fractional coordinates while the cell breathes, its images far away: no
 * displacement but the few hundredths inside the cell. Naive differences would give 50 cells x the
 * change of the edge. */
static void a_breathing_cell_does_not_move_far_images(void **state)
{
    (void)state;
    const int n = 8, n_frames = 100;
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    km_displacements *d;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(km_displacements_begin(d, labels));
    double x[24];
    for (int k = 0; k < n_frames; k++) {
        const double edge = 3.0 * (1.0 + 0.01 * sin(0.5 * k));
        for (int i = 0; i < n; i++) {
            const double s[3] = {0.25 + 0.5 * (i & 1) + 50 * i, 0.25 + 0.5 * (i >> 1 & 1) - 50,
                                 0.25 + 0.5 * (i >> 2)};
            for (int a = 0; a < 3; a++)
                x[3 * i + a] = s[a] * edge;
        }
        const km_frame frame = {
            .time = k, .n = n, .box = km_box_orthorhombic(edge, edge, edge), .position = x};
        assert_ok(km_displacements_frame(d, &frame));
    }
    km_displacements_end(d);
    assert_true(d->box_changes);
    int *index = made_range(n);
    km_msd msd;
    assert_ok(km_msd_compute(d, index, n, &msd));
    /* inside the cell each coordinate is 0.25 edge from the centre: moves at most 0.25*2*0.03 nm */
    for (int m = 0; m < n_frames; m++)
        assert_true(msd.total[m] < 3 * 0.015 * 0.015);
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(index);
}

/* At the memory limit every second frame goes; what stays is the same walk at twice the spacing. */
static void memory_is_bounded_by_dropping_frames(void **state)
{
    (void)state;
    const int n = 3, n_frames = 300;
    const double sigma[3] = {0.05, 0.05, 0.05};
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    double *x = made_walk(9, n_frames, n, sigma);
    km_displacements *all, *few;
    assert_ok(km_displacements_create(0, &all));
    assert_ok(km_displacements_create(128 * (3 * 3 * 4 + 48), &few)); /* room for 128 frames */
    assert_ok(made_feed(all, labels, x, n_frames, 1.0, wide));
    assert_ok(made_feed(few, labels, x, n_frames, 1.0, wide));
    assert_int_equal(few->stride, 4);
    assert_int_equal(few->n_frames, 75);
    assert_near(few->interval, 4.0, 1e-12);
    double a[900], b[900];
    km_displacements_gather(all, 1, a);
    km_displacements_gather(few, 1, b);
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < 75; k++)
            assert_true(b[c * 75 + k] == a[c * 300 + 4 * k]);
    km_displacements_destroy(all);
    km_displacements_destroy(few);
    km_labels_destroy(labels);
    free(x);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    const int n = 21, n_frames = 1500; /* long enough for threads to be used */
    const double sigma[3] = {0.05, 0.05, 0.05};
    const made_kind kind = {"K+", "K", n, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    double *x = made_walk(11, n_frames, n, sigma);
    km_displacements *d;
    km_msd one, many;
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    msd_at(labels, x, n_frames, &d, &one);
    km_displacements_destroy(d);
    omp_set_num_threads(5);
    msd_at(labels, x, n_frames, &d, &many);
    omp_set_num_threads(before);
    assert_memory_equal(one.total, many.total, sizeof(double) * (size_t)n_frames);
    km_msd_clear(&one);
    km_msd_clear(&many);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static void few_frames_give_no_number_but_no_failure(void **state)
{
    (void)state;
    const made_kind kind = {"K+", "K", 2, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    const double x[12] = {0};
    const int index[2] = {0, 1};
    for (int n_frames = 0; n_frames <= 2; n_frames++) {
        km_displacements *d;
        km_msd msd;
        assert_ok(km_displacements_create(0, &d));
        assert_ok(made_feed(d, labels, x, n_frames, 1.0, wide));
        assert_ok(km_msd_compute(d, index, 2, &msd));
        assert_int_equal(msd.n_lags, n_frames);
        for (int m = 0; m < n_frames; m++)
            assert_true(msd.total[m] == 0.0);
        km_msd_clear(&msd);
        km_displacements_destroy(d);
    }
    km_displacements_destroy(NULL);
    km_labels_destroy(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fft_equals_the_double_loop),
        cmocka_unit_test(random_walk_has_its_expectation),
        cmocka_unit_test(a_molecule_counts_by_its_centre_of_mass),
        cmocka_unit_test(drift_of_the_whole_system_is_removed),
        cmocka_unit_test(sliding_against_the_metal_is_removed),
        cmocka_unit_test(beside_a_frozen_wall_drift_is_kept),
        cmocka_unit_test(wrapped_positions_are_refused),
        cmocka_unit_test(uneven_spacing_is_refused),
        cmocka_unit_test(a_breathing_cell_does_not_move_far_images),
        cmocka_unit_test(memory_is_bounded_by_dropping_frames),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(few_frames_give_no_number_but_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
