/* SPDX-License-Identifier: MIT */
/* kalium against other programs on the same liquids: energies by term, forces of all atoms, virial.
 * Who computed the references, and in which conventions: tests/reference/peers/README.md. */
#include <math.h>
#include <stdlib.h>

#include "tests/backends.h"
#include "tests/peer_liquid.h"

/* Relative; in brackets what is seen. The references are good to 1e-9, GROMACS's 1-4
 * Lennard-Jones to 2e-9. Forces: RMS difference over RMS force. In double both are limited by the
 * splitting and the mesh below. */
#ifdef KM_DOUBLE
#define PAIR_TOLERANCE 1e-9    /* 1e-13 */
#define COULOMB_TOLERANCE 1e-8 /* 3e-9  */
#define FORCE_TOLERANCE 1e-7   /* 2e-8  */
#define ION_TOLERANCE 1e-6     /* those of pair_forms for its ions */
#define ION_PAIR_TOLERANCE 2e-7
#define VIRIAL_TOLERANCE 1e-6 /* 1e-7  */
#else
#define PAIR_TOLERANCE 1e-6    /* 1e-7  */
#define COULOMB_TOLERANCE 1e-7 /* 1e-8  */
#define FORCE_TOLERANCE 1e-6   /* 2e-7  */
#define ION_PAIR_TOLERANCE PAIR_TOLERANCE
#define ION_TOLERANCE 5e-6    /* 2.6e-6: what rounded coordinates make of the repulsion of ions */
#define VIRIAL_TOLERANCE 4e-6 /* 4e-7  */
#endif
#define BONDED_TOLERANCE 1e-11 /* 3e-13: double in every build */
#define PAIR14_TOLERANCE 1e-8  /* 2e-9  */
/* kJ/mol: on a device the sum of every warp is rounded to fixed point; some ten of them here */
#define ENERGY_RESOLUTION (32 * 0.5 / KM_FIXED_SCALE)

static const char *const term_name[KM_ENERGY_COUNT] = {
#define NAME(term, text) text,
    KM_ENERGY_LIST(NAME)
#undef NAME
};

static void compare_energy(const peer_result *got, const peer_liquid *r, km_energy_term t,
                           double tolerance)
{
    const double expected = r->energy[t], error = fabs(got->energy[t] - expected);
    if (!(error <= tolerance * fabs(expected) + ENERGY_RESOLUTION))
        fail_msg("%s is %.12g, expected %.12g: relative error %.1e above %.1e", term_name[t],
                 got->energy[t], expected, error / fabs(expected), tolerance);
}

static void compare_energies(const peer_result *got, const peer_liquid *r, double pair)
{
    compare_energy(got, r, KM_ENERGY_BOND, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_ANGLE, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_DIHEDRAL, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_IMPROPER, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_COULOMB_14, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_VDW_14, PAIR14_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_VDW, pair);
    /* large numbers of both signs: the error counts against the largest, the self energy */
    const double *e = got->energy;
    const double sum = e[KM_ENERGY_COULOMB_REAL] + e[KM_ENERGY_COULOMB_EXCLUDED] +
                       e[KM_ENERGY_COULOMB_RECIPROCAL] + e[KM_ENERGY_COULOMB_SELF];
    assert_near(sum, r->coulomb_other, COULOMB_TOLERANCE * fabs(e[KM_ENERGY_COULOMB_SELF]));
}

static void compare_forces(const peer_result *got, const peer_liquid *r, double tolerance)
{
    double difference = 0.0, norm = 0.0;
    for (int k = 0; k < 3 * r->n; k++) {
        difference += (got->force[k] - r->force[k]) * (got->force[k] - r->force[k]);
        norm += r->force[k] * r->force[k];
    }
    assert_near(sqrt(difference / norm), 0.0, tolerance);
}

static void compare_virial(const peer_result *got, const peer_liquid *r)
{
    double difference = 0.0, norm = 0.0;
    for (int t = 0; t < KM_TENSOR; t++) {
        const double d = got->virial[t] - r->virial[t];
        difference += (t < KM_XY ? 1.0 : 2.0) * d * d;
        norm += (t < KM_XY ? 1.0 : 2.0) * r->virial[t] * r->virial[t];
    }
    assert_near(sqrt(difference / norm), 0.0, VIRIAL_TOLERANCE);
}

/* The tail is an energy of its own, adds to the diagonal of the virial and leaves forces alone. */
static void compare_tail(const km_backend *backend, peer_liquid *r, const peer_result *without)
{
    r->recipe.nonbonded.tail = true;
    km_model *model = peer_liquid_model(r);
    peer_result got = peer_liquid_evaluate(backend, r, model, KM_FORCE_COUNT, 2);
    compare_energy(&got, r, KM_ENERGY_VDW_TAIL, 1e-9);
    for (int t = 0; t < KM_TENSOR; t++)
        assert_near(got.virial[t] - without->virial[t], t < KM_XY ? r->virial_tail : 0.0,
                    1e-9 * fabs(r->virial_tail) + 1e-12 * fabs(r->virial[KM_XX]));
    assert_memory_equal(got.force, without->force, 3 * (size_t)r->n * sizeof(double));
    free(got.force);
    km_model_destroy(model);
}

/* The metal's own energy, and the dipole term, which is exact but for the mesh's rounding. */
static void compare_interface(const peer_result *got, const peer_liquid *r)
{
    compare_energy(got, r, KM_ENERGY_EAM, PAIR_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_COULOMB_SLAB, 1e-9);
    assert_near(got->energy[KM_ENERGY_VDW_TAIL], 0.0, 0.0);
}

static void compare(const km_backend *backend, const char *name, bool ions)
{
    peer_liquid *r = peer_liquid_read(name);
    km_model *model = peer_liquid_model(r);
    peer_result got = peer_liquid_evaluate(backend, r, model, KM_FORCE_COUNT, 2);
    compare_energies(&got, r, ions ? ION_PAIR_TOLERANCE : PAIR_TOLERANCE);
    compare_forces(&got, r, ions ? ION_TOLERANCE : FORCE_TOLERANCE);
    compare_virial(&got, r);
    if (r->energy[KM_ENERGY_EAM] != 0.0)
        compare_interface(&got, r);
    else
        compare_tail(backend, r, &got);
    free(got.force);
    km_model_destroy(model);
    peer_liquid_free(r);
}

static void kfsi_in_dme(void **state)
{
    compare(*state, "kfsi-dme", false);
}
static void kpf6_in_ec_dec(void **state)
{
    compare(*state, "kpf6-ec-dec", false);
}
static void kfsi_in_dme_tte_scaled_and_triclinic(void **state)
{
    compare(*state, "kfsi-dme-tte", false);
}

static void kfsi_in_dme_between_potassium(void **state)
{
    compare(*state, "k-kfsi-dme-k", false);
}

/* Born-Mayer-Huggins, Buckingham, Lennard-Jones, metal and Coulomb in one cell. */
static void potassium_on_oxychloride(void **state)
{
    compare(*state, "k-k3ocl", true);
}
/* The same with Morse pairs that have a wall. */
static void potassium_on_ferrate(void **state)
{
    compare(*state, "k-k2fe4o7", true);
}

/* All terms together: the same bits from one thread and from three, and from blocks and streams in
 * another order. */
static void threads_do_not_change_a_bit(void **state)
{
    const km_backend *backend = *state;
    peer_liquid *r = peer_liquid_read("kfsi-dme-tte");
    r->recipe.nonbonded.tail = true;
    km_model *model = peer_liquid_model(r);
    peer_result one = peer_liquid_evaluate(backend, r, model, KM_FORCE_COUNT, 1);
    km_emulator_seed(3);
    peer_result three = peer_liquid_evaluate(backend, r, model, KM_FORCE_COUNT, 3);
    assert_memory_equal(one.force, three.force, 3 * (size_t)r->n * sizeof(double));
    assert_memory_equal(one.energy, three.energy, sizeof one.energy);
    assert_memory_equal(one.virial, three.virial, sizeof one.virial);
    free(one.force);
    free(three.force);
    km_model_destroy(model);
    peer_liquid_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kfsi_in_dme),
        cmocka_unit_test(kpf6_in_ec_dec),
        cmocka_unit_test(kfsi_in_dme_tte_scaled_and_triclinic),
        cmocka_unit_test(kfsi_in_dme_between_potassium),
        cmocka_unit_test(potassium_on_oxychloride),
        cmocka_unit_test(potassium_on_ferrate),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
