/* SPDX-License-Identifier: MIT */
/* Dielectric constant of dipoles that know nothing of one another: epsilon - 1 is N mu^2 / (3 eps0
 * V k T), inside its interval as often as it says; who is counted; what is refused. */
#include <math.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

#define EDGE 3.0 /* nm */
#define LENGTH 0.1
#define CHARGE 0.5
#define TEMPERATURE 300.0
enum { MOLECULES = 12, FRAMES = 120 };

/* A vector of that length in a random direction. */
static km_vec3 direction(uint64_t seed, uint64_t frame, uint32_t molecule, double length)
{
    const km_random4 bits = km_random_bits(seed, frame, molecule, KM_RANDOM_BUILD);
    const double z = 2.0 * km_random_uniform(bits.v[0]) - 1.0,
                 phi = 2.0 * KM_PI * km_random_uniform(bits.v[1]), r = sqrt(1.0 - z * z);
    return km_vec3_make(length * r * cos(phi), length * r * sin(phi), length * z);
}

/* Dipoles AB and ions beside them; both ends of a dipole may lie on either side of the cell's edge.
 */
static km_labels *dipoles_and_ions(void)
{
    const made_kind kinds[2] = {{"AB", "C", MOLECULES, 2, 12.0, 0}, {"K+", "K", 3, 1, 39.1, 1}};
    km_labels *labels = made_labels(kinds, 2);
    for (int m = 0; m < labels->n_molecules; m++) {
        const int i = labels->molecule_start[m];
        labels->charge[i] = labels->molecule_kind[m] == 0 ? CHARGE : 1.0;
        if (labels->molecule_kind[m] == 0)
            labels->charge[i + 1] = -CHARGE;
    }
    return labels;
}

static void make_frame(const km_labels *labels, uint64_t seed, int frame, double *x)
{
    for (int m = 0; m < labels->n_molecules; m++) {
        double *r = x + 3 * (size_t)labels->molecule_start[m];
        const km_vec3 d = direction(seed, (uint64_t)frame, (uint32_t)m, LENGTH);
        const double to[3] = {d.x, d.y, d.z};
        for (int c = 0; c < 3; c++) {
            r[c] = 0.02 + 0.2 * ((m + c) % 3);
            if (labels->molecule_kind[m] == 0) /* wrapped, as other programs write it */
                r[3 + c] = r[c] - to[c] - EDGE * floor((r[c] - to[c]) / EDGE);
        }
    }
}

static km_dielectric_result result_of(const km_labels *labels, uint64_t seed, int n_frames)
{
    km_dielectric *d;
    km_dielectric_result result;
    double *x;
    assert_ok(km_allocate((void **)&x, 3 * (size_t)labels->n_atoms, sizeof *x));
    assert_ok(km_dielectric_create(labels, &d));
    for (int k = 0; k < n_frames; k++) {
        make_frame(labels, seed, k, x);
        const km_frame frame = {.step = k,
                                .time = k,
                                .n = labels->n_atoms,
                                .box = km_box_orthorhombic(EDGE, EDGE, EDGE),
                                .position = x};
        km_dielectric_frame(d, &frame);
    }
    km_dielectric_finish(d, TEMPERATURE, &result);
    km_dielectric_destroy(d);
    free(x);
    return result;
}

static double expected(void)
{
    const double mu = CHARGE * LENGTH;
    return 1.0 + 4.0 * KM_PI * KM_COULOMB_CONSTANT * MOLECULES * mu * mu /
                     (3.0 * EDGE * EDGE * EDGE * KM_GAS_CONSTANT * TEMPERATURE);
}

/* 95 +- 3 % of the intervals hold the truth, and their middle is not off. <M>^2 of so many frames
 * takes 1/FRAMES of epsilon - 1 away. */
static void independent_dipoles_have_their_constant(void **state)
{
    (void)state;
    enum { SEEDS = 1000 };
    km_labels *labels = dipoles_and_ions();
    int inside = 0;
    double sum = 0.0;
    for (int seed = 1; seed <= SEEDS; seed++) {
        const km_dielectric_result r = result_of(labels, (uint64_t)seed, FRAMES);
        assert_true(r.available && r.ions);
        assert_int_equal(r.n_molecules, MOLECULES);
        inside += r.epsilon.low <= expected() && expected() <= r.epsilon.high;
        sum += r.epsilon.value - 1.0;
    }
    print_message("inside %.1f %%, mean %.5f of %.5f\n", 100.0 * inside / SEEDS, sum / SEEDS,
                  expected() - 1.0);
    assert_in_range(inside, 0.92 * SEEDS, 0.98 * SEEDS);
    assert_true(fabs(sum / SEEDS / (expected() - 1.0) - (1.0 - 1.0 / FRAMES)) < 0.01);
    km_labels_destroy(labels);
}

/* A dipole that never turns: one sample, however many frames. */
static void frozen_dipoles_are_told(void **state)
{
    (void)state;
    km_labels *labels = dipoles_and_ions();
    km_dielectric *d;
    km_dielectric_result r;
    double *x;
    assert_ok(km_allocate((void **)&x, 3 * (size_t)labels->n_atoms, sizeof *x));
    assert_ok(km_dielectric_create(labels, &d));
    make_frame(labels, 1, 0, x);
    for (int k = 0; k < FRAMES; k++) {
        const km_frame frame = {.step = k,
                                .time = k,
                                .n = labels->n_atoms,
                                .box = km_box_orthorhombic(EDGE, EDGE, EDGE),
                                .position = x};
        km_dielectric_frame(d, &frame);
    }
    km_dielectric_finish(d, TEMPERATURE, &r);
    assert_true(r.available);
    assert_true(fabs(r.epsilon.value - 1.0) < 1e-9);
    assert_true(fabs(r.independent - 1.0) < 1e-9);
    assert_non_null(strstr(r.warning, "30 times longer"));
    km_dielectric_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static void what_has_none_is_told(void **state)
{
    (void)state;
    const made_kind ions[1] = {{"K+", "K", 3, 1, 39.1, 1}};
    const made_kind metal[2] = {{"AB", "C", 2, 2, 12.0, 0}, {"K0", "K", 3, 1, 39.1, 0}};
    km_labels *labels = made_labels(ions, 1);
    km_dielectric_result r = result_of(labels, 1, 40);
    assert_false(r.available);
    assert_non_null(strstr(r.warning, "no neutral molecule"));
    km_labels_destroy(labels);
    labels = made_labels(metal, 2);
    r = result_of(labels, 1, 40);
    assert_non_null(strstr(r.warning, "metal"));
    km_labels_destroy(labels);
    labels = dipoles_and_ions();
    r = result_of(labels, 1, 1);
    assert_non_null(strstr(r.warning, "fewer frames"));
    km_labels_destroy(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_dipoles_have_their_constant),
        cmocka_unit_test(frozen_dipoles_are_told),
        cmocka_unit_test(what_has_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
