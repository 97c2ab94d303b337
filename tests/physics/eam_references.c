/* SPDX-License-Identifier: MIT */
/* Metals against LAMMPS, which shares no code with kalium: tests/reference/metals/. */
#include <math.h>
#include <stdlib.h>

#include "tests/metal.h"

/* In double the same numbers are added, in another order. Mixed: 6e-8 of each pair's distance, and
 * of each coefficient. Near the pressure zero the virial is a small difference of parts as large as
 * the energy: in mixed it is held against that. */
#ifdef KM_DOUBLE
#define ENERGY 1e-9
#define FORCE 1e-8
#define VIRIAL 1e-8
#else
#define ENERGY 1e-6
#define FORCE 2e-5
#define VIRIAL 1e-6
#endif

/* Relative differences in energy, forces (RMS) and virial (largest, of the largest component). */
static void compare(const km_backend *backend, const char *name)
{
    metal *m = metal_read(name);
    metal_open(m, backend, 2, m->n);
    const metal_result r = metal_evaluate(m);
    double difference = 0.0, square = 0.0, worst = 0.0, largest = 0.0;
    assert_int_equal(r.fault, 0);
    for (int k = 0; k < 3 * m->n; k++) {
        difference += (r.force[k] - m->force[k]) * (r.force[k] - m->force[k]);
        square += m->force[k] * m->force[k];
    }
    for (int t = 0; t < KM_TENSOR; t++) {
        worst = fmax(worst, fabs(r.virial[t] - m->virial[t]));
        largest = fmax(largest, fabs(m->virial[t]));
    }
#ifndef KM_DOUBLE
    largest = fmax(largest, fabs(m->energy));
#endif
    const double energy = fabs(r.energy / m->energy - 1.0), force = sqrt(difference / square);
    print_message("%s, %s: energy %.1e, forces %.1e, virial %.1e\n", backend->name, name, energy,
                  force, worst / largest);
    assert_near(energy, 0.0, ENERGY);
    assert_near(force, 0.0, FORCE);
    assert_near(worst / largest, 0.0, VIRIAL);
    free(r.force);
    metal_close(m);
    metal_free(m);
}

static void potassium_crystal(void **state)
{
    compare(*state, "k-bcc");
}

static void potassium_crystal_of_the_published_file(void **state)
{
    compare(*state, "k-bcc-published");
}

/* Triclinic, and not a lattice. */
static void potassium_scattered(void **state)
{
    compare(*state, "k-liquid");
}

static void sodium_crystal(void **state)
{
    compare(*state, "na-bcc");
}

static void copper_crystal(void **state)
{
    compare(*state, "cu-fcc");
}

static void two_elements_finnis_sinclair(void **state)
{
    compare(*state, "two-elements-fs");
}

static void two_elements_alloy(void **state)
{
    compare(*state, "two-elements-alloy");
}

static void sodium_potassium_crystal(void **state)
{
    compare(*state, "nak-bcc");
}

/* Triclinic, and not a lattice. */
static void sodium_potassium_scattered(void **state)
{
    compare(*state, "nak-liquid");
}

static void potassium_chloride(void **state)
{
    compare(*state, "kcl");
}

static void potassium_fluoride_on_potassium(void **state)
{
    compare(*state, "kf");
}

/* Distances of 0.005 A and more on both sides of where each function ends. */
static void ions_near_the_cutoffs(void **state)
{
    compare(*state, "nak-cutoffs");
    compare(*state, "kf-cutoffs");
    compare(*state, "kcl-cutoffs");
}

/* Edges shorter by a tenth than at rest. */
static void ions_compressed(void **state)
{
    compare(*state, "nak-compressed");
    compare(*state, "kf-compressed");
    compare(*state, "kcl-compressed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(potassium_crystal),
        cmocka_unit_test(potassium_crystal_of_the_published_file),
        cmocka_unit_test(potassium_scattered),
        cmocka_unit_test(sodium_crystal),
        cmocka_unit_test(copper_crystal),
        cmocka_unit_test(two_elements_finnis_sinclair),
        cmocka_unit_test(two_elements_alloy),
        cmocka_unit_test(sodium_potassium_crystal),
        cmocka_unit_test(sodium_potassium_scattered),
        cmocka_unit_test(potassium_chloride),
        cmocka_unit_test(potassium_fluoride_on_potassium),
        cmocka_unit_test(ions_near_the_cutoffs),
        cmocka_unit_test(ions_compressed),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
