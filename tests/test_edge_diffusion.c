/* SPDX-License-Identifier: MIT */
/* D along the edges of an oblique cell: of a walk with known D_x, D_y, D_z it is e^T D e for the
 * unit vector e of the edge. */
#include <math.h>

#include "host/analysis/ensemble.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

enum { ATOMS = 150, FRAMES = 2000 };
#define INTERVAL 2.0 /* ps */

static const double sigma[3] = {0.10, 0.05, 0.02}; /* nm per frame */
static const km_box box = {3.0, -1.5, 2.5, 1.0, 0.7, 2.0};

static double expected(double x, double y, double z)
{
    const double d = (pow(sigma[0] * x, 2) + pow(sigma[1] * y, 2) + pow(sigma[2] * z, 2)) /
                     (x * x + y * y + z * z);
    return d / (2.0 * INTERVAL) * KM_M2_S_PER_NM2_PS;
}

static km_analysis *walk(uint64_t seed)
{
    const made_kind kind = {"K+", "K", ATOMS, 1, 39.0983, 1};
    const char *const names[] = {"msd"};
    km_labels *labels = made_labels(&kind, 1);
    double *x = made_walk(seed, FRAMES, ATOMS, sigma);
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 1, 300.0, 0.0, 1, &analysis));
    km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < FRAMES; k++) {
        const km_frame frame = {
            .time = k * INTERVAL, .n = ATOMS, .box = box, .position = x + (size_t)k * ATOMS * 3};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    km_labels_destroy(labels);
    free(x);
    return analysis;
}

static void projections_of_a_known_walk(void **state)
{
    (void)state;
    km_analysis *analysis = walk(9);
    const km_species_result *s = &km_analysis_results(analysis)->species[0];
    assert_true(s->has_edges);
    const double along[3] = {expected(box.ax, 0, 0), expected(box.bx, box.by, 0),
                             expected(box.cx, box.cy, box.cz)};
    for (int a = 0; a < 3; a++) {
        print_message("%c: %.4g (%.4g to %.4g), expected %.4g\n", 'a' + a, s->edge[a].value,
                      s->edge[a].low, s->edge[a].high, along[a]);
        assert_true(s->edge[a].low < along[a] && along[a] < s->edge[a].high);
        assert_true(s->edge[a].high - s->edge[a].low < 0.3 * along[a]); /* says something */
    }
    /* a lies along x: the same numbers, but for the window */
    assert_near(s->edge[0].value / s->diffusion.axis[0].value, 1.0, 0.05);
    km_analysis_destroy(analysis);
}

static void replicas_are_averaged(void **state)
{
    (void)state;
    km_analysis *analysis[3];
    const km_results *each[3];
    km_results together;
    for (int r = 0; r < 3; r++) {
        analysis[r] = walk(20 + (uint64_t)r);
        each[r] = km_analysis_results(analysis[r]);
    }
    assert_ok(km_ensemble_reduce(each, 3, &together));
    assert_true(together.species[0].has_edges);
    for (int a = 0; a < 3; a++) {
        const km_estimate *e = &together.species[0].edge[a];
        const double d[3] = {each[0]->species[0].edge[a].value, each[1]->species[0].edge[a].value,
                             each[2]->species[0].edge[a].value};
        assert_near(e->value / ((d[0] + d[1] + d[2]) / 3.0), 1.0, 1e-12);
        /* Student's t of two degrees of freedom, from a table */
        assert_near((e->high - e->value) / (4.302653 * e->standard_error), 1.0, 1e-6);
    }
    km_results_clear(&together);
    for (int r = 0; r < 3; r++)
        km_analysis_destroy(analysis[r]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(projections_of_a_known_walk),
                                       cmocka_unit_test(replicas_are_averaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
