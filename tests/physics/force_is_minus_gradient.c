/* SPDX-License-Identifier: MIT */
/* F = -dU/dx, by central differences in double, for every term of the energy. */
#include <math.h>
#include <string.h>

#include "tests/chain_molecule.h"

#define N_MOLECULES 4

typedef struct fixture {
    chain_liquid *liquid;
    km_device device;
    km_particles p;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->liquid = chain_liquid_make(N_MOLECULES, (km_box){2.6, 0.3, 2.5, -0.2, 0.4, 2.7});
    f->device = (km_device){2, KM_ISA_BASELINE, ""};
    km_particles *p = &f->p;
    p->n = f->liquid->n;
    p->n_padded = 128;
    p->box = f->liquid->box;
    assert_ok(km_allocate((void **)&p->position, 3 * 128, sizeof(double)));
    assert_ok(km_allocate((void **)&p->force, 3 * 128, sizeof(km_fixed)));
    assert_ok(km_allocate((void **)&p->charge, 128, sizeof(double)));
    for (int i = 0; i < p->n; i++) {
        p->charge[i] = f->liquid->charge[i];
        for (int c = 0; c < 3; c++)
            p->position[c * 128 + i] = f->liquid->position[3 * i + c];
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    free(f->p.position);
    free(f->p.force);
    free(f->p.charge);
    free(f->liquid);
    free(f);
    return 0;
}

static double energy_now(fixture *f, km_force *force)
{
    const km_step step = {0, false, true, false};
    memset(f->p.energy, 0, sizeof f->p.energy);
    assert_ok(km_force_compute(force, &step, &f->p));
    double sum = 0.0;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        sum += f->p.energy[t];
    return sum;
}

/* -dU/dx by the five-point formula, exact for quartics. */
static double minus_slope(fixture *f, km_force *force, int k, double h)
{
    const double x = f->p.position[k];
    double u[4];
    const double at[4] = {-2.0, -1.0, 1.0, 2.0};
    for (int m = 0; m < 4; m++) {
        f->p.position[k] = x + at[m] * h;
        u[m] = energy_now(f, force);
    }
    f->p.position[k] = x;
    return -(u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h);
}

/* Every force component of every atom against the slope of the energy. */
static void check_gradient(fixture *f, km_force *force, double h, double tolerance)
{
    const km_step step = {0, false, false, false};
    memset(f->p.force, 0, 3 * 128 * sizeof(km_fixed));
    assert_ok(km_force_compute(force, &step, &f->p));
    double computed[3 * 128], largest = 0.0;
    for (int k = 0; k < 3 * 128; k++) {
        computed[k] = km_fixed_to(f->p.force[k]);
        largest = fmax(largest, fabs(computed[k]));
    }
    assert_true(largest > 1.0); /* the term does something */
    for (int i = 0; i < f->p.n; i++)
        for (int c = 0; c < 3; c++)
            assert_near(computed[c * 128 + i], minus_slope(f, force, c * 128 + i, h),
                        tolerance * largest);
}

/* h^4/30 of the fifth derivative, and rounding of U (1e-12 kJ/mol) over h: below 1e-8 of the
 * largest force for every bonded term; arithmetic is double in every build. */
static void check_bonded(fixture *f, const km_bonded_spec *spec)
{
    km_force force;
    assert_ok(km_bonded_cpu_create(&f->device, spec, &f->p, &force));
    check_gradient(f, &force, 1e-4, 2e-8);
    km_force_destroy(&force);
}

static void bond(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_bonds = all->n_bonds, .bond = all->bond};
    check_bonded(f, &spec);
}

static void angle(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_angles = all->n_angles, .angle = all->angle};
    check_bonded(f, &spec);
}

static void dihedral_rb(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_dihedrals_rb = all->n_dihedrals_rb,
                                 .dihedral_rb = all->dihedral_rb};
    check_bonded(f, &spec);
}

static void dihedral_periodic(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_dihedrals_periodic = all->n_dihedrals_periodic,
                                 .dihedral_periodic = all->dihedral_periodic};
    check_bonded(f, &spec);
}

static void improper_harmonic(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_impropers = all->n_impropers, .improper = all->improper};
    check_bonded(f, &spec);
}

static void pair14(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_pairs14 = all->n_pairs14,
                                 .pair14 = all->pair14,
                                 .coulomb_constant = all->coulomb_constant};
    check_bonded(f, &spec);
}

/* With the splitting of a usual cutoff, and with one so sharp that the closed form is used. */
static void excluded_pair(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    km_bonded_spec spec = {.n_excluded = all->n_excluded,
                           .excluded = all->excluded,
                           .ewald_alpha = 3.1,
                           .coulomb_constant = all->coulomb_constant};
    check_bonded(f, &spec);
    spec.ewald_alpha = 12.0;
    check_bonded(f, &spec);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bond),
        TEST(angle),
        TEST(dihedral_rb),
        TEST(dihedral_periodic),
        TEST(improper_harmonic),
        TEST(pair14),
        TEST(excluded_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
